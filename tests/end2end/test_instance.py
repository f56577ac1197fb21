"""One instance, and its end: a second start, the question before quitting, no tray, no screen."""

import asyncio
import contextlib
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.commands import environment
from tests.support.desktop import Desktop
from tests.support.ports import free_port, listens, read
from tests.support.scene import FINE_MODELS, Acme, write_files
from tests.support.told import in_both, on, once, providers, quiet_log, quit_instance
from tests.support.tray_reader import TrayReader
from tests.support.until import until
from trayapp.control import client
from trayapp.control.messages import AskQuit, AskShow, AskStatus
from trayapp.errors import Problem
from trayapp.paths import Home, home

pytestmark = pytest.mark.desktop

GREEN, FAILED = 0, 1
PANEL = "^LLM Ampel$"
PATIENCE_S = 40.0
"""Longer than the tray waits for a panel that comes up late."""


def windows(desktop: Desktop) -> list[str]:
    return desktop.screen.windows(PANEL)


async def test_a_second_start_brings_up_the_panel_of_the_first(lxqt_panel: Desktop) -> None:
    acme = Acme()
    async with providers(acme):
        here = on(lxqt_panel)
        write_files(here, (acme,))
        first = lxqt_panel.llm_ampel()
        async with await TrayReader.first(lxqt_panel.address) as icon:
            await icon.wait_for_colour("green")
            assert windows(lxqt_panel) == []
            second = await once(base=lxqt_panel.env)
            assert (second.code, second.out, second.err) == (GREEN, "", "")
            await until(lambda: windows(lxqt_panel), "the panel of the first")
            assert first.poll() is None
            # Beside a tray, `watch` says that there is one already.
            beside = await in_both("watch", base=lxqt_panel.env)
            assert beside.codes == {FAILED}
            beside.says(("LLM Ampel is running already",), ("LLM Ampel läuft schon",))
        await quit_instance(here, first)
    quiet_log(here)


class Leaving:
    """A tray with one tool behind its gateway, and the question that quitting brings up."""

    def __init__(self, desktop: Desktop, icon: TrayReader, tray: subprocess.Popen[bytes], port: int) -> None:
        self.desktop = desktop
        self.icon = icon
        self.tray = tray
        self.port = port
        self.url = self._url()

    def _url(self) -> str:
        profile = Path(self.desktop.env["HOME"]) / ".profile"
        command = ["sh", "-c", f'. "{profile}"; printf %s "$OPENAI_BASE_URL"']
        return subprocess.run(command, capture_output=True, text=True, check=True, env={}).stdout

    async def ask(self) -> str:
        """Choose Quit in the menu; the question's window."""
        await self.icon.click("Quit")
        await until(lambda: len(windows(self.desktop)) == 1, "the question")
        return windows(self.desktop)[0]

    async def answers(self) -> bool:
        """Whether the tool still gets its models."""
        try:
            return bool((await asyncio.to_thread(read, f"{self.url}/models"))["data"])
        except OSError:
            return False

    def press(self, window: str, *keys: str) -> None:
        self.desktop.screen.xdotool("windowfocus", "--sync", window)
        self.desktop.screen.key(*keys)


@asynccontextmanager
async def leaving(desktop: Desktop) -> AsyncIterator[Leaving]:
    acme, port = Acme(), free_port()
    async with providers(acme):
        acme.api(FINE_MODELS)
        here = on(desktop)
        write_files(here, (acme,), f'[gateway]\nport = {port}\nopenai = "acme"\n')
        file = here.services_dir / "acme.toml"
        file.write_text(file.read_text().replace('dialects = ["openai"]\nkey = "acme"', 'dialects = ["openai"]'))
        assert (await once("setup", "openai-env", base=desktop.env)).code == GREEN
        tray = desktop.llm_ampel()
        try:
            async with await TrayReader.first(desktop.address) as icon:
                await icon.wait_for_colour("green")
                await until(lambda: listens(port), "the gateway")
                yield Leaving(desktop, icon, tray, port)
        finally:
            with contextlib.suppress(Problem):
                await client.ask(here, AskQuit())
            await until(lambda: not here.socket.exists() and not listens(port), "the end of whoever ran last")
    assert "Traceback" not in desktop.log("llm-ampel").read_text()
    quiet_log(here)


async def ended(tray: subprocess.Popen[bytes]) -> int:
    return await asyncio.to_thread(tray.wait, 15)


async def light(here: Home) -> str:
    """What the running instance sees."""
    status = await client.ask(here, AskStatus())
    assert status is not None
    return status.light


async def test_quitting_with_tools_asks_and_cancel_changes_nothing(lxqt_panel: Desktop) -> None:
    async with leaving(lxqt_panel) as one:
        window = await one.ask()
        lxqt_panel.screen.screenshot("quit-question")
        assert one.tray.poll() is None
        one.press(window, "Escape")
        await until(lambda: not windows(lxqt_panel), "the end of the question")
        assert one.tray.poll() is None
        assert await one.answers()
        assert await one.icon.colour() == "green"


async def test_the_gateway_can_be_kept_without_the_tray(lxqt_panel: Desktop) -> None:
    """The default answer: whoever just presses Return breaks nothing."""
    async with leaving(lxqt_panel) as one:
        one.press(await one.ask(), "Return")
        assert await ended(one.tray) == 0
        here = on(lxqt_panel)
        await until(lambda: here.socket.exists(), "the socket of `watch`", PATIENCE_S)
        assert not await client.ask(here, AskShow()), "there is no tray"
        await until(lambda: listens(one.port), "the gateway of `watch`")
        assert await one.answers()
        # The tray comes back in its place.
        again = lxqt_panel.llm_ampel()
        async with await TrayReader.first(lxqt_panel.address) as icon:
            await icon.wait_for_colour("green")
            await until(lambda: listens(one.port), "the gateway of the tray")
            assert await one.answers()
        await quit_instance(here, again)


async def test_the_tools_can_be_set_back(lxqt_panel: Desktop) -> None:
    async with leaving(lxqt_panel) as one:
        one.press(await one.ask(), "Tab", "Return")
        assert await ended(one.tray) == 0
        assert not listens(one.port)
        assert not (Path(lxqt_panel.env["HOME"]) / ".profile").exists()
        assert not on(lxqt_panel).socket.exists()


async def test_without_any_tray_the_panel_is_a_window_and_quits(desktop: Desktop) -> None:
    acme = Acme()
    async with providers(acme):
        here = on(desktop)
        write_files(here, (acme,))
        process = desktop.llm_ampel()
        window = (await until(lambda: windows(desktop), "the panel in the tray's place", PATIENCE_S))[0]
        desktop.screen.screenshot("no-tray")
        # The window may be there before the rest of the program and the first answer are.
        await until(lambda: here.socket.exists(), "the socket", PATIENCE_S)
        async with asyncio.timeout(PATIENCE_S):
            while await light(here) != "green":  # noqa: ASYNC110 - another process has no event of ours
                await asyncio.sleep(0.05)
        desktop.screen.xdotool("windowfocus", "--sync", window)
        # Closing the only window means to quit; nothing would be left to see or to end.
        desktop.screen.key("Escape")
        assert await ended(process) == 0
    assert "Traceback" not in desktop.log("llm-ampel").read_text()
    quiet_log(here)


WITHOUT = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}


@pytest.mark.parametrize(("command", "instead"), [((), "llm-ampel watch"), (("demo",), "llm-ampel demo --text")])
async def test_without_a_screen_it_says_so_and_what_else_there_is(command: tuple[str, ...], instead: str) -> None:
    told = await in_both(*command, base={**environment({}), **WITHOUT})
    assert told.codes == {FAILED}
    told.says(
        ("There is no screen here", instead),
        ("Hier gibt es keinen Bildschirm", instead),
    )


@pytest.mark.parametrize("command", [(), ("demo",)])
async def test_a_screen_that_is_gone_is_told_instead_of_an_abort(command: tuple[str, ...], tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    told = await in_both(*command, base={**environment({}), **WITHOUT, "DISPLAY": ":7777", "TMPDIR": str(temporary)})
    assert told.codes == {FAILED}
    told.says(
        ("The screen cannot be used", ":7777", "llm-ampel watch"),
        ("Der Bildschirm lässt sich nicht benutzen", ":7777", "llm-ampel watch"),
    )
    assert not home().socket.exists()
    assert not list(temporary.glob("llm-ampel-demo-*")), "nothing stays behind"
