"""The panel says what the snapshot says, unfolds, and passes every wish on."""

from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QScrollBar
from pytestqt.qtbot import QtBot

from tests.support import states
from tests.support.histories import hours
from tests.support.pictures import settle
from tests.support.snapshots import NO_TARGET, service, snapshot
from tests.support.windows import button
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.evidence.sparing import Sparing
from trayapp.core.incident.forecast import Basis, Forecast
from trayapp.core.light.verdicts import PageStatus
from trayapp.core.snapshot import Snapshot, Spending
from trayapp.core.switching.route import Mode
from trayapp.text import sentences
from trayapp.text.language import set_language
from trayapp.text.rows import state_line, unseen_line
from trayapp.text.senses import target_line
from trayapp.ui.commands import Keep
from trayapp.ui.kit.label import Label, Picture
from trayapp.ui.kit.notices import sentence
from trayapp.ui.kit.scroll import SETTLED_MS, Scroll
from trayapp.ui.panel import window
from trayapp.ui.panel.window import Panel


@pytest.fixture
def panel(qtbot: QtBot) -> Panel:
    panel = Panel()
    qtbot.addWidget(panel)
    return panel


def opened(panel: Panel, s: Snapshot, service: str = "") -> Panel:
    panel.draw(s)
    panel.open_at(service)
    settle()
    return panel


def texts(panel: Panel) -> list[str]:
    """Every text that can be seen."""
    labels = [one.text() for one in panel.findChildren(Label) if one.isVisible()]
    buttons = [one.text() for one in panel.findChildren(QAbstractButton) if one.isVisible() and one.text()]
    return [text.replace("\u200b", "") for text in labels + buttons]


@pytest.mark.parametrize("state", list(states.STATES))
def test_every_state_is_drawn_with_its_words(panel: Panel, state: str) -> None:
    s = states.STATES[state]()
    seen = texts(opened(panel, s))
    assert sentences.headline(s) in seen
    for verdict in s.judgement.services:
        assert verdict.name in seen
        assert state_line(verdict, s) in seen


def test_how_long_it_may_take_is_said_above_and_explained_below(panel: Panel) -> None:
    forecast = Forecast(Basis.PROVIDER, 57, 40, 1200.0, 3000.0, 7200.0, 0.4)
    s = states.down(forecasts=dict.fromkeys(("chatgpt", "openai-api"), forecast))
    seen = texts(opened(panel, s, "openai-api"))
    assert any(text.endswith("Half of such outages end within 50 min from now.") for text in seen)
    assert any(text.endswith("a quarter later (from 57 past outages, 40 of which took this long).") for text in seen)
    assert "In 4 of 10 cases another follows within a day." in seen
    panel.draw(states.down())
    assert not any("outages" in text for text in texts(panel))


def test_what_works_and_since_when(panel: Panel) -> None:
    s = states.down()
    seen = texts(opened(panel, s))
    assert sentences.subline(s) in seen
    assert "Works now: Claude and Claude API" in seen
    assert "Switch OpenAI to local (qwen3:8b, ready in 3 s)" in seen
    assert target_line(s.target) in seen


def test_a_row_unfolds_into_reasons_parts_and_updates(panel: Panel) -> None:
    opened(panel, states.down())
    folded = set(texts(panel))
    panel.open_at("chatgpt")
    settle()
    unfolded = set(texts(panel)) - folded
    assert any(text.startswith("OpenAI's page: Elevated Error Rates") for text in unfolded)
    assert "status.openai.com" in unfolded
    assert any(text.startswith("Login: down") for text in unfolded)
    assert "File uploads: fine" in unfolded
    assert unseen_line(states.down().judgement.services[0]) in unfolded
    assert "Elevated Error Rates (identified)" in unfolded
    assert any("working on a fix" in text for text in unfolded)
    panel.rows["chatgpt"].head.click()
    assert set(texts(panel)) == folded


def test_remote_text_is_shown_as_it_is(panel: Panel) -> None:
    seen = texts(opened(panel, states.hostile(), "chatgpt"))
    assert any("<img src=x onerror=alert(1)> & <b>bold</b>" in text for text in seen)
    assert all(one.textFormat() is Qt.TextFormat.PlainText for one in panel.findChildren(Label))
    assert "etc" not in " ".join(seen)
    assert panel.width() < 700


@pytest.mark.parametrize(
    ("s", "words", "signal", "arguments"),
    [
        (states.down(), "Switch OpenAI", "switch_local", [()]),
        (states.down(target=NO_TARGET), "Set up", "set_up", []),
        (states.local_now(), "Back to cloud", "switch_cloud", [()]),
        (states.offered(), "Back to cloud", "switch_cloud", [("openai",)]),
        (states.moved(), "Back to cloud", "switch_cloud", [()]),
        (states.moved(), "Automatic switching", "switch_mode", [Mode.MANUAL]),
        (states.offered(), "Stay local", "stay_local", [("openai",)]),
        (states.fine(), "Check now", "check", []),
        (states.fine(), "Chat", "chat", []),
        (states.fine(), "Settings", "settings", []),
    ],
)
def test_what_buttons_ask_for(
    panel: Panel, qtbot: QtBot, s: Snapshot, words: str, signal: str, arguments: list[Any]
) -> None:
    opened(panel, s)
    wanted: Signal = getattr(panel, signal)
    with qtbot.waitSignal(wanted, timeout=1000) as asked:
        button(panel, words).click()
    assert asked.args == arguments


def test_silence_is_asked_for_the_incident(panel: Panel, qtbot: QtBot) -> None:
    opened(panel, states.down(), "openai-api")
    with qtbot.waitSignal(panel.only_when_back, timeout=1000) as asked:
        button(panel, "Tell me").click()
    assert asked.args == ["i-openai-1", True]


def test_silence_is_seen_after_a_restart_and_can_be_taken_back(panel: Panel, qtbot: QtBot) -> None:
    opened(panel, states.down(hushed=("i-openai-1",)), "openai-api")
    quiet = button(panel, "Tell me only when it is back")
    assert quiet.isChecked()
    with qtbot.waitSignal(panel.only_when_back, timeout=1000) as asked:
        quiet.click()
    assert asked.args == ["i-openai-1", False]
    panel.draw(states.down())
    assert not quiet.isChecked()


def test_a_service_is_set_aside_for_as_long_as_is_chosen(panel: Panel, qtbot: QtBot) -> None:
    opened(panel, states.down(), "openai-api")
    there = button(panel, "Set aside")
    assert isinstance(there, QPushButton)
    lengths = there.menu()
    assert [action.text() for action in lengths.actions()] == [
        "Until it changes", "For an hour", "Until tomorrow morning", "Until I undo it",
    ]  # fmt: skip
    with qtbot.waitSignal(panel.set_aside, timeout=1000) as asked:
        lengths.actions()[2].trigger()
    assert asked.args == ["openai-api", Keep.TOMORROW]


def test_what_is_set_aside_says_so_and_can_count_again(panel: Panel, qtbot: QtBot) -> None:
    seen = texts(opened(panel, states.aside(), "openai-api"))
    assert "Everything else works." in seen
    assert any(text.endswith("Set aside: OpenAI API.") for text in seen)
    assert panel.rows["openai-api"].head.state.text() == "down 18 min, set aside until 22:00"
    again = button(panel, "Count it again")
    assert isinstance(again, QPushButton)
    assert again.menu() is None
    with qtbot.waitSignal(panel.undo_aside, timeout=1000) as asked:
        again.click()
    assert asked.args == ["openai-api"]


def test_what_real_answers_cost_is_told(panel: Panel) -> None:
    spent = (Spending("openai", 240, 2000, 0.024, 0.25),)
    seen = texts(opened(panel, states.fine(spent_today=spent)))
    assert "Real answers of OpenAI today: 240 of 2,000 tokens, at most 0.02 of 0.25 in money" in seen


def test_what_was_answered_locally_is_told(panel: Panel) -> None:
    seen = texts(opened(panel, states.local_now()))
    assert "Answered locally meanwhile:" in seen
    assert "editor: 7 requests, qwen3:8b" in seen
    assert "OpenAI works again. 7 requests were answered locally." in texts(opened(panel, states.offered()))


def test_the_own_connection_is_told_step_by_step(panel: Panel) -> None:
    seen = texts(opened(panel, states.offline()))
    assert sum("names cannot be looked up" in text for text in seen) == 1, "the headline has said it"
    assert "You ─✓─ Network ─✗─ DNS: fails ─?─ TLS" in seen
    fine = texts(opened(panel, states.fine()))
    assert "You ─✓─ Network ─✓─ DNS ─✓─ TLS ─✓─ 4 hosts (fine)" in fine
    assert not any(text.startswith("Your connection") for text in fine)


def test_that_it_looks_less_often_is_told(panel: Panel) -> None:
    s = states.fine()
    assert not any("less often" in text for text in texts(opened(panel, s)))
    spared = msgspec.structs.replace(s, sparing=Sparing(metered=True))
    assert any(text.startswith("Metered connection:") for text in texts(opened(panel, spared)))


def test_a_page_that_cannot_be_read_is_told(panel: Panel) -> None:
    seen = texts(opened(panel, states.no_evidence()))
    assert any(text.startswith("OpenAI's page refuses to answer (403") for text in seen)


@pytest.mark.parametrize(("state", "said"), [("offline", 0), ("fine", 2)])
def test_without_a_connection_it_is_not_said_of_each_page(panel: Panel, state: str, said: int) -> None:
    s = states.STATES[state]()
    unread = PageStatus("openai", PageHealth.UNREADABLE, None, "https://status.openai.com", "dns")
    judgement = msgspec.structs.replace(s.judgement, pages=(unread,))
    seen = texts(opened(panel, msgspec.structs.replace(s, judgement=judgement), "openai-api"))
    assert sum("page cannot be read" in text for text in seen) == said


@pytest.mark.parametrize(
    ("received", "expected"),
    [(0, None), (300, "1 kB"), (48_200, "48 kB"), (1_234_567, "1.2 MB"), (25_000_000, "25.0 MB")],
)
def test_what_watching_cost_today_is_told(panel: Panel, received: int, expected: str | None) -> None:
    told = [text for text in texts(opened(panel, states.fine(bytes_today=received))) if text.startswith("Data used")]
    assert told == ([f"Data used today: {expected}"] if expected else [])


def test_standing_problems_are_told(panel: Panel) -> None:
    full = ("disk_full", {"path": "/x/settings.toml"})
    assert sentence(full) in texts(opened(panel, states.fine(problems=(full,))))
    taken = states.fine(gateway_url=None, problems=(("port_in_use", {"port": 17502}),) * 2)
    assert texts(opened(panel, taken)).count(sentence(("port_in_use", {"port": 17502}))) == 1, "said once"


def test_a_snapshot_does_not_fold_or_rebuild_anything(panel: Panel) -> None:
    opened(panel, states.down(), "chatgpt")
    before = {id(row) for row in panel.rows.values()}
    panel.draw(states.recovering())
    settle()
    assert {id(row) for row in panel.rows.values()} == before
    assert panel.rows["chatgpt"].unfolded
    assert "Elevated Error Rates (identified)" not in texts(panel)


def test_watched_services_come_go_and_change_places(panel: Panel) -> None:
    s = states.fine()
    opened(panel, s)
    kept = panel.rows["claude"]
    services = tuple(reversed(s.judgement.services[1:]))
    panel.draw(msgspec.structs.replace(s, judgement=msgspec.structs.replace(s.judgement, services=services)))
    settle()
    assert list(panel.rows) == ["claude-api", "claude", "openai-api"]
    assert panel.rows["claude"] is kept
    tops = [row.mapTo(panel, QPoint(0, 0)).y() for row in panel.rows.values()]
    assert tops == sorted(tops)


def test_escape_closes_it(panel: Panel) -> None:
    opened(panel, states.fine())
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_without_a_tray_it_says_why_and_closing_means_to_quit(panel: Panel, qtbot: QtBot) -> None:
    panel.without_tray(True)
    seen = texts(opened(panel, states.fine()))
    assert "This desktop shows no tray icons, so this window stays in their place." in seen
    assert "Quit" in seen
    with qtbot.waitSignal(panel.quit, timeout=1000):
        panel.close()
    assert panel.isVisible()
    panel.without_tray(False)
    settle()
    assert "Quit" not in texts(panel)
    panel.close()
    assert not panel.isVisible()


def test_all_rows_have_room_and_the_window_follows_folding(panel: Panel) -> None:
    opened(panel, states.down())
    height = panel.height()
    last = panel.rows["claude-api"]
    assert last.mapTo(panel, QPoint(0, 0)).y() + last.height() < panel.check_button.y()
    panel.rows["openai-api"].head.click()
    settle()
    assert panel.height() > height
    panel.rows["openai-api"].head.click()
    settle()
    assert panel.height() == height


def test_strips_stand_in_a_column_however_long_a_name_is(panel: Panel) -> None:
    own = msgspec.structs.replace(service("claude"), name="Somebody's Own Endpoint Behind The Company's Gateway")
    long = snapshot(service("chatgpt"), own)
    opened(panel, long)
    panel.show_hours(hours(list(panel.rows), long.at))
    settle()
    assert len({row.head.strip.x() for row in panel.rows.values()}) == 1
    name, state = panel.rows["claude"].head.name, panel.rows["claude"].head.state
    assert name.height() >= name.heightForWidth(name.width()), "no line of it is cut off"
    assert state.width() > name.width()


def test_one_row_has_the_room_that_it_needs_and_no_more(panel: Panel) -> None:
    opened(panel, snapshot(service("chatgpt")))
    [rows] = [one for one in panel.findChildren(Scroll) if one.inside is panel.rows["chatgpt"].parentWidget()]
    assert rows.height() == rows.whole(rows.width())


def test_no_bar_stays_where_all_has_room(panel: Panel) -> None:
    opened(panel, states.down(), "openai-api")
    [rows] = [one for one in panel.findChildren(Scroll) if one.inside is panel.rows["chatgpt"].parentWidget()]
    # Until there are lines that break once more beside a bar than without one.
    bar, state = rows.verticalScrollBar(), panel.rows["chatgpt"].head.state
    narrow = state.width() - bar.sizeHint().width()
    while state.heightForWidth(narrow) == state.heightForWidth(state.width()):
        state.setText(f"{state.text()} m")
    settle()
    panel.resize(panel.width(), panel.minimumHeight())
    settle()
    assert bar.isVisible()
    panel.resize(panel.width(), panel.height() - rows.height() + rows.whole(rows.width()))
    settle()
    assert not bar.isVisible()


def test_a_height_that_the_user_chose_is_kept(panel: Panel) -> None:
    opened(panel, states.down())
    panel.resize(panel.width(), panel.height() + 100)
    height = panel.height()
    panel.rows["openai-api"].head.click()
    panel.rows["openai-api"].head.click()
    panel.draw(states.fine())
    settle()
    assert panel.height() >= height


def test_it_opens_near_the_point_and_on_the_screen(panel: Panel) -> None:
    panel.draw(states.down())
    room = panel.screen().availableGeometry()
    panel.open_at(near=room.bottomRight())
    assert room.contains(panel.geometry())


def test_everything_can_be_reached_with_the_keyboard(panel: Panel) -> None:
    opened(panel, states.down(), "openai-api")
    # Nothing is scrolled away, so that what comes later stands lower.
    panel.resize(panel.width(), 1200)
    settle()
    buttons = [one for one in panel.findChildren(QAbstractButton) if one.isVisible() and one.isEnabled()]
    assert all(one.focusPolicy() & Qt.FocusPolicy.TabFocus for one in buttons)
    assert all(one.accessibleName() or one.text() for one in buttons)
    # What the rows have scrolled away comes before what stands below them.
    rows = panel._rows_area
    below = rows.mapTo(panel, QPoint(0, rows.height())).y()
    height = {
        id(one): min(one.mapTo(panel, QPoint(0, 0)).y(), below if rows.isAncestorOf(one) else panel.height())
        for one in buttons
    }
    panel.bar.there.setFocus()
    order = []
    for _ in buttons:
        focused = QApplication.focusWidget()
        assert focused is not None
        order.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert set(map(id, order)) == set(map(id, buttons))
    downwards = [height[id(one)] for one in order]
    assert downwards == sorted(downwards)


def test_lights_have_names_for_those_who_hear_them(panel: Panel) -> None:
    opened(panel, states.down(), "chatgpt")
    named = {one.accessibleName() for one in panel.findChildren(Picture) if one.isVisible()}
    assert named == {"red", "green"}
    assert panel.rows["chatgpt"].head.accessibleName() == "ChatGPT: down 18 min"


def test_another_language_is_followed(panel: Panel) -> None:
    opened(panel, states.down(), "chatgpt")
    set_language("de")
    panel.draw(states.down())
    settle()
    seen = texts(panel)
    assert "ChatGPT und OpenAI-API gestört. Es liegt nicht an dir." in seen
    assert not [text for text in seen if text in ("Check now", "Settings", "Works now: Claude and Claude API")]


def test_the_checklist_unfolds_by_keyboard_and_folds_again(panel: Panel) -> None:
    opened(panel, states.down())
    assert not any("Official page" in text for text in texts(panel))
    check = panel.network.button
    check.setFocus()
    QTest.keyClick(check, Qt.Key.Key_Space)
    settle()
    seen = texts(panel)
    assert len(panel.network.checks.texts) == 10
    assert any(text.startswith("✗ Official page: trouble is reported by OpenAI.") for text in seen)
    panel.draw(states.fine())
    assert not any(text.startswith("✗ Official page") for text in texts(panel))
    QTest.keyClick(check, Qt.Key.Key_Space)
    settle()
    assert panel.network.checks.texts == ()


def test_what_unfolds_is_in_view_in_a_panel_that_scrolls(panel: Panel) -> None:
    opened(panel, states.down())
    for row in panel.rows.values():
        row.head.click()
        settle()
        assert row.head.visibleRegion().boundingRect() == row.head.rect(), "the line that was clicked stays"
        assert row.details is not None
        assert row.details.visibleRegion().boundingRect() == row.details.rect(), "and all that belongs to it is seen"
    assert any(bar.isVisible() for bar in panel.findChildren(QScrollBar))
    panel.rows["claude-api"].head.click()
    panel.rows["claude-api"].head.click()
    panel.draw(snapshot(service("openai-api")))
    settle()


@pytest.mark.parametrize("height", [400, 550])
def test_on_a_small_screen_no_line_is_pressed_flat(panel: Panel, height: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "fitting", lambda _window, w, h: QSize(min(w, 736), min(h, height)))
    opened(panel, states.down(problems=tuple(("port_in_use", {"port": 17502 + n}) for n in range(3))), "openai-api")
    panel.network.button.click()
    settle()
    assert panel.height() <= height
    seen = [one for one in panel.findChildren(Label) if one.isVisibleTo(panel) and one.text()]
    flat = [one.text() for one in seen if one.height() < one.heightForWidth(one.width())]
    assert not flat
    assert panel.check_button.visibleRegion().boundingRect() == panel.check_button.rect(), "the buttons stay"
    chain = panel.network.chain
    QTest.qWait(2 * SETTLED_MS)
    assert chain.visibleRegion().boundingRect() == chain.rect(), "what was asked for is in view"


def test_what_comes_while_the_window_opens_has_its_room(panel: Panel) -> None:
    panel.draw(states.fine())
    panel.open_at()
    before = panel.size()
    panel.draw(states.down())
    QApplication.sendPostedEvents()
    assert panel.height() > before.height()
    # So a window manager answers to what it was asked first.
    panel.resize(before)
    settle()
    assert not any(bar.isVisible() for bar in panel.findChildren(QScrollBar))


@pytest.mark.parametrize("state", ["down", "recovering", "local_now", "offline"])
def test_however_small_it_is_made_no_line_is_cut_off(panel: Panel, state: str) -> None:
    opened(panel, states.STATES[state](), "openai-api")
    panel.resize(10, 10)
    settle()
    panel.resize(10, 10)
    settle()
    outside = [panel.verdict.headline, panel.verdict.subline, panel.bar.target, panel.network.chain]
    for one in outside:
        assert one.height() >= one.heightForWidth(one.width()), one.text()
    assert panel.height() < 600


def test_it_is_as_high_as_what_it_shows_until_somebody_chooses_a_height(panel: Panel) -> None:
    opened(panel, states.down())
    high = panel.height()
    panel.draw(states.starting())
    settle()
    assert panel.height() < high
    panel.resize(panel.width(), high + 40)
    settle()
    panel.draw(states.down())
    panel.draw(states.starting())
    settle()
    assert panel.height() == high + 40


def test_on_a_small_screen_there_is_one_bar_to_scroll_with(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    small = QSize(panel.width(), 240)
    monkeypatch.setattr(window, "fitting", lambda _window, w, h: QSize(w, min(h, 240)))
    opened(panel, states.down())
    panel.resize(small)
    settle()
    assert len([bar for bar in panel.findChildren(QScrollBar) if bar.isVisible()]) == 1
    panel.rows["claude-api"].head.click()
    settle()
    shown = panel.rows["claude-api"].head.visibleRegion().boundingRect()
    assert shown.height() == panel.rows["claude-api"].head.height()
