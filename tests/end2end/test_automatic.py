"""Automatic switching on a real desktop: the menu, the panel, the notification, its button, and the command line."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.support.desktop import Desktop, Dunst
from tests.support.overhear import Overheard
from tests.support.ports import free_port, listens
from tests.support.scene import CHAT_PATH, OVERLOADED, Acme, write_files
from tests.support.told import in_both, on, once, providers, quiet_log, quit_instance
from tests.support.tray_reader import TrayReader
from tests.support.until import until
from trayapp.demo.target import MODEL, SimulatedTarget
from trayapp.secrets.tokens import Tokens
from trayapp.settings.file import load

pytestmark = pytest.mark.desktop

PANEL = "^LLM Ampel$"


@asynccontextmanager
async def local_model() -> AsyncIterator[SimulatedTarget]:
    target = SimulatedTarget()
    await target.start()
    try:
        yield target
    finally:
        await target.close()


async def ask(url: str, number: int) -> tuple[int, str]:
    """One completion through the gateway: status and route. The same `number` again would be a tool's own retry."""
    body = {"model": "acme-1", "messages": [{"role": "user", "content": f"hello {number}"}]}
    headers = {"authorization": "Bearer sk-of-the-client"}
    async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as got:
        return got.status, got.headers["x-llm-ampel-route"]


async def test_it_is_turned_on_told_and_sent_back_by_clicks(lxqt_panel: Desktop, dunst: Dunst) -> None:
    acme, port = Acme(), free_port()
    async with providers(acme), local_model() as target, await Overheard.on(lxqt_panel.address) as overheard:
        here = on(lxqt_panel)
        local = f'[local]\nserver = "openai-compatible"\nurl = "{target.url}"\nmodel = "{MODEL}"\n'
        write_files(here, (acme,), f'{local}[gateway]\nport = {port}\nopenai = "acme"\n')
        tray = lxqt_panel.llm_ampel()
        async with await TrayReader.first(lxqt_panel.address) as icon:
            await icon.wait_for_colour("green")
            # Nothing may move yet: the panel comes and says what is missing.
            await icon.click("Automatic switching")
            await until(lambda: lxqt_panel.screen.windows(PANEL), "the panel")
            await until(lambda: load(here).gateway.mode == "auto", "the setting")
            entry = (await icon.menu()).find("Automatic switching")
            assert entry is not None
            assert entry.checked
            lxqt_panel.screen.screenshot("automatic-missing")
            token = Tokens(here).add("editor")
            assert (await once("switch", "auto", base=lxqt_panel.env)).out == (
                "From now on what a provider fails to answer is answered locally, until it is back.\n"
            )
            await until(lambda: listens(port), "the gateway")
            acme.api_server.on(CHAT_PATH, OVERLOADED)
            url = f"http://127.0.0.1:{port}/t/{token}/acme{CHAT_PATH}"
            assert await ask(url, 0) == (200, "local; auto")
            one = await overheard.wait_for("Acme AI failed, a request was answered locally")
            assert await ask(url, 1) == await ask(url, 2) == (200, "local; auto")
            every = await overheard.wait_for("Acme AI fails, your tools go on locally")
            assert every.id == one.id
            assert every.body.startswith("It failed: 503, ")
            assert every.buttons["back_to_cloud"] == "Back to cloud"
            told = await in_both("status", base=lxqt_panel.env)
            told.says((f"Acme AI: moved by itself to {MODEL} since",), (f"Acme AI: automatisch zu {MODEL} gewechselt",))
            lxqt_panel.screen.screenshot("automatic-moved")
            await asyncio.to_thread(dunst.press, "Back to cloud")
            home = await overheard.wait_for("Back in the cloud with Acme AI")
            assert home.body.endswith("It stays there until it is well, whatever fails.")
            await until(lambda: every.id in overheard.withdrawn, "the first banner to go")
            assert await ask(url, 3) == (503, "cloud; default")
            held = await in_both("status", base=lxqt_panel.env)
            held.says(
                ("Acme AI stays in the cloud until it is well",), ("Acme AI bleibt auf deinen Wunsch in der Cloud",)
            )
            lxqt_panel.screen.screenshot("automatic-held")
            await icon.click("Automatic switching")
            await until(lambda: load(here).gateway.mode == "manual", "the setting")
        await quit_instance(here, tray)
    quiet_log(here)
