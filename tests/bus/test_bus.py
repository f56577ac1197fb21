"""Connections, calls and signals on a private bus."""

from pathlib import Path

import pytest
from dbus_fast import Message

from tests.support.dbus_services import NotificationServer
from tests.support.sessionbus import PrivateBus
from tests.support.until import until
from trayapp.desktop.bus import (
    DISCONNECTED,
    NO_SERVER,
    Bus,
    BusError,
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


@pytest.mark.parametrize("address", [None, "unix:path=/nonexistent/bus", "nonsense", "tcp:host=", ""])
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
