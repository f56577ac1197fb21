"""Resume by logind and by the clocks; network changes by the kernel."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.dbus_services import LoginManager
from tests.support.namespace import own_namespace
from tests.support.sessionbus import PrivateBus
from tests.support.until import until
from trayapp.clock import SystemClock
from trayapp.core.evidence.observation import Disturbance, DisturbanceKind, OnNetwork
from trayapp.desktop.disturbance import suspended_s, watch
from trayapp.desktop.uplink import Uplink

HOME = Uplink((("wlan0", "0100A8C0"),), ("c0a80017",))
TRAIN = Uplink((("wlan0", "0100A8C0"),), ("c0a80055",))


@contextlib.asynccontextmanager
async def watching(
    suspended: Callable[[], float] = suspended_s, look: Callable[[], Uplink] = lambda: HOME
) -> AsyncIterator[list[Disturbance]]:
    seen: list[Disturbance] = []

    def take(observation: Disturbance | OnNetwork) -> None:
        if isinstance(observation, Disturbance):
            seen.append(observation)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(watch(SystemClock(), take, suspended_s=suspended, look=look, check_every_s=0.01))
        try:
            yield seen
        finally:
            task.cancel()


async def test_logind_says_when_the_machine_is_back(system_bus: PrivateBus) -> None:
    clock = SystemClock()
    before = clock.now()
    async with LoginManager(system_bus.address) as logind, watching() as seen:
        # A signal that is sent before anybody listens is lost, so it is repeated until it is heard.
        async def heard() -> None:
            while not seen:
                logind.sleep()
                logind.wake()
                await asyncio.sleep(0.01)

        await asyncio.wait_for(heard(), 30)
    assert {disturbance.kind for disturbance in seen} == {DisturbanceKind.RESUME}
    assert before <= seen[0].at <= clock.now()


async def test_going_to_sleep_is_no_disturbance_yet(system_bus: PrivateBus) -> None:
    async with LoginManager(system_bus.address) as logind, watching() as seen:
        for _ in range(20):
            logind.sleep()
            await asyncio.sleep(0.01)
        assert seen == []


@pytest.mark.parametrize("address", ["unix:path=/nonexistent", "nonsense"])
async def test_without_logind_the_clocks_tell(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
    slept = 100.0
    async with watching(lambda: slept) as seen:
        await asyncio.sleep(0.05)
        assert seen == []
        slept += 0.5
        await asyncio.sleep(0.05)
        assert seen == []
        slept += 3600
        await until(lambda: seen, "the resume")
        await asyncio.sleep(0.05)
    assert [disturbance.kind for disturbance in seen] == [DisturbanceKind.RESUME]


async def test_a_system_bus_that_dies_leaves_the_clocks(system_bus: PrivateBus) -> None:
    slept = 0.0
    async with watching(lambda: slept) as seen:
        await asyncio.sleep(0.05)
        system_bus.stop()
        await asyncio.sleep(0.05)
        slept = 60.0
        await until(lambda: seen, "the resume")


async def test_without_word_from_the_kernel_the_network_is_looked_at(
    system_bus: PrivateBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trayapp.desktop.disturbance.route_events", lambda: None)
    here = HOME
    async with watching(look=lambda: here) as seen:
        await asyncio.sleep(0.05)
        assert seen == []
        here = TRAIN
        await until(lambda: seen, "the change")
    assert [disturbance.kind for disturbance in seen] == [DisturbanceKind.NETWORK_CHANGE]


def test_suspended_time_stands_still_while_awake() -> None:
    assert suspended_s() == pytest.approx(suspended_s(), abs=0.5)


async def test_the_kernel_says_when_the_network_changes(tmp_path: Path) -> None:
    """In a network namespace of its own: an interface comes, gets an address, a route, another address."""
    script = Path(__file__).with_name("network_namespace.py")
    command = [*own_namespace(), sys.executable, str(script)]
    done = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    output, _ = await done.communicate()
    assert done.returncode == 0
    assert output.decode().split() == ["network_change"] * 4


@pytest.mark.expects_log("listening to logind")
async def test_a_mistake_in_hearing_logind_leaves_the_clocks(
    system_bus: PrivateBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("trayapp.desktop.bus.Bus.listen", broken)
    slept = 100.0
    async with watching(lambda: slept) as seen:
        await asyncio.sleep(0.05)
        slept += 3600
        await until(lambda: seen, "the resume", 5.0)
    assert [disturbance.kind for disturbance in seen] == [DisturbanceKind.RESUME]


@pytest.mark.expects_log("looking at the network")
async def test_one_bad_look_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "nonsense")
    slept, looks = 100.0, 0

    def suspended() -> float:
        nonlocal looks
        looks += 1
        if looks == 3:
            raise OSError("no such clock")
        return slept

    async with watching(suspended) as seen:
        await until(lambda: looks > 5, "looks after the bad one", 5.0)
        slept += 3600
        await until(lambda: seen, "the resume", 5.0)
