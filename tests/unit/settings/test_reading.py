"""Reading a file whole, and nothing that stands in its place."""

from pathlib import Path

import pytest

from tests.support.pipes import pipe_at
from trayapp.settings.reading import read_whole


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"\x00\r\n\xff")
    (tmp_path / "link").symlink_to(file)
    assert read_whole(file) == read_whole(tmp_path / "link") == b"\x00\r\n\xff"
    assert read_whole(file, 4) == b"\x00\r\n\xff"


def test_what_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    with pytest.raises(OSError, match="large"):
        read_whole(tmp_path / "file", 4)


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/", "/nowhere", "/dev/stdin/x"])
def test_what_is_no_file_is_refused(path: str) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - whatever the system calls it
        read_whole(Path(path))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    with pipe_at(tmp_path / "pipe") as pipe, pytest.raises(OSError, match="regular"):
        read_whole(tmp_path / "pipe")
    assert not pipe.waited_for
