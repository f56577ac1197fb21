"""Fields of other people's records."""

from typing import Any

import pytest

from tests.support.fakeclock import FakeClock
from trayapp.watch.pages.fetch import Unfit
from trayapp.watch.pages.records import MAX_RECORDS, inner, listed, listing, moment, text

CLOCK = FakeClock()
AT = 1_770_156_240.0


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2026-02-03T22:04:00Z", AT),
        ("2026-02-03T22:04:00.499Z", AT),
        ("2026-02-03T22:04:00", AT),
        ("2026-02-03 22:04:00", AT),
        ("2026-02-03T23:04:00+01:00", AT),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("2026-02-03T14:04:00-0800", AT),
        ("2026-02-03T22:04:00.332360075Z", AT),
        ("2026-02-03 22:04:00 UTC", AT),
        ("Tue, 03 Feb 2026 22:04:00 GMT", AT),
        ("Tue, 03 Feb 2026 14:04:00 -0800", AT),
        ("Tue, 03 Feb 2026", None),
        ("03 Feb", None),
        ("-1" * 200, None),
        ("", None),
        (None, None),
    ],
)
def test_moments(said: object, at: float | None) -> None:
    assert moment({"at": said}, "at", clock=CLOCK) == at


def test_the_first_moment_that_can_be_read() -> None:
    record = {"shown": "soon", "made": "2026-02-03T22:04:00Z"}
    assert moment(record, "shown", "made", clock=CLOCK) == AT
    assert moment(record, "never", clock=CLOCK) is None


@pytest.mark.parametrize(("value", "read"), [("a", "a"), ("", None), (7, None), (None, None), (["a"], None)])
def test_texts(value: object, read: str | None) -> None:
    assert text({"key": value}, "key") == read


@pytest.mark.parametrize("value", [None, 7, "x", {}])
def test_lists(value: Any) -> None:
    assert listed({"key": value}, "key") == []
    with pytest.raises(Unfit):
        listing({"key": 7 if value is None else value}, "key", optional=True)
    with pytest.raises(Unfit):
        listing({"key": value}, "key")


def test_what_is_no_record_is_an_empty_one() -> None:
    assert listed({"key": [{"a": 1}, None, 3, []]}, "key") == [{"a": 1}, {}, {}, {}]
    assert listing({}, "key", optional=True) == []
    assert inner({"key": [1]}, "key") == {}
    assert inner({"key": {"a": 1}}, "key") == {"a": 1}


def test_lists_have_an_end() -> None:
    assert len(listed({"key": [{}] * (MAX_RECORDS + 1)}, "key")) == MAX_RECORDS
    assert len(listing({"key": [{}] * MAX_RECORDS}, "key")) == MAX_RECORDS
    with pytest.raises(Unfit) as caught:
        listing({"key": [{}] * (MAX_RECORDS + 1)}, "key")
    assert (caught.value.reason, caught.value.params) == ("too_many", {"limit": MAX_RECORDS})


@pytest.mark.parametrize(
    ("said", "at"),
    [
        (1_770_156_240, AT),
        (1_770_156_240.4, AT),
        (1_770_156_240_000, AT),
        ("1770156240", AT),
        ("1770156240000", AT),
        (0, None),
        (-5, None),
        (True, None),
        (10**400, None),
        (float("inf"), None),
        (float("nan"), None),
        ("9" * 300, None),
        ("1770156240.5", None),
        (None, None),
    ],
)
def test_unix_times(said: object, at: float | None) -> None:
    assert moment({"at": said}, "never", "at", clock=CLOCK) == at
