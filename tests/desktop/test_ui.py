"""The whole program on a real desktop, with a provider on loopback: its windows open, save, and end with it."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.support.desktop import Desktop
from tests.support.httpserver import Server, answer, for_key
from tests.support.processes import wait_for
from tests.support.scene import Acme, write_files
from tests.support.tray_reader import TrayReader
from tests.support.until import until
from trayapp.paths import home
from trayapp.secrets.key_index import read_index

pytestmark = pytest.mark.desktop


async def gone(desktop: Desktop, title: str) -> None:
    await until(lambda: not desktop.screen.windows(title), f"the end of {title!r}")


async def window(desktop: Desktop, title: str) -> str:
    """A window, in front and painted."""
    found = await asyncio.to_thread(desktop.wait_for_window, title)
    desktop.screen.xdotool("windowfocus", "--sync", found)
    box = desktop.screen.box(found)
    await until(lambda: len(desktop.screen.colours(box)) > 10, f"{title!r} to be painted")
    return found


async def test_settings_are_changed_by_keyboard_and_the_tray_speaks_german(lxqt_panel: Desktop, own_home: Path) -> None:
    desktop, screen = lxqt_panel, lxqt_panel.screen
    async with AsyncExitStack() as stack:
        acme = Acme()
        await acme.open(stack)
        write_files(home(), (acme,), '# mine\n[ui]\nlanguage = "en"\n')
        program = desktop.llm_ampel()
        async with await TrayReader.first(desktop.address) as tray:
            await tray.wait_for_colour("green")
            menu = await tray.menu()
            assert menu.lines()[1] == "Set up a fallback…"
            assert menu.find("Acme API: fine") is not None

            await tray.click("Open")
            await window(desktop, "^LLM Ampel$")
            screen.screenshot("ui-panel")
            screen.key("Escape")
            await gone(desktop, "^LLM Ampel$")

            await tray.click("Settings")
            await window(desktop, "^Settings$")
            # Down to the last page, past its two switches, and from English to German.
            screen.key("End", "Tab", "Tab", "Tab", "Down")
            screen.screenshot("ui-settings")
            screen.key("Return")
            await gone(desktop, "^Settings$")
            await until(lambda: 'language = "de"' in home().settings_file.read_text(), "the file")
            assert home().settings_file.read_text().startswith("version = 1\n")
            assert "# mine" in home().settings_file.read_text()
            deadline = time.monotonic() + 30
            while (quit_entry := (await tray.menu()).find("Beenden")) is None:
                assert time.monotonic() < deadline, (await tray.menu()).lines()
                await asyncio.sleep(0.05)
            assert quit_entry.enabled

            await tray.click((await tray.menu()).lines()[1])
            await window(desktop, "^Einstellungen$")
            screen.screenshot("ui-settings-local")
            await tray.click("Beenden")
            await asyncio.to_thread(wait_for, lambda: program.poll() is not None, "the end")
            assert program.returncode == 0
            assert not screen.windows("^Einstellungen$")


async def test_a_key_is_typed_and_ok_pressed_and_the_keyring_has_it(
    lxqt_panel: Desktop, gnome_keyring: Desktop, own_home: Path
) -> None:
    desktop, screen = lxqt_panel, lxqt_panel.screen
    async with AsyncExitStack() as stack:
        acme = Acme(key=True)
        await acme.open(stack)
        write_files(home(), (acme,), '[ui]\nlanguage = "en"\n')
        program = desktop.llm_ampel()
        async with await TrayReader.first(desktop.address) as tray:
            await tray.wait_for_colour("green")
            await tray.click("Settings")
            await window(desktop, "^Settings$")
            # Down to the keys, into the field of the only one; then past "Store" and "Key from" to OK.
            screen.key("Home", "Down", "Down", "Tab")
            screen.xdotool("type", "sk-canary-of-the-dialog")
            screen.key("Tab", "Tab", "Tab")
            screen.screenshot("ui-settings-key")
            screen.key("Return")
            await gone(desktop, "^Settings$")
            assert read_index(home()).hosts == {"acme": acme.api_server.url.removeprefix("http://")}
            assert not home().settings_file.read_text().count("canary")
            await tray.click("Quit")
            await asyncio.to_thread(wait_for, lambda: program.poll() is not None, "the end")


async def test_a_local_servers_key_is_typed_and_entered_and_opens_the_server(
    lxqt_panel: Desktop, gnome_keyring: Desktop, own_home: Path
) -> None:
    desktop, screen, key = lxqt_panel, lxqt_panel.screen, "jan-canary-of-the-dialog"
    async with AsyncExitStack() as stack:
        acme = Acme()
        await acme.open(stack)
        model = await stack.enter_async_context(Server())
        model.on("/v1/models", for_key(key, answer(200, {"object": "list", "data": [{"id": "small:1b"}]})))
        local = f'[local]\nserver = "openai-compatible"\nurl = "{model.url}"\nmodel = "small:1b"\n'
        write_files(home(), (acme,), f'[ui]\nlanguage = "en"\n{local}')
        program = desktop.llm_ampel()
        async with await TrayReader.first(desktop.address) as tray:
            await tray.wait_for_colour("green")
            refused = len(model.requests)
            await tray.click("Settings")
            await window(desktop, "^Settings$")
            # Down to the local model, past server, address, model and start command.
            screen.key("Home", "Down", "Tab", "Tab", "Tab", "Tab", "Tab")
            screen.xdotool("type", key)
            screen.screenshot("ui-settings-local-key")
            screen.key("Return")
            await until(lambda: read_index(home()).hosts == {"local": model.netloc}, "the keyring to have it", 20.0)
            # Stored, it is used at once.
            await until(
                lambda: f"Bearer {key}" in {one.headers.get("authorization") for one in model.requests[refused:]},
                "the server to be asked with it",
                20.0,
            )
            assert screen.windows("^Settings$")
            assert key not in home().settings_file.read_text()
            await tray.click("Quit")
            await asyncio.to_thread(wait_for, lambda: program.poll() is not None, "the end")


async def test_two_starts_make_one_program_and_bring_its_panel_up(lxqt_panel: Desktop, own_home: Path) -> None:
    desktop = lxqt_panel
    async with AsyncExitStack() as stack:
        acme = Acme()
        await acme.open(stack)
        write_files(home(), (acme,), '[ui]\nlanguage = "en"\n')
        program = desktop.llm_ampel()
        async with await TrayReader.first(desktop.address) as tray:
            await tray.wait_for_colour("green")
            second = desktop.start("second", *program.args)  # type: ignore[misc]  # what it was started with
            await asyncio.to_thread(wait_for, lambda: second.poll() is not None, "the second to end")
            assert second.returncode == 0
            await window(desktop, "^LLM Ampel$")
            await tray.click("Quit")
            await asyncio.to_thread(wait_for, lambda: program.poll() is not None, "the end")
