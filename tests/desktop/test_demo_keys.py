"""A key that is stored while trying the demo's settings leaves the real keyring with the demo."""

import asyncio

import pytest

from tests.support.desktop import Desktop
from trayapp.demo.run import own_home
from trayapp.paths import Home
from trayapp.secrets.key_index import KeyIndex
from trayapp.secrets.keys import Keys

pytestmark = pytest.mark.desktop


async def store(here: Home) -> None:
    keys = Keys(here)
    await keys.set("acme-demo", "127.0.0.1:1", "sk-canary-of-the-demo")
    await keys.close()


def test_the_demo_takes_its_keys_along(gnome_keyring: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "HOME"):
        monkeypatch.setenv(name, gnome_keyring.env[name])
    with own_home() as here:
        asyncio.run(store(here))
        assert "sk-canary" in (asyncio.run(kept_by_the_keyring(here)) or "")
    assert asyncio.run(kept_by_the_keyring(here)) is None


async def kept_by_the_keyring(here: Home) -> str | None:
    """What the keyring has under the demo's name, with or without an index of it."""
    found: dict[str, str | None] = await Keys(here)._child(KeyIndex(), "get", "acme-demo")
    return found["value"]
