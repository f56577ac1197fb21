"""What belongs together, on a card; and a ground in the tint of a light."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from trayapp.core.light.severity import Light
from trayapp.ui.kit.colours import hairline, lifted, tint
from trayapp.ui.kit.tokens import CARD_RADIUS_PX, EDGE_PX, GROUP_PX


class Card(QWidget):
    """Its parts go into `column`, from top to bottom."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        self.column.setSpacing(GROUP_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(lifted(self.palette()))
        painter.setPen(QPen(hairline(self.palette()), 1.0))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), CARD_RADIUS_PX, CARD_RADIUS_PX)
        painter.end()


class Ground(QWidget):
    """As wide as its window, in the tint of its light, with a line below. Its parts go into `column`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._light = Light.GREY
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        self.column.setSpacing(EDGE_PX)

    def shine(self, light: Light) -> None:
        if light is not self._light:
            self._light = light
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), tint(self._light, self.palette()))
        painter.fillRect(0, self.height() - 1, self.width(), 1, hairline(self.palette()))
        painter.end()


class Rule(QWidget):
    """A line across."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), hairline(self.palette()))
        painter.end()
