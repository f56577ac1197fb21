"""Scrolling a page changes nothing under the pointer."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.support.pictures import settle
from trayapp.ui.kit.wheel import calm

Field = QComboBox | QSpinBox | QDoubleSpinBox


def value(field: Field) -> float:
    return field.currentIndex() if isinstance(field, QComboBox) else field.value()


def taken(field: Field) -> bool:
    """Turn the wheel over `field`; what it does not take scrolls what is around it."""
    place, step = QPointF(field.rect().center()), QPoint(0, -120)
    phase, none, free = Qt.ScrollPhase.NoScrollPhase, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    turn = QWheelEvent(place, QPointF(field.mapToGlobal(place)), QPoint(), step, none, free, phase, False)
    QApplication.sendEvent(field, turn)
    return turn.isAccepted()


@pytest.mark.parametrize("kind", [QComboBox, QSpinBox, QDoubleSpinBox])
def test_only_what_was_chosen_follows_the_wheel(kind: type[Field], qtbot: QtBot) -> None:
    field, other, page = kind(), QLineEdit(), QWidget()
    qtbot.addWidget(page)
    if isinstance(field, QComboBox):
        field.addItems(["a", "b"])
    else:
        field.setValue(50)
    calm(field)
    column = QVBoxLayout(page)
    column.addWidget(other)
    column.addWidget(field)
    page.show()
    other.setFocus()
    settle()
    before = value(field)
    assert not taken(field)
    assert not field.hasFocus()
    assert value(field) == before
    field.setFocus()
    settle()
    assert taken(field)
    assert value(field) != before
