"""The records that are still whole in a damaged journal, page by page, whatever has become of what leads to them.

A page of a table without rowid is a page of an index: a head, pointers to its cells, and in each cell a record, whose
overflow hangs in a chain of pages (https://www.sqlite.org/fileformat2.html#b_tree_pages). What is whole is known by its
checksum, which also tells its table. What was written last is in the write-ahead log alone: frames of a page each, of
which SQLite knows none any more once the file, or a frame before it, is damaged
(https://www.sqlite.org/fileformat2.html#the_write_ahead_log).
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from trayapp.store.journal_tables import Record, Tables, is_whole

PAGE_BYTES = 4096
"""SQLite's default, which this file is made with."""
LARGEST_BYTES = 1_000_000
"""Several times an hour of a busy tool, request by request; a damaged length must not lead through all pages."""
_INTERIOR, _LEAF = 0x02, 0x0A
_FILE_HEAD_BYTES = 100
_LOG_HEAD_BYTES, _LOG_SALT = 32, slice(16, 24)
_LOG_MAGIC = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_FRAME_HEAD_BYTES, _FRAME_SALT = 24, slice(8, 16)
_MOST_LOCAL = (PAGE_BYTES - 12) * 64 // 255 - 23
_LEAST_LOCAL = (PAGE_BYTES - 12) * 32 // 255 - 23
_INTEGER_BYTES = (0, 1, 2, 3, 4, 6, 8)
_CONSTANTS = {8: 0, 9: 1}
_TOLD = tuple(table for table in Tables if table is not Tables.MONTH)
"""What can be made again is not taken from where it may have been taken back."""


def whole_records(file: Path, *, only_log: bool = False) -> Iterator[tuple[Tables, Record]]:
    """All that can be told for sure, what was written last first, and some more than once. `only_log`: only of what
    was written last, the log."""
    if not file.is_file():
        return
    with ExitStack() as opened:
        main = opened.enter_context(file.open("rb"))
        count = file.stat().st_size // PAGE_BYTES
        frames, salt = _frames(opened, file)
        current = [frame.page for frame in frames if frame.salt == salt]
        stale = [frame.page for frame in frames if frame.salt != salt]
        of_main = [Page(number, main, (number - 1) * PAGE_BYTES) for number in range(1, count + 1)]
        # Of an older page, what hangs over may be where the file has it, and of a newer one in the log.
        newest = {page.number: page for page in (*of_main, *reversed(stale), *current)}
        rest = (of_main, dict(enumerate(of_main, 1))), (stale[::-1], newest)
        for pages, chain in ((current[::-1], newest), *(() if only_log else rest)):
            for page in pages:
                yield from _records(page, chain)


def is_log_damaged(file: Path, known: int) -> bool:
    """Whether there are whole transactions in the log that SQLite, which has found `known` frames in it, knows nothing
    of: it stops at the first frame that is not whole."""
    with ExitStack() as opened:
        frames, salt = _frames(opened, file)
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


def _frames(opened: ExitStack, file: Path) -> tuple[list[Frame], bytes]:
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


def _records(page: Page, chain: Mapping[int, Page]) -> Iterator[tuple[Tables, Record]]:
    for payload in _payloads(page.read(), _FILE_HEAD_BYTES if page.number == 1 else 0):
        record = _record(_with_overflow(chain, *payload))
        if record is not None:
            yield from ((table, record) for table in _TOLD if is_whole(table, record))


def _payloads(page: bytes, head: int) -> Iterator[tuple[bytes, int, int]]:
    """Of each cell: what of its record is on this page, its whole length, and the first page of the rest, or 0."""
    kind = page[head] if len(page) == PAGE_BYTES else 0
    if kind not in (_INTERIOR, _LEAF):
        return
    count = int.from_bytes(page[head + 3 : head + 5], "big")
    pointers = head + (12 if kind == _INTERIOR else 8)
    for place in range(pointers, min(pointers + 2 * count, PAGE_BYTES - 1), 2):
        begin = int.from_bytes(page[place : place + 2], "big") + (4 if kind == _INTERIOR else 0)
        length, begin = _varint(page, begin)
        local = length if length <= _MOST_LOCAL else _LEAST_LOCAL + (length - _LEAST_LOCAL) % (PAGE_BYTES - 4)
        if local > _MOST_LOCAL and length > _MOST_LOCAL:
            local = _LEAST_LOCAL
        end = begin + local
        if 0 < length <= LARGEST_BYTES and end <= PAGE_BYTES:
            yield page[begin:end], length, int.from_bytes(page[end : end + 4], "big") if length > local else 0


def _with_overflow(chain: Mapping[int, Page], local: bytes, length: int, following: int) -> bytes:
    payload = bytearray(local)
    while len(payload) < length and following in chain:
        page = chain[following].read()
        following = int.from_bytes(page[:4], "big")
        payload += page[4 : 4 + length - len(payload)]
    return bytes(payload)


def _record(payload: bytes) -> Record | None:
    """The four fields of a record; None where this is none of ours."""
    end, place = _varint(payload, 0)
    at = end
    values: list[Any] = []
    while place < min(end, len(payload)):
        kind, place = _varint(payload, place)
        if kind >= 12:
            length = (kind - 12) // 2
            part = payload[at : at + length]
            values.append(part if kind % 2 == 0 else part.decode(errors="replace"))
        elif kind in _CONSTANTS:
            length = 0
            values.append(_CONSTANTS[kind])
        elif 1 <= kind < len(_INTEGER_BYTES):
            length = _INTEGER_BYTES[kind]
            values.append(int.from_bytes(payload[at : at + length], "big", signed=True))
        else:
            return None
        at += length
    return Record(*values) if list(map(type, values)) == [int, str, int, bytes] else None


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where it ends."""
    number = 0
    for byte in data[place : place + 8]:
        place += 1
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number, place
    return (number << 8 | data[place], place + 1) if place < len(data) else (0, place)
