"""Google's dashboards, Cloud and Workspace: `products.json` and `incidents.json`.

The latter holds years in hundreds of kilobytes, newest first. Of each record only its end is looked at, and whole ones
are made of those that are open or news; off the loop's thread. An open incident has no `end`. Products have no states
of their own: what an open incident's newest update says of its products is what the dashboard shows.
Format: <https://status.cloud.google.com/incidents.schema.json>.
"""

import asyncio
import re
from functools import partial
from typing import Any, NamedTuple

import msgspec

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import Impact, PageHealth, PageIncident, PageLight, PageStage, PageUpdate
from trayapp.core.remote_text import plain, unmarked
from trayapp.watch.pages.derived import derived
from trayapp.watch.pages.fetch import JSON, Fetcher, Unfit, decoded
from trayapp.watch.pages.records import Record, inner, listed, listing, moment, text, unix
from trayapp.watch.pages.shapes import (
    MAX_CLOSED,
    MAX_COMPONENTS,
    MAX_NAME,
    MAX_OPEN,
    MAX_PAST,
    MAX_UPDATES,
    ident,
    words,
)
from trayapp.watch.pages.vendor import MakeVendor, Reading, no_page_id

RECENT_S = 86_400.0
"""A closed incident that nobody has written on for longer is history, not news."""
PRODUCTS_S = 3600.0
"""A new product is read within an hour; the list changes a few times a month."""

MAX_DESCRIPTION = 2_000
"""Characters; only its first line is a title."""
# What is trouble, by whatever name; Google has called rising errors of an API information
# (https://status.cloud.google.com/summary).
_TROUBLE = re.compile(
    r"error|fail|outage|disrupt|degrad|latenc|slow|delay|unavailab|unable|cannot|can't|time.?outs?|timed out|elevated"
    r"|increase|interrupt|intermittent|impact|issue|problem|incident",
    re.IGNORECASE,
)
_HEADING = re.compile(r"^(?:title|summary|description)(?:\s*:\s*|$)", re.IGNORECASE)

_LIGHTS = {
    "AVAILABLE": PageLight.OPERATIONAL,
    # Something to know, while the dashboard calls the product available.
    "SERVICE_INFORMATION": PageLight.OPERATIONAL,
    "SERVICE_DISRUPTION": PageLight.PARTIAL,
    "SERVICE_OUTAGE": PageLight.MAJOR,
}
_IMPACTS = {
    "SERVICE_INFORMATION": Impact.MINOR,
    "SERVICE_DISRUPTION": Impact.MAJOR,
    "SERVICE_OUTAGE": Impact.CRITICAL,
}


class _Head(msgspec.Struct):
    end: Any = None
    modified: Any = None


class _File(NamedTuple):
    records: list[Record]
    lost: int


class Google:
    """Reads one dashboard; remembers its products."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page = page
        self._clock = clock
        self._products: dict[str, dict[str, str | None]] = {}
        self._products_until = float("-inf")

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`."""
        no_page_id(self._page)
        parts = await self._parts(base)
        since = self._clock.wall(self._clock.now() - RECENT_S).timestamp()
        file = await self._fetcher.made(f"{base}/incidents.json", JSON, partial(_recent, since_s=since))
        return await asyncio.to_thread(_reading, parts, file, base, self._clock)

    async def past(self, base: str) -> list[PageIncident]:
        """The newest of the years that the file holds. Raises `Unfit`."""
        no_page_id(self._page)
        return await self._fetcher.made_once(f"{base}/incidents.json", JSON, self._past)

    def _past(self, body: bytes) -> list[PageIncident]:
        newest = map(bytes, decoded(body, list[msgspec.Raw])[:MAX_PAST])
        records = [decoded(raw, dict) for raw in newest if raw.startswith(b"{")]
        told = [_incident(record, self._page.url.rstrip("/"), self._clock) for record in records]
        return [one for one in told if one is not None]

    async def _parts(self, base: str) -> dict[str, str | None]:
        if base not in self._products or self._clock.now() >= self._products_until:
            self._products = {base: await self._fetcher.made(f"{base}/products.json", JSON, _products)}
            self._products_until = self._clock.now() + PRODUCTS_S
        return self._products[base]


def _products(body: bytes) -> dict[str, str | None]:
    file: Record = decoded(body, dict)
    records = listing(file, "products")
    if not records:
        raise Unfit(PageHealth.EMPTY, "no_components")
    found = {ident(each): text(each, "current_title") or text(each, "title") for each in records[:MAX_COMPONENTS]}
    found.pop("", None)
    if not found:
        raise Unfit(PageHealth.UNREADABLE, "shape", where=".products[0].id")
    return found


def _recent(body: bytes, *, since_s: float) -> _File:
    """The records that are open or were written on since then; of the others only that they are closed is read."""
    records, lost = [], 0
    for raw in decoded(body, list[msgspec.Raw]):
        record = bytes(raw)
        if not record.startswith(b"{"):
            lost += 1
            continue
        head = decoded(record, _Head)
        written = [at for at in map(unix, (head.modified, head.end)) if at is not None]
        if unix(head.end) is None or (written and max(written) > since_s):
            records.append(decoded(record, dict))
            if len(records) >= MAX_OPEN:
                break
    return _File(records, lost)


def _reading(parts: dict[str, str | None], file: _File, base: str, clock: Clock) -> Reading:
    told, said, lost, unsure = [], [], file.lost, file.lost > 0
    for record in file.records:
        one = _incident(record, base, clock)
        if one is None:
            lost += 1
            unsure |= not _touched(record)
        else:
            told.append(one)
            unsure |= one.stage is not PageStage.RESOLVED and not _says_what_it_touches(record)
        if one is None or one.stage is not PageStage.RESOLVED:
            # A record that makes no sense says of its products that they are unknown.
            state = PageLight.UNKNOWN if one is None else _LIGHTS.get(_status(record), PageLight.UNKNOWN)
            since = None if one is None or state is PageLight.OPERATIONAL else one.started_at
            said += [(name, state, since) for name in _touched(record)]
    news = [one for one in told if one.stage is not PageStage.RESOLVED or one.updated_at > clock.now() - RECENT_S]
    news.sort(key=lambda one: one.stage is PageStage.RESOLVED)
    return Reading(derived(parts, said, unsure=unsure), news[: MAX_OPEN + MAX_CLOSED], lost)


def _incident(record: Record, base: str, clock: Clock) -> PageIncident | None:
    """None where it does not say what it is, when it began, or whether it is over."""
    name, began_at, ended_at = ident(record), moment(record, "begin", clock=clock), moment(record, "end", clock=clock)
    if not name or began_at is None or (ended_at is None and record.get("end") is not None):
        return None
    # An end that is announced is none yet.
    ended_at = None if ended_at is None or ended_at > clock.now() else ended_at
    updates = [_update(each, began_at, clock) for each in listed(record, "updates")]
    updates.sort(key=lambda update: update.at, reverse=True)
    modified_at = moment(record, "modified", clock=clock)
    # "incidents/<id>" of the dashboard; only an id that is one is put into a link.
    link = f"{base}/incidents/{name}" if name.isalnum() and base.startswith("https://") else None
    return PageIncident(
        id=name,
        name=plain(_title(record), MAX_NAME),
        stage=PageStage.RESOLVED if ended_at is not None else _open_stage(record),
        impact=_impact(record, over=ended_at is not None),
        components=_touched(record),
        started_at=began_at,
        updated_at=modified_at if modified_at is not None else updates[0].at if updates else began_at,
        link=link,
        updates=tuple(updates[:MAX_UPDATES]),
        resolved_at=ended_at,
        published_at=moment(record, "created", clock=clock),
    )


def _title(record: Record) -> str:
    """The first line of what is said of it, which Workspace puts below a heading."""
    said = unmarked((text(record, "external_desc") or "")[:MAX_DESCRIPTION])
    lines = (_HEADING.sub("", line.strip()) for line in said.splitlines())
    return next(filter(None, lines), text(record, "service_name") or "")


def _said(record: Record) -> str:
    """What it is about, and the newest word on it."""
    newest = text(inner(record, "most_recent_update"), "text") or ""
    return f"{text(record, 'external_desc') or ''} {newest}".strip()[:MAX_DESCRIPTION]


def _impact(record: Record, *, over: bool) -> Impact:
    """How grave it is: by its newest update while it is open, by the whole when it is over."""
    status = text(record, "status_impact") if over else _status(record)
    if status == "SERVICE_INFORMATION" and (said := _said(record)) and not _TROUBLE.search(said):
        return Impact.NONE
    return _IMPACTS.get(status or "", _IMPACTS.get(text(record, "status_impact") or "", Impact.UNKNOWN))


def _update(record: Record, began_at: float, clock: Clock) -> PageUpdate:
    at = moment(record, "when", "created", clock=clock)
    available = record.get("status") == "AVAILABLE"
    stage = PageStage.MONITORING if available else PageStage.INVESTIGATING
    return PageUpdate(began_at if at is None else at, stage, words(text(record, "text")))


def _status(record: Record) -> str:
    """What the newest word on it says."""
    updates = [inner(record, "most_recent_update"), *listed(record, "updates")]
    dated = [(unix(each.get("when")), text(each, "status")) for each in updates]
    known = [(at, status) for at, status in dated if at is not None and status is not None]
    newest = max(known, key=lambda one: one[0], default=(0.0, text(record, "status_impact")))
    return newest[1] or ""


def _open_stage(record: Record) -> PageStage:
    """Google names no stages: until it is over it is looked into, or watched where it calls it available."""
    status = _status(record)
    if status not in _LIGHTS:
        return PageStage.UNKNOWN
    return PageStage.MONITORING if status == "AVAILABLE" else PageStage.INVESTIGATING


def _touched(record: Record) -> tuple[str, ...]:
    names = map(ident, listed(record, "affected_products")[:MAX_COMPONENTS])
    return tuple(dict.fromkeys(filter(None, names)))


def _says_what_it_touches(record: Record) -> bool:
    return isinstance(record.get("affected_products"), list) and all(map(ident, listed(record, "affected_products")))


VENDOR: MakeVendor = Google
