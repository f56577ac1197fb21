"""A key that is stored while trying the demo's settings leaves the real keyring with the demo."""

import asyncio
import shutil

import pytest

from tests.support.desktop import Desktop
from trayapp.demo.home import own_home
from trayapp.paths import Home
from trayapp.secrets.key_index import KeyIndex, write_index
from trayapp.secrets.keys import Keys

pytestmark = pytest.mark.desktop
NAME, HOST = "acme-demo", "127.0.0.1:1"


async def store(here: Home) -> None:
    keys = Keys(here)
    await keys.set(NAME, HOST, "sk-canary-of-the-demo")
    await keys.close()


async def kept(here: Home) -> str | None:
    keys = Keys(here)
    try:
        return await keys.get(NAME, HOST)
    finally:
        await keys.close()


def test_the_demo_takes_its_keys_along(gnome_keyring: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "HOME"):
        monkeypatch.setenv(name, gnome_keyring.env[name])
    with own_home() as here:
        asyncio.run(store(here))
        assert asyncio.run(kept(here)) == "sk-canary-of-the-demo"
    # Its index went with the home; with one again, the keyring itself is asked.
    write_index(here, KeyIndex(None, {NAME: HOST}))
    try:
        assert asyncio.run(kept(here)) is None
    finally:
        shutil.rmtree(here.data.parent)
