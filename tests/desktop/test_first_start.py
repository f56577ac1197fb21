"""The very first start: the program shows itself once, where its icon is, whole, and says so in the terminal."""

import re
from contextlib import AsyncExitStack

import pytest

from tests.support.desktop import Desktop, start_lxqt_panel
from tests.support.scene import Acme, write_files
from tests.support.screen import Box
from tests.support.told import on, quit_instance
from tests.support.tray_reader import TrayReader
from tests.support.until import until
from trayapp.paths import home

pytestmark = pytest.mark.desktop

PANEL = "^LLM Ampel$"


def framed(desktop: Desktop, window: str) -> Box:
    """Where a window is with its frame."""
    # Not xdotool's place for it, which has the frame in it twice.
    told = dict(
        re.findall(r"(Absolute upper-left [XY]|Width|Height): +(-?\d+)", desktop.run("xwininfo", "-id", window))
    )
    left, top, width, height = map(int, told.values())
    extents = re.findall(r"\d+", desktop.run("xprop", "-id", window, "_NET_FRAME_EXTENTS").partition("=")[2])
    before, after, above, below = map(int, extents)
    return left - before, top - above, width + before + after, height + above + below


def work_area(desktop: Desktop) -> Box:
    left, top, width, height, *_ = map(
        int, re.findall(r"\d+", desktop.run("xprop", "-root", "_NET_WORKAREA").partition("=")[2])
    )
    return left, top, width, height


def inside(inner: Box, outer: Box) -> bool:
    left, top, width, height = inner
    return (
        left >= outer[0]
        and top >= outer[1]
        and left + width <= outer[0] + outer[2]
        and top + height <= outer[1] + outer[3]
    )


@pytest.mark.parametrize("edge", ["Top", "Bottom"])
async def test_it_shows_itself_once_where_its_icon_is(desktop: Desktop, edge: str) -> None:
    start_lxqt_panel(desktop, edge)
    async with AsyncExitStack() as stack:
        acme = Acme()
        await acme.open(stack)
        write_files(home(), (acme,), newcomer=True)
        program = desktop.llm_ampel()
        window = (await until(lambda: desktop.screen.windows(PANEL), "the panel, unasked"))[0]
        async with await TrayReader.first(desktop.address) as tray:
            await tray.wait_for_colour("green")
        await until(lambda: inside(framed(desktop, window), work_area(desktop)), "the window inside the work area")
        area, frame = work_area(desktop), framed(desktop, window)
        assert (frame[1] + frame[3] / 2 < area[1] + area[3] / 2) is (edge == "Top")
        desktop.screen.screenshot(f"first-start-{edge.lower()}")
        said = desktop.log("llm-ampel").read_text()
        assert "tray" in said, said
        assert await quit_instance(on(desktop), program) < 8.0
        again = desktop.llm_ampel()
        async with await TrayReader.first(desktop.address) as tray:
            await tray.wait_for_colour("green")
            assert desktop.screen.windows(PANEL) == []
        assert desktop.log("llm-ampel").read_text() == said
        await quit_instance(on(desktop), again)


async def test_nobody_is_sent_to_a_tray_that_is_not_there(desktop: Desktop) -> None:
    async with AsyncExitStack() as stack:
        acme = Acme()
        await acme.open(stack)
        write_files(home(), (acme,), newcomer=True)
        program = desktop.llm_ampel()
        await until(lambda: desktop.screen.windows(PANEL), "the panel, unasked")
        said = desktop.log("llm-ampel").read_text()
        assert "no tray icons" in said, said
        assert "Look for its light" not in said
        await until(lambda: on(desktop).runtime.joinpath("control").exists(), "its socket")
        await quit_instance(on(desktop), program)
