"""Cloudflare's own status page, which Replicate moved in with: everything current is in `/api/v3/summary`.

The records resemble Statuspage's, in an envelope of their own (`result`), and an incident carries its last update
alone. Components are told apart by id: a title may name a customer of Cloudflare's and mean something else.
"""

import math
from collections.abc import Sequence

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageHealth, PageIncident, PageStage
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.records import Record, inner, listed
from trayapp.watch.pages.shapes import components, incidents
from trayapp.watch.pages.vendor import MakeVendor, Reading, no_page_id

RECENT_S = 86_400.0
"""Closed incidents older than this are history, not news."""


class Cloudflare:
    """Reads one page."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page = page
        self._clock = clock

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`."""
        return await self._read(base, self._clock.now() - RECENT_S)

    async def past(self, base: str) -> Sequence[PageIncident]:
        """What was over of late. Raises `Unfit`."""
        return (await self._read(base, -math.inf)).incidents

    async def _read(self, base: str, since: float) -> Reading:
        no_page_id(self._page)
        file: Record = await self._fetcher.json(f"{base}/api/v3/summary", dict)
        result = inner(file, "result")
        if file.get("success") is not True or not result:
            raise Unfit(PageHealth.UNREADABLE, "shape", where=".result")
        parts, lost = components(result, self._clock, dated=True)
        if not isinstance(result.get("active_incidents"), list):
            return Reading(parts, (), lost, "incidents")
        told, lost_incidents = self._incidents(result, "active_incidents", since)
        # Their last words; one that is open is read from the list of open ones.
        closed, _ = self._incidents(result, "recent_incidents", since)
        planned, lost_plans = self._incidents(result, "active_maintenances", since, maintenance=True)
        over = [one for one in closed if one.stage is PageStage.RESOLVED]
        return Reading(parts, [*told, *over, *planned], lost + lost_incidents + lost_plans)

    def _incidents(
        self, result: Record, key: str, since: float, *, maintenance: bool = False
    ) -> tuple[list[PageIncident], int]:
        file = {key: [_as_statuspage(each) for each in listed(result, key)]}
        return incidents(file, key, self._clock, maintenance=maintenance, news_since=since)


def _as_statuspage(record: Record) -> Record:
    last = inner(record, "last_update")
    starts_at, ends_at = record.get("starts_at"), record.get("ends_at")
    return {
        **record,
        "started_at": starts_at,
        "scheduled_for": record.get("scheduled_for", starts_at),
        "scheduled_until": record.get("scheduled_until", ends_at),
        # Cloudflare closes an incident long after it was over.
        "resolved_at": ends_at or record.get("resolved_at"),
        "incident_updates": [{**last, "body": last.get("message")}] if last else [],
    }


VENDOR: MakeVendor = Cloudflare
