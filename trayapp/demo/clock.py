"""The demo's clock: the night's hours at a rate, slowed where a stage would pass too fast to be seen."""

import asyncio
import time
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate

from trayapp.demo.night import DAWN, MIN_STAGE_S, NIGHT, WAY_HOME_S
from trayapp.errors import Problem

MAX_SPEED = 1000.0
"""Beyond this every stage is at its three seconds anyway."""


class StagedClock:
    """Steady seconds between `marks`, each stretch taking so many of `real_s` seconds.

    It runs from the start, and from its first mark again when `begin` is called. After the last mark it runs on at the
    last stretch's rate.
    """

    def __init__(self, marks: Sequence[float], real_s: Sequence[float]) -> None:
        self._steady = list(marks)
        self._real = [0.0, *accumulate(real_s)]
        self._start_s = time.monotonic()

    def begin(self) -> None:
        """Now is the first mark: what came before was only getting ready."""
        self._start_s = time.monotonic()

    def real_between(self, begin: float, end: float) -> float:
        """Real seconds between two steady moments of the night."""
        return self._to_real(end) - self._to_real(begin)

    def _elapsed_s(self) -> float:
        return time.monotonic() - self._start_s

    def _index(self, axis: list[float], value: float) -> int:
        return min(max(bisect_right(axis, value) - 1, 0), len(axis) - 2)

    def _rate(self, real_s: float) -> float:
        at = self._index(self._real, real_s)
        return (self._steady[at + 1] - self._steady[at]) / (self._real[at + 1] - self._real[at])

    def _to_steady(self, real_s: float) -> float:
        at = self._index(self._real, real_s)
        return self._steady[at] + (real_s - self._real[at]) * self._rate(real_s)

    def _to_real(self, steady: float) -> float:
        at = self._index(self._steady, steady)
        return self._real[at] + (steady - self._steady[at]) / self._rate(self._real[at])

    def now(self) -> float:
        return self._to_steady(self._elapsed_s())

    def wall(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, UTC)

    def steady(self, moment: datetime) -> float:
        return moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        elapsed_s = self._elapsed_s()
        due_s = self._to_real(self._to_steady(elapsed_s) + max(0.0, seconds))
        await asyncio.sleep(due_s - elapsed_s)


def night_clock(speed: float) -> StagedClock:
    """The demo's clock, started now. Raises Problem("bad_speed")."""
    if not 0.01 <= speed <= MAX_SPEED:
        raise Problem("bad_speed", speed=speed, most=MAX_SPEED)
    real_s = [max(MIN_STAGE_S, stage.lasts_s / speed) for stage in NIGHT]
    real_s[-1] = max(WAY_HOME_S, real_s[-1])
    return StagedClock([*(stage.begins for stage in NIGHT), DAWN], real_s)
