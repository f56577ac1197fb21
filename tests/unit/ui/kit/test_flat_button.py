"""A flat button: whoever has no mouse sees where the focus is."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.support.pictures import settle
from trayapp.ui.kit.flat_button import FlatButton


@pytest.mark.parametrize("checked", [False, True])
def test_the_focus_can_be_seen(qtbot: QtBot, checked: bool) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    flat, other = FlatButton(window), QPushButton("Settings", window)
    column.addWidget(other)
    column.addWidget(flat)
    flat.setCheckable(True)
    flat.setChecked(checked)
    window.show()
    window.activateWindow()
    other.setFocus()
    settle()
    without = flat.grab().toImage()
    QTest.keyClick(other, Qt.Key.Key_Tab)
    settle()
    assert flat.hasFocus()
    assert flat.grab().toImage() != without
    QTest.keyClick(flat, Qt.Key.Key_Tab)
    settle()
    assert flat.grab().toImage() == without
