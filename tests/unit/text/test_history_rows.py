"""What the history's window says, in both languages."""

import time
from collections.abc import Iterator

import pytest

from trayapp.core.evidence.page_report import PageStage, PageUpdate
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.journal.days import Stretch
from trayapp.core.journal.history import Month
from trayapp.core.light.severity import Light
from trayapp.text import history_rows as words
from trayapp.text.language import set_language

MONTH = Month("a", "2026-02", 3600.0, 0.0, 0.2, 0.0, 0.0, 0.0, 1, 0, 0.21, 1.4, None, None)
AT = 1_770_152_400.0
SAID = PageUpdate(AT + 840.0, PageStage.IDENTIFIED, "Found.\nIt.")
OVER = Incident("i", "openai", ("a",), (), IncidentStage.OVER, AT, title="Errors", updates=(SAID,), ended_at=AT + 3600,
                ended_from=AT + 3600)  # fmt: skip


@pytest.fixture(autouse=True)
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("tongue", "said"),
    [
        ("en", ["99.99 %", "0.2 s, 1.4 s", "Feb 2026", "3 Feb 2026: up 20 h, down 3 h", "22:00 to 23:00: up 1 h",
                "3 days: 1 fine, 1 with an outage, 1 not watched"]),
        ("de", ["99,99 %", "0,2 s, 1,4 s", "Feb. 2026", "3. Feb. 2026: verfügbar 20 Std., gestört 3 Std.",
                "22:00 bis 23:00: verfügbar 1 Std.",
                "3 Tage: 1 in Ordnung, 1 mit Ausfall, 1 nicht beobachtet"]),
    ],
)  # fmt: skip
def test_rows(tongue: str, said: list[str]) -> None:
    set_language(tongue)
    days = [Stretch(20_487, Light.RED, 72_000.0, down_s=10_800.0), Stretch(20_488), Stretch(20_489, Light.GREEN, 60.0)]
    hour = Stretch(int(AT // 3600), Light.GREEN, 3600.0)
    assert [
        words.percent(MONTH),
        words.answers(MONTH),
        words.month_name(MONTH.month),
        words.day_line(days[0]),
        words.hour_line(hour),
        words.days_summary(days),
    ] == said
    set_language("en")
    assert words.hours_summary(days[:1]) == "1 hour: 1 with an outage"


def test_what_nobody_saw() -> None:
    assert words.day_line(Stretch(20_487)) == "3 Feb 2026: nobody was watching"
    nothing = Month("a", "2026-02", 0.0, 0.0, 0.0, 0.0, 60.0, 0.0, 0, 0, None, None, None, None)
    assert (words.percent(nothing), words.answers(nothing)) == ("–", "")


def test_the_whole_story_of_an_outage() -> None:
    assert words.whole_story(OVER, "ChatGPT") == (
        "Errors\n2026-02-03 22:00  ChatGPT, 1 h\nCause not stated.\n\n2026-02-03 22:14, identified: Found. It."
    )
    going_on = Incident("i", "openai", ("a",), ("a",), IncidentStage.OPEN, AT)
    assert words.whole_story(going_on, "ChatGPT") == "no word from its page\n2026-02-03 22:00  ChatGPT"
