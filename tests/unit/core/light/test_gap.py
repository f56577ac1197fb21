"""After a gap nobody knows: a page that lags behind must not end, by itself, what own eyes saw fail before."""

import pytest

from tests.unit.core.playbook import START, Play, Row

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
