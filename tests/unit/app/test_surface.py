"""Everything that can be clicked does its one thing, and a command that failed says why."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from tests.support.fake_commands import RecordingCommands
from tests.support.snapshots import snapshot
from tests.support.states import STATES
from trayapp.app import surface as module
from trayapp.app.surface import Surface
from trayapp.core.snapshot import ToolStatus
from trayapp.errors import Problem
from trayapp.ui.commands import Leave
from trayapp.ui.tray.icon import Tray


@pytest.fixture
def commands() -> RecordingCommands:
    return RecordingCommands()


@pytest.fixture
def surface(qtbot: QtBot, commands: RecordingCommands) -> Iterator[Surface]:
    # So patient that the missing tray is nobody's business here.
    one = Surface(commands, snapshot(), Tray(QMenu(), patience_ms=3_600_000))
    one.show()
    yield one
    one.close()


def done(commands: RecordingCommands) -> list[tuple[Any, ...]]:
    return [(call.name, *call.arguments) for call in commands.calls]


MENU: list[tuple[Callable[[Any], Any], tuple[Any, ...]]] = [
    (lambda menu: menu.switch_local.emit(()), ("switch_local", None)),
    (lambda menu: menu.switch_local.emit(("anthropic",)), ("switch_local", ("anthropic",))),
    (lambda menu: menu.switch_cloud.emit(), ("switch_cloud", None)),
    (lambda menu: menu.check.emit(), ("check_now",)),
    (lambda menu: menu.demo.emit(), ("open_demo",)),
    (lambda menu: menu.settings.emit(), ("view_settings",)),
    (lambda menu: menu.set_up.emit(), ("view_settings",)),
    (lambda menu: menu.quit.emit(), ("quit", Leave.NOTHING_TO_KEEP)),
]


@pytest.mark.parametrize(("click", "command"), MENU)
def test_the_menu_does_what_it_says(
    surface: Surface, commands: RecordingCommands, click: Callable[[Any], Any], command: tuple[Any, ...]
) -> None:
    click(surface._menu)
    assert command in done(commands)


PANEL: list[tuple[Callable[[Any], Any], tuple[Any, ...]]] = [
    (lambda panel: panel.switch_local.emit(("openai",)), ("switch_local", ("openai",))),
    (lambda panel: panel.switch_cloud.emit(("openai",)), ("switch_cloud", ("openai",))),
    (lambda panel: panel.stay_local.emit(("openai",)), ("stay_local", ("openai",))),
    (lambda panel: panel.check.emit(), ("check_now",)),
    (lambda panel: panel.settings.emit(), ("view_settings",)),
    (lambda panel: panel.set_up.emit(), ("view_settings",)),
    (lambda panel: panel.only_when_back.emit("i-1"), ("only_when_back", "i-1")),
    (lambda panel: panel.quit.emit(), ("quit", Leave.NOTHING_TO_KEEP)),
]


@pytest.mark.parametrize(("click", "command"), PANEL)
def test_the_panel_does_what_it_says(
    surface: Surface, commands: RecordingCommands, click: Callable[[Any], Any], command: tuple[Any, ...]
) -> None:
    surface.open_panel()
    click(surface._panel)
    assert command in done(commands)


def test_a_click_on_the_icon_or_on_a_note_opens_the_panel(surface: Surface) -> None:
    for signal in (surface.tray.clicked, surface.tray.message_clicked):
        signal.emit()
        assert surface._panel is not None
        assert surface._panel.isVisible()
        surface._panel.close()


def test_the_chat_opens_from_the_panel(surface: Surface) -> None:
    surface.open_panel()
    assert surface._panel is not None
    surface._panel.chat.emit()
    assert surface._chat is not None
    assert surface._chat.isVisible()


def test_a_command_that_failed_opens_the_panel_and_says_why(surface: Surface, commands: RecordingCommands) -> None:
    surface.switch_local(())
    commands.last.fail(Problem("local_unreachable", url="http://127.0.0.1:11434"))
    assert surface._panel is not None
    assert surface._panel.isVisible()
    assert "127.0.0.1:11434" in " ".join(surface._panel.notices.texts)
    surface.switch_local(())
    commands.last.answer(("openai",))
    assert "127.0.0.1:11434" not in " ".join(surface._panel.notices.texts)


def test_offers_are_taken_and_declined_for_those_who_are_back(surface: Surface, commands: RecordingCommands) -> None:
    # Anthropic is local, too, and has not come back.
    surface.draw(snapshot(local=("openai", "anthropic"), offers=("openai",)))
    surface.back_home()
    surface.keep_local()
    assert done(commands) == [("switch_cloud", ("openai",)), ("stay_local", ("openai",))]


@pytest.mark.parametrize("state", STATES)
def test_every_picture_can_be_drawn_with_all_windows_open(surface: Surface, state: str) -> None:
    surface.open_panel()
    surface.open_chat()
    surface.draw(STATES[state]())


@pytest.mark.parametrize(
    ("role", "left"),
    [
        (QMessageBox.ButtonRole.AcceptRole, Leave.KEEP_GATEWAY),
        (QMessageBox.ButtonRole.DestructiveRole, Leave.SET_TOOLS_BACK),
        (QMessageBox.ButtonRole.RejectRole, None),
    ],
)
def test_quitting_asks_what_becomes_of_the_tools(
    surface: Surface,
    commands: RecordingCommands,
    monkeypatch: pytest.MonkeyPatch,
    role: QMessageBox.ButtonRole,
    left: Leave | None,
) -> None:
    def answer(box: QMessageBox) -> int:
        next(one for one in box.buttons() if box.buttonRole(one) is role).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    surface.draw(snapshot(tools=(ToolStatus("editor", "switch"),)))
    surface.quit()
    assert done(commands) == ([] if left is None else [("quit", left)])


def test_without_a_tray_the_panel_is_the_program(surface: Surface, commands: RecordingCommands) -> None:
    surface.tray.missing.emit()
    assert surface._panel is not None
    assert surface._panel.isVisible()
    surface._panel.close()
    assert done(commands) == [("quit", Leave.NOTHING_TO_KEEP)]
    commands.calls.clear()
    surface.tray.appeared.emit()
    assert surface.has_tray
    surface.open_panel()
    surface._panel.close()
    assert done(commands) == []


def test_closing_takes_everything_off_the_screen_and_quits_nothing(
    surface: Surface, commands: RecordingCommands
) -> None:
    surface.tray.missing.emit()
    surface.open_settings()
    surface.open_chat()
    commands.calls.clear()
    surface.close()
    windows = {"panel": surface._panel, "settings": surface._settings, "chat": surface._chat}
    assert [name for name, one in windows.items() if one is None or one.isVisible()] == []
    assert done(commands) == []


def test_windows_are_not_imported_before_they_are_wanted() -> None:
    assert not {"Panel", "SettingsDialog", "ChatWindow"} & set(vars(module))
