"""What the core thread hands over to the UI thread."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from trayapp.app.surface import Surface
from trayapp.core.snapshot import Snapshot
from trayapp.desktop.notify import Note
from trayapp.ui.bridge import Bridge
from trayapp.ui.commands import Leave

if TYPE_CHECKING:
    from trayapp.ui.panel.closing_card import Next


class UiThread:
    """The surface as it may be used from any thread: every method returns at once."""

    def __init__(self, bridge: Bridge, surface: Surface, end: Callable[[Leave], None]) -> None:
        self._bridge = bridge
        self._surface = surface
        self._end = end

    def publish(self, snapshot: Snapshot) -> None:
        """Have the snapshot drawn."""
        self._bridge.publish(snapshot)

    def show(self, page: str = "") -> None:
        """Bring up the panel, or this page of the settings."""
        if page:
            self._bridge.call(self._surface.open_settings, page)
        else:
            self._bridge.call(self._surface.open_panel)

    async def close_demo(self) -> "Next":
        """Say that the demo is over; what is to come next, once that is chosen."""
        # Not at the top: the surface is on its way to the screen when this file is read.
        import asyncio

        loop = asyncio.get_running_loop()
        chosen: asyncio.Future[Next] = loop.create_future()
        self._bridge.call(self._surface.close_demo, lambda what: loop.call_soon_threadsafe(chosen.set_result, what))
        return await chosen

    def end(self) -> None:
        """End the program, as somebody asks who is not asked back."""
        self._bridge.call(self._end, Leave.NOTHING_TO_KEEP)

    def balloon(self, note: Note) -> bool:
        """Show a note in the tray, if there is one."""
        if self._surface.has_tray:
            self._bridge.call(self._surface.show_note, note)
        return self._surface.has_tray

    def in_panel(self, note: Note) -> bool:
        """Bring the panel up, which says everything that a note could."""
        self.show()
        return True

    def note_clicked(self, key: str, button: str, activation: str | None) -> None:
        """A note or one of its buttons was clicked."""
        self._bridge.call(self._surface.note_clicked, key, button)
