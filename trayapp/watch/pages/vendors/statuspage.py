"""Atlassian Statuspage: everything current is in `summary.json`.

The summary lists open incidents only. One that was open at the last reading and is gone has been closed; its last
words, with the cause as the provider states it, are then read once from `incidents.json`.
"""

import logging

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageHealth, PageIncident, PageStage
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.recognition import NAMES, is_ulid
from trayapp.watch.pages.records import Record, inner, text
from trayapp.watch.pages.shapes import MAX_PAST, check_page, components, edited_at, incidents
from trayapp.watch.pages.vendor import Copies, MakeVendor, Reading

log = logging.getLogger(__name__)

KEPT_CLOSED = 10
"""So many closed incidents are repeated with every reading, so that nobody depends on having seen one reading."""


class Statuspage:
    """Reads one page; remembers which incidents were open."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page_id = page.page_id
        self._clock = clock
        self._copies = Copies(clock)
        self._open: set[str] = set()
        self._closed: dict[str, PageIncident] = {}

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`."""
        file = await self._fetcher.json(f"{base}/api/v2/summary.json", dict)
        check_page(file, self._page_id)
        if is_ulid(text(inner(file, "page"), "id")):
            # incident.io answers here as well, with some of its components and one time for all of them.
            raise Unfit(PageHealth.MOVED, "vendor", vendor=NAMES["incidentio"])
        file = self._copies.newest("summary", file, edited_at(file, self._clock))
        parts, lost = components(file, self._clock, dated=True)
        try:
            told, lost_incidents = incidents(file, "incidents", self._clock)
            planned, lost_plans = incidents(file, "scheduled_maintenances", self._clock, maintenance=True)
        except Unfit:
            return Reading(parts, (), lost, "incidents")
        named = {each.id for each in told}
        vanished = self._open - named
        self._open = {each.id for each in told if each.stage is not PageStage.RESOLVED}
        if vanished:
            await self._last_words(base, vanished)
        for name in named:
            self._closed.pop(name, None)
        return Reading(parts, [*told, *self._closed.values(), *planned], lost + lost_incidents + lost_plans)

    async def past(self, base: str) -> list[PageIncident]:
        """The last fifty. Raises `Unfit`."""
        file: Record = await self._fetcher.json(f"{base}/api/v2/incidents.json", dict)
        check_page(file, self._page_id)
        return incidents(file, "incidents", self._clock, most_closed=MAX_PAST)[0]

    async def _last_words(self, base: str, vanished: set[str]) -> None:
        try:
            history: Record = await self._fetcher.json(f"{base}/api/v2/incidents.json", dict)
            told, _ = incidents(history, "incidents", self._clock)
        except Unfit as unfit:
            # The summary has said what matters, that they are over; only the wording is lost.
            log.info("the last words on a closed incident could not be read: %s", unfit)
            return
        closed = {each.id: each for each in told if each.id in vanished and each.stage is PageStage.RESOLVED}
        self._closed = dict(list((closed | self._closed).items())[:KEPT_CLOSED])


VENDOR: MakeVendor = Statuspage
