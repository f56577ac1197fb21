"""A button: one is primary, who has no mouse sees where they are, and its corners are round."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.support.pictures import settle
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.tokens import GRID_PX


def shown(qtbot: QtBot, *buttons: Button) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    for button in buttons:
        column.addWidget(button)
    window.show()
    window.activateWindow()
    settle()
    return window


def face(button: Button) -> QColor:
    """Beside its words."""
    return button.grab().toImage().pixelColor(4, button.height() // 2)


def test_the_primary_one_has_the_accent_and_enter(qtbot: QtBot) -> None:
    plain, primary = Button("Close"), Button("Add", primary=True)
    window = shown(qtbot, plain, primary)
    accent = primary.palette().color(QPalette.ColorRole.Highlight)
    assert face(primary) == accent != face(plain)
    assert (primary.isDefault(), plain.isDefault()) == (True, False)
    primary.setEnabled(False)
    assert face(primary) != accent, "what cannot be pressed does not call for it"
    primary.set_primary(False)
    assert not primary.isDefault()
    window.close()


def test_the_keyboard_is_seen_and_a_window_that_opens_has_no_ring(qtbot: QtBot) -> None:
    first, second = Button("Check now"), Button("Chat")
    window = shown(qtbot, first, second)
    second.setFocus()
    without = second.grab().toImage()
    first.setFocus()
    settle()
    QTest.keyClick(first, Qt.Key.Key_Tab)
    settle()
    assert second.hasFocus()
    assert second.grab().toImage() != without
    window.close()


def test_its_height_is_on_the_grid_and_its_words_have_room(qtbot: QtBot) -> None:
    button = Button("Fish & Chips")
    plain = button.sizeHint()
    assert plain.height() % GRID_PX == 0
    assert plain.width() > button.fontMetrics().horizontalAdvance(button.text())
    menu = QMenu(button)
    button.setMenu(menu)
    assert button.sizeHint().width() > plain.width(), "its arrow stands beside the words"
