"""The real keyrings that other tests rely on, seen with the keyring library."""

import subprocess
import sys

import pytest

from tests.support.desktop import Desktop

pytestmark = pytest.mark.desktop

SET_AND_GET = """
import keyring
keyring.set_password("llm-ampel", "openai", "canary")
print(keyring.get_password("llm-ampel", "openai"))
"""
GET = 'import keyring; print(keyring.get_password("llm-ampel", "openai"))'


def test_an_unlocked_keyring_keeps_a_key(gnome_keyring: Desktop) -> None:
    assert gnome_keyring.run(sys.executable, "-c", SET_AND_GET).strip() == "canary"


def test_a_locked_keyring_asks_on_the_screen_and_blocks(locked_keyring: Desktop) -> None:
    asking = locked_keyring.start("asking", sys.executable, "-c", GET)
    locked_keyring.wait_for_window("Unlock")
    locked_keyring.screen.screenshot("keyring-locked")
    assert asking.poll() is None


def test_without_a_keyring_the_library_says_so(desktop: Desktop) -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        desktop.run(sys.executable, "-c", SET_AND_GET)
    assert "NoKeyringError" in caught.value.stderr
