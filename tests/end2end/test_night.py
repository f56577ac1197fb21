"""The demo's whole night on a real desktop: panel, notifications, llama.cpp, and the user's two clicks."""

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from tests.support import llama_server
from tests.support.desktop import Desktop, Dunst
from tests.support.gguf import write_tiny_gguf
from tests.support.overhear import Overheard
from tests.support.processes import wait_for
from tests.support.tray_reader import TrayReader
from tests.support.until import until
from trayapp.control import client
from trayapp.control.messages import AskWatch
from trayapp.paths import Home
from trayapp.secrets.tokens import Tokens

pytestmark = [pytest.mark.desktop, pytest.mark.timeout(300)]

SPEED = "1.5"
MODEL = "tiny-random"


def start_llama(desktop: Desktop) -> tuple[str, Path]:
    """The real llama.cpp server on the smallest of models: its base URL, and the file, which is the model's name."""
    model = desktop.folder / f"{MODEL}.gguf"
    write_tiny_gguf(model)
    desktop.start("llama", sys.executable, llama_server.__file__, "-m", model, "-c", "1024")
    found = wait_for(lambda: re.search(r"http://127\.0\.0\.1:\d+", desktop.log("llama").read_text()), "llama.cpp")
    return found[0], model


async def demo_home(folder: Path) -> Home:
    """The home that the demo has made for itself."""
    base = await until(lambda: next(folder.glob("llm-ampel-demo-*"), None), "the demo's home")
    sockets = await until(lambda: list(Path(folder, "run").glob("llm-ampel-*/control")), "the demo's socket")
    runtime = sockets[0].parent
    return Home(base / "config", base / "data", base / "cache", runtime, "")


async def gateway(demo: subprocess.Popen[bytes]) -> str:
    """Where the demo's gateway listens: of all its servers, the one that names the addresses it knows."""
    listening = [one for one in psutil.Process(demo.pid).net_connections("tcp") if one.status == psutil.CONN_LISTEN]
    async with aiohttp.ClientSession() as session:
        for url in (f"http://127.0.0.1:{one.laddr.port}" for one in listening):
            async with session.get(url) as answer:
                if "unknown_url" in await answer.text():
                    return url
    raise AssertionError(f"no gateway among {listening}")


async def complete(url: str) -> tuple[str, dict[str, Any]]:
    """One chat completion through the gateway: the route header and the answer."""
    body = {"model": "gpt-5", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 4}
    headers = {"Authorization": "Bearer sk-of-the-client"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/chat/completions", json=body, headers=headers) as answer,
    ):
        text = await answer.text()
        assert answer.status == 200, text
        return answer.headers["x-llm-ampel-route"], json.loads(text)


async def test_the_night(lxqt_panel: Desktop, dunst: Dunst, own_home: Path) -> None:
    desktop = lxqt_panel
    llama, model = start_llama(desktop)
    settings = own_home / "config" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(
        f'version = 1\n[ui]\nlanguage = "en"\n'
        f'[local]\nserver = "openai-compatible"\nurl = "{llama}"\nmodel = "{model}"\n'
    )
    desktop.env["TMPDIR"] = str(desktop.folder)
    async with await Overheard.on(desktop.address) as overheard:
        demo = desktop.llm_ampel("demo", "--speed", SPEED)
        async with await TrayReader.first(desktop.address) as tray:
            await tray.wait_for_colour("green")
            desktop.screen.screenshot("night-1-calm")

            await tray.wait_for_colour("red")
            down = await overheard.wait_for("OpenAI API is down. It is not you.")
            assert down.title.startswith("Demo: ")
            assert "Errors since 22:0" in down.body
            assert down.buttons["switch_local"] == "Switch to local"
            caption, verdict, *_ = (await tray.menu()).lines()
            assert "the night of 3 February 2026: 22:" in caption
            assert "down. It is not you." in verdict
            tooltip = await tray.tooltip()
            assert tooltip.startswith("Demo: ")
            assert "not you" in tooltip
            desktop.screen.screenshot("night-2-down")
            both = await overheard.wait_for("ChatGPT and OpenAI API are down. It is not you.")
            assert both.replaces_id == down.id
            assert "OpenAI confirms: “Elevated Error Rates”." in both.body

            home = await demo_home(desktop.folder)
            clicked = await tray.click("Switch OpenAI to local")
            assert MODEL in clicked
            switched = await overheard.wait_for("Working locally with")
            assert MODEL in switched.title
            assert "1 tool moved until OpenAI is back" in switched.body
            await tool_is(tray, "answered locally by")
            desktop.screen.screenshot("night-3-switched")
            await tray.click("Chat")
            desktop.wait_for_window("Local chat")

            token = Tokens(home).add("night-test")
            url = await gateway(demo)
            log = desktop.log("llama")
            tasks = log.read_text().count("processing task")
            route, answer = await complete(f"{url}/t/{token}/openai/v1")
            assert route.startswith("local")
            assert MODEL in answer["model"]
            await until(lambda: log.read_text().count("processing task") > tasks, "llama.cpp's own line for it")
            await until(lambda: re.search(r"eval time = .* /     4 tokens", log.read_text()), "llama.cpp's own count")

            partly = await overheard.wait_for("ChatGPT is back, the OpenAI API is not")
            assert partly.replaces_id
            desktop.screen.screenshot("night-4-partly-back")
            await tray.wait_for_colour("yellow")
            await tray.wait_for_colour("green")
            over = await overheard.wait_for("All clear: OpenAI is back after 3 h")
            assert over.buttons["back_to_cloud"] == "Back to cloud"
            desktop.screen.screenshot("night-5-over")
            await tray.click("Back to cloud")
            await until_cloud(home)
            route, answer = await complete(f"{url}/t/{token}/openai/v1")
            assert route.startswith("cloud")
            assert "simulated" in answer["model"]
            await tool_is(tray, "answered from the cloud")
            desktop.screen.screenshot("night-6-home")
            card = await until(lambda: desktop.screen.windows("The night is over"), "the closing card")
            # Nobody's chat is taken away meanwhile.
            assert desktop.screen.windows("Local chat")
            await until(lambda: len(desktop.screen.colours(desktop.screen.box(card[0]))) > 10, "the card to be painted")
            desktop.screen.screenshot("night-7-card")
            desktop.screen.xdotool("windowfocus", "--sync", card[0], "key", "Escape")
        # The demo leaves nothing.
        assert await asyncio.to_thread(demo.wait, 60) == 0
        assert dunst.displayed == 0
    assert not list(desktop.folder.glob("llm-ampel-demo-*"))
    assert not list((desktop.folder / "run").glob("llm-ampel-*"))
    log_text = desktop.log("llm-ampel").read_text()
    assert "Traceback" not in log_text, log_text


async def tool_is(tray: TrayReader, how: str) -> None:
    """The menu says so of the demo's own tool."""
    async with asyncio.timeout(30):
        while how not in (await tray.menu()).lines()[0]:
            pass


async def until_cloud(home: Home) -> None:
    async with asyncio.timeout(30):
        async for status in client.stream(home, AskWatch()):
            if status.report["routes"]["openai"]["to"] == "cloud":
                return
