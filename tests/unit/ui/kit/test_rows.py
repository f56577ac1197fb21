"""Rows of lists have room, and lose nothing."""

from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from tests.support.pictures import settle
from trayapp.ui.kit.rows import roomy


def test_rows_are_high_enough_and_never_wider_than_the_list(qtbot: QtBot) -> None:
    rows = QListWidget()
    qtbot.addWidget(rows)
    rows.addItems(["short", "long " * 40])
    bare = rows.sizeHintForRow(0)
    roomy(rows)
    rows.resize(100, 100)
    rows.show()
    settle()
    assert rows.sizeHintForRow(0) == bare + 8
    assert not rows.horizontalScrollBar().isVisible()
