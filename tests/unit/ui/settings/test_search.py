"""Finding one of many services, by keyboard, in the shipped catalogue."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.support.fake_commands import RecordingCommands
from tests.support.keyboard import focused, press, tab_to, type_in
from tests.support.pictures import save, settle
from trayapp import paths
from trayapp.core.catalogue import Catalogue
from trayapp.settings.schema import Settings
from trayapp.settings.services import load_services
from trayapp.text.labels import DialogLabels as Labels
from trayapp.text.language import set_language
from trayapp.ui.commands import ServiceChoice
from trayapp.ui.kit.label import Label
from trayapp.ui.settings.dialog import SettingsDialog
from trayapp.ui.settings.pages import ServicesPage
from trayapp.watch.pages.registry import page_kinds


def shipped() -> Catalogue:
    return load_services(paths.home(), Settings(), {}, page_kinds()).catalogue


@pytest.fixture
def commands() -> RecordingCommands:
    commands = RecordingCommands()
    choices = tuple(ServiceChoice(one.id, one.name, provider.name) for provider, one in shipped().services())
    commands.view = commands.view._replace(services=choices)
    return commands


@pytest.fixture
def dialog(qtbot: QtBot, commands: RecordingCommands) -> SettingsDialog:
    dialog = SettingsDialog(commands)
    qtbot.addWidget(dialog)
    dialog.open_at("services")
    settle()
    return dialog


def services(dialog: SettingsDialog) -> ServicesPage:
    page = dialog.pages["services"]
    assert isinstance(page, ServicesPage)
    return page


def left(dialog: SettingsDialog) -> list[str]:
    rows = services(dialog).list
    return [rows.item(row).text() for row in range(rows.count()) if not rows.item(row).isHidden()]


def test_nothing_is_missed_before_there_is_anything(qtbot: QtBot) -> None:
    page = ServicesPage()
    qtbot.addWidget(page)
    page.show()
    settle()
    assert not [one for one in page.findChildren(Label) if one.isVisible() and one.text() == Labels.nothing_found]


def test_mistral_in_two_steps(dialog: SettingsDialog, commands: RecordingCommands) -> None:
    tab_to(services(dialog).search)
    type_in("mistral")
    press(Qt.Key.Key_Return)
    assert dialog.isVisible(), "Return in the search is not the dialog's OK"
    assert commands.named("save_settings") == []
    dialog.ok_button.click()
    (call,) = commands.named("save_settings")
    assert call.arguments == (
        {("watch", "services"): ["chatgpt", "openai-api", "claude", "claude-api", "mistral-api"]},
    )


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("kimi", ["Kimi API (Moonshot AI)"]),
        ("api mistral", ["Mistral API (Mistral AI)"]),
        ("XAI grok", ["Grok (xAI)", "Grok Build (xAI)"]),
        ("microsoft", ["Microsoft Copilot (Microsoft)", "Azure OpenAI (Microsoft Azure)"]),
        ("nobody", []),
    ],
)
def test_what_is_left(dialog: SettingsDialog, typed: str, found: list[str]) -> None:
    tab_to(services(dialog).search)
    type_in(typed)
    assert left(dialog) == found
    told = [one.text() for one in services(dialog).findChildren(Label) if one.isVisible()]
    assert ("Nothing in the catalogue is called so." in told) is not bool(found)


def test_what_is_out_of_sight_stays_watched(dialog: SettingsDialog) -> None:
    page = services(dialog)
    page.search.setText("grok")
    assert page.chosen() == ["chatgpt", "openai-api", "claude", "claude-api"]
    assert page.changes() == {}


def test_the_list_is_worked_from_the_field_and_escape_clears_it(dialog: SettingsDialog) -> None:
    page = services(dialog)
    tab_to(page.search)
    type_in("groq")
    press(Qt.Key.Key_Down)
    assert focused() is page.list
    press(Qt.Key.Key_Space)
    assert page.chosen()[-1] == "groq-api"
    press(Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert focused() is page.search
    press(Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert page.search.text() == ""
    assert len(left(dialog)) == page.list.count()


def test_return_on_nothing_ticks_nothing(dialog: SettingsDialog) -> None:
    page = services(dialog)
    tab_to(page.search)
    press(Qt.Key.Key_Return)
    type_in("nobody")
    press(Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert page.changes() == {}


@pytest.mark.parametrize("language", ["en", "de"])
def test_all_services_can_be_seen_whole(qtbot: QtBot, commands: RecordingCommands, language: str) -> None:
    set_language(language)
    dialog = SettingsDialog(commands)
    qtbot.addWidget(dialog)
    dialog.open_at("services")
    settle()
    rows = services(dialog).list
    widest = max(rows.sizeHintForIndex(rows.model().index(row, 0)).width() for row in range(rows.count()))
    assert widest <= rows.viewport().width()
    assert sum(rows.visualItemRect(rows.item(row)).bottom() <= rows.viewport().height() for row in range(38)) >= 15
    save(dialog, f"settings-services-{language}")
