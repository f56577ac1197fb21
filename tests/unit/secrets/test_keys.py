"""Keys where no keyring is needed: what is refused before it is asked, and keys of the environment."""

from pathlib import Path

import pytest

from tests.support.fullness import read_only
from trayapp import logs
from trayapp.errors import Problem
from trayapp.paths import home
from trayapp.secrets import keyring_child
from trayapp.secrets.env_keys import EnvKey
from trayapp.secrets.key_index import KeyIndex, index_file, write_index
from trayapp.secrets.keys import MAX_ENTRY_CHARACTERS_WINDOWS, Keys
from trayapp.text.problems import words

VALUE = "sk-test-0123456789abcdef"
HOST = "api.acme.example"
BACKEND = "keyring.backends.SecretService.Keyring"


async def refusal(keys: Keys, host: str = HOST) -> Problem:
    with pytest.raises(Problem) as caught:
        await keys.get("acme", host)
    assert "{" not in "".join(words(caught.value)), "every gap of the words is filled"
    return caught.value


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the keyring child's place, to be written by the test: what a strange keyring might do."""
    program = tmp_path / "child.py"
    monkeypatch.setattr(keyring_child, "__file__", str(program))
    return program


@pytest.mark.parametrize("value", ["", "   ", "two words", "line\nbreak", "schlüssel", "tab\there", "\x7f"])
async def test_what_cannot_be_a_key_is_not_stored(value: str) -> None:
    keys = Keys(home())
    with pytest.raises(Problem) as caught:
        await keys.set("acme", HOST, value)
    assert caught.value.code == "key_malformed"
    assert keys.names() == []


@pytest.mark.parametrize("name", ["", "Acme", "a b", "../x", "a" * 42])
async def test_what_cannot_name_a_key(name: str) -> None:
    with pytest.raises(Problem) as caught:
        await Keys(home()).set(name, HOST, VALUE)
    assert caught.value.code == "key_name"


async def test_windows_has_a_limit_that_is_told_before_it_strikes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(Problem) as caught:
        await Keys(home()).set("acme", HOST, "x" * MAX_ENTRY_CHARACTERS_WINDOWS)
    assert caught.value.code == "key_too_long"
    assert caught.value.params["limit"] == 1280


async def test_a_key_of_the_environment_is_for_the_host_of_its_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    env_keys = {"acme": EnvKey("ACME_VALUE", HOST)}
    keys = Keys(home(), lambda: env_keys)
    assert await keys.get("acme", HOST) is None
    monkeypatch.setenv("ACME_VALUE", f"{VALUE}\n")
    assert await keys.get("acme", HOST) == VALUE
    assert (await refusal(keys, "evil.example")).code == "key_other_host"
    assert logs.redact(f"with {VALUE}") == "with •••"
    monkeypatch.setenv("ACME_VALUE", "two words")
    assert (await refusal(keys)).code == "key_malformed"


async def test_a_host_is_checked_before_any_keyring_is_asked(child: Path) -> None:
    child.write_text("raise SystemExit('must not run')")
    write_index(home(), KeyIndex(BACKEND, {"acme": HOST}))
    problem = await refusal(Keys(home()), "evil.example")
    assert problem.params == {"name": "acme", "stored_for": HOST, "host": "evil.example"}
    assert await Keys(home()).get("unheard-of", HOST) is None


async def test_a_damaged_index_gives_no_key() -> None:
    home().data.mkdir(parents=True)
    index_file(home()).write_text("{")
    assert (await refusal(Keys(home()))).code == "key_index_broken"


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (f"raise LookupError('while holding {VALUE}')", "LookupError"),
        (f"import sys; sys.stderr.write('{VALUE} is bad\\n'); sys.exit(3)", "exit status 3"),
        ("import os; os.abort()", "exit status -6"),
        (f"print('{VALUE} is no JSON')", "unreadable answer"),
        ("", "unreadable answer"),
    ],
)
async def test_a_keyring_that_breaks_is_told_without_what_it_said(child: Path, program: str, reason: str) -> None:
    child.write_text(program)
    write_index(home(), KeyIndex(BACKEND, {"acme": HOST}))
    problem = await refusal(Keys(home()))
    assert (problem.code, problem.params["reason"]) == ("keyring_failed", reason)


async def test_a_home_that_cannot_be_written_leaves_the_keyring_alone(child: Path, tmp_path: Path) -> None:
    child.write_text(
        f"""
import json, sys
request = json.load(sys.stdin)
open({str(tmp_path / "asked")!r}, "a").write(request["do"] + " ")
json.dump({{"backend": {BACKEND!r}, "state": "available"}}, sys.stdout)
"""
    )
    home().data.mkdir(parents=True)
    keys = Keys(home())
    with read_only(home().data), pytest.raises(Problem) as caught:
        await keys.set("acme", HOST, VALUE)
    assert caught.value.code == "not_writable"
    assert (tmp_path / "asked").read_text() == "state ", "nothing was stored that nobody lists"


async def test_after_a_time_out_while_storing_the_name_stays_listed(child: Path) -> None:
    child.write_text(
        f"""
import json, sys, time
if json.load(sys.stdin)["do"] == "set":
    time.sleep(600)
json.dump({{"backend": {BACKEND!r}, "state": "available"}}, sys.stdout)
"""
    )
    keys = Keys(home(), timeout_s=2.0)
    with pytest.raises(Problem) as caught:
        await keys.set("acme", HOST, VALUE)
    assert caught.value.code == "keyring_timeout"
    assert keys.names() == ["acme"], "it may have been stored, and can be forgotten"


async def test_the_child_does_not_import_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    for name in ("keyring", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)")
    assert await Keys(home()).state() == "absent"


def test_a_held_key_does_not_show_itself() -> None:
    from trayapp.secrets.keys import _Held

    held = _Held(HOST, VALUE)
    assert VALUE not in f"{held} {held!r} {[held]}"
