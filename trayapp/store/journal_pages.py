"""The records that are still whole in a damaged journal, page by page, whatever has become of what leads to them.

A page of a table without rowid is a page of an index: a head, pointers to its cells, and in each cell a record, whose
overflow hangs in a chain of pages (https://www.sqlite.org/fileformat2.html#b_tree_pages). What is whole is known by its
checksum, which also tells its table. What was written last is in the write-ahead log alone.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from trayapp.store.journal_tables import Record, Tables, is_whole
from trayapp.store.log_frames import PAGE_BYTES, Page, frames_of

LARGEST_BYTES = 1_000_000
"""Several times an hour of a busy tool, request by request; a damaged length must not lead through all pages."""
_INTERIOR, _LEAF = 0x02, 0x0A
_FILE_HEAD_BYTES = 100
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
        frames, salt = frames_of(opened, file)
        current = [frame.page for frame in frames if frame.salt == salt]
        stale = [frame.page for frame in frames if frame.salt != salt]
        of_main = [Page(number, main, (number - 1) * PAGE_BYTES) for number in range(1, count + 1)]
        # Of an older page, what hangs over may be where the file has it, and of a newer one in the log.
        newest = {page.number: page for page in (*of_main, *reversed(stale), *current)}
        rest = (of_main, dict(enumerate(of_main, 1))), (stale[::-1], newest)
        for pages, chain in ((current[::-1], newest), *(() if only_log else rest)):
            for page in pages:
                yield from _records(page, chain)


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
