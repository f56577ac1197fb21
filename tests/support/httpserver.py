"""A raw HTTP/1.1 server on loopback that can misbehave in every way that a real one was seen to.

async with Server() as server:
    server.on("/v1/models", answer(500), answer(200, {"data": []}))   # the last one repeats
    ... server.url + "/v1/models" ...
    assert server.asked("/v1/models") == 2
"""

import asyncio
import contextlib
import functools
import gzip
import json
import socket
import ssl
import struct
import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple, Self

import trustme

from trayapp.tasks import Tasks

HANDOVER_TURNS = 3
"""The task begins, the protocol hears of the connection, and ours is spawned."""
GZIP_HEAD = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
"""Deflated; neither flags nor time, from an unknown system (RFC 1952)."""


class Request(NamedTuple):
    """Header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Behaviour = Callable[[asyncio.StreamWriter, Request], Awaitable[None]]


class Server:
    """`url`: scheme, host and port. `requests`: everything that was asked, in order. TLS when `tls` is given.

    `port`: any free one, unless it is named. `known_as`: the URL under which others know it, where something stands in
    front. `keeps`: connections, after an answer.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
        *,
        port: int = 0,
        known_as: str | None = None,
        keeps: bool = True,
    ) -> None:
        self.host = host
        self._port = port
        self._known_as = known_as
        self._keeps = keeps
        self.requests: list[Request] = []
        self.connections = 0
        self.arrived = asyncio.Event()
        self._tls = tls
        self._routes: dict[str, deque[Behaviour]] = {}
        self._default: Behaviour = answer(404, {"error": {"message": "not here", "type": "invalid_request_error"}})
        self._tasks = Tasks("httpserver")

    def on(self, path: str, *behaviours: Behaviour) -> None:
        """What `path` (without its query) answers, one request after the other; the last one repeats."""
        self._routes[path] = deque(behaviours)

    def always(self, behaviour: Behaviour) -> None:
        """What every path without an answer of its own answers."""
        self._default = behaviour

    def asked(self, path: str) -> int:
        return sum(one.path.partition("?")[0] == path for one in self.requests)

    async def wait_asked(self, path: str, times: int, deadline_s: float = 10.0) -> None:
        """Until `path` was asked so often."""
        async with asyncio.timeout(deadline_s):
            while self.asked(path) < times:
                self.arrived.clear()
                await self.arrived.wait()

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def listen(self) -> None:
        """Take connections, for the first time or again."""

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            serving = self._tasks.spawn(self._serve(reader, writer), "connection")
            # Not in `_serve`: a task that is cancelled before its first step never gets there.
            serving.add_done_callback(lambda _: end(writer))

        self._server = await asyncio.start_server(accept, self.host, self._port, ssl=self._tls)
        port = self._server.sockets[0].getsockname()[1]
        self.netloc = f"{self.host}:{port}"
        self.url = self._known_as or f"{'https' if self._tls else 'http'}://{self.netloc}"

    def refuse(self) -> None:
        """Take no more connections until `listen`."""
        self._server.close()

    @property
    def refuses(self) -> bool:
        return not self._server.is_serving()

    async def __aexit__(self, *_: object) -> None:
        await deaf(self._server)
        self._server.close()
        await self._tasks.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while (request := await _read(reader)) is not None:
                self.requests.append(request)
                self.arrived.set()
                path = request.path.partition("?")[0]
                queue = self._routes.get(path, deque([self._default]))
                behaviour = queue[0] if len(queue) == 1 else queue.popleft()
                await behaviour(writer, request)
                await writer.drain()
                if not self._keeps:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            if not self._keeps and not writer.is_closing():
                # Nor does it matter that whoever asked takes no leave.
                with contextlib.suppress(OSError):
                    writer.close()
                    # TLS waits for a farewell before it lets go; whoever asked has to see the end before it asks again.
                    writer.get_extra_info("socket").shutdown(socket.SHUT_WR)
                    await writer.wait_closed()


async def deaf(server: asyncio.Server) -> None:
    """Take no more connections, so that `server` can be closed with nothing left open.

    What was accepted is handed over some turns later, and lost open if the server has been closed meanwhile:
    https://github.com/python/cpython/issues/109564
    """
    for listening in server.sockets:
        asyncio.get_running_loop().remove_reader(listening.fileno())
    for _turn in range(HANDOVER_TURNS):
        await asyncio.sleep(0)


async def _read(reader: asyncio.StreamReader) -> Request | None:
    line = await reader.readline()
    if not line.endswith((b"HTTP/1.1\r\n", b"HTTP/1.0\r\n")):
        return None
    method, path, _ = line.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (line := await reader.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, path, headers, body)


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    phrase = HTTPStatus(status).phrase if status in {one.value for one in HTTPStatus} else "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(status: int = 200, body: Any = b"", headers: Mapping[str, str] | None = None) -> Behaviour:
    """A well-behaved answer. `body`: bytes, text (HTML when it starts with `<`), or anything that JSON can say."""
    kind = "application/json"
    if isinstance(body, str):
        kind = "text/html; charset=utf-8" if body.startswith("<") else "text/plain"
        raw = body.encode()
    else:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        content = {} if status in (204, 304) else {"content-type": kind, "content-length": str(len(raw))}
        bare = status in (204, 304) or request.method == "HEAD"
        writer.write(_head(status, content | dict(headers or {})) + (b"" if bare else raw))

    return behave


def gzipped(body: Any) -> Behaviour:
    """JSON in gzip."""
    return answer(200, gzip.compress(json.dumps(body).encode()), {"content-encoding": "gzip"})


def for_key(key: str, behaviour: Behaviour) -> Behaviour:
    """Answers to whoever has the key."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        right = request.headers.get("authorization") == f"Bearer {key}"
        await (behaviour if right else answer(401, {"error": {"message": "Invalid API Key"}}))(writer, request)

    return behave


def redirect(to: str, status: int = 302) -> Behaviour:
    return answer(status, headers={"location": to})


def conditional(body: Any, etag: str) -> Behaviour:
    """200 with an ETag, and 304 for whoever has it already."""
    full, same = answer(200, body, {"etag": etag}), answer(304, headers={"etag": etag})

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        await (same if request.headers.get("if-none-match") == etag else full)(writer, request)

    return behave


def events(*data: str, gap_s: float = 0.0, end: bool = True) -> Behaviour:
    """Server-sent events; without `end` the stream is cut."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(_head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"}))
        for one in data:
            text = f"data: {one}\n\n".encode()
            writer.write(f"{len(text):x}\r\n".encode() + text + b"\r\n")
            await writer.drain()
            await asyncio.sleep(gap_s)
        if end:
            writer.write(b"0\r\n\r\n")
        else:
            writer.transport.abort()

    return behave


async def silent(writer: asyncio.StreamWriter, request: Request) -> None:
    """Never a byte."""
    await asyncio.Event().wait()


async def drip(writer: asyncio.StreamWriter, request: Request) -> None:
    """Slow-loris: a byte of the head now and then, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nx-patience: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


def drip_until(left: asyncio.Event) -> Behaviour:
    """`drip`, and an event for when whoever asked has left."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        try:
            await drip(writer, request)
        except ConnectionError:
            left.set()
            raise

    return behave


async def drip_body(writer: asyncio.StreamWriter, request: Request) -> None:
    """A good head, then a byte of the body now and then, for ever."""
    writer.write(_head(200, {"content-type": "application/json", "content-length": "100000"}) + b"{")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def endless(writer: asyncio.StreamWriter, request: Request) -> None:
    """A body without an end, as fast as it is read."""
    writer.write(_head(200, {"content-type": "application/json"}) + b'{"page": "')
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


def huge(size: int = 50_000_000) -> Behaviour:
    """A valid JSON text of `size` bytes."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(_head(200, {"content-type": "application/json", "content-length": str(size)}) + b'"')
        left = size - 2
        while left > 0:
            writer.write(b"x" * min(left, 65_536))
            left -= 65_536
            await writer.drain()
        writer.write(b'"')

    return behave


def bomb(megabytes: int = 200) -> Behaviour:
    """Some kilobytes of gzip that unpack to so many megabytes."""
    return answer(200, packed_spaces(megabytes), {"content-encoding": "gzip"})


@functools.cache
def packed_spaces(megabytes: int) -> bytes:
    """So many megabytes of spaces as gzip, which is quickly made: one is packed, and the others are the same bytes."""
    spaces = b" " * 1_000_000
    packer = zlib.compressobj(9, wbits=-15)
    one, end, check = packer.compress(spaces) + packer.flush(zlib.Z_FULL_FLUSH), packer.flush(), 0
    for _ in range(megabytes):
        check = zlib.crc32(spaces, check)
    return GZIP_HEAD + one * megabytes + end + struct.pack("<II", check, megabytes * len(spaces))


def end(writer: asyncio.StreamWriter) -> None:
    """Close at once, whatever is still to be sent.

    A transport whose last bytes went out behind its close has forgotten its loop, and fails here (CPython 3.11,
    `_SelectorSocketTransport._write_ready`).
    """
    with contextlib.suppress(AttributeError):
        writer.transport.abort()


async def cut(writer: asyncio.StreamWriter, request: Request) -> None:
    """A good head that promises more than comes."""
    writer.write(_head(200, {"content-type": "application/json", "content-length": "1000"}) + b'{"data": [')
    await writer.drain()
    writer.transport.abort()


async def hang_up(writer: asyncio.StreamWriter, request: Request) -> None:
    """The connection ends without an answer."""
    writer.transport.abort()


async def garbage(writer: asyncio.StreamWriter, request: Request) -> None:
    """Not HTTP."""
    writer.write(b"220 mail.example ESMTP ready\r\n\r\n")


CHALLENGE = answer(403, "<!DOCTYPE html><title>Just a moment...</title>", {"cf-mitigated": "challenge"})
BAD_GATEWAY = answer(502, "<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>")


class Authority:
    """A certificate authority of the test's own. `trust` makes contexts that believe it and nobody else."""

    def __init__(self) -> None:
        self._ca = trustme.CA()

    @property
    def pem(self) -> bytes:
        """Its own certificate."""
        return self._ca.cert_pem.bytes()

    def server(self, *names: str, **options: Any) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*(names or ("127.0.0.1", "localhost")), **options).configure_cert(context)
        return context

    def trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self._ca.configure_trust(context)
        return context
