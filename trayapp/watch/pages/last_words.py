"""The last words on incidents, of pages that list open ones alone: one that is gone from there has been closed, and a
longer list tells what became of it, with the cause as the provider states it.

That list may fail or lag behind just then; it is asked again a few times.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence

from trayapp.core.evidence.page_report import PageIncident, PageStage
from trayapp.watch.pages.fetch import Unfit

log = logging.getLogger(__name__)

KEPT_CLOSED = 10
"""So many closed incidents are repeated with every reading, so that nobody depends on having seen one reading."""
TRIES = 3
"""Caches renew their copies within minutes; what is still not there has been taken away."""


class LastWords:
    """Remembers which incidents were open, and what was said last of those that are closed."""

    def __init__(self) -> None:
        self._open: set[str] = set()
        self._owed: dict[str, int] = {}
        self._closed: dict[str, PageIncident] = {}

    async def of(
        self, told: Collection[PageIncident], read: Callable[[], Awaitable[Sequence[PageIncident]]]
    ) -> list[PageIncident]:
        """Those on incidents that are closed now. `told`: what the list of open ones has; `read`: reads the longer."""
        listed = {each.id for each in told}
        self._owed |= dict.fromkeys(self._open - listed, TRIES)
        self._open = {each.id for each in told if each.stage is not PageStage.RESOLVED}
        for name in listed:
            self._owed.pop(name, None)
            self._closed.pop(name, None)
        if self._owed:
            self._take(await self._said(read))
        return list(self._closed.values())

    async def _said(self, read: Callable[[], Awaitable[Sequence[PageIncident]]]) -> Sequence[PageIncident]:
        try:
            return await read()
        except Unfit as unfit:
            # That they are over has been said, which is what matters; only the wording is missing.
            log.info("the last words on a closed incident could not be read: %s", unfit)
            return ()

    def _take(self, said: Sequence[PageIncident]) -> None:
        found = {each.id: each for each in said if each.id in self._owed and each.stage is PageStage.RESOLVED}
        self._closed = dict(list((found | self._closed).items())[:KEPT_CLOSED])
        left = {name: tries - 1 for name, tries in self._owed.items() if name not in found}
        self._owed = {name: tries for name, tries in left.items() if tries > 0}
