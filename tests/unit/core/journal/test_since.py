"""What people type after `--since`."""

import re
from datetime import date, datetime, timedelta, timezone

import pytest

from trayapp.core.journal.since import since

NOW = datetime(2028, 3, 31, 0, 30, tzinfo=timezone(timedelta(hours=5, minutes=45)))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-02-03", date(2026, 2, 3)),
        (" 2026-2-3 ", date(2026, 2, 3)),
        ("2026/02/03", date(2026, 2, 3)),
        ("3.2.2026", date(2026, 2, 3)),
        ("2026-02", date(2026, 2, 1)),
        ("2026", date(2026, 1, 1)),
        ("today", date(2028, 3, 31)),
        ("Yesterday", date(2028, 3, 30)),
        ("gestern", date(2028, 3, 30)),
        ("24h", date(2028, 3, 30)),
        ("90d", date(2028, 1, 1)),
        ("1 day ago", date(2028, 3, 30)),
        ("2 weeks", date(2028, 3, 17)),
        ("1m", date(2028, 2, 29)),
        ("3 months ago", date(2027, 12, 31)),
        ("1y", date(2027, 3, 31)),
        ("2026-02-03T22:04:00Z", date(2026, 2, 4)),
        ("2026-02-03t22:04", date(2026, 2, 3)),
        ("0001-01-01", date(1, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
    ],
)
def test_what_is_a_day(text: str, day: date) -> None:
    assert since(text, NOW) == day


@pytest.mark.parametrize(
    "text",
    ["soon", "2026-02-30", "2026-13", "31.2.2026", "-3d", "3 fortnights", "99999y", "99999 months", "1e3d", "²d"],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        since(text, NOW)
