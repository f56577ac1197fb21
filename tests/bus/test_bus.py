"""Connections, calls and signals on a private bus."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.dbus_services import NotificationServer
from tests.support.sessionbus import PrivateBus
from tests.support.until import until
from trayapp.desktop.bus import (
    DISCONNECTED,
    NO_SERVER,
    Bus,
    BusError,
    Message,
    owner_change,
    session_address,
    system_address,
)

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"


async def test_calls_and_errors_by_name(session_bus: PrivateBus) -> None:
    bus = await Bus.connect(session_bus.address)
    async with NotificationServer(session_bus.address, ("body",)):
        reply = await bus.call(NAME, PATH, NAME, "GetCapabilities")
        assert reply.body == [["body"]]
        with pytest.raises(BusError) as caught:
            await bus.call(NAME, PATH, NAME, "NoSuchMethod")
        assert caught.value.name == "org.freedesktop.DBus.Error.UnknownMethod"
    await bus.close()
    with pytest.raises(BusError) as caught:
        await bus.identity()
    assert caught.value.name == DISCONNECTED


async def test_tells_when_a_name_changes_hands(session_bus: PrivateBus) -> None:
    heard: list[Message] = []
    bus = await Bus.connect(session_bus.address, heard.append)
    assert await bus.owner(NAME) is None
    await bus.listen_for_owner(NAME)
    async with NotificationServer(session_bus.address):
        owner = await bus.owner(NAME)
        assert owner is not None
    await until(lambda: (NAME, owner, "") in map(owner_change, heard), "the end of the owner")
    assert (NAME, "", owner) in map(owner_change, heard)
    await bus.close()


async def test_a_bus_that_dies_ends_the_wait_and_the_calls(session_bus: PrivateBus) -> None:
    bus = await Bus.connect(session_bus.address)
    session_bus.stop()
    with pytest.raises(BusError) as caught:
        await bus.identity()
    assert caught.value.name == DISCONNECTED
    await bus.wait_closed()
    assert not bus.connected
    await bus.close()


@pytest.mark.expects_log("taking a message of the bus")
async def test_a_mistake_of_the_listener_ends_nothing(
    session_bus: PrivateBus, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(message: Message) -> None:
        raise RuntimeError(message.member)

    bus = await Bus.connect(session_bus.address, stumble)
    await bus.listen_for_owner(NAME)
    async with NotificationServer(session_bus.address):
        await until(lambda: "a mistake of ours" in caplog.text, "the mistake")
        assert await bus.owner(NAME)
    await bus.close()


async def test_whoever_asks_us_hears_that_nothing_is_offered(session_bus: PrivateBus) -> None:
    asked: list[Message] = []
    bus, other = await Bus.connect(session_bus.address, asked.append), await Bus.connect(session_bus.address)
    await until(lambda: bool(asked), "the name that the bus gives")
    (name,) = asked[0].body
    with pytest.raises(BusError) as caught:
        await other.call(name, "/", "org.freedesktop.DBus.Introspectable", "Introspect")
    assert caught.value.name == "org.freedesktop.DBus.Error.UnknownMethod"
    await bus.close()
    await other.close()


@pytest.mark.parametrize("kind", ["path", "abstract"])
async def test_the_first_socket_that_opens_is_the_bus(session_bus: PrivateBus, tmp_path: Path, kind: str) -> None:
    real = session_bus.address.split("path=")[1].split(",")[0]
    place, escaped = f"{tmp_path}/ö%", f"{tmp_path}/%c3%b6%25"

    async def pass_on(reader: StreamReader, writer: StreamWriter) -> None:
        inner, outer = await asyncio.open_unix_connection(real)
        await asyncio.gather(_copy(reader, outer), _copy(inner, writer))
        passed.set()

    passed = asyncio.Event()
    server = await asyncio.start_unix_server(pass_on, ("\0" if kind == "abstract" else "") + place)
    bus = await Bus.connect(f"tcp:host=localhost,port=1;unix:path=/nonexistent;unix:{kind}={escaped},guid=0")
    assert await bus.identity()
    await bus.close()
    await passed.wait()
    server.close()


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    while data := await reader.read(1000):
        writer.write(data)
    writer.close()


async def _refuse(reader: StreamReader, writer: StreamWriter) -> None:
    await reader.readline()
    writer.write(b"REJECTED ANONYMOUS\r\n")


async def _hang_up(reader: StreamReader, writer: StreamWriter) -> None:
    await reader.readline()


async def _babble(reader: StreamReader, writer: StreamWriter) -> None:
    await _greet(reader, writer)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n" * 10)


async def _leave(reader: StreamReader, writer: StreamWriter) -> None:
    await _greet(reader, writer)
    # The beginning of a reply.
    writer.write(b"l\x02\x01\x01")


async def _greet(reader: StreamReader, writer: StreamWriter) -> None:
    await reader.readline()
    writer.write(b"OK 0\r\n")
    await reader.readline()


@pytest.mark.expects_log("bus/end")
@pytest.mark.parametrize(
    ("answer", "error"),
    [(_refuse, NO_SERVER), (_hang_up, NO_SERVER), (_babble, DISCONNECTED), (_leave, DISCONNECTED)],
)
async def test_what_is_no_bus_lets_nobody_wait(
    tmp_path: Path, answer: Callable[[StreamReader, StreamWriter], Awaitable[None]], error: str
) -> None:
    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        await answer(reader, writer)
        writer.close()

    server = await asyncio.start_unix_server(serve, f"{tmp_path}/bus")
    with pytest.raises(BusError) as caught:
        await Bus.connect(f"unix:path={tmp_path}/bus")
    assert caught.value.name == error
    server.close()


@pytest.mark.parametrize("address", [None, "unix:path=/nonexistent/bus", "nonsense", "tcp:host=", "", ";", "unix:,"])
async def test_no_bus_is_one_kind_of_error(address: str | None) -> None:
    with pytest.raises(BusError) as caught:
        await Bus.connect(address)
    assert caught.value.name == NO_SERVER


def test_finds_the_session_bus_without_its_variable(
    session_bus: PrivateBus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert session_address() == session_bus.address
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert session_address() is None
    (tmp_path / "bus").symlink_to(session_bus.address.split("path=")[1].split(",")[0])
    assert session_address() == f"unix:path={tmp_path}/bus"


def test_the_system_bus_can_be_told(system_bus: PrivateBus, monkeypatch: pytest.MonkeyPatch) -> None:
    assert system_address() == system_bus.address
    monkeypatch.delenv("DBUS_SYSTEM_BUS_ADDRESS")
    assert system_address() == "unix:path=/run/dbus/system_bus_socket"
