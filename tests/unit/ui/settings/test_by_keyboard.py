"""The settings dialog by its own keys: what was typed is stored or said to be wrong, and Enter does what stands beside
the field."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.support.fake_commands import RecordingCommands
from tests.support.keyboard import press, tab_to, type_in
from tests.support.pictures import settle
from tests.support.windows import button
from trayapp.errors import Problem
from trayapp.settings.schema import CatalogueSettings, Settings, ToolSettings, Ui
from trayapp.text.language import set_language
from trayapp.ui.commands import FoundServer, ServiceChoice, ToolAccess
from trayapp.ui.kit.label import Label
from trayapp.ui.settings.dialog import SettingsDialog
from trayapp.ui.settings.key_group import KeyGroup
from trayapp.ui.settings.page_keys import KeysPage
from trayapp.ui.settings.page_local import LocalPage
from trayapp.ui.settings.page_tools import ToolsPage
from trayapp.ui.settings.pages import ServicesPage

CANARY = "sk-canary-0123456789"
ACCESS = ToolAccess("writer", "http://127.0.0.1:17502/t/0a1b/openai/v1", "0a1b")
WAYS_OUT: dict[str, Callable[[SettingsDialog], object]] = {
    "Escape": lambda _dialog: press(Qt.Key.Key_Escape),
    "Cancel": lambda dialog: click(dialog.cancel_button),
    "the window's frame": lambda dialog: dialog.close(),
}


@pytest.fixture
def commands() -> RecordingCommands:
    return RecordingCommands(Settings(tools={"nightly": ToolSettings()}), tools=("nightly",))


@pytest.fixture
def dialog(qtbot: QtBot, commands: RecordingCommands) -> SettingsDialog:
    dialog = SettingsDialog(commands)
    qtbot.addWidget(dialog)
    dialog.open_at("keys")
    settle()
    return dialog


def group(dialog: SettingsDialog, name: str = "openai") -> KeyGroup:
    page = dialog.pages["keys"]
    assert isinstance(page, KeysPage)
    return page.groups[name]


def tools(dialog: SettingsDialog) -> ToolsPage:
    page = dialog.pages["gateway"]
    assert isinstance(page, ToolsPage)
    return page


def services(dialog: SettingsDialog) -> ServicesPage:
    page = dialog.pages["services"]
    assert isinstance(page, ServicesPage)
    return page


def catalogue_boxes(dialog: SettingsDialog) -> list[QCheckBox]:
    return [box for box in services(dialog).findChildren(QCheckBox) if box.isVisible()]


def visible_rows(dialog: SettingsDialog) -> list[str]:
    items = [services(dialog).list.item(row) for row in range(services(dialog).list.count())]
    return [item.text() for item in items if not item.isHidden()]


def local(dialog: SettingsDialog) -> LocalPage:
    page = dialog.pages["local"]
    assert isinstance(page, LocalPage)
    return page


def read(inside: QWidget) -> list[str]:
    """What can be read there, whole: a text that is cut off does not count."""
    labels = (one for one in inside.findChildren(Label) if one.isVisible())
    return [one.text().replace("\u200b", "") for one in labels if one.height() >= one.heightForWidth(one.width())]


def type_key(dialog: SettingsDialog, name: str = "openai", text: str = CANARY) -> None:
    tab_to(group(dialog, name).input)
    type_in(text)


def click(at: QAbstractButton) -> None:
    tab_to(at)
    press(Qt.Key.Key_Space)


def test_enter_in_a_keys_field_stores_it_and_the_dialog_stays(
    dialog: SettingsDialog, commands: RecordingCommands
) -> None:
    type_key(dialog)
    press(Qt.Key.Key_Return)
    assert dialog.isVisible()
    [call] = commands.named("set_key")
    assert call.arguments == ("openai", CANARY)
    call.answer()
    assert dialog.isVisible()
    assert group(dialog).input.text() == ""


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_in_an_empty_keys_field_does_nothing(
    dialog: SettingsDialog, commands: RecordingCommands, key: Qt.Key
) -> None:
    tab_to(group(dialog).input)
    press(key)
    assert dialog.isVisible()
    assert commands.named("set_key") == []


def test_enter_in_a_tools_field_adds_it_and_the_dialog_stays(
    dialog: SettingsDialog, commands: RecordingCommands
) -> None:
    dialog.open_at("gateway")
    tab_to(tools(dialog).name)
    press(Qt.Key.Key_Return)
    assert dialog.isVisible()
    type_in("writer")
    press(Qt.Key.Key_Return)
    assert dialog.isVisible()
    [call] = commands.named("create_tool")
    assert call.arguments == ("writer",)
    call.answer(ACCESS)
    tab_to(tools(dialog).access.findChildren(QPlainTextEdit)[0])
    press(Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert QGuiApplication.clipboard().text() == ACCESS.url
    assert button(tools(dialog).access, "Copied").isVisible()


def test_ok_stores_a_key_that_was_typed_and_closes(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    type_key(dialog)
    click(dialog.ok_button)
    [call] = commands.named("set_key")
    assert call.arguments == ("openai", CANARY)
    assert dialog.isVisible()
    call.answer()
    assert not dialog.isVisible()
    assert group(dialog).input.text() == ""
    assert commands.named("save_settings") == []


def test_apply_stores_all_keys_that_were_typed_and_stays(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    type_key(dialog)
    type_key(dialog, "anthropic", "sk-other-canary")
    click(dialog.apply_button)
    calls = commands.named("set_key")
    assert [call.arguments for call in calls] == [("openai", CANARY), ("anthropic", "sk-other-canary")]
    for call in calls:
        call.answer()
    assert dialog.isVisible()
    assert dialog.apply_button.isEnabled()


def test_a_key_that_cannot_be_stored_keeps_the_dialog_open_and_says_why(
    dialog: SettingsDialog, commands: RecordingCommands
) -> None:
    type_key(dialog)
    dialog.open_at("general")
    click(dialog.ok_button)
    [call] = commands.named("set_key")
    call.fail(Problem("keyring_locked"))
    assert dialog.isVisible()
    assert dialog.stack.currentWidget() is dialog.pages["keys"]
    [told] = group(dialog).mistakes
    assert told.startswith("Your keyring is locked")
    assert group(dialog).input.text() == CANARY
    click(dialog.ok_button)
    commands.named("set_key")[1].answer()
    assert not dialog.isVisible()


def test_ok_waits_for_a_key_that_is_being_stored(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    type_key(dialog)
    press(Qt.Key.Key_Return)
    click(dialog.ok_button)
    [call] = commands.named("set_key")
    assert dialog.isVisible()
    call.fail(Problem("keyring_locked"))
    assert dialog.isVisible()
    assert group(dialog).input.text() == CANARY


def test_the_language_may_change_beside_a_key_that_is_refused(
    dialog: SettingsDialog, commands: RecordingCommands
) -> None:
    type_key(dialog)
    dialog.pages["general"].forms[1].fields["language"].editor.set("de")
    click(dialog.ok_button)
    set_language("de")
    commands.named("save_settings")[0].answer(Settings(ui=Ui(language="de")))
    [call] = commands.named("set_key")
    call.fail(Problem("keyring_locked"))
    assert dialog.isVisible()
    assert group(dialog).input.text() == CANARY
    assert group(dialog).mistakes


@pytest.mark.parametrize("way", WAYS_OUT)
def test_a_key_does_not_stay_in_a_dialog_that_was_left(
    dialog: SettingsDialog, commands: RecordingCommands, way: str
) -> None:
    type_key(dialog)
    WAYS_OUT[way](dialog)
    assert not dialog.isVisible()
    assert group(dialog).input.text() == ""
    assert commands.named("set_key") == []


def test_ok_adds_a_tool_that_was_typed_and_shows_its_address(
    dialog: SettingsDialog, commands: RecordingCommands
) -> None:
    dialog.open_at("gateway")
    tab_to(tools(dialog).name)
    type_in("writer")
    click(dialog.ok_button)
    [call] = commands.named("create_tool")
    call.answer(ACCESS)
    assert dialog.isVisible()
    assert tools(dialog).access.url == ACCESS.url
    click(dialog.ok_button)
    assert not dialog.isVisible()


def test_ok_with_a_tool_that_is_refused_stays_and_says_why(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    dialog.open_at("gateway")
    tab_to(tools(dialog).name)
    type_in("???")
    dialog.open_at("general")
    click(dialog.ok_button)
    commands.named("create_tool")[0].fail(Problem("bad_tool_name", name="???"))
    assert dialog.isVisible()
    assert dialog.stack.currentWidget() is tools(dialog)
    assert tools(dialog).mistakes
    assert tools(dialog).name.text() == "???"


def test_a_number_out_of_bounds_is_told_and_not_put_right_in_silence(
    dialog: SettingsDialog, commands: RecordingCommands
) -> None:
    dialog.open_at("network")
    field = dialog.pages["network"].forms[0].fields["probe_interval_s"]
    tab_to(field.editor.widget)
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_in("5")
    press(Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert field.mistakes
    assert commands.named("save_settings") == []


def test_a_policy_that_was_edited_is_forgotten_with_cancel(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    dialog.open_at("gateway")
    tab_to(tools(dialog).tools["nightly"].form.fields["policy"].editor.widget)
    press(Qt.Key.Key_Down)
    assert dialog.changes()
    press(Qt.Key.Key_Escape)
    dialog.open_at("gateway")
    assert dialog.changes() == {}


def test_a_command_with_an_open_quotation_mark_is_told(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    dialog.open_at("local")
    form = dialog.pages["local"].forms[0]
    form.fields["server"].editor.set("ollama")
    tab_to(form.fields["start"].editor.widget)
    type_in("ollama 'serve")
    press(Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert form.fields["start"].mistakes
    assert commands.named("save_settings") == []


def test_the_shipped_catalogue_is_not_offered_to_those_who_have_no_other(dialog: SettingsDialog) -> None:
    dialog.open_at("services")
    assert [box.text() for box in catalogue_boxes(dialog)] == ["Update the catalogue once a day"]


def test_without_the_shipped_catalogue_only_own_services_are_left_to_watch(
    qtbot: QtBot, commands: RecordingCommands
) -> None:
    own = ServiceChoice("acme-api", "Acme API", "Acme AI", own=True)
    commands.view = commands.view._replace(services=(*commands.view.services, own))
    dialog = SettingsDialog(commands)
    qtbot.addWidget(dialog)
    dialog.open_at("services")
    settle()
    tab_to(catalogue_boxes(dialog)[0])
    press(Qt.Key.Key_Space)
    assert visible_rows(dialog) == ["Acme API (Acme AI)"]
    click(dialog.ok_button)
    [call] = commands.named("save_settings")
    assert call.arguments == ({("catalogue", "builtin"): False, ("watch", "services"): []},)


def test_a_second_thought_brings_the_shipped_services_back_as_they_were(
    qtbot: QtBot, commands: RecordingCommands
) -> None:
    own = ServiceChoice("acme-api", "Acme API", "Acme AI", own=True)
    settings = Settings(catalogue=CatalogueSettings(builtin=True))
    commands.view = commands.view._replace(settings=settings, services=(*commands.view.services, own))
    dialog = SettingsDialog(commands)
    qtbot.addWidget(dialog)
    dialog.open_at("services")
    settle()
    tab_to(catalogue_boxes(dialog)[0])
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Space)
    assert len(visible_rows(dialog)) == 6
    assert dialog.changes() == {}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("localhost:8080", "http://localhost:8080"),
        ("127.0.0.1", "http://127.0.0.1"),
        ("[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("HTTP://Localhost:8080", "http://Localhost:8080"),
        ("mein-rechner.local:11434/", "http://mein-rechner.local:11434/"),
    ],
)
def test_an_address_gets_what_everybody_leaves_out(
    dialog: SettingsDialog, commands: RecordingCommands, typed: str, stored: str
) -> None:
    dialog.open_at("local")
    local(dialog).server.set("ollama")
    tab_to(local(dialog).form.fields["url"].editor.widget)
    type_in(typed)
    tab_to(dialog.ok_button)
    press(Qt.Key.Key_Space)
    [call] = commands.named("save_settings")
    assert call.arguments == ({("local", "server"): "ollama", ("local", "url"): stored},)


@pytest.mark.parametrize("typed", ["ftp://localhost", "http:/localhost:8080", "http//localhost", "two words", "://x"])
def test_what_is_no_address_stays_and_is_told(dialog: SettingsDialog, commands: RecordingCommands, typed: str) -> None:
    dialog.open_at("local")
    local(dialog).server.set("ollama")
    url = local(dialog).form.fields["url"]
    tab_to(url.editor.widget)
    type_in(typed)
    press(Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert url.mistakes
    assert url.editor.get() == typed
    assert commands.named("save_settings") == []


def test_what_is_found_can_be_read_whole(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    long = "hf.co/bartowski/Mistral-Small-3.2-24B-Instruct-2506-abliterated-GGUF:Q4_K_M"
    found = (
        FoundServer("ollama", "http://127.0.0.1:11434", ("qwen3:8b", "llama3", "gemma3:27b-it-qat", long)),
        FoundServer("openai-compatible", "http://127.0.0.1:8080", ("local-model",)),
    )
    dialog.open_at("local")
    tab_to(local(dialog).detect_button)
    press(Qt.Key.Key_Space)
    commands.last.answer(found)
    settle()
    said = " ".join(read(local(dialog)))
    for whole in ("Ollama, http://127.0.0.1:11434", long, "OpenAI-compatible server, http://127.0.0.1:8080"):
        assert whole in said


def test_a_tools_address_is_shown_whenever_it_is_asked_for(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    dialog.open_at("gateway")
    click(button(tools(dialog).tools["nightly"], "Show address"))
    [call] = commands.named("create_tool")
    assert call.arguments == ("nightly",)
    call.answer(ToolAccess("nightly", "http://127.0.0.1:17502/t/77/openai/v1", "77"))
    settle()
    assert tools(dialog).access.url == "http://127.0.0.1:17502/t/77/openai/v1"
    said = " ".join(read(tools(dialog).access))
    assert "nightly" in said
    assert "whenever you need it" in said
    assert "only now" not in said


def test_what_is_wrong_comes_into_view(dialog: SettingsDialog) -> None:
    dialog.resize(dialog.minimumSizeHint())
    dialog.open_at("keys")
    page = dialog.pages["keys"]
    wrong = page.forms[-2].fields["key"]
    tab_to(wrong.editor.widget)
    type_in("x")
    page.verticalScrollBar().setValue(0)
    dialog.open_at("general")
    tab_to(dialog.list)
    press(Qt.Key.Key_Return)
    settle()
    assert dialog.stack.currentWidget() is page
    [told] = [one for one in wrong.findChildren(Label) if one.text().startswith("Keys do not belong")]
    assert not told.visibleRegion().isEmpty()
