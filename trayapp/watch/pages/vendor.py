"""What every vendor's module answers to, and what all of them check."""

from collections.abc import Sequence
from typing import Protocol

from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.remote_text import plain
from trayapp.watch.pages.fetch import Unfit
from trayapp.watch.pages.shapes import MAX_ID, Contents, RawComponent, RawPage


class Vendor(Protocol):
    async def read(self, base: str) -> Contents:
        """What the page at `base` (scheme and host) says. Raises `Unfit`."""


def check_page(page: RawPage, page_id: str | None, components: Sequence[RawComponent] | None = None) -> None:
    """Raises `Unfit`: `wrong_page`, reason `page_id` (`found`), or `empty`, reason `no_components`."""
    if page_id is not None and page.id != page_id:
        raise Unfit(PageHealth.WRONG_PAGE, "page_id", found=plain(page.id or "", MAX_ID))
    if components is not None and not components:
        raise Unfit(PageHealth.EMPTY, "no_components")
