"""Pointing tools at the gateway and back: nothing of the user's is lost, and nothing of ours is left."""

import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.errors import Problem
from trayapp.paths import Home, home
from trayapp.secrets.tokens import Tokens
from trayapp.tools import openai_env as setup_env
from trayapp.tools.openai_env import FileOutcome, apply, undo, with_block, without_block

BLOCK = "# >>> us >>>\nours\n# <<< us <<<\n"


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    (tmp_path / ".bashrc").write_bytes(b"# mine\nexport A=\xff1\r\nlast line without an end")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", BLOCK),
        ("a\n", "a\n" + BLOCK),
        ("a", "a\n" + BLOCK),
        ("a\r\n", "a\r\n" + BLOCK),
        (BLOCK, BLOCK),
        ("a\n" + BLOCK + "b\n", "a\nb\n" + BLOCK),
        ("a\n# >>> us >>>\nolder\n# <<< us <<<\n", "a\n" + BLOCK),
        (BLOCK + "a\n" + BLOCK, "a\n" + BLOCK),
        ("# >>> us >>>\nhalf\n", "# >>> us >>>\nhalf\n" + BLOCK),
        ("half\n# <<< us <<<\n", "half\n# <<< us <<<\n" + BLOCK),
        ("# >>> other >>>\nx\n# <<< other <<<\n", "# >>> other >>>\nx\n# <<< other <<<\n" + BLOCK),
        ("echo '# >>> us >>>'\n", "echo '# >>> us >>>'\n" + BLOCK),
    ],
)
def test_the_block_is_put_in_once(text: str, expected: str) -> None:
    assert with_block(text, "ours\n", "us") == expected
    assert with_block(expected, "ours\n", "us") in (expected, expected.replace("half\n" + BLOCK, BLOCK))


@given(st.text())
def test_taking_it_out_gives_back_every_line(text: str) -> None:
    rest = without_block(text, "us")
    expected = rest if not rest or rest.endswith("\n") else rest + "\n"
    assert without_block(with_block(text, "ours\n", "us"), "us") == expected


def everything(user: Path) -> dict[str, bytes]:
    return {str(one.relative_to(user)): one.read_bytes() for one in user.rglob("*") if one.is_file()}


def outcomes(done: setup_env.Done) -> dict[str, FileOutcome]:
    return {change.path.name: change.outcome for change in done.changes}


def test_there_and_back_leaves_every_byte(user: Path) -> None:
    before = everything(user)
    done = apply(home(), 17502, user=user)
    token = Tokens(home()).add("openai-env")
    assert done.url == f"http://127.0.0.1:17502/t/{token}/openai/v1"
    assert outcomes(done) == {
        "openai-env.sh": FileOutcome.WRITTEN,
        f"60-llm-ampel-{home().namespace}.conf": FileOutcome.WRITTEN,
        ".profile": FileOutcome.WRITTEN,
        ".bashrc": FileOutcome.WRITTEN,
    }
    assert (done.backups / "bashrc.before").read_bytes() == before[".bashrc"]
    done = undo(home(), user=user)
    assert done.url is None
    assert everything(user) == before
    assert outcomes(done)[".bashrc"] is FileOutcome.RESTORED
    assert outcomes(done)[".profile"] is FileOutcome.DELETED
    assert not (home().config / "openai-env.sh").exists()
    assert Tokens(home()).find(token) is None


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_shell_sees_the_address_and_goes_on_without_it(user: Path, shell: str) -> None:
    done = apply(home(), 17502, user=user)
    command = [shell, "-c", f'set -eu; . "{user}/.profile"; printf %s "${{OPENAI_BASE_URL-none}}"']
    assert subprocess.run(command, capture_output=True, text=True, check=True, env={}).stdout == done.url
    (home().config / "openai-env.sh").unlink()
    assert subprocess.run(command, capture_output=True, text=True, check=True, env={}).stdout == "none"


def test_the_token_stands_only_in_files_for_the_user_alone(user: Path) -> None:
    apply(home(), 17502, user=user)
    token = Tokens(home()).add("openai-env")
    holders = [one for root in (user, home().config, home().data) for one in root.rglob("*") if one.is_file()]
    holders = [one for one in holders if token.encode() in one.read_bytes()]
    assert {one.name for one in holders} == {
        "openai-env.sh",
        f"60-llm-ampel-{home().namespace}.conf",
        "tokens.json",
    }
    for one in holders:
        assert stat.S_IMODE(one.stat().st_mode) == 0o600


def test_again_changes_nothing(user: Path) -> None:
    apply(home(), 17502, user=user)
    before = everything(user)
    done = apply(home(), 17502, user=user)
    assert set(outcomes(done).values()) == {FileOutcome.UNCHANGED}
    assert everything(user) == before


def test_another_port_is_followed_and_still_undone_to_the_byte(user: Path) -> None:
    before = everything(user)
    apply(home(), 17502, user=user)
    done = apply(home(), 18000, user=user)
    assert "18000" in str(done.url)
    assert outcomes(done)["openai-env.sh"] is FileOutcome.WRITTEN
    assert outcomes(done)[".bashrc"] is FileOutcome.UNCHANGED
    undo(home(), user=user)
    assert everything(user) == before


def test_what_the_user_wrote_meanwhile_stays(user: Path) -> None:
    apply(home(), 17502, user=user)
    for name in (".bashrc", ".profile"):
        (user / name).write_bytes(b"before\n" + (user / name).read_bytes() + b"after\n")
    apply(home(), 17502, user=user)
    done = undo(home(), user=user)
    assert outcomes(done)[".bashrc"] is FileOutcome.STRIPPED
    assert (user / ".bashrc").read_bytes() == b"before\n# mine\nexport A=\xff1\r\nlast line without an end\nafter\n"
    assert (user / ".profile").read_bytes() == b"before\nafter\n"


def test_a_block_taken_out_by_hand_is_no_trouble(user: Path) -> None:
    apply(home(), 17502, user=user)
    (user / ".bashrc").write_bytes(b"all new")
    undo(home(), user=user)
    assert (user / ".bashrc").read_bytes() == b"all new"
    apply(home(), 17502, user=user)
    undo(home(), user=user)
    assert (user / ".bashrc").read_bytes() == b"all new"


def test_without_its_record_the_blocks_are_found_by_their_marks(user: Path) -> None:
    apply(home(), 17502, user=user)
    (home().data / "setup" / "openai-env.json").write_bytes(b"{")
    apply(home(), 18000, user=user)
    done = undo(home(), user=user)
    assert outcomes(done)[".bashrc"] is FileOutcome.STRIPPED
    assert (user / ".bashrc").read_bytes() == b"# mine\nexport A=\xff1\r\nlast line without an end\n"


def test_undo_without_setup_does_nothing(user: Path) -> None:
    before = everything(user)
    assert undo(home(), user=user).changes == ()
    assert everything(user) == before


def test_zsh_is_asked_too_when_it_is_used(user: Path) -> None:
    (user / ".zshrc").write_bytes(b"")
    assert outcomes(apply(home(), 17502, user=user))[".zshrc"] is FileOutcome.WRITTEN
    undo(home(), user=user)
    assert (user / ".zshrc").read_bytes() == b""


def test_a_dotfile_managers_link_stays_a_link_and_modes_stay(user: Path) -> None:
    real = user / "dotfiles"
    real.write_bytes(b"x\n")
    real.chmod(0o640)
    (user / ".bashrc").unlink()
    (user / ".bashrc").symlink_to(real)
    apply(home(), 17502, user=user)
    assert (user / ".bashrc").is_symlink()
    assert b"llm-ampel" in real.read_bytes()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    undo(home(), user=user)
    assert (user / ".bashrc").is_symlink()
    assert real.read_bytes() == b"x\n"


def test_all_or_nothing(user: Path) -> None:
    (user / ".zshrc").symlink_to("/proc/version")
    before = everything(user)
    with pytest.raises(Problem, match="not_writable"):
        apply(home(), 17502, user=user)
    assert everything(user) == before
    assert not (home().config / "openai-env.sh").exists()


def test_a_start_up_file_that_cannot_be_read_stops_it_before_anything_is_written(user: Path) -> None:
    (user / ".bashrc").unlink()
    (user / ".bashrc").mkdir()
    with pytest.raises(Problem, match="setup_file_unreadable"):
        apply(home(), 17502, user=user)
    assert everything(user) == {}


def test_a_trial_and_the_real_thing_do_not_meet(user: Path) -> None:
    trial = home()
    real = Home(trial.config / "real", trial.data / "real", trial.cache, trial.runtime, "")
    apply(real, 17502, user=user)
    only_real = everything(user)
    apply(trial, 18000, user=user)
    undo(trial, user=user)
    assert everything(user) == only_real
    assert [one.name for one in (user / ".config" / "environment.d").iterdir()] == ["60-llm-ampel.conf"]
