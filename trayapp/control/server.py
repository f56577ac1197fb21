"""The running instance's ear: a Unix socket in a 0700 folder, peer uid checked, versioned JSON lines.

Not HTTP on purpose: a browser can be talked into sending HTTP to loopback, but not into opening this.
"""

import asyncio
import contextlib
import logging
import os
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from trayapp.control import protocol
from trayapp.control.instance import private_folder
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.tasks import Tasks

log = logging.getLogger(__name__)

REQUEST_TIMEOUT_S = 10.0
"""Real seconds for a client to say what it wants; our own command line says it at once."""

Handler = Callable[[dict[str, Any]], Awaitable[Any]]
Streamer = Callable[[dict[str, Any]], AsyncIterator[Any]]


def _peer_uid(connection: socket.socket) -> int | None:
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    uid: int = struct.unpack("3i", raw)[1]
    return uid


class ControlServer:
    """Answers requests by name: `handlers` with one line, `streams` with many until the client leaves."""

    def __init__(self, home: Home, handlers: dict[str, Handler], streams: dict[str, Streamer]) -> None:
        self._home = home
        self._handlers = handlers
        self._streams = streams
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
                self._accept, path=str(self._home.socket), limit=protocol.MAX_LINE_BYTES
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
                line = await reader.readline()
            if not line:
                return
            try:
                await self._answer(protocol.decode(line), reader, writer)
            except Problem as problem:
                writer.write(protocol.refusal(problem))
            except ConnectionError:
                raise
            except Exception as error:
                log.exception("a request to the socket failed")
                writer.write(protocol.refusal(Problem("internal", kind=type(error).__name__)))
            await writer.drain()
        except (ConnectionError, TimeoutError, asyncio.LimitOverrunError, ValueError) as error:
            log.debug("a control client left: %s", error)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(
        self, request: dict[str, Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        name = str(request.get("do"))
        if (handler := self._handlers.get(name)) is not None:
            writer.write(protocol.answer(await handler(request)))
            return
        if (streamer := self._streams.get(name)) is None:
            raise Problem("control_unknown", name=name)
        # The client says nothing more; the end of its side is how we learn that it left.
        async with Tasks("stream") as own:
            feed = own.spawn(self._feed(streamer(request), writer), "feed")
            gone = own.spawn(reader.read(1), "gone")
            await asyncio.wait({feed, gone}, return_when=asyncio.FIRST_COMPLETED)
            if feed.done():
                await feed

    async def _feed(self, lines: AsyncIterator[Any], writer: asyncio.StreamWriter) -> None:
        async for value in lines:
            writer.write(protocol.answer(value))
            await writer.drain()
