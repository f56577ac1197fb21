"""The JSON that Atlassian Statuspage and its imitators publish under `/api/v2/`, and what it means in our words.

Only what is needed is read; of a record that lacks what it cannot do without, only that is said. Facts: Statuspage's
public API as documented at <https://developer.statuspage.io/>, and incident.io's compatible answers, which leave fields
out.
"""

import math
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from trayapp.clock import Clock
from trayapp.core.evidence.page_report import (
    Impact,
    PageComponent,
    PageHealth,
    PageIncident,
    PageLight,
    PageStage,
    PageState,
    PageUpdate,
)
from trayapp.core.hosts import is_sound_url
from trayapp.core.remote_text import plain, unmarked
from trayapp.watch.pages.fetch import Unfit
from trayapp.watch.pages.records import Record, inner, listed, listing, moment, text

MAX_COMPONENTS = 5_000
MAX_OPEN = 500
MAX_CLOSED = 60
"""Every open incident may be the one that matters; closed ones are news for a while."""
MAX_PAST = 500
"""Incidents of a page's past: two years of the busiest."""
MAX_UPDATES = 20
MAX_NAME = 200
MAX_TEXT = 2_000
MAX_ID = 64

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
    "canceled": PageStage.RESOLVED,
    "cancelled": PageStage.RESOLVED,
    "maintenance_scheduled": PageStage.SCHEDULED,
    "maintenance_in_progress": PageStage.IN_PROGRESS,
    "maintenance_complete": PageStage.RESOLVED,
}
_WORSE = (
    PageLight.OPERATIONAL,
    PageLight.MAINTENANCE,
    PageLight.UNKNOWN,
    PageLight.DEGRADED,
    PageLight.PARTIAL,
    PageLight.MAJOR,
)
_PLANNED = frozenset({"scheduled", "in_progress", "verifying", "completed"})
_IMPACTS = {impact.value: impact for impact in Impact}


def check_page(file: Record, page_id: str | None) -> None:
    """Raises `Unfit`: `wrong_page`, reason `page_id` (`found`); `unreadable` where it tells of no page at all: an error
    in place of a file is nobody else's page."""
    found = ident(inner(file, "page"))
    if page_id is not None and found != page_id:
        if not inner(file, "page"):
            raise Unfit(PageHealth.UNREADABLE, "shape", where=".page")
        raise Unfit(PageHealth.WRONG_PAGE, "page_id", found=found)


def edited_at(file: Record, clock: Clock) -> float | None:
    """When the page that this file tells of was last edited, so far as it says."""
    return moment(inner(file, "page"), "updated_at", clock=clock)


def components(file: Record, clock: Clock, *, dated: bool) -> tuple[list[PageComponent], int]:
    """The components, and how many of their records could not be read; without a state they are listed as unknown.

    `dated`: their times tell when they changed; a group's trouble is as old as the newest of its members'.

    Raises `Unfit`: `empty`, or `unreadable` where none can be read.
    """
    records = listing(file, "components")
    if not records:
        raise Unfit(PageHealth.EMPTY, "no_components")
    named = [record for record in records[:MAX_COMPONENTS] if ident(record)]
    found = _dated_groups(named, [_component(record, clock, dated=dated) for record in named])
    readable = sum(bool(ident(record)) and text(record, "status") is not None for record in records)
    if not readable:
        raise Unfit(PageHealth.UNREADABLE, "shape", where=".components[0].status")
    return found, len(records) - readable


def incidents(
    file: Record,
    key: str,
    clock: Clock,
    *,
    maintenance: bool = False,
    news_since: float = -math.inf,
    most_closed: int = MAX_CLOSED,
) -> tuple[list[PageIncident], int]:
    """The incidents under `key`, open ones first, and how many records of them could not be read.

    `maintenance`: they are listed as such; some pages list them among the incidents, where only their words tell.
    `news_since`: closed ones that nobody has written on since then are left out. Raises `Unfit`: `unreadable`.
    """
    records = [each for each in listing(file, key, optional=True) if not _is_old(each, news_since, clock)]
    found = [incident(record, clock, maintenance=maintenance) for record in records]
    read = [one for one in found if one is not None]
    opened = [one for one in read if one.stage is not PageStage.RESOLVED]
    closed = [one for one in read if one.stage is PageStage.RESOLVED]
    return [*opened[:MAX_OPEN], *closed[:most_closed]], len(found) - len(read)


def light(word: str | None) -> PageLight:
    """What a page's word for a component's state means."""
    return _LIGHTS.get(spelled(word), PageLight.UNKNOWN)


def stage(word: str | None) -> PageStage:
    """What a page's word for an incident's stage means."""
    return _STAGES.get(spelled(word), PageStage.UNKNOWN)


def is_planned(word: str | None) -> bool:
    """Whether a stage is one of a maintenance, wherever that is listed."""
    return spelled(word) in _PLANNED or spelled(word).startswith("maintenance_")


def spelled(word: str | None) -> str:
    """As Statuspage spells it: imitators write "Partial Outage" and "in-progress"."""
    return "_".join((word or "").lower().replace("-", " ").replace("_", " ").split())


def ident(record: Record, key: str = "id") -> str:
    """An id, plain and bounded; empty where there is none."""
    return plain(text(record, key) or "", MAX_ID)


def any_ident(record: Record, key: str = "id") -> str:
    """As `ident`, where an id may be a number."""
    value = record.get(key)
    return str(value) if type(value) is int and abs(value) < 10**20 else ident(record, key)


def incident(record: Record, clock: Clock, *, maintenance: bool) -> PageIncident | None:
    """Began when its earliest word says so: providers date updates back to when the trouble began.

    None where it does not say what it is, how it stands or when it was published.
    """
    status, created_at = text(record, "status"), moment(record, "created_at", clock=clock)
    if not ident(record) or status is None or created_at is None:
        return None
    impact = _IMPACTS.get(spelled(text(record, "impact")), Impact.UNKNOWN)
    # Imitators say "in progress" of an outage as well: one that is as grave as no maintenance is.
    outage = spelled(status) == "in_progress" and impact in (Impact.MAJOR, Impact.CRITICAL)
    maintenance = maintenance or impact is Impact.MAINTENANCE or (is_planned(status) and not outage)
    updates = [_update(each, created_at, clock) for each in listed(record, "incident_updates")]
    updates.sort(key=lambda update: update.at, reverse=True)
    scheduled_for = moment(record, "scheduled_for", clock=clock) if maintenance else None
    began_at = moment(record, "started_at", clock=clock)
    moments = [created_at if began_at is None else began_at, *(update.at for update in updates)]
    updated_at = moment(record, "updated_at", clock=clock)
    return PageIncident(
        id=ident(record),
        name=plain(text(record, "name") or "", MAX_NAME),
        stage=stage(status),
        impact=impact,
        components=tuple(dict.fromkeys(filter(None, map(ident, listed(record, "components")[:MAX_COMPONENTS])))),
        started_at=min(moments) if scheduled_for is None else scheduled_for,
        updated_at=updates[0].at if updates else (created_at if updated_at is None else updated_at),
        link=decent_link(text(record, "shortlink")),
        updates=tuple(updates[:MAX_UPDATES]),
        resolved_at=_resolved_at(record, stage(status), updates, clock),
        maintenance=maintenance,
        published_at=created_at,
        ends_at=moment(record, "scheduled_until", clock=clock) if maintenance else None,
    )


def worst_impact(states: Sequence[PageLight]) -> Impact:
    """How grave an incident is that says only what it makes of components."""
    if PageLight.MAJOR in states:
        return Impact.CRITICAL
    if PageLight.PARTIAL in states:
        return Impact.MAJOR
    return Impact.MINOR if PageLight.DEGRADED in states else Impact.UNKNOWN


def worst_light(states: Iterable[PageLight]) -> PageLight:
    """The worst of what is said of one component at once; an unknown state hides no trouble, and is never well."""
    return max(states, key=_WORSE.index)


def words(body: str | None) -> str:
    """The text of an update on one line, without markup."""
    return plain(unmarked((body or "")[: 4 * MAX_TEXT]), MAX_TEXT)


def _is_old(record: Record, news_since: float, clock: Clock) -> bool:
    """Whether it is closed and history. What it shows may be dated back; when it was written is not."""
    if stage(text(record, "status")) is not PageStage.RESOLVED:
        return False
    written = [moment(each, "updated_at", "created_at", clock=clock) for each in listed(record, "incident_updates")]
    written += [moment(record, key, clock=clock) for key in ("updated_at", "resolved_at", "created_at")]
    known = [at for at in written if at is not None]
    return bool(known) and max(known) <= news_since


def _dated_groups(records: Sequence[Record], parts: Sequence[PageComponent]) -> list[PageComponent]:
    """`parts`, made of the records, where trouble of a group is as old as the newest among its members."""
    newest: dict[str, float] = {}
    for record, part in zip(records, parts, strict=True):
        if part.state is not PageLight.OPERATIONAL and part.changed_at is not None:
            group = ident(record, "group_id")
            newest[group] = max(part.changed_at, newest.get(group, part.changed_at))
    return [replace(part, changed_at=newest.get(part.id)) if part.group else part for part in parts]


def _component(record: Record, clock: Clock, *, dated: bool) -> PageComponent:
    """A group's own time is meaningless: it moves with any of its members."""
    group = record.get("group") is True
    return PageComponent(
        id=ident(record),
        name=plain(text(record, "name") or ident(record), MAX_NAME),
        state=light(text(record, "status")),
        changed_at=moment(record, "updated_at", clock=clock) if dated and not group else None,
        group=group,
    )


def _update(record: Record, published_at: float, clock: Clock) -> PageUpdate:
    at = moment(record, "display_at", "created_at", clock=clock)
    states = tuple(
        PageState(ident(each, "code"), light(text(each, "new_status")), _before(each))
        for each in listed(record, "affected_components")[:MAX_COMPONENTS]
        if ident(each, "code")
    )
    at = published_at if at is None else at
    return PageUpdate(at, stage(text(record, "status")), words(text(record, "body")), states)


def _before(record: Record) -> PageLight | None:
    before = text(record, "old_status")
    return None if before is None else light(before)


def _resolved_at(record: Record, now: PageStage, updates: Sequence[PageUpdate], clock: Clock) -> float | None:
    """When it was over: a resolution is dated back, and a reopened incident keeps its old one."""
    if now is not PageStage.RESOLVED:
        return None
    ends = [end for end in (moment(record, "resolved_at", clock=clock),) if end is not None]
    for update in updates:
        if update.stage is not PageStage.RESOLVED:
            break
        ends.append(update.at)
    return min(ends, default=None)


def decent_link(url: str | None) -> str | None:
    """A link that may be shown; None for anything odd."""
    if url is None or len(url) > 500 or not url.startswith("https://") or not url.isprintable():
        return None
    return url if is_sound_url(url) else None
