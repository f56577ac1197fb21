"""What survives a restart: named pieces of memory, in one SQLite file.

The pieces are small and kept in memory as well, so reading never waits, and a store that cannot write (full disk,
read-only home) goes on in memory, says so, and catches up as soon as it can. One thread talks to SQLite. A commit
is in the operating system's hands when `save_many` returns, so a killed process loses nothing that was saved.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from trayapp.errors import Problem
from trayapp.store.database import Database, pieces_left, pieces_to_read, set_aside
from trayapp.store.guarded import Guarded
from trayapp.store.soundness import check_unchanged

log = logging.getLogger(__name__)

T = TypeVar("T")


class Store:
    """The memory of one installation. Nothing here raises for what a disk does; see `problems`."""

    def __init__(self, file: Path) -> None:
        self._pieces: dict[str, bytes] = {}
        self._writer = _Writer(file)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a person should know now: `store_damaged` (a new one was begun), `store_unwritable`, `store_newer`."""
        return self._writer.problems

    async def open(self) -> None:
        """Read what was remembered; a damaged file is set aside, and what of it is whole goes on in a new one."""
        self._pieces = await self._run(self._writer.open)

    @property
    def names(self) -> tuple[str, ...]:
        """Of all pieces."""
        return tuple(self._pieces)

    async def load(self, name: str) -> bytes | None:
        """The piece as last saved, or None."""
        return self._pieces.get(name)

    async def save_many(self, pieces: Mapping[str, bytes]) -> None:
        """Save these pieces in one transaction: all of them or none."""
        self._pieces |= pieces
        await self._run(lambda: self._writer.write(pieces))

    async def scrub(self) -> bool:
        """Leave nothing on the disk of what was saved before, nor of copies; False where that cannot be written."""
        await self._run(self._writer.scrub)
        return self._writer.unwritable is None

    async def close(self) -> None:
        """Write what is left and let go of the file."""
        await self.save_many({})
        await self._run(self._writer.close)
        self._worker.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)


class _Writer(Guarded):
    """Lives in the worker thread; only the two problems are read from outside."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, "store_newer", "store_unwritable")
        self._database: Database | None = None
        self._pieces: dict[str, bytes] = {}
        self._waiting_pieces: set[str] = set()
        self._checked = False

    def open(self) -> dict[str, bytes]:
        self.guard(self._ensure_open)
        if self._database is None:
            # What is not remembered now would be told again, and be lost once this can be written again.
            self._pieces = pieces_to_read(self.file)
        return dict(self._pieces)

    def write(self, pieces: Mapping[str, bytes]) -> None:
        self._pieces |= pieces
        self._waiting_pieces |= pieces.keys()
        if self._waiting_pieces:
            self.guard(self._write_waiting)

    def scrub(self) -> None:
        self.guard(self._scrub)

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _ensure_open(self) -> Database:
        if self._database is None:
            if not self._checked and self.file.exists():
                self._check()
            self._database = Database(self.file)
            self._pieces = self._database.pieces() | self._pieces
        return self._database

    def _check(self) -> None:
        try:
            check_unchanged(self.file)
        except sqlite3.OperationalError as error:
            # Who cannot read it will not write, either, and says why then.
            log.info("%s cannot be checked: %s", self.file, error)
        self._checked = True

    def _write_waiting(self) -> None:
        database = self._ensure_open()
        database.write({name: self._pieces[name] for name in self._waiting_pieces})
        self._waiting_pieces.clear()

    def _scrub(self) -> None:
        self._write_waiting()
        self._ensure_open().scrub()
        self.leave_no_copies()

    def start_over(self) -> None:
        self.close()
        self._checked = True
        self._pieces = pieces_left(self.file) | self._pieces
        kept = set_aside(self.file)
        self._waiting_pieces |= self._pieces.keys()
        self.damaged = Problem("store_damaged", path=str(self.file), kept=str(kept))
        log.warning("%s is damaged; it was kept as %s, and these go on: %s", self.file, kept, sorted(self._pieces))
