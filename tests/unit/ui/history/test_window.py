"""The history's window: what is read is shown as text, filtered, saved and forgotten, by keyboard as well."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QTreeWidget, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from tests.support.fake_commands import RecordingCommands
from tests.support.histories import HOSTILE, NAMES, many, view
from tests.support.keyboard import press, tab_to
from tests.support.pictures import settle
from tests.support.windows import button
from trayapp.core.journal.history import History
from trayapp.core.light.severity import Light
from trayapp.errors import Problem
from trayapp.text.language import set_language
from trayapp.ui.commands import HistoryView
from trayapp.ui.history.window import HistoryWindow
from trayapp.ui.kit.strip import CELLS_ROLE, TIP_ROLE


@pytest.fixture
def commands() -> RecordingCommands:
    return RecordingCommands()


@pytest.fixture
def window(qtbot: QtBot, commands: RecordingCommands) -> HistoryWindow:
    made = HistoryWindow(commands)
    qtbot.addWidget(made)
    made.open()
    settle()
    return made


def opened(window: HistoryWindow, commands: RecordingCommands, what: HistoryView) -> HistoryWindow:
    commands.named("view_history")[-1].answer(what)
    settle()
    return window


def rows(table: QTreeWidget) -> list[QTreeWidgetItem]:
    items = [table.topLevelItem(place) for place in range(table.topLevelItemCount())]
    return [item for item in items if item is not None and not item.isHidden()]


def texts(item: QTreeWidgetItem) -> list[str]:
    found = [item.child(place) for place in range(item.childCount())]
    return [child.text(0) for child in found if child is not None]


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_long_name_leaves_room_for_what_matters(
    window: HistoryWindow, commands: RecordingCommands, language: str
) -> None:
    set_language(language)
    window.open()
    long = {"chatgpt": "The Company's Own Gateway In Front Of Everything That There Is"}
    opened(window, commands, view()._replace(names=NAMES | long))
    for table in (window.services, window.outages):
        window.tabs.setCurrentWidget(window.services if table is window.services else window.outages_page)
        settle()
        assert not table.horizontalScrollBar().isVisible()
    [row] = [row for row in rows(window.services) if row.text(0).startswith("The Company")]
    assert row.text(0) in row.toolTip(0), "it can be read whole"


def test_it_says_that_it_reads_and_then_shows(window: HistoryWindow, commands: RecordingCommands) -> None:
    assert window.state.text() == "Reading the history…"
    opened(window, commands, view())
    assert "As observed by this computer" in window.state.text()
    first = rows(window.services)[0]
    assert first.text(0) == "ChatGPT"
    assert first.text(2).endswith(" %")
    cells = first.data(1, CELLS_ROLE)
    assert len(cells) == 90
    assert {Light.GREEN, Light.RED, None} <= set(cells)
    assert first.data(1, Qt.ItemDataRole.AccessibleTextRole).startswith("90 days: ")
    assert first.data(1, TIP_ROLE)(89).startswith("3 Feb 2026: ")
    window.services.expandItem(first)
    assert texts(first)[0].startswith("Feb 2026  up ")
    month = first.child(1)
    assert month is not None
    assert any(line.startswith("not counted: own network away") for line in texts(month))


def test_all_that_was_said_of_an_outage_is_below(window: HistoryWindow, commands: RecordingCommands) -> None:
    opened(window, commands, view())
    window.tabs.setCurrentWidget(window.outages_page)
    found = rows(window.outages)
    assert [item.text(2) for item in found[:2]] == ["goes on", "1 h 56 min"]
    assert found[3].text(2) == "1 h 56 min to 3 h 3 min"
    assert window.story.toPlainText().startswith("no word from its page")
    tab_to(window.outages)
    press(Qt.Key.Key_Down)
    said = window.story.toPlainText().split("\n")
    assert said[2] == "Cause: caused by a change of a load balancer."
    assert [line.split(", ")[1].split(":")[0] for line in said[4::2]] == ["resolved", "identified", "investigating"]
    assert "We have found the cause: <script>" in window.story.toPlainText()


def test_what_a_page_says_is_never_markup(window: HistoryWindow, commands: RecordingCommands) -> None:
    opened(window, commands, view())
    item = rows(window.outages)[1]
    assert item.text(3) == HOSTILE


def test_switches_and_local_answers_newest_first(window: HistoryWindow, commands: RecordingCommands) -> None:
    opened(window, commands, view())
    said = [item.text(1) for item in rows(window.switches)]
    assert said[0] == "OpenAI to the cloud, by itself, 12 requests answered locally"
    assert said[1:] == ["OpenAI to the local LLM, by hand", "OpenAI: 12 requests answered locally"]


def test_one_service_alone(window: HistoryWindow, commands: RecordingCommands) -> None:
    opened(window, commands, view())
    window.filter.setCurrentIndex(window.filter.findText("Claude"))
    assert [item.text(0) for item in rows(window.services)] == ["Claude"]
    assert {item.text(1) for item in rows(window.outages)} == {"Claude"}
    window.export_button.setEnabled(True)
    opened(window, commands, view())
    assert window.filter.currentText() == "Claude", "it stays when it is read again"


def test_the_filter_has_room_for_the_longest_name(window: HistoryWindow, commands: RecordingCommands) -> None:
    names = NAMES | {"claude": "The second gateway of the team in Hamburg"}
    opened(window, commands, HistoryView(view().history, names))
    for row in range(window.filter.count()):
        room = window.filter.width() - window.filter.fontMetrics().horizontalAdvance(window.filter.itemText(row))
        assert room > 0, window.filter.itemText(row)


def test_nothing_yet(window: HistoryWindow, commands: RecordingCommands) -> None:
    opened(window, commands, HistoryView(History(), {}))
    assert window.state.text() == "There is no history yet: it grows while LLM Ampel is running."
    assert not window.export_button.isEnabled()
    assert not window.forget_button.isEnabled()


def test_a_calm_time_says_so(window: HistoryWindow, commands: RecordingCommands) -> None:
    opened(window, commands, HistoryView(History(whole=view().history.whole), {}))
    window.tabs.setCurrentWidget(window.outages_page)
    assert window.state.text() == "No outage in this time."
    window.tabs.setCurrentWidget(window.switches)
    assert window.state.text() == "Nothing was switched in this time."


def test_what_is_lost_and_what_cannot_be_read_is_said(window: HistoryWindow, commands: RecordingCommands) -> None:
    commands.named("view_history")[-1].fail(Problem("journal_unreadable", path="/j"))
    assert "cannot be read" in window.notices.texts[0]
    window.open()
    opened(window, commands, HistoryView(History(whole=view().history.whole, lost_days=("2026-02-03",)), {}))
    assert window.notices.texts == ()
    assert "in part: 2026-02-03." in window.state.text()


@pytest.mark.parametrize(("name", "written"), [("h.csv", "h.csv"), ("h", "h.json"), ("h.json", "h.json")])
def test_it_is_saved_as_it_is_filtered(window: HistoryWindow, commands: RecordingCommands, tmp_path: Path,
                                       monkeypatch: pytest.MonkeyPatch, name: str, written: str) -> None:  # fmt: skip
    opened(window, commands, view())
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / name), "JSON (*.json)"))
    window.filter.setCurrentIndex(1)
    button(window, "Export").click()
    assert commands.last.arguments == ("chatgpt", tmp_path / written)
    commands.last.fail(Problem("not_writable", path="/x", reason="Read-only file system"))
    assert "Read-only file system" in window.notices.texts[0]
    button(window, "Export").click()
    commands.last.answer()
    assert window.state.text() == "Saved."
    assert window.notices.texts == ()


def answer_box(label: str) -> list[str]:
    """Click that button of the question that comes next; what it says."""
    said: list[str] = []

    def click() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        said.append(box.informativeText())
        assert box.defaultButton().text().replace("&", "") == "Cancel", "nothing is lost by Enter"
        button(box, label).click()

    QTimer.singleShot(0, click)
    return said


def test_forgetting_asks_first_and_reads_again(window: HistoryWindow, commands: RecordingCommands) -> None:
    opened(window, commands, view())
    said = answer_box("Cancel")
    button(window, "Forget").click()
    assert said == ["The whole history of all services is deleted for good. This cannot be undone."]
    assert not commands.named("forget_history")
    window.filter.setCurrentIndex(1)
    said = answer_box("Delete")
    button(window, "Forget").click()
    assert said == ["The history of ChatGPT is deleted for good. This cannot be undone."]
    assert commands.last.arguments == ("chatgpt",)
    before = len(commands.named("view_history"))
    commands.last.answer()
    assert len(commands.named("view_history")) == before + 1


def test_all_of_it_by_keyboard(window: HistoryWindow, commands: RecordingCommands) -> None:
    opened(window, commands, view())
    assert QApplication.focusWidget() is window.services
    press(Qt.Key.Key_Right)
    assert rows(window.services)[0].isExpanded()
    for one in (window.export_button, window.forget_button, window.close_button, window.filter, window.services):
        tab_to(one)
    press(Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_those_who_hear_it_are_told_what_each_part_is(window: HistoryWindow, commands: RecordingCommands) -> None:
    opened(window, commands, view())
    parts = (window.services, window.outages, window.switches, window.filter)
    assert [part.accessibleName() for part in parts] == ["Services", "Outages", "Switches", "Service"]


def test_in_german(window: HistoryWindow, commands: RecordingCommands) -> None:
    set_language("de")
    window.open()
    opened(window, commands, view())
    assert window.windowTitle() == "Verlauf"
    assert window.outages.headerItem().text(3) == "Was der Anbieter sagt"
    assert "," in rows(window.services)[0].text(2)


def test_twenty_five_providers_have_their_place(window: HistoryWindow, commands: RecordingCommands) -> None:
    opened(window, commands, many())
    assert len(rows(window.services)) == 50
    assert window.filter.count() == 51
