"""The window that adds an endpoint of the user's own, by its own keys."""

import pytest
from msgspec import structs
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.support.fake_commands import RecordingCommands
from tests.support.founds import found
from tests.support.keyboard import press, tab_to, type_in
from tests.support.pictures import settle
from trayapp.errors import Problem
from trayapp.ui.commands import ServiceChoice
from trayapp.ui.settings.add_endpoint import AddEndpoint
from trayapp.ui.settings.dialog import SettingsDialog
from trayapp.ui.settings.pages import ServicesPage

FOUND = found()
CANARY = "sk-canary-0123456789"


@pytest.fixture
def commands() -> RecordingCommands:
    return RecordingCommands()


@pytest.fixture
def dialog(qtbot: QtBot, commands: RecordingCommands) -> SettingsDialog:
    dialog = SettingsDialog(commands)
    qtbot.addWidget(dialog)
    dialog.open_at("services")
    settle()
    return dialog


@pytest.fixture
def adding(dialog: SettingsDialog) -> AddEndpoint:
    """Opened from the list of services, with the keyboard."""
    page = dialog.pages["services"]
    assert isinstance(page, ServicesPage)
    tab_to(page.add_button)
    press(Qt.Key.Key_Space)
    [window] = dialog.findChildren(AddEndpoint)
    tab_to(window.address)
    return window


def test_an_address_is_looked_at_shown_and_added_by_keyboard(
    dialog: SettingsDialog, adding: AddEndpoint, commands: RecordingCommands
) -> None:
    type_in("llm.example.com/team")
    press(Qt.Key.Key_Return)
    call = commands.last
    assert (call.name, call.arguments) == ("look_at", ("llm.example.com/team", None))
    assert not adding.look_button.isEnabled()
    assert not adding.add_button.isEnabled()
    call.answer(FOUND)
    assert "https://llm.example.com/team" in adding.told.texts[0]
    assert adding.add_button.hasFocus()
    assert adding.add_button.isDefault(), "Enter goes on, and shows that it does"
    choice = ServiceChoice("team-gateway", "Team gateway", "Team gateway", own=True)
    commands.view = commands.view._replace(services=(*commands.view.services, choice))
    press(Qt.Key.Key_Return)
    [call] = commands.named("add_service")
    assert call.arguments == (FOUND, False)
    call.answer("/home/me/services/team-gateway.toml")
    assert adding.told.texts == ("Team gateway is watched from now on.",)
    page = dialog.pages["services"]
    assert isinstance(page, ServicesPage)
    assert "Team gateway (Team gateway)" in [page.list.item(row).text() for row in range(page.list.count())]


def test_one_without_a_key_is_added_with_enter_alone(adding: AddEndpoint, commands: RecordingCommands) -> None:
    assert FOUND.provider.api is not None
    open_to_all = structs.replace(FOUND.provider.api, key=None)
    type_in("llm.example.com/team")
    press(Qt.Key.Key_Return)
    commands.last.answer(structs.replace(FOUND, provider=structs.replace(FOUND.provider, api=open_to_all)))
    press(Qt.Key.Key_Return)
    commands.named("add_service")[0].answer("path")
    assert adding.close_button.isDefault()
    press(Qt.Key.Key_Return)
    assert not adding.isVisible()


def test_the_key_that_it_wants_goes_to_its_own_host(adding: AddEndpoint, commands: RecordingCommands) -> None:
    type_in("llm.example.com/team")
    press(Qt.Key.Key_Return)
    commands.last.answer(FOUND)
    press(Qt.Key.Key_Space)
    commands.named("add_service")[0].answer("path")
    assert adding.key is not None
    assert adding.key_title.isVisible(), "what the field is for"
    assert "llm.example.com" in adding.key.state.text()
    assert adding.key.input.hasFocus()
    type_in(CANARY)
    press(Qt.Key.Key_Return)
    [call] = commands.named("set_key")
    assert call.arguments == ("team-gateway", CANARY)
    adding.address.setText("other.example.com")
    assert not adding.key_title.isVisible()
    press(Qt.Key.Key_Escape)
    assert not adding.isVisible()


def test_what_is_wrong_is_said_and_can_be_corrected(adding: AddEndpoint, commands: RecordingCommands) -> None:
    type_in("llm.exmaple.com")
    press(Qt.Key.Key_Return)
    commands.last.fail(Problem("endpoint_no_name", host="llm.exmaple.com"))
    assert adding.told.texts[0].startswith("There is no host called llm.exmaple.com")
    assert not adding.add_button.isEnabled()
    adding.address.setText("llm.example.com")
    press(Qt.Key.Key_Return)
    assert len(commands.named("look_at")) == 2


def test_what_was_found_is_not_added_for_another_address(adding: AddEndpoint, commands: RecordingCommands) -> None:
    type_in("llm.example.com")
    press(Qt.Key.Key_Return)
    commands.last.answer(FOUND)
    tab_to(adding.name)
    type_in("Other")
    assert not adding.add_button.isEnabled()


def test_a_file_that_is_there_is_written_over_by_a_second_click(
    adding: AddEndpoint, commands: RecordingCommands
) -> None:
    type_in("llm.example.com")
    press(Qt.Key.Key_Return)
    commands.last.answer(FOUND)
    press(Qt.Key.Key_Space)
    commands.named("add_service")[0].fail(Problem("service_file_exists", path="/home/me/team-gateway.toml"))
    assert "Write over it" in adding.add_button.text().replace("&", "")
    tab_to(adding.add_button)
    press(Qt.Key.Key_Space)
    assert [call.arguments[1] for call in commands.named("add_service")] == [False, True]


def test_closing_breaks_off_the_look(adding: AddEndpoint, commands: RecordingCommands) -> None:
    type_in("slow.example.com")
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Escape)
    assert commands.last.stopped
    commands.last.fail(Problem("cancelled"))
    assert not adding.isVisible()


def test_what_is_being_edited_stays_when_something_is_added(
    dialog: SettingsDialog, adding: AddEndpoint, commands: RecordingCommands
) -> None:
    page = dialog.pages["services"]
    assert isinstance(page, ServicesPage)
    page.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    type_in("llm.example.com")
    press(Qt.Key.Key_Return)
    commands.last.answer(FOUND)
    press(Qt.Key.Key_Space)
    choice = ServiceChoice("team-gateway", "Team gateway", "Team gateway", own=True)
    settings = commands.view.settings
    watch = structs.replace(settings.watch, services=(*settings.watch.services, "team-gateway"))
    commands.view = commands.view._replace(
        services=(*commands.view.services, choice), settings=structs.replace(settings, watch=watch)
    )
    commands.named("add_service")[0].answer("path")
    assert page.list.item(0).checkState() == Qt.CheckState.Unchecked
    adding.close()
    assert page.changes()["watch", "services"] == [*watch.services[1:]]
