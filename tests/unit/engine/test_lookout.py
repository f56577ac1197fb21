"""When it is looked around, when closer, and which of two words counts."""

import asyncio
from typing import Any

import pytest

from tests.support.fakeclock import FakeClock
from tests.support.until import until
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import NetworkState, NetworkStep
from trayapp.core.evidence.surroundings import Surroundings
from trayapp.desktop.closer_look import Closer
from trayapp.engine.lookout import CLOSER_EVERY_S, FRESH_S, Lookout

DOWN = NetworkStatus(NetworkState.OFFLINE, 0.0, NetworkStep.TCP)
UP = NetworkStatus(NetworkState.ONLINE, 0.0, answering=2)
UNKNOWN = NetworkStatus(NetworkState.UNKNOWN, 0.0)


class Machine:
    """What is seen, and how often it was looked at."""

    def __init__(self, router: bool | None = True, closer: Closer = Closer()) -> None:  # noqa: B008 - it is immutable
        self.clock = FakeClock()
        self.router, self.closer = router, closer
        self.looks = self.closer_looks = self.changes = 0
        self.lookout = Lookout(self.clock, self._changed, self._look, self._look_closer)

    def _changed(self) -> None:
        self.changes += 1

    def _look(self) -> Surroundings:
        self.looks += 1
        return Surroundings(way=True, gateway="192.168.1.1", router=self.router)

    async def _look_closer(self, seen: Surroundings) -> Closer:
        self.closer_looks += 1
        return self.closer

    async def in_trouble(self, status: NetworkStatus = DOWN) -> None:
        self.lookout.judged(status)
        # Its task runs with the next turns of the loop.
        for _ in range(5):
            await asyncio.sleep(0)


def test_it_looks_again_only_when_the_last_look_is_old() -> None:
    machine = Machine()
    for _ in range(10):
        machine.lookout.around()
    assert machine.looks == 1
    machine.clock.move(FRESH_S + 1)
    machine.lookout.around()
    assert machine.looks == 2
    machine.lookout.forget()
    machine.lookout.around()
    assert machine.looks == 3


@pytest.mark.parametrize("status", [UP, UNKNOWN])
async def test_nobody_is_asked_while_nothing_is_wrong(status: NetworkStatus) -> None:
    machine = Machine()
    for _ in range(10):
        await machine.in_trouble(status)
        machine.clock.move(100)
    assert machine.closer_looks == 0


async def test_in_trouble_it_looks_closer_now_and_then() -> None:
    machine = Machine()
    for _ in range(5):
        await machine.in_trouble()
    assert machine.closer_looks == 1
    machine.clock.move(CLOSER_EVERY_S + 1)
    await machine.in_trouble()
    assert machine.closer_looks == 2
    await machine.lookout.close()


@pytest.mark.parametrize(
    ("kernel", "asked", "router"),
    [
        (None, None, None),
        (True, None, True),
        (False, None, False),
        (None, True, True),
        (False, True, True),
        (None, False, False),
        # "No host" is also how a firewall refuses.
        (True, False, True),
        (False, False, False),
    ],
)
async def test_which_word_on_the_router_counts(kernel: bool | None, asked: bool | None, router: bool | None) -> None:
    machine = Machine(kernel, Closer(router=asked))
    await machine.in_trouble()
    assert machine.lookout.around().router is router


async def test_what_was_found_in_trouble_is_news_and_does_not_outlive_it() -> None:
    machine = Machine(None, Closer(False, None, "9.9.9.9", 0.02))
    await machine.in_trouble()
    assert machine.changes == 1
    seen: Any = machine.lookout.around()
    assert (seen.router, seen.resolver, seen.resolver_s) == (False, "9.9.9.9", 0.02)
    machine.clock.move(CLOSER_EVERY_S + 1)
    await machine.in_trouble()
    assert machine.changes == 1
    machine.lookout.judged(UP)
    assert machine.lookout.around() == Surroundings(way=True, gateway="192.168.1.1")


@pytest.mark.expects_log("looking around")
async def test_a_mistake_of_ours_is_not_the_end() -> None:
    machine = Machine()

    def broken() -> Surroundings:
        raise RuntimeError("a mistake of ours")

    lookout = Lookout(machine.clock, machine._changed, broken, machine._look_closer)
    assert lookout.around() == Surroundings()
    lookout.judged(DOWN)
    await until(lambda: machine.closer_looks == 1, "a closer look")
    await lookout.close()
