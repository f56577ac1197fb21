"""After a gap nobody knows: a page that lags behind must not end, by itself, what own eyes saw fail before."""

import msgspec
import pytest

from tests.unit.core.playbook import CATALOGUE, START, Play, Row
from trayapp.core.evidence.own_evidence import GAP_S
from trayapp.core.light.gap import Gap, GapMemory
from trayapp.engine.state import Memory, State

BEFORE = [
    Row(0, "page ok; api 200; beta 200", "api green ok", "all is well"),
    *(Row(at, "api 503 +", "", "it falls") for at in (60, 65, 80, 95)),
]
HOUR_S = 3600.0
RESTART = HOUR_S + START


@pytest.fixture
def after() -> Play:
    """An engine that was killed while the API was red, and starts again an hour later."""
    play = Play(("api", "beta"))
    for row in BEFORE:
        for sample in row.samples.split("; "):
            play.feed(row.at, sample)
    play.expect("api red down", "while it was watched")
    play.restart(HOUR_S)
    return play


def lights(play: Play) -> tuple[str, str, list[str]]:
    api = play.last.service("api")
    assert api is not None
    return api.light, api.finding, [incident.stage for incident in play.incidents]


def test_the_page_alone_says_nothing_until_own_eyes_have_spoken(after: Play) -> None:
    after.feed(HOUR_S + 1, "page ok")
    assert lights(after) == ("grey", "starting", ["open"])
    after.feed(HOUR_S + 2, "api 503 +")
    assert lights(after) == ("grey", "starting", ["open"])
    for at in (7, 22, 37):
        after.feed(HOUR_S + at, "api 503 +")
    assert lights(after) == ("red", "down", ["open"])


def test_the_first_good_answer_ends_it(after: Play) -> None:
    after.feed(HOUR_S + 1, "page ok")
    after.feed(HOUR_S + 2, "api 200")
    assert lights(after) == ("green", "ok", ["over"])
    (incident,) = after.incidents
    assert incident.ended_from is not None
    assert incident.ended_at is not None
    assert incident.ended_from <= START + 95 < RESTART <= incident.ended_at


def test_what_cannot_be_asked_is_left_to_the_page_in_the_end(after: Play) -> None:
    after.feed(HOUR_S + 1, "page ok")
    after.feed(HOUR_S + 121, "page ok")
    assert lights(after)[:2] == ("green", "ok")


class TestLatest:
    """The time itself, in minutes of a run that nothing but what is said disturbs."""

    def test_a_pause_in_what_comes_in_is_one(self) -> None:
        gap = Gap(START, START)
        for at in (0.0, GAP_S, 2 * GAP_S + 1, 2 * GAP_S + 2):
            gap.observed(START + at)
        assert gap.latest == (START + GAP_S, START + 2 * GAP_S + 1)

    def test_a_restart_in_its_midst_does_not_make_two_short_ones_of_it(self) -> None:
        gap = Gap(START, START)
        gap.observed(START)
        again = Gap(START + 400, START + 390, gap.remember())
        again.observed(START + 700)
        assert again.latest == (START, START + 700)

    def test_the_time_before_an_absence_counts_where_nothing_came_in(self) -> None:
        assert Gap(START + 1000, START + 300, GapMemory((0.0, 0.0), START)).latest == (START, START + 1000)

    def test_the_own_network_was_gone_whatever_was_restarted_meanwhile(self) -> None:
        gap = Gap(START, START)
        gap.network(START + 1, START + 1)
        again = Gap(START + 400, START + 390, gap.remember())
        again.network(START + 300, START + 410)
        again.network(None, START + 700)
        assert again.latest == (START + 1, START + 700)
        again.network(None, START + 710)
        assert again.latest == (START + 1, START + 700)

    def test_what_an_older_version_kept_knows_of_none(self) -> None:
        gap = Gap(START, START - 60)
        gap.observed(START + 500)
        assert gap.latest == (0.0, 0.0)

    def test_a_clock_that_was_set_back_a_little_makes_none(self) -> None:
        gap = Gap(START, START + 30, GapMemory((0.0, 0.0), START + 30))
        gap.observed(START + GAP_S)
        assert gap.latest == (0.0, 0.0)


PAGE_TROUBLE = [
    ("page major:completions", "red down"),
    ("page degraded:completions", "yellow degraded"),
    ("page incident:investigating:critical:completions", "yellow degraded"),
]


@pytest.mark.parametrize(("said", "light"), PAGE_TROUBLE)
@pytest.mark.parametrize("restarts", [(), (701.0,), (701.0, 702.0, 900.0)])
def test_what_the_page_said_before_it_stays_unsaid(said: str, light: str, restarts: tuple[float, ...]) -> None:
    play = Play(("api", "beta"))
    play.feed(0.0, said)
    play.expect(f"api {light}", "the page says so")
    (incident,) = play.incidents
    play.feed(700.0, "api 401")
    for at in restarts:
        play.restart(at)
        play.expect("api green ok", f"restarted at {at}")
    play.feed(910.0, "api 401")
    play.expect("api green ok", "and when it was asked again")
    assert [one.id for one in play.incidents] == [incident.id]


@pytest.mark.parametrize(("said", "light"), PAGE_TROUBLE)
def test_without_one_the_pages_word_stands_from_restart_to_restart(said: str, light: str) -> None:
    play = Play(("api", "beta"))
    play.feed(0.0, said)
    for at in (10.0, 20.0, 500.0, 1000.0, 1500.0):
        play.feed(at - 1, "beta 200")
        play.restart(at)
        play.expect(f"api {light}", f"restarted at {at}")
    assert len(play.incidents) == 1


@pytest.mark.parametrize(("said", "light"), PAGE_TROUBLE)
def test_nor_does_an_update_of_the_program_make_one(said: str, light: str) -> None:
    """Its memory said nothing of gaps, nor how rarely a page is read."""
    play = Play(("api", "beta"))
    play.feed(0.0, said)
    kept = msgspec.to_builtins(play.state.remember())
    del kept["judge"]["gap"], kept["judge"]["pages"]["acme"]["interval_s"]
    play.state = State(CATALOGUE, play.watched, START + 60, msgspec.convert(kept, Memory))
    play.wait(60.0)
    play.feed(61.0, "beta 200")
    play.expect(f"api {light}", "the last word of a page that is not read again yet")
    assert len(play.incidents) == 1


def test_a_page_that_is_read_rarely_keeps_its_word_through_a_pause_as_long() -> None:
    """Which of two readings a quarter of an hour apart came before a restart makes no difference."""
    play = Play(("chat", "api", "beta"))
    for at, sample in ((0.0, "page ok"), (900.0, "page major:completions")):
        play.feed(at, sample)
    play.restart(910.0)
    play.feed(1610.0, "beta 200")
    play.expect("api red down", "seven hundred seconds are no gap to who looks every nine hundred")
    play.feed(1800.0, "page ok")
    play.wait(2699.0)
    play.expect("chat green ok", "nor is the first reading after the restart older than usual")
