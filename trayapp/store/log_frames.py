"""The write-ahead log of a file: frames of a page each, of which SQLite knows none any more once the file, or a frame
before it, is damaged (https://www.sqlite.org/fileformat2.html#the_write_ahead_log).
"""

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, NamedTuple

PAGE_BYTES = 4096
"""SQLite's default, which the files are made with."""
_LOG_HEAD_BYTES, _LOG_SALT = 32, slice(16, 24)
_LOG_MAGIC = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_FRAME_HEAD_BYTES, _FRAME_SALT = 24, slice(8, 16)


def is_log_damaged(file: Path, known: int) -> bool:
    """Whether there are whole transactions in the log that SQLite, which has found `known` frames in it, knows nothing
    of: it stops at the first frame that is not whole."""
    with ExitStack() as opened:
        frames, salt = frames_of(opened, file)
        return any(frame.ends and frame.salt == salt for frame in frames[known:])


class Page(NamedTuple):
    """Where a page is: in the file or the log, from `begin` on."""

    number: int
    raw: BinaryIO
    begin: int

    def read(self) -> bytes:
        self.raw.seek(self.begin)
        return self.raw.read(PAGE_BYTES)


class Frame(NamedTuple):
    """A page as the log has it. `ends`: with it a transaction is whole."""

    page: Page
    salt: bytes
    ends: bool


def frames_of(opened: ExitStack, file: Path) -> tuple[list[Frame], bytes]:
    """All frames of the log beside a file, in order, and the salt of those that were written since it was last begun
    anew; behind them are some of before."""
    path = file.with_name(f"{file.name}-wal")
    if not path.is_file():
        return [], b""
    log, frames = opened.enter_context(path.open("rb")), []
    head = log.read(_LOG_HEAD_BYTES)
    step, size = _FRAME_HEAD_BYTES + PAGE_BYTES, path.stat().st_size
    for begin in range(_LOG_HEAD_BYTES, size - step + 1, step):
        log.seek(begin)
        its = log.read(_FRAME_HEAD_BYTES)
        page = Page(int.from_bytes(its[:4], "big"), log, begin + _FRAME_HEAD_BYTES)
        frames.append(Frame(page, its[_FRAME_SALT], any(its[4:8])))
    # A log whose head is damaged is none to SQLite, and all of it is lost there.
    return frames, head[_LOG_SALT] if head[:4] in _LOG_MAGIC or not frames else frames[0].salt
