"""The local chat: streamed plain text, stopped at will, nothing typed is lost."""

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.support.fake_commands import RecordingCommands
from tests.support.keyboard import tab_to
from tests.support.pictures import settle
from tests.support.snapshots import NO_TARGET, READY
from tests.support.windows import button
from trayapp.errors import Problem
from trayapp.text.language import set_language
from trayapp.ui.chat.window import ChatWindow
from trayapp.ui.commands import ChatTurn


@pytest.fixture
def commands() -> RecordingCommands:
    return RecordingCommands()


@pytest.fixture
def chat(qtbot: QtBot, commands: RecordingCommands) -> ChatWindow:
    window = ChatWindow(commands)
    qtbot.addWidget(window)
    window.open_with(READY)
    settle()
    return window


def ask(chat: ChatWindow, question: str) -> None:
    chat.input.setPlainText(question)
    QTest.keyClick(chat.input, Qt.Key.Key_Return)


def said(chat: ChatWindow) -> str:
    return chat.transcript.toPlainText()


def test_it_names_the_model_and_where_it_runs(chat: ChatWindow) -> None:
    assert chat.model.text() == "qwen3:8b on Ollama: ready in 3 s, 32,768 tokens of context"
    assert "Nothing leaves this machine" in chat.hint.text()
    chat.draw(msgspec.structs.replace(READY, url="http://10.0.0.7:8080"))
    assert "leaves" not in chat.hint.text()


def test_an_answer_streams_in_and_the_talk_goes_on(chat: ChatWindow, commands: RecordingCommands) -> None:
    ask(chat, "Hello?")
    assert commands.last.arguments == ((ChatTurn("user", "Hello?"),),)
    assert chat.input.toPlainText() == ""
    assert chat.state.text() == "Waiting for the first word…"
    commands.on_text("Good ")
    commands.on_text("evening.")
    assert said(chat) == "You:\nHello?\n\nqwen3:8b:\nGood evening."
    assert chat.state.text() == ""
    commands.last.answer()
    ask(chat, "More")
    [messages] = commands.last.arguments
    assert list(messages) == [
        ChatTurn("user", "Hello?"),
        ChatTurn("assistant", "Good evening."),
        ChatTurn("user", "More"),
    ]


def test_one_answer_at_a_time(chat: ChatWindow, commands: RecordingCommands) -> None:
    ask(chat, "one")
    ask(chat, "two")
    assert len(commands.named("chat")) == 1
    assert chat.input.toPlainText() == "two"
    assert chat.stop_button.isVisible()
    assert not chat.send_button.isVisible()


def test_stopping_keeps_what_has_come(chat: ChatWindow, commands: RecordingCommands) -> None:
    ask(chat, "Tell me a story")
    commands.on_text("Once upon")
    chat.stop_button.click()
    assert commands.last.stopped
    commands.last.fail(Problem("cancelled"))
    assert said(chat).endswith("Once upon")
    assert chat.state.text() == "Stopped."
    assert list(chat.notices.texts) == []
    ask(chat, "go on")
    assert commands.last.arguments[0][1] == ChatTurn("assistant", "Once upon")


def test_a_failure_says_why_and_gives_the_question_back(chat: ChatWindow, commands: RecordingCommands) -> None:
    ask(chat, "Hello?")
    commands.last.fail(Problem("port_in_use", port=1))
    assert chat.notices.texts[0].startswith("Port 1 is taken")
    assert chat.input.toPlainText() == "Hello?"
    assert chat.send_button.isVisible()
    chat.send_button.click()
    assert commands.last.arguments == ((ChatTurn("user", "Hello?"),),)
    assert list(chat.notices.texts) == []


def test_what_is_being_typed_outranks_what_failed(chat: ChatWindow, commands: RecordingCommands) -> None:
    ask(chat, "Hello?")
    chat.input.setPlainText("something else")
    commands.last.fail(Problem("port_in_use", port=1))
    assert chat.input.toPlainText() == "something else"


def test_markup_is_text_and_control_characters_are_gone(chat: ChatWindow, commands: RecordingCommands) -> None:
    ask(chat, "x")
    commands.on_text("<b>bold</b> <img src=x>\x1b[31m\u202e\tend\r\nnext")
    assert said(chat).endswith("<b>bold</b> <img src=x>[31m\tend\nnext")


def test_shift_enter_makes_a_new_line(chat: ChatWindow, commands: RecordingCommands) -> None:
    chat.input.setPlainText("a")
    chat.input.moveCursor(chat.input.textCursor().MoveOperation.End)
    QTest.keyClick(chat.input, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert commands.calls == []
    assert chat.input.toPlainText() in ("a\n", "a\u2028")


def test_the_last_answer_can_be_copied(chat: ChatWindow, commands: RecordingCommands) -> None:
    assert not chat.copy_button.isEnabled()
    ask(chat, "x")
    commands.on_text("one\u200btwo")
    commands.last.answer()
    chat.copy_button.click()
    assert QGuiApplication.clipboard().text() == "one\u200btwo"


def test_a_new_chat_forgets_the_old_one(chat: ChatWindow, commands: RecordingCommands) -> None:
    ask(chat, "x")
    assert not chat.clear_button.isEnabled()
    commands.on_text("y")
    commands.last.answer()
    chat.clear_button.click()
    assert said(chat) == ""
    ask(chat, "z")
    assert commands.last.arguments == ((ChatTurn("user", "z"),),)


def test_closing_the_window_stops_the_server_working(chat: ChatWindow, commands: RecordingCommands) -> None:
    ask(chat, "x")
    QTest.keyClick(chat, Qt.Key.Key_Escape)
    assert commands.last.stopped
    assert not chat.isVisible()


def test_without_a_target_nothing_can_be_sent(chat: ChatWindow, commands: RecordingCommands) -> None:
    chat.draw(NO_TARGET)
    assert chat.model.text() == "No local model is set up."
    assert not chat.send_button.isEnabled()
    ask(chat, "x")
    assert commands.calls == []


def test_without_a_target_it_explains_itself_and_leads_on(chat: ChatWindow) -> None:
    chat.draw(NO_TARGET)
    assert "on this computer" in chat.hint.text()
    tab_to(button(chat, "Set up a local model"))
    assert not chat.input.isVisible()
    chat.draw(READY)
    assert chat.input.isVisible()
    with pytest.raises(ValueError, match="unpack"):
        button(chat, "Set up a local model")


def test_reading_back_is_not_disturbed(chat: ChatWindow, commands: RecordingCommands) -> None:
    ask(chat, "x")
    commands.on_text("line\n" * 200)
    bar = chat.transcript.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(10)
    commands.on_text("more\n" * 20)
    assert bar.value() == 10


def test_another_language_is_followed(chat: ChatWindow) -> None:
    set_language("de")
    chat.draw(READY)
    assert chat.windowTitle() == "Lokaler Chat"
