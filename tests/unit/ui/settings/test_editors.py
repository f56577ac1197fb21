"""Every type of the settings has an editor that gives back what it was given."""

from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from trayapp.core.switching.route import Policy
from trayapp.settings import schema
from trayapp.text.language import set_language
from trayapp.ui.settings.editors import Choice, Command, Pick, editor

SECTIONS = [
    schema.Watch,
    schema.Local,
    schema.GatewaySettings,
    schema.ToolSettings,
    schema.NetworkSettings,
    schema.Notify,
    schema.Ui,
    schema.Completion,
    schema.CatalogueSettings,
]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_setting_survives_its_editor(section: type[msgspec.Struct], english: None) -> None:
    defaults = msgspec.json.decode(msgspec.json.encode(section()))
    for field in msgspec.structs.fields(section):
        made = editor(field.type, field.encode_name, "title")
        made.set(defaults[field.encode_name])
        assert made.get() == defaults[field.encode_name], field.name


@pytest.mark.parametrize(
    ("kind", "name", "widget", "value"),
    [
        (bool, "on", QCheckBox, True),
        (Annotated[int, Meta(ge=60, le=3600)], "interval_s", QSpinBox, 61),
        (Policy, "policy", QComboBox, "wait"),
        (Policy | None, "policy", QComboBox, None),
        (Literal["auto", "en"], "language", QComboBox, "en"),
        (str | None, "file", QLineEdit, None),
        (str, "file", QLineEdit, "/a file"),
        (tuple[str, ...], "start", QLineEdit, ["ollama", "serve", "a b", "it's"]),
        (tuple[str, ...], "controls", QPlainTextEdit, ["http://a", "http://b"]),
    ],
)
def test_types_and_their_widgets(english: None, kind: Any, name: str, widget: type[QWidget], value: object) -> None:
    made = editor(kind, name, "title")
    made.set(value)
    assert isinstance(made.widget, widget)
    assert made.get() == value


def test_numbers_have_their_bounds_and_their_unit(english: None) -> None:
    made = editor(Annotated[int, Meta(ge=60, le=3600)], "interval_s", "title")
    made.set(61)
    assert isinstance(made.widget, QSpinBox)
    assert made.widget.suffix() == " s"
    made.widget.stepBy(-7)
    assert made.get() == 60
    made.widget.stepBy(9999)
    assert made.get() == 3600
    made.set(5)
    # What was typed is judged and told elsewhere, never put right in silence.
    assert made.get() == 5


def test_a_type_without_an_editor_is_refused(english: None) -> None:
    with pytest.raises(TypeError):
        editor(dict[str, int], "x", "title")


def test_a_choice_that_is_not_known_stays(english: None) -> None:
    made = Choice(["a", "b"])
    made.set("later")
    assert made.get() == "later"
    made.offer("a", "A again")
    assert made.widget.count() == 3


def _words(made: Choice) -> list[str]:
    return [made.widget.itemText(n) for n in range(made.widget.count())]


def test_values_are_shown_in_words(english: None) -> None:
    assert _words(Choice([None, "keyring", "unheard-of"])) == ["None", "The system's keyring", "unheard-of"]


def test_choices_that_files_tell_are_offered_by_their_names(english: None) -> None:
    server = next(field for field in msgspec.structs.fields(schema.Local) if field.name == "server")
    made = editor(server.type, "server", "title")
    assert isinstance(made, Choice)
    assert _words(made) == [
        "None",
        "Ollama",
        "llama-server",
        "LM Studio",
        "OpenAI-compatible server",
        "llama.cpp (built-in)",
    ]
    set_language("de")
    made = editor(server.type, "server", "title")
    assert isinstance(made, Choice)
    assert _words(made)[-2:] == ["OpenAI-kompatibler Server", "llama.cpp (eingebaut)"]


def test_suggestions_leave_what_was_typed(english: None) -> None:
    made = Pick()
    made.set("my-model")
    made.suggest(("one", "two"))
    assert made.get() == "my-model"
    assert made.widget.count() == 2
    made.set("")
    assert made.get() is None


def test_an_open_quotation_mark_loses_nothing(english: None) -> None:
    made = Command()
    made.widget.setText('serve "half')
    # The text, which is no list: it is told where all is judged.
    assert made.get() == 'serve "half'


def test_scrolling_a_page_changes_no_number(qtbot: QtBot) -> None:
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    made = editor(Annotated[int, Meta(ge=0, le=10)], "number", "title")
    qtbot.addWidget(made.widget)
    made.set(5)
    turn = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(made.widget, turn)
    assert made.get() == 5
