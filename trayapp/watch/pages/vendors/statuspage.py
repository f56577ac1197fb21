"""Atlassian Statuspage: everything current is in `summary.json`.

The summary lists open incidents only. One that was open at the last reading and is gone has been closed; its last
words, with the cause as the provider states it, are then read once from `incidents.json`.
"""

import logging

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.shapes import Contents, IncidentsFile, RawIncident, SummaryFile, is_over, newest
from trayapp.watch.pages.vendor import MakeVendor, check_page

log = logging.getLogger(__name__)

KEPT_CLOSED = 10
"""So many closed incidents are repeated with every reading, so that nobody depends on having seen one reading."""


class Statuspage:
    """Reads one page; remembers which incidents were open."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page_id = page.page_id
        self._open: set[str] = set()
        self._closed: dict[str, RawIncident] = {}

    async def read(self, base: str) -> Contents:
        """Raises `Unfit`."""
        summary = await self._fetcher.json(f"{base}/api/v2/summary.json", SummaryFile)
        check_page(summary.page, self._page_id, summary.components)
        now_open = {incident.id for incident in summary.incidents if not is_over(incident)}
        vanished = self._open - {incident.id for incident in summary.incidents}
        self._open = now_open
        if vanished:
            await self._last_words(base, vanished)
        for incident in summary.incidents:
            self._closed.pop(incident.id, None)
        incidents = [*summary.incidents, *self._closed.values()]
        return Contents(
            summary.components,
            incidents,
            summary.scheduled_maintenances,
            changed=newest(summary.page, summary.components, incidents),
        )

    async def _last_words(self, base: str, vanished: set[str]) -> None:
        try:
            history = await self._fetcher.json(f"{base}/api/v2/incidents.json", IncidentsFile)
        except Unfit as unfit:
            # The summary has said what matters, that they are over; only the wording is lost.
            log.info("the last words on a closed incident could not be read: %s", unfit)
            return
        closed = {
            incident.id: incident for incident in history.incidents if incident.id in vanished and is_over(incident)
        }
        self._closed = dict(list((closed | self._closed).items())[:KEPT_CLOSED])


VENDOR: MakeVendor = Statuspage
