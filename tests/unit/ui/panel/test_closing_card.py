"""The card at the end of the demo, by its own buttons and keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.support.windows import button
from trayapp.ui.panel.closing_card import ClosingCard, Next


@pytest.fixture
def card(qtbot: QtBot) -> ClosingCard:
    card = ClosingCard()
    qtbot.addWidget(card)
    card.show()
    return card


@pytest.mark.parametrize(
    ("press", "following"), [("Again", Next.AGAIN), ("Set up my fallback", Next.SET_UP), ("Close", Next.NOTHING)]
)
def test_each_button_says_what_comes_next(qtbot: QtBot, card: ClosingCard, press: str, following: Next) -> None:
    with qtbot.waitSignal(card.chosen) as chosen:
        QTest.mouseClick(button(card, press), Qt.MouseButton.LeftButton)
    assert chosen.args == [following]
    assert not card.isVisible()


@pytest.mark.parametrize(("key", "following"), [(Qt.Key.Key_Escape, Next.NOTHING), (Qt.Key.Key_Return, Next.SET_UP)])
def test_keys(qtbot: QtBot, card: ClosingCard, key: Qt.Key, following: Next) -> None:
    with qtbot.waitSignal(card.chosen) as chosen:
        QTest.keyClick(card, key)
    assert chosen.args == [following]
