"""Rule 9: Nagios's weighted ring."""

import pytest

from trayapp.core.evidence.flapping import RING_SIZE, SLOT_S, Flapping


def ring(pattern: str, start: int = 0) -> Flapping:
    """`.` is good and `x` fails, one a minute."""
    made = Flapping()
    for minute, what in enumerate(pattern, start):
        made.note(minute * SLOT_S, what == ".")
    return made


@pytest.mark.parametrize(
    ("pattern", "percent"),
    [
        ("." * 21, 0.0),
        ("x" * 21, 0.0),
        (".x" * 10 + ".", 100.0),
        ("." * 20 + "x", 6.25),  # the newest change weighs 1.25 of 20
        ("x" + "." * 20, 3.75),  # the oldest 0.75
        (".x", 6.25),  # a short ring counts as the newest part of a full one
        ("", 0.0),
    ],
)
def test_percent(pattern: str, percent: float) -> None:
    assert ring(pattern).percent == pytest.approx(percent)


def test_on_at_thirty_off_at_twenty_percent() -> None:
    made = ring("." * 15 + "x.x.x.")
    assert made.percent >= 30.0
    assert made.on
    after = [ring("." * 15 + "x.x.x." + "." * minutes) for minutes in range(1, 21)]
    assert [each.on for each in after] == [each.percent > 20.0 for each in after]
    assert any(each.on and each.percent < 30.0 for each in after), "it stays on below thirty"
    assert not after[-1].on


def test_one_value_a_minute_and_a_failure_outweighs() -> None:
    made = Flapping()
    for at, good in ((0.0, True), (10.0, False), (20.0, True), (60.0, True)):
        made.note(at, good)
    assert made.values == [False, True]


def test_what_comes_late_changes_no_closed_minute() -> None:
    made = ring("..")
    made.note(0.0, False)
    assert made.values == [True, True]


def test_the_ring_is_bounded() -> None:
    assert len(ring("." * 100).values) == RING_SIZE


def test_one_outage_is_no_flapping() -> None:
    assert not ring("." * 10 + "x" * 5 + "." * 6).on


def test_what_fails_deeper_outlasts_shallower_answers_for_an_hour() -> None:
    made = Flapping()
    made.note(36_000.0, good=False, depth=3)
    made.note(39_599.0, good=True, depth=2)
    assert made.values == [False]
    made.note(39_599.0, good=False, depth=2)
    assert made.values == [False, False]
    made.note(39_600.0, good=True, depth=2)
    assert made.values == [False, False, True]


def test_an_answer_as_deep_lets_shallower_ones_count_again() -> None:
    made = Flapping()
    for minute, (good, depth) in enumerate([(False, 3), (True, 3), (True, 2), (False, 2), (True, 2)]):
        made.note(minute * SLOT_S, good, depth)
    assert made.values == [False, True, True, False, True]
