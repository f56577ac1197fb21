"""The gateway's way out: one pool of connections, the machine's proxies and trust, no redirects, no cookies."""

import asyncio
import io
import ssl
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

import aiohttp
from aiohttp.connector import Connection
from multidict import CIMultiDict
from yarl import URL

from trayapp.core.evidence.phases import Phases
from trayapp.core.evidence.reach import Reach, is_address, reach_of_url
from trayapp.core.switching.steps import Connected, Sending
from trayapp.gateway.limits import Patience
from trayapp.net.descriptors import ran_out
from trayapp.net.lookup import NO_SUCH_NAME
from trayapp.net.proxies import proxy_for
from trayapp.net.trust import Roots, Trust, is_unknown
from trayapp.tasks import Tasks

KEEPALIVE_S = 15.0
"""Shorter than common servers' own, so that a connection is rarely closed just as it is used again."""
AT_ONCE_S = 1.0
"""A round trip to the far side of the world and its loss; a provider that worked on a request took longer."""
_AT_ONCE_BYTES = 1024 * 1024
"""A larger body is written in pieces: as a whole it would hold up everybody else (aiohttp warns of it)."""
OLD_LIFE_S = 3700.0
"""No answer takes longer as a whole (`GatewayLimits.answer_s`)."""
_PROXY_LIFE_S = 60.0
"""A laptop moves; reading the settings anew for every request would take longer than the request."""
_MAX_FIELD_BYTES = 32_768
_CODINGS = frozenset({"chunked", "identity"})
"""Of the transfer; in another, aiohttp would hand the body on as it came, and the tool would take it for plain."""
_REQUEST: ContextVar[SimpleNamespace] = ContextVar("REQUEST")
"""Of the request that the running task sends: `at` is when a kept connection was taken up for it, None without; `note`
as in `Outgoing.ask`; `fresh` where no kept one will do; `dns_s`, `connect_s` as in `Phases`, and when it was
`ready`."""
_OWN_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


Note = Callable[[Connected | Sending], None]


class Unanswered(Exception):
    """There is no answer, or no whole one. `code` as in `core.evidence.answers`: `timeout`, `dns`, `connect`, `tls`,
    `cut`, `malformed`, `proxy_login`, `proxy_settings`, `unsendable`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Answer(aiohttp.ClientResponse):
    """The head of an answer, and its body to come. `proven`, `phases`: as in `core.evidence.observation.Try`."""

    proven = False
    phases = Phases()

    async def piece(self) -> bytes:
        """The next piece of the body; empty at its end. What came before it broke off is given first."""
        try:
            return await self.content.readany()
        except (aiohttp.ClientError, OSError):
            # aiohttp has it still, and gives none of it once its connection has failed: the words of a provider that
            # says an error and hangs up would be lost.
            if kept := self.content._read_nowait(-1):
                return kept
            raise


class Outgoing:
    """Sends requests on."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._proxies: dict[str, tuple[str | None, float]] = {}
        self._tasks = Tasks("outgoing")
        self._session = _session()
        self._old: list[tuple[aiohttp.ClientSession, float]] = []

    async def close(self) -> None:
        await self._tasks.close()
        for session in (self._session, *(old for old, _ in self._old)):
            await session.close()

    def drop(self) -> None:
        """The machine woke up or changed networks: connections and proxies of before are used for no new request.

        What is under way goes on; a connection that is idle is closed within `KEEPALIVE_S`.
        """
        now = asyncio.get_running_loop().time()
        for session in [old for old, until in self._old if until <= now]:
            self._tasks.spawn(session.close(), "close")
        self._old = [(old, until) for old, until in self._old if until > now]
        self._old.append((self._session, now + OLD_LIFE_S))
        self._session = _session()
        self._proxies.clear()

    async def ask(
        self,
        method: str,
        url: str,
        headers: CIMultiDict[str],
        body: bytes,
        patience: Patience,
        note: Note | None = None,
        *,
        proxied: bool = True,
        once: bool = False,
    ) -> Answer:
        """Send one request and wait for the head of its answer. Close what you get: before its end that drops the
        connection, after it the connection is kept. `proxied`: through the machine's proxy, if it names one. `note`:
        hears of each connection over which it is sent, and of a large body's progress. Raises `Unanswered`.

        A kept connection that the other side closed just before it was used again is no failure of the provider's:
        then, and only then, the request is sent once more, over a connection that was never used, as all that is to be
        sent `once` is. It shows by breaking at once, before any answer; what breaks later may have been worked on.
        """
        how: dict[str, Any] = {
            "headers": headers,
            "data": body,
            "allow_redirects": False,
            "timeout": aiohttp.ClientTimeout(total=None, connect=patience.connect_s),
            "proxy": self._proxy(url) if proxied else None,
        }
        try:
            async with asyncio.timeout(patience.head_s):
                answer = await self._trusted(method, url, how, note, once)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            ours = isinstance(error, OSError) and not isinstance(error, TimeoutError) and ran_out(error)
            raise Unanswered("no_descriptors" if ours else code_of(error)) from error
        codings = {coding.lower() for coding in answer.headers.getall("Transfer-Encoding", ())}
        if answer.status < 200 or not codings <= _CODINGS:
            answer.close()
            raise Unanswered("malformed")
        return answer

    async def _trusted(self, method: str, url: str, how: dict[str, Any], note: Note | None, once: bool) -> Answer:
        """Ask a host for whose certificate somebody's roots vouch."""
        host, secure, near = _place(_origin(url))
        refused: aiohttp.ClientConnectorCertificateError | None = None
        for roots in self._trust.order(host):
            if secure:
                how["ssl"] = await self._trust.context(roots)
            try:
                answer = await self._send(method, url, how, note, once)
            except aiohttp.ClientConnectorCertificateError as error:
                # Whoever knows the issuer has more to say than whoever does not.
                if refused is None or code_of(error) != "untrusted":
                    refused = error
                continue
            if secure:
                self._trust.vouched_by(host, roots)
            answer.proven = near or (secure and roots is Roots.PUBLIC)
            return answer
        self._trust.forget(host)
        assert refused is not None
        raise refused

    async def _send(self, method: str, url: str, how: dict[str, Any], note: Note | None, once: bool) -> Answer:
        body = how["data"]
        fresh = once
        while True:
            # As a file, which has to be at its beginning each time, aiohttp sends it in pieces.
            data = _Upload(body, note) if len(body) > _AT_ONCE_BYTES else body or None
            request = SimpleNamespace(at=None, note=note, fresh=fresh, dns_s=None, connect_s=None, ready=0.0)
            _REQUEST.set(request)
            try:
                answer = await self._session.request(method, URL(url, encoded=True), **how | {"data": data})
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                if not _was_stale(error, request.at):
                    raise
                # Of the others that were kept none is any better.
                fresh = True
            else:
                assert isinstance(answer, Answer)
                answer_s = asyncio.get_running_loop().time() - request.ready
                answer.phases = Phases(request.dns_s, request.connect_s, None, answer_s)
                return answer

    def _proxy(self, url: str) -> str | None:
        origin = _origin(url)
        now = asyncio.get_running_loop().time()
        proxy, until = self._proxies.get(origin, (None, now))
        if until <= now:
            proxy = proxy_for(origin)
            self._proxies[origin] = proxy, now + _PROXY_LIFE_S
        if proxy is not None and not proxy.startswith(("http:", "https:")):
            raise Unanswered("proxy_settings")
        return proxy


class _Upload(io.BytesIO):
    """A large body, which says whenever more of it is taken."""

    def __init__(self, body: bytes, note: Note | None) -> None:
        super().__init__(body)
        self._note = note

    def read(self, size: int | None = -1) -> bytes:
        if self._note is not None:
            self._note(Sending())
        return super().read(size)


class _Pool(aiohttp.TCPConnector):
    """Says when a connection is taken up again. aiohttp's own tracing does, too, at a tenth of a whole request."""

    def __init__(self) -> None:
        super().__init__(limit=0, keepalive_timeout=KEEPALIVE_S)
        self._used: WeakSet[object] = WeakSet()

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Any], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        request, clock = _REQUEST.get(), asyncio.get_running_loop().time
        began = clock()
        connection = await super().connect(req, traces, timeout)
        while request.fresh and connection.protocol in self._used:
            connection.close()
            connection = await super().connect(req, traces, timeout)
        if request.note is not None:
            request.note(Connected())
        request.ready = clock()
        if connection.protocol in self._used:
            request.at = request.ready
        else:
            self._used.add(connection.protocol)
            request.connect_s = request.ready - began - (request.dns_s or 0.0)
        return connection

    async def _resolve_host(self, host: str, *given: Any, **named: Any) -> Any:
        request, clock = _REQUEST.get(), asyncio.get_running_loop().time
        began = clock()
        found = await super()._resolve_host(host, *given, **named)
        if not is_address(host):
            request.dns_s = clock() - began
        return found


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        response_class=Answer,
        connector=_Pool(),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=_OWN_HEADERS,
        max_field_size=_MAX_FIELD_BYTES,
    )


def _origin(url: str) -> str:
    return url[: url.index("/", len("https://"))]


@lru_cache(maxsize=64)
def _place(origin: str) -> tuple[str, bool, bool]:
    """The host; is it asked over TLS; is it this machine?"""
    return urlsplit(origin).hostname or "", origin.startswith("https:"), reach_of_url(origin) is Reach.LOOPBACK


def _was_stale(error: Exception, reused_at: float | None) -> bool:
    """Whether a connection that was taken up again had ended before, and the request reached nobody."""
    if reused_at is None or isinstance(error, aiohttp.ClientConnectorError):
        return False
    # In place of words it carries the beginning of an answer.
    begun = isinstance(error, aiohttp.ServerDisconnectedError) and not isinstance(error.message, str)
    return not begun and asyncio.get_running_loop().time() - reused_at <= AT_ONCE_S


def code_of(error: BaseException) -> str:
    """What went wrong, in the words of `core.evidence.answers`."""
    match error:
        case TimeoutError():
            return "timeout"
        case aiohttp.ClientHttpProxyError(status=407):
            return "proxy_login"
        case aiohttp.ClientHttpProxyError():
            return "connect"
        case aiohttp.ClientProxyConnectionError():
            return "proxy_settings"
        case aiohttp.ClientConnectorDNSError(errno=errno):
            return "no_name" if errno in NO_SUCH_NAME else "dns"
        case aiohttp.ClientConnectorCertificateError(certificate_error=ssl.SSLCertVerificationError() as cause):
            return "untrusted" if is_unknown(cause) else "tls"
        case aiohttp.ClientSSLError():
            return "tls"
        case aiohttp.ClientConnectorError():
            return "connect"
        case aiohttp.ClientPayloadError() | aiohttp.ServerDisconnectedError() | OSError():
            return "cut"
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError() | ValueError():
            return "unsendable"
        case _:
            return "malformed"
