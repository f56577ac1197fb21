"""The file of the journal: what a batch adds to it, what it lets go of, and how each record is kept.

Every table is the same: when, about whom, and a value with a checksum, so that a record is whole or known to be lost,
one at a time. Synchronous; one thread at a time.
"""

import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import Struct, structs

from trayapp.core.incident.incident import Incident, IncidentStage, without
from trayapp.core.journal.batch import Batch, Seen, Switched
from trayapp.core.journal.tally import Tally
from trayapp.core.light.verdicts import Transition
from trayapp.store.database import COMPRESSION, Damaged, Transaction, connected, scrub

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
SEEN_KEPT_DAYS = 30
CLOCK_DAYS = 3
"""A clock that jumped ahead must not make everything old: only once there are records of so many different days."""
UPDATES_KEPT = 200
"""Of an incident, the first and the newest: a page that changes its text every minute tells nothing by it."""

_CHECKSUM_BYTES = 4

T = TypeVar("T")


class Count(Struct, array_like=True):
    """Requests."""

    n: int = 0

    def add(self, other: "Count") -> None:
        self.n += other.n


class Table(NamedTuple):
    """`unit_ms`: what `at` counts, in milliseconds. `pressed`: its values are worth compressing."""

    name: str
    type: Any
    unit_ms: int
    pressed: bool = False


class Tables(Enum):
    """`seen` and `hour` by hour since 1970 in UTC, `day` and `answered` by day of the local calendar, news by Unix
    milliseconds. By service, but `answered` and `switch` by provider and `incident` by its id."""

    SEEN = Table("seen", list[Seen], HOUR_MS, pressed=True)
    HOUR = Table("hour", Tally, HOUR_MS)
    DAY = Table("day", Tally, DAY_MS)
    ANSWERED = Table("answered", Count, DAY_MS)
    CHANGE = Table("change", Transition, 1)
    SWITCH = Table("switch", Switched, 1)
    INCIDENT = Table("incident", Incident, 1, pressed=True)


_DECODERS: dict[Tables, msgspec.msgpack.Decoder[Any]] = {
    table: msgspec.msgpack.Decoder(table.value.type) for table in Tables
}


def create_journal(database: sqlite3.Connection) -> None:
    """Version 1. `part` tells records of the same time apart."""
    for table in ("seen", "hour", "day", "answered", "change", "switch", "incident"):
        database.execute(
            f"CREATE TABLE {table} (at INTEGER NOT NULL, name TEXT NOT NULL, part INTEGER NOT NULL,"
            " value BLOB NOT NULL, PRIMARY KEY (at, name, part)) WITHOUT ROWID"
        )


JOURNAL_MIGRATIONS = (create_journal,)


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


class JournalFile:
    """An open journal of the newest version. Any call may raise sqlite3.Error or Damaged."""

    def __init__(self, file: Path) -> None:
        """Open or create; it is not read yet. Raises Damaged, Newer, OSError or sqlite3.Error."""
        self._database = connected(file, JOURNAL_MIGRATIONS, check=False)
        # What is forgotten is written over.
        self._database.execute("PRAGMA secure_delete = ON")
        there = {name for (name,) in self._database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if not {table.value.name for table in Tables} <= there:
            self._database.close()
            raise Damaged

    def close(self) -> None:
        self._database.close()

    def write(self, batch: Batch) -> None:
        """Add all of it or nothing."""
        with Transaction(self._database):
            for (name, hour), seen in batch.seen.items():
                self._append(Tables.SEEN, hour, name, seen)
            for (name, hour), tally in batch.hours.items():
                self._sum(Tables.HOUR, hour, name, tally)
            for (name, day), tally in batch.days.items():
                self._sum(Tables.DAY, day, name, tally)
            for (name, day), n in batch.answered.items():
                self._sum(Tables.ANSWERED, day, name, Count(n))
            for change in batch.changes:
                self._append(Tables.CHANGE, round(change.at * 1000), change.service, change)
            for switch in batch.switches:
                self._append(Tables.SWITCH, round(switch.at * 1000), switch.provider, switch)
            for incident in batch.incidents.values():
                self._replace_incident(incident)
            for name in batch.gone:
                self._database.execute("DELETE FROM incident WHERE name = ?", (name,))
            if batch.open_at_first is not None:
                self._end_unseen(batch.open_at_first | batch.incidents.keys())
            if batch.seen:
                self._let_go()

    def keep(self, table: Tables, records: Iterable[Record]) -> int:
        """Take over records as they are, all of them or none, but those that are there; how many that were."""
        query = f"INSERT OR IGNORE INTO {table.value.name} SELECT ?1, ?2, ?3, ?4"
        if table is Tables.INCIDENT:
            # It may have had another beginning before.
            query += " WHERE NOT EXISTS (SELECT 1 FROM incident WHERE name = ?2)"
        with Transaction(self._database):
            return self._database.executemany(query, records).rowcount

    def hours(self) -> range:
        """From the first hour of which there is anything to the last one, since 1970."""
        first, last = self._database.execute("SELECT min(at), max(at) FROM hour").fetchone()
        return range(first, last + 1) if first is not None else range(0)

    def forget(self, services: frozenset[str] | None) -> None:
        """Delete what is about these services, or all; it cannot be read from the disk afterwards."""
        with Transaction(self._database):
            for table in Tables:
                if services is None:
                    self._database.execute(f"DELETE FROM {table.value.name}")
                elif table in (Tables.SEEN, Tables.HOUR, Tables.DAY, Tables.CHANGE):
                    self._delete(table, services)
            for incident in self._incidents() if services is not None else ():
                left = without(incident, services or frozenset())
                if left is None:
                    self._delete(Tables.INCIDENT, (incident.id,))
                elif left is not incident:
                    self._put(Tables.INCIDENT, round(left.started_at * 1000), left.id, 0, left)
        scrub(self._database)

    def _delete(self, table: Tables, names: Iterable[str]) -> None:
        self._database.executemany(f"DELETE FROM {table.value.name} WHERE name = ?", [(name,) for name in names])

    def _append(self, table: Tables, at: int, name: str, value: Any) -> None:
        query = f"SELECT coalesce(max(part) + 1, 0) FROM {table.value.name} WHERE at = ? AND name = ?"
        (part,) = self._database.execute(query, (at, name)).fetchone()
        self._put(table, at, name, part, value)

    def _sum(self, table: Tables, at: int, name: str, value: Tally | Count) -> None:
        query = f"SELECT * FROM {table.value.name} WHERE at = ? AND name = ?"
        row = self._database.execute(query, (at, name)).fetchone()
        total: Any = unpacked(table, Record(*row)) if row is not None else type(value)()
        total.add(value)
        self._put(table, at, name, 0, total)

    def _replace_incident(self, incident: Incident) -> None:
        """With the updates that there have ever been: a page drops old ones, and some are edited away."""
        query = "SELECT * FROM incident WHERE name = ?"
        rows = [Record(*row) for row in self._database.execute(query, (incident.id,))]
        stored = [unpacked(Tables.INCIDENT, record) for record in rows]
        told = [one for known in (incident, *stored) for one in known.updates]
        updates = {(one.stage, one.text): one for one in told}
        newest_first = sorted(updates.values(), key=lambda one: one.at, reverse=True)
        if len(newest_first) > UPDATES_KEPT:
            newest_first[UPDATES_KEPT - 1 : -1] = []
        kept = structs.replace(incident, updates=tuple(newest_first))
        if stored == [kept]:
            return
        self._database.execute("DELETE FROM incident WHERE name = ?", (incident.id,))
        self._put(Tables.INCIDENT, round(kept.started_at * 1000), kept.id, 0, kept)

    def _put(self, table: Tables, at: int, name: str, part: int, value: Any) -> None:
        query = f"INSERT OR REPLACE INTO {table.value.name} VALUES (?, ?, ?, ?)"
        self._database.execute(query, (at, name, part, packed(table, at, name, value)))

    def _end_unseen(self, followed: Collection[str]) -> None:
        """What a run that was killed, or a memory that was lost, has left open."""
        for one in self._incidents():
            if one.stage is not IncidentStage.OVER and one.id not in followed:
                left = structs.replace(one, stage=IncidentStage.OVER, down=(), back_at=None)
                self._put(Tables.INCIDENT, round(left.started_at * 1000), left.id, 0, left)

    def _incidents(self) -> Iterator[Incident]:
        rows = self._database.execute("SELECT * FROM incident").fetchall()
        return (unpacked(Tables.INCIDENT, Record(*row)) for row in rows)

    def _let_go(self) -> None:
        """Of requests one by one, once they are 30 days old."""
        query = f"SELECT DISTINCT at / 24 FROM seen ORDER BY at DESC LIMIT 1 OFFSET {CLOCK_DAYS - 1}"
        row = self._database.execute(query).fetchone()
        if row is not None:
            oldest_day = row[0] + CLOCK_DAYS - SEEN_KEPT_DAYS
            self._database.execute("DELETE FROM seen WHERE at < ?", (oldest_day * 24,))
