"""The local target's page: only what its server needs, *Detect*, *Test*."""

import pytest
from pytestqt.qtbot import QtBot

from tests.support.fake_commands import RecordingCommands
from tests.support.pictures import settle
from tests.support.snapshots import READY
from trayapp.errors import Problem
from trayapp.settings.schema import Local, Settings
from trayapp.ui.commands import FoundServer
from trayapp.ui.settings.page_local import LocalPage

OLLAMA = FoundServer("ollama", "http://127.0.0.1:11434", ("qwen3:8b", "llama3"))
OTHER = FoundServer("openai-compatible", "http://127.0.0.1:8080", ("a", "b", "c", "d"))


@pytest.fixture
def commands() -> RecordingCommands:
    return RecordingCommands()


@pytest.fixture
def page(qtbot: QtBot, commands: RecordingCommands) -> LocalPage:
    page = LocalPage(commands)
    qtbot.addWidget(page)
    page.load(commands.view)
    page.show()
    return page


def visible(page: LocalPage) -> set[str]:
    settle()
    return {name for name, field in page.form.fields.items() if field.isVisible()}


@pytest.mark.parametrize(
    ("server", "url", "expected"),
    [
        (None, "", {"server"}),
        ("ollama", "", {"server", "url", "model", "start"}),
        ("ollama", "http://127.0.0.1:11434", {"server", "url", "model", "start"}),
        ("lm-studio", "", {"server", "url", "model", "start"}),
        ("openai-compatible", "http://[::1]:8080", {"server", "url", "model", "start"}),
        ("openai-compatible", "http://10.0.0.7:8080", {"server", "url", "model", "start", "confirmed"}),
        ("openai-compatible", "http://[half", {"server", "url", "model", "start"}),
        ("embedded", "", {"server", "file", "context"}),
    ],
)
def test_only_what_the_server_needs(page: LocalPage, server: str | None, url: str, expected: set[str]) -> None:
    page.server.set(server)
    page.form.fields["url"].editor.set(url)
    assert visible(page) == expected
    assert page.test_button.isEnabled() is (server is not None)


def test_what_is_found_fills_the_form(page: LocalPage, commands: RecordingCommands) -> None:
    page.detect_button.click()
    assert not page.detect_button.isEnabled()
    assert list(page.result.texts) == ["Looking for local servers…"]
    commands.last.answer((OLLAMA, OTHER))
    assert page.detect_button.isEnabled()
    assert page.changes() == {
        ("local", "server"): "ollama",
        ("local", "url"): "http://127.0.0.1:11434",
        ("local", "model"): "qwen3:8b",
    }
    assert page.choices.itemText(1) == "OpenAI-compatible server, http://127.0.0.1:8080"
    assert list(page.result.texts) == [
        "Ollama, http://127.0.0.1:11434: qwen3:8b, llama3",
        "OpenAI-compatible server, http://127.0.0.1:8080: a, b, c, d",
    ]
    page.choices.activated.emit(1)
    assert page.changes()["local", "url"] == "http://127.0.0.1:8080"
    assert page.changes()["local", "model"] == "a"


def test_a_model_that_is_there_is_kept(page: LocalPage, commands: RecordingCommands) -> None:
    page.model.set("llama3")
    page.detect_button.click()
    commands.last.answer((OLLAMA,))
    assert page.model.get() == "llama3"


def test_finding_nothing_says_what_to_do(page: LocalPage, commands: RecordingCommands) -> None:
    page.detect_button.click()
    commands.last.answer(())
    assert page.result.texts[0].startswith("No local server found.")
    assert page.changes() == {}


def test_the_test_runs_on_what_is_typed(page: LocalPage, commands: RecordingCommands) -> None:
    page.server.set("ollama")
    page.model.set("qwen3:8b")
    page.test_button.click()
    assert commands.last.arguments == (Local(server="ollama", model="qwen3:8b"), "")
    assert list(page.result.texts) == ["Testing…"]
    commands.last.answer(READY)
    assert page.result.texts[0].startswith("It works. qwen3:8b on Ollama: ready in 3 s")
    page.test_button.click()
    commands.last.fail(Problem("port_in_use", port=11434))
    assert page.result.texts[0].startswith("Port 11434 is taken.")
    assert page.test_button.isEnabled()


def test_what_is_not_allowed_is_not_tested(page: LocalPage, commands: RecordingCommands) -> None:
    page.server.set("ollama")
    page.form.fields["url"].editor.set("ftp://ollama.local")
    page.test_button.click()
    assert commands.named("test_target") == []
    assert page.form.fields["url"].mistakes


def test_a_saved_target_is_shown(qtbot: QtBot) -> None:
    saved = Local(server="embedded", file="/m.gguf", context=4096)
    commands = RecordingCommands(Settings(local=saved))
    page = LocalPage(commands)
    qtbot.addWidget(page)
    page.load(commands.view)
    page.show()
    assert page.changes() == {}
    assert page.values()["local", "file"] == "/m.gguf"
    assert visible(page) == {"server", "file", "context"}


def test_a_test_that_nobody_waits_for_any_more_is_broken_off(page: LocalPage, commands: RecordingCommands) -> None:
    page.server.set("ollama")
    page.test_button.click()
    page.leave()
    assert commands.last.stopped
    commands.last.fail(Problem("cancelled"))
    assert list(page.result.texts) == []
    assert page.test_button.isEnabled()
    # What has ended is not broken off.
    page.test_button.click()
    commands.last.answer(READY)
    page.leave()
    assert not commands.last.stopped
