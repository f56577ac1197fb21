"""How large a window may be."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

# The rest is for the frame, and for seeing that there is something behind it.
SCREEN_SHARE = 0.92


def fitting(window: QWidget, width_px: int, height_px: int) -> QSize:
    """The size that is wanted for `window`, or as much of it as its screen has room for."""
    room = window.screen().availableGeometry()
    return QSize(min(width_px, int(room.width() * SCREEN_SHARE)), min(height_px, int(room.height() * SCREEN_SHARE)))
