"""The clock by which whoever publishes a page dates what it tells.

This machine's own may be wrong by hours (two systems on it that disagree about the hardware's, a battery that ran out),
and certificates forgive that. By such a clock an incident that has just begun lies in the future, and waits, or is a
day old, and is no news. Every answer says what time it is where it comes from.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from trayapp.clock import Clock
from trayapp.core.light.page_colours import CLOCKS_DIFFER_S
from trayapp.watch.skew import skew_s

JITTER_S = 60.0
"""Answers travel, and are dated in whole seconds: by less than this a clock has not been set, and what the page dates
stays where it was."""

MOST_S = 3_660 * 86_400.0
"""No clock is wrong by ten years and still accepts a certificate; a server that says so is wrong itself."""


class ServerClock:
    """This machine's clock as long as it is about right, else the server's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead_s = 0.0

    def heard(self, headers: Mapping[str, str]) -> None:
        """Take in the head of an answer."""
        ahead_s = skew_s(headers, self._clock)
        if ahead_s is None or abs(ahead_s) > MOST_S:
            return
        if abs(ahead_s) < CLOCKS_DIFFER_S:
            ahead_s = 0.0
        if abs(ahead_s - self._ahead_s) >= JITTER_S:
            self._ahead_s = ahead_s

    def now(self) -> float:
        return self._clock.now()

    def wall(self, at: float) -> datetime:
        return self._clock.wall(at) - timedelta(seconds=self._ahead_s)

    def steady(self, moment: datetime) -> float:
        return self._clock.steady(moment) + self._ahead_s

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
