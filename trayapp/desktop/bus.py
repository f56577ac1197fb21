"""D-Bus, as little of it as this program needs: connect, call, listen.

Messages are built by hand: no introspection, so no further round trip and no trust in what a service says of
itself. Every failure, the bus itself gone included, is a `BusError` with the D-Bus name of the error.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError, InvalidAddressError

from trayapp.tasks import Tasks

# What libdbus waits for a reply; a call may have to start the service first.
REPLY_TIMEOUT_S = 25.0

DISCONNECTED = "org.freedesktop.DBus.Error.Disconnected"
NO_REPLY = "org.freedesktop.DBus.Error.NoReply"
NO_SERVER = "org.freedesktop.DBus.Error.NoServer"

_DAEMON = "org.freedesktop.DBus"
_DAEMON_PATH = "/org/freedesktop/DBus"


class BusError(Exception):
    """A call failed; `name` is the D-Bus error name."""

    def __init__(self, name: str, text: str = "") -> None:
        super().__init__(f"{name}: {text}" if text else name)
        self.name = name


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


class _BusConnection(MessageBus):
    """dbus-fast's connection, except that a broken pipe is reported once and to the caller.

    The original fails out of `send` after it has ended the connection; the futures of the call and of the sending,
    both failed by then, are dropped and logged as exceptions that nobody retrieved (dbus-fast 5.2.0).
    """

    __slots__ = ()

    def send(self, msg: Message) -> asyncio.Future[None]:  # type: ignore[override] # as in the original
        if not msg.serial:
            msg.serial = self.next_serial()
        if self._writer is None:
            raise ConnectionError("not connected")
        sent: asyncio.Future[None] = self._loop.create_future()
        sent.add_done_callback(lambda future: future.cancelled() or future.exception())
        # What waits for a reply has been told by the end of the connection.
        with contextlib.suppress(OSError):
            self._writer.schedule_write(msg, sent)
        return sent


class Bus:
    """One connection. Make it with `connect`."""

    def __init__(self, connection: _BusConnection) -> None:
        self._connection = connection
        self._tasks = Tasks("bus")
        self._ended = self._tasks.spawn(self._wait_for_end(), "end")

    async def _wait_for_end(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            await self._connection.wait_for_disconnect()  # type: ignore[no-untyped-call] # dbus-fast has no hint here

    @classmethod
    async def connect(cls, address: str | None, on_signal: Callable[[Message], None] | None = None) -> "Bus":
        """Connect to `address`; `on_signal` is called for every signal that was asked for with `listen`."""
        if not address:
            raise BusError(NO_SERVER, "no bus address")
        try:
            async with asyncio.timeout(REPLY_TIMEOUT_S):
                connection = _BusConnection(bus_address=address)
                await connection.connect()
        except (OSError, EOFError, AuthError, InvalidAddressError) as failure:
            raise BusError(NO_SERVER, str(failure)) from failure
        if on_signal is not None:
            hear = on_signal

            def handle(message: Message) -> None:
                if message.message_type is MessageType.SIGNAL:
                    hear(message)

            connection.add_message_handler(handle)
        return cls(connection)

    @property
    def connected(self) -> bool:
        return bool(self._connection.connected)

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
        message = Message(
            destination=destination,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=list(body),
        )
        if not self.connected:
            raise BusError(DISCONNECTED)
        try:
            async with asyncio.timeout(REPLY_TIMEOUT_S):
                reply = await self._connection.call(message)
        except TimeoutError as failure:
            raise BusError(NO_REPLY, member) from failure
        except (OSError, EOFError) as failure:
            raise BusError(DISCONNECTED, str(failure)) from failure
        if reply is None:
            raise BusError(DISCONNECTED)
        if reply.message_type is MessageType.ERROR:
            raise BusError(reply.error_name or "", ", ".join(str(part) for part in reply.body))
        return reply

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
        if self.connected:
            self._connection.disconnect()
        await self.wait_closed()


def owner_change(message: Message) -> tuple[str, str, str] | None:
    """Name, old and new owner of a `NameOwnerChanged` from the bus itself, or None for any other signal."""
    if message.sender != _DAEMON or message.member != "NameOwnerChanged" or message.signature != "sss":
        return None
    name, old, new = message.body
    return name, old, new
