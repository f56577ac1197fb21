"""Keys go into the keyring and are never shown again."""

import pytest
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QLineEdit
from pytestqt.qtbot import QtBot

from tests.support.fake_commands import RecordingCommands
from trayapp.errors import Problem
from trayapp.settings.schema import ProviderSettings, Settings
from trayapp.ui.commands import CommandResult
from trayapp.ui.settings.form import Form
from trayapp.ui.settings.page_keys import KeysPage

CANARY = "sk-canary-0123456789"


@pytest.fixture
def commands() -> RecordingCommands:
    return RecordingCommands(Settings(providers={"anthropic": ProviderSettings(key="env:ANTHROPIC_API_KEY")}))


@pytest.fixture
def page(qtbot: QtBot, commands: RecordingCommands) -> KeysPage:
    page = KeysPage(commands)
    qtbot.addWidget(page)
    page.load(commands.view)
    page.show()
    return page


def test_it_says_what_is_stored_and_for_which_host(page: KeysPage) -> None:
    group = page.groups["openai"]
    assert group.state.text() == "Stored (api.openai.com)"
    assert group.forget_button.isEnabled()
    assert not group.store_button.isEnabled()
    assert group.input.text() == ""


def test_a_key_from_the_environment_is_not_asked_for(page: KeysPage) -> None:
    assert page.groups["openai"].isVisible()
    assert not page.groups["anthropic"].isVisible()


def test_a_key_is_stored_and_leaves_the_window(page: KeysPage, commands: RecordingCommands) -> None:
    group = page.groups["openai"]
    assert group.input.echoMode() is QLineEdit.EchoMode.Password
    group.input.setText(f"  {CANARY}\n")
    group.store_button.click()
    assert commands.last.arguments == ("openai", CANARY)
    assert group.state.text() == "Waiting for your keyring…"
    assert not group.store_button.isEnabled()
    assert not group.forget_button.isEnabled()
    commands.last.answer()
    assert group.input.text() == ""
    assert group.state.text() == "Stored (api.openai.com)"
    assert page.changes() == {}
    assert CANARY not in str(page.values())


def test_a_keyring_that_refuses_loses_nothing(page: KeysPage, commands: RecordingCommands) -> None:
    group = page.groups["openai"]
    group.input.setText(CANARY)
    group.store_button.click()
    commands.last.fail(Problem("keyring_locked"))
    assert group.input.text() == CANARY
    assert len(group.mistakes) == 1
    assert CANARY not in group.mistakes[0]
    assert group.store_button.isEnabled()


def test_a_key_is_forgotten(page: KeysPage, commands: RecordingCommands) -> None:
    group = page.groups["openai"]
    group.forget_button.click()
    assert commands.last.arguments == ("openai",)
    commands.last.answer()
    assert group.state.text() == "No key is stored (api.openai.com)"
    assert not group.forget_button.isEnabled()


def test_a_keyring_that_does_not_answer_is_told(qtbot: QtBot, commands: RecordingCommands) -> None:
    commands.stored = CommandResult(problems=(Problem("keyring_absent"),))
    page = KeysPage(commands)
    qtbot.addWidget(page)
    page.load(commands.view)
    group = page.groups["openai"]
    assert group.state.text().startswith("Not known")
    assert len(group.mistakes) == 1


def test_paid_answers_show_their_limits_only_when_wanted(page: KeysPage) -> None:
    form = next(one for one in page.forms if "daily_tokens" in one.fields)
    assert isinstance(form, Form)
    limits = [form.fields[name] for name in ("model", "interval_s", "daily_tokens", "daily_cost", "price")]
    assert not any(field.isVisible() for field in limits)
    box = form.fields["enabled"].editor.widget
    assert isinstance(box, QCheckBox)
    box.setChecked(True)
    assert all(field.isVisible() for field in limits)
    assert page.changes() == {("provider", "openai", "completion", "enabled"): True}


def test_a_price_is_typed_as_money(page: KeysPage) -> None:
    form = next(one for one in page.forms if "price" in one.fields)
    price = form.fields["price"].editor.widget
    assert isinstance(price, QDoubleSpinBox)
    price.setValue(0.4)
    assert page.changes() == {("provider", "openai", "completion", "price"): 0.4}


def test_paid_answers_are_offered_where_the_catalogue_can_ask_for_them(
    qtbot: QtBot, commands: RecordingCommands
) -> None:
    openai, anthropic = commands.view.keys
    commands.view = commands.view._replace(keys=(openai._replace(completes=False), anthropic))
    page = KeysPage(commands)
    qtbot.addWidget(page)
    page.load(commands.view)
    offered = {key[1] for key in page.values() if "completion" in key}
    assert offered == {"anthropic"}
    assert {key[1] for key in page.values() if key[-1] == "key"} == {"openai", "anthropic"}
