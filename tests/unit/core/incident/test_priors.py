"""What is published of outages, as tables that can be asked at any age."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.incident.priors import prior, prior_remaining

NAMES = ["openai", "anthropic", "nobody"]


@pytest.mark.parametrize(
    ("name", "median_min", "high_min", "outages"),
    [("openai", 73.2, 171, 417), ("anthropic", 49.8, 109.8, 222), ("nobody", 74.4, 168.1, 639)],
)
def test_at_the_beginning_it_is_what_was_published(name: str, median_min: float, high_min: float, outages: int) -> None:
    left = prior_remaining(prior(name), 0.0)
    assert left is not None
    assert left.median_s == pytest.approx(60 * median_min, rel=1e-3)
    assert left.high_s == pytest.approx(60 * high_min, rel=1e-3)
    assert left.alike == outages


def test_later_it_is_of_those_that_lasted_longer() -> None:
    """After an hour 60 % of OpenAI's 417 go on; half of those, so 70 % of all, are over between 73 and 171 minutes."""
    left = prior_remaining(prior("openai"), 3600.0)
    assert left is not None
    assert left.alike == 251
    assert 73.2 < 60 + left.median_s / 60 < 171


def test_even_the_shortest_are_gone_little_by_little() -> None:
    """3.9 % of OpenAI's 417 took up to ten minutes; how many of those took eight lies on the way there."""
    alike = [left.alike for age_min in (1, 8, 10) if (left := prior_remaining(prior("openai"), 60.0 * age_min))]
    assert alike == [417, 402, 401]


def test_silent_where_nearly_all_were_over() -> None:
    for name in NAMES:
        assert prior_remaining(prior(name), 82 * 3600.0) is None
    assert prior_remaining(prior("openai"), 86_400.0) is not None


@pytest.mark.parametrize("name", NAMES)
def test_what_goes_on_for_half_a_day_is_not_said_to_be_over_soon(name: str) -> None:
    """Of OpenAI's every sixteenth, of Anthropic's every thirteenth took more than a day."""
    for age_h in range(4, 20):
        left = prior_remaining(prior(name), age_h * 3600.0)
        assert left is not None
        assert left.median_s >= 8 * 3600.0
        assert left.high_s >= 20 * 3600.0 if name == "openai" else left.high_s >= 15 * 3600.0


def test_of_others_it_is_what_those_two_were_together() -> None:
    for minutes, share in ((10, 0.055), (30, 0.258), (60, 0.434), (180, 0.771), (1440, 0.934)):
        left = prior_remaining(prior("nobody"), 60.0 * minutes)
        assert left is not None
        assert left.alike == pytest.approx(639 * (1 - share), abs=1)


@pytest.mark.parametrize("name", NAMES)
@given(age_s=st.floats(0.0, 1e6))
def test_it_is_a_range_at_any_age(name: str, age_s: float) -> None:
    left = prior_remaining(prior(name), age_s)
    if left is not None:
        assert 0.0 <= left.low_s <= left.median_s <= left.high_s
        assert 10 <= left.alike <= prior(name).outages


@pytest.mark.parametrize("name", NAMES)
def test_the_tables_rise(name: str) -> None:
    table = prior(name).over
    assert table[0][1] == 0
    assert table[-1][1] == 1
    assert list(table) == sorted(table)
    assert [share for _, share in table] == sorted({share for _, share in table})
