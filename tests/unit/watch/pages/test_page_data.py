"""incident.io's own data of a page, and what it adds to the compatible answers."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fakeclock import FakeClock
from tests.support.pagefiles import PAGE_ID, component, impact, incident, moment, native, native_incident
from tests.unit.watch.pages.test_shapes import JSON
from trayapp.core.evidence.page_report import Impact, PageHealth, PageImpact, PageIncident, PageLight, PageStage
from trayapp.watch.pages import shapes
from trayapp.watch.pages.fetch import Unfit
from trayapp.watch.pages.page_data import impacts_of, joined, page_data

CLOCK = FakeClock()
AT = CLOCK.now()
PARTS = [component("a", "A"), component("b", "B", "partial_outage")]


def _native(record: dict[str, Any]) -> PageIncident:
    (told,) = page_data(native(PARTS, [record]), PAGE_ID, CLOCK).incidents
    return told


def _told(**more: Any) -> PageIncident:
    told = shapes.incident(incident("i1", "Errors", "investigating", AT, **more), CLOCK, maintenance=False)
    assert told is not None
    return told


def test_what_it_does_not_list_as_affected_is_operational() -> None:
    read = page_data(native(PARTS), PAGE_ID, CLOCK).components
    assert [(one.id, one.name, one.state) for one in read] == [
        ("a", "A", PageLight.OPERATIONAL),
        ("b", "B", PageLight.PARTIAL),
    ]


@pytest.mark.parametrize(
    ("file", "health"),
    [
        (native(PARTS, page_id="other"), PageHealth.WRONG_PAGE),
        ({}, PageHealth.UNREADABLE),
        ({"summary": 7}, PageHealth.UNREADABLE),
        ({"summary": {"ongoing_incidents": None}}, PageHealth.UNREADABLE),
    ],
)
def test_what_is_no_such_data(file: dict[str, Any], health: PageHealth) -> None:
    with pytest.raises(Unfit) as caught:
        page_data(file, PAGE_ID, CLOCK)
    assert caught.value.health is health


def test_an_incident_with_its_impact_records() -> None:
    records = [impact("a", "full_outage", AT - 600, "i1"), impact("b", "partial_outage", AT - 60, "i1", AT)]
    told = _native(native_incident("i1", "Errors", "identified", AT, impacts=records))
    assert (told.stage, told.impact, told.started_at, told.published_at) == (
        PageStage.IDENTIFIED,
        Impact.CRITICAL,
        AT - 600,
        AT,
    )
    assert told.impacts == (
        PageImpact("a", PageLight.MAJOR, AT - 600),
        PageImpact("b", PageLight.PARTIAL, AT - 60, AT),
    )


@pytest.mark.parametrize(
    ("statuses", "impact"),
    [
        (["degraded_performance"], Impact.MINOR),
        (["degraded_performance", "partial_outage"], Impact.MAJOR),
        ([], Impact.UNKNOWN),
    ],
)
def test_how_grave_one_is_that_only_this_data_has(statuses: list[str], impact: Impact) -> None:
    touched = [{"component_id": "a", "status": one} for one in statuses]
    assert _native(native_incident("i1", "Errors", "identified", AT, affected_components=touched)).impact is impact


@pytest.mark.parametrize(
    ("status", "kind", "planned"),
    [
        ("maintenance_in_progress", "maintenance", True),
        ("maintenance_in_progress", None, True),
        ("investigating", "maintenance", True),
        ("investigating", "incident", False),
        ("investigating", 7, False),
    ],
)
def test_a_maintenance_under_way_may_be_among_the_incidents(status: str, kind: object, planned: bool) -> None:
    """It would make what it touches degraded, whose state is that of a maintenance."""
    record = native_incident("m1", "Upgrade", status, AT - 600) | {
        "type": kind,
        "component_impacts": [impact("a", "under_maintenance", AT - 300, "m1", AT + 600)],
    }
    told = _native(record)
    assert (told.maintenance, told.started_at, told.ends_at) == (
        (True, AT - 300, AT + 600) if planned else (False, AT - 600, None)
    )


def test_a_maintenance_is_its_plan() -> None:
    record = native_incident("m1", "Upgrade", "maintenance_in_progress", AT - 9000) | {
        "component_impacts": [
            impact("a", "under_maintenance", AT, "m1", AT + 600),
            impact("b", "under_maintenance", AT + 60, "m1", AT + 900),
        ]
    }
    (told,) = page_data(native(PARTS, maintenances=[record]), PAGE_ID, CLOCK).incidents
    assert (told.maintenance, told.stage, told.components) == (True, PageStage.IN_PROGRESS, ("a", "b"))
    assert (told.started_at, told.ends_at, told.impacts) == (AT, AT + 900, None)


class TestJoined:
    def test_the_compatible_answer_gets_the_records(self) -> None:
        told = _told()
        data = _native(
            native_incident("i1", "Errors", "investigating", AT, impacts=[impact("a", "partial_outage", AT, "i1")])
        )
        (one,) = joined([told], [data])
        assert (one.impacts, one.impact, one.updates) == (data.impacts, told.impact, told.updates)

    @pytest.mark.parametrize(("later_s", "stage"), [(60, PageStage.MONITORING), (-60, PageStage.INVESTIGATING)])
    def test_the_newer_of_the_two_has_the_stage(self, later_s: float, stage: PageStage) -> None:
        record = native_incident("i1", "Errors", "monitoring", AT + later_s)
        (one,) = joined([_told()], [_native(record)])
        assert one.stage is stage

    def test_without_records_the_updates_tell(self) -> None:
        words = [
            {
                "published_at": moment(AT),
                "to_status": "identified",
                "component_statuses": [{"component_id": "a", "status": "partial_outage"}],
            }
        ]
        (one,) = joined([_told()], [_native(native_incident("i1", "Errors", "investigating", AT, updates=words))])
        assert [state.component for update in one.updates for state in update.states] == ["a"]

    def test_each_that_only_one_of_them_has_is_kept(self) -> None:
        data = _native(native_incident("i2", "Other", "investigating", AT))
        assert [one.id for one in joined([_told()], [data])] == ["i1", "i2"]


def test_impact_records_by_their_incidents() -> None:
    records = [
        impact("a", "partial_outage", AT, "i1"),
        impact("a", "partial_outage", AT, "i2"),
        {"component_id": "b"},
        {},
    ]
    assert {name: len(found) for name, found in impacts_of(records, CLOCK).items()} == {"i1": 1, "i2": 1}


_KEYS = sorted(native_incident("i1", "Errors", "identified", AT))


@given(
    st.dictionaries(st.sampled_from(_KEYS), JSON),
    st.dictionaries(st.sampled_from(["component_id", "status", "start_at", "end_at"]), JSON),
)
def test_any_json_is_counted_or_understood(changes: dict[str, Any], record: dict[str, Any]) -> None:
    told = native_incident("i1", "Errors", "identified", AT, impacts=[impact("a", "partial_outage", AT, "i1") | record])
    read = page_data(json.loads(json.dumps(native(PARTS, [told | changes], [told | changes]))), PAGE_ID, CLOCK)
    assert len(read.incidents) + read.lost == 2
    assert all(one.id and one.name.isprintable() for one in read.incidents)


PARAGRAPHS = {
    "type": "doc",
    "content": [
        {
            "type": "paragraph",
            "content": [{"type": "text", "text": "No replies in "}, {"type": "text", "text": "Chat."}],
        },
        {
            "type": "paragraph",
            "content": [{"type": "text", "text": "Looking."}, {"type": "lineBreak"}, {"text": "Soon."}],
        },
    ],
}


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"message_string": "In one line.", "message": PARAGRAPHS}, "In one line."),
        ({"message_string": None, "message": PARAGRAPHS}, "No replies in Chat. Looking. Soon."),
        ({"message": "No tree."}, ""),
        ({"message": {"content": [None, 7, {"content": "x"}, {"text": 7}]}}, ""),
    ],
)
def test_the_words_of_an_update_may_be_a_tree(more: dict[str, Any], text: str) -> None:
    said = {"id": "u1", "published_at": moment(AT), "to_status": "investigating", **more}
    told = _native(native_incident("i1", "Errors", "investigating", AT) | {"updates": [said]})
    assert [update.text for update in told.updates] == [text]


def test_a_tree_without_end_is_read_for_a_while() -> None:
    tree: dict[str, Any] = {"type": "text", "text": "Deep."}
    for _ in range(5_000):
        tree = {"type": "paragraph", "content": [tree, tree]}
    said = {"id": "u1", "published_at": moment(AT), "to_status": "investigating", "message": tree}
    assert _native(native_incident("i1", "Errors", "investigating", AT) | {"updates": [said]}).updates
