"""The JSON that Atlassian Statuspage and its imitators publish under `/api/v2/`, and what it means in our words.

Only what is needed is named; everything else in an answer is skipped unread. Facts: Statuspage's public API as
documented at <https://developer.statuspage.io/>, and incident.io's compatible answers, which leave fields out.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from trayapp.clock import Clock
from trayapp.core.evidence.page_report import Impact, PageComponent, PageIncident, PageLight, PageStage, PageUpdate
from trayapp.core.remote_text import plain

MAX_COMPONENTS = 500
MAX_INCIDENTS = 60
MAX_UPDATES = 20
MAX_NAME = 200
MAX_TEXT = 2_000
MAX_ID = 64

Moment = Annotated[datetime, Meta(tz=True)]

_LIGHTS = {
    "operational": PageLight.OPERATIONAL,
    "degraded_performance": PageLight.DEGRADED,
    "partial_outage": PageLight.PARTIAL,
    "major_outage": PageLight.MAJOR,
    "full_outage": PageLight.MAJOR,
    "under_maintenance": PageLight.MAINTENANCE,
}
_STAGES = {
    "investigating": PageStage.INVESTIGATING,
    "identified": PageStage.IDENTIFIED,
    "monitoring": PageStage.MONITORING,
    "resolved": PageStage.RESOLVED,
    "postmortem": PageStage.RESOLVED,
    "scheduled": PageStage.SCHEDULED,
    "in_progress": PageStage.IN_PROGRESS,
    "verifying": PageStage.IN_PROGRESS,
    "completed": PageStage.RESOLVED,
    "maintenance_scheduled": PageStage.SCHEDULED,
    "maintenance_in_progress": PageStage.IN_PROGRESS,
    "maintenance_complete": PageStage.RESOLVED,
}
_IMPACTS = {impact.value: impact for impact in Impact}


class RawPage(Struct, frozen=True):
    id: str | None = None
    updated_at: Moment | None = None


class RawComponent(Struct, frozen=True):
    id: str
    name: str
    status: str
    updated_at: Moment | None = None
    group: bool | None = None


class RawNamed(Struct, frozen=True):
    """A component as an incident names it."""

    id: str


class RawAffected(Struct, frozen=True):
    """A component as an update names it."""

    code: str | None = None


class RawUpdate(Struct, frozen=True):
    status: str
    body: str | None = None
    created_at: Moment | None = None
    display_at: Moment | None = None
    affected_components: list[RawAffected] | None = None


class RawIncident(Struct, frozen=True):
    id: str
    name: str
    status: str
    created_at: Moment
    impact: str | None = None
    started_at: Moment | None = None
    updated_at: Moment | None = None
    resolved_at: Moment | None = None
    scheduled_for: Moment | None = None
    shortlink: str | None = None
    components: list[RawNamed] | None = None
    incident_updates: list[RawUpdate] | None = None


class ComponentsFile(Struct, frozen=True):
    components: list[RawComponent]
    page: RawPage = RawPage()


class IncidentsFile(Struct, frozen=True):
    page: RawPage = RawPage()
    incidents: list[RawIncident] = []


class SummaryFile(Struct, frozen=True):
    components: list[RawComponent]
    page: RawPage = RawPage()
    incidents: list[RawIncident] = []
    scheduled_maintenances: list[RawIncident] = []


class Contents(NamedTuple):
    """What a page says, still in its own words.

    `dated`: do the components' times tell when they changed? `changed`: the newest time anywhere on the page.
    """

    components: Sequence[RawComponent]
    incidents: Sequence[RawIncident]
    maintenances: Sequence[RawIncident] = ()
    dated: bool = True
    changed: datetime | None = None


def is_over(raw: RawIncident) -> bool:
    return _STAGES.get(raw.status) is PageStage.RESOLVED


def newest(page: RawPage, components: Sequence[RawComponent], incidents: Sequence[RawIncident]) -> datetime | None:
    """When anything on the page last changed, so far as it says."""
    moments = [page.updated_at, *(raw.updated_at for raw in components)]
    moments += [raw.updated_at or raw.created_at for raw in incidents]
    return max((moment for moment in moments if moment is not None), default=None)


def component(raw: RawComponent, clock: Clock, *, dated: bool) -> PageComponent:
    """A group's own time is meaningless: it moves with any of its members."""
    believed = raw.updated_at if dated and not raw.group else None
    return PageComponent(
        id=plain(raw.id, MAX_ID),
        name=plain(raw.name, MAX_NAME),
        state=_LIGHTS.get(raw.status, PageLight.UNKNOWN),
        changed_at=None if believed is None else _steady(clock, believed),
    )


def incident(raw: RawIncident, clock: Clock, *, maintenance: bool) -> PageIncident:
    """Began when its earliest word says so: providers date updates back to when the trouble began.

    `maintenance`: it was listed as one; some pages list them among the incidents, where only their words tell.
    """
    maintenance = maintenance or raw.impact == "maintenance" or raw.status.startswith("maintenance_")
    updates = [_update(update, raw, clock) for update in (raw.incident_updates or ())[:MAX_UPDATES]]
    updates.sort(key=lambda update: update.at, reverse=True)
    if maintenance and raw.scheduled_for is not None:
        started_at = _steady(clock, raw.scheduled_for)
    else:
        moments = [_steady(clock, raw.started_at or raw.created_at), *(update.at for update in updates)]
        started_at = min(moments)
    updated_at = updates[0].at if updates else _steady(clock, raw.updated_at or raw.created_at)
    return PageIncident(
        id=plain(raw.id, MAX_ID),
        name=plain(raw.name, MAX_NAME),
        stage=_STAGES.get(raw.status, PageStage.UNKNOWN),
        impact=_IMPACTS.get(raw.impact or "none", Impact.UNKNOWN),
        components=_touched(raw),
        started_at=started_at,
        updated_at=updated_at,
        link=_link(raw.shortlink),
        updates=tuple(updates),
        resolved_at=None if raw.resolved_at is None else _steady(clock, raw.resolved_at),
        maintenance=maintenance,
    )


def _steady(clock: Clock, moment: datetime) -> float:
    # Whole seconds, or the same moment would come out a microsecond different at every reading.
    return float(round(clock.steady(moment)))


def _update(raw: RawUpdate, incident: RawIncident, clock: Clock) -> PageUpdate:
    moment = raw.display_at or raw.created_at or incident.created_at
    text = (raw.body or "").replace("<br />", "\n").replace("<br>", "\n")
    return PageUpdate(_steady(clock, moment), _STAGES.get(raw.status, PageStage.UNKNOWN), plain(text, MAX_TEXT))


def _touched(raw: RawIncident) -> tuple[str, ...]:
    named = [component.id for component in raw.components or ()]
    in_updates = [
        component.code
        for update in (raw.incident_updates or ())[:MAX_UPDATES]
        for component in update.affected_components or ()
        if component.code
    ]
    return tuple(dict.fromkeys(plain(component_id, MAX_ID) for component_id in (named + in_updates)[:MAX_COMPONENTS]))


def _link(url: str | None) -> str | None:
    if url is None or len(url) > 500 or not url.startswith("https://") or not url.isprintable() or " " in url:
        return None
    return url
