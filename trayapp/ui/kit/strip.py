"""A strip of days or hours in their lights, told apart by height before colour; for a row of its own and for tables."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from trayapp.core.light.severity import Light
from trayapp.ui.kit.colours import LIGHTS
from trayapp.ui.kit.label import as_tooltip
from trayapp.ui.kit.tokens import GRID_PX

HEIGHT_PX = 4 * GRID_PX
# Of a strip that stands beside words.
CELL_PX = GRID_PX
# Narrower a cell is no cell any more, wider it is a block.
NARROWEST_PX, WIDEST_PX = 2, 2 * GRID_PX
CELLS_ROLE = Qt.ItemDataRole.UserRole + 1
TIP_ROLE = Qt.ItemDataRole.UserRole + 2

# The worse, the higher: a strip is read without its colours as well.
_HEIGHTS = {Light.GREEN: 0.4, Light.YELLOW: 0.7, Light.RED: 1.0, Light.GREY: 0.15}

Cells = Sequence[Light | None]
Tip = Callable[[int], str]
"""What the cell of this number is, in words."""


def paint_strip(painter: QPainter, box: QRectF, cells: Cells, palette: QPalette) -> None:
    """Draw the cells from left to right, standing on the box's lower edge; where nobody watched there is a dot."""
    if not cells:
        return
    step = _step(box.width(), len(cells))
    gap = 1.0 if step >= NARROWEST_PX + 1 else 0.0
    faint = palette.color(QPalette.ColorRole.PlaceholderText)
    for place, light in enumerate(cells):
        left = box.left() + place * step
        height = box.height() * (_HEIGHTS[light] if light is not None else 0.0) or 1.0
        colour = QColor(LIGHTS[light]) if light is not None else faint
        painter.fillRect(QRectF(left, box.bottom() - height, step - gap, height), colour)


def cell_at(x: float, width: float, count: int) -> int | None:
    """Which of so many cells lies there."""
    place = int(x // _step(width, count)) if count else -1
    return place if 0 <= place < count else None


def _step(width: float, count: int) -> float:
    return min(float(WIDEST_PX), width / count)


class Strip(QWidget):
    """One strip. `draw` gives it cells, what each of them says when somebody asks, and a name for those who hear it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells: Cells = ()
        self._tip: Tip = str
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def draw(self, cells: Cells, tip: Tip, name: str) -> None:
        self._tip = tip
        if tuple(cells) != self._cells:
            self._cells = tuple(cells)
            self.updateGeometry()
            self.update()
        self.setAccessibleName(name)
        self.setVisible(bool(cells))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(len(self._cells) * CELL_PX, HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        paint_strip(painter, QRectF(self.rect()), self._cells, self.palette())
        painter.end()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            place = cell_at(event.x(), self.width(), len(self._cells))
            self.setToolTip("" if place is None else as_tooltip(self._tip(place)))
        return super().event(event)


class StripDelegate(QStyledItemDelegate):
    """Draws the strip of a table's cell whose item has `CELLS_ROLE`, and says with its `TIP_ROLE` what each part is."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        cells = index.data(CELLS_ROLE)
        if cells:
            box = _inside(option)
            if option.state & QStyle.StateFlag.State_Selected:
                # Green and red are hard to tell on the colour of a chosen row.
                painter.fillRect(box.adjusted(-2, -2, 2, 2), option.palette.base())
            paint_strip(painter, box, cells, option.palette)

    def sizeHint(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        hint = super().sizeHint(option, index)
        cells = index.data(CELLS_ROLE)
        return QSize(len(cells) * GRID_PX, max(hint.height(), HEIGHT_PX + 2 * GRID_PX)) if cells else hint

    def helpEvent(  # noqa: N802 - Qt's name
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        box = _inside(option)
        place = cell_at(event.x() - box.left(), box.width(), len(index.data(CELLS_ROLE) or ()))
        if place is None:
            return super().helpEvent(event, view, option, index)
        QToolTip.showText(event.globalPos(), as_tooltip(index.data(TIP_ROLE)(place)), view)
        return True


def _inside(option: QStyleOptionViewItem) -> QRectF:
    box = QRectF(option.rect)
    return box.adjusted(GRID_PX, (box.height() - HEIGHT_PX) / 2, -GRID_PX, -(box.height() - HEIGHT_PX) / 2)
