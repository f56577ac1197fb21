"""One service's row: folded it costs nothing, unfolded it follows."""

import pytest
from msgspec import structs
from pytestqt.qtbot import QtBot

from tests.support import states
from tests.support.pictures import settle
from tests.support.snapshots import INCIDENT, NOW
from trayapp.core.snapshot import Snapshot
from trayapp.ui.panel.row import ServiceRow


def draw(row: ServiceRow, s: Snapshot, service: str = "openai-api") -> None:
    verdict = s.judgement.service(service)
    assert verdict is not None
    row.draw(verdict, s)


@pytest.fixture
def row(qtbot: QtBot) -> ServiceRow:
    row = ServiceRow()
    qtbot.addWidget(row)
    draw(row, states.fine())
    row.show()
    return row


def test_details_are_made_when_they_are_first_wanted(row: ServiceRow, qtbot: QtBot) -> None:
    before = row.details
    assert before is None
    with qtbot.waitSignal(row.folded, timeout=1000) as told:
        row.head.click()
    assert told.args == [True]
    assert row.details is not None
    assert row.details.isVisible()
    with qtbot.waitSignal(row.folded, timeout=1000) as told:
        row.head.click()
    assert told.args == [False]
    assert not row.details.isVisible()


def test_unfolded_it_follows_what_happens(row: ServiceRow) -> None:
    row.unfold()
    details = row.details
    assert details is not None
    assert details.reasons.texts[0] == "From here: it answers in 0.7 s, 25 s ago."
    assert not details.updates.texts
    draw(row, states.down())
    assert any(text.startswith("From here: 3 of 3 requests failed with 502") for text in details.reasons.texts)
    assert len(details.updates.texts) == 2
    assert details.components.texts[0].startswith("Chat ")
    draw(row, states.fine())
    assert not details.updates.texts


def test_offline_the_parts_do_not_repeat_it(row: ServiceRow) -> None:
    row.unfold()
    details = row.details
    assert details is not None
    draw(row, states.offline())
    assert details.reasons.texts
    assert not details.components.texts
    draw(row, states.down())
    assert details.components.texts


def test_a_long_state_wraps_and_nothing_is_lost(row: ServiceRow) -> None:
    draw(row, states.badged())
    row.resize(260, 40)
    settle()
    assert row.head.heightForWidth(260) > row.head.heightForWidth(600)
    assert "quota used up" in row.head.state.text()


def test_it_can_be_drawn_folded_and_unfolded(row: ServiceRow) -> None:
    folded = row.head.grab().toImage()
    row.unfold()
    assert row.head.grab().toImage() != folded


def test_that_the_provider_is_silent_stands_before_what_it_said(row: ServiceRow) -> None:
    row.unfold()
    assert row.details is not None
    silent = structs.replace(INCIDENT, silent_since=NOW - 4500)
    draw(row, states.down(incidents=(silent,)))
    assert row.details.updates.texts[0] == "No update from OpenAI for 1 h 15 min."
    mute = structs.replace(silent, title=None, updates=())
    draw(row, states.down(incidents=(mute,)))
    assert row.details.updates.texts == ("OpenAI has said nothing about it for 1 h 15 min.",)


def test_a_page_that_cannot_be_read_is_told_of_once(row: ServiceRow) -> None:
    row.unfold()
    draw(row, states.no_evidence(), "chatgpt")
    assert row.details is not None
    said = [*row.details.reasons.texts, *row.details.unseen.texts]
    assert sum(text.startswith("OpenAI's page") for text in said) == 1, said
