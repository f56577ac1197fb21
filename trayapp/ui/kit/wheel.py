"""The wheel is for the page: what stands on it changes only once it has been chosen."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget


class _Calm(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() != QEvent.Type.Wheel or not isinstance(watched, QWidget) or watched.hasFocus():
            return False
        # Not taken, it goes on to what is around the widget.
        event.ignore()
        return True


def calm(widget: QWidget) -> None:
    """A page that is scrolled with the pointer over `widget` does not change what is set there."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_Calm(widget))
