"""The tray icon, its menu and the panel on real desktops: lxqt-panel's tray, an XEmbed tray, and none at all."""

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from tests.support import face_program
from tests.support.desktop import Desktop, start_lxqt_panel, start_xembed_tray
from tests.support.processes import end, wait_for
from tests.support.tray_reader import TrayReader, registered_items
from trayapp.desktop.bus import Bus
from trayapp.ui.kit.icons import TRAY_SIZES_PX
from trayapp.ui.tray.icon import PATIENCE_MS

pytestmark = pytest.mark.desktop

RED = (229, 56, 59)
PATIENT_MS, HASTY_MS = 600_000, 500


class Face:
    """The program under test on a desktop."""

    def __init__(self, desktop: Desktop, patience_ms: int = PATIENT_MS) -> None:
        self.desktop = desktop
        self.fifo = desktop.folder / "states"
        os.mkfifo(self.fifo)
        desktop.env["PYTHONPATH"] = str(Path(face_program.__file__).parents[2])
        command = (sys.executable, "-m", face_program.__name__, str(self.fifo), str(patience_ms))
        self.process = desktop.start("face", *command)
        self.heard("shown")

    @property
    def said(self) -> list[str]:
        return self.desktop.log("face").read_text().splitlines()

    def heard(self, line: str) -> None:
        wait_for(lambda: line in self.said, f"{line!r} of {self.said}")

    def draw(self, state: str) -> None:
        self.fifo.write_text(f"{state}\n")
        self.heard(f"drew {state}")


async def test_every_light_reaches_the_panel_by_colour_and_in_every_size(lxqt_panel: Desktop) -> None:
    face = Face(lxqt_panel)
    async with await TrayReader.first(lxqt_panel.address) as tray:
        for state, colour in (("down", "red"), ("degraded", "yellow"), ("starting", "grey"), ("fine", "green")):
            face.draw(state)
            await tray.wait_for_colour(colour)
        assert {picture.width for picture in await tray.pictures()} == set(TRAY_SIZES_PX)
        assert await tray.property("Status") == "Active"


async def test_the_tooltip_and_the_menu_say_the_verdict(lxqt_panel: Desktop) -> None:
    face = Face(lxqt_panel)
    face.draw("down")
    async with await TrayReader.first(lxqt_panel.address) as tray:
        await tray.wait_for_colour("red")
        assert await tray.tooltip() == "ChatGPT and OpenAI API down 18 min · not you · local ready in 3 s"
        menu = await tray.menu()
        assert menu.lines() == [
            "ChatGPT and OpenAI API are down. It is not you.",
            "Switch OpenAI to local (qwen3:8b, ready in 3 s)",
            "Automatic switching",
            "---",
            "ChatGPT: down 18 min",
            "OpenAI API: down 18 min",
            "Claude: fine, says its status page",
            "Claude API: fine, answering in 0.7 s",
            "---",
            "Check now",
            "Chat",
            "History…",
            "Tell me only when it is back",
            "Leave out of the light",
            "Open",
            "Settings…",
            "Demo",
            "Quit",
        ]
        pictures = {entry.label.partition(":")[0]: entry.icon for entry in menu.children if entry.icon}
        assert pictures["ChatGPT"] == pictures["OpenAI API"] != pictures["Claude"] == pictures["Claude API"]
        assert all(icon.startswith(b"\x89PNG") for icon in pictures.values())


async def test_every_entry_does_what_it_says(lxqt_panel: Desktop) -> None:
    face = Face(lxqt_panel)
    face.draw("down")
    async with await TrayReader.first(lxqt_panel.address) as tray:
        for label, heard in (
            ("Switch OpenAI", "switch_local"),
            ("Automatic", "switch_mode auto"),
            ("Check", "check"),
            ("Settings", "settings"),
            ("Demo", "demo"),
            ("OpenAI API", "open openai-api"),
            ("ChatGPT and", "open "),
        ):
            await tray.click(label)
            face.heard(heard)
        face.draw("local_now")
        await tray.click("Back to cloud")
        face.heard("switch_cloud")
        face.draw("moved")
        auto = (await tray.menu()).find("Automatic switching")
        assert auto is not None
        assert auto.checked
        await tray.click("Automatic")
        face.heard("switch_mode manual")
        await tray.click("Back to cloud (OpenAI)")
        face.heard("switch_cloud")
        await tray.click("Quit")
        wait_for(lambda: face.process.poll() is not None, "the end")
        assert face.process.returncode == 0


async def test_nothing_is_rebuilt_when_states_change(lxqt_panel: Desktop) -> None:
    """An open menu must not move: entries keep their ids through every state."""
    face = Face(lxqt_panel)
    async with await TrayReader.first(lxqt_panel.address) as tray:
        before = {child.id for child in (await tray.menu()).children}
        for state in ("down", "local_now", "offered", "moved", "offline", "starting", "fine"):
            face.draw(state)
            assert {child.id for child in (await tray.menu()).children} == before


async def test_a_healthy_provider_can_be_picked(lxqt_panel: Desktop) -> None:
    face = Face(lxqt_panel)
    async with await TrayReader.first(lxqt_panel.address) as tray:
        menu = await tray.menu()
        pick = menu.find("Switch to local")
        assert pick is not None
        assert pick.lines() == ["OpenAI", "Anthropic"]
        await tray.click("OpenAI")
        face.heard("switch_local openai")


async def test_a_left_click_opens_the_panel_near_the_pointer(lxqt_panel: Desktop) -> None:
    face = Face(lxqt_panel)
    face.draw("down")
    screen = lxqt_panel.screen
    x, y = wait_for(lambda: screen.find(RED), "the icon on the panel")
    screen.click(x, y)
    window = lxqt_panel.wait_for_window("^LLM Ampel$")
    left, top, width, height = screen.box(window)
    assert left >= 0
    assert top >= 0
    assert top < 200
    assert left < 200
    assert width > 200
    assert height > 200
    wait_for(lambda: len(screen.colours((left, top, width, height))) > 20, "the panel to be painted")
    screen.screenshot("panel-on-lxqt")
    screen.key("Escape")
    face.heard("closed")


async def test_an_icon_made_before_the_watcher_appears_when_it_comes(desktop: Desktop) -> None:
    face = Face(desktop)
    start_lxqt_panel(desktop)
    async with await TrayReader.first(desktop.address) as tray:
        await tray.wait_for_colour("green")
        face.draw("down")
        await tray.wait_for_colour("red")
        assert "ChatGPT and OpenAI API down" in await tray.tooltip()
        assert (await tray.menu()).find("Check now") is not None


async def test_a_restarted_panel_shows_one_icon_again(desktop: Desktop) -> None:
    first = start_lxqt_panel(desktop)
    face = Face(desktop)
    async with await TrayReader.first(desktop.address):
        pass
    end(first)
    bus = await Bus.connect(desktop.address)
    try:
        deadline = time.monotonic() + 30
        while await registered_items(bus):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        start_lxqt_panel(desktop)
        async with await TrayReader.first(desktop.address) as tray:
            face.draw("down")
            await tray.wait_for_colour("red")
            assert len(await registered_items(bus)) == 1
    finally:
        await bus.close()


def test_an_xembed_tray_shows_the_light(xembed_tray: Desktop) -> None:
    face = Face(xembed_tray)
    face.draw("down")
    screen = xembed_tray.screen
    x, y = wait_for(lambda: screen.find(RED), "the red light in the tray")
    screen.screenshot("tray-face-xembed")
    screen.click(x, y)
    xembed_tray.wait_for_window("^LLM Ampel$")


def test_an_xembed_tray_that_comes_late_shows_the_light(desktop: Desktop) -> None:
    face = Face(desktop)
    face.draw("down")
    start_xembed_tray(desktop)
    wait_for(lambda: desktop.screen.find(RED, (0, 0, 200, 40)), "the red light in the tray")


def test_without_a_session_bus_an_xembed_tray_still_works(xembed_tray: Desktop) -> None:
    xembed_tray.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={xembed_tray.folder}/no-bus"
    face = Face(xembed_tray)
    face.draw("down")
    wait_for(lambda: xembed_tray.screen.find(RED), "the red light in the tray")


async def test_a_tooltip_never_holds_a_tag(lxqt_panel: Desktop) -> None:
    face = Face(lxqt_panel)
    face.draw("odd_name")
    async with await TrayReader.first(lxqt_panel.address) as tray:
        await tray.wait_for_colour("red")
        tooltip = await tray.tooltip()
        assert "‹b›Chat‹/b› & Co" in tooltip
        assert "<" not in tooltip
        assert (await tray.menu()).find("<b>Chat</b> & Co: down") is not None


def test_without_a_tray_the_panel_opens_and_says_why(desktop: Desktop) -> None:
    face = Face(desktop, HASTY_MS)
    face.heard("missing")
    window = desktop.wait_for_window("^LLM Ampel$")
    box = desktop.screen.box(window)
    wait_for(lambda: len(desktop.screen.colours(box)) > 20, "the panel to be painted")
    desktop.screen.screenshot("panel-without-tray")
    # Closing the only window there is ends the program.
    desktop.screen.xdotool("windowfocus", "--sync", window, "key", "Escape")
    wait_for(lambda: face.process.poll() is not None, "the end")


def test_nobody_waits_three_seconds_for_a_sign_of_life() -> None:
    """What starts before and is drawn after takes less than the second that is left."""
    assert PATIENCE_MS <= 2_000


def test_a_tray_that_comes_after_the_complaint_is_noticed(desktop: Desktop) -> None:
    face = Face(desktop, HASTY_MS)
    face.heard("missing")
    start_xembed_tray(desktop)
    wait_for(lambda: desktop.screen.find((45, 164, 78), (0, 0, 200, 40)), "the green light in the tray")
    face.draw("down")
    face.heard("appeared")


def test_a_present_tray_is_never_called_missing(lxqt_panel: Desktop) -> None:
    face = Face(lxqt_panel, HASTY_MS)
    time.sleep(2 * HASTY_MS / 1000)
    face.draw("down")
    assert "missing" not in face.said


def test_idle_it_sleeps(lxqt_panel: Desktop) -> None:
    """At most one wake-up a second while nothing happens (design, budgets)."""
    face = Face(lxqt_panel)
    face.draw("down")

    def wake_ups() -> int:
        threads = Path(f"/proc/{face.process.pid}/task").iterdir()
        lines = [line for one in threads for line in (one / "status").read_text().splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))

    seconds = 5.0
    counted: list[int] = []
    # Once in a few: beside other work what it was started with takes longer than the first of them.
    while not counted or (counted[-1] > seconds and len(counted) < 5):
        before = wake_ups()
        time.sleep(seconds)
        counted.append(wake_ups() - before)
    assert counted[-1] <= seconds, counted
