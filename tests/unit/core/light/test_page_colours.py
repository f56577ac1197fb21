"""What a component's state and a touching incident make of it, and until when: as tables."""

import math

import pytest
from msgspec.structs import replace

from tests.unit.core.playbook import START
from trayapp.core.evidence.page_report import Impact, PageComponent, PageIncident, PageLight, PageStage, PageUpdate
from trayapp.core.light.incident_reach import Touch
from trayapp.core.light.page_colours import (
    FORGOTTEN_S,
    MONITORED_S,
    STATES_LAG_S,
    PartColours,
    part_colours,
)
from trayapp.core.light.severity import Light

HOUR_S, DAY_S = 3600.0, 86_400.0
FORTNIGHT_S = 14 * DAY_S


def incident(stage: str = "investigating", impact: str = "major", **more: object) -> PageIncident:
    updates = (PageUpdate(START, PageStage(stage), ""),)
    made = PageIncident("i", "I", PageStage(stage), Impact(impact), ("a",), START, START, updates=updates)
    return replace(made, **more)


def colours(
    state: str, *incidents: PageIncident, after: float = 0.0, changed_at: float | None = None, seen: float | None = None
) -> PartColours:
    part = PageComponent("a", "A", PageLight(state), changed_at)
    touching = [(each, Touch(each.started_at, each.started_at)) for each in incidents]
    return part_colours(part, touching, seen, START + after, stated=True)


def given(made: PartColours) -> tuple[Light, float] | None:
    """Light and seconds that it lasts from the start on."""
    ((_, colour),) = made.given
    return None if colour is None else (colour.light, colour.until - START)


@pytest.mark.parametrize(
    ("state", "stage", "impact", "light", "until_s"),
    [
        ("operational", "investigating", "critical", Light.YELLOW, STATES_LAG_S),
        ("operational", "investigating", "minor", Light.YELLOW, STATES_LAG_S),
        ("operational", "monitoring", "major", Light.YELLOW, STATES_LAG_S),
        ("unknown", "investigating", "critical", Light.YELLOW, STATES_LAG_S),
        ("maintenance", "investigating", "critical", Light.YELLOW, FORGOTTEN_S),
        ("maintenance", "investigating", "major", Light.YELLOW, FORGOTTEN_S),
        ("maintenance", "monitoring", "major", Light.YELLOW, MONITORED_S),
        ("degraded", "investigating", "critical", Light.RED, FORGOTTEN_S),
        ("degraded", "investigating", "major", Light.YELLOW, FORGOTTEN_S),
        ("major", "monitoring", "critical", Light.YELLOW, FORGOTTEN_S),
        ("operational", "unknown", "critical", Light.GREY, FORGOTTEN_S),
    ],
)
def test_how_long_an_incident_colours(state: str, stage: str, impact: str, light: Light, until_s: float) -> None:
    told = incident(stage, impact)
    assert given(colours(state, told)) == (light, until_s)
    assert given(colours(state, told, after=until_s)) is None


def test_monitoring_begins_its_half_hour_when_the_component_became_operational() -> None:
    told = incident("monitoring")
    assert given(colours("operational", told, changed_at=START + 600)) == (Light.YELLOW, 600 + STATES_LAG_S)
    assert given(colours("operational", told, changed_at=START - 9 * DAY_S)) == (Light.YELLOW, STATES_LAG_S)
    assert given(colours("operational", told, changed_at=START + DAY_S, after=DAY_S)) is None, "a day at most"
    assert MONITORED_S == DAY_S


def test_states_lag_behind_what_readers_were_told_however_far_it_is_dated_back() -> None:
    part = PageComponent("a", "A", PageLight.OPERATIONAL, START - 9 * DAY_S)
    touching = [(incident(), Touch(START - HOUR_S, START))]
    assert given(part_colours(part, touching, None, START + 60, stated=True)) == (Light.YELLOW, STATES_LAG_S)


def test_news_keep_an_incident_from_being_forgotten() -> None:
    told = incident(updated_at=START + DAY_S)
    assert given(colours("degraded", told, after=DAY_S + FORGOTTEN_S - 1)) is not None
    assert given(colours("degraded", told, after=DAY_S + FORGOTTEN_S)) is None
    late = incident(published_at=START + DAY_S)
    assert given(colours("degraded", late, after=DAY_S + FORGOTTEN_S - 1)) is not None, "dated back"


class TestStale:
    def test_two_weeks_after_its_own_change(self) -> None:
        assert not colours("major", changed_at=START, after=FORTNIGHT_S - 1).stale
        made = colours("major", changed_at=START, after=FORTNIGHT_S)
        assert (made.stale, made.own.light) == (True, Light.GREY)

    def test_or_after_the_news_of_what_touches_it(self) -> None:
        told = incident(updated_at=START + 9 * DAY_S)
        assert not colours("major", told, changed_at=START, after=FORTNIGHT_S).stale
        assert colours("major", told, changed_at=START, after=9 * DAY_S + FORTNIGHT_S).stale

    def test_though_what_touches_it_is_older(self) -> None:
        assert not colours("major", incident(), changed_at=START + 9 * DAY_S, after=FORTNIGHT_S).stale

    def test_or_since_it_was_first_seen_where_nothing_else_is_known(self) -> None:
        assert not colours("major", after=99 * DAY_S).stale
        assert not colours("major", seen=START, after=FORTNIGHT_S - 1).stale
        assert colours("major", seen=START, after=FORTNIGHT_S).stale
        assert colours("major", changed_at=START, seen=START + 9 * DAY_S, after=FORTNIGHT_S).stale, "it knows best"

    @pytest.mark.parametrize("state", ["operational", "maintenance", "unknown"])
    def test_only_trouble_is(self, state: str) -> None:
        assert not colours(state, changed_at=START, after=999 * DAY_S).stale


class TestSince:
    def test_the_components_own_change_never_an_older_incidents_start(self) -> None:
        told = incident("investigating", "critical")
        made = colours("degraded", told, changed_at=START + 500, after=600)
        ((_, colour),) = made.given
        assert colour is not None
        assert (made.own.since, colour.since) == (START + 500, START + 500)

    def test_else_the_newest_of_what_touches_it(self) -> None:
        older = incident(started_at=START - DAY_S)
        assert colours("degraded", older, incident()).own.since == START


class TestMaintenance:
    @staticmethod
    def excused(state: str, told: PageIncident | None, **more: float) -> float | None:
        return colours(state, *([told] if told else []), **more).excused_until

    def test_until_an_hour_after_its_announced_end(self) -> None:
        told = incident("in_progress", "maintenance", maintenance=True, ends_at=START + HOUR_S)
        for state in ("operational", "maintenance"):
            assert self.excused(state, told) == START + HOUR_S + HOUR_S

    def test_or_until_nobody_looks_after_it_where_none_was_announced(self) -> None:
        told = incident("in_progress", "maintenance", maintenance=True)
        assert self.excused("operational", told) == START + FORTNIGHT_S
        assert self.excused("maintenance", None, changed_at=START) == START + FORTNIGHT_S
        assert self.excused("maintenance", None, seen=START) == START + FORTNIGHT_S
        assert self.excused("maintenance", None) == math.inf

    def test_not_what_is_only_announced(self) -> None:
        assert self.excused("operational", incident("scheduled", "maintenance", maintenance=True)) is None
        assert self.excused("operational", None) is None
