"""The running instance's ear: a Unix socket in a 0700 folder, peer uid checked, versioned JSON lines.

Not HTTP on purpose: a browser can be talked into sending HTTP to loopback, but not into opening this.
"""

import asyncio
import contextlib
import logging
import os
import select
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from trayapp.control import protocol
from trayapp.control.instance import private_folder
from trayapp.control.messages import Request, ends_with_client, word
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.tasks import Tasks
from trayapp.text.language import speaking

log = logging.getLogger(__name__)

REQUEST_TIMEOUT_S = 10.0
"""Real seconds for a client to say what it wants; our own command line says it at once."""
BEAT_S = 3.0
"""Real seconds between two signs of life to somebody who waits: often enough to tell work from a hang, also on a
busy machine, and too seldom to cost anything."""

Handler = Callable[[Any], Awaitable[Any]]
Streamer = Callable[[Any], AsyncIterator[Any]]
Kind = type[Request[Any]]


def _peer_uid(connection: socket.socket) -> int | None:
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    uid: int = struct.unpack("3i", raw)[1]
    return uid


class ControlServer:
    """Answers requests by their kind: `handlers` with one line, `streams` with many until the client leaves.

    What is only worth something to whoever asked (`messages.ends_with_client`) is cancelled when they leave.

    `doing`: words for what the instance is busy with, which whoever waits hears every `BEAT_S`.
    """

    def __init__(
        self,
        home: Home,
        handlers: Mapping[Kind, Handler],
        streams: Mapping[Kind, Streamer],
        doing: Callable[[], str] = str,
    ) -> None:
        self._home = home
        self._handlers = handlers
        self._streams = streams
        self._doing = doing
        self._kinds = {word(kind): kind for kind in (*handlers, *streams)}
        self._tasks = Tasks("control")
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. The caller holds the instance lock, so a socket that is left over is nobody's.

        Raises Problem("runtime_folder").
        """
        private_folder(self._home.runtime)
        try:
            self._home.socket.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(
                self._accept, path=str(self._home.socket), limit=protocol.MAX_REQUEST_BYTES
            )
            self._home.socket.chmod(0o600)
        except OSError as error:
            raise Problem("runtime_folder", path=str(self._home.runtime), why=error.strerror or str(error)) from error

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
            self._home.socket.unlink(missing_ok=True)
        await self._tasks.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.spawn(self._serve(reader, writer), "client")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            uid = _peer_uid(writer.get_extra_info("socket"))
            if uid is not None and uid != os.getuid():
                log.info("refused a control client of uid %d", uid)
                return
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                line = await _request_line(reader)
            try:
                request = protocol.asked(line, self._kinds)
            except Problem as problem:
                writer.write(_refusal(problem))
            else:
                await self._answer(request, reader, writer)
            await writer.drain()
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError) as error:
            log.debug("a control client left: %s", error)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, request: Request[Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with Tasks("client") as own:
            life = own.spawn(self._live(request, writer), "life")
            ends = {own.spawn(self._work(request, writer), "work")}
            if ends_with_client(request):
                # Whatever ends first, the rest ends with it.
                ends |= {life, own.spawn(_gone(reader, writer), "gone")}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)

    async def _work(self, request: Request[Any], writer: asyncio.StreamWriter) -> None:
        """Say all that there is to say to one request, also when that is a failure."""
        try:
            if (handler := self._handlers.get(type(request))) is not None:
                writer.write(protocol.answer(await handler(request)))
                return
            async for value in self._streams[type(request)](request):
                writer.write(protocol.answer(value))
                await writer.drain()
        except ConnectionError as error:
            log.debug("a control client left: %s", error)
        except Problem as problem:
            _refuse(problem, request, writer)
        except Exception as error:
            log.exception("a request to the socket failed")
            _refuse(Problem("internal", kind=type(error).__name__), request, writer)

    async def _live(self, request: Request[Any], writer: asyncio.StreamWriter) -> None:
        """Give signs of life, until nobody hears them any more."""
        with contextlib.suppress(ConnectionError):
            while True:
                await asyncio.sleep(BEAT_S)
                with speaking(request.language):
                    line = protocol.life(self._doing())
                writer.write(line)
                await writer.drain()


async def _gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until the client has left. One that has only said all it has to say still listens, and stays."""
    with contextlib.suppress(ConnectionError):
        while await reader.read(protocol.MAX_REQUEST_BYTES):
            pass
        hang_up = select.poll()
        # Asked for nothing, it still tells when both directions are closed.
        hang_up.register(writer.get_extra_info("socket"), 0)
        if not hang_up.poll(0):
            await asyncio.Event().wait()


def _refuse(problem: Problem, request: Request[Any], writer: asyncio.StreamWriter) -> None:
    with speaking(request.language):
        writer.write(_refusal(problem))


async def _request_line(reader: asyncio.StreamReader) -> bytes:
    """One whole line; what is too long for one is read to its end and garbled by what is left of it.

    Raises asyncio.IncompleteReadError for half a line.
    """
    try:
        return await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError:
        # A socket that is closed with something unread in it can lose the answer on its way.
        while (part := await reader.read(protocol.MAX_REQUEST_BYTES)) and b"\n" not in part:
            pass
        return b""


def _refusal(problem: Problem) -> bytes:
    from trayapp.control.answers import notice

    return protocol.refusal(notice(problem))
