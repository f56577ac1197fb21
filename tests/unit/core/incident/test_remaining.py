"""What remains, read off what lasted longer."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.incident.remaining import FEWEST_ALIKE, HALF_LIFE_OUTAGES, recency, remaining

durations = st.lists(st.floats(60.0, 1e7), min_size=12, max_size=80)
ages = st.floats(0.0, 2e6)


def test_the_quartiles_of_what_has_just_begun() -> None:
    """Of 19 that are told apart by nothing but their length, the new one falls between any two equally often."""
    known = [60.0 * n for n in range(1, 20)]
    # What the newer weigh more moves it up where they are the longer ones, and down where they are the shorter ones.
    rising, falling = remaining(known, 0.0), remaining(known[::-1], 0.0)
    assert rising is not None
    assert falling is not None
    assert rising.alike == 19
    assert rising.low_s + falling.low_s == pytest.approx(2 * 5 * 60, abs=12)
    assert rising.median_s + falling.median_s == pytest.approx(2 * 10 * 60, abs=12)
    assert rising.high_s + falling.high_s == pytest.approx(2 * 15 * 60, abs=12)
    assert falling.median_s < rising.median_s


@pytest.mark.parametrize("age_s", [0.0, 4000.0])
def test_a_quarter_of_the_weight_lies_below_each_quartile(age_s: float) -> None:
    """Counted the other way round, each spread evenly between the next shorter one and itself."""
    rng = random.Random(7)
    known = [rng.lognormvariate(8.0, 1.0) for _ in range(120)]
    left = remaining(known, age_s)
    assert left is not None
    longer = sorted(each for each in zip(known, recency(len(known)), strict=True) if each[0] > age_s)
    for share, remains_s in ((0.25, left.low_s), (0.5, left.median_s), (0.75, left.high_s)):
        below, shorter_s = 0.0, age_s
        for duration_s, weight in longer:
            below += weight * min(1.0, max(0.0, (age_s + remains_s - shorter_s) / (duration_s - shorter_s)))
            shorter_s = duration_s
        assert below == pytest.approx(share * (sum(weight for _, weight in longer) + 1.0))


def test_what_has_lasted_long_lasts_longer_still_where_the_tail_is_long() -> None:
    rng = random.Random(3)
    known = [rng.lognormvariate(8.0, 1.5) for _ in range(400)]
    medians = [left.median_s for age_s in (0.0, 1800.0, 7200.0, 20_000.0) if (left := remaining(known, age_s))]
    assert len(medians) == 4
    assert all(earlier < later for earlier, later in pairwise(medians))


def test_what_always_takes_as_long_is_nearly_over() -> None:
    left = remaining([3600.0 + n for n in range(40)], 3000.0)
    assert left is not None
    assert 600.0 <= left.low_s <= left.high_s <= 640.0


def test_nobody_knows_what_hardly_any_reached() -> None:
    known = [600.0] * 90 + [90_000.0 + n for n in range(12)]
    assert remaining(known, 0.0) is not None
    assert remaining(known, 3600.0) is not None
    assert remaining(known[:-3], 3600.0) is None
    assert remaining(known, 90_003.0) is None
    assert remaining(known, 1e9) is None
    assert remaining([], 0.0) is None


def test_old_ones_fade() -> None:
    """From hours to minutes: a half-life later the new pace is told."""
    changed = [36_000.0 + n for n in range(60)] + [600.0 + n for n in range(int(2 * HALF_LIFE_OUTAGES))]
    left = remaining(changed, 0.0)
    assert left is not None
    assert left.high_s < 1200.0
    assert recency(3)[2] == 1.0
    assert recency(int(HALF_LIFE_OUTAGES) + 1)[0] == pytest.approx(0.5)


def test_nobody_knows_what_only_old_ones_reached() -> None:
    long = [90_000.0 + n for n in range(40)]
    assert remaining(long + [600.0] * 120, 3600.0) is not None
    assert remaining(long[:9] + [600.0] * 60, 3600.0) is None, "nine are nine, however old"
    assert remaining(long + [600.0] * 300, 3600.0) is None


@given(durations, ages)
def test_it_is_a_range_and_within_what_was_seen(known: list[float], age_s: float) -> None:
    left = remaining(known, age_s)
    longer = [duration_s for duration_s in known if duration_s > age_s]
    if left is None:
        assert len(longer) < FEWEST_ALIKE * 1.5
    else:
        assert left.alike == len(longer) >= FEWEST_ALIKE
        assert 0.0 <= left.low_s <= left.median_s <= left.high_s <= max(longer) - age_s


@given(durations, st.floats(0.001, 1000.0))
def test_seconds_or_hours_make_no_difference(known: list[float], factor: float) -> None:
    one, other = remaining(known, 0.0), remaining([factor * duration_s for duration_s in known], 0.0)
    assert one is not None
    assert other is not None
    assert other.median_s == pytest.approx(factor * one.median_s)
    assert other.high_s == pytest.approx(factor * one.high_s)


@given(durations)
def test_longer_pasts_never_shorten_it(known: list[float]) -> None:
    one, other = remaining(known, 0.0), remaining([duration_s + 600.0 for duration_s in known], 0.0)
    assert one is not None
    assert other is not None
    assert other.low_s >= one.low_s
    assert other.median_s >= one.median_s
