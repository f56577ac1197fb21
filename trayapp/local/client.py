"""Requests to a local server: bounded in size and time, never through a proxy, never following a redirect.

Every failure becomes a `Problem` here, so that nobody above has to know the HTTP library, which is loaded with the
first request and not before.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from trayapp.errors import Problem

if TYPE_CHECKING:
    import aiohttp

# Ollama lists every pulled model with its details in one answer; a few thousand of them fit.
BODY_LIMIT_BYTES = 4 << 20
# What is on this machine answers its listing in milliseconds, even while it generates on every core.
CHECK_LIMIT_S = 3.0
REMARK_LIMIT_CHARS = 200


def remark(text: str) -> str:
    """What a server or a program said, fit for one line of ours: no control characters, cut at 200 characters."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text[: 8 * REMARK_LIMIT_CHARS]).split())
    return plain if len(plain) <= REMARK_LIMIT_CHARS else plain[: REMARK_LIMIT_CHARS - 1] + "…"


class Answer(msgspec.Struct, frozen=True):
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
            return msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return None

    def remark(self) -> str:
        """The error that the server gives, in OpenAI's shape or Ollama's; else the status."""
        found: object = self.json()
        for key in ("error", "message"):
            found = found.get(key, found) if isinstance(found, dict) else found
        return remark(found) if isinstance(found, str) and found else f"HTTP {self.status}"


class Client:
    """A short-lived session with the server at `url`; an async context manager.

    Raises `Problem`: `local_unreachable` (nothing listens or the connection broke), `local_timeout` (url, limit_s),
    `local_wrong_server` (it does not speak HTTP, or its answer has no end).
    """

    def __init__(self, url: str) -> None:
        self.url = url

    async def __aenter__(self) -> Self:
        import aiohttp

        self._session = aiohttp.ClientSession(
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            # Chunks of one token are small; a line of a stream is not allowed to be larger than this.
            read_bufsize=1 << 16,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, path: str, *, limit_s: float = CHECK_LIMIT_S) -> Answer:
        async with self._exchange("GET", path, None, limit_s) as response:
            return await self._whole(response)

    async def post(self, path: str, body: Mapping[str, Any], *, limit_s: float) -> Answer:
        async with self._exchange("POST", path, body, limit_s) as response:
            return await self._whole(response)

    @asynccontextmanager
    async def _exchange(
        self, method: str, path: str, body: Mapping[str, Any] | None, limit_s: float
    ) -> "AsyncIterator[aiohttp.ClientResponse]":
        import aiohttp

        try:
            async with (
                asyncio.timeout(limit_s),
                self._session.request(
                    method,
                    self.url + path,
                    data=None if body is None else json.dumps(body).encode(),
                    headers={} if body is None else {"content-type": "application/json"},
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(total=None),
                ) as response,
            ):
                yield response
        except TimeoutError as error:
            raise Problem("local_timeout", url=self.url, limit_s=round(limit_s)) from error
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as error:
            raise Problem("local_unreachable", url=self.url) from error
        except aiohttp.ClientError as error:
            raise Problem("local_wrong_server", url=self.url) from error

    async def _whole(self, response: "aiohttp.ClientResponse") -> Answer:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > BODY_LIMIT_BYTES:
                raise Problem("local_wrong_server", url=self.url)
        return Answer(response.status, {k.lower(): v for k, v in response.headers.items()}, bytes(body))
