"""Bounded, polite HTTP: the only place that knows httpx.

Every request has one deadline for everything (a server that drips is cut off), a size limit after decompression (an
endless or exploding body is cut off), no cookies, and no redirect unless asked for. Requests to loopback never see a
proxy; requests elsewhere honour the environment's and, where Python can read them, the desktop's proxies.
"""

import asyncio
import http.cookiejar
import logging
import ssl
import zlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from trayapp import __version__
from trayapp.core.evidence.answers import redirected, same_site
from trayapp.core.evidence.observation import NetworkStep
from trayapp.core.evidence.phases import Phases
from trayapp.core.evidence.reach import Reach, reach_of_url
from trayapp.net.proxies import proxy_for
from trayapp.net.trust import Roots, Trust, is_unknown, issuer_name
from trayapp.watch.failure import Failure, failure_of, is_disconnect, refused_certificate, timed_out
from trayapp.watch.transport import TRACE, Outgoing, Trace

log = logging.getLogger(__name__)
# A line for every request of a program that asks all day is noise, and it would show every address in the log.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)

USER_AGENT = f"llm-ampel/{__version__}"
KEEPALIVE_S = 5.0
"""The two requests of one reading share a connection; a probe a minute later proves name, connection and TLS afresh."""
PREPARED_S = 20.0
"""Reading a few hundred certificates takes a second at worst; a disk that takes longer is no news of a provider."""
TLS_HANDSHAKE_BYTES = 5_000
"""A certificate chain and the rest of a handshake; no library counts it, and it is most of a small request."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Limit(NamedTuple):
    """`deadline_s`: real seconds for the whole exchange, redirects included. `body_bytes`: after decompression."""

    deadline_s: float
    body_bytes: int


class HttpAnswer(NamedTuple):
    """A whole answer. `headers` have lower-case names; `truncated`: there was more than the limit, or than was wanted.

    `url`: where it came from in the end. `address`: the peer's, None behind a proxy. `proven`, `late_name`, `phases`
    and `issuer` as in `Try`. Times are real seconds since the request began: to the answer's head, and to the end (or
    to when enough had come).
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool
    url: str
    address: str | None
    head_s: float
    end_s: float
    proven: bool = False
    late_name: bool = False
    phases: Phases = Phases()
    issuer: str | None = None


class Http:
    """Asks. `on_bytes` is told what every exchange cost, both ways."""

    def __init__(self, *, trust: Trust | None = None, on_bytes: Callable[[int], None] = lambda _: None) -> None:
        self._trust = trust or Trust()
        self._on_bytes = on_bytes
        self._clients: dict[tuple[str | None, Roots], httpx.AsyncClient] = {}
        self._under_way: set[asyncio.Timeout] = set()

    async def ask(
        self,
        url: str,
        limit: Limit,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        redirects: int = 0,
        enough: Callable[[bytes], bool] | None = None,
    ) -> HttpAnswer:
        """One exchange, with up to `redirects` hops that stay on the same site; raises `Failure`.

        A redirect that leads elsewhere is returned as the answer that it is. Reading stops when `enough` says so of
        the body read so far.
        """
        trace = Trace()
        TRACE.set(trace)
        await self._prepare(url)
        deadline = asyncio.timeout(limit.deadline_s)
        self._under_way.add(deadline)
        try:
            async with deadline:
                began = asyncio.get_running_loop().time()
                for _ in range(redirects + 1):
                    answer = await self._once(url, limit, method, headers or {}, body, trace, began, enough)
                    if redirects == 0 or answer.status not in _REDIRECTS:
                        return answer
                    target = redirected(url, answer.headers)
                    if not same_site(url, target) or (url.startswith("https:") and not target.startswith("https:")):
                        return answer
                    url = target
        except TimeoutError:
            if deadline not in self._under_way:
                raise Failure("cut", addresses=trace.addresses) from None
            raise timed_out(trace.step, trace.addresses) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise failure_of(error, trace.step, trace.addresses) from error
        finally:
            self._under_way.discard(deadline)
        raise Failure("redirect_loop")

    async def drop(self) -> None:
        """Forget connections, proxies and trust: the machine woke up or changed networks. What is under way is cut."""
        clients, self._clients = list(self._clients.values()), {}
        under_way, self._under_way = self._under_way, set()
        self._trust.forget()
        for deadline in under_way:
            if not deadline.expired():
                deadline.reschedule(asyncio.get_running_loop().time())
        for client in clients:
            await client.aclose()

    async def close(self) -> None:
        await self.drop()

    async def _once(
        self,
        url: str,
        limit: Limit,
        method: str,
        headers: Mapping[str, str],
        content: bytes | None,
        trace: Trace,
        began: float,
        enough: Callable[[bytes], bool] | None,
    ) -> HttpAnswer:
        clock = asyncio.get_running_loop().time
        proxy = proxy_for(url)
        trace.tunnelled = proxy is not None and url.startswith("https:")
        body = _Body(limit.body_bytes)
        received = 0
        try:
            response, roots = await self._send(url, proxy, method, headers, content, trace)
            try:
                head_s = clock() - began
                trace.enter(None)
                received = _size(response.headers.raw)
                body.encoded(response.headers.get("content-encoding", "identity"))
                async for chunk in response.aiter_raw():
                    received += len(chunk)
                    if body.feed(chunk) or (enough is not None and enough(body.data)):
                        break
                else:
                    body.end()
                address = None if proxy else _peer(response)
                issuer = _issuer(response) if url.startswith("https:") and roots is Roots.SYSTEM else None
            finally:
                await response.aclose()
        finally:
            # Whom nobody reaches is sent nothing.
            sent = trace.sent if trace.step is None else 0
            self._on_bytes(sent + received + TLS_HANDSHAKE_BYTES * trace.new_handshakes())
        names = {name.lower(): value for name, value in response.headers.items()}
        proven = reach_of_url(url) is Reach.LOOPBACK or (url.startswith("https:") and roots is Roots.PUBLIC)
        status, whole = response.status_code, body.whole
        end_s = clock() - began
        return HttpAnswer(
            status,
            names,
            body.data,
            not whole,
            url,
            address,
            head_s,
            end_s,
            proven,
            trace.late_name,
            trace.phases(),
            issuer,
        )

    async def _send(
        self,
        url: str,
        proxy: str | None,
        method: str,
        headers: Mapping[str, str],
        content: bytes | None,
        trace: Trace,
    ) -> tuple[httpx.Response, Roots]:
        """Send it to a host whose certificate somebody's roots vouch for; whose, is part of the answer."""
        host = urlsplit(url).hostname or ""
        refused: httpx.ConnectError | None = None
        for roots in self._trust.order(host):
            client = await self._client(proxy, roots)
            request = client.build_request(
                method, url, headers=headers, content=content, extensions={"trace": trace.note}
            )
            trace.sent = _size(request.headers.raw) + len(url) + len(content or b"")
            try:
                response = await _send_anew(client, request, trace)
            except httpx.ConnectError as error:
                # What is loaded for the next attempt is no part of the way.
                trace.enter(None)
                if (refusal := refused_certificate(error)) is None:
                    raise
                # Whoever knows the issuer has more to say than whoever does not.
                if refused is None or not is_unknown(refusal):
                    refused = error
                continue
            if url.startswith("https:"):
                self._trust.vouched_by(host, roots)
            return response, roots
        self._trust.forget(host)
        assert refused is not None
        raise refused

    async def _prepare(self, url: str) -> None:
        """Have a client: the time that it takes a busy machine to read all roots is none of the other side's, nor of
        the time that it is given. Raises `Failure`."""
        try:
            roots = next(iter(self._trust.order(urlsplit(url).hostname or "")))
            async with asyncio.timeout(PREPARED_S):
                await self._client(proxy_for(url), roots)
        except (TimeoutError, ValueError):
            raise Failure("unsendable") from None
        except OSError as error:
            raise failure_of(error, None, ()) from error

    async def _client(self, proxy: str | None, roots: Roots) -> httpx.AsyncClient:
        context = await self._trust.context(roots)
        if (proxy, roots) not in self._clients:
            self._clients[proxy, roots] = _make_client(proxy, context)
        return self._clients[proxy, roots]


async def _send_anew(client: httpx.AsyncClient, request: httpx.Request, trace: Trace) -> httpx.Response:
    """Send it over a kept connection, or over a new one if the host turns out to have closed that.

    Over TLS its good-bye can come together with the answer before; then nobody can tell from the socket.
    """
    while True:
        trace.connects = False
        try:
            return await client.send(request, stream=True)
        except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
            if (
                client.is_closed
                or trace.connects
                or (isinstance(error, httpx.RemoteProtocolError) and not is_disconnect(error))
            ):
                raise


def _make_client(proxy: str | None, context: ssl.SSLContext) -> httpx.AsyncClient:
    nobody = http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
    limits = httpx.Limits(keepalive_expiry=KEEPALIVE_S)
    try:
        return httpx.AsyncClient(
            transport=Outgoing(context, limits, proxy),
            # httpx's own reading of the environment can fail on a legal NO_PROXY, and it would read ~/.netrc.
            trust_env=False,
            timeout=None,
            headers={"user-agent": USER_AGENT, "accept": "*/*", "accept-encoding": "gzip"},
            cookies=http.cookiejar.CookieJar(nobody),
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        # Not the message: a proxy's address can hold a password.
        log.info("no client can be built with the proxy that is set: %s", type(error).__name__)
        raise Failure("proxy_settings", NetworkStep.PROXY) from None


class _Body:
    """Collects at most `limit` bytes of a body, undoing gzip without ever holding more than that."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._unzip: Any = None
        self._data = bytearray()
        self.whole = False

    @property
    def data(self) -> bytes:
        return bytes(self._data)

    def encoded(self, encoding: str) -> None:
        match encoding.strip().lower():
            case "gzip" | "x-gzip":
                self._unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            case "identity" | "":
                pass
            case _:
                raise Failure("malformed")

    def feed(self, chunk: bytes) -> bool:
        """True when there is more than the limit allows."""
        room = self._limit - len(self._data)
        if self._unzip is not None:
            try:
                chunk = self._unzip.decompress(chunk, room + 1)
            except zlib.error:
                raise Failure("malformed") from None
        self._data += chunk[:room]
        return len(chunk) > room

    def end(self) -> None:
        if self._unzip is not None and not self._unzip.eof and self._data:
            raise Failure("cut")
        self.whole = True


def _peer(response: httpx.Response) -> str | None:
    stream = response.extensions.get("network_stream")
    address = stream.get_extra_info("server_addr") if stream is not None else None
    return str(address[0]) if address else None


def _issuer(response: httpx.Response) -> str | None:
    """Who vouches for the host, by the name of the organisation where it has one."""
    stream = response.extensions.get("network_stream")
    secure = stream.get_extra_info("ssl_object") if stream is not None else None
    return issuer_name(secure.getpeercert()) if secure is not None else None


def _size(raw: list[tuple[bytes, bytes]]) -> int:
    # Each header line has a colon, a space and a line end.
    return sum(len(name) + len(value) + 4 for name, value in raw)
