"""Whether a file is sound, found out before it is opened for writing.

To close a file that was opened for writing puts into it what is in the log, which may be another file's, as after a
backup was put back beside it. So it is read first, and nothing is changed.
"""

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from trayapp.store.database import Damaged, check_soundness, read_text
from trayapp.store.log_frames import is_log_damaged

_KNOWN_FRAMES = slice(16, 20)
"""Of the log's index, in the machine's own order (https://www.sqlite.org/walformat.html#the_wal_index_header)."""


def check_unchanged(file: Path, more: Callable[[sqlite3.Connection, int], None] | None = None) -> None:
    """Read all of it, which takes its time, and what `more` wants to of a file of this version. Raises Damaged, or
    sqlite3.Error where it cannot be read like this."""
    if not file.is_file():
        raise Damaged
    uri = f"{file.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as database:
        database.text_factory = read_text
        # What somebody writes meanwhile is not to be looked for.
        database.execute("BEGIN")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if not version and database.execute("SELECT 1 FROM sqlite_schema").fetchone() is not None:
            # Another program's: of ours, the tables come with the number.
            raise Damaged
        check_soundness(database)
        if more is not None:
            more(database, version)
        index = file.with_name(f"{file.name}-shm")
        if index.is_file() and is_log_damaged(file, int.from_bytes(index.read_bytes()[_KNOWN_FRAMES], sys.byteorder)):
            raise Damaged
