"""What the pages have told of their pasts: read as a whole now and then, kept up by what ends meanwhile, bounded."""

from msgspec import Struct, field

from trayapp.core.evidence.page_report import PageHistory, PageIncident, PageReport
from trayapp.core.incident.past import PastIncident, past_incident

AGAIN_S = 30 * 86400.0
"""What ended while nobody was watching, or was corrected later, is known within a month, for a request or two."""
RETRY_S = 86400.0
"""A past that could not be read changes nothing by itself; it is asked for again the next day."""
KEPT = 500
"""Incidents of a provider, the newest ones: the busiest page has some 300 a year."""
COMPONENTS_KEPT = 40
"""Of an incident: what touched more of a page touched all of it, and asks nobody for the part."""


class KnownPast(Struct):
    """`page`: whose it is, the page's address. `due_at`: when to read it next. Incidents by the page's id."""

    page: str
    due_at: float = 0.0
    incidents: dict[str, PastIncident] = field(default_factory=dict)


class PastsMemory(Struct):
    """What survives a restart, by provider."""

    pasts: dict[str, KnownPast] = field(default_factory=dict)


class KnownPasts:
    """All pasts. Times are steady seconds, which survive a restart as they are."""

    def __init__(self, memory: PastsMemory | None = None) -> None:
        self._pasts = dict(memory.pasts) if memory is not None else {}

    def remember(self) -> PastsMemory:
        return PastsMemory({name: KnownPast(one.page, one.due_at, one.incidents) for name, one in self._pasts.items()})

    def incidents(self) -> dict[str, tuple[PastIncident, ...]]:
        """All that is known, by provider."""
        return {name: tuple(past.incidents.values()) for name, past in self._pasts.items()}

    def wanted(self, provider: str, page: str, now: float) -> bool:
        """Whether that page's past should be read."""
        past = self._pasts.get(provider)
        # A clock that was ahead must not put it off for years.
        return past is None or past.page != page or not past.due_at - AGAIN_S <= now < past.due_at

    def told(self, history: PageHistory) -> bool:
        """A past was read, or was not to be had. Whether it brought anything new."""
        past = self._of(history.provider, history.link)
        past.due_at = history.at + (RETRY_S if history.incidents is None else AGAIN_S)
        return _take(past, history.incidents or ())

    def reported(self, report: PageReport) -> bool:
        """The page was read: what has ended belongs to the past, and what was opened again does not. As `told`."""
        return report.speaks and _take(self._of(report.provider, report.link), report.incidents)

    def _of(self, provider: str, page: str) -> KnownPast:
        past = self._pasts.get(provider)
        if past is None or past.page != page:
            # Another page has components of its own.
            past = self._pasts[provider] = KnownPast(page)
        return past


def _take(past: KnownPast, incidents: tuple[PageIncident, ...]) -> bool:
    """Never changes the dict that has been handed out."""
    known = dict(past.incidents)
    for one in incidents:
        ended = past_incident(one)
        if ended is None:
            known.pop(one.id, None)
        elif ended.components or not (one.id in known and known[one.id].components):
            # A reading tells less of what has ended than a past, which is read with the records of what was touched.
            known[one.id] = PastIncident(ended.started_at, ended.ended_at, ended.components[:COMPONENTS_KEPT])
    if known == past.incidents:
        return False
    newest = sorted(known, key=lambda name: known[name].ended_at, reverse=True)[:KEPT]
    past.incidents = {name: known[name] for name in newest}
    return True
