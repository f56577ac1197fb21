"""Reading a journal, whatever state it is in: what can be read is, and what is lost is known.

Damage makes SQLite refuse a whole query. So the time asked for is halved until only pieces are left that cannot be
read for themselves.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct, field

from trayapp.store.database import REFUSALS, Damaged, is_damage, read_text
from trayapp.store.journal_file import JOURNAL_MIGRATIONS
from trayapp.store.journal_tables import HOUR_MS, Record, Tables, day_of, decoded, is_readable, is_whole

FIRST_HOUR = 490_000
"""Late in 2025, before there was a journal: from here on is looked where a table does not even tell its ends."""
LAST_HOUR = FIRST_HOUR + 24 * 365 * 20
CLOCKS_HOURS = (-24, 70_400_000)
"""From the first day of 1970, wherever on earth, to the year 10,000."""
CHUNK_HOURS = 24 * 30
"""What is read at a time: of all providers a few megabytes."""
FAILURES_BORNE = 50_000
"""Each takes microseconds; a file that makes more of them has nothing left to read."""

# Without room for the index of the log, or the right to make one, what is not in the log can still be read.
_WAYS = ("mode=ro", "mode=ro&immutable=1")


class Lost(Struct):
    """What cannot be read. `days` since 1970 of which something is missing. `records`: how many are missing without
    a trace of when. `tables` that cannot be read at all, or not to their end. `book`: what was counted is lost, too."""

    days: set[int] = field(default_factory=set)
    records: int = 0
    tables: set[str] = field(default_factory=set)
    book: bool = False

    def __bool__(self) -> bool:
        return bool(self.days or self.records or self.tables or self.book)


class Wanted(NamedTuple):
    """Which records: from `since` to `until`, in their table's unit, and of this name or part."""

    since: int | None = None
    until: int | None = None
    name: str | None = None
    part: int | None = None


ALL = Wanted()


class Reader:
    """Reads an open file. `lost` grows while reading."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.lost = Lost()
        self._database = database
        self._failures = 0
        self._seen = 0

    def records(self, table: Tables, wanted: Wanted = ALL) -> Iterator[Record]:
        """All whole records of a table that are wanted, in order."""
        unit_ms = table.value.unit_ms
        self._seen, failures = 0, self._failures
        first, last = self._ends(table)
        if first is None or last is None:
            return
        chunk = max(1, CHUNK_HOURS * HOUR_MS // unit_ms)
        first = first if wanted.since is None else max(first, wanted.since)
        last = last if wanted.until is None else min(last, wanted.until)
        begin = first
        while begin <= last and (found := self._next(table, begin)) is not None and found <= last:
            begin = found
            yield from self._between(table, begin, min(last, begin + chunk - 1), wanted)
            begin += chunk
        if wanted == ALL and self._failures == failures:
            self._find_missing(table)

    def readable(self, table: Tables) -> Iterator[Record]:
        """All records that say something to this version."""
        for record in self.records(table):
            if is_readable(table, record):
                yield record
            else:
                self._lose(table, record.at, record.at)

    def values(self, table: Tables, wanted: Wanted = ALL) -> Iterator[tuple[int, str, Any]]:
        """When, about whom and what, of all that is wanted and can be read."""
        for record in self.records(table, wanted):
            try:
                yield record.at, record.name, decoded(table, record)
            except Damaged:
                self._lose(table, record.at, record.at)

    def _ends(self, table: Tables) -> tuple[int | None, int | None]:
        try:
            # Asked for together, both are looked for in the whole table.
            ends = f"SELECT (SELECT min(at) FROM {table.value.name}), (SELECT max(at) FROM {table.value.name})"
            first, last = self._database.execute(ends).fetchone()
        except REFUSALS as error:
            if "no such table" in str(error):
                if table not in (Tables.BOOK, Tables.MONTH):
                    self.lost.tables.add(table.value.name)
                self.lost.book |= table is Tables.BOOK
                return None, None
            self._fail(error)
            unit_ms = table.value.unit_ms
            return FIRST_HOUR * HOUR_MS // unit_ms, LAST_HOUR * HOUR_MS // unit_ms
        if first is None:
            return None, None
        # What is damaged may be no number, or one that no clock shows.
        lowest, highest = (hour * HOUR_MS // table.value.unit_ms for hour in CLOCKS_HOURS)
        return (
            max(first, lowest) if isinstance(first, int) else lowest,
            min(last, highest) if isinstance(last, int) else highest,
        )

    def _next(self, table: Tables, begin: int) -> int | None:
        """When there is something again: a clock that was thousands of years ahead leaves as many empty. Where that
        cannot be told, there may be at once."""
        try:
            query = f"SELECT min(at) FROM {table.value.name} WHERE at >= ?"
            (found,) = self._database.execute(query, (begin,)).fetchone()
        except REFUSALS as error:
            self._fail(error)
            return begin
        return found if found is None or (isinstance(found, int) and found >= begin) else begin

    def _between(self, table: Tables, first: int, last: int, wanted: Wanted) -> Iterator[Record]:
        query = f"SELECT * FROM {table.value.name} WHERE at BETWEEN ? AND ?"
        given: list[Any] = [first, last]
        for column, value in (("name", wanted.name), ("part", wanted.part)):
            if value is not None:
                query += f" AND {column} = ?"
                given.append(value)
        try:
            rows = self._database.execute(query, given).fetchall()
        except REFUSALS as error:
            self._fail(error)
            if first == last or (last - first) * table.value.unit_ms < HOUR_MS or self._failures > FAILURES_BORNE:
                self._lose(table, first, last)
                return
            middle = (first + last) // 2
            yield from self._between(table, first, middle, wanted)
            yield from self._between(table, middle + 1, last, wanted)
            return
        self._seen += len(rows)
        for row in rows:
            if _is_record(row) and is_whole(table, record := Record(*row)):
                yield record
            else:
                at = row[0] if isinstance(row[0], int) else first
                self._lose(table, at, at)

    def _find_missing(self, table: Tables) -> None:
        """Where the order of records is disturbed, some are found by counting only."""
        try:
            (count,) = self._database.execute(f"SELECT count(*) FROM {table.value.name}").fetchone()
        except REFUSALS as error:
            self._fail(error)
        else:
            missing = max(0, count - self._seen)
            if table is Tables.BOOK:
                self.lost.book |= missing > 0
            elif table is not Tables.MONTH:
                self.lost.records += missing

    def _fail(self, error: Exception) -> None:
        if not is_damage(error):
            raise error
        self._failures += 1

    def _lose(self, table: Tables, first: int, last: int) -> None:
        if table is Tables.BOOK:
            self.lost.book = True
        elif table is Tables.MONTH:
            # Its days are there.
            pass
        elif self._failures > FAILURES_BORNE:
            self.lost.tables.add(table.value.name)
        else:
            self.lost.days.update(range(day_of(table, first), day_of(table, last) + 1))


def _is_record(row: tuple[Any, ...]) -> bool:
    return tuple(map(type, row)) == (int, str, int, bytes)


@contextmanager
def reading(file: Path) -> Iterator[Reader | None]:
    """A reader of this file, which is not changed; None where there is nothing that can be read."""
    database = _opened(file)
    if database is None:
        yield None
        return
    with closing(database):
        yield Reader(database)


def _opened(file: Path) -> sqlite3.Connection | None:
    # To open an empty file makes SQLite delete the log beside it, which may be all that there is.
    if not file.exists() or not file.stat().st_size:
        return None
    for way in _WAYS:
        try:
            database = sqlite3.connect(f"{file.absolute().as_uri()}?{way}", uri=True)
            database.text_factory = read_text
        except sqlite3.Error:
            continue
        try:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except REFUSALS:
            database.close()
            continue
        if 0 < version <= len(JOURNAL_MIGRATIONS):
            return database
        database.close()
    return None
