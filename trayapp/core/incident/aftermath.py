"""What pages say of an outage once it is over: the cause, or a post-mortem, days later. Times are steady seconds."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field, structs

from trayapp.core.evidence.page_report import PageHistory, PageIncident
from trayapp.core.incident.cause import stated_cause
from trayapp.core.incident.incident import Incident, without
from trayapp.core.incident.silence import usual_gap_s

FOLLOWED_S = 7 * 86_400.0
"""A post-mortem comes within days, or not at all."""
ASKED_S = 12 * 3600.0
"""Many pages list what is over in their history alone, which is read twice a day then: nobody waits for it."""
KEPT = 20
"""Outages of a bad week; the oldest go first."""


class Ended(Struct):
    """An incident that is over since `over_at`, as it stands now. `page_id`: the page's own id of it. `news`: the page
    has said something since."""

    incident: Incident
    page_id: str
    over_at: float
    news: bool = False


class AftermathMemory(Struct):
    """What survives a restart. By provider: `asked_at`, when its history was last read, and `gaps_s`, its usual time
    between two updates."""

    ended: list[Ended] = field(default_factory=list)
    asked_at: dict[str, float] = field(default_factory=dict)
    gaps_s: dict[str, float] = field(default_factory=dict)


class Aftermath:
    """Follows what is over for a week. `incidents`: those of which something new was said since, the same tuple while
    nothing is."""

    def __init__(self, memory: AftermathMemory | None = None) -> None:
        self._known = memory or AftermathMemory()
        self._pages: Mapping[str, PageIncident] = {}
        self.incidents: tuple[Incident, ...] = ()
        self._show()

    def remember(self) -> AftermathMemory:
        known = self._known
        return AftermathMemory([structs.replace(one) for one in known.ended], dict(known.asked_at), dict(known.gaps_s))

    def follow(self, ended: Iterable[Ended]) -> None:
        """These have just been let go of by those who follow what is open."""
        for one in ended:
            self._known.ended = [*self._known.ended, one][-KEPT:]
            # What its page's history said before it was over says nothing of it.
            self._known.asked_at.pop(one.incident.provider, None)

    def forget(self, services: frozenset[str] | None) -> None:
        """Let go of what concerned these services, or of all."""
        left = [] if services is None else [(one, without(one.incident, services)) for one in self._known.ended]
        self._known.ended = [structs.replace(one, incident=incident) for one, incident in left if incident is not None]
        self._show()

    def look(self, pages: Mapping[str, PageIncident], now: float) -> None:
        """Let the time be `now`, and take over what the pages say, by their ids."""
        followed = [one for one in self._known.ended if 0.0 <= now - one.over_at + ASKED_S <= FOLLOWED_S + ASKED_S]
        if len(followed) < len(self._known.ended):
            self._known.ended = followed
            self._show()
        if pages is not self._pages:
            self._pages = pages
            self._read(pages)

    def told(self, history: PageHistory) -> None:
        """A page's history was read, or was not to be had."""
        self._known.asked_at[history.provider] = history.at
        if history.incidents is not None:
            if (gap_s := usual_gap_s(history.incidents)) is not None:
                self._known.gaps_s[history.provider] = gap_s
            self._read({incident.id: incident for incident in history.incidents})

    def gap_s(self, provider: str) -> float | None:
        """The usual time between two updates of this provider's page; None where that is not known."""
        return self._known.gaps_s.get(provider)

    def wants_past(self, provider: str, now: float) -> bool:
        """Whether the history of this provider's page may hold the cause of something that is over."""
        waiting = any(one.incident.provider == provider and not one.incident.cause for one in self._known.ended)
        # A clock that was ahead must not put it off for years.
        return waiting and abs(now - self._known.asked_at.get(provider, -ASKED_S)) >= ASKED_S

    def _read(self, pages: Mapping[str, PageIncident]) -> None:
        for one in self._known.ended:
            page = pages.get(one.page_id)
            if page is not None and _take_over(one, page):
                one.news = True
                self._show()

    def _show(self) -> None:
        self.incidents = tuple(one.incident for one in self._known.ended if one.news)


def _take_over(one: Ended, page: PageIncident) -> bool:
    """Whether the page says anything new of it. What it no longer says was said all the same."""
    before, cause = one.incident, stated_cause(page.updates)
    changed: dict[str, Any] = {}
    # Not by their times, which a clock that is set moves.
    known = {(update.stage, update.text) for update in before.updates}
    if any((update.stage, update.text) not in known for update in page.updates):
        changed = {"updates": page.updates, "page_stage": page.stage}
    if cause is not None and cause != before.cause:
        changed["cause"] = cause
    one.incident = structs.replace(before, **changed)
    return bool(changed)
