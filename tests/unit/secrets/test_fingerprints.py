"""Credentials told apart without being known."""

import os
from pathlib import Path

import pytest

from trayapp.secrets.fingerprints import Fingerprints


def test_the_same_here_and_after_a_restart_and_nowhere_else(tmp_path: Path) -> None:
    here, again = (Fingerprints(tmp_path / "salt") for _ in range(2))
    elsewhere = Fingerprints(tmp_path / "other")
    assert here.of("sk-one") == again.of("sk-one") == here.of("Bearer sk-one") == here.of("bearer  sk-one ")
    assert len({here.of("sk-one"), here.of("sk-two"), elsewhere.of("sk-one"), Fingerprints().of("sk-one")}) == 4


def test_none_is_nobody() -> None:
    assert Fingerprints().of("") == Fingerprints().of("Bearer ") == ""


def test_it_is_short_and_its_salt_is_for_the_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "salt"
    assert len(Fingerprints(file).of("sk-one")) == 12
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"sk-one" not in file.read_bytes()


@pytest.mark.parametrize("broken", ["short", "pipe", "folder"])
def test_a_broken_salt_is_replaced_or_done_without(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "salt"
    if broken == "short":
        file.write_bytes(b"x")
    elif broken == "pipe":
        os.mkfifo(file)
    else:
        file.mkdir()
    fingerprints = Fingerprints(file)
    assert fingerprints.of("sk-one") == fingerprints.of("sk-one") != ""
