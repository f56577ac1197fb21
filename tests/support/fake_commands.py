"""The far end of the UI: commands that remember what was asked and answer when the test says so."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from trayapp.core.found import Found
from trayapp.core.journal.days import Stretch
from trayapp.core.switching.route import Mode
from trayapp.core.switching.target import TargetStatus
from trayapp.errors import Problem
from trayapp.settings.schema import Key, Local, Settings
from trayapp.ui.commands import (
    ChatTurn,
    CommandResult,
    Done,
    FailsView,
    FoundServer,
    HistoryView,
    Keep,
    KeySlot,
    Leave,
    ServiceChoice,
    SettingsView,
    Stream,
    ToolAccess,
)

SERVICES = (
    ServiceChoice("chatgpt", "ChatGPT", "OpenAI"),
    ServiceChoice("openai-api", "OpenAI API", "OpenAI"),
    ServiceChoice("claude", "Claude", "Anthropic"),
    ServiceChoice("claude-api", "Claude API", "Anthropic"),
    ServiceChoice("claude-code", "Claude Code", "Anthropic"),
)
KEYS = (
    KeySlot("openai", "openai", "OpenAI", "api.openai.com"),
    KeySlot("anthropic", "anthropic", "Anthropic", "api.anthropic.com"),
)


class Call:
    """One command: its arguments, and the answer that the test gives."""

    def __init__(self, name: str, arguments: tuple[Any, ...], done: Done[Any] | None = None) -> None:
        self.name, self.arguments, self._done = name, arguments, done
        self.stopped = False

    def answer(self, value: object = None) -> None:
        assert self._done is not None
        self._done(CommandResult(value))

    def fail(self, *problems: Problem) -> None:
        assert self._done is not None
        self._done(CommandResult(problems=problems))

    def stop(self) -> None:
        self.stopped = True


class RecordingCommands:
    """Implements `ui.commands.Commands`. The view (or `view_problems`) and the stored keys are answered at once."""

    def __init__(self, settings: Settings | None = None, *, tools: tuple[str, ...] = ()) -> None:
        self.calls: list[Call] = []
        self.view = SettingsView(settings or Settings(), SERVICES, KEYS, tools)
        self.view_problems: tuple[Problem, ...] = ()
        self.stored: CommandResult[Mapping[str, str]] = CommandResult({"openai": "api.openai.com"})
        self.on_text: Callable[[str], None] = lambda text: None

    def named(self, name: str) -> list[Call]:
        return [call for call in self.calls if call.name == name]

    @property
    def last(self) -> Call:
        return self.calls[-1]

    def _note(self, name: str, *arguments: Any, done: Done[Any] | None = None) -> Call:
        self.calls.append(Call(name, arguments, done))
        return self.calls[-1]

    def switch_local(self, providers: tuple[str, ...] | None, done: Done[tuple[str, ...]]) -> None:
        self._note("switch_local", providers, done=done)

    def switch_mode(self, mode: Mode, done: Done[bool]) -> None:
        self._note("switch_mode", mode, done=done)

    def switch_cloud(self, providers: tuple[str, ...] | None, done: Done[tuple[str, ...]]) -> None:
        self._note("switch_cloud", providers, done=done)

    def stay_local(self, providers: tuple[str, ...], done: Done[tuple[str, ...]]) -> None:
        self._note("stay_local", providers, done=done)

    def view_history(self, done: Done[HistoryView]) -> None:
        self._note("view_history", done=done)

    def latest_hours(self, done: Done[Mapping[str, tuple[Stretch, ...]]]) -> None:
        self._note("latest_hours", done=done)

    def export_history(self, service: str | None, file: Path, done: Done[None]) -> None:
        self._note("export_history", service, file, done=done)

    def forget_history(self, service: str | None, done: Done[None]) -> None:
        self._note("forget_history", service, done=done)

    def check_now(self) -> None:
        self._note("check_now")

    def only_when_back(self, incident_id: str, *, on: bool = True) -> None:
        self._note("only_when_back", incident_id, on)

    def set_aside(self, target: str, keep: Keep, done: Done[None]) -> None:
        self._note("set_aside", target, keep, done=done)

    def fails(self, service: str, words: str, done: Done[FailsView]) -> None:
        self._note("fails", service, words, done=done)

    def undo_aside(self, target: str, done: Done[None]) -> None:
        self._note("undo_aside", target, done=done)

    def open_demo(self) -> None:
        self._note("open_demo")

    def quit(self, leave: Leave) -> None:
        self._note("quit", leave)

    def view_settings(self, done: Done[SettingsView]) -> None:
        self._note("view_settings", done=done)
        done(CommandResult(problems=self.view_problems) if self.view_problems else CommandResult(self.view))

    def save_settings(self, changes: Mapping[Key, object], done: Done[Settings]) -> None:
        self._note("save_settings", dict(changes), done=done)

    def stored_keys(self, done: Done[Mapping[str, str]]) -> None:
        self._note("stored_keys", done=done)
        done(self.stored)

    def set_key(self, name: str, value: str, done: Done[None]) -> None:
        self._note("set_key", name, value, done=done)

    def set_local_key(self, local: Local, value: str, done: Done[None]) -> None:
        self._note("set_local_key", local, value, done=done)

    def forget_key(self, name: str, done: Done[None]) -> None:
        self._note("forget_key", name, done=done)

    def look_at(self, address: str, name: str | None, done: Done[Found]) -> Stream:
        return self._note("look_at", address, name, done=done)

    def add_service(self, found: Found, replace: bool, done: Done[str]) -> None:
        self._note("add_service", found, replace, done=done)

    def detect(self, done: Done[tuple[FoundServer, ...]]) -> None:
        self._note("detect", done=done)

    def test_target(self, local: Local, key: str, done: Done[TargetStatus]) -> Stream:
        return self._note("test_target", local, key, done=done)

    def create_tool(self, name: str, done: Done[ToolAccess]) -> None:
        self._note("create_tool", name, done=done)

    def forget_tool(self, name: str, done: Done[None]) -> None:
        self._note("forget_tool", name, done=done)

    def chat(self, messages: tuple[ChatTurn, ...], on_text: Callable[[str], None], done: Done[None]) -> Stream:
        self.on_text = on_text
        return self._note("chat", messages, done=done)
