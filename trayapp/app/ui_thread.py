"""What the core thread hands over to the UI thread."""

from collections.abc import Callable

from trayapp.app.surface import Surface
from trayapp.core.snapshot import Snapshot
from trayapp.desktop.notify import Note
from trayapp.ui.bridge import Bridge
from trayapp.ui.commands import Leave


class UiThread:
    """The surface as it may be used from any thread: every method returns at once."""

    def __init__(self, bridge: Bridge, surface: Surface, end: Callable[[Leave], None]) -> None:
        self._bridge = bridge
        self._surface = surface
        self._end = end

    def publish(self, snapshot: Snapshot) -> None:
        """Have the snapshot drawn."""
        self._bridge.publish(snapshot)

    def open_panel(self) -> None:
        self._bridge.call(self._surface.open_panel)

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
        self.open_panel()
        return True

    def note_clicked(self, key: str, button: str, activation: str | None) -> None:
        """A note or one of its buttons was clicked."""
        self._bridge.call(self._surface.note_clicked, key, button)
