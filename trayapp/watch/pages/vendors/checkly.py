"""Checkly: the services of a page, and what is going on.

Two sets of files are known, neither documented, both below `/api/status-page/<page_id>/`: `services` with `summary`
(recorded on 17 September 2026; their place is inferred from the other set), and `uptime`, which lists the services
without states, with `unresolved-incidents` and `maintenance-windows` (as other readers fetch them). Of the latter a
service is as bad as the open incidents that name it, but for those that are only watched. Whichever a page has is asked
first from then on.
"""

import logging
from urllib.parse import quote, urlsplit

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import (
    Impact,
    PageComponent,
    PageHealth,
    PageIncident,
    PageLight,
    PageStage,
    PageUpdate,
)
from trayapp.core.remote_text import plain
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.recognition import pieces
from trayapp.watch.pages.records import Record, inner, listed, listing, moment, text
from trayapp.watch.pages.shapes import (
    MAX_COMPONENTS,
    MAX_ID,
    MAX_NAME,
    MAX_OPEN,
    MAX_UPDATES,
    decent_link,
    ident,
    stage,
    words,
    worst_light,
)
from trayapp.watch.pages.vendor import MakeVendor, Reading

log = logging.getLogger(__name__)

_LIGHTS = {
    "OPERATIONAL": PageLight.OPERATIONAL,
    "MINOR": PageLight.DEGRADED,
    "MEDIUM": PageLight.DEGRADED,
    "MAJOR": PageLight.PARTIAL,
    "CRITICAL": PageLight.MAJOR,
    "MAINTENANCE": PageLight.MAINTENANCE,
}
"""Of four severities the two middle ones are short of an outage of everything."""
_MENDED = frozenset({"MONITORING", "RESOLVED"})
_IMPACTS = {"MINOR": Impact.MINOR, "MEDIUM": Impact.MINOR, "MAJOR": Impact.MAJOR, "CRITICAL": Impact.CRITICAL}


class Checkly:
    """Reads one page. Its `page_id` is the name by which Checkly serves it, else that is the first part of its host."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page_id = page.page_id
        self._slug = page.page_id or (urlsplit(page.url).hostname or "").partition(".")[0]
        self._clock = clock
        self._ways = [self._by_states, self._by_incidents]

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`."""
        root = f"{base}/api/status-page/{quote(self._slug, safe='')}"
        first, other = self._ways
        try:
            return await first(root)
        except Unfit as unfit:
            if unfit.reason != "gone":
                raise
        reading = await other(root)
        self._ways.reverse()
        return reading

    async def _by_states(self, root: str) -> Reading:
        records = listing({"services": await self._fetcher.json(f"{root}/services", list)}, "services")
        if not records:
            raise Unfit(PageHealth.EMPTY, "no_components")
        parts = [_component(each, _light(text(each, "status"))) for each in records[:MAX_COMPONENTS] if ident(each)]
        lost = sum(not (ident(each) and text(each, "status")) for each in records)
        if lost == len(records):
            raise Unfit(PageHealth.UNREADABLE, "shape", where="[0].status")
        try:
            summary: Record = await self._fetcher.json(f"{root}/summary", dict)
            self._check(inner(summary, "page"), root)
            told, planned = listing(summary, "activeIncidents"), listing(summary, "activeMaintenances", optional=True)
        except Unfit as unfit:
            if self._page_id is not None:
                raise  # Nothing else says whose services these are.
            log.info("what is going on could not be read of a page: %s", unfit)
            return Reading(parts, (), lost, "incidents")
        made = [self._incident(each) for each in told]
        made += [self._maintenance(each, PageStage.IN_PROGRESS) for each in planned]
        return _reading(parts, made, lost)

    async def _by_incidents(self, root: str) -> Reading:
        uptime: Record = await self._fetcher.json(f"{root}/uptime", dict)
        records = [each for group in listing(uptime, "metadata") for each in listed(group, "services")]
        if not records:
            raise Unfit(PageHealth.EMPTY, "no_components")
        unresolved: Record = await self._fetcher.json(f"{root}/unresolved-incidents", dict)
        told = listing(unresolved, "incidents")
        parts = [_component(each, _worst(ident(each), told)) for each in records[:MAX_COMPONENTS] if ident(each)]
        lost = sum(not ident(each) for each in records)
        try:
            windows: Record = await self._fetcher.json(f"{root}/maintenance-windows", dict)
        except Unfit as unfit:
            log.info("the maintenances of a page could not be read: %s", unfit)
            windows = {}
        made = [self._incident(each) for each in told]
        for key, stage_ in (("active", PageStage.IN_PROGRESS), ("upcoming", PageStage.SCHEDULED)):
            made += [self._maintenance(each, stage_) for each in listed(windows, key)]
        return _reading(parts, made, lost)

    def _check(self, page: Record, root: str) -> None:
        """Raises `Unfit`: `wrong_page`, or `unreadable` where this is no summary."""
        if text(page, "status") is None:
            raise Unfit(PageHealth.UNREADABLE, "shape", where=".page.status")
        host = pieces(text(page, "url")).hostname or ""
        ours = host == urlsplit(root).hostname or host.partition(".")[0] == self._slug.lower()
        if self._page_id is not None and not ours:
            raise Unfit(PageHealth.WRONG_PAGE, "page_id", found=plain(host, MAX_ID))

    def _incident(self, record: Record) -> PageIncident | None:
        status = text(record, "status") or text(record, "lastUpdateStatus")
        started_at = moment(record, "startedAt", "created_at", "createdAt", clock=self._clock)
        if not ident(record) or status is None or started_at is None:
            return None
        updates = [self._update(each, started_at) for each in listed(record, "incidentUpdates")]
        updates.sort(key=lambda one: one.at, reverse=True)
        updated_at = moment(record, "updatedAt", "updated_at", clock=self._clock)
        maintenance = status == "MAINTENANCE"
        return PageIncident(
            id=ident(record),
            name=plain(text(record, "name") or "", MAX_NAME),
            stage=PageStage.IN_PROGRESS if maintenance else stage(status.lower()),
            impact=_IMPACTS.get(text(record, "severity") or "", Impact.UNKNOWN),
            components=_named(record),
            started_at=min([started_at, *(one.at for one in updates)]),
            updated_at=max([started_at if updated_at is None else updated_at, *(one.at for one in updates[:1])]),
            link=decent_link(text(record, "url")),
            updates=tuple(updates[:MAX_UPDATES]),
            maintenance=maintenance,
        )

    def _maintenance(self, record: Record, now: PageStage) -> PageIncident | None:
        started_at = moment(record, "startedAt", "startsAt", "startAt", clock=self._clock)
        if not ident(record) or started_at is None:
            return None
        return PageIncident(
            id=ident(record),
            name=plain(text(record, "name") or "", MAX_NAME),
            stage=now,
            impact=Impact.MAINTENANCE,
            components=_named(record),
            started_at=started_at,
            updated_at=started_at,
            link=decent_link(text(record, "url")),
            maintenance=True,
            ends_at=moment(record, "endsAt", "endAt", clock=self._clock),
        )

    def _update(self, record: Record, started_at: float) -> PageUpdate:
        # What is shown may be dated back.
        at = moment(record, "publicIncidentUpdateDate", "created_at", "createdAt", clock=self._clock)
        said = words(text(record, "description"))
        return PageUpdate(started_at if at is None else at, stage((text(record, "status") or "").lower()), said)


def _reading(parts: list[PageComponent], made: list[PageIncident | None], lost: int) -> Reading:
    read = [one for one in made if one is not None]
    return Reading(parts, read[:MAX_OPEN], lost + len(made) - len(read))


def _component(record: Record, state: PageLight) -> PageComponent:
    return PageComponent(ident(record), plain(text(record, "name") or ident(record), MAX_NAME), state)


def _light(word: str | None) -> PageLight:
    return _LIGHTS.get(word or "", PageLight.UNKNOWN)


def _named(record: Record) -> tuple[str, ...]:
    """The services that it names."""
    named = listed(record, "affectedServices") or listed(record, "services")
    return tuple(dict.fromkeys(filter(None, map(ident, named[:MAX_COMPONENTS]))))


def _worst(service: str, told: list[Record]) -> PageLight:
    """How a service is by the open incidents that name it; one that names none that can be read may mean any."""
    states = [PageLight.OPERATIONAL]
    for record in told:
        status, named = text(record, "lastUpdateStatus") or text(record, "status"), _named(record)
        if service in named and status not in _MENDED:
            severity = _light(text(record, "severity"))
            # No incident that is open is as grave as nothing.
            severity = PageLight.UNKNOWN if severity is PageLight.OPERATIONAL else severity
            states.append(PageLight.MAINTENANCE if status == "MAINTENANCE" else severity)
        elif not named and record.get("services") != [] and status != "RESOLVED":
            states.append(PageLight.UNKNOWN)
    return worst_light(states)


VENDOR: MakeVendor = Checkly
