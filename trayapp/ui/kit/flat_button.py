"""Buttons without a frame, which still show when the keyboard is on them, and what a click does."""

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOption, QStyleOptionFocusRect, QStylePainter, QWidget

from trayapp.ui.kit.tokens import GRID_PX, GROUP_PX

ARROW_PX = 3 * GRID_PX


class FlatButton(QPushButton):
    """Flat until it is pressed. Qt's own style draws the focus on a button's frame only, and here there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFlat(True)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        if self.hasFocus():
            painter = QStylePainter(self)
            option = QStyleOptionFocusRect()
            option.initFrom(self)
            painter.drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, option)
            painter.end()


class Unfolding(FlatButton):
    """Something unfolds below it; the arrow, so far from its right edge, says whether it has."""

    def __init__(self, parent: QWidget | None = None, *, edge_px: int = 0) -> None:
        super().__init__(parent)
        self._edge_px = edge_px
        self.setCheckable(True)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        painter = QStylePainter(self)
        option = QStyleOption()
        option.initFrom(self)
        left = self.width() - self._edge_px - ARROW_PX
        option.rect = QRect(left, (self.height() - ARROW_PX) // 2, ARROW_PX, ARROW_PX)
        down, aside = QStyle.PrimitiveElement.PE_IndicatorArrowDown, QStyle.PrimitiveElement.PE_IndicatorArrowRight
        painter.drawPrimitive(down if self.isChecked() else aside, option)
        painter.end()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        # Text stands in the middle: as much on the left as on the right.
        return super().sizeHint() + QSize(2 * (self._edge_px + GROUP_PX), 0)
