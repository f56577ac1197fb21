"""One provider's page: its address and mirrors, their patience, and the report that comes of a reading."""

import logging
import math
import random
from collections.abc import Awaitable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from msgspec.structs import replace

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.pace import CALM_INTERVAL_S
from trayapp.core.evidence.page_report import UNREACHED, PageHealth, PageHistory, PageIncident, PageReport
from trayapp.core.evidence.reach import reach_of_url
from trayapp.core.evidence.sparing import spared_s
from trayapp.core.hosts import host_of
from trayapp.core.remote_text import plain
from trayapp.errors import Param
from trayapp.watch.http import Http
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.recognition import NAMES, vendor_of
from trayapp.watch.pages.registry import make_vendor
from trayapp.watch.pages.server_clock import ServerClock
from trayapp.watch.pages.vendor import Historian, Reading, Vendor
from trayapp.watch.schedule.budget import Budget

log = logging.getLogger(__name__)

MAX_BACKOFF_S = 900.0
"""A page that refuses us is asked every 15 minutes at the least, so that its return is noticed."""

PAST_WITHIN_S = 900.0
"""A page's past is asked for within a quarter of an hour: early enough for the first outage, and not from all pages at
once."""

STALE_INTERVALS = 3
"""A page that gave no answer so many readings long has nothing to say about now."""
TITLE_CHARS = 90
"""As long as the title of a banner may be."""
_SILENCES = UNREACHED | {"http"}
_STRANGE = frozenset({"html", "json", "xml", "shape", "gone", "page_id"})
"""The reasons for which the page of another vendor could not be read."""
INTERVAL_JITTER = 0.1
"""Enough to keep many installations from asking in step."""


T = TypeVar("T")


@dataclass
class _Address:
    """One place to read the page from. `refusals` in a row; not asked before `not_before`."""

    base: str
    refusals: int = 0
    not_before: float = float("-inf")


class PageReader:
    """Reads a provider's page, from a mirror when the page itself does not serve.

    `spared`: read it less often, as long as it can be read; to be changed at any time.
    """

    def __init__(self, provider: str, page: Page, interval_s: float, http: Http, budget: Budget, clock: Clock) -> None:
        self.provider = provider
        self.page = page
        self.interval_s = interval_s
        self._clock = clock
        self._addresses = [_Address(url.rstrip("/")) for url in (page.url, *page.mirrors)]
        self._page_clock = ServerClock(clock)
        self._fetcher = Fetcher(http, self._page_clock.heard)
        self._budget = budget
        self._host = host_of(page.url)
        # Apart from the host's other requests: these may come so often that it would never be the page's turn.
        self._pages = f"pages of {self._host}"
        self._good_at: float | None = None
        self._good_address = self._addresses[0]
        self._due = max(clock.now(), self._free_at())
        # How much longer it can wait where that is wanted; a page that could not be read is asked as usual.
        self._spare_s = 0.0
        self.spared = False
        self._past_due = clock.now() + random.uniform(CALM_INTERVAL_S, PAST_WITHIN_S)

    def next_at(self) -> float:
        """The steady moment of the next reading; it waits for every address that asked for patience, and for the pages
        of others at the same host."""
        due = self._due + self._spare_s if self.spared else self._due
        others = self._budget.last_sent(self._pages) + CALM_INTERVAL_S
        return max(due, others, min(address.not_before for address in self._addresses))

    def hurry(self, now: float) -> None:
        """Read again as soon as the page's host may be asked at all."""
        self._due, self._spare_s = min(self._due, max(now, self._free_at())), 0.0

    def past_at(self) -> float:
        """The steady moment from which the page's past may be asked for: not before it could be read, and alone in its
        minute."""
        if self._good_at is None or not isinstance(self._vendor, Historian):
            return math.inf
        return max(self._past_due, self._free_at(), self._good_address.not_before)

    async def read_past(self) -> PageHistory:
        """What the page tells of its past, where it could be read last; the next reading waits for its turn."""
        self._asks()
        self._due = max(self._due, self._free_at())
        vendor, told = self._vendor, None
        try:
            if isinstance(vendor, Historian):
                told = tuple(map(_titled, await self._taken(vendor.past(self._good_address.base))))
        except Unfit as unfit:
            log.info("the past of the page of %s could not be read: %s", self.provider, unfit)
            self._note(self._good_address, unfit)
        return PageHistory(self._clock.now(), self.provider, self.page.url, told)

    async def read(self) -> PageReport | None:
        """One reading; None while every address asks for patience."""
        self._asks()
        jitter = 1 + INTERVAL_JITTER * random.random()
        self._due, self._spare_s = self._clock.now() + self.interval_s * jitter, 0.0
        first: Unfit | None = None
        for address in self._addresses:
            if self._clock.now() < address.not_before:
                continue
            try:
                reading = await self._reading(address)
            except Unfit as unfit:
                first = first or unfit
                self._note(address, unfit)
                continue
            address.refusals = 0
            self._good_address = address
            self._good_at = self._clock.now()
            self._spare_s = (spared_s(self.interval_s) - self.interval_s) * jitter
            return self._report(reading)
        if first is None:
            return None
        return PageReport(
            at=self._clock.now(),
            provider=self.provider,
            health=self._health(first),
            link=self.page.url,
            reason=first.reason,
            params=first.params,
            reach=reach_of_url(self.page.url),
        )

    async def _reading(self, address: _Address) -> Reading:
        """What the page says at this address, or at the one that it has moved to if its id says that it is the same."""
        reading = await self._taken(self._vendor.read(address.base))
        if reading.stated and not reading.components:
            raise Unfit(PageHealth.EMPTY, "no_components")
        return reading

    async def _taken(self, reading: Awaitable[T]) -> T:
        """What a vendor reads of the page, if that is the page that was meant. Raises `Unfit`."""
        self._fetcher.begin()
        try:
            read = await reading
        except Unfit as unfit:
            raise self._recognised(unfit) from unfit
        except Exception as error:
            # Whatever a page says must end in a report, or nobody would know that there is none.
            log.exception("reading the page of %s failed by our own fault", self.provider)
            raise Unfit(PageHealth.UNREADABLE, "fault") from error
        finally:
            self._fetcher.forget()
        if self._fetcher.moved_to is not None and self.page.page_id is None:
            raise Unfit(PageHealth.MOVED, "redirect", host=self._fetcher.moved_to)
        return read

    def _recognised(self, unfit: Unfit) -> Unfit:
        """Why it could not be read, which may be that another vendor publishes it now."""
        kind = vendor_of(self._fetcher.first) if unfit.reason in _STRANGE else None
        if kind is None or kind == self.page.kind:
            return unfit
        return Unfit(PageHealth.MOVED, "vendor", retry_after_s=unfit.retry_after_s, vendor=NAMES[kind])

    @cached_property
    def _vendor(self) -> Vendor:
        return make_vendor(self._fetcher, self.page, self._page_clock)

    def _asks(self) -> None:
        self._budget.sent(self._host)
        self._budget.sent(self._pages)

    def _free_at(self) -> float:
        # The few files of one reading count as one request.
        return self._budget.last_sent(self._host) + CALM_INTERVAL_S

    def _health(self, unfit: Unfit) -> PageHealth:
        silent = unfit.health is PageHealth.UNREADABLE and unfit.reason in _SILENCES
        if not silent or self._good_at is None:
            return unfit.health
        usual_s = spared_s(self.interval_s) if self.spared else self.interval_s
        stale = self._clock.now() - self._good_at > STALE_INTERVALS * usual_s
        return PageHealth.STALE if stale else PageHealth.UNREADABLE

    def _note(self, address: _Address, unfit: Unfit) -> None:
        if unfit.health is PageHealth.REFUSED:
            address.refusals += 1
            widest_s = min(MAX_BACKOFF_S, self.interval_s * 2**address.refusals)
            # Full jitter: whoever was refused together comes back spread out. Never sooner than the usual interval.
            wait_s = max(self.interval_s, random.uniform(0, widest_s))
        elif unfit.retry_after_s is not None:
            wait_s = 0.0
        else:
            return
        address.not_before = self._clock.now() + max(wait_s, unfit.retry_after_s or 0.0)

    def _report(self, reading: Reading) -> PageReport:
        health, reason, params = self._how_whole(reading)
        return PageReport(
            at=self._clock.now(),
            provider=self.provider,
            health=health,
            link=self.page.url,
            components=tuple(reading.components),
            incidents=tuple(map(_titled, reading.incidents)),
            reason=reason,
            params=params,
            reach=self._fetcher.reach,
            stated=reading.stated,
        )

    def _how_whole(self, reading: Reading) -> tuple[PageHealth, str | None, dict[str, Param]]:
        """The health of a page that could be read, why it is not the best, and the parameters of that."""
        if reading.missing is not None:
            return PageHealth.INCOMPLETE, reading.missing, {}
        if reading.lost:
            return PageHealth.INCOMPLETE, "records", {"lost": reading.lost}
        if self._fetcher.moved_to is not None:
            return PageHealth.MOVED, "redirect", {"host": self._fetcher.moved_to}
        return PageHealth.OK, None, {}


def _titled(incident: PageIncident) -> PageIncident:
    """With a title: where the provider gave it none, the first words on it."""
    if incident.name or not incident.updates:
        return incident
    return replace(incident, name=plain(incident.updates[-1].text, TITLE_CHARS))
