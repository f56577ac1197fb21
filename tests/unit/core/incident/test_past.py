"""Rows of a page's history become the outages that people lived through."""

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.evidence.page_report import (
    Impact,
    PageImpact,
    PageIncident,
    PageLight,
    PageStage,
    PageState,
    PageUpdate,
)
from trayapp.core.incident.past import TWINS_WITHIN_S, Outage, PastIncident, outages, past_incident

HOUR = 3600.0


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], []),
        ([(0, 100)], [(0, 100)]),
        # Three models, one outage: from the first row to the last end, whatever the order.
        ([(300, 4000), (0, 3000), (600, 2000)], [(0, 4000)]),
        ([(0, 3000), (TWINS_WITHIN_S, 4000)], [(0, 4000)]),
        # One that goes on for days does not swallow what begins meanwhile.
        ([(0, 72 * HOUR), (HOUR, 2 * HOUR)], [(0, 72 * HOUR), (HOUR, 2 * HOUR)]),
        # Over before the next begins: two, however close.
        ([(0, 300), (301, 600)], [(0, 300), (301, 600)]),
        # Told twice.
        ([(0, 300), (0, 300)], [(0, 300)]),
        # No sense in it.
        ([(-math.inf, -math.inf), (math.inf, math.inf), (-1e308, 1e308)], []),
        ([(100, 0), (math.nan, 5), (5, math.nan), (0, math.inf), (-math.inf, 0), (7, 70)], [(7, 70)]),
    ],
)  # fmt: skip
def test_which_rows_are_one_outage(rows: list[tuple[float, float]], found: list[tuple[float, float]]) -> None:
    assert outages(PastIncident(*row) for row in rows) == tuple(Outage(*span) for span in found)


def test_a_component_has_its_own_outages() -> None:
    rows = [PastIncident(0, 3000, ("a",)), PastIncident(60, 9000, ("b",)), PastIncident(99_000, 99_900)]
    assert outages(rows, {"a"}) == (Outage(0, 3000),)
    assert outages(rows, {"a", "b"}) == (Outage(0, 9000),)
    assert outages(rows, ()) == ()
    assert len(outages(rows)) == 2


def test_what_was_published_when_it_was_over_has_no_known_duration() -> None:
    assert Outage(100.0, 100.0).duration_s is None
    assert Outage(100.0, 159.0).duration_s is None
    assert Outage(100.0, 160.0).duration_s == 60.0


FULL = PageIncident(
    id="1", name="Errors", stage=PageStage.RESOLVED, impact=Impact.MAJOR, components=("a", "b", "c"), started_at=100.0,
    updated_at=900.0, resolved_at=900.0,
)  # fmt: skip
OPERATIONAL, MAJOR = PageLight.OPERATIONAL, PageLight.MAJOR
SAID = (
    PageUpdate(900.0, PageStage.RESOLVED, "", (PageState("a", OPERATIONAL, MAJOR), PageState("b", OPERATIONAL))),
    PageUpdate(100.0, PageStage.INVESTIGATING, "", (PageState("c", MAJOR), PageState("b", OPERATIONAL))),
)
RECORDS = (PageImpact("b", MAJOR, 100.0, 700.0), PageImpact("c", OPERATIONAL, 100.0, 700.0))


@pytest.mark.parametrize(
    ("changes", "past"),
    [
        ({}, PastIncident(100.0, 900.0, ("a", "b", "c"))),
        # All that is linked is less than what is said to have been in trouble, and that less than the page's records.
        ({"updates": SAID}, PastIncident(100.0, 900.0, ("a", "c"))),
        ({"updates": SAID, "impacts": RECORDS}, PastIncident(100.0, 700.0, ("b",))),
        ({"components": ()}, PastIncident(100.0, 900.0)),
        ({"resolved_at": None}, PastIncident(100.0, 900.0, ("a", "b", "c"))),
        ({"stage": PageStage.MONITORING}, None),
        ({"maintenance": True}, None),
        ({"impact": Impact.MAINTENANCE}, None),
        ({"impact": Impact.NONE}, None),
        ({"impact": Impact.UNKNOWN}, PastIncident(100.0, 900.0, ("a", "b", "c"))),
    ],
)
def test_what_an_incident_of_a_page_is_when_it_is_past(changes: dict[str, Any], past: PastIncident | None) -> None:
    assert past_incident(msgspec.structs.replace(FULL, **changes)) == past


rows = st.lists(st.tuples(st.floats(), st.floats()).map(lambda span: PastIncident(*span)), max_size=30)


@given(rows)
def test_the_order_of_the_rows_says_nothing(told: list[PastIncident]) -> None:
    found = outages(told)
    assert outages(reversed(told)) == found
    assert list(found) == sorted(found, key=lambda outage: outage.started_at)
    assert all(outage.started_at <= outage.ended_at for outage in found)
    assert len(found) <= len(told)
