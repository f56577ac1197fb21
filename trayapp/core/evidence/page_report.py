"""What one reading of a provider's status page found. All times are steady seconds (see `trayapp.clock`)."""

from enum import StrEnum

from msgspec import Struct

from trayapp.core.evidence.reach import Reach
from trayapp.errors import Param


class PageHealth(StrEnum):
    OK = "ok"
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
    """`changed_at`: when the page says the state last changed, or None where the page cannot be believed."""

    id: str
    name: str
    state: PageLight
    changed_at: float | None = None


class PageUpdate(Struct, frozen=True):
    at: float
    stage: PageStage
    text: str


class PageIncident(Struct, frozen=True):
    """An incident or maintenance on a page. `components`: the ids it names, if any. Updates newest first."""

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


class PageReport(Struct, frozen=True):
    """One reading of a provider's page. Unless `health` is ok, the rest says nothing and is empty.

    `reason` is a code with `params` (for instance `http` with `status`), for health other than ok.
    `reach`: the kind of address that the page was read at.
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
