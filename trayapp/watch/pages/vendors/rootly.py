"""Rootly: `/api/v1/status.json`, in the manner of Statuspage's, and the page itself, which alone lists components.

The page is large and often asks whether we are a person, so it is read while the file tells of trouble, and otherwise
now and then. Without it the page is a feed: it lists incidents, and what none of them touches is well, as its file
says so. Facts: <https://docs.rootly.com/configuration/status-page-public-api>.
"""

import html
import logging
import re
from collections.abc import Sequence
from itertools import islice, pairwise

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageComponent, PageHealth, PageIncident, PageLight, PageStage
from trayapp.core.remote_text import plain
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.recognition import pieces
from trayapp.watch.pages.records import Record, inner, listed, text
from trayapp.watch.pages.shapes import MAX_NAME, check_page, edited_at, incidents
from trayapp.watch.pages.vendor import Copies, MakeVendor, Reading

log = logging.getLogger(__name__)

CALM_PAGE_S = 900.0
"""While the file says that all is well, the page is read that often to see whether its components agree."""

_LIGHTS = {
    "operational": PageLight.OPERATIONAL,
    "affected": PageLight.DEGRADED,
    "degraded": PageLight.DEGRADED,
    "degraded performance": PageLight.DEGRADED,
    "partial outage": PageLight.PARTIAL,
    "major outage": PageLight.MAJOR,
    "full outage": PageLight.MAJOR,
    "maintenance": PageLight.MAINTENANCE,
    "under maintenance": PageLight.MAINTENANCE,
}
_CARD = re.compile(r"<details\b")
_NAME = re.compile(r"<h2\b[^<>]{0,500}>([^<]{1,300})</h2>")
_STATE = re.compile(r"<span\b[^<>]{0,500}>([^<]{1,100})</span>\s*</summary>")
_ID = re.compile(r"uptime-chart-([0-9a-zA-Z-]{1,64})")
MAX_CARDS = 1_000
CARD_CHARS = 20_000
"""Name, state and id stand at the head of a card; its chart follows."""


class Rootly:
    """Reads one page; remembers its components."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page_id = page.page_id
        self._clock = clock
        self._copies = Copies(clock)
        self._parts: list[PageComponent] = []
        self._asked_at = float("-inf")

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`."""
        file: Record = await self._fetcher.json(f"{base}/api/v1/status.json", dict)
        check_page(file, self._page_id)
        file = self._copies.newest("status", file, edited_at(file, self._clock))
        indicator = text(inner(file, "status"), "indicator")
        if indicator is None:
            raise Unfit(PageHealth.UNREADABLE, "shape", where=".status.indicator")
        if not isinstance(file.get("incidents"), list):
            raise Unfit(PageHealth.UNREADABLE, "shape", where=".incidents")
        records = [_as_statuspage(each) for each in listed(file, "incidents")]
        told, lost = incidents({"incidents": records}, "incidents", self._clock)
        parts = await self._components(base, calm=_is_calm(indicator, told) and not lost)
        if parts:
            return Reading(parts, told, lost)
        if not _is_calm(indicator, told) and all(each.stage is PageStage.RESOLVED for each in told):
            # Something is wrong, and nothing that can be read says with what.
            raise Unfit(PageHealth.UNREADABLE, "parts")
        return Reading((), told, lost, stated=False)

    async def _components(self, base: str, *, calm: bool) -> list[PageComponent]:
        now = self._clock.now()
        if calm and now - self._asked_at < CALM_PAGE_S and _are_well(self._parts):
            return self._parts
        self._asked_at = now
        try:
            self._parts = await self._fetcher.made(base, "text/html", _cards)
        except Unfit as unfit:
            log.info("the components of a page could not be read: %s", unfit)
            self._parts = []
        return self._parts


def _cards(body: bytes) -> list[PageComponent]:
    """The components on the page, with their ids and states. None, where this is another page."""
    page = body.decode(errors="replace")
    starts = [each.start() for each in islice(_CARD.finditer(page), MAX_CARDS + 1)]
    found = {}
    for begin, end in pairwise([*starts, len(page)]):
        card = page[begin : min(end, begin + CARD_CHARS)]
        name, state, chart = _NAME.search(card), _STATE.search(card), _ID.search(card)
        if name is not None and chart is not None:
            word = plain(html.unescape(state[1]), 100).lower() if state else ""
            light = _LIGHTS.get(word, PageLight.UNKNOWN)
            found[chart[1]] = PageComponent(chart[1], plain(html.unescape(name[1]), MAX_NAME), light)
    return list(found.values())


def _as_statuspage(record: Record) -> Record:
    """Other readers found some of its fields under other names; a link into Rootly itself wants a login."""
    link = text(record, "shortlink") or text(record, "url")
    return {
        **record,
        "incident_updates": record.get("incident_updates", record.get("updates")),
        "name": text(record, "name") or text(record, "title"),
        "created_at": text(record, "created_at") or text(record, "started_at"),
        "shortlink": None if pieces(link).hostname == "rootly.com" else link,
    }


def _is_calm(indicator: str, told: Sequence[PageIncident]) -> bool:
    return indicator == "none" and all(each.stage is PageStage.RESOLVED for each in told)


def _are_well(parts: Sequence[PageComponent]) -> bool:
    return all(part.state is PageLight.OPERATIONAL for part in parts)


VENDOR: MakeVendor = Rootly
