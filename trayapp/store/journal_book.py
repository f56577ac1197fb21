"""The book of a journal: how many records of each day there ought to be, kept with them in one transaction.

A page of a disk that holds what it held before, or what is another's, looks sound. That something is missing shows only
where it was counted.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from trayapp.store.database import Damaged
from trayapp.store.journal_tables import BOOKED, Booked, Record, Tables, day_of, incident_part, packed, unpacked

Key = tuple[str, int]
"""A table's name, and a day since 1970."""


class Book:
    """What a transaction adds to the book."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._noted: Counter[Key] = Counter()

    def note(self, table: Tables, at: int, n: int = 1) -> None:
        """So many records more, or fewer."""
        self._noted[table.value.name, day_of(table, at)] += n

    def write(self) -> None:
        """Have it in the file. Raises Damaged."""
        for (name, day), n in self._noted.items():
            if n:
                row = self._database.execute("SELECT * FROM book WHERE at = ? AND name = ?", (day, name)).fetchone()
                known = unpacked(Tables.BOOK, Record(*row)) if row is not None else Booked()
                _put(self._database, (name, day), Booked(known.n + n, known.lost))


def check_book(database: sqlite3.Connection) -> None:
    """Raises Damaged where there are more or fewer records than are booked."""
    there = _counted(database)
    for key, one in _booked(database).items():
        if one.n != one.lost + there.pop(key, 0):
            raise Damaged
    if there:
        raise Damaged


class Settled(NamedTuple):
    """`days` since 1970 of which something is lost that was not before. `whole`: whether that is all that is lost."""

    days: set[int]
    whole: bool


def settle(database: sqlite3.Connection) -> Settled:
    """Take what is missing for lost."""
    there, booked, days, whole = _counted(database), _booked(database), set(), True
    for key in there.keys() | booked.keys():
        n, known = there[key], booked.get(key, Booked())
        lost = max(known.lost, known.n - n)
        whole &= known.n >= n
        if lost > known.lost:
            days.add(key[1])
        _put(database, key, Booked(n + lost, lost))
    return Settled(days, whole)


def book_anew(database: sqlite3.Connection) -> None:
    """After something was deleted, and nothing else: what is there is what ought to be."""
    there, booked = _counted(database), _booked(database)
    database.execute("DELETE FROM book")
    for key in there.keys() | {key for key, one in booked.items() if one.lost}:
        lost = booked.get(key, Booked()).lost
        _put(database, key, Booked(there[key] + lost, lost))


def open_a_book(database: sqlite3.Connection) -> None:
    """Version 2. Which incidents last was not noted before. Raises Damaged."""
    for table in (Tables.BOOK, Tables.MONTH):
        create_table(database, table)
    incidents = [Record(*row) for row in database.execute("SELECT * FROM incident")]
    parts = [(incident_part(unpacked(Tables.INCIDENT, one)), one.at, one.name) for one in incidents]
    database.executemany("UPDATE incident SET part = ? WHERE at = ? AND name = ?", parts)
    book_anew(database)


def create_table(database: sqlite3.Connection, table: Tables) -> None:
    """`part` tells records of the same time apart."""
    database.execute(
        f"CREATE TABLE {table.value.name} (at INTEGER NOT NULL, name TEXT NOT NULL, part INTEGER NOT NULL,"
        " value BLOB NOT NULL, PRIMARY KEY (at, name, part)) WITHOUT ROWID"
    )


def _counted(database: sqlite3.Connection) -> Counter[Key]:
    """How many records there are. Raises Damaged where they are out of order, so that some cannot be found."""
    found: Counter[Key] = Counter()
    for table in BOOKED:
        before = None
        for at, n in database.execute(f"SELECT at, count(*) FROM {table.value.name} GROUP BY at"):
            if not isinstance(at, int) or (before is not None and at <= before):
                raise Damaged
            found[table.value.name, day_of(table, at)] += n
            before = at
    return found


def _booked(database: sqlite3.Connection) -> Mapping[Key, Booked]:
    records = (Record(*row) for row in database.execute("SELECT * FROM book"))
    return {(one.name, one.at): unpacked(Tables.BOOK, one) for one in records}


def _put(database: sqlite3.Connection, key: Key, one: Booked) -> None:
    name, day = key
    row = (day, name, 0, packed(Tables.BOOK, day, name, one))
    database.execute("INSERT OR REPLACE INTO book VALUES (?, ?, ?, ?)", row)
