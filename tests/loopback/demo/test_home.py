"""The demo's own home is gone however the demo ends."""

import os
from pathlib import Path

import pytest

from trayapp.demo.home import own_home
from trayapp.secrets.key_index import KeyIndex, write_index


@pytest.mark.parametrize("ending", [None, RuntimeError("no"), KeyboardInterrupt(), SystemExit(143)])
def test_its_own_home_is_gone_however_it_ends(ending: BaseException | None) -> None:
    before = os.environ["LLM_AMPEL_HOME"]

    def live() -> Path:
        with own_home() as here:
            assert os.environ["LLM_AMPEL_HOME"] != before
            here.data.mkdir(parents=True)
            here.store_file.write_text("x")
            here.runtime.mkdir(parents=True)
            seen.extend([here.data.parent, here.runtime])
            if ending is not None:
                raise ending
        return here.data

    seen: list[Path] = []
    if ending is None:
        live()
    else:
        with pytest.raises(type(ending)):
            live()
    assert os.environ["LLM_AMPEL_HOME"] == before
    assert [one for one in seen if one.exists()] == []


@pytest.mark.expects_log("a key that was stored in the demo may be in the keyring still")
def test_a_keyring_that_refuses_does_not_keep_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    with own_home() as here:
        write_index(here, KeyIndex("keyring.backends.SecretService.Keyring", {"acme": "127.0.0.1:1"}))
    assert not here.data.parent.exists()
