"""Buttons: one shape in every window and on every desktop, and at most one of a window in the accent colour."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOption, QWidget

from trayapp.ui.kit.colours import HOVER, PRESSED, hairline, mix, on_accent
from trayapp.ui.kit.tokens import ARROW_PX, CONTROL_RADIUS_PX, EDGE_PX, GRID_PX, GROUP_PX

ABOVE_PX = 5
"""Above and below the words, before the height is made a multiple of the grid."""
FOCUS_PX = 2.0


class Button(QPushButton):
    """`primary`: what answers the moment, and what Enter presses where nothing else has it."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, primary: bool = False) -> None:
        super().__init__(text, parent)
        self._primary = False
        self.set_primary(primary)

    @property
    def is_primary(self) -> bool:
        return self._primary

    def set_primary(self, primary: bool) -> None:
        if primary != self._primary:
            self._primary = primary
            self.setDefault(primary)
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        text = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text())
        arrow = ARROW_PX + GRID_PX if self.menu() is not None else 0
        height = -(-(text.height() + 2 * ABOVE_PX) // GRID_PX) * GRID_PX
        return QSize(text.width() + 2 * EDGE_PX + arrow, height)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        palette = self.palette()
        primary = self._primary and self.isEnabled()
        ink = on_accent(palette) if primary else palette.color(QPalette.ColorRole.ButtonText)
        face = palette.color(QPalette.ColorRole.Highlight if primary else QPalette.ColorRole.Button)
        if self.isDown():
            face = mix(ink, face, PRESSED)
        elif self.isEnabled() and self.underMouse():
            face = mix(ink, face, HOVER)
        painter = QPainter(self)
        self._draw(painter, face, face if primary else hairline(palette), ink)
        painter.end()

    def _draw(self, painter: QPainter, face: QColor, edge: QColor, ink: QColor) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(face)
        painter.setPen(QPen(edge, 1.0))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, CONTROL_RADIUS_PX, CONTROL_RADIUS_PX)
        if is_keyed(self):
            ring(painter, box, ink if self._primary else self.palette().color(QPalette.ColorRole.Highlight))
        words = self.rect().adjusted(GROUP_PX, 0, -GROUP_PX, 0)
        if self.menu() is not None:
            words.setRight(words.right() - ARROW_PX - GRID_PX)
            option = QStyleOption()
            option.initFrom(self)
            option.rect = QRect(words.right() + GRID_PX, (self.height() - ARROW_PX) // 2, ARROW_PX, ARROW_PX)
            self.style().drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorArrowDown, option, painter, self)
        painter.setPen(ink)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextShowMnemonic
        painter.drawText(words, int(flags), self.text())


def is_keyed(button: QPushButton) -> bool:
    """Whether the keyboard is on it, and was used to get there: a window that opens needs no ring."""
    return button.hasFocus() and button.window().testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)


def ring(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """That the keyboard is here, inside the edges of `box`."""
    painter.setBrush(QColor(0, 0, 0, 0))
    painter.setPen(QPen(colour, FOCUS_PX))
    inside = box.adjusted(1.5, 1.5, -1.5, -1.5)
    painter.drawRoundedRect(inside, CONTROL_RADIUS_PX - 1, CONTROL_RADIUS_PX - 1)
