"""A token per tool: private, shared between processes, and never lost."""

import json
import stat
import threading
from pathlib import Path

import pytest

from tests.support.pipes import pipe_at
from trayapp import logs
from trayapp.errors import Problem
from trayapp.paths import home
from trayapp.secrets.tokens import PREFIX, Tokens


def file() -> Path:
    return home().tokens_file


def test_a_tool_gets_a_token_and_keeps_it() -> None:
    tokens = Tokens(home())
    assert tokens.names() == ()
    token = tokens.add("openai-env")
    assert token.startswith(PREFIX)
    assert len(token) > 40
    assert tokens.add("openai-env") == token
    assert tokens.add("editor") != token
    assert tokens.names() == ("openai-env", "editor")
    assert tokens.find(token) == "openai-env"


@pytest.mark.parametrize("wrong", ["", PREFIX, "ampel-é", "x" * 10_000, "\udcff"])
def test_a_wrong_token_is_nobodys(wrong: str) -> None:
    tokens = Tokens(home())
    tokens.add("editor")
    assert tokens.find(wrong) is None


def test_a_part_of_a_token_opens_nothing() -> None:
    tokens = Tokens(home())
    token = tokens.add("editor")
    assert tokens.find(token[:-1]) is None
    assert tokens.find(token + "x") is None


def test_a_forgotten_token_opens_nothing() -> None:
    tokens = Tokens(home())
    token = tokens.add("editor")
    tokens.forget("editor")
    assert tokens.find(token) is None
    assert tokens.names() == ()
    tokens.forget("never-there")


@pytest.mark.parametrize("name", ["editor", "Mein Editor (Büro) 2.0", "-x", "x" * 60, "../x", "工具", "a.b[0]", "'"])
def test_a_tool_is_called_what_its_user_calls_it(name: str) -> None:
    token = Tokens(home()).add(name)
    assert Tokens(home()).find(token) == name


@pytest.mark.parametrize(
    "name", ["", " ", "a  b", " a", "a ", "x" * 61, "x\n", "a\tb", "a\u202eb", "a\u200bb", "\x1b[31m"]
)
def test_what_cannot_be_read_is_no_name(name: str) -> None:
    with pytest.raises(Problem, match="bad_tool_name"):
        Tokens(home()).add(name)
    assert not file().exists()


def test_the_file_is_for_the_user_alone() -> None:
    Tokens(home()).add("editor")
    assert stat.S_IMODE(file().stat().st_mode) == 0o600
    file().chmod(0o644)
    assert Tokens(home()).names() == ("editor",)
    assert stat.S_IMODE(file().stat().st_mode) == 0o600


def test_another_process_is_seen_at_once() -> None:
    gateway, command = Tokens(home()), Tokens(home())
    token = command.add("editor")
    assert gateway.find(token) == "editor"
    command.forget("editor")
    assert gateway.find(token) is None


def test_two_that_add_at_once_lose_nothing() -> None:
    threads = [threading.Thread(target=Tokens(home()).add, args=(f"tool-{number}",)) for number in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert set(Tokens(home()).names()) == {f"tool-{number}" for number in range(20)}


@pytest.mark.expects_log("cannot be read")
@pytest.mark.parametrize("content", [b"", b"{", b'{"version": 1, "tokens": []}', b"\xff", b'{"version": "\xff"}'])
def test_a_damaged_file_lets_nobody_in_and_is_kept(content: bytes) -> None:
    token = Tokens(home()).add("editor")
    file().write_bytes(content)
    tokens = Tokens(home())
    assert tokens.find(token) is None
    assert tokens.names() == ()
    with pytest.raises(Problem, match="tokens_broken"):
        tokens.add("other")
    assert file().read_bytes() == content
    file().write_text(json.dumps({"version": 1, "tokens": {"editor": token}}))
    assert tokens.find(token) == "editor"


def test_no_token_shows_in_the_log() -> None:
    token = Tokens(home()).add("editor")
    assert token not in logs.redact(f"so here it is: {token}")


def test_a_home_that_cannot_be_written_is_told() -> None:
    file().parent.parent.mkdir(parents=True, exist_ok=True)
    file().parent.write_text("a file where the folder should be")
    with pytest.raises(Problem, match="not_writable"):
        Tokens(home()).add("editor")


@pytest.mark.expects_log("cannot be read")
def test_endless_depths_are_damage_too() -> None:
    file().parent.mkdir(parents=True, exist_ok=True)
    file().write_bytes(b'{"version": 1, "more": ' + b"[" * 100_000)
    assert Tokens(home()).names() == ()


@pytest.mark.expects_log("cannot be read")
def test_a_pipe_in_place_of_the_file_is_not_waited_for() -> None:
    with pipe_at(file()) as pipe:
        assert Tokens(home()).names() == ()
        with pytest.raises(Problem, match="tokens_broken"):
            Tokens(home()).add("editor")
    assert not pipe.waited_for
