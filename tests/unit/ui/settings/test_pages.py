"""The list of services, ticked and ordered."""

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from tests.support.fake_commands import RecordingCommands
from trayapp.settings.schema import Settings, Watch
from trayapp.ui.settings.pages import GeneralPage, NetworkPage, ServicesPage

KEY = ("watch", "services")


@pytest.fixture
def page(qtbot: QtBot) -> ServicesPage:
    page = ServicesPage()
    qtbot.addWidget(page)
    page.load(RecordingCommands(Settings(watch=Watch(services=("claude", "chatgpt", "gone")))).view)
    return page


def rows(page: ServicesPage) -> list[str]:
    return [page.list.item(row).text() for row in range(page.list.count())]


def test_watched_ones_come_first_in_their_order_and_then_the_others_by_provider(page: ServicesPage) -> None:
    assert page.chosen() == ["claude", "chatgpt", "gone"]
    assert rows(page) == [
        "Claude (Anthropic)",
        "ChatGPT (OpenAI)",
        "gone",
        "Claude API (Anthropic)",
        "Claude Code (Anthropic)",
        "OpenAI API (OpenAI)",
    ]
    assert page.changes() == {}


def test_ticking_changes_what_is_watched(page: ServicesPage) -> None:
    page.list.item(5).setCheckState(Qt.CheckState.Checked)
    page.list.item(2).setCheckState(Qt.CheckState.Unchecked)
    assert page.changes() == {KEY: ["claude", "chatgpt", "openai-api"]}


def test_the_order_can_be_changed_without_a_mouse(page: ServicesPage) -> None:
    up, down = (button for button in page.findChildren(QToolButton) if button.accessibleName().startswith("Move"))
    page.list.setCurrentRow(1)
    up.click()
    assert page.chosen() == ["chatgpt", "claude", "gone"]
    up.click()
    assert page.chosen() == ["chatgpt", "claude", "gone"]
    down.click()
    assert page.changes() == {}
    assert (up.accessibleName(), down.accessibleName()) == ("Move up", "Move down")


def test_mistakes_stand_below_the_list(page: ServicesPage) -> None:
    assert page.complain({KEY: ["No service is called gone."]}) == {KEY}
    assert page.complain({}) == set()


def test_the_other_pages_show_what_is_set(qtbot: QtBot) -> None:
    view = RecordingCommands(
        msgspec.convert({"ui": {"language": "de"}, "watch": {"page_interval_s": 300}}, Settings)
    ).view
    network, general = NetworkPage(), GeneralPage()
    for page in (network, general):
        qtbot.addWidget(page)
        page.load(view)
        assert page.changes() == {}
    assert network.values()["watch", "page_interval_s"] == 300
    assert general.values()["ui", "language"] == "de"
