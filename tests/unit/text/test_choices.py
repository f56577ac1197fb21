"""The values of a setting in words."""

import pytest

from trayapp.text.choices import choice
from trayapp.text.language import set_language


@pytest.mark.parametrize("value", [None, "auto", "switch", "fail", "wait", "keyring"])
def test_words_are_translated(value: str | None) -> None:
    english = choice(value)
    set_language("de")
    assert choice(value) != english


def test_what_has_no_words_stands_for_itself() -> None:
    assert (choice("env:MY_KEY"), choice("en"), choice("de")) == ("env:MY_KEY", "English", "Deutsch")
