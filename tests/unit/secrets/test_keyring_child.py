"""Which keyring is used, and that it is asked without any argument."""

import json
import subprocess
import sys

import pytest

from trayapp.secrets import keyring_child
from trayapp.secrets.keyring_child import BACKENDS, choose

NAMES = [name for names in BACKENDS.values() for name in names]


def test_only_real_keyrings_are_known() -> None:
    assert all(name.startswith("keyring.backends.") for name in NAMES)
    for word in ("null", "fail", "chainer", "Plaintext"):
        assert not any(word in name for name in NAMES)


@pytest.mark.parametrize("pinned", ["keyring.backends.null.Keyring", "keyring.backends.chainer.ChainerBackend", "os.x"])
def test_another_one_is_not_used_even_when_pinned(pinned: str) -> None:
    assert choose(pinned) is None


def test_a_platform_without_a_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "plan9")
    assert choose(None) is None


@pytest.mark.parametrize("address", ["unix:path=/nowhere", "nonsense"])
def test_a_keyring_that_cannot_work_here_is_not_chosen(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    assert choose(None) is None


def test_the_program_reads_one_request_and_writes_one_answer() -> None:
    request = {"do": "get", "entry": "e", "user": "u", "backend": "keyring.backends.null.Keyring", "ask": False}
    done = subprocess.run(
        [sys.executable, "-P", keyring_child.__file__],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {"problem": "absent"}
    assert done.stderr == ""
