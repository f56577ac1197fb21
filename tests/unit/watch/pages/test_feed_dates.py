"""Times without a year, as they stand before updates."""

from datetime import UTC, datetime

import pytest

from trayapp.watch.pages.feed_dates import near


def _at(said: str) -> float:
    return datetime.fromisoformat(said).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("said", "about", "at"),
    [
        ("Sep 20, 11:00 UTC", "2026-09-20T12:00", "2026-09-20T11:00"),
        ("Sep  20, 11:00:30 GMT+0", "2026-09-20T12:00", "2026-09-20T11:00:30"),
        ("Aug 28, 10:33 PM UTC", "2026-08-28T23:00", "2026-08-28T22:33"),
        ("Aug 28, 12:33 AM UTC", "2026-08-28T23:00", "2026-08-28T00:33"),
        ("December 31, 23:50 UTC", "2027-01-01T00:10", "2026-12-31T23:50"),
        ("Jan 1, 00:10 UTC", "2026-12-31T23:50", "2027-01-01T00:10"),
        ("Feb 29, 10:00 UTC", "2028-03-01T10:00", "2028-02-29T10:00"),
    ],
)
def test_the_year_that_brings_it_nearest(said: str, about: str, at: str) -> None:
    assert near(said, _at(about)) == _at(at)


@pytest.mark.parametrize(
    "said",
    [
        # Of another year than it seems, or the item's own time is wrong.
        "Mar 20, 11:00 UTC",
        # Several zones are called so.
        "Sep 20, 11:00 CST",
        "Sep 20, 11:00 GMT+2",
        "Sep 20, 11:00",
        "Foo 20, 11:00 UTC",
        "Sep 31, 11:00 UTC",
        "Sep 20, 25:00 UTC",
        "20 September",
        "",
    ],
)
def test_what_says_nothing(said: str) -> None:
    assert near(said, _at("2026-09-20T12:00")) is None
    assert near("Sep 20, 11:00 UTC", None) is None
