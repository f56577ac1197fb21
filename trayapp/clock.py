"""The one place that knows what time it is.

Everything below the surface counts on one *steady* axis: seconds that look like Unix time, run on through
suspend, and never jump when somebody sets the computer's clock. Wall time is made from it only for people
and for files, with the offset of that moment, so that a corrected clock corrects what is shown as well.
"""

import sys
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Steady seconds, wall time for display, and a sleep that keeps the same pace."""

    def now(self) -> float:
        """Steady seconds."""

    def wall(self, at: float) -> datetime:
        """The aware UTC time of the steady moment `at`."""

    def steady(self, moment: datetime) -> float:
        """The steady moment of an aware wall time; inverse of `wall`."""

    async def sleep(self, seconds: float) -> None:
        """Wait so many steady seconds."""


def _boot_s() -> float:
    # CLOCK_BOOTTIME counts suspended time, CLOCK_MONOTONIC does not; only Linux tells them apart.
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def follow_time_zone() -> None:
    """Know which time zone the user is in by now: the C library looks once, at the start."""
    # https://docs.python.org/3/library/time.html#time.tzset; Windows has none, and looks every time.
    if sys.platform != "win32":
        time.tzset()


class SystemClock:
    """The real clock of this machine."""

    def __init__(self) -> None:
        self._anchor_s = time.time() - _boot_s()

    def now(self) -> float:
        return self._anchor_s + _boot_s()

    def wall(self, at: float) -> datetime:
        return datetime.fromtimestamp(time.time() - (self.now() - at), UTC)

    def steady(self, moment: datetime) -> float:
        return self.now() - (time.time() - moment.timestamp())

    async def sleep(self, seconds: float) -> None:
        # Imported here because the tray reads a clock before its icon shows, and asyncio takes longer than all of that.
        import asyncio

        await asyncio.sleep(max(0.0, seconds))
