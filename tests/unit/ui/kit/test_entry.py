"""Enter in a field that has a button of its own, and nothing left in it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout
from pytestqt.qtbot import QtBot

from trayapp.ui.kit.entry import Entry


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_is_told_and_presses_no_other_button(qtbot: QtBot, key: Qt.Key) -> None:
    dialog, entry, button = QDialog(), Entry(), QPushButton("OK")
    qtbot.addWidget(dialog)
    column = QVBoxLayout(dialog)
    column.addWidget(entry)
    column.addWidget(button)
    button.setDefault(True)
    pressed: list[str] = []
    button.clicked.connect(lambda: pressed.append("OK"))
    entry.entered.connect(lambda: pressed.append("entered"))
    dialog.show()
    QTest.keyClicks(entry, "abc")
    QTest.keyClick(entry, key)
    assert pressed == ["entered"]
    assert entry.text() == "abc"


def test_what_was_wiped_does_not_come_back(qtbot: QtBot) -> None:
    entry = Entry()
    qtbot.addWidget(entry)
    QTest.keyClicks(entry, "secret")
    entry.wipe()
    QTest.keyClick(entry, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert entry.text() == ""
