"""What every module of `vendors` answers to, and what all of them share.

A module is named after its kind of page and offers its vendor's constructor as `VENDOR`. It asks its `Fetcher` for
JSON, or for the bytes of XML or HTML, and answers core's types.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar, runtime_checkable

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageComponent, PageHealth, PageIncident
from trayapp.watch.pages.fetch import Fetcher, Unfit

OLD_COPIES_S = 3600.0
"""Caches that hold an old copy renew it within minutes. After an hour the page itself has gone back."""

T = TypeVar("T")


class Reading(NamedTuple):
    """What a page says.

    `lost`: records that could not be read. `missing`: what of the page could not be read at all: `incidents`, or the
    `impacts` that tell which components they touch. `stated`: False for a feed, which gives components no states.
    """

    components: Sequence[PageComponent]
    incidents: Sequence[PageIncident]
    lost: int = 0
    missing: str | None = None
    stated: bool = True


class Vendor(Protocol):
    """Reads one page, over and over; it may remember earlier readings."""

    async def read(self, base: str) -> Reading:
        """What the page at `base` (its address or a mirror's, without a slash at the end) says. Raises `Unfit`."""


@runtime_checkable
class Historian(Protocol):
    """A vendor whose pages tell of their past."""

    async def past(self, base: str) -> Sequence[PageIncident]:
        """What the page at `base` still tells of incidents that are over, and perhaps of others, in a request or two.
        Raises `Unfit`."""


MakeVendor = Callable[[Fetcher, Page, Clock], Vendor]


class Copies:
    """Old and new copies of a file that a page's caches hand out in turn: the newest counts."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._newest: dict[str, tuple[float, float, object]] = {}

    def newest(self, name: str, file: T, edited_at: float | None) -> T:
        """`file`, or a copy of it that has been seen before and was edited later."""
        now = self._clock.now()
        if edited_at is None or edited_at > now + OLD_COPIES_S:
            # Nothing could be newer than what is dated into the future.
            return file
        known_at, seen_at, known = self._newest.get(name, (edited_at, now, file))
        if edited_at < known_at and now - seen_at <= OLD_COPIES_S and isinstance(known, type(file)):
            return known
        self._newest[name] = edited_at, now, file
        return file


def no_page_id(page: Page) -> None:
    """For pages that give themselves no id: whoever expects one never finds it. Raises `Unfit`: `wrong_page`."""
    if page.page_id is not None:
        raise Unfit(PageHealth.WRONG_PAGE, "page_id", found="")
