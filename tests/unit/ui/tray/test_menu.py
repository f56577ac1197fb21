"""The tray's menu: what it says in each state, what its entries ask for, and that they stay what they are."""

from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from tests.support import states
from tests.support.snapshots import NO_TARGET, snapshot
from tests.support.windows import entries, entry
from trayapp.core.light.severity import Finding
from trayapp.core.snapshot import AnsweredBy, DemoScene, Snapshot
from trayapp.core.switching.route import Mode
from trayapp.text import sentences
from trayapp.text.language import set_language
from trayapp.text.rows import service_line
from trayapp.ui.tray.menu import SERVICES_SHOWN, TrayMenu


@pytest.fixture
def menu(english: None) -> TrayMenu:
    return TrayMenu()


@pytest.mark.parametrize("state", list(states.STATES))
def test_the_first_line_is_the_verdict_and_every_service_follows(menu: TrayMenu, state: str) -> None:
    s = states.STATES[state]()
    menu.draw(s)
    lines = entries(menu.menu)
    assert lines[0] == sentences.headline(s)
    first = lines.index("---") + 1
    assert lines[first : first + 5] == [*(service_line(v, s) for v in s.judgement.services), "---"]
    passing = (Finding.OK, Finding.STARTING, Finding.OWN_NETWORK)
    quiet = ["Tell me only when it is back"] if any(v.incident and not v.aside for v in s.judgement.services) else []
    aside = ["Leave out of the light"] if any(v.finding not in passing for v in s.judgement.services) else []
    assert lines[first + 5 :] == ["Check now", "Chat", "History…", *quiet, *aside, "Open", "Settings…", "Demo", "Quit"]


def test_of_many_services_those_in_trouble_are_in_the_menu_and_the_panel_has_the_rest(
    menu: TrayMenu, qtbot: QtBot
) -> None:
    s = states.down()
    fine = [msgspec.structs.replace(s.judgement.services[-1], id=f"s{n}", name=f"Service {n}") for n in range(30)]
    services = (*fine, *s.judgement.services)
    s = msgspec.structs.replace(s, judgement=msgspec.structs.replace(s.judgement, services=services))
    menu.draw(s)
    lines = entries(menu.menu)
    first = lines.index("---") + 1
    shown = lines[first : first + lines[first:].index("---")]
    assert len(shown) == SERVICES_SHOWN + 1
    assert [line.partition(":")[0] for line in shown[-3:]] == ["ChatGPT", "OpenAI API", "24 more…"]
    with qtbot.waitSignal(menu.open_panel, timeout=1000):
        next(action for action in menu.menu.actions() if action.text() == shown[-1]).trigger()
    menu.draw(states.fine())
    assert not any("more…" in line for line in entries(menu.menu))


def test_what_is_not_well_can_be_left_out_and_brought_back(menu: TrayMenu, qtbot: QtBot) -> None:
    menu.draw(states.down())
    names = [action.text() for action in menu._aside.actions()]
    assert [name.partition(":")[0] for name in names] == ["ChatGPT", "OpenAI API"]
    with qtbot.waitSignal(menu.set_aside, timeout=1000) as asked:
        menu._aside.actions()[0].trigger()
    assert asked.args == ["chatgpt"]
    menu.draw(states.aside())
    (left_out,) = menu._aside.actions()
    assert left_out.isChecked()
    assert left_out.text() == "OpenAI API: down 18 min, set aside until 22:00"
    with qtbot.waitSignal(menu.undo_aside, timeout=1000) as asked:
        left_out.trigger()
    assert asked.args == ["openai-api"]


def test_silence_until_it_is_back_is_asked_for_and_taken_back(menu: TrayMenu, qtbot: QtBot) -> None:
    for hushed in ((), ("i-openai-1",)):
        menu.draw(states.down(hushed=hushed))
        assert menu._quiet.isChecked() is bool(hushed)
        with qtbot.waitSignal(menu.only_when_back, timeout=1000) as asked:
            menu._quiet.trigger()
        assert asked.args == ["i-openai-1", not hushed]


@pytest.mark.parametrize(
    ("s", "expected"),
    [
        (states.down(), ["Switch OpenAI to local (qwen3:8b, ready in 3 s)"]),
        (states.down(target=NO_TARGET), ["Set up a fallback…"]),
        (states.fine(target=NO_TARGET), ["Set up a fallback…"]),
        (states.fine(), ["Switch to local (qwen3:8b, ready in 3 s)"]),
        (states.local_now(), ["Back to cloud (OpenAI)"]),
        (states.offered(), ["Back to cloud: OpenAI works again"]),
        (states.moved(), ["Back to cloud (OpenAI)"]),
        (states.held_in_cloud(), ["Switch OpenAI to local (qwen3:8b, ready in 3 s)"]),
        (
            states.shared(local=("openai",)),
            ["Switch Anthropic to local (qwen3:8b, ready in 3 s)", "Back to cloud (OpenAI)"],
        ),
        (states.down(switching="openai"), ["Switching to local (qwen3:8b)…"]),
    ],
)
def test_the_switch(menu: TrayMenu, s: Snapshot, expected: list[str]) -> None:
    menu.draw(s)
    lines = entries(menu.menu)
    assert lines[1 : lines.index("---")] == [*expected, "Automatic switching"]


def test_who_switches_is_a_check_mark(menu: TrayMenu, qtbot: QtBot) -> None:
    for s, mode in ((states.fine(), Mode.AUTO), (states.moved(), Mode.MANUAL)):
        menu.draw(s)
        auto = entry(menu.menu, "Automatic switching")
        assert (auto.isCheckable(), auto.isChecked()) == (True, s.mode is Mode.AUTO)
        with qtbot.waitSignal(menu.switch_mode, timeout=1000) as asked:
            auto.trigger()
        assert asked.args == [mode]
        # Whatever became of the wish, what is shown is what is.
        menu.draw(s)
        assert auto.isChecked() is (s.mode is Mode.AUTO)


def test_a_switch_under_way_cannot_be_clicked_again(menu: TrayMenu) -> None:
    menu.draw(states.down(switching="openai"))
    assert not entry(menu.menu, "Switching").isEnabled()
    menu.draw(states.down())
    assert entry(menu.menu, "Switch OpenAI").isEnabled()


@pytest.mark.parametrize(
    ("s", "start", "signal", "arguments"),
    [
        (states.down(), "ChatGPT and ", "open_panel", [""]),
        (states.down(), "Switch", "switch_local", [()]),
        (states.down(target=NO_TARGET), "Set up", "set_up", []),
        (states.local_now(), "Back", "switch_cloud", []),
        (states.down(), "Claude API:", "open_panel", ["claude-api"]),
        (states.fine(), "Check", "check", []),
        (states.fine(), "Chat", "chat", []),
        (states.fine(), "Open", "open_panel", [""]),
        (states.fine(), "Settings", "settings", []),
        (states.fine(), "Demo", "demo", []),
        (states.fine(), "Quit", "quit", []),
    ],
)
def test_what_entries_ask_for(
    menu: TrayMenu, qtbot: QtBot, s: Snapshot, start: str, signal: str, arguments: list[Any]
) -> None:
    menu.draw(s)
    wanted: Signal = getattr(menu, signal)
    with qtbot.waitSignal(wanted, timeout=1000) as asked:
        entry(menu.menu, start).trigger()
    assert asked.args == arguments


def test_a_healthy_provider_is_picked_from_a_list(menu: TrayMenu, qtbot: QtBot) -> None:
    menu.draw(states.fine())
    picks = entry(menu.menu, "Switch to local").menu()
    assert [one.text() for one in picks.actions()] == ["OpenAI", "Anthropic"]  # type: ignore[attr-defined]  # a QMenu
    with qtbot.waitSignal(menu.switch_local, timeout=1000) as asked:
        picks.actions()[1].trigger()  # type: ignore[attr-defined]  # a QMenu
    assert asked.args == [("anthropic",)]


def test_actions_live_on_and_unchanged_icons_are_not_set_again(menu: TrayMenu) -> None:
    menu.draw(states.fine())
    before = {id(one): one.icon().cacheKey() for one in menu.menu.actions()}
    changes: list[QAction] = []
    menu.draw(states.fine())
    for one in menu.menu.actions():
        one.changed.connect(lambda action=one: changes.append(action))
    menu.draw(states.fine())
    assert changes == []
    assert {id(one): one.icon().cacheKey() for one in menu.menu.actions()} == before
    menu.draw(states.down())
    assert {id(one) for one in menu.menu.actions()} == set(before)


def test_watched_services_come_go_and_change_places(menu: TrayMenu) -> None:
    s = states.fine()
    menu.draw(s)
    claude = entry(menu.menu, "Claude:")
    services = tuple(reversed(s.judgement.services[1:]))
    menu.draw(msgspec.structs.replace(s, judgement=msgspec.structs.replace(s.judgement, services=services)))
    assert [line.partition(":")[0] for line in entries(menu.menu)[4:7]] == ["Claude API", "Claude", "OpenAI API"]
    assert entry(menu.menu, "Claude:") is claude


def test_names_with_an_ampersand_keep_it(menu: TrayMenu) -> None:
    s = snapshot()
    first, *rest = s.judgement.services
    odd = msgspec.structs.replace(first, name="R&D & more")
    menu.draw(msgspec.structs.replace(s, judgement=msgspec.structs.replace(s.judgement, services=(odd, *rest))))
    assert entry(menu.menu, "R&&D && more: ").text().count("&&") == 2


def test_another_language_is_followed(menu: TrayMenu) -> None:
    menu.draw(states.fine())
    set_language("de")
    menu.draw(states.fine())
    assert entries(menu.menu)[-1] == "Beenden"


def test_the_demo_offers_no_demo(menu: TrayMenu) -> None:
    menu.draw(states.fine(demo=DemoScene()))
    assert "Demo" not in entries(menu.menu)


def test_the_demo_says_that_it_is_one_first_of_all(menu: TrayMenu) -> None:
    menu.draw(states.down(demo=DemoScene(AnsweredBy.NOBODY, 9)))
    caption, verdict, *_ = entries(menu.menu)
    assert caption.startswith("Demo, the night of 3 February 2026: ")
    assert caption.endswith(":22 · Simulated tool: request 9, failed")
    assert verdict.startswith("ChatGPT and OpenAI API are down.")
    menu.draw(states.down())
    assert entries(menu.menu)[0] == verdict
