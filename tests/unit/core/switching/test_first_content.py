"""Who is quick as a rule."""

import pytest

from trayapp.core.switching.first_content import ENOUGH, KEPT, PAIRS, FirstContents


def noted(*seconds: float) -> FirstContents:
    first = FirstContents()
    for each in seconds:
        first.note("codex", "gpt-5", each)
    return first


@pytest.mark.parametrize(
    ("what", "seconds", "expected"),
    [
        ("nothing is known", [], False),
        ("too little is", [1.0] * (ENOUGH - 1), False),
        ("enough is", [1.0] * ENOUGH, True),
        ("of twenty each counts", [1.0] * (ENOUGH - 1) + [4.0], False),
        ("of a hundred one is an accident", [1.0] * (KEPT - 1) + [60.0], True),
        ("two are not", [1.0] * (KEPT - 2) + [60.0, 60.0], False),
        ("just below", [3.99] * ENOUGH, True),
        ("just not", [4.0] * ENOUGH, False),
        ("what was long ago is forgotten", [60.0] * KEPT + [1.0] * KEPT, True),
    ],
)
def test_quick(what: str, seconds: list[float], expected: bool) -> None:
    assert noted(*seconds).quick("codex", "gpt-5") is expected, what


def test_each_tool_and_model_has_its_own_pace_and_few_are_remembered() -> None:
    first = noted(*[1.0] * ENOUGH)
    assert not first.quick("codex", "gpt-5-nano")
    assert not first.quick("opencode", "gpt-5")
    for number in range(PAIRS - 1):
        first.note("opencode", f"model-{number}", 1.0)
    assert first.quick("codex", "gpt-5")
    first.note("codex", "gpt-5", 1.0)
    first.note("opencode", "one more", 1.0)
    assert first.quick("codex", "gpt-5"), "the one that was not asked for longest is forgotten"
    for number in range(PAIRS):
        first.note("opencode", f"another-{number}", 1.0)
    assert not first.quick("codex", "gpt-5")
