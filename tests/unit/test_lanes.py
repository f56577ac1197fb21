"""Tests find their workers."""

from pathlib import Path

import pytest

from tests.support.lanes import LONGEST, WAITING, next_file

TOP = Path(__file__).parents[2]
WAITS, WAITS_LONG = "tests/end2end/test_a.py", LONGEST[0]
COMPUTES, COMPUTES_LONG = "tests/unit/test_b.py", "tests/unit/core/test_properties.py"
FILES = [WAITS, COMPUTES, COMPUTES_LONG, WAITS_LONG]


@pytest.mark.parametrize("path", [*WAITING, *LONGEST])
def test_what_is_named_is_there(path: str) -> None:
    assert (TOP / path).exists()


@pytest.mark.parametrize(
    ("waits", "order"),
    [
        pytest.param(True, [WAITS_LONG, WAITS, COMPUTES_LONG, COMPUTES], id="who-waits"),
        pytest.param(False, [COMPUTES_LONG, COMPUTES, WAITS_LONG, WAITS], id="who-computes"),
    ],
)
def test_the_longest_of_the_own_kind_come_first_and_then_the_others(waits: bool, order: list[str]) -> None:
    left, taken = list(FILES), []
    while left:
        taken.append(next_file(left, waits=waits))
        left.remove(taken[-1])
    assert taken == order
