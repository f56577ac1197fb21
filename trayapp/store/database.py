"""The SQLite file itself: opening, checking, migrating, one transaction a save. Synchronous; one thread at a time."""

import os
import sqlite3
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path

# How long to wait for another process of ours that happens to write.
BUSY_TIMEOUT_S = 2.0

# Pieces are JSON, whose names repeat: the quickest level leaves an eighth or less to write.
COMPRESSION = 1

VERSIONS_EVER = 10_000
"""More than there will be; the number of a file that says more was not written by us."""

# A damaged length reads as more than a value may have.
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_TOOBIG)


DAMAGED_KEPT = 3
"""A disk that is dying damages one file after the other; copies of them must not fill it."""

_SIDE_FILES = ("-wal", "-shm")

REFUSALS = (sqlite3.Error, UnicodeDecodeError)
"""What a query raises. Python cannot read the messages of SQLite that quote damaged names."""


class Damaged(Exception):
    """The file is no sound database."""


class Newer(Exception):
    """The file was written by a newer version, which knows better than to be overwritten."""


def create_tables(database: sqlite3.Connection) -> None:
    """Version 1."""
    database.execute("CREATE TABLE piece (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
    database.execute(
        "CREATE TABLE transition (id INTEGER PRIMARY KEY, at REAL NOT NULL, service TEXT NOT NULL,"
        " light TEXT NOT NULL, finding TEXT NOT NULL, was_light TEXT NOT NULL, was_finding TEXT NOT NULL)"
    )
    database.execute("CREATE INDEX transition_at ON transition (at)")


def compress_pieces(database: sqlite3.Connection) -> None:
    """Version 2: the value of a piece is compressed by zlib."""
    pieces = database.execute("SELECT name, value FROM piece").fetchall()
    database.executemany("UPDATE piece SET value = ? WHERE name = ?", [(_pressed(raw), name) for name, raw in pieces])


def _pressed(value: bytes) -> bytes:
    return zlib.compress(value, COMPRESSION)


def leave_transitions_to_the_journal(database: sqlite3.Connection) -> None:
    """Version 3: what happened is the journal's, where it can be forgotten. Nothing had read it from here."""
    database.execute("DROP TABLE transition")


Migration = Callable[[sqlite3.Connection], None]

# The file's `user_version` is how many of these it has been through.
MIGRATIONS: tuple[Migration, ...] = (create_tables, compress_pieces, leave_transitions_to_the_journal)


def connected(file: Path, migrations: tuple[Migration, ...], *, check: bool = True) -> sqlite3.Connection:
    """An open file that has been through all `migrations`, created if there is none; a copy is kept of an older one.

    `check`: read all of it before, and find out damage. Raises Damaged, Newer, OSError or sqlite3.Error, and leaves
    nothing open then.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # SQLite would create it readable for everybody; its own side files take over the mode.
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    database = sqlite3.connect(file, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    database.text_factory = read_text
    try:
        _prepare(database, file, migrations, check=check)
    except REFUSALS as error:
        database.close()
        if is_damage(error):
            raise Damaged from error
        raise
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection, file: Path, migrations: tuple[Migration, ...], *, check: bool) -> None:
    try:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        database.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        # The file's format is none that there is.
        raise Damaged if error.sqlite_errorcode == sqlite3.SQLITE_ERROR else error from error
    # What is damaged may pass for newer.
    if check or not 0 <= version <= len(migrations):
        check_soundness(database)
    if not 0 <= version <= VERSIONS_EVER:
        raise Damaged
    if version > len(migrations):
        raise Newer
    database.execute("PRAGMA journal_mode = WAL")
    # In WAL mode this survives a killed process whole; only a power cut may cost the last commits.
    database.execute("PRAGMA synchronous = NORMAL")
    if 0 < version < len(migrations):
        with closing(sqlite3.connect(file.with_name(f"{file.name}.version-{version}"))) as backup:
            database.backup(backup)
    for number, migrate in enumerate(migrations[version:], version + 1):
        with Transaction(database):
            migrate(database)
            database.execute(f"PRAGMA user_version = {number}")


def read_text(raw: bytes) -> str:
    """Text of a file that may be damaged: what is no text any more is found out by what it should say."""
    return raw.decode(errors="replace")


def check_soundness(database: sqlite3.Connection) -> None:
    """Read all of it. Raises Damaged."""
    if database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise Damaged


def scrub(database: sqlite3.Connection) -> None:
    """Have what was deleted, or replaced, written over, here and in the log."""
    database.execute("PRAGMA secure_delete = ON")
    database.execute("VACUUM")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class Database:
    """An open file of the newest version. Any call may raise sqlite3.Error; `damage(error)` tells which are final."""

    def __init__(self, file: Path, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
        """Open or create. Raises Damaged, Newer, OSError or sqlite3.Error, and leaves nothing open then."""
        self._database = connected(file, migrations)

    def pieces(self) -> dict[str, bytes]:
        """All pieces by name. Raises Damaged."""
        return _pieces(self._database)

    def write(self, pieces: Mapping[str, bytes]) -> None:
        """All of it or nothing."""
        with Transaction(self._database):
            pressed = [(name, _pressed(value)) for name, value in pieces.items()]
            self._database.executemany("INSERT OR REPLACE INTO piece (name, value) VALUES (?, ?)", pressed)

    def scrub(self) -> None:
        """Have what was written before written over."""
        scrub(self._database)

    def close(self) -> None:
        self._database.close()


def _pieces(database: sqlite3.Connection) -> dict[str, bytes]:
    rows = database.execute("SELECT name, value FROM piece")
    try:
        return {name: zlib.decompress(value) for name, value in rows}
    except zlib.error as error:
        raise Damaged from error


# Where nothing can be written there is no room for the index of the write-ahead log: an exclusive lock keeps it in
# memory (https://www.sqlite.org/wal.html#noshm), a read-only file needs the one that is there, and without a log the
# file does not change any more (https://www.sqlite.org/wal.html#readonly).
_WAYS_TO_READ = ("mode=rw", "mode=ro", "mode=ro&immutable=1")


def pieces_to_read(file: Path) -> dict[str, bytes]:
    """All pieces of a file that cannot be written, as far as they can be read and are of the newest version."""
    for way in _WAYS_TO_READ:
        try:
            with closing(sqlite3.connect(f"{file.absolute().as_uri()}?{way}", uri=True)) as database:
                database.execute("PRAGMA locking_mode = EXCLUSIVE")
                (version,) = database.execute("PRAGMA user_version").fetchone()
                return _pieces(database) if version == len(MIGRATIONS) else {}
        except (Damaged, sqlite3.Error):
            # The next way may do; that it cannot be written has been said.
            continue
    return {}


def pieces_left(file: Path) -> dict[str, bytes]:
    """Of a damaged file, one by one, what is whole: each has a checksum of its own."""
    found: dict[str, bytes] = {}
    for way in _WAYS_TO_READ[1:]:
        for order in ("", " DESC"):
            try:
                with closing(sqlite3.connect(f"{file.absolute().as_uri()}?{way}", uri=True)) as database:
                    if database.execute("PRAGMA user_version").fetchone() != (len(MIGRATIONS),):
                        continue
                    for name, value in database.execute(f"SELECT name, value FROM piece ORDER BY name{order}"):
                        with suppress(zlib.error, TypeError):
                            found.setdefault(name, zlib.decompress(value))
            except REFUSALS:
                # From the other end as many may be left again.
                continue
    return found


def piece_of(file: Path, name: str) -> bytes | None:
    """One piece of a file that somebody may be writing to; None where it cannot be read. Changes nothing."""
    for way in _WAYS_TO_READ[1:]:
        try:
            with closing(sqlite3.connect(f"{file.absolute().as_uri()}?{way}", uri=True)) as database:
                found = database.execute("SELECT value FROM piece WHERE name = ?", (name,)).fetchone()
                return None if found is None else zlib.decompress(found[0])
        except (sqlite3.Error, zlib.error, TypeError):
            continue
    return None


class Transaction:
    """Takes the write lock at once, so that a busy file is found out before anything is done."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            try:
                self._database.execute("COMMIT")
            except sqlite3.Error:
                self._roll_back()
                raise
        else:
            self._roll_back()

    def _roll_back(self) -> None:
        # A full disk makes SQLite roll back by itself.
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")


def is_damage(error: Exception) -> bool:
    """Whether the file itself is broken, and not only the moment bad."""
    if isinstance(error, Damaged | UnicodeDecodeError):
        return True
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def set_aside(file: Path) -> Path:
    """Rename a damaged file, with what belongs to it, and return where it is now; only the latest few are kept."""
    endings = (one.name.removeprefix(f"{file.name}.damaged-") for one in file.parent.iterdir())
    before = sorted(int(ending) for ending in endings if ending.isdecimal())
    kept = file.with_name(f"{file.name}.damaged-{(before or [0])[-1] + 1}")
    for number in before[: 1 - DAMAGED_KEPT]:
        for suffix in ("", *_SIDE_FILES):
            old = file.with_name(f"{file.name}.damaged-{number}{suffix}")
            # A folder that was in the file's place is somebody else's.
            if not old.is_dir():
                old.unlink(missing_ok=True)
    file.rename(kept)
    for suffix in _SIDE_FILES:
        side = file.with_name(file.name + suffix)
        if side.exists():
            side.rename(kept.with_name(kept.name + suffix))
    return kept
