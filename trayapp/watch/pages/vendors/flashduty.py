"""Flashduty: `/api/status-page/<page id>/summary/active`, where components have no states of their own as a rule.

What a component's state is follows from the open changes that touch it, as on the page itself, and from its own where
one is given. What is not touched is operational, so a change that does not tell what it touches makes every other
component unknown. The last words on those that are closed are in `change/list`.
"""

from collections.abc import Sequence
from functools import partial
from urllib.parse import quote, urlencode

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import (
    Impact,
    PageHealth,
    PageIncident,
    PageLight,
    PageStage,
    PageState,
    PageUpdate,
)
from trayapp.core.remote_text import plain
from trayapp.watch.pages.derived import derived
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.last_words import LastWords
from trayapp.watch.pages.records import Record, inner, listed, listing, moment, text
from trayapp.watch.pages.shapes import (
    MAX_COMPONENTS,
    MAX_NAME,
    MAX_OPEN,
    MAX_PAST,
    MAX_UPDATES,
    any_ident,
    ident,
    words,
    worst_impact,
)
from trayapp.watch.pages.vendor import MakeVendor, Reading

HISTORY_S = 7 * 86_400
PAST_S = 90 * 86_400

_LIGHTS = {
    "operational": PageLight.OPERATIONAL,
    "degraded": PageLight.DEGRADED,
    "degraded_performance": PageLight.DEGRADED,
    "partial_outage": PageLight.PARTIAL,
    "full_outage": PageLight.MAJOR,
    "major_outage": PageLight.MAJOR,
    "maintenance": PageLight.MAINTENANCE,
    "under_maintenance": PageLight.MAINTENANCE,
}
_STAGES = {
    "investigating": PageStage.INVESTIGATING,
    "identified": PageStage.IDENTIFIED,
    "monitoring": PageStage.MONITORING,
    "resolved": PageStage.RESOLVED,
    "scheduled": PageStage.SCHEDULED,
    "ongoing": PageStage.IN_PROGRESS,
    "in_progress": PageStage.IN_PROGRESS,
    "completed": PageStage.RESOLVED,
    "cancelled": PageStage.RESOLVED,
}


class Flashduty:
    """Reads one page; remembers which incidents were open."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page_id = page.page_id or ""
        self._clock = clock
        self._last_words = LastWords()

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`; `wrong_page` where the service file does not say which page it is."""
        page = f"{base}/api/status-page/{quote(self._page_id, safe='')}"
        data = await self._data(f"{page}/summary/active")
        about = inner(data, "page")
        if self._page_id and not about:
            raise Unfit(PageHealth.UNREADABLE, "shape", where=".data.page")
        found = any_ident(about, "page_id")
        if not self._page_id or found != self._page_id:
            raise Unfit(PageHealth.WRONG_PAGE, "page_id", found=found)
        records = _shown(about, listing(about, "components"))
        if not records:
            raise Unfit(PageHealth.EMPTY, "no_components")
        parts = {ident(each, "component_id"): text(each, "name") for each in records[:MAX_COMPONENTS]}
        parts.pop("", None)
        if not parts:
            raise Unfit(PageHealth.UNREADABLE, "shape", where=".components[0].component_id")
        changes = listing(data, "active_changes")[:MAX_OPEN]
        told = [_change(each, self._clock) for each in changes]
        read = [each for each in told if each is not None]
        lost = sum(ident(each, "component_id") == "" for each in records) + len(told) - len(read)
        states, unsure = _states(changes, self._clock)
        states += [(ident(each, "component_id"), _light(each), None) for each in records if text(each, "status")]
        # Nobody knows what a record touches that cannot be read.
        unsure |= len(told) > len(read)
        closed = await self._last_words.of(read, partial(self._listed, page, HISTORY_S, MAX_OPEN))
        return Reading(derived(parts, states, unsure=unsure), [*read, *closed], lost)

    async def past(self, base: str) -> list[PageIncident]:
        """Raises `Unfit`. Whose they are, the address says, by which the page itself is found."""
        return await self._listed(f"{base}/api/status-page/{quote(self._page_id, safe='')}", PAST_S, MAX_PAST)

    async def _listed(self, page: str, span_s: int, most: int) -> list[PageIncident]:
        told = [_change(each, self._clock) for each in (await self._changes(page, span_s))[:most]]
        return [each for each in told if each is not None]

    async def _changes(self, page: str, span_s: int) -> list[Record]:
        end = int(self._clock.wall(self._clock.now()).timestamp())
        span = urlencode({"start_at_seconds": end - span_s, "end_at_seconds": end})
        return listing(await self._data(f"{page}/change/list?{span}"), "items")

    async def _data(self, url: str) -> Record:
        file: Record = await self._fetcher.json(url, dict)
        if not isinstance(file.get("data"), dict):
            raise Unfit(PageHealth.UNREADABLE, "shape", where=".data")
        return inner(file, "data")


def _shown(page: Record, components: Sequence[Record]) -> list[Record]:
    """The components that the page shows: some are kept, alone or with their section, when nobody looks after them."""
    hidden = {ident(each, "section_id") for each in listed(page, "sections") if each.get("hide_all") is True} - {""}
    return [each for each in components if each.get("hide_all") is not True and ident(each, "section_id") not in hidden]


def _states(changes: Sequence[Record], clock: Clock) -> tuple[list[tuple[str, PageLight, float | None]], bool]:
    """What the open changes say of components and since when, and whether one of them does not tell what it touches."""
    states, unsure = [], False
    for change in changes:
        if _stage(change) in (PageStage.RESOLVED, PageStage.SCHEDULED):
            continue
        touched = listed(change, "affected_components")
        unsure |= not isinstance(change.get("affected_components"), list)
        for each in touched:
            name = ident(each, "component_id")
            unsure |= not name
            states.append((name, _light(each), moment(change, "start_at_seconds", clock=clock)))
    return states, unsure


def _change(record: Record, clock: Clock) -> PageIncident | None:
    """None where it does not say what it is, how it stands or when it began."""
    name, started_at = any_ident(record, "change_id"), moment(record, "start_at_seconds", clock=clock)
    if not name or text(record, "status") is None or started_at is None:
        return None
    maintenance = record.get("type") == "maintenance"
    # One that has just been made has its words beside it.
    told = listed(record, "updates") or [record] * (text(record, "description") is not None)
    updates = [_update(each, started_at, clock) for each in told]
    updates.sort(key=lambda update: update.at, reverse=True)
    affected = listed(record, "affected_components")[:MAX_COMPONENTS]
    said = [state.state for update in updates for state in update.states]
    over = _stage(record) is PageStage.RESOLVED
    # As grave as what it touches is now; what was worse before is not.
    now = Impact.UNKNOWN if over else worst_impact([*map(_light, affected)])
    closed_at = moment(record, "close_at_seconds", clock=clock)
    return PageIncident(
        id=name,
        name=plain(text(record, "title") or "", MAX_NAME),
        stage=_stage(record),
        impact=worst_impact(said) if now is Impact.UNKNOWN else now,
        components=tuple(dict.fromkeys(filter(None, (ident(each, "component_id") for each in affected)))),
        started_at=min([started_at, *(update.at for update in updates if not maintenance)]),
        updated_at=updates[0].at if updates else started_at if closed_at is None else closed_at,
        updates=tuple(updates[:MAX_UPDATES]),
        resolved_at=closed_at if over else None,
        maintenance=maintenance,
        ends_at=moment(record, "end_at_seconds", clock=clock) if maintenance else None,
    )


def _update(record: Record, published_at: float, clock: Clock) -> PageUpdate:
    at = moment(record, "at_seconds", clock=clock)
    states = tuple(
        PageState(ident(each, "component_id"), _light(each))
        for each in listed(record, "component_changes")[:MAX_COMPONENTS]
        if ident(each, "component_id")
    )
    return PageUpdate(published_at if at is None else at, _stage(record), words(text(record, "description")), states)


def _light(record: Record) -> PageLight:
    return _LIGHTS.get((text(record, "status") or "").lower(), PageLight.UNKNOWN)


def _stage(record: Record) -> PageStage:
    return _STAGES.get((text(record, "status") or "").lower(), PageStage.UNKNOWN)


VENDOR: MakeVendor = Flashduty
