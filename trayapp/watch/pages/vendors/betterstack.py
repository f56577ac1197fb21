"""Better Stack: everything is in `index.json`, after the conventions of JSON:API.

Its resources are the components, its status reports the incidents and maintenances; a report has no stages, only
updates with what they make of resources, and an end. Each resource brings 90 days of history, which is most of the file
(megabytes on large pages) and is skipped while decoding. Facts:
<https://betterstack.com/docs/uptime/status-pages/subscribing-to-status-updates/subscribing-to-api/>.
"""

import math
from collections.abc import Sequence
from typing import Any

from msgspec import Struct, to_builtins

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
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
from trayapp.core.remote_text import plain
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.records import Record, inner, listed, moment, text
from trayapp.watch.pages.shapes import (
    MAX_CLOSED,
    MAX_COMPONENTS,
    MAX_NAME,
    MAX_OPEN,
    MAX_PAST,
    MAX_UPDATES,
    any_ident,
    spelled,
    words,
    worst_impact,
)
from trayapp.watch.pages.vendor import Copies, MakeVendor, Reading

MAX_INCLUDED = 20_000
"""Large pages have some hundreds of resources and the updates of 90 days."""
RECENT_S = 86_400.0
"""Reports that ended longer ago are history, not news."""
_LIGHTS = {
    "operational": PageLight.OPERATIONAL,
    "degraded": PageLight.DEGRADED,
    "downtime": PageLight.MAJOR,
    "maintenance": PageLight.MAINTENANCE,
}
"""As its pages write them; its API names them with capitals. `not_monitored` is none of them: nobody looks, so nobody
knows."""
_REPORTED = _LIGHTS | {"resolved": PageLight.OPERATIONAL}
"""The words of a report, and of it on what it touches; no resource calls itself resolved."""

_Other = str | int | float | bool | list[Any] | None
"""What may stand in place of a record; one that is damaged must not take the others with it."""


class _Attributes(Struct):
    """Of resources, reports and updates; their history is what is not here."""

    public_name: Any = None
    status: Any = None
    title: Any = None
    report_type: Any = None
    aggregate_state: Any = None
    starts_at: Any = None
    ends_at: Any = None
    affected_resources: Any = None
    message: Any = None
    published_at: Any = None
    updated_at: Any = None


class _Included(Struct):
    id: Any = None
    type: Any = None
    attributes: _Attributes | _Other = None
    relationships: Any = None


class _Index(Struct):
    data: _Included | _Other
    included: list[_Included | _Other] = []


class BetterStack:
    """Reads one page."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page_id = page.page_id
        self._clock = clock
        self._copies = Copies(clock)

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`."""
        return await self._read(base, self._clock.now() - RECENT_S, MAX_CLOSED)

    async def past(self, base: str) -> Sequence[PageIncident]:
        """The reports of 90 days. Raises `Unfit`."""
        return (await self._read(base, -math.inf, MAX_PAST)).incidents

    async def _read(self, base: str, since: float, most: int) -> Reading:
        file = await self._fetcher.json(f"{base}/index.json", _Index)
        page = _record(file.data)
        if page.get("type") != "status_page":
            raise Unfit(PageHealth.UNREADABLE, "shape", where=".data.type")
        if self._page_id is not None and any_ident(page) != self._page_id:
            raise Unfit(PageHealth.WRONG_PAGE, "page_id", found=any_ident(page))
        if len(file.included) > MAX_INCLUDED:
            raise Unfit(PageHealth.UNREADABLE, "too_many", limit=MAX_INCLUDED)
        edited_at = moment(inner(page, "attributes"), "updated_at", clock=self._clock)
        included = [_record(each) for each in self._copies.newest("index", file, edited_at).included]
        resources = [each for each in included if each.get("type") == "status_page_resource"]
        if not resources:
            raise Unfit(PageHealth.EMPTY, "no_components")
        parts = [_component(each) for each in resources[:MAX_COMPONENTS] if any_ident(each)]
        readable = sum(bool(any_ident(one) and text(inner(one, "attributes"), "status")) for one in resources)
        if not readable:
            raise Unfit(PageHealth.UNREADABLE, "shape", where=".included.attributes.status")
        updates = {any_ident(each): each for each in included if each.get("type") == "status_update"}
        reports = [each for each in included if each.get("type") == "status_report"]
        made = [self._report(each, updates) for each in reports]
        read = [one for one in made if one is not None]
        unknown = sum(text(each, "type") is None for each in included)
        lost = len(resources) - readable + len(made) - len(read) + unknown
        return Reading(parts, _news(read, since, most), lost)

    def _report(self, record: Record, known: dict[str, Record]) -> PageIncident | None:
        told = inner(record, "attributes")
        started_at, name = moment(told, "starts_at", clock=self._clock), any_ident(record)
        if not name or started_at is None:
            return None
        named = listed(inner(inner(record, "relationships"), "status_updates"), "data")
        updates = [self._update(known[one], started_at) for one in map(any_ident, named) if one in known]
        updates.sort(key=lambda update: update.at, reverse=True)
        ends_at, states = moment(told, "ends_at", clock=self._clock), _states(told)
        maintenance = text(told, "report_type") == "maintenance"
        stage = self._stage(text(told, "aggregate_state"), started_at, ends_at, maintenance=maintenance)
        resolved = stage is PageStage.RESOLVED
        return PageIncident(
            id=name,
            name=plain(text(told, "title") or "", MAX_NAME),
            stage=stage,
            impact=Impact.MAINTENANCE if maintenance else worst_impact([state.state for state in states]),
            components=tuple(
                dict.fromkeys(one.component for one in states if resolved or one.state is not PageLight.OPERATIONAL)
            ),
            started_at=started_at,
            updated_at=updates[0].at if updates else started_at,
            updates=tuple(updates[:MAX_UPDATES]),
            resolved_at=(ends_at if ends_at is not None or not updates else updates[0].at) if resolved else None,
            maintenance=maintenance,
            published_at=updates[-1].at if updates else None,
            ends_at=ends_at if maintenance else None,
        )

    def _stage(self, state: str | None, started_at: float, ends_at: float | None, *, maintenance: bool) -> PageStage:
        now, worst = self._clock.now(), _REPORTED.get(spelled(state))
        if worst is PageLight.OPERATIONAL or (ends_at is not None and ends_at <= now):
            return PageStage.RESOLVED
        if maintenance:
            return PageStage.SCHEDULED if started_at > now else PageStage.IN_PROGRESS
        return PageStage.UNKNOWN if worst is None else PageStage.INVESTIGATING

    def _update(self, record: Record, started_at: float) -> PageUpdate:
        said = inner(record, "attributes")
        at = moment(said, "published_at", clock=self._clock)
        states = _states(said)
        over = bool(states) and all(state.state is PageLight.OPERATIONAL for state in states)
        stage = PageStage.RESOLVED if over else PageStage.INVESTIGATING
        return PageUpdate(started_at if at is None else at, stage, words(text(said, "message")), states)


def _news(reports: Sequence[PageIncident], since: float, most: int) -> list[PageIncident]:
    """Those that are open, and `most` of those that have ended since then."""
    opened = [one for one in reports if one.stage is not PageStage.RESOLVED]
    closed = [one for one in reports if one.stage is PageStage.RESOLVED]
    recent = [one for one in closed if max(one.updated_at, one.resolved_at or -math.inf) > since]
    return [*opened[:MAX_OPEN], *recent[:most]]


def _component(record: Record) -> PageComponent:
    name, told = any_ident(record), inner(record, "attributes")
    state = _LIGHTS.get(spelled(text(told, "status")), PageLight.UNKNOWN)
    return PageComponent(name, plain(text(told, "public_name") or name, MAX_NAME), state)


def _states(told: Record) -> tuple[PageState, ...]:
    return tuple(
        PageState(
            any_ident(each, "status_page_resource_id"), _REPORTED.get(spelled(text(each, "status")), PageLight.UNKNOWN)
        )
        for each in listed(told, "affected_resources")[:MAX_COMPONENTS]
        if any_ident(each, "status_page_resource_id")
    )


def _record(value: object) -> Record:
    return to_builtins(value) if isinstance(value, Struct) else {}


VENDOR: MakeVendor = BetterStack
