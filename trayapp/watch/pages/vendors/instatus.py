"""Instatus: the components, and the summary with what is going on.

A component may call itself operational while it carries an open incident (seen at status.opus.pro on 5 September 2026):
the worse of both is its state, until the incident is only watched. The page's own status may say UP all the same, so it
is not used. There is no public list of what is over. Facts: <https://instatus.com/help/api/public-data>, and recorded
answers.
"""

import logging

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import Impact, PageComponent, PageHealth, PageIncident, PageLight, PageStage
from trayapp.core.remote_text import plain
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.recognition import is_instatus_word, pieces
from trayapp.watch.pages.records import Record, inner, listed, listing, moment, text
from trayapp.watch.pages.shapes import (
    MAX_COMPONENTS,
    MAX_ID,
    MAX_NAME,
    MAX_OPEN,
    decent_link,
    ident,
    stage,
    worst_impact,
    worst_light,
)
from trayapp.watch.pages.vendor import MakeVendor, Reading

log = logging.getLogger(__name__)

_FILES = ("/v2/components.json", "/v3/components.json")
_SUMMARIES = ("/summary.json", "/v3/summary.json")
"""All are in use; a page that has the one need not have the other."""
_LIGHTS = {
    "OPERATIONAL": PageLight.OPERATIONAL,
    "DEGRADEDPERFORMANCE": PageLight.DEGRADED,
    "MINOROUTAGE": PageLight.PARTIAL,
    "PARTIALOUTAGE": PageLight.PARTIAL,
    "MAJOROUTAGE": PageLight.MAJOR,
    "UNDERMAINTENANCE": PageLight.MAINTENANCE,
}
_PLANS = {
    "NOTSTARTEDYET": PageStage.SCHEDULED,
    "INPROGRESS": PageStage.IN_PROGRESS,
    "VERIFYING": PageStage.IN_PROGRESS,
    "COMPLETED": PageStage.RESOLVED,
}


class Instatus:
    """Reads one page. Its `page_id` is the page's id, its name, or the host of its address, as its summary has them."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page_id = page.page_id
        self._clock = clock
        self._files: dict[tuple[str, str], str] = {}

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`."""
        records = _with_children(listing(await self._file(base, _FILES), "components"))
        if not records:
            raise Unfit(PageHealth.EMPTY, "no_components")
        groups = {ident(inner(record, "group")) for record in records}
        parts = [_component(record, groups) for record in records[:MAX_COMPONENTS] if ident(record)]
        readable = sum(bool(ident(record) and text(record, "status")) for record in records)
        if not readable:
            raise Unfit(PageHealth.UNREADABLE, "shape", where=".components[0].status")
        try:
            summary = await self._file(base, _SUMMARIES)
            self._check(inner(summary, "page"))
            told = listing(summary, "activeIncidents", optional=True)
            planned = listing(summary, "activeMaintenances", optional=True)
        except Unfit as unfit:
            if self._page_id is not None:
                raise  # Nothing else says whose components these are.
            log.info("what is going on could not be read of a page: %s", unfit)
            return Reading(parts, (), len(records) - readable, "incidents")
        made = [self._incident(*each) for each in _with_parts(told, records, "activeIncidents")]
        made += [self._maintenance(*each) for each in _with_parts(planned, records, "activeMaintenances")]
        read = [one for one in made if one is not None]
        return Reading(parts, read[:MAX_OPEN], len(records) - readable + len(made) - len(read))

    async def _file(self, base: str, names: tuple[str, str]) -> Record:
        """The file of either name; the one that was there is asked for first from then on. Raises `Unfit`."""
        name = self._files.get(names, names[0])
        try:
            file: Record = await self._fetcher.json(base + name, dict)
        except Unfit as unfit:
            if unfit.reason != "gone":
                raise
            other = names[1 - names.index(name)]
            file = await self._fetcher.json(base + other, dict)
            self._files[names] = other
        return file

    def _check(self, page: Record) -> None:
        """Raises `Unfit`: `wrong_page`, or `unreadable` where this is no summary."""
        if not is_instatus_word(page.get("status")):
            raise Unfit(PageHealth.UNREADABLE, "shape", where=".page.status")
        names = [text(page, "id"), text(page, "name"), pieces(text(page, "url")).hostname]
        if self._page_id is not None and self._page_id not in names:
            found = next(filter(None, reversed(names)), "")
            raise Unfit(PageHealth.WRONG_PAGE, "page_id", found=plain(found, MAX_ID))

    def _incident(self, record: Record, parts: tuple[str, ...]) -> PageIncident | None:
        status, started_at = text(record, "status"), moment(record, "started", clock=self._clock)
        if status is None or started_at is None:
            return None
        impact = _light(record, "impact")
        updated_at = moment(record, "updatedAt", clock=self._clock)
        return PageIncident(
            id=_ident(record, "started"),
            name=plain(_name(record), MAX_NAME),
            stage=stage(status.lower()),
            impact=Impact.NONE if impact is PageLight.OPERATIONAL else worst_impact([impact]),
            components=parts,
            started_at=started_at,
            updated_at=started_at if updated_at is None else updated_at,
            link=decent_link(text(record, "url")),
        )

    def _maintenance(self, record: Record, parts: tuple[str, ...]) -> PageIncident | None:
        status, started_at = text(record, "status"), moment(record, "start", clock=self._clock)
        if status is None or started_at is None:
            return None
        updated_at, minutes = moment(record, "updatedAt", clock=self._clock), _minutes(record.get("duration"))
        return PageIncident(
            id=_ident(record, "start"),
            name=plain(_name(record), MAX_NAME),
            stage=_PLANS.get(status.upper(), PageStage.UNKNOWN),
            impact=Impact.MAINTENANCE,
            components=parts,
            started_at=started_at,
            updated_at=started_at if updated_at is None else updated_at,
            link=decent_link(text(record, "url")),
            maintenance=True,
            ends_at=None if minutes is None else started_at + minutes * 60.0,
        )


def _with_children(records: list[Record]) -> list[Record]:
    """The components with those that are listed only within their parents, or theirs."""
    found, known = list(records), {ident(record) for record in records}
    for record in found:
        for child in listed(record, "children") if len(found) < MAX_COMPONENTS else []:
            if ident(child) not in known or not ident(child):
                found.append(child)
                known.add(ident(child))
    return found


def _name(record: Record) -> str:
    """Pages in several languages write all of them, and which one counts where nobody says."""
    return text(record, "name") or text(inner(record, "name"), "default") or ""


def _light(record: Record, key: str) -> PageLight:
    return _LIGHTS.get((text(record, key) or "").upper(), PageLight.UNKNOWN)


def _component(record: Record, groups: set[str]) -> PageComponent:
    own = _light(record, "status")
    told = [
        _light(each, "impact")
        for each in _carried(record, "activeIncidents")
        if stage((text(each, "status") or "").lower()) not in (PageStage.MONITORING, PageStage.RESOLVED)
    ]
    return PageComponent(
        ident(record),
        plain(_name(record) or ident(record), MAX_NAME),
        worst_light([own, *told]),
        group=record.get("isParent") is True or ident(record) in groups,
    )


def _carried(component: Record, key: str) -> list[Record]:
    """What a component carries; what cannot be read of it counts as a record that cannot be read."""
    value = component.get(key)
    return listed(component, key) if isinstance(value, list) or value is None else [{}]


def _with_parts(told: list[Record], components: list[Record], key: str) -> list[tuple[Record, tuple[str, ...]]]:
    """Each of the summary and of the components once, with the components that it names or that carry it."""
    when = "started" if key == "activeIncidents" else "start"
    met: dict[str, tuple[Record, dict[str, None]]] = {}
    for record in told:
        named = filter(None, map(ident, listed(record, "components")[:MAX_COMPONENTS]))
        met.setdefault(_ident(record, when), (record, dict.fromkeys(named)))
    for component in components[:MAX_COMPONENTS]:
        for record in _carried(component, key):
            _, parts = met.setdefault(_ident(record, when), (record, {}))
            parts |= {ident(component): None} if ident(component) else {}
    return [(record, tuple(parts)) for record, parts in met.values()]


def _ident(record: Record, when: str) -> str:
    """Its id; older pages give none, and then what it is called and when it began tells it from others."""
    return ident(record) or plain(f"{_name(record)} {text(record, when)}", MAX_ID)


def _minutes(value: object) -> float | None:
    """A length in minutes, which is published as a number and as a text."""
    try:
        minutes = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else -1.0
    except (ValueError, OverflowError):
        return None
    return minutes if 0 <= minutes < 1e6 else None


VENDOR: MakeVendor = Instatus
