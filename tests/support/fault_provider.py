"""A provider with one fault: a real server that speaks a dialect as providers do, and fails in one way that real ones
were seen to.

async with FaultProvider(CHAT, "503 for ever") as provider:
    ... provider.url + CHAT.path ...
    assert len(provider.requests) == 2

Whatever it says holds its name and the number of the request: `CLOUD-2`. A local target is one of these, too.
"""

import asyncio
import json
import socket
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from tests.support.faults import FAULTS, Door
from tests.support.gatewaybed import Client, Got
from tests.support.httpserver import Authority, Request, Server, deaf, end
from tests.support.voices import Voice
from trayapp.tasks import Tasks


class _Heard:
    """A writer whose words are kept."""

    def __init__(self, writer: asyncio.StreamWriter, kept: bytearray) -> None:
        self._writer = writer
        self._kept = kept

    def write(self, data: bytes) -> None:
        self._kept += data
        self._writer.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)


class FaultProvider(Server):
    """`fault`: by its name in `FAULTS`; another may be set at any time. `who`: its name in what it says. `authority`:
    of its certificate where it has one."""

    def __init__(
        self, voice: Voice, fault: str = "nothing", *, who: str = "CLOUD", authority: Authority | None = None
    ) -> None:
        self.voice = voice
        self.fault = fault
        self.who = who
        self.door = FAULTS[fault].door
        super().__init__(tls=_certificate(self.door, authority))
        self.always(self._behave)
        self._asked_before = 0
        self._doors: Tasks = Tasks("door")
        self._refusing: socket.socket | None = None
        self._front: asyncio.Server | None = None
        self.handshakes = 0
        self._saying: bytearray = bytearray()

    def begin(self, fault: str) -> None:
        """From now on it has this fault, beginning with its first answer. Its door stays as it is."""
        self.fault, self._asked_before = fault, len(self.requests)

    async def listen(self) -> None:
        await super().listen()
        if self.door is Door.REFUSED:
            # Bound and deaf: nobody else gets the port meanwhile.
            self._refusing = socket.socket()
            self._refusing.bind((self.host, 0))
            self._stands_at("http", self._refusing.getsockname()[1])
        elif self.door in (Door.CUT_ONCE, Door.SILENT):
            self._back = self.netloc
            self._front = await asyncio.start_server(self._knock, self.host, 0)
            self._stands_at("https", self._front.sockets[0].getsockname()[1])

    async def __aexit__(self, *_: object) -> None:
        if self._refusing is not None:
            self._refusing.close()
        if self._front is not None:
            await deaf(self._front)
            self._front.close()
            await self._doors.close()
        await super().__aexit__()

    def _stands_at(self, scheme: str, port: int) -> None:
        self.netloc = f"{self.host}:{port}"
        self.url = f"{scheme}://{self.netloc}"

    async def _behave(self, writer: asyncio.StreamWriter, request: Request) -> None:
        number = len(self.requests) - self._asked_before
        answers = FAULTS[self.fault].answers
        made = answers[min(number, len(answers)) - 1]
        mark = f"{self.who}-{len(self.requests)}"
        self._saying = bytearray()
        await made(self.voice, _streams(request.body), mark)(
            cast("asyncio.StreamWriter", _Heard(writer, self._saying)), request
        )

    async def said(self) -> Got | None:
        """What it said last, without chunking; None where that has no head."""
        reader = asyncio.StreamReader()
        reader.feed_data(bytes(self._saying))
        reader.feed_eof()
        try:
            return await Client(reader, cast("asyncio.StreamWriter", None)).receive()
        except (asyncio.IncompleteReadError, ValueError, IndexError):
            return None

    def _knock(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = self._doors.spawn(self._at_door(reader, writer), "door")
        serving.add_done_callback(lambda _: end(writer))

    async def _at_door(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.handshakes += 1
        hello = await reader.read(4096)
        if self.door is Door.SILENT:
            await asyncio.Event().wait()
        if self.handshakes == 1:
            return
        host, _, port = self._back.partition(":")
        behind, before = await asyncio.open_connection(host, int(port))
        before.write(hello)
        try:
            await asyncio.gather(_carry(reader, before), _carry(behind, writer))
        finally:
            before.transport.abort()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
    except ConnectionError:
        pass


def _certificate(door: Door, authority: Authority | None) -> Any:
    if door in (Door.OPEN, Door.REFUSED) and authority is None:
        return None
    if door is Door.STRANGER or authority is None:
        return Authority().server()
    if door is Door.EXPIRED:
        return authority.server(not_after=datetime.now(UTC) - timedelta(days=1))
    return authority.server()


def _streams(body: bytes) -> bool:
    try:
        return bool(json.loads(body).get("stream"))
    except (ValueError, AttributeError):
        return False
