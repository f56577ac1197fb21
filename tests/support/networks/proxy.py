"""A company's proxy: the only way out, which may forbid, want a login, or find nobody."""

import asyncio
import contextlib
from collections.abc import Collection

from tests.support.networks import hosts
from trayapp.tasks import Tasks

PORT = 3128


class Proxy:
    """Tunnels what is asked by CONNECT, and passes on the rest. `reaches`: whom it finds and can connect to.

    `forbids`: hosts that its rules keep away. `wants_login`: of everybody.
    """

    def __init__(self) -> None:
        self.reaches: Collection[str] = ()
        self.heal()
        self._tasks = Tasks("proxy")

    def heal(self) -> None:
        self.forbids: Collection[str] = ()
        self.wants_login = False

    async def __aenter__(self) -> "Proxy":
        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._tasks.spawn(self._serve(reader, writer), "client")

        self._server = await asyncio.start_server(accept, hosts.PROXY, PORT)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._tasks.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = head.decode().split(" ", 2)
            tunnel = method == "CONNECT"
            name, _, path = target.removeprefix("http://").partition("/")
            name = name.partition(":")[0]
            if refusal := self._refusal(name):
                writer.write(f"HTTP/1.1 {refusal}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
                writer.close()
                return
            there, here = await asyncio.open_connection(hosts.address(name), 443 if tunnel else 80)
            if tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                here.write(head.replace(target.encode(), f"/{path}".encode(), 1))
            async with asyncio.TaskGroup() as both:
                both.create_task(_copy(reader, here))
                both.create_task(_copy(there, writer))

    def _refusal(self, name: str) -> str | None:
        if self.wants_login:
            return "407 Proxy Authentication Required"
        if name in self.forbids:
            return "403 Forbidden"
        return None if name in self.reaches else "504 Gateway Timeout"


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()
