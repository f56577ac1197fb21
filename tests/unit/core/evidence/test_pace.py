"""The limits of Politeness hold by construction, whatever the jitter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.evidence.pace import TRY_TIMEOUT_S, Pace, next_delay

# Less the rounding of sums.
MINUTE = 60 - 1e-6
jitters = st.lists(st.floats(0, 1, exclude_max=True), min_size=40, max_size=40)


def moments(pace: Pace, jitter: list[float]) -> list[float]:
    """When a failing host is asked, starting with the first failure at 0."""
    asked = [0.0]
    for number, share in enumerate(jitter, start=1):
        asked.append(asked[-1] + next_delay(pace, number, share))
    return asked


@given(jitters)
def test_six_in_the_first_minute_of_trouble_and_four_in_every_other(jitter: list[float]) -> None:
    asked = moments(Pace.TROUBLE, jitter)
    assert sum(at < MINUTE for at in asked) <= 6
    for start in asked[4:]:
        assert sum(start <= at < start + MINUTE for at in asked) <= 4


@given(jitters)
def test_four_a_minute_while_it_lasts_two_while_red_or_for_long_and_one_while_calm(jitter: list[float]) -> None:
    for pace, limit in ((Pace.LASTING, 4), (Pace.LONG, 2), (Pace.RED, 2), (Pace.CALM, 1)):
        asked = moments(pace, jitter)
        for start in asked:
            assert sum(start <= at < start + MINUTE for at in asked) <= limit


@pytest.mark.parametrize(
    ("pace", "tries", "shortest", "longest"),
    [
        (Pace.TROUBLE, 1, 5.0, 5.75),
        (Pace.TROUBLE, 2, 8.25, 9.4875),
        (Pace.TROUBLE, 3, 8.25, 9.4875),
        (Pace.TROUBLE, 4, 9.0, 10.35),
        (Pace.TROUBLE, 5, 15.0, 17.25),
        (Pace.LASTING, 1, 15.0, 17.25),
        (Pace.LONG, 1, 30.0, 34.5),
        (Pace.TROUBLE, 9, 15.0, 17.25),
        (Pace.RED, 4, 30.0, 34.5),
        (Pace.CALM, 0, 60.0, 61.2),
    ],
)
def test_delays(pace: Pace, tries: int, shortest: float, longest: float) -> None:
    assert next_delay(pace, tries, 0.0) == shortest
    assert next_delay(pace, tries, 1.0) == pytest.approx(longest)


def test_a_try_has_ended_before_the_next_begins() -> None:
    assert next_delay(Pace.TROUBLE, 1, 0.0) > TRY_TIMEOUT_S
