"""The records that are still whole in a damaged journal, page by page, whatever has become of what leads to them.

A page of a table without rowid is a page of an index: a head, pointers to its cells, and in each cell a record, whose
overflow hangs in a chain of pages (https://www.sqlite.org/fileformat2.html#b_tree_pages). What is whole is known by its
checksum, which also tells its table. What is in the write-ahead log alone is not found here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trayapp.store.journal_file import Record, Tables, is_whole

PAGE_BYTES = 4096
"""SQLite's default, which this file is made with."""
LARGEST_BYTES = 1_000_000
"""Several times an hour of a busy tool, request by request; a damaged length must not lead through all pages."""
_INTERIOR, _LEAF = 0x02, 0x0A
_FILE_HEAD_BYTES = 100
_MOST_LOCAL = (PAGE_BYTES - 12) * 64 // 255 - 23
_LEAST_LOCAL = (PAGE_BYTES - 12) * 32 // 255 - 23
_INTEGER_BYTES = (0, 1, 2, 3, 4, 6, 8)
_CONSTANTS = {8: 0, 9: 1}


def whole_records(file: Path) -> Iterator[tuple[Tables, Record]]:
    """All that can be told for sure, in no order, and some more than once."""
    with file.open("rb") as raw:
        count = file.stat().st_size // PAGE_BYTES
        for number in range(count):
            raw.seek(number * PAGE_BYTES)
            page = raw.read(PAGE_BYTES)
            for payload in _payloads(page, _FILE_HEAD_BYTES if number == 0 else 0):
                record = _record(_with_overflow(raw, count, *payload))
                if record is not None:
                    yield from ((table, record) for table in Tables if is_whole(table, record))


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


def _with_overflow(raw: Any, count: int, local: bytes, length: int, following: int) -> bytes:
    payload = bytearray(local)
    while len(payload) < length and 0 < following <= count:
        raw.seek((following - 1) * PAGE_BYTES)
        page = raw.read(PAGE_BYTES)
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
