"""Tab goes through a window as it is read."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.support.fake_commands import RecordingCommands
from tests.support.pictures import settle
from trayapp.settings.schema import Settings
from trayapp.ui.kit.focus import TabOrder
from trayapp.ui.settings.dialog import SettingsDialog


def walk(first: QWidget, stops: int) -> list[QWidget]:
    first.setFocus()
    visited = []
    for _ in range(stops):
        now = QApplication.focusWidget()
        assert now is not None
        visited.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
    return visited


def test_what_is_made_later_finds_its_place(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    last, first, choice = QPushButton("last"), QLineEdit(), QComboBox()
    choice.setEditable(True)
    order = TabOrder()
    for one in (first, choice, last):
        column.addWidget(one)
    order.follow([first, choice, last])
    added = QPushButton("added")
    column.insertWidget(1, added)
    order.follow([first, added, choice, last])
    window.show()
    window.activateWindow()
    settle()
    visited = walk(first, 4)
    assert visited[0] is first
    assert visited[1] is added
    assert visited[3] is last


def test_the_settings_go_from_the_list_through_the_page_to_the_buttons(qtbot: QtBot) -> None:
    dialog = SettingsDialog(RecordingCommands(Settings(), tools=("editor",)))
    qtbot.addWidget(dialog)
    dialog.open_at("general")
    dialog.activateWindow()
    settle()
    visited = walk(dialog.list, 7)
    fields = [one.editor.widget for form in dialog.pages["general"].forms for one in form.fields.values()]
    assert visited[0] is dialog.list
    assert visited[1:4] == fields
    assert set(visited[4:]) == {dialog.ok_button, dialog.apply_button, dialog.cancel_button}
