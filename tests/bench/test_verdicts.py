"""A short form of the bench: loose limits that a change of the rules would break."""

import random
import statistics

import pytest

from tests.bench.verdicts import DAY_S, networks, p95, simulate

NAMES = [name for name, _ in networks(random.Random(0), 0.0)]
TRAIN, SOUND = NAMES[2], NAMES[3]


@pytest.mark.parametrize("name", NAMES)
def test_no_false_red_in_two_days_of_any_network(name: str) -> None:
    found = simulate(seed=3, days=2.0, together=0, name=name)
    assert found.false_reds == 0
    assert found.tries > 4 * 2 * DAY_S / 64


def test_plain_strikes_would_have_cried_wolf() -> None:
    assert simulate(seed=3, days=2.0, together=0, name=TRAIN).plain_false_reds >= 10


@pytest.mark.parametrize(("together", "median_s", "p95_s"), [(1, 65.0, 100.0), (3, 80.0, 105.0)])
def test_time_to_red_on_a_sound_network(together: int, median_s: float, p95_s: float) -> None:
    found = simulate(seed=3, days=6.0, together=together, name=SOUND)
    assert found.missed == 0
    assert len(found.to_red_s) >= 40
    assert statistics.median(found.to_red_s) <= median_s
    assert p95(found.to_red_s) <= p95_s
