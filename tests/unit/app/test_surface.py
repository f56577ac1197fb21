"""Everything that can be clicked does its one thing, and a command that failed says why."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import structs
from PySide6.QtWidgets import QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from tests.support import states
from tests.support.fake_commands import RecordingCommands
from tests.support.histories import hours
from tests.support.snapshots import NO_TARGET, service, snapshot
from tests.support.states import STATES
from tests.support.windows import button, entry, window, windows
from trayapp.app import surface as module
from trayapp.app.surface import HOURS_FRESH_S, Surface
from trayapp.core.light.severity import Finding, Light
from trayapp.core.snapshot import Snapshot, ToolStatus
from trayapp.core.switching.route import Mode
from trayapp.desktop.notify import OPEN
from trayapp.errors import Problem
from trayapp.text.language import set_language
from trayapp.ui.chat.window import ChatWindow
from trayapp.ui.commands import Keep, Leave
from trayapp.ui.history.window import HistoryWindow
from trayapp.ui.panel.window import Panel
from trayapp.ui.settings.dialog import SettingsDialog
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
    """What was asked for, but for what the panel asks by itself when it opens."""
    return [(call.name, *call.arguments) for call in commands.calls if call.name != "latest_hours"]


@pytest.mark.parametrize(
    ("s", "start", "command"),
    [
        (states.down(), "Switch OpenAI", ("switch_local", None)),
        (states.local_now(), "Back to cloud", ("switch_cloud", None)),
        (states.fine(), "Check now", ("check_now",)),
        (states.fine(), "Demo", ("open_demo",)),
        (states.fine(), "History", ("view_history",)),
        (states.fine(), "Settings", ("view_settings",)),
        (states.down(target=NO_TARGET), "Set up", ("view_settings",)),
        (states.fine(), "Quit", ("quit", Leave.NOTHING_TO_KEEP)),
    ],
)
def test_the_menu_does_what_it_says(
    surface: Surface, commands: RecordingCommands, s: Snapshot, start: str, command: tuple[Any, ...]
) -> None:
    surface.draw(s)
    entry(surface.tray.menu, start).trigger()
    assert command in done(commands)


@pytest.mark.parametrize(
    ("s", "start", "command"),
    [
        (states.down(), "Switch OpenAI", ("switch_local", None)),
        (states.local_now(), "Back to cloud", ("switch_cloud", None)),
        (states.offered(), "Back to cloud", ("switch_cloud", ("openai",))),
        (states.offered(), "Stay local", ("stay_local", ("openai",))),
        (states.fine(), "Check now", ("check_now",)),
        (states.fine(), "Settings", ("view_settings",)),
        (states.fine(), "History", ("view_history",)),
        (states.down(target=NO_TARGET), "Set up", ("view_settings",)),
        (states.down(), "Tell me", ("only_when_back", "i-openai-1", True)),
        (states.down(), "Fails for me", ("fails", "chatgpt", "")),
    ],
)
def test_the_panel_does_what_it_says(
    surface: Surface, commands: RecordingCommands, s: Snapshot, start: str, command: tuple[Any, ...]
) -> None:
    surface.draw(s)
    surface.open_panel("chatgpt")
    button(window(Panel), start).click()
    assert command in done(commands)


def test_a_click_on_the_icon_or_on_a_balloon_opens_the_panel(surface: Surface) -> None:
    for signal in (surface.tray.clicked, surface.tray.message_clicked):
        signal.emit()
        window(Panel).close()
        assert windows(Panel) == []


def test_a_second_click_on_the_icon_closes_the_panel_that_is_looked_at(surface: Surface, qtbot: QtBot) -> None:
    surface.tray.clicked.emit()
    panel = window(Panel)
    qtbot.waitUntil(panel.isActiveWindow, timeout=5000)
    surface.tray.clicked.emit()
    assert windows(Panel) == []
    surface.tray.clicked.emit()
    assert windows(Panel) == [panel]


@pytest.mark.parametrize(
    ("clicked", "command"),
    [
        ("switch_local", ("switch_local", None)),
        ("only_when_back", ("only_when_back", "i-1", True)),
        ("set_aside", ("set_aside", "i-1", Keep.CHANGED)),
        # Anthropic is local, too, and has not come back.
        ("back_to_cloud", ("switch_cloud", ("openai",))),
        ("stay_local", ("stay_local", ("openai",))),
        ("set_up_fallback", ("view_settings",)),
        ("details", None),
        (OPEN, None),
    ],
)
def test_a_note_s_buttons_do_what_they_say(
    surface: Surface, commands: RecordingCommands, clicked: str, command: tuple[Any, ...] | None
) -> None:
    surface.draw(snapshot(service("claude-api", Light.RED, Finding.DOWN), local=("openai", "anthropic")))
    surface.note_clicked("i-1", clicked)
    assert done(commands)[:1] == ([] if command is None else [command])
    assert bool(windows(Panel)) is (command is None)


@pytest.mark.parametrize("clicked", ["back_to_cloud", "stay_local"])
def test_a_note_that_has_outlived_its_offer_moves_nobody(
    surface: Surface, commands: RecordingCommands, clicked: str
) -> None:
    """OpenAI was back when the note was written, and is down again: the panel says what is true now."""
    surface.draw(states.local_now())
    surface.note_clicked("i-1", clicked)
    assert done(commands) == []
    assert button(window(Panel), "Back to cloud").text() == "Back to cloud (OpenAI)"


@pytest.mark.parametrize(
    ("s", "command"),
    [(states.moved(), ("switch_cloud", ("openai",))), (states.coming_home(), ("switch_cloud", ("openai",)))],
)
def test_what_moved_by_itself_is_sent_back_from_its_note(
    surface: Surface, commands: RecordingCommands, s: Snapshot, command: tuple[Any, ...]
) -> None:
    surface.draw(s)
    surface.note_clicked("auto:openai", "back_to_cloud")
    assert done(commands) == [command]
    # Once it is at home, the note has outlived its offer.
    surface.draw(states.held_in_cloud())
    surface.note_clicked("auto:openai", "back_to_cloud")
    assert done(commands) == [command]
    assert windows(Panel)


def test_who_switches_is_asked_for_and_what_is_missing_opens_the_panel(
    surface: Surface, commands: RecordingCommands
) -> None:
    menu = surface.tray.menu
    entry(menu, "Automatic switching").trigger()
    assert done(commands) == [("switch_mode", Mode.AUTO)]
    commands.last.answer(True)
    assert not windows(Panel)
    entry(menu, "Automatic switching").trigger()
    surface.draw(states.nothing_to_move())
    commands.last.answer(False)
    assert window(Panel).bar.standing.texts == ("Nothing can move by itself yet. No local model is set up.",)
    entry(menu, "Automatic switching").trigger()
    assert not entry(menu, "Automatic switching").isChecked()
    commands.last.fail(Problem("settings_busy", path="settings.toml"))
    assert entry(menu, "Automatic switching").isChecked(), "nothing came of it"
    assert "settings.toml" in " ".join(window(Panel).notices.texts)


def test_the_chat_opens_from_the_panel(surface: Surface) -> None:
    surface.open_panel()
    button(window(Panel), "Chat").click()
    assert windows(ChatWindow)


def test_the_strips_of_the_last_hours_come_with_the_panel_and_again_while_it_stays(
    surface: Surface, commands: RecordingCommands
) -> None:
    surface.draw(states.fine())
    surface.open_panel()
    asked = commands.named("latest_hours")
    assert len(asked) == 1
    asked[0].answer(hours(["chatgpt"], states.fine().at))
    rows = window(Panel).rows
    assert rows["chatgpt"].head.strip.isVisible()
    assert rows["chatgpt"].head.strip.accessibleName().startswith("24 hours: ")
    assert not rows["claude"].head.strip.isVisible(), "of this one nothing is known"
    for later_s, times in ((HOURS_FRESH_S - 1.0, 1), (HOURS_FRESH_S, 2)):
        judgement = structs.replace(states.fine().judgement, at=states.fine().at + later_s)
        surface.draw(structs.replace(states.fine(), at=judgement.at, judgement=judgement))
        assert len(commands.named("latest_hours")) == times
    commands.last.fail(Problem("not_running"))
    assert rows["chatgpt"].head.strip.isVisible()


def test_a_command_that_failed_opens_the_panel_and_says_why(surface: Surface, commands: RecordingCommands) -> None:
    surface.switch_local(())
    commands.last.fail(Problem("local_unreachable", url="http://127.0.0.1:11434"))
    assert "127.0.0.1:11434" in " ".join(window(Panel).notices.texts)
    surface.switch_local(())
    commands.last.answer(("openai",))
    assert "127.0.0.1:11434" not in " ".join(window(Panel).notices.texts)


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
    button(window(Panel), "Quit").click()
    window(Panel).close()
    assert done(commands) == [("quit", Leave.NOTHING_TO_KEEP)] * 2
    commands.calls.clear()
    surface.tray.appeared.emit()
    assert surface.has_tray
    surface.open_panel()
    window(Panel).close()
    assert done(commands) == []


def test_a_tray_that_comes_late_takes_the_window_that_stood_for_it(surface: Surface) -> None:
    surface.tray.missing.emit()
    surface.tray.appeared.emit()
    assert windows(Panel) == []
    surface.open_panel()
    surface.tray.missing.emit()
    surface.tray.appeared.emit()
    # Somebody had opened it before.
    assert len(windows(Panel)) == 1


def test_at_the_first_start_it_says_where_it_lives_until_it_is_closed(surface: Surface) -> None:
    surface.welcome()
    panel = window(Panel)
    assert [text for text in panel.notices.texts if text.startswith("I live ")]
    set_language("de")
    surface.redraw()
    assert [text for text in panel.notices.texts if text.startswith("Ich wohne ")]
    set_language("en")
    panel.close()
    surface.open_panel()
    assert list(panel.notices.texts) == []


def test_without_a_tray_it_does_not_say_where_the_icon_is(surface: Surface) -> None:
    surface.welcome()
    surface.tray.missing.emit()
    (said,) = window(Panel).notices.texts
    assert said.startswith("This desktop shows no tray icons")


def test_closing_takes_everything_off_the_screen_and_quits_nothing(
    surface: Surface, commands: RecordingCommands
) -> None:
    surface.tray.missing.emit()
    surface.open_settings()
    surface.open_chat()
    surface.open_history()
    opened = (window(Panel), window(SettingsDialog), window(ChatWindow), window(HistoryWindow))
    commands.calls.clear()
    surface.close()
    assert [one for one in opened if one.isVisible()] == []
    assert done(commands) == []


def test_windows_are_not_imported_before_they_are_wanted() -> None:
    assert not {"Panel", "SettingsDialog", "ChatWindow", "HistoryWindow"} & set(vars(module))
