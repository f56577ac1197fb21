"""What is worth telling, and when: one incident, one banner, replaced stage by stage."""

from enum import StrEnum

from msgspec import Struct

from trayapp.core.incident.concerns import Concerns
from trayapp.core.light.severity import Light
from trayapp.errors import Param


class BannerStage(StrEnum):
    DOWN = "down"
    CONFIRMED = "confirmed"
    PARTLY_BACK = "partly_back"
    RECOVERING = "recovering"
    OVER = "over"
    CAUSE = "cause"
    YELLOW = "yellow"
    SWITCHED = "switched"
    SWITCH_FAILED = "switch_failed"
    HOME = "home"
    MOVED = "moved"
    RETURNED = "returned"
    FLAPPING = "flapping"


class Button(StrEnum):
    SWITCH_LOCAL = "switch_local"
    SET_UP_FALLBACK = "set_up_fallback"
    DETAILS = "details"
    ONLY_WHEN_BACK = "only_when_back"
    SET_ASIDE = "set_aside"
    BACK_TO_CLOUD = "back_to_cloud"
    STAY_LOCAL = "stay_local"


class Urgency(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    CRITICAL = "critical"


class Banner(Struct, frozen=True):
    """Show or replace the banner `key` (an incident's id, `switch`, or one of auto mode's). `pops_up`: False replaces
    silently. `light`: of what it tells; None where it tells of no outage.

    `concerns`: whom the incident concerns, where its provider says so.

    For the words: `services` (in trouble, or moved by the switch), `working` and `back` are names, `parts` the ids
    of components that are back, `providers` names and `provider` the id of the one concerned. `params` by stage,
    times in steady seconds and absent when unknown:
    down: `since`, `title` (the page's), `seen` (from here, not only on the page), `page` (can it be read), `again`;
    confirmed: `since`, `title`, `cause`; partly_back: `since`; recovering: `since`, `ended_at`, and where an
    all-clear will come `waits` (for the page, too);
    over: `since`, `ended_from`, `ended_at`, `cause`, `steady` (it was never down), `tools` (still local), `local`,
    `answered`;
    yellow: `since`, `finding`, `title`, and of several providers `trouble`, `common`, `who` (`together.Common`);
    flapping: `since`;
    down, confirmed and yellow: `silent_since` (the page has said nothing for long), `word` (what it says after that);
    cause (named after the end): `since`, `ended_at`, `cause`;
    switched: `model`, `tools`, `until`; switch_failed: `code` and the problem's own; home: `tools`, `answered`, and
    `held` at the cloud from now on; moved (by itself): `code` of the failure or of why all requests move, `model`, and
    `every` one or the one that failed; returned: `code` (`auto_mode.Notice.why`), `answered`.
    """

    key: str
    stage: BannerStage
    at: float
    pops_up: bool = True
    urgency: Urgency = Urgency.NORMAL
    buttons: tuple[Button, ...] = ()
    services: tuple[str, ...] = ()
    working: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    provider: str = ""
    providers: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    params: dict[str, Param] = {}
    light: Light | None = None
    concerns: Concerns | None = None


class Withdraw(Struct, frozen=True):
    """Take the banner `key` away: it is no longer true."""

    key: str


Announcement = Banner | Withdraw
