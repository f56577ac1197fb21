"""From announcements to notes on the desktop."""

from collections.abc import Callable

from trayapp.clock import Clock
from trayapp.core.notify.banner import Announcement, BannerStage, Withdraw
from trayapp.core.snapshot import Snapshot
from trayapp.desktop.notifiers import Notifiers
from trayapp.desktop.notify import Note
from trayapp.settings.schema import Notify
from trayapp.text import banners

_YELLOW = {BannerStage.YELLOW, BannerStage.FLAPPING}


class NotifierBridge:
    """Shows announcements with `notifiers`, as far as the settings want them. Lives in the core thread."""

    def __init__(self, clock: Clock, settings: Callable[[], Notify]) -> None:
        self.notifiers = Notifiers(())
        self._clock = clock
        self._settings = settings

    async def announce(self, announcement: Announcement, snapshot: Snapshot) -> None:
        """Show, replace or withdraw one banner."""
        if isinstance(announcement, Withdraw):
            await self.notifiers.withdraw(announcement.key)
            return
        wanted = self._settings()
        if not wanted.enabled or (announcement.stage in _YELLOW and not wanted.yellow):
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
