"""A clock that stands still until it is told to move."""

from datetime import UTC, datetime


class FakeClock:
    """`sleep` returns at once and moves the clock on by as much."""

    rate = 1.0

    def __init__(self, start: datetime = datetime(2026, 2, 3, 21, 0, tzinfo=UTC)) -> None:
        self._now = start.timestamp()

    def now(self) -> float:
        return self._now

    def wall(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, UTC)

    def steady(self, moment: datetime) -> float:
        return moment.timestamp()

    def move(self, seconds: float) -> None:
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        self.move(max(0.0, seconds))
