"""The file of the journal: what a batch adds to it, and what it lets go of. Synchronous; one thread at a time."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import structs

from trayapp.core.incident.incident import Incident, IncidentStage, without
from trayapp.core.journal.batch import Batch
from trayapp.core.journal.tally import Tally
from trayapp.store.database import Damaged, Transaction, connected, scrub
from trayapp.store.journal_book import Book, Settled, book_anew, create_table, open_a_book, settle
from trayapp.store.journal_months import Months
from trayapp.store.journal_tables import BOOKED, Count, Record, Tables, incident_part, packed, unpacked

SEEN_KEPT_DAYS = 30
CLOCK_DAYS = 3
"""A clock that jumped ahead must not make everything old: only once there are records of so many different days."""
UPDATES_KEPT = 200
"""Of an incident, the first and the newest: a page that changes its text every minute tells nothing by it."""


def create_journal(database: sqlite3.Connection) -> None:
    """Version 1."""
    for table in BOOKED:
        create_table(database, table)


JOURNAL_MIGRATIONS = (create_journal, open_a_book)


class JournalFile:
    """An open journal of the newest version. Any call may raise sqlite3.Error or Damaged."""

    def __init__(self, file: Path) -> None:
        """Open or create; it is not read yet. Raises Damaged, Newer, OSError or sqlite3.Error."""
        self._database = connected(file, JOURNAL_MIGRATIONS, check=False)
        self._months = Months(self._database)
        self._book = Book(self._database)
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
        self._book = Book(self._database)
        with Transaction(self._database):
            for (name, hour), seen in batch.seen.items():
                self._append(Tables.SEEN, hour, name, seen)
            for (name, hour), tally in batch.hours.items():
                self._sum(Tables.HOUR, hour, name, tally)
            for (name, day), tally in batch.days.items():
                self._sum(Tables.DAY, day, name, tally)
            for day in {day for _, day in batch.days}:
                self._months.take_back(day)
            for (name, day), n in batch.answered.items():
                self._sum(Tables.ANSWERED, day, name, Count(n))
            for change in batch.changes:
                self._append(Tables.CHANGE, round(change.at * 1000), change.service, change)
            for switch in batch.switches:
                self._append(Tables.SWITCH, round(switch.at * 1000), switch.provider, switch)
            for incident in batch.incidents.values():
                self._replace_incident(incident)
            for name in batch.gone:
                self._delete_incident(name)
            if batch.open_at_first is not None:
                self._end_unseen(batch.open_at_first | batch.incidents.keys())
            self._book.write()
            if batch.seen:
                self._let_go()
            if batch.days:
                self._months.sum_up(max(day for _, day in batch.days))

    def keep(self, table: Tables, records: Iterable[Record]) -> int:
        """Take over records as they are, all of them or none, but those that are there; how many that were."""
        query = f"INSERT OR IGNORE INTO {table.value.name} SELECT ?1, ?2, ?3, ?4"
        if table is Tables.INCIDENT:
            # It may have had another beginning before.
            query += " WHERE NOT EXISTS (SELECT 1 FROM incident WHERE name = ?2)"
        with Transaction(self._database):
            return self._database.executemany(query, records).rowcount

    def settle(self) -> Settled:
        """Take what is missing for lost."""
        with Transaction(self._database):
            return settle(self._database)

    def forget(self, services: frozenset[str] | None, providers: Mapping[str, frozenset[str]]) -> None:
        """Delete what is about these services, or all; it cannot be read from the disk afterwards. What is about one of
        the `providers` goes with the last of its services, which are given by its id."""
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
                    self._put_incident(left)
            for provider, its in providers.items():
                if not self._is_known(its):
                    for table in (Tables.SWITCH, Tables.ANSWERED):
                        self._delete(table, (provider,))
            self._months.take_all_back()
            book_anew(self._database)
        scrub(self._database)

    def _is_known(self, services: frozenset[str]) -> bool:
        query = "SELECT 1 FROM day WHERE name = ? LIMIT 1"
        return any(self._database.execute(query, (name,)).fetchone() for name in services)

    def _delete(self, table: Tables, names: Iterable[str]) -> None:
        self._database.executemany(f"DELETE FROM {table.value.name} WHERE name = ?", [(name,) for name in names])

    def _append(self, table: Tables, at: int, name: str, value: Any) -> None:
        query = f"SELECT coalesce(max(part) + 1, 0) FROM {table.value.name} WHERE at = ? AND name = ?"
        (part,) = self._database.execute(query, (at, name)).fetchone()
        self._book.note(table, at)
        self._put(table, at, name, part, value)

    def _sum(self, table: Tables, at: int, name: str, value: Tally | Count) -> None:
        query = f"SELECT * FROM {table.value.name} WHERE at = ? AND name = ?"
        row = self._database.execute(query, (at, name)).fetchone()
        total: Any = unpacked(table, Record(*row)) if row is not None else type(value)()
        total.add(value)
        if row is None:
            self._book.note(table, at)
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
        if stored != [kept]:
            self._put_incident(kept)

    def _put_incident(self, incident: Incident) -> None:
        self._delete_incident(incident.id)
        at = round(incident.started_at * 1000)
        self._book.note(Tables.INCIDENT, at)
        self._put(Tables.INCIDENT, at, incident.id, incident_part(incident), incident)

    def _delete_incident(self, ident: str) -> None:
        for (at,) in self._database.execute("SELECT at FROM incident WHERE name = ?", (ident,)).fetchall():
            self._book.note(Tables.INCIDENT, at, -1)
        self._delete(Tables.INCIDENT, (ident,))

    def _put(self, table: Tables, at: int, name: str, part: int, value: Any) -> None:
        query = f"INSERT OR REPLACE INTO {table.value.name} VALUES (?, ?, ?, ?)"
        self._database.execute(query, (at, name, part, packed(table, at, name, value)))

    def _end_unseen(self, followed: Collection[str]) -> None:
        """What a run that was killed, or a memory that was lost, has left open."""
        for one in self._incidents():
            if one.stage is not IncidentStage.OVER and one.id not in followed:
                left = structs.replace(one, stage=IncidentStage.OVER, down=(), back_at=None)
                self._put_incident(left)

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
            self._database.execute("DELETE FROM book WHERE name = 'seen' AND at < ?", (oldest_day,))
