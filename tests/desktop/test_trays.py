"""The real trays that other tests rely on, seen with the smallest tray program."""

import sys

import pytest

from tests.support import bare_tray
from tests.support.desktop import Desktop
from tests.support.processes import wait_for
from tests.support.tray_reader import TrayReader
from tests.support.until import until

pytestmark = pytest.mark.desktop

RED = (208, 32, 48)


def start(desktop: Desktop) -> None:
    desktop.start("bare-tray", sys.executable, bare_tray.__file__, "#{:02x}{:02x}{:02x}".format(*RED))


async def test_an_icon_on_lxqt_panel_can_be_read_and_clicked(lxqt_panel: Desktop) -> None:
    start(lxqt_panel)
    async with await TrayReader.first(lxqt_panel.address) as tray:
        assert await tray.colour() == "red"
        assert await tray.rgb() == RED
        assert "ChatGPT down 18 min" in await tray.tooltip()
        menu = await tray.menu()
        assert menu.lines() == ["A light is red", "---", "Check now", "More"]
        first = menu.find("A light")
        assert first is not None
        assert not first.enabled
        assert await tray.click("Check") == "Check now"
        log = lxqt_panel.log("bare-tray")
        await until(lambda: "checked" in log.read_text(), "the click to arrive")
        await tray.activate()
        await until(lambda: "Trigger" in log.read_text(), "the left click to arrive")
        assert await tray.click("Quit") == "Quit"


def test_lxqt_panel_draws_the_icon_and_its_menu(lxqt_panel: Desktop) -> None:
    start(lxqt_panel)
    screen = lxqt_panel.screen
    x, y = wait_for(lambda: screen.find(RED), "the icon on the panel")
    screen.click(x, y, button=3)
    wait_for(lambda: len(screen.colours((0, 32, 300, 150))) > 10, "the menu")
    screen.screenshot("tray-lxqt-panel")
    screen.key("Down", "Return")
    wait_for(lambda: "checked" in lxqt_panel.log("bare-tray").read_text(), "the chosen entry to arrive")


def test_an_xembed_tray_shows_the_icon_and_takes_clicks(xembed_tray: Desktop) -> None:
    start(xembed_tray)
    screen = xembed_tray.screen
    x, y = wait_for(lambda: screen.find(RED), "the icon in the tray")
    screen.screenshot("tray-xembed")
    screen.click(x, y)
    wait_for(lambda: "Trigger" in xembed_tray.log("bare-tray").read_text(), "the click to arrive")
