"""A strip: told apart by height, one tip a cell, in a row and in a table."""

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPalette
from PySide6.QtWidgets import QStyleOptionViewItem, QToolTip, QTreeWidget, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from trayapp.core.light.severity import Light
from trayapp.ui.kit.strip import CELL_PX, CELLS_ROLE, HEIGHT_PX, TIP_ROLE, Strip, StripDelegate, cell_at, paint_strip
from trayapp.ui.kit.tokens import GRID_PX

CELLS = (Light.GREEN, Light.YELLOW, Light.RED, Light.GREY, None)


def heights(image: QImage) -> list[int]:
    """How high each cell of 8 pixels stands."""
    white = QColor("white").rgb()
    return [
        sum(image.pixel(place * 8 + 2, y) != white for y in range(image.height()))
        for place in range(image.width() // 8)
    ]


def test_the_worse_the_higher(qtbot: QtBot) -> None:
    image = QImage(40, 20, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    paint_strip(painter, QRectF(0, 0, 40, 20), CELLS, QPalette())
    painter.end()
    green, yellow, red, grey, nothing = heights(image)
    assert red > yellow > green > grey > nothing > 0


@pytest.mark.parametrize(("x", "cell"), [(0.0, 0), (3.9, 0), (4.0, 1), (39.0, 9), (40.0, None), (-1.0, None)])
def test_what_lies_under_the_pointer(x: float, cell: int | None) -> None:
    assert cell_at(x, 40.0, 10) == cell
    assert cell_at(x, 40.0, 0) is None


def test_in_a_row_it_says_what_each_part_is(qtbot: QtBot) -> None:
    strip = Strip()
    qtbot.addWidget(strip)
    strip.draw((), str, "")
    assert not strip.isVisible()
    strip.draw(CELLS, lambda at: "ab<de"[at], "5 hours: 1 fine")
    strip.resize(strip.sizeHint())
    assert strip.sizeHint().width() == 5 * CELL_PX
    assert strip.height() == HEIGHT_PX
    assert strip.accessibleName() == "5 hours: 1 fine"
    strip.event(QHelpEvent(QHelpEvent.Type.ToolTip, QPoint(2 * CELL_PX, 3), QPoint(0, 0)))
    assert strip.toolTip() == "<p>&lt;</p>"


def test_in_a_table_as_well(qtbot: QtBot) -> None:
    table = QTreeWidget()
    qtbot.addWidget(table)
    item = QTreeWidgetItem([""])
    item.setData(0, CELLS_ROLE, CELLS)
    item.setData(0, TIP_ROLE, lambda at: "abcde"[at])
    table.addTopLevelItem(item)
    delegate = StripDelegate(table)
    table.setItemDelegate(delegate)
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, 48, 28)
    index = table.model().index(0, 0)
    assert delegate.sizeHint(option, index).height() > HEIGHT_PX
    assert delegate.helpEvent(QHelpEvent(QHelpEvent.Type.ToolTip, QPoint(5, 5), QPoint(0, 0)), table, option, index)
    assert QToolTip.text() == "<p>a</p>"
    QToolTip.hideText()
    table.show()
    assert not table.grab().isNull()


def test_on_a_chosen_row_it_stands_on_its_own_ground(qtbot: QtBot) -> None:
    palette, base = QPalette(), QColor("#fefefe")
    palette.setColor(QPalette.ColorRole.Highlight, QColor("#3daee9"))
    palette.setColor(QPalette.ColorRole.Base, base)
    table = QTreeWidget()
    qtbot.addWidget(table)
    table.setPalette(palette)
    item = QTreeWidgetItem([""])
    item.setData(0, CELLS_ROLE, (None, Light.GREEN))
    table.addTopLevelItem(item)
    table.setItemDelegate(StripDelegate(table))
    table.setRootIsDecorated(False)
    table.setCurrentItem(item)
    box = table.visualItemRect(item)
    # Above the dot of the first cell, where there is nothing.
    assert table.viewport().grab().toImage().pixelColor(box.x() + GRID_PX + 1, box.center().y()) == base
