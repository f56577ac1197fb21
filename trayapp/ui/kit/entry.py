"""A field with a button of its own beside it: Enter is for that one, not for the window's."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit


class Entry(QLineEdit):
    """Signals:
    entered: Enter was pressed. The window does not hear of it: a dialog would close on it.
    """

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def wipe(self) -> None:
        """Empty it; what stood there cannot be brought back with Undo."""
        self.setText("")
