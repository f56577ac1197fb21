"""Atlassian Statuspage: everything current is in `summary.json`.

The summary lists open incidents only; the last words on those that are closed are in `incidents.json`.
"""

from functools import partial

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageHealth, PageIncident
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.last_words import LastWords
from trayapp.watch.pages.recognition import NAMES, is_ulid
from trayapp.watch.pages.records import Record, inner, text
from trayapp.watch.pages.shapes import MAX_CLOSED, MAX_PAST, check_page, components, edited_at, incidents
from trayapp.watch.pages.vendor import Copies, MakeVendor, Reading


class Statuspage:
    """Reads one page; remembers which incidents were open."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page_id = page.page_id
        self._clock = clock
        self._copies = Copies(clock)
        self._last_words = LastWords()

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
        closed = await self._last_words.of(told, partial(self._listed, base, MAX_CLOSED))
        return Reading(parts, [*told, *closed, *planned], lost + lost_incidents + lost_plans)

    async def past(self, base: str) -> list[PageIncident]:
        """The last fifty. Raises `Unfit`."""
        return await self._listed(base, MAX_PAST)

    async def _listed(self, base: str, most: int) -> list[PageIncident]:
        file: Record = await self._fetcher.json(f"{base}/api/v2/incidents.json", dict)
        check_page(file, self._page_id)
        return incidents(file, "incidents", self._clock, most_closed=most)[0]


VENDOR: MakeVendor = Statuspage
