"""What needs attention: standing problems come and go, what failed stays until it is closed."""

from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from trayapp.errors import Problem
from trayapp.ui.kit.notices import Notices, sentence

PORT = Problem("port_in_use", port=17502)


def test_title_and_message_make_one_text() -> None:
    assert sentence(PORT).startswith("Port 17502 is taken. Another program listens on port 17502.")
    assert sentence(("port_in_use", {"port": 1})) == sentence(Problem("port_in_use", port=1))


def test_a_secret_looking_code_without_words_is_named(qtbot: QtBot) -> None:
    assert "no_such_code" in sentence(Problem("no_such_code"))


def test_problems_come_and_go(qtbot: QtBot) -> None:
    notices = Notices()
    qtbot.addWidget(notices)
    assert notices.isHidden()
    notices.standing([PORT])
    assert list(notices.texts) == [sentence(PORT)]
    notices.remark("There is no tray.")
    notices.failed([Problem("disk_full", path="/x")])
    assert [text.split(".")[0] for text in notices.texts] == [
        "There is no tray",
        "Port 17502 is taken",
        "The disk is full",
    ]
    notices.standing([])
    notices.remark("")
    assert len(notices.texts) == 1
    close = notices.findChildren(QAbstractButton)
    next(one for one in close if one.accessibleName() == "Close").click()
    assert list(notices.texts) == []
    assert notices.isHidden()


def test_only_what_failed_can_be_closed(qtbot: QtBot) -> None:
    notices = Notices()
    qtbot.addWidget(notices)
    notices.standing([PORT])
    notices.show()
    assert not [one for one in notices.findChildren(QAbstractButton) if one.isVisible()]
