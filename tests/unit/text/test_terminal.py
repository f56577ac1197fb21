"""What only the command line says."""

import inspect

import pytest

from trayapp.text import terminal
from trayapp.text.language import set_language

SAYS = [one for _, one in inspect.getmembers(terminal, inspect.isfunction) if one.__module__ == terminal.__name__]
_GIVEN = {int: 2, bool: True, str: "{name} of the user's", float: 0.5}
# Parameters of which only some values have words.
_CODES = {"outcome": "written", "wanted": "day"}


@pytest.mark.parametrize("say", SAYS, ids=lambda say: say.__name__)
def test_every_line_is_whole_in_both_languages(say: object) -> None:
    assert callable(say)
    given = [_CODES.get(one.name, _GIVEN[one.annotation]) for one in inspect.signature(say).parameters.values()]
    english = say(*given)
    set_language("de")
    assert say(*given) != english
    for text in (english, say(*given)):
        assert "{" not in text.replace("{name} of the user's", "")


def test_the_catalogue_says_how_much_of_it_is_not_verified() -> None:
    assert terminal.catalogue_checked(38, 26, 11, 128) == (
        "Catalogue: 38 services of 26 providers. Not verified: 11 of 128 facts."
    )
    assert terminal.catalogue_checked(1, 1, 0, 3) == "Catalogue: 1 service of 1 provider. Not verified: 0 of 3 facts."
    set_language("de")
    assert terminal.catalogue_checked(38, 26, 11, 128) == (
        "Katalog: 38 Dienste von 26 Anbietern. Ungeprüft: 11 von 128 Angaben."
    )


def test_a_switch_says_who_answers() -> None:
    assert terminal.switched_to_local("OpenAI", "qwen3:8b", 1) == (
        "Requests to OpenAI are answered locally by qwen3:8b now. 1 tool moved."
    )
