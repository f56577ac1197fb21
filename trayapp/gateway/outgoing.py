"""The gateway's way out: one pool of connections, the machine's proxies and trust, no redirects, no cookies."""

import asyncio
import ssl
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from trayapp.gateway.limits import Patience
from trayapp.net.proxies import proxy_for

KEEPALIVE_S = 15.0
"""Shorter than common servers' own, so that a connection is rarely closed just as it is used again."""
_PROXY_LIFE_S = 60.0
"""A laptop moves; reading the settings anew for every request would take longer than the request."""
_MAX_FIELD_BYTES = 32_768
_OWN_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class Unanswered(Exception):
    """There is no answer, or no whole one. `code` as in `core.evidence.answers`: `timeout`, `dns`, `connect`, `tls`,
    `cut`, `malformed`, `proxy_login`, `proxy_settings`, `unsendable`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Outgoing:
    """Sends requests on. `trust` makes the TLS context on first use."""

    def __init__(self, trust: Callable[[], ssl.SSLContext]) -> None:
        self._trust = trust
        self._context: ssl.SSLContext | None = None
        self._making = asyncio.Lock()
        self._proxies: dict[str, tuple[str | None, float]] = {}
        trace = aiohttp.TraceConfig()
        trace.on_connection_reuseconn.append(_note_reuse)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=_OWN_HEADERS,
            max_field_size=_MAX_FIELD_BYTES,
            trace_configs=[trace],
        )

    async def close(self) -> None:
        await self._session.close()

    async def ask(
        self, method: str, url: str, headers: CIMultiDict[str], body: bytes, patience: Patience
    ) -> aiohttp.ClientResponse:
        """Send one request and wait for the head of its answer. Close what you get: before its end that drops the
        connection, after it the connection is kept. Raises `Unanswered`.

        A kept connection that the other side closed just before it was used again is no failure of the provider's:
        then, and only then, the request is sent once more.
        """
        how: dict[str, Any] = {
            "headers": headers,
            "data": body or None,
            "allow_redirects": False,
            "timeout": aiohttp.ClientTimeout(total=None, connect=patience.connect_s),
            "proxy": self._proxy(url),
        }
        if url.startswith("https:"):
            how["ssl"] = await self._trusted()
        reused = SimpleNamespace(yes=False)
        try:
            async with asyncio.timeout(patience.head_s):
                try:
                    return await self._session.request(method, URL(url, encoded=True), trace_request_ctx=reused, **how)
                except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                    if not reused.yes or isinstance(error, aiohttp.ClientConnectorError):
                        raise
                    return await self._session.request(method, URL(url, encoded=True), **how)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unanswered(code_of(error)) from error

    async def _trusted(self) -> ssl.SSLContext:
        async with self._making:
            if self._context is None:
                self._context = await asyncio.to_thread(self._trust)
        return self._context

    def _proxy(self, url: str) -> str | None:
        origin = url[: url.index("/", len("https://"))]
        now = asyncio.get_running_loop().time()
        proxy, until = self._proxies.get(origin, (None, now))
        if until <= now:
            proxy = proxy_for(origin)
            self._proxies[origin] = proxy, now + _PROXY_LIFE_S
        if proxy is not None and not proxy.startswith(("http:", "https:")):
            raise Unanswered("proxy_settings")
        return proxy


async def _note_reuse(_: aiohttp.ClientSession, context: Any, __: Any) -> None:
    if context.trace_request_ctx is not None:
        context.trace_request_ctx.yes = True


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
        case aiohttp.ClientConnectorDNSError():
            return "dns"
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
