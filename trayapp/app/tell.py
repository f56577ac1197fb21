"""From announcements to notes on the desktop."""

from collections.abc import Callable

from trayapp.clock import Clock
from trayapp.core.news import Announcement, Withdraw
from trayapp.core.snapshot import Snapshot
from trayapp.desktop.notify import Note, Notifiers
from trayapp.text import banners


class Teller:
    """Shows announcements with `notifiers`, as long as `enabled` says so. Lives in the core thread."""

    def __init__(self, clock: Clock, enabled: Callable[[], bool]) -> None:
        self.notifiers = Notifiers(())
        self._clock = clock
        self._enabled = enabled

    async def announce(self, announcement: Announcement, snapshot: Snapshot) -> None:
        """Show, replace or withdraw one banner."""
        if isinstance(announcement, Withdraw):
            await self.notifiers.withdraw(announcement.key)
            return
        if not self._enabled():
            return
        words = banners.words(announcement, wall=self._clock.wall)
        await self.notifiers.show(
            Note(
                key=announcement.key,
                title=words.title,
                body=words.body,
                urgency=announcement.urgency,
                buttons=words.buttons,
                pops_up=announcement.pops_up,
            )
        )
