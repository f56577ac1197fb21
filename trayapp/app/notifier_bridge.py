"""From announcements to notes on the desktop."""

from collections.abc import Callable

from trayapp.clock import Clock
from trayapp.core.light.severity import Light
from trayapp.core.notify.banner import Announcement, BannerStage, Withdraw
from trayapp.core.snapshot import Snapshot
from trayapp.desktop.notifiers import Notifiers
from trayapp.desktop.notify import Note, Picture
from trayapp.settings.schema import Notify
from trayapp.text import banners
from trayapp.text.labels import MenuLabels
from trayapp.ui.kit.icons import light_pixels

_YELLOW = {BannerStage.YELLOW, BannerStage.FLAPPING}


PICTURE_PX = 48
"""What notification servers scale down from at the least; a picture is sent with every banner, 9 kB."""


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
        words = banners.words(announcement, wall=self._clock.wall, demo=snapshot.demo is not None)
        await self.notifiers.show(
            Note(
                key=announcement.key,
                title=words.title,
                body=words.body,
                urgency=announcement.urgency,
                buttons=words.buttons,
                pops_up=announcement.pops_up,
                opens=MenuLabels.open,
                picture=_picture(announcement.light or snapshot.shown.light),
            )
        )


def _picture(light: Light) -> Picture:
    return Picture(PICTURE_PX, light_pixels(light, PICTURE_PX))
