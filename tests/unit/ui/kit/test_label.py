"""Labels show text as text, whatever it holds."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from trayapp.ui.kit.label import Label, as_tooltip, breakable, label
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.tokens import Size

MARKUP = "<img src='file:///etc/passwd'><b>bold</b> & <br>"


@pytest.mark.parametrize("options", [{}, {"wrap": True}, {"elide": True}, {"selectable": True}])
def test_every_label_is_plain_text(qtbot: QtBot, options: dict[str, bool]) -> None:
    made = label(MARKUP, **options)  # type: ignore[arg-type]  # only switches are given
    qtbot.addWidget(made)
    assert made.textFormat() is Qt.TextFormat.PlainText
    assert made.text().replace("\u200b", "") == MARKUP


def test_a_long_word_can_be_broken() -> None:
    address = "https://" + "x" * 100
    assert breakable(address).replace("\u200b", "") == address
    assert max(map(len, breakable(address).split("\u200b"))) <= 24
    assert breakable("Words of every day stay whole.") == "Words of every day stay whole."


def test_a_wrapped_label_never_asks_for_the_width_of_a_long_word(qtbot: QtBot) -> None:
    made = label("W" * 400, wrap=True)
    qtbot.addWidget(made)
    assert made.minimumSizeHint().width() < made.fontMetrics().horizontalAdvance("W" * 30)


def test_an_elided_label_gives_way_and_keeps_its_words(qtbot: QtBot) -> None:
    made = label("a sentence that does not fit " * 5, elide=True)
    qtbot.addWidget(made)
    made.resize(80, 20)
    made.show()
    qtbot.waitExposed(made)
    assert made.minimumSizeHint().width() < 100
    assert made.text().startswith("a sentence")
    assert not made.grab().isNull()


def test_the_same_text_again_changes_nothing(qtbot: QtBot) -> None:
    class Counting(Label):
        geometry_updates = 0

        def updateGeometry(self) -> None:
            self.geometry_updates += 1
            super().updateGeometry()

    made = Counting("text", Size.BODY, False, False, None)
    qtbot.addWidget(made)
    before = made.geometry_updates
    made.setText("text")
    assert made.geometry_updates == before
    made.setText("other")
    assert made.geometry_updates > before


def test_tool_tips_and_actions_are_escaped() -> None:
    assert as_tooltip("a <b>\n& c") == "<p>a &lt;b&gt;<br>&amp; c</p>"
    assert as_action("R&D && more") == "R&&D &&&& more"
