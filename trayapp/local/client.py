"""Requests to a local server: bounded in size and time, never through a proxy, never following a redirect.

Every failure becomes a `Problem` here, so that nobody above has to know the HTTP library, which is loaded with the
first request and not before.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from trayapp.core.json_text import read_json
from trayapp.core.remote_text import plain
from trayapp.core.switching.forwarding import cloud_behind, product_in_front
from trayapp.core.switching.route import ROUTE_HEADER
from trayapp.errors import Problem

if TYPE_CHECKING:
    import aiohttp

# Ollama lists every pulled model with its details in one answer; a few thousand of them fit.
BODY_LIMIT_BYTES = 4 << 20
# What is on this machine answers its listing in milliseconds, even while it generates on every core.
CHECK_LIMIT_S = 3.0
# A server may answer with a whole traceback.
REASON_LIMIT_CHARS = 200


def deep(value: Any, *keys: str) -> Any:
    """What stands in decoded JSON under these keys; None where nothing does."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


LocalKey = Callable[[str], Awaitable[str | None]]
"""Finds the key that is stored for the server at an address, if one is. Raises `Problem`: what the keyring says."""


class ServerAnswer(msgspec.Struct, frozen=True):
    """One complete answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The decoded body, or None when it is no JSON."""
        try:
            return read_json(self.body)
        except ValueError:
            return None

    def reason(self) -> str:
        """The error that the server gives, in OpenAI's shape or Ollama's; else the status."""
        error: object = self.json()
        for key in ("error", "message"):
            error = error.get(key, error) if isinstance(error, dict) else error
        return plain(error, REASON_LIMIT_CHARS) if isinstance(error, str) and error else f"HTTP {self.status}"


class Client:
    """A short-lived session with the server at `url`; an async context manager. `key` finds the key for an address.

    Raises `Problem`: `local_unreachable` (nothing listens), `local_cut` (the connection broke), `local_timeout` (url,
    limit_s), `local_wrong_server` (it does not speak HTTP, or its answer has no end), `local_bad_url`,
    `local_is_gateway` (what answers is a gateway of ours). `through`: a product that answered in the server's place,
    where it said so.
    """

    def __init__(self, url: str, key: LocalKey | None = None) -> None:
        self.url = url
        self._find_key = key
        self._key: str | None = None
        self.through: str | None = None

    async def __aenter__(self) -> Self:
        import aiohttp

        if self._find_key is not None:
            self._key = await self._find_key(self.url)
        self._session = aiohttp.ClientSession(
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            # Every call has its own.
            timeout=aiohttp.ClientTimeout(total=None),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    def shut_out(self, answer: ServerAnswer) -> Problem | None:
        """That it wants a key, `local_needs_key`, or another, `local_wrong_key`, or nobody, `local_forbidden`."""
        wants = "local_needs_key" if self._key is None else "local_wrong_key"
        code = {401: wants, 403: "local_forbidden"}.get(answer.status)
        return Problem(code, url=self.url) if code is not None else None

    async def get(self, path: str, *, limit_s: float = CHECK_LIMIT_S) -> ServerAnswer:
        return await self._exchange("GET", path, None, limit_s)

    async def post(self, path: str, body: Mapping[str, Any], *, limit_s: float) -> ServerAnswer:
        return await self._exchange("POST", path, body, limit_s)

    async def lines(
        self, path: str, body: Mapping[str, Any], *, first_limit_s: float, idle_limit_s: float
    ) -> AsyncGenerator[str, None]:
        """The lines of a streamed answer as they come. Closing the iterator hangs up, so that the server stops too.

        `first_limit_s` is for everything up to the first byte, `idle_limit_s` for each silence after it. An answer
        other than 200 raises `Problem` `local_refused` (url, status, reason), one for which a cloud was asked
        `local_forwards` (model, url, product, host); a stream without an end of line, or
        with more than `BODY_LIMIT_BYTES`, raises `local_wrong_server`.
        """
        with self._as_problems(first_limit_s):
            async with asyncio.timeout(first_limit_s):
                response = await self._request("POST", path, body)
                if response.status != 200:
                    raise await self._refusal(response)
                if (cloud := cloud_behind(response)) is not None:
                    response.close()
                    told = {"url": self.url, "product": self.through, "host": cloud}
                    raise Problem("local_forwards", model=body.get("model"), **told)
                chunk = await response.content.readany()
        try:
            rest, received = b"", len(chunk)
            while chunk:
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    yield line.decode("utf-8", "replace").rstrip("\r")
                with self._as_problems(idle_limit_s):
                    async with asyncio.timeout(idle_limit_s):
                        chunk = await response.content.readany()
                received += len(chunk)
                if received > BODY_LIMIT_BYTES:
                    raise Problem("local_wrong_server", url=self.url)
        finally:
            response.close()

    async def _refusal(self, response: "aiohttp.ClientResponse") -> Problem:
        answer = await self._whole(response)
        return Problem("local_refused", url=self.url, status=answer.status, reason=answer.reason())

    async def _exchange(self, method: str, path: str, body: Mapping[str, Any] | None, limit_s: float) -> ServerAnswer:
        with self._as_problems(limit_s):
            async with asyncio.timeout(limit_s):
                return await self._whole(await self._request(method, path, body))

    async def _request(self, method: str, path: str, body: Mapping[str, Any] | None) -> "aiohttp.ClientResponse":
        response = await self._session.request(
            method,
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers=({} if body is None else {"content-type": "application/json"})
            | ({} if self._key is None else {"authorization": f"Bearer {self._key}"}),
            allow_redirects=False,
        )
        if ROUTE_HEADER in response.headers:
            response.close()
            raise Problem("local_is_gateway", url=self.url)
        self.through = product_in_front(response.headers) or self.through
        return response

    async def _whole(self, response: "aiohttp.ClientResponse") -> ServerAnswer:
        body = bytearray()
        async with response:
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > BODY_LIMIT_BYTES:
                    response.close()
                    raise Problem("local_wrong_server", url=self.url)
        return ServerAnswer(response.status, {k.lower(): v for k, v in response.headers.items()}, bytes(body))

    @contextmanager
    def _as_problems(self, limit_s: float) -> Iterator[None]:
        import aiohttp

        try:
            yield
        except TimeoutError as error:
            raise Problem("local_timeout", url=self.url, limit_s=round(limit_s)) from error
        except aiohttp.ClientConnectorError as error:
            raise Problem("local_unreachable", url=self.url) from error
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as error:
            raise Problem("local_cut", url=self.url) from error
        except aiohttp.InvalidURL as error:
            raise Problem("local_bad_url", url=self.url) from error
        except aiohttp.ClientError as error:
            raise Problem("local_wrong_server", url=self.url) from error
        except ValueError as error:
            # A name that passed for one, and that getaddrinfo does not take (UnicodeError).
            raise Problem("local_bad_url", url=self.url) from error
