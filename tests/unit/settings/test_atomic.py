"""A file is replaced whole or not at all."""

import stat
from pathlib import Path

import pytest

from tests.support.fullness import full_disk, read_only
from trayapp.errors import Problem
from trayapp.settings.atomic import write_atomic


def test_a_new_file_and_its_folders_are_for_the_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b" / "file"
    write_atomic(file, b"content")
    assert file.read_bytes() == b"content"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_an_old_file_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    file.chmod(0o644)
    write_atomic(file, b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_atomic(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_full_disk_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    with full_disk(100), pytest.raises(Problem) as caught:
        write_atomic(file, b"x" * 200)
    assert caught.value.code == "disk_full"
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("file", b"old")]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with read_only(tmp_path), pytest.raises(Problem) as caught:
        write_atomic(tmp_path / "new" / "file", b"x")
    assert caught.value.code == "not_writable"
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Problem) as caught:
        write_atomic(tmp_path / "file" / "below", b"x")
    assert caught.value.code == "not_writable"
