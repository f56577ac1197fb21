"""A month is what was seen of it; what was not seen is beside it, and every second is in one of them."""

from datetime import date

import pytest

from trayapp.core.journal.history import DAY_S, Month, day_number, day_of, months
from trayapp.core.journal.tally import Tally

FEBRUARY = day_number(date(2026, 2, 1))
HOUR_MS = 3_600_000


def one(*days: tuple[int, str, Tally], first: float, now: float) -> Month:
    (month,) = months(days, {"chatgpt": first}, now)
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
    told = months(days, {}, 1e10)
    assert [(month.service, month.month) for month in told] == [("a", "2026-01"), ("b", "2026-02"), ("b", "2026-03")]


@pytest.mark.parametrize("number", [-5, 10**7, day_number(date(9999, 12, 5))])
def test_a_clock_gone_mad_is_no_crash(number: int) -> None:
    assert len(months([(number, "chatgpt", Tally(1000))], {}, 1e10)) <= 1
