"""Delays in buckets: any quantile is right to 5 %, and sums are exact."""

import random

import pytest

from trayapp.core.delays import bucket, quantile


def counted(delays: list[float]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for one in delays:
        counts[bucket(one)] = counts.get(bucket(one), 0) + 1
    return counts


@pytest.mark.parametrize("share", [0.0, 0.5, 0.95, 1.0])
def test_a_quantile_is_within_5_percent(share: float) -> None:
    dice = random.Random(3)
    delays = sorted(dice.lognormvariate(-1.0, 1.5) + 0.001 for _ in range(2001))
    right = delays[max(0, -(-int(share * 2001 * 1000) // 1000) - 1)]
    assert quantile(counted(delays), share) == pytest.approx(right, rel=0.06)


@pytest.mark.parametrize("delay", [0.0, -1.0, 1e-9, 0.001])
def test_nothing_is_shorter_than_the_shortest(delay: float) -> None:
    assert quantile(counted([delay]), 0.5) == pytest.approx(0.001)


def test_of_nothing_there_is_no_quantile() -> None:
    assert quantile({}, 0.5) is None


def test_one_value_is_all_of_its_quantiles() -> None:
    for share in (0.0, 0.5, 1.0):
        assert quantile(counted([12.0] * 9), share) == pytest.approx(12.0, rel=0.05)
