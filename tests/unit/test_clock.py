"""Steady seconds do not jump when somebody sets the clock."""

import os
import time
from datetime import UTC, timedelta

import pytest

from trayapp.clock import SystemClock, follow_time_zone


def test_the_steady_axis_starts_as_unix_time() -> None:
    assert SystemClock().now() == pytest.approx(time.time(), abs=0.1)


@pytest.mark.parametrize("jump_s", [-86_400.0, 3_600.0])
def test_setting_the_clock_moves_what_is_shown_and_nothing_else(monkeypatch: pytest.MonkeyPatch, jump_s: float) -> None:
    clock = SystemClock()
    event = clock.now()
    shown = clock.wall(event)
    real = time.time
    monkeypatch.setattr("time.time", lambda: real() + jump_s)
    assert clock.now() == pytest.approx(event, abs=0.5)
    assert clock.wall(event) - shown == pytest.approx(timedelta(seconds=jump_s), abs=timedelta(seconds=0.5))


def test_wall_and_steady_are_inverse() -> None:
    clock = SystemClock()
    at = clock.now() - 1234.5
    assert clock.steady(clock.wall(at)) == pytest.approx(at, abs=0.1)
    assert clock.wall(at).tzinfo is UTC


async def test_sleeping_takes_its_time() -> None:
    clock = SystemClock()
    before = clock.now()
    await clock.sleep(0.05)
    await clock.sleep(-1.0)
    assert 0.05 <= clock.now() - before < 5.0


def test_a_clock_that_counts_suspended_time_is_used_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.clock_gettime", lambda clock: 5000.0)
    clock = SystemClock()
    before = clock.now()
    monkeypatch.setattr("time.clock_gettime", lambda clock: 5000.0 + 8 * 3600.0)
    assert clock.now() - before == 8 * 3600.0


def test_elsewhere_the_monotonic_clock_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("time.CLOCK_BOOTTIME")
    assert SystemClock().now() == pytest.approx(time.time(), abs=0.1)


def test_who_travels_has_another_time_of_day() -> None:
    with pytest.MonkeyPatch.context() as patch:
        for zone, ahead_s in (("Asia/Kolkata", 19_800), ("America/St_Johns", -12_600)):
            patch.setenv("TZ", zone)
            follow_time_zone()
            assert time.localtime(1_770_156_000).tm_gmtoff == ahead_s
    assert "Johns" not in os.environ.get("TZ", "")
    follow_time_zone()
