"""The checklist in words, in every situation of its table."""

import re

import pytest

from tests.support import states
from tests.support.snapshots import READY
from tests.unit.core.test_checklist import ROWS, Row, on
from trayapp.core.checklist import Item, Said
from trayapp.core.checklist import checklist as found
from trayapp.core.snapshot import Snapshot
from trayapp.text import checklist
from trayapp.text.checklist import check_lines
from trayapp.text.language import set_language

FORBIDDEN = re.compile(r"\b(re-?load|refresh|F5|neu ?laden|aktualisier)", re.IGNORECASE)


def text(s: Snapshot, item: Item) -> str:
    return next(one.line for one in check_lines(s) if one.item is item)


def test_every_finding_has_words() -> None:
    assert set(checklist._MEANS) == set(Said)
    assert set(checklist._NEXT) <= set(Said)


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_no_line_shows_a_gap_a_code_or_asks_to_load_anything_again(row: Row, spoken: str) -> None:
    for one in check_lines(row.s):
        assert not any(ch in one.text for ch in "{}_\n\t\x1b\u202e"), one.text
        assert ".." not in one.text
        assert "  " not in one.text
        assert one.text.endswith(".")
        assert len(one.text) < 260, one.text
        assert not FORBIDDEN.search(one.text), one.text


def test_what_fails_says_what_to_do_next() -> None:
    for row in ROWS:
        for check in found(row.s):
            assert check.mark != "cross" or check.said in checklist._NEXT, check


def test_as_a_person_reads_it() -> None:
    s = on(states.down(target=READY))
    assert [one.line for one in check_lines(s)] == [
        "✓ Your connection: works.",
        "✓ Names (DNS): are looked up in time.",
        "✓ VPN and proxy: nothing of the kind is in the way.",
        "✓ Clock: is right.",
        "✗ Official page: trouble is reported by OpenAI. Then it is theirs, and waiting is all that helps. I tell you"
        " when it is over.",
        "✗ Seen from here: requests to OpenAI API fail, and that is shown to be their fault. There is nothing to mend"
        " here.",
        "✓ Other providers: these work: Claude and Claude API. Go on there meanwhile.",
        "✓ Your keys: none has been refused.",
        "✓ Local model: qwen3:8b is ready. Go on in the chat, or send tools through the gateway, so that they can be"
        " moved.",
        "– Your tools: none goes through the gateway, so none can be moved. To change that: settings, Gateway and"
        " tools.",
    ]


def test_in_german() -> None:
    set_language("de")
    s = on(states.down(target=READY))
    assert text(s, Item.CONNECTION) == "✓ Deine Verbindung: in Ordnung."
    assert text(s, Item.PROBES).startswith("✗ Von hier aus: Anfragen an OpenAI-API scheitern, nachweislich")


def test_what_others_wrote_stays_short_and_plain() -> None:
    for one in check_lines(states.hostile()):
        assert len(one.text) < 260
        assert one.text.isprintable()
