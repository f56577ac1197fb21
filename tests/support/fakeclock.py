"""Clocks for tests: one that stands still until it is told to move, and two that run fast."""

import asyncio
import contextlib
import time
from datetime import UTC, datetime, timedelta


class FakeClock:
    """`sleep` returns at once and moves the clock on by as much. `ahead`: by how much the computer's is wrong."""

    def __init__(self, start: datetime = datetime(2026, 2, 3, 21, 0, tzinfo=UTC)) -> None:
        self._now = start.timestamp()
        self.ahead = timedelta()

    def now(self) -> float:
        return self._now

    def wall(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, UTC) + self.ahead

    def steady(self, moment: datetime) -> float:
        return (moment - self.ahead).timestamp()

    def move(self, seconds: float) -> None:
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        self.move(max(0.0, seconds))


class RateClock:
    """A clock that starts at `epoch` and runs at `rate` steady seconds per real second."""

    def __init__(self, epoch: datetime, rate: float) -> None:
        self._rate = rate
        self._epoch_s = epoch.timestamp()
        self._start_s = time.monotonic()

    def now(self) -> float:
        return self._epoch_s + (time.monotonic() - self._start_s) * self._rate

    def wall(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, UTC)

    def steady(self, moment: datetime) -> float:
        return moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds / self._rate))


class PatientClock(RateClock):
    """Waits for whoever asks: a machine that is busy for a moment costs no more than `LONGEST_S` real seconds of it.

    For rates at which such a moment would be minutes without evidence.
    """

    LONGEST_S = 0.02

    def __init__(self, epoch: datetime, rate: float) -> None:
        super().__init__(epoch, rate)
        self._seen_s = self._start_s
        self._passed_s = 0.0

    def now(self) -> float:
        seen_s = time.monotonic()
        self._passed_s += min(seen_s - self._seen_s, self.LONGEST_S)
        self._seen_s = seen_s
        return self._epoch_s + self._passed_s * self._rate

    async def sleep(self, seconds: float) -> None:
        end = self.now() + seconds
        left_s = seconds / self._rate
        while left_s > 0:
            await asyncio.sleep(min(left_s, self.LONGEST_S))
            left_s = (end - self.now()) / self._rate


class LeapingClock(RateClock):
    """Runs like any clock on the wall, and leaps when it is told to: whoever slept through that wakes up."""

    def __init__(self, epoch: datetime) -> None:
        super().__init__(epoch, 1.0)
        self._leapt_s = 0.0
        self._leaps = asyncio.Event()

    def now(self) -> float:
        return super().now() + self._leapt_s

    def leap(self, seconds: float) -> None:
        self._leapt_s += seconds
        self._leaps.set()
        self._leaps = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        end = self.now() + seconds
        while (left_s := end - self.now()) > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._leaps.wait()
