"""A press is answered at once, whatever comes of it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from trayapp.ui.panel import check_button
from trayapp.ui.panel.check_button import CheckButton


def test_it_shows_that_it_was_heard_and_asks_once(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_button, "HEARD_MS", 50)
    window, asked = QWidget(), []
    qtbot.addWidget(window)
    button = CheckButton(window)
    button.asked.connect(lambda: asked.append(True))
    button.speak()
    assert button.text() == "Check now"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.text() == "Looking…"
    assert asked == [True]
    qtbot.waitUntil(lambda: button.text() == "Check now")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == [True, True]
