"""incident.io's own data of a page, as under `/proxy/<host>`: the only place that tells what an incident touches.

It lists what is going on, with a record for each component that an incident or a maintenance touches; what it does not
list as affected is operational. Not documented: read from recorded answers, so nothing in it is taken for granted.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from trayapp.clock import Clock
from trayapp.core.evidence.page_report import (
    PageComponent,
    PageHealth,
    PageImpact,
    PageIncident,
    PageState,
    PageUpdate,
)
from trayapp.core.remote_text import plain
from trayapp.watch.pages.fetch import Unfit
from trayapp.watch.pages.records import Record, inner, listed, moment, text
from trayapp.watch.pages.shapes import (
    MAX_COMPONENTS,
    MAX_ID,
    MAX_NAME,
    MAX_OPEN,
    MAX_UPDATES,
    ident,
    is_planned,
    light,
    stage,
    words,
    worst_impact,
)

MAX_NODES = 500
"""Of the text of an update, which has some dozens."""


class PageData(NamedTuple):
    """What is going on by the page's own data. `lost`: records that could not be read.

    `overview`: a page over other pages, which has no components of its own.
    """

    components: list[PageComponent]
    incidents: list[PageIncident]
    lost: int
    overview: bool = False


def page_data(file: Record, page_id: str | None, clock: Clock) -> PageData:
    """The page's own data. Raises `Unfit`: `wrong_page`, or `unreadable` where this is no such data."""
    summary = inner(file, "summary")
    if not isinstance(summary.get("ongoing_incidents"), list):
        raise Unfit(PageHealth.UNREADABLE, "shape", where=".summary.ongoing_incidents")
    found = text(summary, "id")
    if page_id is not None and found != page_id:
        raise Unfit(PageHealth.WRONG_PAGE, "page_id", found=plain(found or "", MAX_ID))
    ongoing = listed(summary, "ongoing_incidents")[:MAX_OPEN]
    planned = listed(summary, "scheduled_maintenances")[:MAX_OPEN]
    made = [(_maintenance if _is_planned(each) else _incident)(each, clock) for each in ongoing]
    made += [_maintenance(each, clock) for each in planned]
    read = [one for one in made if one is not None]
    parts = _components(summary)
    overview = not parts and text(summary, "page_type") == "parent"
    return PageData(parts, read, len(made) - len(read), overview)


def impacts_of(records: Iterable[Record], clock: Clock) -> dict[str, tuple[PageImpact, ...]]:
    """Impact records by the incidents that they belong to; one that cannot be read says nothing."""
    found: dict[str, list[PageImpact]] = {}
    for record in records:
        started_at = moment(record, "start_at", clock=clock)
        if ident(record, "component_id") and started_at is not None:
            impact = PageImpact(
                ident(record, "component_id"),
                light(text(record, "status")),
                started_at,
                moment(record, "end_at", clock=clock),
            )
            found.setdefault(ident(record, "status_page_incident_id"), []).append(impact)
    return {name: tuple(impacts[:MAX_COMPONENTS]) for name, impacts in found.items()}


def joined(told: Sequence[PageIncident], data: Sequence[PageIncident]) -> list[PageIncident]:
    """The incidents of the compatible answers with what the page's own data knows of them, and those it alone has."""
    known = {one.id: one for one in data}
    met = [_joined(one, known.pop(one.id)) if one.id in known else one for one in told]
    return [*met, *known.values()]


def _joined(told: PageIncident, data: PageIncident) -> PageIncident:
    newer = data if data.updated_at > told.updated_at else told
    return replace(
        told,
        stage=newer.stage,
        updated_at=newer.updated_at,
        resolved_at=newer.resolved_at,
        updates=told.updates if any(update.states for update in told.updates) else _with_states(told, data, newer),
        components=told.components or data.components,
        impacts=data.impacts or told.impacts,
        ends_at=told.ends_at if told.ends_at is not None else data.ends_at,
    )


def _with_states(told: PageIncident, data: PageIncident, newer: PageIncident) -> tuple[PageUpdate, ...]:
    """The updates of whichever says what it makes of components, else the newer ones."""
    return data.updates if any(update.states for update in data.updates) else newer.updates or told.updates


def _components(summary: Record) -> list[PageComponent]:
    """From the list of components and from how the page is put together; some pages have only the one or the other.

    Where what is affected cannot be read, what is not listed as affected is unknown.
    """
    affected = listed(summary, "affected_components")
    states: dict[str, list[str | None]] = {}
    for each in affected:
        states.setdefault(ident(each, "component_id"), []).append(text(each, "status"))
    whole = isinstance(summary.get("affected_components"), list) and "" not in states
    names = {ident(each): text(each, "name") for each in listed(summary, "components")}
    for each in (*_placed(summary), *affected):
        names.setdefault(ident(each, "component_id"), text(each, "name"))
    return [
        PageComponent(one, plain(name or one, MAX_NAME), light(state))
        for one, name in list(names.items())[:MAX_COMPONENTS]
        for state in states.get(one, ["operational" if whole else None])
        if one
    ]


def _placed(summary: Record) -> Iterator[Record]:
    for item in listed(inner(summary, "structure"), "items"):
        yield inner(item, "component")
        yield from listed(inner(item, "group"), "components")


def _incident(record: Record, clock: Clock) -> PageIncident | None:
    published_at, status = moment(record, "published_at", clock=clock), text(record, "status")
    if not ident(record) or published_at is None or status is None:
        return None
    impacts = impacts_of(listed(record, "component_impacts"), clock)
    records = tuple(impact for each in impacts.values() for impact in each)
    updates = [_update(each, published_at, clock) for each in listed(record, "updates")]
    updates.sort(key=lambda update: update.at, reverse=True)
    affected = listed(record, "affected_components")
    states = [light(text(each, "current_status") or text(each, "status")) for each in affected]
    starts = [published_at, *(impact.started_at for impact in records), *(update.at for update in updates)]
    return PageIncident(
        id=ident(record),
        name=plain(text(record, "name") or "", MAX_NAME),
        stage=stage(status),
        impact=worst_impact([*states, *(impact.state for impact in records if impact.ended_at is None)]),
        components=tuple(dict.fromkeys(filter(None, (ident(each, "component_id") for each in affected)))),
        started_at=min(starts),
        updated_at=updates[0].at if updates else published_at,
        updates=tuple(updates[:MAX_UPDATES]),
        published_at=published_at,
        impacts=records or None,
    )


def _is_planned(record: Record) -> bool:
    """Whether what goes on is a maintenance: by its type or, where that is not told, by the words for its stages."""
    return record.get("type") == "maintenance" or is_planned(text(record, "status"))


def _maintenance(record: Record, clock: Clock) -> PageIncident | None:
    """Its impact records are its plan: when it begins, when it is to end, and what it touches."""
    made = _incident(record, clock)
    if made is None:
        return None
    plan = made.impacts or ()
    ends = [each.ended_at for each in plan if each.ended_at is not None]
    return replace(
        made,
        maintenance=True,
        components=tuple(dict.fromkeys((*made.components, *(each.component for each in plan)))),
        started_at=min((each.started_at for each in plan), default=made.started_at),
        ends_at=max(ends, default=None),
        impacts=None,
    )


def _update(record: Record, published_at: float, clock: Clock) -> PageUpdate:
    at = moment(record, "published_at", clock=clock)
    states = tuple(
        PageState(ident(each, "component_id"), light(text(each, "status")))
        for each in listed(record, "component_statuses")[:MAX_COMPONENTS]
        if ident(each, "component_id")
    )
    at = published_at if at is None else at
    said = text(record, "message_string") or _said(record.get("message"))
    return PageUpdate(at, stage(text(record, "to_status")), words(said), states)


def _said(document: object) -> str:
    """The text in a tree of paragraphs, as the page's own editor makes them."""
    found: list[str] = []
    waiting = [document]
    while waiting and len(found) < MAX_NODES:
        node = waiting.pop()
        record = node if isinstance(node, dict) else {}
        found.append(text(record, "text") or ("" if record.get("type") == "text" else "\n"))
        waiting += reversed(listed(record, "content"))
    return "".join(found)
