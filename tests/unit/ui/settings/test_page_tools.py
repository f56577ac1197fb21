"""The gateway's page: tools with their policies, a new tool's address shown once."""

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from tests.support.fake_commands import RecordingCommands
from tests.support.pictures import settle
from trayapp.core.switching.route import Policy
from trayapp.errors import Problem
from trayapp.settings.schema import Settings, ToolSettings
from trayapp.ui.commands import ToolAccess
from trayapp.ui.kit.scroll import SETTLED_MS
from trayapp.ui.settings.editors import Choice
from trayapp.ui.settings.page_tools import ToolsPage

ACCESS = ToolAccess("writer", "http://127.0.0.1:17502/t/0a1b/openai/v1", "0a1b")


@pytest.fixture
def commands() -> RecordingCommands:
    return RecordingCommands(Settings(tools={"nightly": ToolSettings(Policy.WAIT)}), tools=("editor", "nightly"))


@pytest.fixture
def page(qtbot: QtBot, commands: RecordingCommands) -> ToolsPage:
    page = ToolsPage(commands)
    qtbot.addWidget(page)
    page.load(commands.view)
    page.show()
    return page


def test_tools_have_policies_and_only_waiting_ones_a_limit(page: ToolsPage) -> None:
    assert list(page.tools) == ["editor", "nightly"]
    assert not page.tools["editor"].form.fields["wait_s"].isVisible()
    assert page.tools["nightly"].form.fields["wait_s"].isVisible()
    page.tools["editor"].form.fields["policy"].editor.set("fail")
    assert page.changes() == {("tool", "editor", "policy"): "fail"}


def test_who_switches_is_a_setting_in_words(page: ToolsPage) -> None:
    mode = page.gateway.fields["mode"].editor
    assert isinstance(mode, Choice)
    assert [mode.widget.itemText(n) for n in range(mode.widget.count())] == ["when I say so", "automatically"]
    # Only what moves by itself can be rescued.
    assert not page.tools["editor"].form.fields["rescue"].isVisible()
    mode.set("auto")
    assert page.changes() == {("gateway", "mode"): "auto"}
    assert page.tools["editor"].form.fields["rescue"].isVisible()
    assert not page.tools["nightly"].form.fields["rescue"].isVisible()
    page.tools["editor"].form.fields["policy"].editor.set("fail")
    assert not page.tools["editor"].form.fields["rescue"].isVisible()


def test_a_new_tool_gets_its_address_once(page: ToolsPage, commands: RecordingCommands) -> None:
    assert not page.add_button.isEnabled()
    page.name.setText(" writer ")
    page.add_button.click()
    assert commands.last.arguments == ("writer",)
    page.tools["editor"].form.fields["policy"].editor.set("fail")
    commands.view = commands.view._replace(tools=("editor", "nightly", "writer"))
    commands.last.answer(ACCESS)
    settle()
    assert page.access.isVisible()
    assert page.access.url == ACCESS.url
    page.access.copy_button.click()
    assert QGuiApplication.clipboard().text() == ACCESS.url
    assert list(page.tools) == ["editor", "nightly", "writer"]
    assert page.name.text() == ""
    assert page.changes() == {("tool", "editor", "policy"): "fail"}


def test_a_new_tools_address_is_in_view_below_its_own_line(page: ToolsPage, commands: RecordingCommands) -> None:
    page.resize(page.width(), 300)
    settle()
    page.name.setText("writer")
    page.add_button.click()
    commands.view = commands.view._replace(tools=("editor", "nightly", "writer"))
    commands.last.answer(ACCESS)
    QTest.qWait(2 * SETTLED_MS)
    assert page.access.visibleRegion().boundingRect() == page.access.rect()


def test_a_name_that_is_refused_is_told_and_kept(page: ToolsPage, commands: RecordingCommands) -> None:
    page.name.setText("Bad Name")
    page.add_button.click()
    commands.last.fail(Problem("tool_name", name="Bad Name"))
    assert len(page.mistakes) == 1
    assert page.name.text() == "Bad Name"
    assert page.add_button.isEnabled()


@pytest.mark.parametrize(
    ("press", "removed"), [(QMessageBox.StandardButton.Yes, True), (QMessageBox.StandardButton.No, False)]
)
def test_removing_a_tool_asks_first(
    page: ToolsPage, commands: RecordingCommands, press: QMessageBox.StandardButton, removed: bool
) -> None:
    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        assert "until it is set up again" in box.text()
        box.button(press).click()

    QTimer.singleShot(0, answer)
    page.tools["editor"].removed.click()
    assert bool(commands.named("forget_tool")) is removed
    if removed:
        commands.view = commands.view._replace(tools=("nightly",))
        commands.named("forget_tool")[0].answer()
        assert list(page.tools) == ["nightly"]
        assert ("tool", "editor", "policy") not in page.values()


def test_the_bare_address_goes_to_a_provider_of_the_catalogue(page: ToolsPage) -> None:
    assert [page.openai.widget.itemText(n) for n in range(page.openai.widget.count())] == ["OpenAI", "Anthropic"]
    page.openai.set("anthropic")
    assert page.changes() == {("gateway", "openai"): "anthropic"}
    page.anthropic.set("openai")
    assert page.changes()["gateway", "anthropic"] == "openai"
