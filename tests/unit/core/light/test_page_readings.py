"""Which reading of a page speaks, and for how long."""

import math

import msgspec
import pytest
from msgspec import structs

from tests.unit.core.playbook import LINK, START, page
from trayapp.core.evidence.page_report import PageHealth, PageReport
from trayapp.core.light.page_opinion import PageOpinion
from trayapp.core.light.page_readings import (
    LATE_FACTOR,
    PAGE_FRESH_S,
    PAGE_INTERVAL_MAX_S,
    PageReadings,
    PageReadingsMemory,
)
from trayapp.core.light.severity import Light

CHAT = ("id-chat",)


def read(*reports: PageReport, excused: bool = False) -> PageReadings:
    readings = PageReadings(expected=True)
    for report in reports:
        readings.observe(report, excused=excused)
    return readings


def said(at: float, what: str = "ok") -> PageReport:
    return page(START + at, [what])


def opinion(readings: PageReadings, ids: tuple[str, ...] = CHAT) -> PageOpinion:
    made = readings.opinion(ids)
    assert made is not None
    return made


def speaks(readings: PageReadings, at: float) -> bool:
    readings.look(START + at)
    return opinion(readings).light is Light.GREEN


def test_never_read() -> None:
    readings = PageReadings(expected=True)
    assert readings.opinion(CHAT) is None
    assert (readings.fetched_at, readings.latest, readings.incidents) == (None, None, ())


def test_not_meant_to_speak_for_it() -> None:
    assert read(said(0.0)).opinion(()) is None


def test_a_missing_component_is_unknown() -> None:
    assert opinion(read(said(0.0)), ("id-gone",)).light is Light.GREY


@pytest.mark.parametrize("health", [health for health in PageHealth if health is not PageHealth.OK])
def test_no_health_but_ok_is_ever_green_or_red(health: PageHealth) -> None:
    readings = read(PageReport(START, "acme", health, LINK, reason="http", params={"status": 500}))
    assert opinion(readings).light is Light.GREY
    assert opinion(readings).reasons[0].params["health"] == health


def test_one_failed_reading_may_be_chance_two_are_not() -> None:
    readings = read(said(0.0), said(120.0, "html"))
    assert speaks(readings, 120.0)
    readings.observe(said(240.0, "html"))
    assert not speaks(readings, 240.0)
    assert opinion(readings).reasons[0].params["fetched_at"] == START


def test_a_good_one_starts_the_count_anew() -> None:
    readings = read(said(0.0), said(120.0, "html"), said(240.0), said(360.0, "html"))
    assert speaks(readings, 360.0)


def test_unless_the_own_network_explains_them() -> None:
    readings = read(said(0.0))
    for at in (120.0, 240.0, 360.0):
        readings.observe(said(at, "timeout"), excused=True)
    assert speaks(readings, 360.0)


def test_what_failed_before_a_disturbance_says_nothing_about_the_page() -> None:
    readings = read(said(0.0), said(120.0, "timeout"), said(130.0, "timeout"))
    assert not speaks(readings, 130.0)
    before = readings.version
    readings.disturbed()
    assert speaks(readings, 140.0)
    assert readings.version > before


@pytest.mark.parametrize("health", ["moved", "wrong_page", "empty", "stale"])
def test_what_a_page_itself_shows_counts_at_once(health: str) -> None:
    assert not speaks(read(said(0.0), said(120.0, health)), 120.0)


def test_an_old_reading_does_not_speak() -> None:
    readings = read(said(0.0))
    assert speaks(readings, PAGE_FRESH_S)
    assert not speaks(readings, PAGE_FRESH_S + 1)


def test_it_is_known_when_that_will_be() -> None:
    readings = PageReadings(expected=True)
    assert readings.silent_at == math.inf
    readings.observe(said(0.0))
    assert readings.silent_at == START + PAGE_FRESH_S
    readings.look(START + PAGE_FRESH_S + 1)
    assert readings.silent_at == math.inf, "it has fallen silent already"


def test_unless_the_page_is_read_so_rarely_as_a_rule() -> None:
    readings = read(said(0.0), said(1200.0))
    afresh = [readings.starts_afresh]
    assert speaks(readings, 1200.0 + LATE_FACTOR * 1200.0)
    readings.observe(said(2400.0))
    assert [*afresh, readings.starts_afresh] == [True, False]
    assert not speaks(readings, 2401.0 + LATE_FACTOR * 1200.0)


def test_what_comes_after_a_gap_starts_afresh() -> None:
    readings, afresh = PageReadings(expected=True), []
    for at in (0.0, PAGE_FRESH_S, 2 * PAGE_FRESH_S + 1200.0, 3 * PAGE_FRESH_S + 2400.0):
        readings.observe(said(at))
        afresh.append(readings.starts_afresh)
    assert afresh == [False, False, True, False], "the last came at the slower pace of the one before"


def test_a_page_that_could_not_be_read_for_long_is_not_read_rarely() -> None:
    readings = read(said(0.0), *(said(at, "html") for at in range(60, 1500, 60)), said(1500.0))
    assert readings.starts_afresh
    assert readings.fresh_s == PAGE_FRESH_S


def test_a_pause_that_no_setting_explains_was_a_sleep() -> None:
    readings = read(said(0.0), said(PAGE_INTERVAL_MAX_S + 1))
    assert readings.starts_afresh
    assert readings.fresh_s == PAGE_FRESH_S


def test_readings_may_come_in_any_order() -> None:
    readings = read(said(120.0), said(0.0, "html"))
    assert speaks(readings, 120.0)
    assert readings.fetched_at == START + 120


def test_its_incidents_are_those_of_the_latest_reading() -> None:
    readings = read(said(0.0, "incident:investigating:major:chat"))
    assert [incident.id for incident in readings.incidents] == ["inc-1"]
    readings.observe(said(120.0))
    assert readings.incidents == ()


def test_the_version_grows_whenever_another_opinion_may_follow_and_only_then() -> None:
    readings = read(said(0.0))
    first, before = opinion(readings), readings.version
    for at in (1.0, 2.0, PAGE_FRESH_S):
        readings.look(START + at)
    assert (readings.version, opinion(readings)) == (before, first)
    readings.look(START + PAGE_FRESH_S + 1)
    assert readings.version > before
    before = readings.version
    readings.observe(said(PAGE_FRESH_S + 2))
    assert readings.version > before
    before = readings.version
    readings.observe(said(0.0, "html"))
    assert readings.version == before, "older than what is known"


@pytest.mark.parametrize(
    ("readings", "unheard"),
    [((), True), (("html",), True), (("html", "html"), False), (("wrong_page",), False), (("ok",), False),
     (("ok", "html"), False)],
)  # fmt: skip
def test_what_was_said_before_the_start_holds_until_it_speaks_or_has_fallen_silent(
    readings: tuple[str, ...], *, unheard: bool
) -> None:
    assert read(*(said(120.0 * number, what) for number, what in enumerate(readings))).unheard is unheard


def test_where_a_page_gives_no_times_since_when_is_when_it_was_first_seen_across_a_restart() -> None:
    readings, since = PageReadings(expected=True), []
    for at, what in ((0.0, "ok"), (120.0, "degraded:chat"), (240.0, "degraded:chat"), (360.0, "partial:chat")):
        readings.observe(said(at, what))
        if what != "ok":
            since.append(opinion(readings).reasons[0].at - START)
    kept = msgspec.json.decode(msgspec.json.encode(readings.remember()), type=PageReadingsMemory)
    again = PageReadings(kept, expected=True)
    again.observe(said(480.0, "partial:chat"))
    assert [*since, opinion(again).reasons[0].at - START] == [120.0, 120.0, 360.0, 360.0]
    first = read(said(600.0, "partial:chat"), said(720.0, "partial:chat"))
    assert opinion(first).reasons[0].at == START + 600


def test_that_a_part_was_well_when_it_was_first_seen_is_no_news() -> None:
    """A fix that has been watched for an hour is over, as far as this part is concerned, and not for half an hour."""
    report = said(0.0, "incident:monitoring:major:chat:-9000")
    [told] = report.incidents
    fixed = structs.replace(told, updated_at=START - 3600, updates=(structs.replace(told.updates[0], at=START - 3600),))
    assert opinion(read(structs.replace(report, incidents=(fixed,)))).light is Light.GREEN
