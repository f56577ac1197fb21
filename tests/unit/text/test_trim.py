"""Cutting our own sentences; the cleaning of remote text is core's."""

import pytest

from trayapp.text.trim import clean, cut


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("short", 10, "short"),
        ("exactly ten", 11, "exactly ten"),
        ("cut between words", 12, "cut between…"),
        ("cut, at a comma", 6, "cut…"),
        ("withoutanyspaceatall", 8, "without…"),
    ],
)
def test_cut(text: str, limit: int, kept: str) -> None:
    assert cut(text, limit) == kept
    assert len(kept) <= limit


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("two\n lines\tof  text", "two lines of text"),
        ("\u202eright to left\u202c", "right to left"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("bell\x07 and \x1b[31mcolour", "bell and [31mcolour"),
        ("<b>markup</b> stays & is data", "<b>markup</b> stays & is data"),
        ("{braces} %s", "{braces} %s"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_clean_bounds_the_length() -> None:
    assert len(clean("x" * 10_000)) == 160
    assert clean("x" * 100, 10) == "x" * 9 + "…"
