"""Whatever JSON a page sends: what can be read of it comes out bounded, plain and complete, and the rest is counted."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.fakeclock import FakeClock
from tests.support.pagefiles import affected, component, components_file, incident, moment, summary, update
from trayapp.core.evidence.page_report import Impact, PageHealth, PageIncident, PageLight, PageStage, PageState
from trayapp.watch.pages import shapes
from trayapp.watch.pages.fetch import Unfit

CLOCK = FakeClock()
AT = CLOCK.now()
_SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text()
JSON = st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


def _some(base: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """`base` with any of its values replaced by any JSON."""
    return st.dictionaries(st.sampled_from(sorted(base)), JSON).map(lambda changes: base | changes)


def _read(record: dict[str, Any], *, maintenance: bool = False) -> PageIncident:
    told = shapes.incident(record, CLOCK, maintenance=maintenance)
    assert told is not None
    return told


@given(
    _some(component("aaaa", "Chat")),
    _some(incident("i1", "Errors", "investigating", AT)),
    _some(update("investigating", AT, affected_components=[affected("aaaa", "partial_outage")])),
)
@example(
    {**component("aaaa", "Chat"), "id": " "}, incident("i1", "Errors", "investigating", AT), update("investigating", AT)
)
def test_any_json_is_counted_or_understood(part: dict[str, Any], told: dict[str, Any], word: dict[str, Any]) -> None:
    good = component("good", "Good")
    file = json.loads(json.dumps(summary([part, good], [told | {"incident_updates": [word]}], [told])))
    parts, lost = shapes.components(file, CLOCK, dated=True)
    assert len(parts) in (1, 2)
    assert (lost == 0) == (
        len(parts) == 2 and all(isinstance(one["status"], str) and one["status"] for one in (part, good))
    )
    for one in parts:
        assert one.id
        assert len(one.name) <= shapes.MAX_NAME
        assert one.name.isprintable()
        assert one.state is not PageLight.OPERATIONAL or one.id == "good" or part["status"] == "operational"
    for key, maintenance in (("incidents", False), ("scheduled_maintenances", True)):
        read, unread = shapes.incidents(file, key, CLOCK, maintenance=maintenance)
        assert len(read) + unread == 1
        for said in read:
            assert said.name.isprintable()
            assert len(said.name) <= shapes.MAX_NAME
            assert said.link is None or said.link.startswith("https://")
            assert all(one.text.isprintable() and len(one.text) <= shapes.MAX_TEXT for one in said.updates)
            assert said.maintenance or said.started_at <= min((one.at for one in said.updates), default=said.started_at)


def test_lists_have_an_end() -> None:
    words = [update("investigating", AT + n) for n in range(100)]
    parts = [component(f"c{n}", "x") for n in range(6000)]
    said = _read(incident("i", "n", "investigating", AT, updates=words, components=parts))
    assert [said.updates[0].at, len(said.updates)] == [AT + 99, shapes.MAX_UPDATES]
    assert len(said.components) == shapes.MAX_COMPONENTS
    assert said.started_at == AT, "the first of them has been read all the same"


def test_open_incidents_come_before_closed_ones() -> None:
    closed = [incident(f"c{n}", "n", "resolved", AT) for n in range(100)]
    opened = [incident(f"o{n}", "n", "investigating", AT) for n in range(100)]
    read, lost = shapes.incidents({"incidents": [*closed, *opened]}, "incidents", CLOCK)
    assert [one.id for one in read[:100]] == [f"o{n}" for n in range(100)]
    assert (len(read), lost) == (100 + shapes.MAX_CLOSED, 0)


def test_closed_incidents_that_nobody_has_written_on_are_no_news() -> None:
    """What they show may be dated back; when it was written is not."""
    late = incident("late", "n", "resolved", AT - 9000, updates=[update("resolved", AT - 9000, updated_at=moment(AT))])
    old = incident("old", "n", "resolved", AT - 9000)
    opened = incident("open", "n", "investigating", AT - 9000)
    read, _ = shapes.incidents({"incidents": [late, old, opened]}, "incidents", CLOCK, news_since=AT - 60)
    assert [one.id for one in read] == ["open", "late"]


class TestOneBadRecord:
    @pytest.mark.parametrize("status", [None, 7, "", ["operational"]])
    def test_a_component_without_a_state_is_unknown(self, status: object) -> None:
        parts = [component("a", "A") | {"status": status}, component("b", "B")]
        (bad, good), lost = shapes.components(components_file(parts), CLOCK, dated=False)
        assert (bad.state, good.state, lost) == (PageLight.UNKNOWN, PageLight.OPERATIONAL, 1)

    def test_one_without_an_id_is_only_counted(self) -> None:
        parts = [{"name": "nobody", "status": "operational"}, "text", None, component("b", "B")]
        read, lost = shapes.components({"components": parts}, CLOCK, dated=False)
        assert ([one.id for one in read], lost) == (["b"], 3)

    def test_a_state_that_nobody_knows_was_read(self) -> None:
        (part,), lost = shapes.components(components_file([component("a", "A", "on_fire")]), CLOCK, dated=False)
        assert (part.state, lost) == (PageLight.UNKNOWN, 0)

    @pytest.mark.parametrize("change", [{"created_at": None}, {"id": None}, {"status": None}, {"created_at": "soon"}])
    def test_an_incident_that_lacks_what_counts_is_counted(self, change: dict[str, None]) -> None:
        bad, good = incident("i", "n", "investigating", AT) | change, incident("j", "n", "investigating", AT)
        read, lost = shapes.incidents({"incidents": [bad, good]}, "incidents", CLOCK)
        assert ([one.id for one in read], lost) == (["j"], 1)

    @pytest.mark.parametrize("change", [{"name": None}, {"impact": 7}, {"updated_at": 3}, {"incident_updates": "x"}])
    def test_what_it_can_do_without_is_left_out(self, change: dict[str, Any]) -> None:
        assert _read(incident("i", "n", "investigating", AT) | change).stage is PageStage.INVESTIGATING


@pytest.mark.parametrize(
    ("file", "health", "reason"),
    [
        ({"components": []}, PageHealth.EMPTY, "no_components"),
        ({"components": None}, PageHealth.UNREADABLE, "shape"),
        ({"components": [{"id": "a"}]}, PageHealth.UNREADABLE, "shape"),
        ({}, PageHealth.UNREADABLE, "shape"),
    ],
)
def test_a_list_of_components_that_is_none(file: dict[str, Any], health: PageHealth, reason: str) -> None:
    with pytest.raises(Unfit) as caught:
        shapes.components(file, CLOCK, dated=False)
    assert (caught.value.health, caught.value.reason) == (health, reason)


@pytest.mark.parametrize("told", ["none", 5, {}])
def test_a_list_of_incidents_that_is_none(told: object) -> None:
    with pytest.raises(Unfit):
        shapes.incidents({"incidents": told}, "incidents", CLOCK)
    assert shapes.incidents({"incidents": None}, "incidents", CLOCK) == ([], 0)
    assert shapes.incidents({}, "incidents", CLOCK) == ([], 0)


@pytest.mark.parametrize(
    "more", [{}, {"impact": "Maintenance", "status": "In Progress"}, {"status": "maintenance_in_progress"}]
)
def test_maintenance_among_the_incidents_is_known_by_its_words(more: dict[str, str]) -> None:
    said = _read(incident("m", "Upgrade", "in_progress", AT, impact="none") | more)
    assert (said.maintenance, said.stage) == (True, PageStage.IN_PROGRESS)


@pytest.mark.parametrize(("impact", "planned"), [("minor", True), ("major", False), ("critical", False)])
def test_what_is_in_progress_and_grave_is_an_outage(impact: str, planned: bool) -> None:
    assert _read(incident("i", "Chat fails", "In Progress", AT, impact=impact)).maintenance is planned


def test_the_announced_end_of_a_maintenance() -> None:
    told = incident("m", "Upgrade", "in_progress", AT, scheduled_for=moment(AT + 60), scheduled_until=moment(AT + 600))
    said = _read(told, maintenance=True)
    assert (said.started_at, said.ends_at) == (AT + 60, AT + 600)
    assert _read(told | {"status": "investigating"}).ends_at is None


@pytest.mark.parametrize(("impact", "read"), [(None, Impact.UNKNOWN), ("none", Impact.NONE), ("huge", Impact.UNKNOWN)])
def test_only_an_impact_of_none_is_none(impact: str | None, read: Impact) -> None:
    assert _read(incident("i", "n", "investigating", AT) | {"impact": impact}).impact is read


def test_what_an_update_says_of_components() -> None:
    word = update(
        "identified", AT, affected_components=[affected("a", "operational", "major_outage"), {"code": "b"}, {}]
    )
    (said,) = _read(incident("i", "n", "identified", AT, updates=[word])).updates
    assert said.states == (
        PageState("a", PageLight.OPERATIONAL, PageLight.MAJOR),
        PageState("b", PageLight.UNKNOWN),
    )


class TestItsEnd:
    def test_is_the_one_that_the_page_shows(self) -> None:
        words = [update("resolved", AT + 60), update("investigating", AT)]
        told = incident("i", "n", "resolved", AT, updates=words, resolved_at=moment(AT + 7200))
        assert _read(told).resolved_at == AT + 60, "posted later, dated back"
        assert _read(told | {"incident_updates": []}).resolved_at == AT + 7200

    def test_is_not_that_of_a_post_mortem(self) -> None:
        words = [update("postmortem", AT + 9000), update("resolved", AT + 60)]
        assert _read(incident("i", "n", "postmortem", AT, updates=words)).resolved_at == AT + 60

    def test_is_none_for_one_that_is_open_again(self) -> None:
        words = [update("investigating", AT + 90), update("resolved", AT + 60)]
        told = incident("i", "n", "investigating", AT, updates=words, resolved_at=moment(AT + 60))
        assert _read(told).resolved_at is None
