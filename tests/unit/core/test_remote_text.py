"""Remote text made harmless."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.remote_text import plain, unmarked


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


@pytest.mark.parametrize(
    ("marked", "line"),
    [
        ("<p>We see errors.</p><p>More <b>soon</b>.</p>", "We see errors. More soon."),
        ("one<br />two<br>three<BR/>four", "one two three four"),
        ('See <a href="https://status.example/x?a=1&amp;b=2" target="_blank">our page</a>', "See our page"),
        ("<ul>\n<li>Chat</li><li>Login</li></ul>", "Chat Login"),
        ("Q&amp;A &lt;b&gt; &nbsp;over", "Q&A <b> over"),
        ("**Title**\nNo replies", "Title No replies"),
        ("**Summary:** __all__ models", "Summary: all models"),
        ("# Incident Report\n## Summary\nAll day", "Incident Report Summary All day"),
        ("Affects [the console](https://console.example), not the API.", "Affects the console, not the API."),
        ("Write to [us](mailto:help@acme.example)", "Write to us"),
        # What only looks like it.
        ("if a < b and c > d", "if a < b and c > d"),
        ("set <model> and <your-key>", "set <model> and <your-key>"),
        ("requests to gpt_4* and 2 ** 3, 4 ** 5", "requests to gpt_4* and 2 ** 3, 4 ** 5"),
        ("issue #12 of [beta] (see below)", "issue #12 of [beta] (see below)"),
        ("<b", "<b"),
    ],
)
def test_marks_are_taken_off(marked: str, line: str) -> None:
    assert plain(unmarked(marked), 200) == line
