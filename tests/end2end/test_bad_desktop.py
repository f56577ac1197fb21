"""A machine that lacks something: a port, D-Bus, a keyring, a tray, a screen. Clear words, and nothing blocks."""

import asyncio
import signal

import psutil
import pytest

from tests.support.commands import PROGRAM, running
from tests.support.desktop import KEYRING_PASSWORD, Desktop, start_keyring
from tests.support.httpserver import Server
from tests.support.processes import end
from tests.support.scene import MODELS_PATH, Acme, write_files
from tests.support.told import in_both, on, once, providers, quiet_log, quit_instance, untouched
from tests.support.tray_reader import TrayReader
from tests.support.until import until
from trayapp.control import client
from trayapp.control.messages import AskStatus
from trayapp.demo.target import SimulatedTarget
from trayapp.paths import home
from trayapp.secrets import keyring_child
from trayapp.secrets.tokens import Tokens

GREEN, FAILED, CANNOT_TELL = 0, 1, 3
AT_ONCE_S = 4.0
"""Quitting waits for nobody: real seconds, most of them for the interpreter on a busy machine."""
GREEN_RGB = (45, 164, 78)
KEY = "sk-acme-0123456789abcdef"
NO_BUS = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere/bus", "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere/bus"}


async def test_a_port_in_use_is_told_and_everything_else_works() -> None:
    acme, target = Acme(), SimulatedTarget()
    await target.start()
    async with providers(acme), Server() as squatter:
        port = int(squatter.netloc.partition(":")[2])
        local = f'server = "openai-compatible"\nurl = "{target.url}"\nmodel = "{target.model}"\n'
        write_files(home(), (acme,), f"[local]\n{local}[gateway]\nport = {port}\n")
        Tokens(home()).add("night-job")
        with untouched(home().config):
            async with running("watch", "--json") as watch:
                await watch.shows("green")
                await until(lambda: any(f"Port {port} is taken" in line for line in watch.errors), "the problem")
                refused = await in_both("switch", "local", "acme")
                assert refused.codes == {FAILED}
                refused.says(
                    (f"Port {port} is taken", "Choose another port in the settings"),
                    (f"Port {port} ist belegt", "Wähle in den Einstellungen einen anderen Port"),
                )
                status = await in_both("status")
                assert status.codes == {GREEN}
                status.says((f"Port {port} is taken", "fine"), (f"Port {port} ist belegt", "in Ordnung"))
                seen = await client.ask(home(), AskStatus())
                assert seen is not None
                assert seen.report["routes"]["acme"]["to"] == "cloud"
                assert {one.code for one in seen.problems} == {"port_in_use"}
        assert squatter.requests == []
    await target.close()
    quiet_log(home())


@pytest.mark.parametrize("bus", ["", "unix:path=/nowhere/bus"])
async def test_without_a_keyring_a_key_is_refused_and_the_light_goes_on(bus: str) -> None:
    acme = Acme(key=True)
    async with providers(acme):
        write_files(home(), (acme,))
        base = home().config.parent
        with untouched(home().config):
            refused = await in_both("key", "set", "acme", stdin=f"{KEY}\n", DBUS_SESSION_BUS_ADDRESS=bus)
            assert refused.codes == {FAILED}
            refused.says(
                ("There is no keyring", 'key = "env:NAME"'), ("Es gibt keinen Schlüsselbund", 'key = "env:NAME"')
            )
            checked = await once("check", DBUS_SESSION_BUS_ADDRESS=bus)
            assert (checked.code, checked.err) == (GREEN, "")
            listed = await once("key", "list", DBUS_SESSION_BUS_ADDRESS=bus)
            assert (listed.code, listed.out) == (GREEN, "")
        assert not [one for one in base.rglob("*") if one.is_file() and KEY.encode() in one.read_bytes()]
    quiet_log(home())


@pytest.mark.desktop
async def test_without_a_bus_the_icon_shows_in_an_old_tray_and_quitting_is_quick(xembed_tray: Desktop) -> None:
    acme = Acme(key=True)
    async with providers(acme):
        write_files(home(), (acme,))
        here = on(xembed_tray)
        xembed_tray.env |= NO_BUS
        tray = xembed_tray.llm_ampel()
        screen = xembed_tray.screen
        await until(lambda: screen.find(GREEN_RGB, (0, 0, 400, 40)), "the green icon")
        # The banner's way without D-Bus is the balloon, else the panel: the light itself goes on whatever happens.
        acme.page(chat_completions="major_outage")
        assert await quit_instance(here, tray) < AT_ONCE_S
    assert "Traceback" not in xembed_tray.log("llm-ampel").read_text()
    quiet_log(here)


def keyring_children(pid: int) -> list[psutil.Process]:
    every = psutil.Process(pid).children(recursive=True)
    return [one for one in every if any(keyring_child.__file__ in part for part in one.cmdline())]


@pytest.mark.desktop
async def test_a_locked_keyring_blocks_nothing_and_nobody_waits_for_it_to_quit(
    desktop: Desktop, lxqt_panel: Desktop
) -> None:
    acme = Acme(key=True)
    async with providers(acme):
        write_files(home(), (acme,))
        keyring = start_keyring(desktop, KEYRING_PASSWORD)
        assert (await once("key", "set", "acme", stdin=f"{KEY}\n", base=desktop.env)).code == GREEN
        end(keyring)
        start_keyring(desktop, None)
        # Nobody there who could ask for the password: told at once.
        refused = await in_both("key", "set", "acme", stdin=f"{KEY}x\n", base=desktop.env)
        assert refused.codes == {FAILED}
        refused.says(("Your keyring is locked", "Unlock it"), ("Dein Schlüsselbund ist gesperrt", "Entsperre ihn"))
        desktop.start("prompter", "/usr/libexec/gcr-prompter")
        desktop.wait_for_name("org.gnome.keyring.SystemPrompter")
        here = on(desktop)
        with untouched(here.config, here.data / "keys.json"):
            tray = desktop.llm_ampel()
            async with await TrayReader.first(desktop.address) as icon:
                # Asked without the key, as long as the prompt is open.
                await icon.wait_for_colour("green")
                await until(lambda: desktop.screen.windows("Unlock"), "the keyring's prompt")
                assert len(keyring_children(tray.pid)) == 1
                assert "Acme API" in "".join((await icon.menu()).lines())
                desktop.screen.screenshot("bad-desktop-locked-keyring")
            children = keyring_children(tray.pid)
            assert await quit_instance(here, tray) < AT_ONCE_S
            assert not [one for one in children if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
        assert acme.api_server.asked(MODELS_PATH) >= 1
        assert all("authorization" not in one.headers for one in acme.api_server.requests)
    assert "Traceback" not in desktop.log("llm-ampel").read_text()
    quiet_log(here)


@pytest.mark.desktop
async def test_ctrl_c_ends_a_command_that_waits_for_the_keyring(locked_keyring: Desktop) -> None:
    acme = Acme(key=True)
    async with providers(acme):
        write_files(home(), (acme,))
        setting = locked_keyring.start("key-set", PROGRAM, "key", "set", "acme", stdin=f"{KEY}\n".encode())
        await until(lambda: locked_keyring.screen.windows("Unlock"), "the keyring's prompt")
        children = keyring_children(setting.pid)
        assert children
        setting.send_signal(signal.SIGINT)
        assert await asyncio.to_thread(setting.wait, AT_ONCE_S) == 130
        assert not [one for one in children if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    assert "Traceback" not in locked_keyring.log("key-set").read_text()
