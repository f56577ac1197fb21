"""The demo's clock: the whole night takes what it should, and no stage passes unseen."""

import asyncio
import time
from itertools import pairwise

import pytest

from trayapp.demo.clock import MAX_SPEED, StagedClock, night_clock
from trayapp.demo.night import DAWN, MAX_STAGE_S, MIN_STAGE_S, NIGHT, WAY_HOME_S
from trayapp.errors import Problem

MARKS = [*(stage.begins for stage in NIGHT), DAWN]


def lengths(speed: float) -> list[float]:
    """Real seconds of each stage."""
    clock = night_clock(speed)
    return [clock.real_between(begin, end) for begin, end in pairwise(MARKS)]


def test_nothing_stands_still_for_long_before_the_way_home() -> None:
    assert max(lengths(1.0)[:-1]) <= MAX_STAGE_S + 1e-6


@pytest.mark.parametrize("speed", [0.5, 1.0, 3.0, 20.0, MAX_SPEED])
def test_every_stage_is_seen_and_the_way_home_found(speed: float) -> None:
    *stages, way_home = lengths(speed)
    assert min(stages) >= MIN_STAGE_S - 1e-6
    assert way_home >= WAY_HOME_S - 1e-6


@pytest.mark.parametrize("speed", [0.0, -1.0, MAX_SPEED + 1, float("nan"), float("inf")])
def test_a_speed_without_sense_is_refused(speed: float) -> None:
    with pytest.raises(Problem, match="bad_speed"):
        night_clock(speed)


def test_time_runs_forward_across_the_marks_and_past_the_last() -> None:
    clock = StagedClock([0.0, 10.0, 1000.0], [0.05, 0.1])
    seen = []
    end = time.monotonic() + 0.2
    while time.monotonic() < end:
        seen.append(clock.now())
    assert seen == sorted(seen)
    assert seen[-1] > 1000.0


def test_it_begins_when_all_is_ready() -> None:
    clock = StagedClock([0.0, 10.0, 1000.0], [0.02, 0.04])
    end = time.monotonic() + 0.05
    while time.monotonic() < end:
        assert clock.now() >= 0.0
    assert clock.now() > 10.0
    clock.begin()
    assert clock.now() < 10.0


async def test_a_sleep_across_a_mark_wakes_at_its_steady_moment() -> None:
    clock = StagedClock([0.0, 10.0, 1000.0], [0.1, 0.2])
    due = clock.now() + 500.0
    async with asyncio.timeout(5):
        await clock.sleep(500.0)
    assert clock.now() >= due - 1e-3
