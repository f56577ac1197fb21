"""Enter is for the button that the keyboard is on, and for no other."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.support.pictures import settle
from trayapp.ui.kit.enter import enter_presses


def test_enter_presses_what_has_the_focus(qtbot: QtBot) -> None:
    window, pressed = QWidget(), []
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    buttons = [QPushButton(name, window) for name in ("one", "two")]
    check = QCheckBox("three", window)
    for part in (*buttons, check):
        column.addWidget(part)
        part.clicked.connect(lambda _on=False, part=part: pressed.append(part.text()))
    enter_presses(window)
    window.show()
    window.activateWindow()
    for part, key in ((buttons[1], Qt.Key.Key_Return), (buttons[0], Qt.Key.Key_Enter), (check, Qt.Key.Key_Return)):
        part.setFocus()
        settle()
        QTest.keyClick(part, key)
    assert pressed == ["two", "one"]
