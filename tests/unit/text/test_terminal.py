"""What only the command line says."""

import inspect

import pytest

from trayapp.text import terminal
from trayapp.text.language import set_language

SAYS = [one for _, one in inspect.getmembers(terminal, inspect.isfunction) if one.__module__ == terminal.__name__]
_GIVEN = {int: 2, bool: True, str: "{name} of the user's", float: 0.5}
# Parameters of which only some values have words.
_CODES = {"outcome": "written"}


@pytest.mark.parametrize("say", SAYS, ids=lambda say: say.__name__)
def test_every_line_is_whole_in_both_languages(say: object) -> None:
    assert callable(say)
    given = [_CODES.get(one.name, _GIVEN[one.annotation]) for one in inspect.signature(say).parameters.values()]
    english = say(*given)
    set_language("de")
    assert say(*given) != english
    for text in (english, say(*given)):
        assert "{" not in text.replace("{name} of the user's", "")


def test_a_switch_says_who_answers() -> None:
    assert terminal.switched_to_local("OpenAI", "qwen3:8b", 1) == (
        "Requests to OpenAI are answered locally by qwen3:8b now. 1 tool moved."
    )
