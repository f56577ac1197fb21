"""An outage as everything above sees it. Times are steady seconds."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct, structs

from trayapp.core.evidence.page_report import PageStage, PageUpdate


class IncidentStage(StrEnum):
    """Our own view of an incident, which the page cannot end."""

    OPEN = "open"
    PARTLY_BACK = "partly_back"
    RECOVERING = "recovering"
    OVER = "over"


class Bout(Struct, frozen=True):
    """Trouble of one service without a return in between, or its latest. `fell_at`: since when it is down, if it is;
    `back_at`: since when it works again, if it does."""

    service: str
    begun_at: float
    fell_at: float | None = None
    back_at: float | None = None


class Incident(Struct, frozen=True):
    """An outage from first trouble to confirmed recovery.

    `services`: every service it touched; `down`: those that are red now. `started_at`: the first failure or the
    page's own start, whichever is earlier and believable; `red_at`: when it was called red, None while only yellow.
    `title`, `page_stage`, `updates`, `link`: the provider's words, once it has said something. `cause`: as stated
    by the provider, None for "not stated". `ended_from`/`ended_at`: the end lies between the two; what is over without
    `ended_at` was no longer watched when it ended. `back_at`: since when all of it works again, while that is still
    watched.
    `shared`: several providers at once, namely `providers`. `word_at`: of the page's latest word on it, None where it
    has not said any; `silent_since`: since when it has been silent for so long that this is news.
    """

    id: str
    provider: str
    services: tuple[str, ...]
    down: tuple[str, ...]
    stage: IncidentStage
    started_at: float
    red_at: float | None = None
    title: str | None = None
    page_stage: PageStage | None = None
    cause: str | None = None
    link: str | None = None
    updates: tuple[PageUpdate, ...] = ()
    ended_from: float | None = None
    ended_at: float | None = None
    back_at: float | None = None
    shared: bool = False
    providers: tuple[str, ...] = ()
    word_at: float | None = None
    silent_since: float | None = None
    bouts: tuple[Bout, ...] = ()

    def bout(self, service: str) -> Bout:
        """That of one of its services."""
        return next((one for one in self.bouts if one.service == service), Bout(service, self.started_at))

    def begun_at(self, services: Iterable[str]) -> float:
        """Since when any of these has been in trouble."""
        return min((self.bout(name).begun_at for name in services), default=self.started_at)

    def fell_at(self, services: Iterable[str]) -> float:
        """Since when any of these has been down."""
        bouts = [self.bout(name) for name in services]
        return min((one.begun_at if one.fell_at is None else one.fell_at for one in bouts), default=self.started_at)


def without(incident: Incident, services: frozenset[str]) -> Incident | None:
    """The same, as an outage of the other services; None where there are no others."""
    if services.isdisjoint(incident.services):
        return incident
    left = tuple(name for name in incident.services if name not in services)
    down = tuple(name for name in incident.down if name not in services)
    bouts = tuple(one for one in incident.bouts if one.service not in services)
    return structs.replace(incident, services=left, down=down, bouts=bouts) if left else None
