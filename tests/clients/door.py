"""What stands in front of a server that is not ours and sees its callers come and go; it passes every byte on."""

import asyncio
import contextlib
from typing import Self

from trayapp.tasks import Tasks

_READ_BYTES = 65536
_POST = b"POST /v1/"
_EVENT = b"data: "


class Door:
    """`url`: its own. `asked`: requests for an answer since `watch`. `began`, `ended`: a stream since then has begun to
    be answered, and its caller has left."""

    def __init__(self, behind: str) -> None:
        self._host, _, port = behind.rpartition(":")
        self._port = int(port)
        self._tasks = Tasks("door")
        self.watch()

    def watch(self) -> None:
        """Nothing was seen yet."""
        self.asked = 0
        self.began, self.ended = asyncio.Event(), asyncio.Event()

    async def __aenter__(self) -> Self:
        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            serving = self._tasks.spawn(self._pass(reader, writer), "connection")
            serving.add_done_callback(lambda _: writer.transport.abort())

        self._server = await asyncio.start_server(accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *how: object) -> None:
        self._server.close()
        await self._tasks.close()
        await self._server.wait_closed()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            their_reader, their_writer = await asyncio.open_connection(self._host, self._port)
            streams = False

            async def back() -> None:
                nonlocal streams
                with contextlib.suppress(OSError):
                    while piece := await their_reader.read(_READ_BYTES):
                        if _EVENT in piece:
                            streams = True
                            self.began.set()
                        writer.write(piece)
                        await writer.drain()
                writer.transport.abort()

            returning = self._tasks.spawn(back(), "answer")
            try:
                while piece := await reader.read(_READ_BYTES):
                    self.asked += piece.startswith(_POST)
                    their_writer.write(piece)
                    await their_writer.drain()
            finally:
                if streams:
                    self.ended.set()
                returning.cancel()
                their_writer.transport.abort()
