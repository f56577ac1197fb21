"""Months that are over, summed up once, so that years are asked for in no time.

A month is summed up whole, of all services, or not at all: a record without a name says of how many services it is.
Whoever writes to one of its days takes it back, and it is summed up anew.
"""

import sqlite3

from trayapp.core.journal.history import FIRST_DAY, LAST_DAY, day_number, day_of
from trayapp.core.journal.tally import Tally
from trayapp.store.journal_tables import Record, Tables, packed, unpacked


def first_of_month(day: int) -> int:
    """The first day of its month, in days since 1970."""
    return day_number(day_of(day).replace(day=1))


KNOWN_DAYS = range(first_of_month(FIRST_DAY), LAST_DAY)
"""What is noted under others is a wrong clock's, and in no sum."""


def following(month: int) -> int:
    """The first day of the month after the one that begins on this day."""
    return first_of_month(month + 31)


class Months:
    """Keeps the sums in one open journal."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._summed_before: int | None = None

    def take_back(self, day: int) -> None:
        """To this day something was added."""
        if day in KNOWN_DAYS:
            month = first_of_month(day)
            taken = self._database.execute("DELETE FROM month WHERE at = ?", (month,)).rowcount
            if taken or (self._summed_before is not None and month < self._summed_before):
                self._summed_before = None

    def take_all_back(self) -> None:
        """Something was deleted."""
        self._database.execute("DELETE FROM month")
        self._summed_before = None

    def sum_up(self, today: int) -> None:
        """All months that are over. Raises Damaged."""
        if today not in KNOWN_DAYS or self._summed_before == first_of_month(today):
            return
        month = first_of_month(today)
        days = "SELECT DISTINCT at FROM day WHERE at BETWEEN ? AND ?"
        there = {first_of_month(day) for (day,) in self._database.execute(days, (KNOWN_DAYS[0], month - 1))}
        done = {at for (at,) in self._database.execute("SELECT at FROM month WHERE name = ''")}
        for begin in sorted(there - done):
            self._sum_up(begin)
        self._summed_before = month

    def _sum_up(self, begin: int) -> None:
        rows = self._database.execute("SELECT * FROM day WHERE at >= ? AND at < ?", (begin, following(begin)))
        sums: dict[str, Tally] = {}
        for record in (Record(*row) for row in rows):
            sums.setdefault(record.name, Tally()).add(unpacked(Tables.DAY, record))
        sums[""] = Tally(good=len(sums))
        self._database.execute("DELETE FROM month WHERE at = ?", (begin,))
        values = [(begin, name, 0, packed(Tables.MONTH, begin, name, tally)) for name, tally in sums.items()]
        self._database.executemany("INSERT INTO month VALUES (?, ?, ?, ?)", values)
