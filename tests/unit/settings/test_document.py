"""Lines of a TOML file, and what of it may be shown."""

from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pipes import pipe_at
from trayapp.errors import Problem
from trayapp.settings.document import MAX_STATEMENT_LINES, Document, read, shown
from trayapp.settings.mistakes import Mistake, Place

TEXT = '''\
# first

top = 1
text = """
several = "lines"
"""
inline = { a = 1, b = { c = 2 } }
dotted.key.path = 3

[table]
list = [
    1,
    [2, 3],
]
"quoted key" = 4
[table.inner]
x = 5
[[many]]
id = 6
[[many]]
id = 7
[many.below]
y = 8
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("top",), 3),
        (("text",), 4),
        (("inline", "b", "c"), 7),
        (("dotted", "key", "path"), 8),
        (("table",), 10),
        (("table", "list", 1, 0), 11),
        (("table", "quoted key"), 15),
        (("table", "inner", "x"), 17),
        (("many", 0, "id"), 19),
        (("many", 1), 20),
        (("many", 1, "id"), 21),
        (("many", 1, "below", "y"), 23),
        (("many", 1, "missing"), 20),
        (("nowhere", "at", "all"), 1),
    ],
)
def test_everything_is_found_on_its_line(place: Place, line: int) -> None:
    document = Document(Path("sample.toml"), TEXT.encode())
    assert document.line_of(place) == line
    assert Document(Path("sample.toml"), TEXT.replace("\n", "\r\n").encode()).line_of(place) == line


def test_a_statement_of_many_lines_is_told_by_its_last() -> None:
    text = "a = [\n" + "1,\n" * (2 * MAX_STATEMENT_LINES) + "]\nb = 1\n"
    document = Document(Path("sample.toml"), text.encode())
    assert document.line_of(("a",)) == 2 * MAX_STATEMENT_LINES + 2
    assert document.line_of(("b",)) == 2 * MAX_STATEMENT_LINES + 3


_KEYS = st.from_regex(r"[a-z]{1,4}", fullmatch=True)
_TABLES = st.recursive(
    st.integers() | st.text("ab\n\"'", max_size=5) | st.lists(st.integers(), max_size=3),
    lambda inner: st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(_KEYS, _TABLES, max_size=4))
def test_the_line_of_a_key_is_where_it_is_written(data: dict[str, Any]) -> None:
    document = Document(Path("sample.toml"), tomlkit.dumps(data).encode())
    for name, value in document.data.items():
        line = document.text.splitlines()[document.line_of((name,)) - 1]
        assert line.startswith((f"{name} =", f"[{name}]", f"[{name}.")), value


def test_a_problem_carries_place_and_finding() -> None:
    document = Document(Path("/some/sample.toml"), TEXT.encode())
    problem = document.problem(Mistake(("table", "inner", "x"), "setting_range", {"low": 1, "high": 2}))
    assert problem.code == "setting_range"
    assert problem.params == {
        "file": "sample.toml",
        "path": "/some/sample.toml",
        "line": 17,
        "key": "table.inner.x",
        "found": "5",
        "low": 1,
        "high": 2,
    }


@pytest.mark.parametrize(
    ("value", "place", "text"),
    [
        ("short", ("a",), '"short"'),
        (True, ("a",), "true"),
        ([1, 2], ("a",), "[1, 2]"),
        ({"a": 1}, ("a",), "…"),
        ([{"a": 1}], ("a",), "…"),
        ("anything", ("provider", "x", "key"), "•••"),
        ("anything", ("service", 0, "probe", 0, "headers", "X"), "•••"),
        ("sk-abcdefgh", ("ui", "language"), "•••"),
        ("https://me:pw@host", ("a",), "•••"),
    ],
)
def test_what_may_be_shown(value: object, place: Place, text: str) -> None:
    assert shown(value, place) == text


def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    with pipe_at(file) as pipe, pytest.raises(Problem, match="file_unreadable"):
        read(file)
    assert not pipe.waited_for
