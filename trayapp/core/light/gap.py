"""Rules 5 and 8: the latest time that nobody watched, because the machine slept, was offline, or nothing ran.

What a page last said before it says nothing after it. So it outlives the process: a restart after a gap makes nothing
of before it true again, and a gap in which somebody only came and went is one.
"""

from msgspec import Struct

from trayapp.core.evidence.own_evidence import GAP_S


class GapMemory(Struct):
    """What survives a restart. `gap`: from and to; `observed_at`: when anything last came in; `down_since`: since when
    the own network has failed."""

    gap: tuple[float, float]
    observed_at: float
    down_since: float | None = None


class Gap:
    """The latest gap, `latest`: from and to. `saved_at`: when the memory was last true."""

    def __init__(self, now: float, saved_at: float, memory: GapMemory | None = None) -> None:
        kept = memory or GapMemory((0.0, 0.0), saved_at)
        was_away = now - saved_at > GAP_S
        self._observed_at = now if was_away else min(kept.observed_at, now)
        self._down_since = None if was_away else kept.down_since
        self.latest = (kept.observed_at, now) if was_away else kept.gap

    def remember(self) -> GapMemory:
        return GapMemory(self.latest, self._observed_at, self._down_since)

    def observed(self, at: float) -> None:
        """Something came in, whatever it says."""
        if at - self._observed_at > GAP_S:
            self.latest = self._observed_at, at
        self._observed_at = max(at, self._observed_at)

    def network(self, down_since: float | None, now: float) -> None:
        """Since when the own network has failed; None while it does not. Was it gone for so long that anything may
        have happened meanwhile?"""
        if down_since is not None:
            self._down_since = min(down_since, self._down_since or down_since)
            return
        if self._down_since is not None and now - self._down_since > GAP_S:
            self.latest = self._down_since, now
        self._down_since = None
