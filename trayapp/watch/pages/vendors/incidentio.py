"""incident.io: its Statuspage-compatible answers, joined with its own page data.

`summary.json` is not used: it lists a subset of the components that changes from poll to poll. There is no list of
open incidents alone and none of maintenances (both 404), so the recent ones of `incidents.json` are read. All
components carry the time of the page's last edit, which says nothing about any of them. Which components an incident
touches is told by the page's own data alone (`/proxy/<host>`), which is asked for while there is something to tell, and
where a page has no compatible answers or lists no components in them ("global" pages).
"""

import logging
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from msgspec.structs import replace

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageComponent, PageHealth, PageImpact, PageIncident, PageLight, PageStage
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.page_data import PageData, impacts_of, joined, page_data
from trayapp.watch.pages.records import Record, listing
from trayapp.watch.pages.shapes import MAX_PAST, check_page, components, edited_at, incidents
from trayapp.watch.pages.vendor import Copies, MakeVendor, Reading

log = logging.getLogger(__name__)

RECENT_S = 86_400.0
"""Closed incidents older than this are history, not news."""
_NOT_THERE = frozenset({"gone", "html", "json", "shape"})
"""Why a page has no compatible answers; silence and refusals would meet its own data as well."""


class IncidentIo:
    """Reads one page."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page_id = page.page_id
        self._host = urlsplit(page.url).hostname or ""
        self._clock = clock
        self._copies = Copies(clock)

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`."""
        try:
            parts, lost = components(await self._file(base, "components"), self._clock, dated=False)
        except Unfit as unfit:
            if unfit.health is not PageHealth.EMPTY:
                return await self._own(base, unfit)
            parts, lost = [], 0
        told, lost_incidents, missing = await self._told(base)
        lost += lost_incidents
        if parts and not missing and _is_calm(parts, told):
            return Reading(parts, told, lost)
        data = await self._data(base)
        if data is not None:
            # A page that lists its components here alone need not have the other answers at all.
            missing = missing if parts else None
            parts, told, lost = parts or data.components, joined(told, data.incidents), lost + data.lost
        if not parts:
            raise Unfit(PageHealth.EMPTY, "overview" if data is not None and data.overview else "no_components")
        told, known = await self._with_impacts(base, told)
        return Reading(parts, told, lost, missing or (None if known else "impacts"))

    async def past(self, base: str) -> list[PageIncident]:
        """What the compatible answers list, with the records of what each touched. Raises `Unfit`."""
        told, _ = incidents(await self._file(base, "incidents"), "incidents", self._clock, most_closed=MAX_PAST)
        impacts = await self._impacts(base, told) if told else {}
        return [replace(each, impacts=(impacts or {}).get(each.id)) for each in told]

    async def _own(self, base: str, unfit: Unfit) -> Reading:
        """What the page's own data says, of a page without compatible answers. Raises `unfit` where it has none."""
        data = await self._data(base) if unfit.reason in _NOT_THERE else None
        if data is None or not data.components:
            raise unfit
        return Reading(data.components, data.incidents, data.lost)

    async def _file(self, base: str, name: str) -> Record:
        file: Record = await self._fetcher.json(f"{base}/api/v2/{name}.json", dict)
        check_page(file, self._page_id)
        return self._copies.newest(name, file, edited_at(file, self._clock))

    async def _told(self, base: str) -> tuple[list[PageIncident], int, str | None]:
        """The incidents that are news, how many could not be read, and whether none could."""
        try:
            file, since = await self._file(base, "incidents"), self._clock.now() - RECENT_S
            told, lost = incidents(file, "incidents", self._clock, news_since=since)
        except Unfit as unfit:
            log.info("the incidents of a page could not be read: %s", unfit)
            return [], 0, "incidents"
        return told, lost, None

    async def _data(self, base: str) -> PageData | None:
        try:
            file: Record = await self._fetcher.json(f"{base}/proxy/{self._host}", dict)
            return page_data(file, self._page_id, self._clock)
        except Unfit as unfit:
            log.info("the own data of a page could not be read: %s", unfit)
            return None

    async def _with_impacts(self, base: str, told: list[PageIncident]) -> tuple[list[PageIncident], bool]:
        """With the impact records of open incidents that name nothing yet, and whether these could be read."""
        bare = [each for each in told if _is_bare(each)]
        if not bare:
            return told, True
        impacts = await self._impacts(base, bare)
        if impacts is None:
            return told, False
        return [replace(each, impacts=impacts.get(each.id)) if each in bare else each for each in told], True

    async def _impacts(self, base: str, told: list[PageIncident]) -> dict[str, tuple[PageImpact, ...]] | None:
        """The records of what incidents touched, from the first of these on; None where they cannot be read."""
        since = min(each.started_at for each in told) - RECENT_S
        span = {"start_at": self._wall(since), "end_at": self._wall(self._clock.now())}
        try:
            url = f"{base}/proxy/{self._host}/component_impacts?{urlencode(span)}"
            records: list[Record] = listing(await self._fetcher.json(url, dict), "component_impacts")
        except Unfit as unfit:
            log.info("the impacts of a page's incidents could not be read: %s", unfit)
            return None
        return impacts_of(records, self._clock)

    def _wall(self, at: float) -> str:
        return f"{self._clock.wall(at):%Y-%m-%dT%H:%M:%SZ}"


def _is_calm(parts: Sequence[PageComponent], told: Sequence[PageIncident]) -> bool:
    operational = all(part.state is PageLight.OPERATIONAL for part in parts)
    return operational and all(each.stage is PageStage.RESOLVED for each in told)


def _is_bare(incident: PageIncident) -> bool:
    """Whether it is open and nothing tells what it touches."""
    names = incident.impacts or incident.components or any(update.states for update in incident.updates)
    return incident.stage is not PageStage.RESOLVED and not names


VENDOR: MakeVendor = IncidentIo
