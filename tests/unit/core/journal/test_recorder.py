"""What happens is noted once, at its time, and nothing that nobody saw."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import structs

from tests.support.snapshots import NOW, ONLINE, service, snapshot
from trayapp.core.catalogue import Part
from trayapp.core.delays import bucket
from trayapp.core.evidence.observation import Depth, NetworkState, Outcome, Source, Try
from trayapp.core.evidence.page_report import PageLight, PageStage, PageState, PageUpdate
from trayapp.core.evidence.phases import Phases
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.journal.batch import SEEN_AN_HOUR, By
from trayapp.core.journal.recorder import UNWATCHED_S, WORDS_S, Recorder
from trayapp.core.journal.tally import Tally
from trayapp.core.light.aside import Aside, Lasts
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import Transition
from trayapp.core.snapshot import LocalAnswer, Snapshot
from trayapp.core.switching.route import Route, To

HOUR = int(NOW // 3600)
DAY = int(NOW // 86_400)


def at(moment: float, one: Snapshot | None = None, offset_s: float = 0.0) -> Snapshot:
    one = one or snapshot()
    return structs.replace(one, wall_offset_s=offset_s, judgement=structs.replace(one.judgement, at=moment))


RED = snapshot(service("chatgpt", Light.RED, Finding.DOWN))
GREY = snapshot(service("chatgpt", Light.GREY, Finding.NO_EVIDENCE))
OFFLINE = structs.replace(ONLINE, state=NetworkState.OFFLINE)
AWAY = snapshot(service("chatgpt", Light.GREY, Finding.OWN_NETWORK), network=OFFLINE)


def lived(*moments: Snapshot, utc_offset_s: float = 0.0) -> Recorder:
    recorder = Recorder(lambda at: utc_offset_s)
    for one in moments:
        recorder.advanced(one, (), frozenset())
    return recorder


def every(step_s: float, begin: float, end: float, one: Snapshot | None = None) -> Iterator[Snapshot]:
    moment = begin
    while moment <= end:
        yield at(moment, one)
        moment += step_s


def tally(recorder: Recorder, hour: int = HOUR, name: str = "chatgpt") -> Tally:
    return recorder.take().hours.get((name, hour), Tally())


def test_time_counts_for_the_light_that_stood() -> None:
    noted = tally(lived(at(NOW), at(NOW + 15, RED), at(NOW + 35, GREY), at(NOW + 36, AWAY), at(NOW + 40)))
    assert noted == Tally(green_ms=15_000, red_ms=20_000, grey_ms=1_000, offline_ms=4_000)


def test_what_is_set_aside_was_there_all_the_same() -> None:
    """To leave something out of the light says what somebody wants to hear of, and not how it was."""
    aside = Aside(NOW, Lasts.UNDONE)
    red = snapshot(structs.replace(service("chatgpt", Light.RED, Finding.DOWN), aside=aside))
    assert tally(lived(at(NOW, red), at(NOW + 15, red))) == Tally(red_ms=15_000)


@pytest.mark.parametrize(
    ("light", "finding", "noted"),
    [
        (Light.GREEN, Finding.OK, Tally(green_ms=4_000)),
        (Light.RED, Finding.DOWN, Tally(red_ms=4_000)),
        (Light.YELLOW, Finding.SLOW, Tally(yellow_ms=4_000)),
        (Light.GREY, Finding.STARTING, Tally(offline_ms=4_000)),
        (Light.GREY, Finding.OWN_NETWORK, Tally(offline_ms=4_000)),
    ],
)
def test_without_a_network_it_can_be_told_of_servers_on_this_machine(
    light: Light, finding: Finding, noted: Tally
) -> None:
    one = snapshot(service("chatgpt", light, finding), network=OFFLINE)
    assert tally(lived(at(NOW, one), at(NOW + 4, one))) == noted


def test_what_is_unverified_is_in_nobodys_history() -> None:
    recorder = lived(at(NOW))
    part = (Part("chatgpt", "chat"),)
    for outcome in Outcome:
        one = Try(NOW, NOW, Source.PROBE, "openai", "h", part, Depth.API, outcome, "x", latency_s=9.0)
        recorder.observed(structs.replace(one, unverified=True))
    assert tally(recorder) == Tally()


def test_nobody_saw_what_happened_while_the_machine_slept() -> None:
    asleep = lived(at(NOW), at(NOW + UNWATCHED_S + 1), at(NOW + UNWATCHED_S + 16))
    assert tally(asleep) == Tally(green_ms=15_000)


@pytest.mark.parametrize("step_s", [0.9, 7.7, 15.0])
def test_an_hour_is_an_hour_however_often_it_is_judged(step_s: float) -> None:
    begin = float(HOUR * 3600 - 90)
    batch = lived(*every(step_s, begin, begin + 3800)).take()
    assert batch.hours["chatgpt", HOUR].green_ms == 3_600_000
    assert batch.days["chatgpt", DAY].green_ms == sum(
        one.green_ms for key, one in batch.hours.items() if key[0] == "chatgpt"
    )


def test_a_day_is_the_local_calendars() -> None:
    midnight = float(DAY * 86_400) - 3600
    batch = lived(at(midnight - 10), at(midnight + 10), utc_offset_s=3600.0).take()
    assert {key[1] - DAY: one.green_ms for key, one in batch.days.items() if key[0] == "claude"} == {
        -1: 10_000,
        0: 10_000,
    }


@pytest.mark.parametrize("ahead_min", [330, 345, -210])
def test_midnight_falls_into_an_hour_of_utc_in_some_places(ahead_min: int) -> None:
    midnight = float(DAY * 86_400) - 60.0 * ahead_min
    batch = lived(*every(15.0, midnight - 3600, midnight + 3600), utc_offset_s=60.0 * ahead_min).take()
    days = {key[1]: one.green_ms for key, one in batch.days.items() if key[0] == "chatgpt"}
    assert days == {DAY - 1: 3_600_000, DAY: 3_600_000}
    hours = {key[1]: one.green_ms for key, one in batch.hours.items() if key[0] == "chatgpt"}
    assert sorted(hours.values())[-1] == 3_600_000
    assert sum(hours.values()) == 7_200_000


@pytest.mark.parametrize("jump_s", [-7200.0, 7200.0, 10 * 365 * 86_400.0])
def test_a_clock_that_is_set_counts_nothing_twice_and_nothing_away(jump_s: float) -> None:
    moments = [at(NOW + 15 * n, offset_s=0.0 if n < 4 else jump_s) for n in range(9)]
    assert sum(one.green_ms for key, one in lived(*moments).take().hours.items() if key[0] == "chatgpt") == 120_000


def request(moment: float, **more: object) -> Try:
    return structs.replace(
        Try(moment, moment, Source.PROBE, "openai", "h", (), Depth.API, Outcome.GOOD, "http_401", latency_s=0.25),
        **more,
    )


def test_one_request_counts_once_for_each_service_it_speaks_for() -> None:
    recorder = lived(at(NOW, offset_s=5.0))
    parts = (Part("openai-api", "responses"), Part("openai-api", "chat-completions"), Part("chatgpt", "chat"))
    recorder.observed(request(NOW, parts=parts))
    batch = recorder.take()
    assert {key: one.good for key, one in batch.hours.items()} == {("openai-api", HOUR): 1, ("chatgpt", HOUR): 1}
    (seen,) = batch.seen["openai-api", HOUR]
    assert (seen.at, seen.code, seen.latency_s) == (NOW + 5.0, "http_401", 0.25)
    assert not recorder.take(), "what is taken is gone"


def test_phases_of_a_long_answer_are_kept_with_it_and_all_are_summed_up_by_day() -> None:
    recorder = lived(at(NOW))
    for seconds in (0.0451, 2.1):
        phases = Phases(0.0124, 0.02, seconds, 0.17)
        recorder.observed(request(NOW, parts=(Part("chatgpt", "chat"),), phases=phases))
    batch = recorder.take()
    assert [seen.phases_ms for seen in batch.seen["chatgpt", HOUR]] == [(), (12, 20, 2100, 170, None)]
    assert batch.hours["chatgpt", HOUR].tls == {}, "hours would take as much room again"
    (day,) = batch.days.values()
    assert day.tls == {bucket(0.045): 1, bucket(2.1): 1}


def test_a_busy_tool_is_counted_whole_and_kept_in_part() -> None:
    recorder = Recorder(lambda at: 0.0)
    for _ in range(SEEN_AN_HOUR + 10):
        recorder.observed(request(NOW, parts=(Part("chatgpt", "chat"),)))
    batch = recorder.take()
    assert batch.hours["chatgpt", HOUR].good == SEEN_AN_HOUR + 10
    assert len(batch.seen["chatgpt", HOUR]) == SEEN_AN_HOUR


def test_changes_have_the_time_of_the_calendar() -> None:
    recorder = Recorder(lambda at: 0.0)
    change = Transition(NOW, "chatgpt", Light.RED, Finding.DOWN, Light.GREEN, Finding.OK)
    recorder.advanced(at(NOW, RED, 30.0), (change,), frozenset())
    assert recorder.take().changes == [structs.replace(change, at=NOW + 30.0)]


def incident(name: str = "openai-1", **more: object) -> Incident:
    update = PageUpdate(NOW - 60, PageStage.INVESTIGATING, "We are looking.")
    one = Incident(name, "openai", ("chatgpt",), ("chatgpt",), IncidentStage.OPEN, NOW - 100, updates=(update,))
    return structs.replace(one, **more)


def test_an_incident_is_noted_when_it_changes() -> None:
    first = incident()
    recorder = lived(at(NOW, snapshot(incidents=(first,)), 40.0))
    (noted,) = recorder.take().incidents.values()
    assert (noted.started_at, noted.updates[0].at) == (NOW - 60, NOW - 20)
    recorder.advanced(at(NOW + 1, snapshot(incidents=(first, incident("openai-2")))), (), frozenset())
    assert list(recorder.take().incidents) == ["openai-2"]


def test_an_incident_that_is_made_anew_and_says_the_same_is_no_news() -> None:
    recorder = lived(at(NOW, snapshot(incidents=(incident(),))))
    recorder.take()
    for turn in range(1, 5):
        states = (PageState("id-1", PageLight.MAJOR),) if turn % 2 else ()
        said = tuple(structs.replace(one, states=states) for one in incident().updates)
        again = incident(updates=said, silent_since=NOW if turn > 2 else None)
        recorder.advanced(at(NOW + turn, snapshot(incidents=(again,)), turn / 7), (), frozenset())
    assert not recorder.has_news
    assert not recorder.take().incidents


def words(text: str) -> tuple[PageUpdate, ...]:
    return (PageUpdate(NOW, PageStage.INVESTIGATING, text), *incident().updates)


def said(recorder: Recorder, moment: float, **more: Any) -> bool:
    """Whether it is news at once that the incident is like this."""
    recorder.advanced(at(moment, snapshot(incidents=(incident(**more),))), (), frozenset())
    if news := recorder.has_news:
        assert recorder.take_news().incidents
    return news


def test_a_page_that_never_stops_writing_is_news_every_five_minutes_and_all_of_it_is_kept() -> None:
    recorder = lived()
    moments = [60.0 * minute for minute in range(11)]
    news = [moment for moment in moments if said(recorder, NOW + moment, updates=words(f"{moment}"), word_at=moment)]
    assert news == [0.0, 60.0, 60.0 + WORDS_S]
    (left,) = recorder.take().incidents.values()
    assert left.updates[0].text == "600.0"
    assert not recorder.has_news


@pytest.mark.parametrize(
    "more",
    [
        {"stage": IncidentStage.RECOVERING},
        {"title": "Elevated errors"},
        {"cause": "a bad deployment"},
        {"red_at": NOW},
        {"silent_since": None, "updates": words("Still looking.")},
    ],
)
def test_whatever_else_becomes_of_it_is_news_at_once(more: dict[str, Any]) -> None:
    recorder = lived()
    silent: dict[str, Any] = {"silent_since": NOW - 9}
    assert said(recorder, NOW, **silent)
    assert said(recorder, NOW + 1, **silent, updates=words("One."))
    assert not said(recorder, NOW + 2, **silent, updates=words("Two."))
    assert said(recorder, NOW + 3, **{**silent, "updates": words("Two."), **more})


def test_a_word_that_was_waiting_is_news_once_it_ends_a_silence() -> None:
    recorder = lived()
    assert said(recorder, NOW, silent_since=NOW - 9)
    assert said(recorder, NOW + 1, silent_since=NOW - 9, updates=words("One."))
    assert not said(recorder, NOW + 2, silent_since=NOW - 9, updates=words("Two."))
    assert said(recorder, NOW + 3, updates=words("Two."))


def test_what_becomes_part_of_another_is_one() -> None:
    shared = incident("anthropic-1", provider="anthropic", shared=True, providers=("anthropic", "openai"))
    recorder = lived(at(NOW, snapshot(incidents=(incident(),))), at(NOW + 1, snapshot(incidents=(shared,))))
    batch = recorder.take()
    assert (list(batch.incidents), batch.gone) == (["anthropic-1"], {"openai-1"})


@pytest.mark.parametrize(("stage", "ended_from"), [(IncidentStage.OVER, None), (IncidentStage.OPEN, NOW + 1)])
def test_what_leaves_the_stage_stays_in_the_journal(stage: IncidentStage, ended_from: float | None) -> None:
    """And does not go on there for ever, when it is no longer watched."""
    one = incident(stage=stage, down=("chatgpt",))
    batch = lived(at(NOW, snapshot(incidents=(one,))), at(NOW + 1, snapshot())).take()
    assert (list(batch.incidents), batch.gone) == (["openai-1"], set())
    left = batch.incidents["openai-1"]
    assert (left.stage, left.ended_from, left.ended_at) == (IncidentStage.OVER, ended_from, None)


def test_that_nobody_watches_it_any_more_is_news_at_once() -> None:
    recorder = lived(at(NOW, snapshot(incidents=(incident(silent_since=NOW - 9),))))
    recorder.take_news()
    recorder.advanced(at(NOW + 1, snapshot()), (), frozenset())
    assert recorder.has_news
    assert recorder.take_news().incidents["openai-1"].silent_since is None


def test_a_run_says_once_what_it_finds_open() -> None:
    recorder = lived(at(NOW, snapshot(incidents=(incident(),))), at(NOW + 1, snapshot(incidents=(incident(),))))
    assert recorder.take_news().open_at_first == frozenset({"openai-1"})
    recorder.advanced(at(NOW + 2), (), frozenset())
    assert recorder.take().open_at_first is None
    assert lived(at(NOW)).take().open_at_first == frozenset()


def test_switches_by_hand_and_by_itself() -> None:
    recorder = lived(at(NOW))
    local = {"openai": Route("openai", To.LOCAL, reason="user", since=NOW, answered=3)}
    recorder.advanced(structs.replace(at(NOW + 1), routes=local), (), frozenset())
    recorder.advanced(structs.replace(at(NOW + 2), routes=local), (), frozenset({"anthropic"}))
    home = {"openai": Route("openai", reason="back_home")}
    recorder.advanced(structs.replace(at(NOW + 3), routes=home), (), frozenset())
    noted = [(one.at - NOW, one.provider, one.to, one.by, one.answered) for one in recorder.take().switches]
    assert noted == [
        (1, "openai", To.LOCAL, By.HAND, 0),
        (2, "anthropic", To.LOCAL, By.ITSELF, 0),
        (3, "openai", To.CLOUD, By.HAND, 3),
        (3, "anthropic", To.CLOUD, By.ITSELF, 0),
    ]


def test_a_restart_is_no_switch() -> None:
    assert lived(structs.replace(at(NOW), routes={"openai": Route("openai", To.LOCAL)})).take().switches == []


def test_local_answers_are_counted_by_day() -> None:
    recorder = Recorder(lambda at: 0.0)
    for _ in range(3):
        recorder.answered(LocalAnswer(NOW, "openai", "aider", "qwen3:8b"))
    assert recorder.take().answered == {("openai", DAY): 3}


def test_what_is_forgotten_before_it_is_written_is_not_written() -> None:
    recorder = lived(at(NOW), at(NOW + 15, snapshot(incidents=(incident(),))))
    recorder.forget(frozenset({"chatgpt"}))
    batch = recorder.take()
    assert {key[0] for key in batch.hours} == {"openai-api", "claude", "claude-api"}
    assert batch.incidents == {}


@pytest.mark.parametrize(
    ("light", "finding", "presses"),
    [(Light.RED, Finding.DOWN, True), (Light.YELLOW, Finding.SLOW, True), (Light.GREY, Finding.NO_EVIDENCE, False)],
)
def test_what_is_counted_presses_where_there_is_trouble(light: Light, finding: Finding, presses: bool) -> None:
    trouble = snapshot(service("chatgpt", light, finding))
    recorder = lived(*every(15.0, NOW, NOW + 30.0, trouble))
    parts = (Part("chatgpt", "chat"), Part("claude", "chat"))
    recorder.observed(request(NOW + 30.0, parts=parts))
    recorder.answered(LocalAnswer(NOW, "openai", "aider", "qwen3:8b"))
    pressing = recorder.take_pressing()
    expected = {"chatgpt"} if presses else set()
    for counted in (pressing.hours, pressing.days, pressing.seen):
        assert {name for name, _ in counted} == expected
    assert pressing.answered == {("openai", DAY): 1}
    recorder.observed(request(NOW + 31.0, parts=parts))
    rest = recorder.take()
    for name in ("chatgpt", "claude"):
        taken = pressing.hours.get((name, HOUR), Tally()).good, rest.hours[name, HOUR].good
        assert taken == ((1, 1) if name in expected else (0, 2))
        assert len(rest.seen[name, HOUR]) == taken[1]
    assert rest.answered == {}


def test_news_are_taken_along_with_what_presses() -> None:
    recorder = lived(at(NOW, snapshot(incidents=(incident(),))))
    assert list(recorder.take_pressing().incidents) == ["openai-1"]
    assert not recorder.has_news


def test_what_happened_is_taken_at_once_and_what_is_counted_goes_on() -> None:
    recorder = lived(*every(15.0, NOW, NOW + 30.0))
    assert not recorder.has_news
    change = Transition(NOW + 31.0, "chatgpt", Light.RED, Finding.DOWN, Light.GREEN, Finding.OK)
    recorder.advanced(at(NOW + 30.0, RED), (change,), frozenset({"openai"}))
    news = recorder.take_news()
    assert (news.changes, [one.by for one in news.switches], news.hours) == ([change], [By.ITSELF], {})
    rest = recorder.take()
    assert (rest.changes, rest.switches) == ([], [])
    assert rest.hours["chatgpt", HOUR].green_ms == 30_000
    assert not recorder.has_news
