"""No window is opened larger than its screen: its buttons would be out of reach."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.support.fake_commands import RecordingCommands
from trayapp.ui.chat.window import ChatWindow
from trayapp.ui.history.window import HistoryWindow
from trayapp.ui.kit.room import SCREEN_SHARE, fitting
from trayapp.ui.settings.dialog import SettingsDialog


def test_what_is_wanted_or_what_there_is(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    room = window.screen().availableGeometry()
    assert fitting(window, 300, 200) == QSize(300, 200)
    assert fitting(window, 99_999, 99_999) == QSize(int(room.width() * SCREEN_SHARE), int(room.height() * SCREEN_SHARE))


@pytest.mark.parametrize("kind", [ChatWindow, HistoryWindow, SettingsDialog])
def test_large_letters_make_no_window_larger_than_its_screen(
    qtbot: QtBot, qapp: QApplication, kind: type[ChatWindow | HistoryWindow | SettingsDialog]
) -> None:
    before = QApplication.font()
    QApplication.setFont(QFont(before.family(), 24))
    try:
        window = kind(RecordingCommands())
        qtbot.addWidget(window)
        room = window.screen().availableGeometry()
        assert window.width() <= room.width()
        assert window.height() <= room.height()
    finally:
        QApplication.setFont(before)
