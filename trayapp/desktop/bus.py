"""D-Bus, as little of it as this program needs: connect, call, listen.

Messages are built by hand: no introspection, so no further round trip and no trust in what a service says of
itself. Every failure, the bus itself gone included, is a `BusError` with the D-Bus name of the error.

Only the encoding is a library's, the small one that keyring brings on Linux: what offers services as well takes 3 MB.
"""

import asyncio
import itertools
import os
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import jeepney
from jeepney import HeaderFields, MessageFlag, MessageType
from jeepney.auth import BEGIN, AuthenticationError, Authenticator

from trayapp.tasks import Rounds, Tasks

# What libdbus waits for a reply; a call may have to start the service first.
REPLY_TIMEOUT_S = 25.0

DISCONNECTED = "org.freedesktop.DBus.Error.Disconnected"
NO_REPLY = "org.freedesktop.DBus.Error.NoReply"
NO_SERVER = "org.freedesktop.DBus.Error.NoServer"

_DAEMON = "org.freedesktop.DBus"
_DAEMON_PATH = "/org/freedesktop/DBus"
_CHUNK_BYTES = 16_384


class BusError(Exception):
    """A call failed; `name` is the D-Bus error name."""

    def __init__(self, name: str, text: str = "") -> None:
        super().__init__(f"{name}: {text}" if text else name)
        self.name = name


class Message(NamedTuple):
    """A signal or a reply. In its body a variant is a pair of signature and value, a structure a tuple."""

    sender: str | None
    path: str | None
    interface: str | None
    member: str | None
    signature: str
    body: list[Any]


def session_address() -> str | None:
    """The address of the user's session bus, or None when there is none."""
    address = os.environ.get("DBUS_SESSION_BUS_ADDRESS")
    if address:
        return address
    # Where systemd puts it, for programs that were started without its environment.
    socket = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}") / "bus"
    return f"unix:path={socket}" if socket.is_socket() else None


def system_address() -> str:
    """The address of the system bus."""
    return os.environ.get("DBUS_SYSTEM_BUS_ADDRESS") or "unix:path=/run/dbus/system_bus_socket"


class Bus:
    """One connection. Make it with `connect`."""

    def __init__(
        self, reader: StreamReader, writer: StreamWriter, on_signal: Callable[[Message], None] | None = None
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._on_signal = on_signal
        self._serials = itertools.count(1)
        # None for what the end of the connection leaves unanswered.
        self._waiting: dict[int, asyncio.Future[jeepney.Message | None]] = {}
        self._tasks = Tasks("bus")
        self._ended = self._tasks.spawn(self._hear(), "end")

    @classmethod
    async def connect(cls, address: str | None, on_signal: Callable[[Message], None] | None = None) -> "Bus":
        """Connect to `address`; `on_signal` is called for every signal that was asked for with `listen`."""
        if not address:
            raise BusError(NO_SERVER, "no bus address")
        try:
            async with asyncio.timeout(REPLY_TIMEOUT_S):
                reader, writer = await _open(address)
        except (OSError, EOFError, AuthenticationError) as failure:
            raise BusError(NO_SERVER, str(failure)) from failure
        bus = cls(reader, writer, on_signal)
        try:
            await bus.call(_DAEMON, _DAEMON_PATH, _DAEMON, "Hello")
        except BaseException:
            await bus.close()
            raise
        return bus

    @property
    def connected(self) -> bool:
        return not self._ended.done() and not self._writer.is_closing()

    async def call(
        self,
        destination: str,
        path: str,
        interface: str,
        member: str,
        signature: str = "",
        body: Sequence[Any] = (),
    ) -> Message:
        """Call a method and return the reply; raises `BusError`."""
        address = jeepney.DBusAddress(path, destination, interface)
        request = jeepney.new_method_call(address, member, signature or None, tuple(body))
        if not self.connected:
            raise BusError(DISCONNECTED)
        serial = next(self._serials)
        answer = self._waiting[serial] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(REPLY_TIMEOUT_S):
                self._writer.write(request.serialise(serial))
                reply = await answer
        except TimeoutError as failure:
            raise BusError(NO_REPLY, member) from failure
        finally:
            del self._waiting[serial]
        if reply is None:
            raise BusError(DISCONNECTED)
        if reply.header.message_type is MessageType.error:
            name = reply.header.fields.get(HeaderFields.error_name, "")
            raise BusError(name, ", ".join(str(part) for part in reply.body))
        return _message(reply)

    async def listen(self, rule: str) -> None:
        """Ask the bus for signals that match `rule`."""
        await self.call(_DAEMON, _DAEMON_PATH, _DAEMON, "AddMatch", "s", [rule])

    async def listen_for_owner(self, name: str) -> None:
        """Ask for `NameOwnerChanged` of the well-known `name`."""
        await self.listen(
            f"type='signal',sender='{_DAEMON}',interface='{_DAEMON}',member='NameOwnerChanged',arg0='{name}'"
        )

    async def identity(self) -> str:
        """The unguessable id of this bus; a new bus has a new one."""
        reply = await self.call(_DAEMON, _DAEMON_PATH, _DAEMON, "GetId")
        return str(reply.body[0])

    async def owner(self, name: str) -> str | None:
        """The unique name behind a well-known one, or None."""
        try:
            reply = await self.call(_DAEMON, _DAEMON_PATH, _DAEMON, "GetNameOwner", "s", [name])
        except BusError as failure:
            if failure.name == "org.freedesktop.DBus.Error.NameHasNoOwner":
                return None
            raise
        return str(reply.body[0])

    async def wait_closed(self) -> None:
        """Return when the connection has ended, for whichever reason."""
        await asyncio.wait({self._ended})

    async def close(self) -> None:
        self._writer.close()
        await self.wait_closed()

    async def _hear(self) -> None:
        """Take what comes until the connection ends, and end it with what nobody can read."""
        parser = jeepney.Parser()
        rounds = Rounds("taking a message of the bus")
        try:
            while chunk := await self._reader.read(_CHUNK_BYTES):
                parser.add_data(chunk)
                while (message := parser.get_next_message()) is not None:
                    with rounds.round():
                        self._take(message)
        except OSError:
            # How a bus that is killed may end; who waits is told.
            pass
        finally:
            self._writer.close()
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_result(None)

    def _take(self, message: jeepney.Message) -> None:
        header = message.header
        if header.message_type is MessageType.signal:
            if self._on_signal is not None:
                self._on_signal(_message(message))
        elif header.message_type is MessageType.method_call:
            # Nothing is offered here; whoever asks need not wait to learn that.
            if not header.flags & MessageFlag.no_reply_expected:
                error = jeepney.new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")
                self._writer.write(error.serialise(next(self._serials)))
        else:
            answer = self._waiting.get(header.fields.get(HeaderFields.reply_serial, 0))
            if answer is not None and not answer.done():
                answer.set_result(message)


async def _open(address: str) -> tuple[StreamReader, StreamWriter]:
    """The first socket of this address that lets us in. Raises OSError, EOFError and AuthenticationError."""
    refused: Exception = OSError(f"no socket of this machine: {address}")
    for path in _sockets(address):
        try:
            reader, writer = await asyncio.open_unix_connection(path)
        except OSError as failure:
            refused = failure
            continue
        try:
            await _say_who(reader, writer)
        except BaseException:
            writer.close()
            raise
        return reader, writer
    raise refused


def _sockets(address: str) -> Iterator[str]:
    """https://dbus.freedesktop.org/doc/dbus-specification.html#addresses"""
    for one in address.split(";"):
        transport, _, pairs = one.partition(":")
        for key, _, value in (pair.partition("=") for pair in pairs.split(",") if transport == "unix"):
            if key in ("path", "abstract"):
                yield ("\0" if key == "abstract" else "") + unquote(value)


async def _say_who(reader: StreamReader, writer: StreamWriter) -> None:
    conversation = Authenticator()
    for line in conversation:
        writer.write(line)
        if not (answer := await reader.read(_CHUNK_BYTES)):
            raise EOFError("the bus does not want us")
        conversation.feed(answer)
    writer.write(BEGIN)


def _message(message: jeepney.Message) -> Message:
    field = message.header.fields.get
    return Message(
        field(HeaderFields.sender),
        field(HeaderFields.path),
        field(HeaderFields.interface),
        field(HeaderFields.member),
        field(HeaderFields.signature, ""),
        list(message.body),
    )


def owner_change(message: Message) -> tuple[str, str, str] | None:
    """Name, old and new owner of a `NameOwnerChanged` from the bus itself, or None for any other signal."""
    if message.sender != _DAEMON or message.member != "NameOwnerChanged" or message.signature != "sss":
        return None
    name, old, new = message.body
    return name, old, new
