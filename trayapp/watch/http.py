"""Bounded, polite HTTP: the only place that knows httpx.

Every request has one deadline for everything (a server that drips is cut off), a size limit after decompression (an
endless or exploding body is cut off), no cookies, and no redirect unless asked for. Requests to loopback never see a
proxy; requests elsewhere honour the environment's and, where Python can read them, the desktop's proxies.
"""

import asyncio
import http.cookiejar
import logging
import socket
import ssl
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin

import httpx

from trayapp import __version__
from trayapp.core.evidence.answers import same_site
from trayapp.core.evidence.observation import NetworkStep
from trayapp.net.proxies import proxy_for
from trayapp.net.trust import system_trust

log = logging.getLogger(__name__)
# A line for every request of a program that asks all day is noise, and it would show every address in the log.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)

USER_AGENT = f"llm-ampel/{__version__}"
KEEPALIVE_S = 5.0
"""The two requests of one reading share a connection; a probe a minute later proves name, connection and TLS afresh."""
TLS_HANDSHAKE_BYTES = 5_000
"""A certificate chain and the rest of a handshake; no library counts it, and it is most of a small request."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Limit(NamedTuple):
    """`deadline_s`: real seconds for the whole exchange, redirects included. `body_bytes`: after decompression."""

    deadline_s: float
    body_bytes: int


class HttpAnswer(NamedTuple):
    """A whole answer. `headers` have lower-case names; `truncated`: there was more than the limit, or than was wanted.

    `url`: where it came from in the end. `address`: the peer's, None behind a proxy.
    Times are real seconds since the request began: to the answer's head, and to the end (or to when enough had come).
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool
    url: str
    address: str | None
    head_s: float
    end_s: float


class Failure(Exception):
    """There is no whole answer.

    `code`: `timeout`, `dns`, `connect`, `tls`, `cut`, `malformed`, `redirect_loop`, `proxy_login`, `proxy_settings`,
    `unsendable`. `step`: the step of the network at which it failed, None once the provider's side was reached.
    `expired`: the certificate was refused because of its dates, which a wrong clock makes of a good one.
    """

    def __init__(
        self, code: str, step: NetworkStep | None = None, *, expired: bool = False, rejected: bool = False
    ) -> None:
        super().__init__(code)
        self.code = code
        self.step = step
        self.expired = expired
        self.rejected = rejected


class Http:
    """Asks. `on_bytes` is told what every exchange cost, both ways; `trust` makes the TLS context on first use."""

    def __init__(
        self, *, trust: Callable[[], ssl.SSLContext] = system_trust, on_bytes: Callable[[int], None] = lambda _: None
    ) -> None:
        self._trust = trust
        self._on_bytes = on_bytes
        self._context: ssl.SSLContext | None = None
        self._making = asyncio.Lock()
        self._clients: dict[str | None, httpx.AsyncClient] = {}

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
        trace = _Trace()
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(limit.deadline_s):
                for _ in range(redirects + 1):
                    answer = await self._once(url, limit, method, headers or {}, body, trace, began, enough)
                    if redirects == 0 or answer.status not in _REDIRECTS:
                        return answer
                    target = urljoin(url, answer.headers.get("location", ""))
                    if not same_site(url, target) or (url.startswith("https:") and not target.startswith("https:")):
                        return answer
                    url = target
        except TimeoutError:
            raise Failure("timeout", trace.step) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise _failure(error, trace) from error
        raise Failure("redirect_loop")

    async def drop(self) -> None:
        """Forget connections, proxies and trust: the machine woke up or changed networks."""
        clients, self._clients, self._context = list(self._clients.values()), {}, None
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
        trace: "_Trace",
        began: float,
        enough: Callable[[bytes], bool] | None,
    ) -> HttpAnswer:
        clock = asyncio.get_running_loop().time
        proxy = proxy_for(url)
        client = await self._client(proxy)
        request = client.build_request(method, url, headers=headers, content=content, extensions={"trace": trace.note})
        body = _Body(limit.body_bytes)
        sent = _size(request.headers.raw) + len(url) + len(content or b"")
        received = 0
        try:
            response = await client.send(request, stream=True)
            try:
                head_s = clock() - began
                received = _size(response.headers.raw)
                body.encoded(response.headers.get("content-encoding", "identity"))
                async for chunk in response.aiter_raw():
                    received += len(chunk)
                    if body.feed(chunk) or (enough is not None and enough(body.data)):
                        break
                else:
                    body.end()
                address = None if proxy else _peer(response)
            finally:
                await response.aclose()
        finally:
            self._on_bytes(sent + received + TLS_HANDSHAKE_BYTES * trace.new_handshakes())
        names = {name.lower(): value for name, value in response.headers.items()}
        return HttpAnswer(response.status_code, names, body.data, not body.whole, url, address, head_s, clock() - began)

    async def _client(self, proxy: str | None) -> httpx.AsyncClient:
        async with self._making:
            if self._context is None:
                self._context = await asyncio.to_thread(self._trust)
            if proxy not in self._clients:
                self._clients[proxy] = _make_client(proxy, self._context)
            return self._clients[proxy]


def _make_client(proxy: str | None, context: ssl.SSLContext) -> httpx.AsyncClient:
    nobody = http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
    try:
        return httpx.AsyncClient(
            verify=context,
            proxy=proxy,
            # httpx's own reading of the environment can fail on a legal NO_PROXY, and it would read ~/.netrc.
            trust_env=False,
            timeout=None,
            headers={"user-agent": USER_AGENT, "accept": "*/*", "accept-encoding": "gzip"},
            cookies=http.cookiejar.CookieJar(nobody),
            limits=httpx.Limits(keepalive_expiry=KEEPALIVE_S),
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


class _Trace:
    """Follows one exchange through its steps."""

    def __init__(self) -> None:
        self.step: NetworkStep | None = NetworkStep.TCP
        self._handshakes = 0

    def new_handshakes(self) -> int:
        """Since the last time this was asked."""
        count, self._handshakes = self._handshakes, 0
        return count

    async def note(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith("connect_tcp.started"):
            self.step = NetworkStep.TCP
        elif event.endswith("start_tls.started"):
            self.step = NetworkStep.TLS
        elif event.endswith("start_tls.complete"):
            self._handshakes += 1
        elif event == "http11.send_request_headers.started":
            self.step = None


def _failure(error: Exception, trace: _Trace) -> Failure:
    causes = list(_causes(error))
    if isinstance(error, httpx.ProxyError):
        return Failure("proxy_login", NetworkStep.PROXY) if "407" in str(error) else Failure("connect", NetworkStep.TCP)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Failure("dns", NetworkStep.DNS)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            # OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED.
            return Failure("tls", NetworkStep.TLS, expired=cause.verify_code in (9, 10), rejected=True)
    if trace.step is NetworkStep.TLS or any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Failure("tls", NetworkStep.TLS)
    if trace.step is NetworkStep.TCP and isinstance(error, (httpx.ConnectError, OSError)):
        return Failure("connect", NetworkStep.TCP)
    if isinstance(error, httpx.RemoteProtocolError) and not str(error).startswith(
        ("Server disconnected", "peer closed")
    ):
        return Failure("malformed")
    if isinstance(error, (httpx.NetworkError, httpx.RemoteProtocolError, OSError)):
        return Failure("cut")
    return Failure("unsendable")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _peer(response: httpx.Response) -> str | None:
    stream = response.extensions.get("network_stream")
    address = stream.get_extra_info("server_addr") if stream is not None else None
    return str(address[0]) if address else None


def _size(raw: list[tuple[bytes, bytes]]) -> int:
    # Each header line has a colon, a space and a line end.
    return sum(len(name) + len(value) + 4 for name, value in raw)
