"""The measures that every window is put together from: one grid, its distances, and three text sizes."""

from enum import Enum

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

# All distances are multiples of this.
GRID_PX = 4
# A window's edge, between groups, between lines.
EDGE_PX, GROUP_PX, LINE_PX = 3 * GRID_PX, 2 * GRID_PX, GRID_PX
CARD_RADIUS_PX, CONTROL_RADIUS_PX = 8, 6
ARROW_PX = 3 * GRID_PX


class Size(Enum):
    """The three text sizes, 17, 13 and 11 px where the desktop's own is 13, as factors of that."""

    TITLE = 17 / 13
    BODY = 1.0
    SMALL = 11 / 13


def font(size: Size = Size.BODY, *, bold: bool = False) -> QFont:
    """The desktop's font in one of the three sizes, with figures of equal width."""
    made = QFont(QApplication.font())
    if size is not Size.BODY:
        _scale(made, size.value)
    made.setBold(bold)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def _scale(made: QFont, factor: float) -> None:
    # A desktop may name its font's size in either.
    if made.pointSizeF() > 0:
        made.setPointSizeF(made.pointSizeF() * factor)
    else:
        made.setPixelSize(round(made.pixelSize() * factor))
