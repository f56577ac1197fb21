"""Remote text made harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.remote_text import plain


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Elevated Error Rates", "Elevated Error Rates"),
        ("two\nlines\tand\r\nmore", "two lines and more"),
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("right\u202eleft", "rightleft"),
        ("<b>data, not markup</b>", "<b>data, not markup</b>"),
        ("", ""),
        ("x" * 50, "x" * 19 + "…"),
    ],
)
def test_lines(text: str, line: str) -> None:
    assert plain(text, 20 if len(text) == 50 else 200) == line


@given(st.text(), st.integers(1, 50))
def test_it_is_always_one_bounded_printable_line(text: str, limit: int) -> None:
    line = plain(text, limit)
    assert len(line) <= limit
    assert line.isprintable()
    assert line == line.strip()
