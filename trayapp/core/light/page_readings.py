"""The readings of one provider's page: which of them speaks now, and for how long."""

import math

from msgspec import Struct, field

from trayapp.core.evidence.families import Use
from trayapp.core.evidence.page_report import PageComponent, PageHealth, PageIncident, PageLight, PageReport
from trayapp.core.light.page_opinion import Opinions, PageOpinion, unknown
from trayapp.core.light.verdicts import PageStatus

# After ten minutes nobody knows what the page says meanwhile, unless it is read so rarely as a rule.
PAGE_FRESH_S = 600.0
LATE_FACTOR = 2.5
# The slowest pace that can be configured; a longer pause was a sleep.
PAGE_INTERVAL_MAX_S = 3600.0
# One reading in a row may fail for no reason at all; two say that the page cannot be read.
TRANSIENT_FAILURES = 1

_TRANSIENT = frozenset({PageHealth.UNREADABLE, PageHealth.REFUSED})


class SeenState(Struct):
    """A component's state, and since when it has been seen; None for one that was well when it was first looked at."""

    state: PageLight
    at: float | None = None


class PageReadingsMemory(Struct):
    """What survives a restart: for pages that give no times, since when each component has had its state; and how
    rarely the page is read."""

    seen: dict[str, SeenState] = field(default_factory=dict)
    interval_s: float = 0.0


class PageReadings:
    """The readings of one provider's page. `expected`: the provider has one.

    `version` grows whenever another opinion may follow; `starts_afresh`: the latest good reading came after a gap in
    which anything may have happened. `fresh_s`: how long a reading speaks: ten minutes, or longer where the page is
    read at a slower pace.
    """

    def __init__(self, memory: PageReadingsMemory | None = None, *, expected: bool) -> None:
        self.expected = expected
        self.version = 0
        self.latest: PageReport | None = None
        self.starts_afresh = False
        self._good: PageReport | None = None
        self._opinions: Opinions | None = None
        self._silence: PageOpinion | None = None
        self._speaks = False
        self._failed_in_a_row = 0
        self._set_interval(memory.interval_s if memory is not None else 0.0)
        self._now = -math.inf
        self._seen = memory.seen if memory is not None else {}

    def remember(self) -> PageReadingsMemory:
        return PageReadingsMemory(dict(self._seen), self._interval_s)

    def observe(self, report: PageReport, *, excused: bool = False) -> None:
        """Take in a reading, in any order. `excused`: the own network fails, so a failed one is not the page's."""
        if self.latest is not None and report.at < self.latest.at:
            return
        pause_s = report.at - self.latest.at if self.latest is not None else self._interval_s
        self.latest = report
        if report.speaks:
            self.starts_afresh = self._good is not None and report.at - self._good.at > self.fresh_s
            self._set_interval(pause_s if pause_s <= PAGE_INTERVAL_MAX_S else 0.0)
            self._good, self._failed_in_a_row = report, 0
            self._seen = {part.id: self._state_of(part, report.at) for part in report.components if not part.changed_at}
            first_seen = {name: seen.at for name, seen in self._seen.items() if seen.at is not None}
            self._opinions = Opinions(report, first_seen)
        elif not excused:
            self._failed_in_a_row += 1
        self._silence = unknown(report, self.fetched_at)
        self.version += 1
        self.look(report.at)

    def _set_interval(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self.fresh_s = max(PAGE_FRESH_S, LATE_FACTOR * interval_s)

    def disturbed(self) -> None:
        """What failed before a resume or a network change says nothing about the page."""
        self._failed_in_a_row = 0

    def look(self, now: float) -> None:
        """Let the time be `now`: a reading that has grown old speaks no more."""
        self._now = max(now, self._now)
        speaks = self._usable(now)
        if speaks != self._speaks:
            self._speaks = speaks
            self.version += 1

    @property
    def unheard(self) -> bool:
        """Whether it has not spoken since the start, and not fallen silent either: what it said before still holds."""
        failed = self.latest is not None and not self._is_tolerated(self.latest)
        return self._good is None and not failed

    @property
    def silent_at(self) -> float:
        """When the latest good reading has grown too old to speak."""
        return self._good.at + self.fresh_s if self._good is not None and self._speaks else math.inf

    @property
    def speaks(self) -> bool:
        """Whether what was read last still counts."""
        return self._speaks

    @property
    def fetched_at(self) -> float | None:
        """The last good reading."""
        return self._good.at if self._good is not None else None

    def status(self, provider: str, url: str) -> PageStatus:
        """How the page of `provider` does; `url`: where it is, until a reading has said that."""
        if self.latest is None:
            return PageStatus(provider, PageHealth.NEVER, None, url)
        latest = self.latest
        return PageStatus(provider, latest.health, self.fetched_at, latest.link, latest.reason, latest.params)

    @property
    def incidents(self) -> tuple[PageIncident, ...]:
        """The page's latest word on its incidents, open or resolved."""
        return self._good.incidents if self._good is not None else ()

    def opinion(self, ids: tuple[str, ...], use: Use | None = None) -> PageOpinion | None:
        """What it says of a component with these page ids; None when it is not meant to speak for it at all."""
        if not ids:
            return None
        return self._opinions.of(ids, self._now, use) if self._speaks and self._opinions is not None else self._silence

    def _state_of(self, part: PageComponent, at: float) -> SeenState:
        """Its state with the time of the reading that first showed it."""
        before = self._seen.get(part.id)
        if before is None:
            return SeenState(part.state, at if part.state is not PageLight.OPERATIONAL else None)
        return before if before.state is part.state else SeenState(part.state, at)

    def _usable(self, now: float) -> bool:
        """Whether the latest good reading speaks: a single failed attempt after it does not yet silence it."""
        if self._good is None or self.latest is None or now - self._good.at > self.fresh_s:
            return False
        return self.latest.speaks or self._is_tolerated(self.latest)

    def _is_tolerated(self, report: PageReport) -> bool:
        return report.health in _TRANSIENT and self._failed_in_a_row <= TRANSIENT_FAILURES
