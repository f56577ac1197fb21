"""What is told goes out in order, and is remembered first: after a kill -9 in between nothing is told twice."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from trayapp.core.notify.banner import Announcement
from trayapp.core.snapshot import Snapshot
from trayapp.tasks import Rounds

LAST_WORDS_S = 2.0
"""Real seconds at the end for what is still to be told; a notification server that hangs does not get more."""

Save = Callable[[], Awaitable[None]]
Announce = Callable[[Announcement, Snapshot], Awaitable[None]]


class Delivery:
    """A queue of announcements. `save` writes all that a restart has to know, `save_told` what became of those that
    were told, and nothing else: all of it was written just before. `announce` tells one of them."""

    def __init__(
        self, save: Save, save_told: Save, announce: Announce | None, snapshot: Callable[[], Snapshot]
    ) -> None:
        self._save, self._save_told = save, save_told
        self._announce = announce
        self._snapshot = snapshot
        self._saves, self._banners = Rounds("remembering"), Rounds("telling a banner")
        self._outbox: asyncio.Queue[tuple[Announcement, ...]] = asyncio.Queue()

    def put(self, *announcements: Announcement) -> None:
        """Have these told in turn; without any, have everything remembered in turn with what is told."""
        self._outbox.put_nowait(announcements)

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            announcements = await self._outbox.get()
            try:
                # What cannot be remembered is told all the same: a banner twice is better than none.
                with self._saves.round():
                    await self._save()
                for announcement in announcements:
                    with self._banners.round():
                        await self._tell(announcement)
                if announcements:
                    with self._saves.round():
                        await self._save_told()
            finally:
                self._outbox.task_done()

    async def settle(self) -> None:
        """Wait until all that was to be told and remembered is."""
        await self._outbox.join()

    async def last_words(self) -> None:
        """Settle, as far as that is done in time; what follows may take longer than this process is given."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await self.settle()
        await self._save()

    async def _tell(self, announcement: Announcement) -> None:
        if self._announce is not None:
            await self._announce(announcement, self._snapshot())
