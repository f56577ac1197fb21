""" "Fails for me" in an unfolded row: asked by a click or in words, answered in place, gone with its light."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from tests.support import states
from tests.support.pictures import settle
from tests.support.snapshots import service, snapshot
from tests.support.windows import button
from trayapp.core.mine.fails import fails
from trayapp.core.snapshot import Snapshot
from trayapp.errors import Problem
from trayapp.settings.symptoms import known
from trayapp.ui.commands import CommandResult, FailsView
from trayapp.ui.panel.fails_card import FailsCard
from trayapp.ui.panel.window import Panel


@pytest.fixture
def panel(qtbot: QtBot, english: None) -> Panel:
    panel = Panel()
    qtbot.addWidget(panel)
    panel.draw(states.down())
    panel.open_at("openai-api")
    return panel


def card(panel: Panel) -> FailsCard:
    details = panel.rows["openai-api"].details
    assert details is not None
    return details.fails


def view(s: Snapshot, words: str = "") -> FailsView:
    answer = fails(s, "openai-api", known().find(words))
    assert answer is not None
    return FailsView(answer, s)


def ask(panel: Panel, qtbot: QtBot) -> list[object]:
    with qtbot.waitSignal(panel.fails, timeout=1000) as asked:
        button(panel, "Fails for me").click()
    return list(asked.args)


def test_nothing_is_in_the_way_until_it_is_asked_for(panel: Panel, qtbot: QtBot) -> None:
    assert not card(panel).isVisible()
    assert ask(panel, qtbot) == ["openai-api", ""]
    assert card(panel).verdict.text() == "Looking…"
    panel.show_answer("openai-api", CommandResult(view(states.down())))
    assert card(panel).verdict.text() == "It is them, not you. OpenAI API is down."
    assert card(panel).lines.texts[0].startswith("Reloading does not help")


def test_what_is_seen_is_typed_and_asked_with_enter(panel: Panel, qtbot: QtBot) -> None:
    ask(panel, qtbot)
    entry = card(panel).entry
    assert entry.hasFocus()
    QTest.keyClicks(entry, "to many requests")
    with qtbot.waitSignal(panel.fails, timeout=1000) as asked:
        QTest.keyClick(entry, Qt.Key.Key_Return)
    assert asked.args == ["openai-api", "to many requests"]
    panel.show_answer("openai-api", CommandResult(view(states.down(), "too many requests")))
    assert "What you see is usually on your side; this time it is not." in card(panel).lines.texts
    assert panel.isVisible(), "Enter is for the field, not for the window"


def test_an_answer_is_gone_with_the_light_that_it_was_about(panel: Panel, qtbot: QtBot) -> None:
    ask(panel, qtbot)
    panel.show_answer("openai-api", CommandResult(view(states.down())))
    panel.draw(states.down())
    assert card(panel).verdict.text()
    panel.draw(states.fine())
    assert not card(panel).verdict.isVisible()
    assert card(panel).lines.texts == ()


def test_what_cannot_be_asked_says_why(panel: Panel, qtbot: QtBot) -> None:
    ask(panel, qtbot)
    panel.show_answer("openai-api", CommandResult(problems=(Problem("not_watched", name="openai-api"),)))
    (text,) = card(panel).lines.texts
    assert "openai-api" in text


def test_an_answer_for_a_row_that_has_gone_is_dropped(panel: Panel) -> None:
    panel.show_answer("mistral", CommandResult(view(states.down())))
    panel.show_answer("chatgpt", CommandResult(view(snapshot(service("openai-api")))))


def test_there_is_one_primary_button(panel: Panel, qtbot: QtBot) -> None:
    ask(panel, qtbot)
    defaults = [one for one in panel.findChildren(QAbstractButton) if getattr(one, "isDefault", lambda: False)()]
    assert defaults == [panel.bar.there]


def test_the_answer_is_in_view_in_a_panel_that_scrolls(panel: Panel, qtbot: QtBot) -> None:
    panel.resize(panel.width(), panel.minimumSizeHint().height() + 280)
    settle()
    ask(panel, qtbot)
    panel.show_answer("openai-api", CommandResult(view(states.down(), "login loops")))
    settle()
    last = card(panel).lines
    assert last.isVisible()
    assert not last.visibleRegion().isEmpty()
    assert last.visibleRegion().boundingRect().bottom() == last.rect().bottom(), "down to its last word"
