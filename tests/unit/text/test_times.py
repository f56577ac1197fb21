"""Durations in the two largest units, times of day in the user's zone."""

from datetime import UTC, datetime, timedelta

import pytest

from trayapp.text.language import set_language
from trayapp.text.times import ago, answer_time, clock_time, day_time, duration, since, waiting_time, wall_time

NIGHT = datetime(2026, 2, 3, 21, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [
        (-5, "0 s", "0 s"),
        (0, "0 s", "0 s"),
        (59.9, "59 s", "59 s"),
        (60, "1 min", "1 Min."),
        (18 * 60 + 50, "18 min", "18 Min."),
        (3600, "1 h", "1 Std."),
        (3 * 3600 + 19 * 60 + 59, "3 h 19 min", "3 Std. 19 Min."),
        (86_400, "1 d", "1 Tg."),
        (2 * 86_400 + 4 * 3600 + 120, "2 d 4 h", "2 Tg. 4 Std."),
    ],
)
def test_duration(seconds: float, english: str, german: str) -> None:
    assert duration(seconds) == english
    set_language("de")
    assert duration(seconds) == german


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [(-1, "just now", "gerade eben"), (4, "just now", "gerade eben"), (360, "6 min ago", "vor 6 Min.")],
)
def test_ago(seconds: float, english: str, german: str) -> None:
    assert ago(seconds) == english
    set_language("de")
    assert ago(seconds) == german


def test_the_time_of_day_is_local(spoken: str) -> None:
    assert clock_time(NIGHT) == "22:04"


@pytest.mark.parametrize(
    ("later", "english", "german"),
    [
        (timedelta(minutes=18), "22:04", "22:04"),
        (timedelta(hours=3, minutes=19), "22:04", "22:04"),
        (timedelta(hours=13), "3 Feb, 22:04", "3. Feb., 22:04"),
        (timedelta(days=90), "3 Feb, 22:04", "3. Feb., 22:04"),
        (timedelta(days=-1), "3 Feb, 22:04", "3. Feb., 22:04"),
        (timedelta(days=200), "3 Feb 2026, 22:04", "3. Feb. 2026, 22:04"),
        (timedelta(days=-400), "3 Feb 2026, 22:04", "3. Feb. 2026, 22:04"),
    ],
)
def test_the_day_is_named_when_it_is_another(later: timedelta, english: str, german: str) -> None:
    assert day_time(NIGHT, NIGHT + later) == english
    set_language("de")
    assert day_time(NIGHT, NIGHT + later) == german


def test_since_says_it_twice() -> None:
    at = NIGHT.timestamp() - 1000.0
    assert since(at, at + 1080, 1000.0) == "since 22:04, 18 min"
    set_language("de")
    assert since(at, at + 1080, 1000.0) == "seit 22:04, 18 Min."
    assert wall_time(at, 1000.0) == NIGHT


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [(0.04, "under 0.1 s", "unter 0,1 s"), (0.7, "0.7 s", "0,7 s"), (9.94, "9.9 s", "9,9 s"), (12.4, "12 s", "12 s")],
)
def test_answer_time(seconds: float, english: str, german: str) -> None:
    assert answer_time(seconds) == english
    set_language("de")
    assert answer_time(seconds) == german


@pytest.mark.parametrize(("seconds", "said"), [(0.0, "1 s"), (0.3, "1 s"), (3.0, "3 s"), (3.1, "4 s"), (61, "1 min")])
def test_waiting_is_never_promised_too_short(seconds: float, said: str) -> None:
    assert waiting_time(seconds) == said
