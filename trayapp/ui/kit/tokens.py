"""The measures that every window is put together from: one grid, its distances, and three text sizes."""

from enum import Enum

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

# All distances are multiples of this.
GRID_PX = 4
# A window's edge, between groups, between lines.
EDGE_PX, GROUP_PX, LINE_PX = 3 * GRID_PX, 2 * GRID_PX, GRID_PX


class Size(Enum):
    """The three text sizes, as factors of the desktop's own."""

    TITLE = 1.25
    BODY = 1.0
    SMALL = 0.9


def font(size: Size = Size.BODY, *, bold: bool = False) -> QFont:
    """The desktop's font in one of the three sizes, with figures of equal width."""
    made = QFont(QApplication.font())
    if size is not Size.BODY:
        made.setPointSizeF(made.pointSizeF() * size.value)
    made.setBold(bold)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made
