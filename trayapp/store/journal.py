"""The journal of one installation, kept for good in a file and a thread of its own.

What is given to `write` is on the disk when it returns, or waits for the next time: then `problems` says so. A damaged
file is set aside, and all of it that can be read goes on in a new one.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from pathlib import Path

from trayapp.core.journal.batch import Batch
from trayapp.core.journal.history import day_name
from trayapp.errors import Problem
from trayapp.store.database import set_aside
from trayapp.store.guarded import Guarded
from trayapp.store.journal_check import check
from trayapp.store.journal_file import JournalFile
from trayapp.store.journal_pages import whole_records
from trayapp.store.journal_reading import Lost, reading
from trayapp.store.journal_tables import Record, Tables, is_readable

log = logging.getLogger(__name__)

KEPT_AT_ONCE = 5000
"""Records that are taken over from a damaged file in one transaction."""
DAYS_TOLD = 5
"""More days than that nobody reads in one sentence; the history has them all."""


class Journal:
    """Nothing here raises for what a disk does; see `problems`."""

    def __init__(self, file: Path) -> None:
        self._writer = _Writer(file)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a person should know now: `journal_unwritable`, `journal_newer`, or what damage has cost."""
        return self._writer.problems

    async def write(self, batch: Batch) -> bool:
        """Add what has happened, and what waits; False where it goes on waiting. The first time opens and checks."""
        return await self._run(lambda: self._writer.write(batch))

    async def forget(
        self, services: frozenset[str] | None, providers: Mapping[str, frozenset[str]] | None = None
    ) -> bool:
        """Forget these, or all, for good; False where that cannot be written. `providers`: whose these are, with all of
        their services."""
        return await self._run(lambda: self._writer.forget(services, providers or {}))

    async def close(self) -> None:
        """Let go of the file; whoever has more to write has written it."""
        await asyncio.get_running_loop().run_in_executor(self._worker, self._writer.close)
        self._worker.shutdown()

    async def _run(self, work: Callable[[], None]) -> bool:
        await asyncio.get_running_loop().run_in_executor(self._worker, work)
        return self._writer.unwritable is None


def _fill_gaps(journal: JournalFile, found: Iterator[tuple[Tables, Record]]) -> int:
    """Take over what is not there yet, and say how many that were."""
    count = 0
    while some := list(islice(found, KEPT_AT_ONCE)):
        for table in Tables:
            count += journal.keep(table, [record for of, record in some if of is table])
    return count


def _problem(lost: Lost | None, kept: str) -> Problem:
    if lost is None:
        return Problem("journal_lost", kept=kept)
    days = [day_name(number) for number in sorted(lost.days)]
    told = ", ".join(days[:DAYS_TOLD]) + (" …" if len(days) > DAYS_TOLD else "")
    if lost.book:
        return Problem("journal_gaps", kept=kept, days=told) if days else Problem("journal_doubtful", kept=kept)
    return Problem("journal_damaged", kept=kept, days=told) if days else Problem("journal_mended", kept=kept)


class _Writer(Guarded):
    """Lives in the worker thread."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, "journal_newer", "journal_unwritable")
        self._journal: JournalFile | None = None
        self._waiting = Batch()
        self._checked = False

    def write(self, batch: Batch) -> None:
        self._waiting.add(batch)
        if self._waiting:
            self.guard(self._write_waiting)

    def forget(self, services: frozenset[str] | None, providers: Mapping[str, frozenset[str]]) -> None:
        if services is None:
            self._waiting = Batch()
        else:
            self._waiting.forget(services)
        self.guard(lambda: self._forget(services, providers))

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def start_over(self) -> None:
        """Make a new file beside the damaged one of what can be read, and let them change places when it is whole: a
        full disk or a kill -9 meanwhile costs nothing."""
        self.close()
        lost = self._take_over()
        kept = set_aside(self.file)
        self._new.rename(self.file)
        self._checked = True
        self.damaged = _problem(lost, str(kept))
        log.warning("%s is damaged; it was kept as %s, and of it was lost: %s", self.file, kept, lost)

    @property
    def _new(self) -> Path:
        return self.file.with_name(f"{self.file.name}.new")

    def _take_over(self) -> Lost | None:
        """What of the damaged file is lost; None: all."""
        for left in self.file.parent.glob(f"{self._new.name}*"):
            left.unlink()
        with closing(JournalFile(self._new)) as journal:
            # First what was written last, then what is in its place; the rest only fills gaps.
            found = _fill_gaps(journal, (one for one in whole_records(self.file, only_log=True) if is_readable(*one)))
            with reading(self.file) as reader:
                lost = reader.lost if reader is not None else Lost(book=True)
                for table in Tables:
                    records = reader.readable(table) if reader is not None else iter(())
                    while some := list(islice(records, KEPT_AT_ONCE)):
                        found += journal.keep(table, some)
            found += _fill_gaps(journal, (one for one in whole_records(self.file) if is_readable(*one)))
            if not found:
                return None
            settled = journal.settle()
            return Lost(settled.days, book=not settled.whole or lost.book)

    def _opened(self) -> JournalFile:
        if self._journal is None:
            if not self.file.exists():
                # Whoever reads meanwhile must never meet half of one. It may be there, made of a damaged one.
                JournalFile(self._new).close()
                self._new.rename(self.file)
                self._checked = True
            if not self._checked:
                self._check()
            self._journal = JournalFile(self.file)
        return self._journal

    def _check(self) -> None:
        try:
            check(self.file)
        except sqlite3.OperationalError as error:
            # Who cannot read it will not write, either, and says why then.
            log.info("%s cannot be checked: %s", self.file, error)
        self._checked = True

    def _forget(self, services: frozenset[str] | None, providers: Mapping[str, frozenset[str]]) -> None:
        self._opened().forget(services, providers)
        self.leave_no_copies()

    def _write_waiting(self) -> None:
        self._opened().write(self._waiting)
        self._waiting = Batch()
