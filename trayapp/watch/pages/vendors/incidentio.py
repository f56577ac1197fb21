"""incident.io, through its Statuspage-compatible answers.

`summary.json` is not used: it lists a subset of the components that changes from poll to poll. There is no list of
open incidents alone and none of maintenances (both 404), so the recent ones of `incidents.json` are read. All
components carry the time of the page's last edit, which says nothing about any of them.
"""

from datetime import timedelta

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.watch.pages.fetch import Fetcher
from trayapp.watch.pages.shapes import ComponentsFile, Contents, IncidentsFile, RawIncident, is_over, newest
from trayapp.watch.pages.vendor import MakeVendor, check_page

RECENT = timedelta(hours=24)
"""Closed incidents older than this are history, not news."""


class IncidentIo:
    """Reads one page."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page_id = page.page_id
        self._clock = clock

    async def read(self, base: str) -> Contents:
        """Raises `Unfit`."""
        components = await self._fetcher.json(f"{base}/api/v2/components.json", ComponentsFile)
        check_page(components.page, self._page_id, components.components)
        history = await self._fetcher.json(f"{base}/api/v2/incidents.json", IncidentsFile)
        check_page(history.page, self._page_id)
        return Contents(
            components.components,
            [incident for incident in history.incidents if self._is_news(incident)],
            dated=False,
            changed=newest(components.page, components.components, history.incidents),
        )

    def _is_news(self, incident: RawIncident) -> bool:
        ended = incident.resolved_at or incident.updated_at or incident.created_at
        return not is_over(incident) or ended > self._clock.wall(self._clock.now()) - RECENT


VENDOR: MakeVendor = IncidentIo
