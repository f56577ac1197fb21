"""Enter presses the button that the keyboard is on, in windows that are no dialogs as well."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget


class _Enter(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        button = watched.focusWidget() if isinstance(watched, QWidget) else None
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or not isinstance(
            button, QPushButton | QToolButton
        ):
            return False
        button.click()
        return True


def enter_presses(window: QWidget) -> None:
    """The window hears of what its parts have no use for: of Enter on a button, as most styles have it."""
    window.installEventFilter(_Enter(window))
