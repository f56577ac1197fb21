"""The words of buttons, menus and dialogs."""

import inspect

import pytest

from trayapp.text import labels
from trayapp.text.labels import DialogLabels, MenuLabels, TranslatedLabel, setting
from trayapp.text.language import set_language

GROUPS = [
    one
    for _, one in inspect.getmembers(labels, inspect.isclass)
    if one is not TranslatedLabel and one.__module__ == labels.__name__
]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__)
def test_no_label_is_empty(group: type, spoken: str) -> None:
    names = [name for name, value in vars(group).items() if isinstance(value, TranslatedLabel)]
    assert [name for name in names if not getattr(group, name).strip()] == []


def test_labels_speak_the_language_of_the_moment() -> None:
    assert (MenuLabels.check_now, DialogLabels.detect, setting("Start command")) == (
        "Check now",
        "Detect",
        "Start command",
    )
    set_language("de")
    assert (MenuLabels.check_now, DialogLabels.detect, setting("Start command")) == (
        "Jetzt prüfen",
        "Suchen",
        "Startbefehl",
    )
