"""What is usual at an hour of the week."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tests.support.spelled import spelled
from trayapp.core.light.rhythm import WEEKS_BACK, WEEKS_KEPT, Rhythm
from trayapp.core.light.slowness import BASELINE_SAMPLES, Pulse

MONDAY_15 = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
WEEK_S = 7 * 86_400.0


def at(week: int, minute: int = 0, hour: datetime = MONDAY_15) -> float:
    return hour.timestamp() + week * WEEK_S + 60.0 * minute


def lived(*weeks: tuple[int, float, int]) -> Rhythm:
    """(week, seconds, how often) at Mondays, 15:00 UTC."""
    rhythm = Rhythm()
    for week, seconds, times in weeks:
        for number in range(times):
            rhythm.note(at(week, number % 60), seconds)
    return rhythm


@pytest.mark.parametrize(
    ("weeks", "usual_s"),
    [
        ([(0, 5.0, 25), (1, 5.0, 25)], 5.0),
        ([(0, 5.0, 25), (1, 5.0, 24)], None),  # 49 samples
        ([(1, 5.0, 500)], None),  # one week may have been an outage
        ([(0, 9.0, 40), (1, 1.0, 40)], 1.0),  # so may one of two
        ([(-1, 9.0, 40), (0, 1.0, 40), (1, 9.0, 40)], 9.0),  # two of three are a habit
        ([(-1, 2.0, 40), (0, 1.0, 40), (1, 9.0, 40)], 2.0),
        ([(0, 5.0, 25), (1, 5.0, 25), (2, 1.0, 500)], 5.0),  # what happens now makes nothing usual
        ([(-WEEKS_BACK, 5.0, 50), (-WEEKS_BACK - 1, 5.0, 50)], None),  # long ago
        ([(1, 5.0, 50), (2, 1.0, 500)], None),  # nor two weeks out of one
        ([(2 - WEEKS_BACK, 5.0, 25), (1, 5.0, 25)], 5.0),
        ([(3, 5.0, 50), (4, 5.0, 50)], None),  # of a clock that was wrong
    ],
    ids=spelled,
)
def test_what_is_usual_on_mondays(weeks: list[tuple[int, float, int]], usual_s: float | None) -> None:
    found = lived(*weeks).usual_s(at(2), BASELINE_SAMPLES)
    assert found == (None if usual_s is None else pytest.approx(usual_s, rel=0.05))


def test_the_hours_beside_it_know_nothing_of_it() -> None:
    rhythm = lived((0, 5.0, 50), (1, 5.0, 50))
    assert rhythm.usual_s(at(2, 59), BASELINE_SAMPLES) is not None
    for minute in (-1, 60, 24 * 60):
        assert rhythm.usual_s(at(2, minute), BASELINE_SAMPLES) is None


def test_summer_time_moves_nothing() -> None:
    """The clocks of Berlin went forward on 29 March 2026; 15:00 UTC is 16:00 there before and 17:00 after."""
    rhythm = lived((2, 5.0, 50), (3, 5.0, 50))
    berlin = ZoneInfo("Europe/Berlin")
    after = (MONDAY_15 + timedelta(weeks=4)).astimezone(berlin)
    assert (MONDAY_15.astimezone(berlin).hour, after.hour) == (16, 17)
    assert rhythm.usual_s(after.timestamp(), BASELINE_SAMPLES) is not None


def test_what_is_kept_is_bounded_and_survives_a_restart() -> None:
    rhythm = Rhythm()
    for week in range(60):
        for hour in range(168):
            for minute in range(0, 60, 5):
                rhythm.note(at(week, 60 * hour + minute), 0.5 + 0.1 * (minute % 7))
    assert len(rhythm.hours) == 168
    assert {len(weeks) for weeks in rhythm.hours.values()} == {WEEKS_KEPT}
    raw = msgspec.json.encode(rhythm)
    assert len(raw) < 100_000
    again = msgspec.json.decode(raw, type=Rhythm)
    assert again == rhythm


def test_one_leap_into_the_future_costs_no_habit() -> None:
    rhythm = lived((0, 5.0, 50), (1, 5.0, 50), (520, 1.0, 3))
    assert rhythm.usual_s(at(2), BASELINE_SAMPLES) == pytest.approx(5.0, rel=0.05)


def used(*samples: tuple[float, float], offset_s: float = 0.0) -> Pulse:
    """Fast all week, a request every 10 minutes, then these: (Unix time, seconds)."""
    pulse = Pulse()
    for number in range(3 * 7 * 24 * 6):
        moment = at(-1) + 600.0 * number
        hourly = moment % WEEK_S // 3600 == at(0) % WEEK_S // 3600
        for repeated in range(5 if hourly else 1):
            pulse.note(moment + repeated - offset_s, 4.0 if hourly else 0.5, offset_s)
    for moment, seconds in samples:
        pulse.note(moment - offset_s, seconds, offset_s)
    return pulse


def slow(pulse: Pulse) -> bool:
    return pulse.slow(pulse.latest[-1][0]) is not None


def test_who_is_always_slow_on_mondays_is_not_slow_then() -> None:
    monday = at(2, 10)
    assert not slow(used(*((monday + 60 * n, 4.0) for n in range(3))))
    tuesday = at(2, 24 * 60)
    assert slow(used(*((tuesday + 60 * n, 4.0) for n in range(3)))), "at any other hour that is eight times the usual"


def test_who_is_slow_against_its_hour_is_slow() -> None:
    monday = at(2, 10)
    pulse = used(*((monday + 60 * n, 13.0) for n in range(3)))
    assert list(pulse.slow(monday + 120) or ()) == pytest.approx([13.0, 4.0], rel=0.05), (
        "what is told is the hour's own"
    )


def test_each_of_three_is_judged_by_its_own_hour() -> None:
    end = at(2, 60)
    assert not slow(used((end - 60, 4.0), (end, 4.0), (end + 60, 4.0))), "the first was as slow as always"
    assert slow(used((end, 4.0), (end + 60, 4.0), (end + 120, 4.0)))


def test_it_is_the_hour_on_the_wall_wherever_the_steady_clock_stands() -> None:
    offset_s = 5 * 86_400.0
    pulse = used(*((at(2, 10) + 60 * n, 4.0) for n in range(3)), offset_s=offset_s)
    moment = pulse.latest[-1][0]
    assert pulse.slow(moment, offset_s) is None
    assert pulse.slow(moment) is not None, "at the steady clock's own hour it would be"


def test_a_restart_knows_every_hour() -> None:
    pulse = used()
    again = msgspec.json.decode(msgspec.json.encode(pulse), type=Pulse)
    for number in range(3):
        again.note(at(2, 10) + 60 * number, 4.0)
    assert not slow(again)


def test_what_was_kept_before_there_were_hours_is_read() -> None:
    assert msgspec.json.decode(b'{"latest":[[1.0,2.0]],"usual":[]}', type=Pulse).rhythm == Rhythm()
