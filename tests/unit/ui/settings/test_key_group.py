"""The key of a local server, by the dialog's own keys: for the address that stands above it, and for no other."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.support.fake_commands import RecordingCommands
from tests.support.keyboard import press, tab_to, type_in
from tests.support.pictures import settle
from tests.support.windows import button
from trayapp.errors import Problem
from trayapp.settings.schema import Local, Settings
from trayapp.ui.commands import CommandResult
from trayapp.ui.kit.label import Label
from trayapp.ui.settings.dialog import SettingsDialog
from trayapp.ui.settings.page_local import LocalPage

CANARY = "jan-canary-0123456789"
JAN = Local(server="openai-compatible", url="http://127.0.0.1:1337", model="small:1b")


@pytest.fixture
def commands() -> RecordingCommands:
    made = RecordingCommands(Settings(local=JAN))
    made.stored = CommandResult({"openai": "api.openai.com"})
    return made


@pytest.fixture
def dialog(qtbot: QtBot, commands: RecordingCommands) -> SettingsDialog:
    return opened(qtbot, commands)


def opened(qtbot: QtBot, commands: RecordingCommands) -> SettingsDialog:
    dialog = SettingsDialog(commands)
    qtbot.addWidget(dialog)
    dialog.open_at("local")
    settle()
    return dialog


def page(dialog: SettingsDialog) -> LocalPage:
    found = dialog.pages["local"]
    assert isinstance(found, LocalPage)
    return found


def secrets(dialog: SettingsDialog) -> list[QLineEdit]:
    """The fields of the page that take a secret."""
    lines = page(dialog).findChildren(QLineEdit)
    return [one for one in lines if one.isVisible() and one.echoMode() is QLineEdit.EchoMode.Password]


def field(dialog: SettingsDialog) -> QLineEdit:
    found = secrets(dialog)
    assert len(found) == 1, "a field for the key"
    return found[0]


def said(inside: QWidget) -> str:
    settle()
    return "\n".join(one.text().replace("\u200b", "") for one in inside.findChildren(Label) if one.isVisible())


def set_url(dialog: SettingsDialog, url: str) -> None:
    page(dialog).form.fields["url"].editor.set(url)
    settle()


def type_key(dialog: SettingsDialog) -> None:
    tab_to(field(dialog))
    type_in(CANARY)


def test_enter_stores_the_key_for_the_address_that_stands_there(
    dialog: SettingsDialog, commands: RecordingCommands
) -> None:
    assert "No key is stored (127.0.0.1:1337)" in said(page(dialog))
    set_url(dialog, "http://127.0.0.1:4000")
    type_key(dialog)
    press(Qt.Key.Key_Return)
    assert dialog.isVisible()
    [call] = commands.named("set_local_key")
    local, value = call.arguments
    assert (local.server, local.url, value) == ("openai-compatible", "http://127.0.0.1:4000", CANARY)
    call.answer()
    assert field(dialog).text() == ""
    assert "Stored (127.0.0.1:4000)" in said(page(dialog))
    assert CANARY not in said(dialog)
    # Once the address is another, so is what is stored for it.
    set_url(dialog, "http://127.0.0.1:1337")
    assert "Stored for another address (127.0.0.1:4000)" in said(page(dialog))


@pytest.mark.parametrize("stays", [True, False], ids=["Apply", "OK"])
def test_ok_and_apply_save_the_address_and_then_store_the_key(
    dialog: SettingsDialog, commands: RecordingCommands, stays: bool
) -> None:
    set_url(dialog, "http://127.0.0.1:4000")
    type_key(dialog)
    tab_to(dialog.apply_button if stays else dialog.ok_button)
    press(Qt.Key.Key_Space)
    [save] = commands.named("save_settings")
    assert save.arguments == ({("local", "url"): "http://127.0.0.1:4000"},)
    save.answer(Settings(local=Local(server=JAN.server, url="http://127.0.0.1:4000", model=JAN.model)))
    [call] = commands.named("set_local_key")
    assert (call.arguments[0].url, call.arguments[1]) == ("http://127.0.0.1:4000", CANARY)
    assert dialog.isVisible()
    call.answer()
    assert dialog.isVisible() is stays
    assert page(dialog).unfinished is False


def test_a_key_that_cannot_be_stored_keeps_the_dialog_open_and_says_why(
    dialog: SettingsDialog, commands: RecordingCommands
) -> None:
    type_key(dialog)
    dialog.open_at("general")
    tab_to(dialog.ok_button)
    press(Qt.Key.Key_Space)
    commands.named("set_local_key")[0].fail(Problem("keyring_locked"))
    assert dialog.isVisible()
    assert dialog.stack.currentWidget() is page(dialog)
    assert "Your keyring is locked" in said(page(dialog))
    assert field(dialog).text() == CANARY


def test_nobody_finds_a_key_in_a_dialog_that_was_left(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    type_key(dialog)
    left = field(dialog)
    press(Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert left.text() == ""
    assert commands.named("set_local_key") == []


def test_a_stored_key_is_forgotten(qtbot: QtBot, commands: RecordingCommands) -> None:
    commands.stored = CommandResult({"local": "127.0.0.1:1337"})
    dialog = opened(qtbot, commands)
    assert "Stored (127.0.0.1:1337)" in said(page(dialog))
    tab_to(button(page(dialog), "Forget"))
    press(Qt.Key.Key_Space)
    [call] = commands.named("forget_key")
    assert call.arguments == ("local",)
    call.answer()
    assert "No key is stored (127.0.0.1:1337)" in said(page(dialog))


@pytest.mark.parametrize("code", ["local_needs_key", "local_wrong_key"])
def test_a_server_that_wants_a_key_leads_to_its_field(
    dialog: SettingsDialog, commands: RecordingCommands, code: str
) -> None:
    field(dialog)
    tab_to(page(dialog).test_button)
    press(Qt.Key.Key_Space)
    commands.last.fail(Problem(code, url=JAN.url))
    settle()
    assert "http://127.0.0.1:1337" in said(page(dialog))
    assert QApplication.focusWidget() is field(dialog)


def test_the_test_uses_the_key_that_was_typed(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    type_key(dialog)
    tab_to(page(dialog).test_button)
    press(Qt.Key.Key_Space)
    [call] = commands.named("test_target")
    assert call.arguments == (JAN, CANARY)


@pytest.mark.parametrize(
    ("local", "shown"),
    [
        (Local(), False),
        (Local(server="embedded", file="/m.gguf"), False),
        (Local(server="ollama"), True),
        (Local(server="openai-compatible", url="https://box.example"), True),
        (Local(server="ollama", key="env:JAN_KEY"), False),
    ],
)
def test_only_who_can_be_given_a_key_has_a_field(
    qtbot: QtBot, commands: RecordingCommands, local: Local, shown: bool
) -> None:
    dialog = opened(qtbot, commands)
    field(dialog)
    commands.view = commands.view._replace(settings=Settings(local=local))
    dialog.reject()
    dialog.open_at("local")
    settle()
    assert (len(secrets(dialog)) == 1) is shown


def test_a_key_does_not_go_where_it_would_travel_in_the_clear(
    dialog: SettingsDialog, commands: RecordingCommands
) -> None:
    type_key(dialog)
    set_url(dialog, "http://192.168.1.7:1337")
    assert "https" in said(page(dialog))
    tab_to(dialog.ok_button)
    press(Qt.Key.Key_Space)
    commands.named("save_settings")[0].answer(Settings(local=Local(server=JAN.server, url="http://192.168.1.7:1337")))
    assert dialog.isVisible()
    assert commands.named("set_local_key") == []
