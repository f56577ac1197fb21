"""A short form of the bench: loose limits that a change of the rules would break."""

import statistics

import pytest

from tests.bench.verdicts import episodes, p95, simulate, to_yellow_min
from tests.bench.verdicts_outages import in_part, slow_deaths

TRAIN = "two hours of train a day"
# Ten seconds of computing, which a machine that is busy with other workers gives in minutes.
pytestmark = pytest.mark.timeout(400)


@pytest.mark.parametrize("name", ["10 % slow names", "café"])
def test_a_bad_network_is_no_providers_trouble(name: str) -> None:
    found = simulate(seed=5, days=2.0, together=0, name=name)
    assert (found.false_reds, found.false_yellows) == (0, 0)


def test_plain_strikes_would_have_cried_wolf() -> None:
    assert simulate(seed=3, days=1.0, together=0, name=TRAIN).plain_false_reds >= 5


@pytest.mark.parametrize(("together", "median_s", "p95_s"), [(1, 65.0, 92.0), (3, 80.0, 105.0)])
def test_time_to_red_on_a_sound_network(together: int, median_s: float, p95_s: float) -> None:
    found = simulate(seed=3, days=2.0, together=together, name="sound")
    assert found.missed == 0
    assert len(found.to_red_s) >= 40
    assert statistics.median(found.to_red_s) <= median_s
    assert p95(found.to_red_s) <= p95_s


def test_what_fails_in_part_is_yellow_soon_stays_so_and_is_not_called_down() -> None:
    told = episodes(3, 8, in_part)
    assert statistics.median(to_yellow_min(told, 7200.0)) <= 20.0
    assert statistics.mean(one.in_yellow_s for one in told) >= 0.75 * 7200.0
    assert sum(one.reds for one in told) == 0


def test_a_slow_death_is_yellow_then_red_once() -> None:
    told = episodes(3, 16, slow_deaths)
    assert all(one.yellow_s is not None and one.red_s is not None and one.yellow_s < one.red_s - 60.0 for one in told)
    assert [one.reds for one in told] == [1] * 16
    assert all(one.red_at_end for one in told)
