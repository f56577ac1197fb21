"""The settings dialog: what it writes, what it refuses, and that nothing typed is lost."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.support.fake_commands import RecordingCommands
from tests.support.pictures import settle
from trayapp.errors import Problem
from trayapp.settings.schema import Local, Settings, Ui
from trayapp.text.language import set_language
from trayapp.ui.kit.label import Label
from trayapp.ui.settings.dialog import SettingsDialog
from trayapp.ui.settings.pages import SettingsPage


@pytest.fixture
def commands() -> RecordingCommands:
    return RecordingCommands(Settings(local=Local(server="ollama", model="qwen3:8b")))


@pytest.fixture
def dialog(qtbot: QtBot, commands: RecordingCommands) -> SettingsDialog:
    dialog = SettingsDialog(commands)
    qtbot.addWidget(dialog)
    dialog.open_at()
    settle()
    return dialog


def edit(dialog: SettingsDialog, page: str, name: str, value: object, form: int = 0) -> None:
    dialog.pages[page].forms[form].fields[name].editor.set(value)


def mistakes(dialog: SettingsDialog, page: str, name: str, form: int = 0) -> list[str]:
    return list(dialog.pages[page].forms[form].fields[name].mistakes)


def shown_page(dialog: SettingsDialog) -> str:
    return next(name for name, page in dialog.pages.items() if page is dialog.stack.currentWidget())


def test_opened_it_has_nothing_to_save(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    assert dialog.changes() == {}
    dialog.ok_button.click()
    assert not dialog.isVisible()
    assert commands.named("save_settings") == []


@pytest.mark.parametrize("page", ["services", "local", "keys", "gateway", "network", "general"])
def test_it_opens_at_every_page(dialog: SettingsDialog, page: str) -> None:
    dialog.open_at(page)
    assert shown_page(dialog) == page
    assert isinstance(dialog.pages[page], SettingsPage)


def test_what_was_edited_on_any_page_is_written_at_once(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    edit(dialog, "network", "probe_interval_s", 90)
    edit(dialog, "local", "model", "llama3")
    edit(dialog, "local", "url", "")
    dialog.ok_button.click()
    assert commands.last.arguments == ({("watch", "probe_interval_s"): 90, ("local", "model"): "llama3"},)
    assert dialog.isVisible()
    assert not dialog.ok_button.isEnabled()
    commands.last.answer(Settings())
    assert not dialog.isVisible()


def test_a_cleared_setting_goes_back_to_its_default(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    edit(dialog, "local", "model", "")
    dialog.apply_button.click()
    assert commands.last.arguments == ({("local", "model"): None},)


def test_apply_leaves_it_open(dialog: SettingsDialog, commands: RecordingCommands, qtbot: QtBot) -> None:
    edit(dialog, "network", "probe_interval_s", 90)
    dialog.apply_button.click()
    with qtbot.waitSignal(dialog.saved, timeout=1000):
        commands.last.answer(Settings())
    assert dialog.isVisible()
    assert dialog.apply_button.isEnabled()
    assert dialog.changes() == {}


def test_bad_input_is_told_beside_its_field_and_not_sent(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    dialog.open_at("general")
    edit(dialog, "local", "url", "ftp://127.0.0.1:11434")
    edit(dialog, "network", "probe_interval_s", 90)
    dialog.ok_button.click()
    assert commands.named("save_settings") == []
    assert shown_page(dialog) == "local"
    [told] = mistakes(dialog, "local", "url")
    assert "http://" in told
    assert dialog.changes() == {("local", "url"): "ftp://127.0.0.1:11434", ("watch", "probe_interval_s"): 90}
    edit(dialog, "local", "url", "http://127.0.0.1:11434")
    dialog.ok_button.click()
    assert mistakes(dialog, "local", "url") == []
    assert len(commands.named("save_settings")) == 1


def test_what_the_file_refuses_is_told_and_nothing_is_lost(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    edit(dialog, "network", "controls", ["http://x"], form=1)
    dialog.ok_button.click()
    at = Problem("setting_url", file="settings.toml", line=9, key="network.controls[0]", found="http://x")
    full = Problem("disk_full", path="/x/settings.toml")
    commands.last.fail(at, full)
    assert dialog.isVisible()
    assert shown_page(dialog) == "network"
    assert len(mistakes(dialog, "network", "controls", form=1)) == 1
    assert [text for text in dialog.notices.texts if text.startswith("The disk is full")]
    assert dialog.changes() == {("network", "controls"): ["http://x"]}
    assert dialog.ok_button.isEnabled()


def test_cancel_and_escape_forget_what_was_edited(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    edit(dialog, "network", "probe_interval_s", 90)
    dialog.cancel_button.click()
    assert not dialog.isVisible()
    dialog.open_at()
    assert dialog.changes() == {}
    edit(dialog, "network", "probe_interval_s", 90)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert commands.named("save_settings") == []


def test_opening_it_again_while_editing_loses_nothing(dialog: SettingsDialog) -> None:
    edit(dialog, "network", "probe_interval_s", 90)
    dialog.open_at("local")
    assert dialog.changes() == {("watch", "probe_interval_s"): 90}


def test_another_language_is_spoken_at_once(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    dialog.open_at("general")
    edit(dialog, "general", "language", "de", form=1)
    dialog.apply_button.click()
    assert commands.last.arguments == ({("ui", "language"): "de"},)
    # Whoever writes the file reads it again before the answer comes.
    set_language("de")
    commands.last.answer(Settings(ui=Ui(language="de")))
    settle()
    assert dialog.windowTitle() == "Einstellungen"
    assert shown_page(dialog) == "general"
    assert "Sprache" in [one.text() for one in dialog.pages["general"].findChildren(Label)]
    assert dialog.changes() == {}


def test_settings_that_cannot_be_read_are_told(qtbot: QtBot, commands: RecordingCommands) -> None:
    commands.view_problems = (Problem("toml_syntax", file="settings.toml", path="/x", line=3, reason="?"),)
    dialog = SettingsDialog(commands)
    qtbot.addWidget(dialog)
    dialog.open_at()
    assert [text for text in dialog.notices.texts if "not valid TOML" in text]
    assert not dialog.ok_button.isEnabled()


@pytest.mark.parametrize("page", ["services", "local", "keys", "gateway", "network", "general"])
def test_however_small_it_is_made_no_field_is_cut_off(dialog: SettingsDialog, page: str) -> None:
    dialog.open_at(page)
    settle()
    dialog.resize(10, 10)
    settle()
    shown = dialog.pages[page]
    inside = shown.widget()
    assert inside is not None
    assert inside.width() >= inside.minimumSizeHint().width()
    assert inside.width() <= shown.viewport().width()
