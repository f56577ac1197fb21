"""From announcements to notes on the desktop, and from their buttons back to commands."""

from collections.abc import Callable

from trayapp.clock import Clock
from trayapp.core.news import Announcement, Button, Withdraw
from trayapp.core.snapshot import Snapshot
from trayapp.desktop.notify import OPEN, Note, Notifiers
from trayapp.text import banners


class Teller:
    """Shows announcements with `notifiers`, as long as `enabled` says so. Lives in the core thread."""

    def __init__(self, notifiers: Notifiers, clock: Clock, enabled: Callable[[], bool]) -> None:
        self._notifiers = notifiers
        self._clock = clock
        self._enabled = enabled

    async def announce(self, announcement: Announcement, snapshot: Snapshot) -> None:
        """Show, replace or withdraw one banner."""
        if isinstance(announcement, Withdraw):
            await self._notifiers.withdraw(announcement.key)
            return
        if not self._enabled():
            return
        words = banners.words(announcement, wall=self._clock.wall)
        await self._notifiers.show(
            Note(
                key=announcement.key,
                title=words.title,
                body=words.body,
                urgency=announcement.urgency,
                buttons=words.buttons,
                pops_up=announcement.pops_up,
            )
        )


def clicked(key: str, button: str, act: dict[Button, Callable[[str], None]], details: Callable[[], None]) -> None:
    """Do what a click on the banner `key` asks for; the note itself shows the panel, and so does an unknown button."""
    if button != OPEN and button in act:
        act[Button(button)](key)
    else:
        details()
