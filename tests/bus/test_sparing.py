"""Metered connections and battery savers, told by real D-Bus services on private buses."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from tests.support.dbus_services import NetworkManager, PowerPortal, PowerProfiles, UPower
from tests.support.sessionbus import PrivateBus
from tests.support.until import until
from trayapp.core.evidence.sparing import Spared, Sparing
from trayapp.desktop.sparing import watch

NOTHING = Sparing()


class Heard:
    """What was emitted, the latest last."""

    def __init__(self) -> None:
        self.all = [NOTHING]

    @property
    def now(self) -> Sparing:
        return self.all[-1]

    async def until(self, wanted: Sparing) -> None:
        await until(lambda: self.now == wanted, f"{wanted}, not {self.now}")


@contextlib.asynccontextmanager
async def listening() -> AsyncIterator[Heard]:
    heard = Heard()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watch(heard.all.append))
        try:
            yield heard
        finally:
            task.cancel()


@pytest.mark.parametrize(("told", "metered"), [(1, True), (2, False), (3, True), (4, False)])
async def test_what_is_so_from_the_beginning(
    told: int, metered: bool, system_bus: PrivateBus, session_bus: PrivateBus
) -> None:
    async with NetworkManager(system_bus.address, told), listening() as heard:
        await heard.until(Sparing(metered=metered))


async def test_a_live_change_is_heard(system_bus: PrivateBus, session_bus: PrivateBus) -> None:
    async with NetworkManager(system_bus.address, 2) as manager, listening() as heard:
        await heard.until(Sparing(metered=False))
        manager.meter(3)
        await heard.until(Sparing(metered=True))
        manager.meter(0)
        await heard.until(NOTHING)
        manager.forget(1)
        await heard.until(Sparing(metered=True))


async def test_services_come_go_and_come_back(system_bus: PrivateBus, session_bus: PrivateBus) -> None:
    manager = NetworkManager(system_bus.address, 1)
    async with listening() as heard:
        for _ in range(2):
            await manager.start()
            await heard.until(Sparing(metered=True))
            await manager.stop()
            await heard.until(NOTHING)


@pytest.mark.parametrize("name", ["net.hadess.PowerProfiles", "org.freedesktop.UPower.PowerProfiles"])
async def test_the_battery_saver_under_both_of_its_names(
    name: str, system_bus: PrivateBus, session_bus: PrivateBus
) -> None:
    async with (
        PowerProfiles(system_bus.address, name=name) as profiles,
        UPower(system_bus.address, on_battery=True),
        listening() as heard,
    ):
        await heard.until(Sparing(power_saver=False, on_battery=True))
        assert not heard.now.reasons
        profiles.choose("power-saver")
        await heard.until(Sparing(power_saver=True, on_battery=True))
        assert heard.now.reasons == (Spared.POWER_SAVER,)
        profiles.choose("performance")
        await heard.until(Sparing(power_saver=False, on_battery=True))


async def test_where_nobody_knows_a_saver_the_cable_tells(system_bus: PrivateBus, session_bus: PrivateBus) -> None:
    async with UPower(system_bus.address) as upower, PowerPortal(session_bus.address), listening() as heard:
        await heard.until(Sparing(on_battery=False))
        upower.pull()
        await heard.until(Sparing(on_battery=True))
        assert heard.now.reasons == (Spared.BATTERY,)


async def test_a_portal_tells_of_the_saver(system_bus: PrivateBus, session_bus: PrivateBus) -> None:
    async with PowerPortal(session_bus.address) as portal, listening() as heard:
        portal.save()
        await heard.until(Sparing(power_saver=True))
        portal.save(saving=False)
        await heard.until(NOTHING)


async def test_a_bus_that_dies_tells_nothing_any_more(system_bus: PrivateBus, session_bus: PrivateBus) -> None:
    async with listening() as heard, NetworkManager(system_bus.address, 1):
        await heard.until(Sparing(metered=True))
        system_bus.stop()
        await heard.until(NOTHING)


@pytest.mark.parametrize("address", ["unix:path=/nonexistent", "nonsense"])
async def test_without_a_bus_nothing_is_known(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    seen: list[Sparing] = []
    await asyncio.wait_for(watch(seen.append), 30)
    assert seen == []
