"""How each record of the journal is kept.

Every table is the same: when, about whom, and a value with a checksum, so that a record is whole or known to be lost,
one at a time.
"""

import zlib
from enum import Enum
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.journal.batch import Seen, Switched
from trayapp.core.journal.tally import Tally
from trayapp.core.light.verdicts import Transition
from trayapp.store.database import COMPRESSION, Damaged

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_CHECKSUM_BYTES = 4

LASTING = 1
"""`part` of an incident that goes on, or took long: it has to be looked for in the days after it began, too."""
LASTING_S = 7 * 86_400.0
"""Rarely does an outage take longer, so that not many have to be looked at."""


class Count(Struct, array_like=True):
    """Requests."""

    n: int = 0

    def add(self, other: "Count") -> None:
        self.n += other.n


class Booked(Struct, array_like=True):
    """How many records of one day a table ought to have, and how many of them are known to be lost."""

    n: int = 0
    lost: int = 0


class Table(NamedTuple):
    """`unit_ms`: what `at` counts, in milliseconds. `pressed`: its values are worth compressing."""

    name: str
    type: Any
    unit_ms: int
    pressed: bool = False


class Tables(Enum):
    """`seen` and `hour` by hour since 1970 in UTC, `day` and `answered` by day of the local calendar, news by Unix
    milliseconds. By service, but `answered` and `switch` by provider and `incident` by its id.

    `book` counts the records of the others, by their table's name and day since 1970. `month` is made of the days of
    months that are over, by the first of them, and can be made again.
    """

    SEEN = Table("seen", list[Seen], HOUR_MS, pressed=True)
    HOUR = Table("hour", Tally, HOUR_MS)
    DAY = Table("day", Tally, DAY_MS)
    ANSWERED = Table("answered", Count, DAY_MS)
    CHANGE = Table("change", Transition, 1)
    SWITCH = Table("switch", Switched, 1)
    INCIDENT = Table("incident", Incident, 1, pressed=True)
    BOOK = Table("book", Booked, DAY_MS)
    MONTH = Table("month", Tally, DAY_MS)


BOOKED = tuple(table for table in Tables if table not in (Tables.BOOK, Tables.MONTH))
"""What happened: a record that is gone is lost."""


_DECODERS: dict[Tables, msgspec.msgpack.Decoder[Any]] = {
    table: msgspec.msgpack.Decoder(table.value.type) for table in Tables
}


class Record(NamedTuple):
    """A row as it is stored. `at` in the table's unit."""

    at: int
    name: str
    part: int
    value: bytes


def packed(table: Tables, at: int, name: str, value: Any) -> bytes:
    """A value as it is stored."""
    raw = msgspec.msgpack.encode(value)
    if table.value.pressed:
        raw = zlib.compress(raw, COMPRESSION)
    return _checksum(table, at, name, raw) + raw


def is_whole(table: Tables, record: Record) -> bool:
    """Whether a record is as it was written."""
    raw = record.value[_CHECKSUM_BYTES:]
    return record.value[:_CHECKSUM_BYTES] == _checksum(table, record.at, record.name, raw)


def unpacked(table: Tables, record: Record) -> Any:
    """The value of a record. Raises Damaged."""
    if not is_whole(table, record):
        raise Damaged
    return decoded(table, record)


def decoded(table: Tables, record: Record) -> Any:
    """The value of a record that is known to be whole. Raises Damaged where another version wrote it."""
    raw = record.value[_CHECKSUM_BYTES:]
    try:
        return _DECODERS[table].decode(zlib.decompress(raw) if table.value.pressed else raw)
    except (msgspec.MsgspecError, zlib.error) as error:
        raise Damaged from error


def _checksum(table: Tables, at: int, name: str, raw: bytes) -> bytes:
    return zlib.crc32(raw, zlib.crc32(f"{table.value.name} {at} {name}".encode())).to_bytes(_CHECKSUM_BYTES, "little")


def is_readable(table: Tables, record: Record) -> bool:
    """Whether a record that is known to be whole says anything to this version."""
    try:
        decoded(table, record)
    except Damaged:
        return False
    return True


def day_of(table: Tables, at: int) -> int:
    """The day since 1970 that a record is booked under."""
    return at * table.value.unit_ms // DAY_MS


def incident_part(incident: Incident) -> int:
    until = incident.ended_at or incident.ended_from or incident.started_at
    lasts = incident.stage is not IncidentStage.OVER or until - incident.started_at > LASTING_S
    return LASTING if lasts else 0
