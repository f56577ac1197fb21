"""Which components an incident touches, as tables: what the page has told, newest first."""

import pytest
from msgspec.structs import replace

from tests.unit.core.playbook import START
from trayapp.core.evidence.page_report import (
    Impact,
    PageImpact,
    PageIncident,
    PageLight,
    PageStage,
    PageState,
    PageUpdate,
)
from trayapp.core.light.incident_reach import monitored_since, names_none, over_at, published_at, touched

LETTERS = {"o": "operational", "d": "degraded", "p": "partial", "m": "major", "u": "unknown"}
STAGES = {"i": "investigating", "f": "identified", "w": "monitoring", "r": "resolved"}


def incident(said: str, linked: str = "", **more: object) -> PageIncident:
    """`said`: updates, oldest first and a minute apart, as `stage:states`, states as `a=d` or with the state before it
    as `a=od`; `linked`: the incident's own list."""
    updates: list[PageUpdate] = []
    for number, words in enumerate(said.split()):
        stage, _, states = words.partition(":")
        made = []
        for state in filter(None, states.split(",")):
            name, _, letters = state.partition("=")
            was = PageLight(LETTERS[letters[0]]) if len(letters) == 2 else None
            made.append(PageState(name, PageLight(LETTERS[letters[-1]]), was))
        updates.insert(0, PageUpdate(START + 60 * number, PageStage(STAGES[stage]), "", tuple(made)))
    stage = updates[0].stage if updates else PageStage.INVESTIGATING
    at = updates[0].at if updates else START
    made_incident = PageIncident("i", "I", stage, Impact.MAJOR, tuple(linked), START, at, updates=tuple(updates))
    return replace(made_incident, **more)


TABLE = [
    # updates, the incident's list, what it touches with the minute at which that got worse, and why
    ("i", "", {}, "names nothing"),
    ("i", "ab", {"a": 0, "b": 0}, "the list alone"),
    ("i:a=d", "", {"a": 0}, "an update alone"),
    ("i:a=d,b=d f:a=d,b=o", "ab", {"a": 0}, "taken out by its newest update"),
    ("i:a=od w:a=do", "a", {}, "taken out by one update that tells both"),
    ("i:a=d w:a=do r:a=oo", "a", {}, "and once more"),
    ("i:a=oo,b=od", "ab", {"a": 0, "b": 0}, "linked, and never called otherwise: it may lag"),
    ("i:a=o w:a=o", "a", {"a": 0}, "nor however often it is called well"),
    ("i f:a=o", "a", {"a": 0}, "that is no worsening"),
    ("i f:a=u", "a", {"a": 0}, "nor is what nobody knows"),
    ("i:a=d f:b=d", "b", {"b": 1}, "moved on: neither the list nor the newest update names it"),
    ("i:a=d f:b=d", "ab", {"a": 0, "b": 1}, "the list still does"),
    ("i:a=d f", "a", {"a": 0}, "an update without states changes nothing"),
    ("i:a=d f", "", {"a": 0}, "nor without a list"),
    ("i:a=d f:a=m w:a=p", "a", {"a": 1}, "last worse when it became major"),
    ("i:a=d f:a=o w:a=d", "a", {"a": 2}, "in again"),
    ("i:a=d w:a=d i:a=d", "a", {"a": 2}, "reopened"),
    ("i:a=u", "a", {"a": 0}, "a state that nobody knows takes nothing out"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "linked", "touches", "why"), TABLE, ids=[f"{row[0]} {row[1]}" for row in TABLE])
def test_read_from_updates_and_list(said: str, linked: str, touches: dict[str, int], why: str) -> None:
    found = touched(incident(said, linked), START + 3600)
    assert {name: round((touch.worse_at - START) / 60) for name, touch in found.items()} == touches, why


def test_impact_records_outrank_updates_and_list() -> None:
    records = (
        PageImpact("a", PageLight.PARTIAL, START + 60),
        PageImpact("b", PageLight.PARTIAL, START, START + 120),
        PageImpact("c", PageLight.PARTIAL, START + 900),
        PageImpact("d", PageLight.OPERATIONAL, START),
    )
    told = incident("i:x=m", "xyz", impacts=records)
    assert list(touched(told, START + 60)) == ["a", "b"]
    assert list(touched(told, START + 120)) == ["a"], "b's has ended"
    assert list(touched(told, START + 900)) == ["a", "c"], "c's has begun"
    assert list(touched(incident("i:x=m", "xyz", impacts=()), START)) == ["x", "y", "z"], "without any they are no help"


def test_what_was_posted_late_is_worse_from_then_on() -> None:
    (touch,) = touched(incident("i:a=d", published_at=START + 7200), START + 7200).values()
    assert (touch.began_at, touch.worse_at) == (START, START + 7200)


@pytest.mark.parametrize(
    ("told", "none"),
    [
        (incident("i"), True),
        (incident("i", "a"), False),
        (incident("i:a=d f"), False),
        (incident("i", impacts=(PageImpact("a", PageLight.PARTIAL, START, START + 1),)), False),
        (incident("i", impacts=()), True),
    ],
)
def test_whether_it_ever_named_one(told: PageIncident, none: bool) -> None:
    assert names_none(told) is none


def test_monitored_since_the_first_of_its_last_updates_that_say_so() -> None:
    assert monitored_since(incident("i w i w w w")) == START + 180
    assert monitored_since(incident("", stage=PageStage.MONITORING, updated_at=START + 5)) == START + 5


@pytest.mark.parametrize(
    ("said", "over_s"),
    [
        ("i w", None),
        ("i:a=d r:a=o", 60),
        ("i:a=d w:a=o r:a=o", 60),
        ("i:a=d w:a=o,b=d r:a=o,b=o", 120),
        ("i r", 60),
    ],
)
def test_it_was_over_when_all_were_operational_again(said: str, over_s: int | None) -> None:
    assert over_at(incident(said)) == (None if over_s is None else START + over_s)


def test_the_pages_own_end_outranks_the_moment_at_which_it_was_told() -> None:
    assert over_at(incident("i r", resolved_at=START + 30)) == START + 30
    ended = (PageImpact("a", PageLight.PARTIAL, START, START + 20), PageImpact("b", PageLight.MAJOR, START, START + 25))
    assert over_at(incident("i r", resolved_at=START + 30, impacts=ended)) == START + 25
    still = (*ended, PageImpact("c", PageLight.MAJOR, START))
    assert over_at(incident("i r", resolved_at=START + 30, impacts=still)) == START + 30
    assert over_at(incident("i r", resolved_at=START - 30)) == START, "never before it began"


def test_published_when_it_began_where_nothing_else_is_known() -> None:
    assert published_at(incident("i")) == START
    assert published_at(incident("i", published_at=START + 9)) == START + 9
