"""What is worth telling, and when: one incident, one banner, replaced stage by stage."""

from enum import StrEnum

from msgspec import Struct

from trayapp.errors import Param


class BannerStage(StrEnum):
    DOWN = "down"
    CONFIRMED = "confirmed"
    PARTLY_BACK = "partly_back"
    RECOVERING = "recovering"
    OVER = "over"
    YELLOW = "yellow"
    SWITCHED = "switched"
    SWITCH_FAILED = "switch_failed"
    HOME = "home"
    FLAPPING = "flapping"


class Button(StrEnum):
    SWITCH_LOCAL = "switch_local"
    SET_UP_FALLBACK = "set_up_fallback"
    DETAILS = "details"
    ONLY_WHEN_BACK = "only_when_back"
    BACK_TO_CLOUD = "back_to_cloud"
    STAY_LOCAL = "stay_local"


class Urgency(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    CRITICAL = "critical"


class Banner(Struct, frozen=True):
    """Show or replace the banner `key` (an incident's id, or `switch`). `pops_up`: False replaces silently.

    `params` for the words: `services` and `working` as lists of names, times as steady seconds.
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
    params: dict[str, Param] = {}


class Withdraw(Struct, frozen=True):
    """Take the banner `key` away: it is no longer true."""

    key: str


Announcement = Banner | Withdraw
