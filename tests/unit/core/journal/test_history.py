"""A month is what was seen of it; what was not seen is beside it, and every second is in one of them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.support.zones import ahead_of_utc
from trayapp.core.journal.history import DAY_S, Month, begins_at, day_number, day_of, months
from trayapp.core.journal.tally import Tally

FEBRUARY = day_number(date(2026, 2, 1))
HOUR_MS = 3_600_000


def one(*days: tuple[int, str, Tally], first: float, now: float) -> Month:
    (month,) = months(days, {"chatgpt": first}, now, lambda at: 0.0)
    return month


def test_days_have_numbers() -> None:
    assert (day_number(date(1970, 1, 1)), day_of(FEBRUARY)) == (0, date(2026, 2, 1))


def test_every_second_of_a_month_is_somewhere() -> None:
    seen = Tally(20 * HOUR_MS, 2 * HOUR_MS, HOUR_MS, HOUR_MS, 3 * HOUR_MS)
    month = one((FEBRUARY + 3, "chatgpt", seen), (FEBRUARY + 9, "chatgpt", seen), first=0.0, now=FEBRUARY * DAY_S + 1e9)
    assert (month.month, month.observed_s, month.down_s, month.offline_s) == ("2026-02", 46 * 3600, 7200, 21_600)
    parts = (month.up_s, month.impaired_s, month.down_s, month.unknown_s, month.offline_s, month.unwatched_s)
    assert sum(parts) == 28 * DAY_S
    assert month.uptime == pytest.approx(1 - 2 / 46)


def test_a_month_that_is_not_over_ends_now_and_one_that_began_late_begins_then() -> None:
    first, now = (FEBRUARY + 3) * DAY_S + 7200.0, (FEBRUARY + 4) * DAY_S + 3600.0
    month = one((FEBRUARY + 3, "chatgpt", Tally(10 * HOUR_MS)), first=first, now=now)
    assert month.unwatched_s == now - first - 36_000


def test_where_it_could_never_be_told_there_is_no_uptime() -> None:
    month = one((FEBRUARY, "chatgpt", Tally(grey_ms=5000, offline_ms=5000)), first=0.0, now=1e10)
    assert (month.uptime, month.observed_s) == (None, 0.0)


def test_a_clock_that_was_set_back_makes_nothing_negative() -> None:
    month = one((FEBRUARY, "chatgpt", Tally(30 * HOUR_MS)), first=FEBRUARY * DAY_S, now=(FEBRUARY + 1) * DAY_S)
    assert month.unwatched_s == 0.0


def test_months_and_services_stand_apart_in_order() -> None:
    days = [(FEBRUARY + 40, "b", Tally(1)), (FEBRUARY, "b", Tally(1)), (FEBRUARY - 1, "a", Tally(1))]
    told = months(days, {}, 1e10, lambda at: 0.0)
    assert [(month.service, month.month) for month in told] == [("a", "2026-01"), ("b", "2026-02"), ("b", "2026-03")]


@pytest.mark.parametrize("number", [-5, 10**7, day_number(date(9999, 12, 5))])
def test_a_clock_gone_mad_is_no_crash(number: int) -> None:
    assert len(months([(number, "chatgpt", Tally(1000))], {}, 1e10, lambda at: 0.0)) <= 1


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("UTC", "2026-02-01", "2026-02-01T00:00"),
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00"),
        ("Europe/Berlin", "2026-03-30", "2026-03-29T22:00"),
        ("Europe/Berlin", "2026-10-26", "2026-10-25T23:00"),
        ("Asia/Kathmandu", "2028-02-29", "2028-02-28T18:15"),
        ("Australia/Lord_Howe", "2026-04-06", "2026-04-05T13:30"),
        ("America/New_York", "2026-03-08", "2026-03-08T05:00"),
        # There clocks go forward at midnight, and back at midnight or one o'clock.
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00"),
        ("Africa/Cairo", "2026-10-30", "2026-10-29T22:00"),
        ("America/Havana", "2026-03-08", "2026-03-08T05:00"),
        ("America/Havana", "2026-11-01", "2026-11-01T04:00"),
    ],
)
def test_a_day_begins_with_its_first_moment_whatever_is_done_to_clocks(zone: str, day: str, begins: str) -> None:
    found = begins_at(day_number(date.fromisoformat(day)), ahead_of_utc(zone))
    assert datetime.fromtimestamp(found, UTC).isoformat(timespec="minutes")[:16] == begins
    here, before = (datetime.fromtimestamp(at, ZoneInfo(zone)).date() for at in (found, found - 1))
    assert before < here == date.fromisoformat(day)


@pytest.mark.parametrize("day", ["1970-01-01", "2024-03-31", "3026-03-30", "9999-12-31"])
def test_where_no_calendar_reaches_a_day_begins_in_utc(day: str) -> None:
    number = day_number(date.fromisoformat(day))
    assert begins_at(number, lambda at: 1 / 0) == number * DAY_S


@pytest.mark.parametrize(("month", "hours"), [("2026-03", 743), ("2026-10", 745), ("2026-02", 672), ("2028-02", 696)])
def test_a_month_is_as_long_as_it_was(month: str, hours: int) -> None:
    day = day_number(date.fromisoformat(f"{month}-03"))
    (told,) = months([(day, "chatgpt", Tally(HOUR_MS))], {"chatgpt": 0.0}, 1e10, ahead_of_utc("Europe/Berlin"))
    assert told.observed_s + told.unwatched_s == hours * 3600


@pytest.mark.parametrize(("count", "told"), [(1, False), (19, False), (20, True)])
def test_of_few_answers_nobody_knows_the_latest(count: int, told: bool) -> None:
    delays = {50: count}
    tally = Tally(1, answers=delays, first_tokens=delays, dns=delays, connects=delays, tls=delays, first_bytes=delays)
    month = one((FEBRUARY, "chatgpt", tally), first=0.0, now=1e10)
    for what in ("answer", "first_token", "dns", "connect", "tls", "first_byte"):
        assert getattr(month, f"{what}_p50_s") is not None
        assert (getattr(month, f"{what}_p95_s") is not None) is told


def test_a_month_in_which_nobody_watched_is_there() -> None:
    days = [(FEBRUARY + offset, "chatgpt", Tally(HOUR_MS)) for offset in (0, 100, -4000, 4000)]
    first, now = FEBRUARY * float(DAY_S), (FEBRUARY + 101) * float(DAY_S)
    told = months(days, {"chatgpt": first}, now, lambda at: 0.0)
    known = [one for one in told if one.month.startswith("2026")]
    assert [one.month for one in known] == ["2026-02", "2026-03", "2026-04", "2026-05"]
    assert [one.uptime for one in known] == [1.0, None, None, 1.0]
    assert sum(one.observed_s + one.unwatched_s for one in known) == now - first
    assert len(told) == 6, "what only a wrong clock knows is a month of its own"
