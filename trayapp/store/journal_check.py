"""Whether a journal is sound, and all is there that is booked."""

import sqlite3
from pathlib import Path

from trayapp.store.database import Damaged
from trayapp.store.journal_book import check_book
from trayapp.store.journal_file import JOURNAL_MIGRATIONS
from trayapp.store.soundness import check_unchanged


def check(file: Path) -> None:
    """Read all of it, which takes its time. Raises Damaged, or sqlite3.Error where it cannot be read like this."""
    # A journal is never there without its tables, and SQLite drops the log of an empty file.
    if file.is_file() and not file.stat().st_size:
        raise Damaged
    check_unchanged(file, _check_book)


def _check_book(database: sqlite3.Connection, version: int) -> None:
    if not version:
        raise Damaged
    if version == len(JOURNAL_MIGRATIONS):
        check_book(database)
