"""What one reading of a provider's status page found. All times are steady seconds (see `trayapp.clock`)."""

from enum import StrEnum

from msgspec import Struct

from trayapp.core.evidence.reach import Reach
from trayapp.errors import Param


class PageHealth(StrEnum):
    OK = "ok"
    INCOMPLETE = "incomplete"
    STALE = "stale"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    MOVED = "moved"
    WRONG_PAGE = "wrong_page"
    EMPTY = "empty"
    NEVER = "never"


class PageLight(StrEnum):
    """The state of one component on a page, in one vocabulary for all vendors."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    PARTIAL = "partial"
    MAJOR = "major"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


class PageStage(StrEnum):
    """The stage of an incident as the provider states it."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    UNKNOWN = "unknown"


class Impact(StrEnum):
    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


class PageComponent(Struct, frozen=True):
    """`changed_at`: when the page says the state last changed, or None where the page cannot be believed. `group`: a
    heading over others, as bad as the worst of them."""

    id: str
    name: str
    state: PageLight
    changed_at: float | None = None
    group: bool = False


class PageState(Struct, frozen=True):
    """What an update says of one component: its state from then on, and before, where the page tells."""

    component: str
    state: PageLight
    was: PageLight | None = None


class PageUpdate(Struct, frozen=True):
    at: float
    stage: PageStage
    text: str
    states: tuple[PageState, ...] = ()


class PageImpact(Struct, frozen=True):
    """A page's own record of how an incident touches a component, and from when to when (None: still)."""

    component: str
    state: PageLight
    started_at: float
    ended_at: float | None = None


class PageIncident(Struct, frozen=True):
    """An incident or maintenance on a page. `components`: the ids it is linked to, if any. Updates newest first.

    `published_at`: when it was first to be read, where that is known; `started_at` may be dated back.
    `impacts`: the page's impact records, None where it keeps none. `ends_at`: the announced end of a maintenance.
    """

    id: str
    name: str
    stage: PageStage
    impact: Impact
    components: tuple[str, ...]
    started_at: float
    updated_at: float
    link: str | None = None
    updates: tuple[PageUpdate, ...] = ()
    resolved_at: float | None = None
    maintenance: bool = False
    published_at: float | None = None
    impacts: tuple[PageImpact, ...] | None = None
    ends_at: float | None = None


class PageReport(Struct, frozen=True):
    """One reading of a provider's page. What it found says something where it `speaks`; else it is empty.

    `reason` is a code with `params` (for instance `http` with `status`), for health other than ok.
    `reach`: the kind of address that the page was read at. `stated`: False for a feed, which lists incidents and gives
    components no states.
    """

    at: float
    provider: str
    health: PageHealth
    link: str
    components: tuple[PageComponent, ...] = ()
    incidents: tuple[PageIncident, ...] = ()
    reason: str | None = None
    params: dict[str, Param] = {}
    reach: Reach = Reach.PUBLIC
    stated: bool = True

    @property
    def speaks(self) -> bool:
        """Whether what was read counts: whole, but for some records, or at the address it moved to."""
        return self.health in _SPEAKING and (bool(self.components) or not self.stated)

    @property
    def unreached(self) -> bool:
        """Whether nobody answered at its address, or somebody else did."""
        return self.reason in UNREACHED


class PageHistory(Struct, frozen=True):
    """What a provider's page tells of its past. `link`: the page's address. `incidents`: None where it could not be
    read."""

    at: float
    provider: str
    link: str
    incidents: tuple[PageIncident, ...] | None = None


UNREACHED = frozenset({"timeout", "dns", "dns_timeout", "no_name", "connect", "tls", "untrusted", "expired", "cut"})
"""Reasons below HTTP for which a page could not be read."""
_SPEAKING = frozenset({PageHealth.OK, PageHealth.INCOMPLETE, PageHealth.MOVED})
