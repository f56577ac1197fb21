"""The question before the end, when tools still use the gateway."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from tests.support import states
from trayapp.ui.commands import Leave
from trayapp.ui.panel.quit import ask_to_quit


@pytest.mark.parametrize(
    ("press", "expected"),
    [
        ("Keep the gateway running", Leave.KEEP_GATEWAY),
        ("Set the tools back", Leave.SET_TOOLS_BACK),
        ("Cancel", None),
        ("", None),
    ],
)
def test_each_answer(qtbot: QtBot, press: str, expected: Leave | None) -> None:
    seen: list[str] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.extend((box.text(), box.informativeText()))
        assert box.textFormat() is Qt.TextFormat.PlainText
        if press:
            next(one for one in box.buttons() if one.text() == press).click()
        else:
            box.reject()

    QTimer.singleShot(0, answer)
    assert ask_to_quit(states.local_now()) is expected
    assert seen[0] == "Tools still use the gateway"
    assert seen[1].endswith("editor, nightly")
