"""In which light a day or an hour is remembered, and strips without gaps."""

import pytest

from trayapp.core.journal.days import DOWN_MS, IMPAIRED_MS, Stretch, light_of, strips
from trayapp.core.journal.tally import Tally
from trayapp.core.light.severity import Light

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("tally", "light"),
    [
        (Tally(), None),
        (Tally(good=3), None),
        (Tally(HOUR_MS), Light.GREEN),
        (Tally(HOUR_MS, 0, DOWN_MS - 1), Light.GREEN),
        (Tally(HOUR_MS, 0, DOWN_MS), Light.RED),
        (Tally(HOUR_MS, IMPAIRED_MS - 1), Light.GREEN),
        (Tally(HOUR_MS, IMPAIRED_MS), Light.YELLOW),
        (Tally(HOUR_MS, IMPAIRED_MS - DOWN_MS + 1, DOWN_MS - 1), Light.YELLOW),
        (Tally(HOUR_MS, 0, 0, 20 * HOUR_MS), Light.GREEN),
        (Tally(0, 0, 0, 1), Light.GREY),
        (Tally(0, 0, 0, 0, 1), Light.GREY),
        (Tally(1, 0, DOWN_MS - 1), Light.GREEN),
        (Tally(0, 0, 1), Light.RED),
        (Tally(0, 0, 1, 20 * HOUR_MS), Light.RED),
        (Tally(0, 1), Light.YELLOW),
        (Tally(0, 3, 2), Light.YELLOW),
        (Tally(0, 2, 3), Light.RED),
    ],
)
def test_a_stretch_has_the_worst_light_that_was_met(tally: Tally, light: Light | None) -> None:
    assert light_of(tally) is light


def test_a_strip_has_every_stretch_and_adds_up_what_comes_in_pieces() -> None:
    red = Tally(0, 0, DOWN_MS)
    told = [
        (11, "a", Tally(1000)),
        (13, "a", red),
        (13, "a", Tally(2000)),
        (12, "b", red),
        (99, "a", red),
        (9, "a", red),
    ]
    found = strips(told, 10, 13)
    assert [one.number for one in found["a"]] == [10, 11, 12, 13]
    assert [one.light for one in found["a"]] == [None, Light.GREEN, None, Light.RED]
    assert found["a"][3] == Stretch(13, Light.RED, up_s=2.0, down_s=60.0)
    assert [one.light for one in found["b"]] == [None, None, Light.RED, None]


def test_nothing_has_no_strip() -> None:
    assert strips([], 0, 9) == {}
