"""Every problem that the program can raise has words whose gaps are filled, in both languages."""

import ast
import re
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.support.catalogues import PACKAGE
from trayapp.errors import Problem
from trayapp.text.language import _, set_language
from trayapp.text.problems import PROBLEMS, words

_GAP = re.compile(r"\{(\w+)\}")
# What `settings.document` adds to every mistake of a file.
_OF_A_FILE = {"file", "path", "line", "key", "found"}


class Raised(NamedTuple):
    """`params` is None where they are only known when it happens."""

    place: str
    code: str
    params: frozenset[str] | None


def _modules(saying: str = "") -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if path.parent.name != "text" and re.search(saying, text):
            yield str(path.relative_to(PACKAGE)), ast.parse(text)


def _texts(node: ast.expr | None, within: ast.AST) -> Iterator[str]:
    """The codes that an expression can be: a text, one of two, or what a variable of the function was given."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.IfExp():
            yield from _texts(node.body, within)
            yield from _texts(node.orelse, within)
        case ast.Name():
            for one in ast.walk(within):
                if isinstance(one, ast.Assign) and any(
                    isinstance(target, ast.Name) and target.id == node.id for target in one.targets
                ):
                    yield from _texts(one.value, within)


def _raised() -> Iterator[Raised]:
    # Each worker does this before its first test.
    for name, module in _modules(r"\b(Problem|Mistake)\("):
        functions = [one for one in ast.walk(module) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
        for function in functions:
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                    yield from _of_call(f"{name}:{call.lineno}", call, function)


def _of_call(place: str, call: ast.Call, function: ast.AST) -> Iterator[Raised]:
    assert isinstance(call.func, ast.Name)
    if call.func.id == "Problem" and call.args:
        named = frozenset(keyword.arg for keyword in call.keywords if keyword.arg is not None)
        params = None if any(keyword.arg is None for keyword in call.keywords) else named
        for code in _texts(call.args[0], function):
            yield Raised(place, code, params)
    elif call.func.id == "Mistake" and len(call.args) == 3:
        given = call.args[2]
        keys = given.keys if isinstance(given, ast.Dict) else []
        named = frozenset(key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
        for code in _texts(call.args[1], function):
            yield Raised(place, code, named | _OF_A_FILE)


RAISED = list(_raised())


_MADE_OF = {"said": "status", "failed": "reason"}
"""What a code that comes along means, by the parameter that it is made of."""


def _gaps(code: str) -> set[str]:
    return {_MADE_OF.get(gap, gap) for gap in _GAP.findall("".join(PROBLEMS[code]))}


def test_the_search_finds_them() -> None:
    # Named by a variable, by one of two texts, in a call of its own, and as a mistake of a file.
    wanted = {"disk_full", "not_writable", "local_wrong_server", "port_in_use", "keyring_locked", "setting_missing"}
    assert wanted - {one.code for one in RAISED} == set()


def test_every_problem_has_words() -> None:
    assert [one for one in RAISED if one.code not in PROBLEMS] == []


def test_every_gap_is_given_wherever_the_problem_is_raised() -> None:
    lacking = [
        (one.place, one.code, missing)
        for one in RAISED
        if one.code in PROBLEMS and one.params is not None and (missing := _gaps(one.code) - one.params)
    ]
    assert lacking == []


def test_no_words_are_left_over() -> None:
    texts: set[str] = set()
    prefixes: list[str] = []
    for _name, module in _modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
                prefixes += [node.value] if node.value.endswith("_") else []
    # Codes that are put together: `keyring_` + what the child process said, `cannot_move_` + why, a mistake + `_near`.
    made = {f"{prefix}{text}" for prefix in prefixes for text in texts if prefix in ("keyring_", "cannot_move_")}
    made |= {f"{text}_near" for text in texts}
    assert set(PROBLEMS) - texts - made == set()


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_words_are_whole_sentences_that_say_what_to_do(code: str, spoken: str) -> None:
    gaps = {gap: f"<{gap}>" for gap in _gaps(code)}
    title, message = words(Problem(code, **gaps))
    assert "{" not in title + message
    shown = _GAP.findall("".join(PROBLEMS[code]))
    assert all(value in title + message for gap, value in gaps.items() if gap in shown)
    assert title[-1:] not in ("", ".")
    # A message ends as a sentence does, or with what is to be typed or was said.
    assert re.search(r"[.!?>]$|: [^:]+$", message), message


def test_words_change_with_the_language() -> None:
    problem = Problem("port_in_use", port=17502)
    assert words(problem)[0] == "Port 17502 is taken"
    set_language("de")
    assert words(problem)[0] == "Port 17502 ist belegt"
    assert words(("port_in_use", {"port": 1}))[0] == "Port 1 ist belegt"


def test_params_are_data(spoken: str) -> None:
    title, _message = words(Problem("port_in_use", port="{port} <b>\x1b[31m\u202e\n%s"))
    assert title == _("Port {port} is taken", port="{port} <b>[31m %s")


def test_a_code_without_words_is_named(spoken: str) -> None:
    assert "no_such_code" in words(Problem("no_such_code"))[0]


def test_an_absent_param_leaves_nothing_behind() -> None:
    assert words(("port_in_use", {"port": None}))[0] == "Port  is taken"


def test_a_code_that_comes_along_is_said_with_its_meaning() -> None:
    _, message = words(Problem("endpoint_failed", host="llm.example.com", reason="redirect_loop"))
    assert message == "The request ended with: it sends us round in circles. Check the address."
    _, message = words(Problem("endpoint_troubled", host="llm.example.com", status=502))
    assert message.startswith("Its answer: 502, their gateway reaches nothing behind it. ")


def test_every_service_of_the_catalogue_is_named_to_whoever_has_mistyped_one() -> None:
    shipped = (tomllib.loads(file.read_text()) for file in (PACKAGE.parent / "resources" / "services").glob("*.toml"))
    ids = [service["id"] for provider in shipped for service in provider["service"]]
    _, message = words(Problem("unknown_service", name="chatgtp", known=", ".join(ids)))
    assert all(service in message for service in ids)
