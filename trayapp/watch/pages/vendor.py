"""What every module of `vendors` answers to, and what all of them check.

A module is named after its kind of page and offers its vendor's constructor as `VENDOR`.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.remote_text import plain
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.shapes import MAX_ID, Contents, RawComponent, RawPage


class Vendor(Protocol):
    """Reads one page, over and over; it may remember earlier readings."""

    async def read(self, base: str) -> Contents:
        """What the page at `base` (its address or a mirror's, without a slash at the end) says. Raises `Unfit`."""


MakeVendor = Callable[[Fetcher, Page, Clock], Vendor]


def check_page(page: RawPage, page_id: str | None, components: Sequence[RawComponent] | None = None) -> None:
    """Raises `Unfit`: `wrong_page`, reason `page_id` (`found`), or `empty`, reason `no_components`."""
    if page_id is not None and page.id != page_id:
        raise Unfit(PageHealth.WRONG_PAGE, "page_id", found=plain(page.id or "", MAX_ID))
    if components is not None and not components:
        raise Unfit(PageHealth.EMPTY, "no_components")
