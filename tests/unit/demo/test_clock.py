"""The demo's clock: the whole night takes what it should, and no stage passes unseen."""

import asyncio
import time
from itertools import pairwise

import pytest

from trayapp.demo.clock import MAX_SPEED, StagedClock, night_clock
from trayapp.demo.night import DAWN, DEFAULT_NIGHT_S, MIN_STAGE_S, NIGHT
from trayapp.errors import Problem


def test_the_night_takes_100_seconds_and_no_stage_is_stretched() -> None:
    whole_s = night_clock(1.0).real_between(NIGHT[0].begins, DAWN)
    assert whole_s == pytest.approx(DEFAULT_NIGHT_S, abs=0.5)


@pytest.mark.parametrize("speed", [0.5, 1.0, 3.0, 20.0, MAX_SPEED])
def test_every_stage_lasts_three_real_seconds(speed: float) -> None:
    clock = night_clock(speed)
    marks = [*(stage.begins for stage in NIGHT), DAWN]
    assert min(clock.real_between(begin, end) for begin, end in pairwise(marks)) >= MIN_STAGE_S - 1e-6


@pytest.mark.parametrize("speed", [0.0, -1.0, MAX_SPEED + 1, float("nan"), float("inf")])
def test_a_speed_without_sense_is_refused(speed: float) -> None:
    with pytest.raises(Problem, match="bad_speed"):
        night_clock(speed)


def test_time_runs_forward_across_the_marks_and_past_the_last() -> None:
    clock = StagedClock([0.0, 10.0, 1000.0], night_s=0.1, min_stage_s=0.05)
    seen = []
    end = time.monotonic() + 0.2
    while time.monotonic() < end:
        seen.append(clock.now())
    assert seen == sorted(seen)
    assert seen[-1] > 1000.0


async def test_a_sleep_across_a_mark_wakes_at_its_steady_moment() -> None:
    clock = StagedClock([0.0, 10.0, 1000.0], night_s=0.2, min_stage_s=0.1)
    due = clock.now() + 500.0
    async with asyncio.timeout(5):
        await clock.sleep(500.0)
    assert clock.now() >= due - 1e-3
