"""Buttons without a frame, which still show when the keyboard is on them, and what a click does."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOption, QWidget

from trayapp.ui.kit.button import is_keyed, ring
from trayapp.ui.kit.colours import HOVER, PRESSED
from trayapp.ui.kit.tokens import ARROW_PX, CONTROL_RADIUS_PX, GRID_PX, GROUP_PX


class FlatButton(QPushButton):
    """Only its words, until the pointer or the keyboard is on it."""

    def __init__(self, parent: QWidget | None = None, *, inset_px: int = 0) -> None:
        super().__init__(parent)
        self._inset_px = inset_px
        self.setFlat(True)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        ink = QColor(palette.color(QPalette.ColorRole.WindowText))
        box = QRectF(self.rect()).adjusted(self._inset_px, 0, -self._inset_px, 0)
        if self.isEnabled() and (self.isDown() or self.underMouse()):
            ink.setAlphaF(PRESSED if self.isDown() else HOVER)
            painter.setBrush(ink)
            painter.setPen(QColor(0, 0, 0, 0))
            painter.drawRoundedRect(box, CONTROL_RADIUS_PX, CONTROL_RADIUS_PX)
        if is_keyed(self):
            ring(painter, box, palette.color(QPalette.ColorRole.Highlight))
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextShowMnemonic), self.text())
        painter.end()


class Unfolding(FlatButton):
    """Something unfolds below it; the arrow, so far from its right edge, says whether it has."""

    def __init__(self, parent: QWidget | None = None, *, edge_px: int = 0) -> None:
        # As wide as its window, it is not seen to touch the edges.
        super().__init__(parent, inset_px=min(edge_px, GRID_PX))
        self._edge_px = edge_px
        self.setCheckable(True)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        left = self.width() - self._edge_px - ARROW_PX
        option.rect = QRect(left, (self.height() - ARROW_PX) // 2, ARROW_PX, ARROW_PX)
        down, aside = QStyle.PrimitiveElement.PE_IndicatorArrowDown, QStyle.PrimitiveElement.PE_IndicatorArrowRight
        self.style().drawPrimitive(down if self.isChecked() else aside, option, painter, self)
        painter.end()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        # Text stands in the middle: as much on the left as on the right.
        return super().sizeHint() + QSize(2 * (self._edge_px + GROUP_PX), 0)
