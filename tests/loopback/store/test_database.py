"""The SQLite file: opened, checked, migrated, and never lost."""

import sqlite3
import stat
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from trayapp.store.database import MIGRATIONS, Damaged, Database, Migration, Newer, set_aside


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "memory.sqlite3"


def test_what_is_written_is_there_after_reopening(file: Path) -> None:
    with closing(Database(file)) as database:
        database.write({"judge": b"{}", "told": b"[1]"})
        database.write({"told": b"[2]"})
    with closing(Database(file)) as database:
        assert database.pieces() == {"judge": b"{}", "told": b"[2]"}


def test_the_file_is_for_the_user_alone(file: Path) -> None:
    with closing(Database(file)) as database:
        database.write({"judge": b"{}"})
        for one in file.parent.iterdir():
            assert stat.S_IMODE(one.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_write_is_whole_or_not_at_all(file: Path) -> None:
    with closing(Database(file)) as database:
        database.write({"judge": b"old"})
        with pytest.raises(sqlite3.IntegrityError):
            database.write({"judge": b"new", None: b"what SQLite refuses"})  # type: ignore[dict-item]
        assert database.pieces() == {"judge": b"old"}


def test_transitions_of_older_versions_are_gone_and_pieces_are_not(file: Path) -> None:
    Database(file, MIGRATIONS[:2]).close()
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("INSERT INTO piece VALUES ('judge', ?)", (zlib.compress(b"{}"),))
        raw.execute("INSERT INTO transition VALUES (1, 1.0, 'chatgpt', 'red', 'down', 'green', 'ok')")
    with closing(Database(file)) as database:
        assert database.pieces() == {"judge": b"{}"}
    with closing(sqlite3.connect(file)) as raw:
        assert raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall() == [("piece",)]


def add_colour(database: sqlite3.Connection) -> None:
    database.execute("ALTER TABLE piece ADD COLUMN colour TEXT DEFAULT 'blue'")


def fail_halfway(database: sqlite3.Connection) -> None:
    database.execute("DELETE FROM piece")
    database.execute("this is no SQL")


def version(file: Path) -> int:
    with closing(sqlite3.connect(file)) as database:
        (found,) = database.execute("PRAGMA user_version").fetchone()
    return int(found)


def test_migrations_run_in_order_and_once_with_a_backup_before(file: Path) -> None:
    with closing(Database(file)) as database:
        database.write({"judge": b"{}"})
    newer: tuple[Migration, ...] = (*MIGRATIONS, add_colour)
    for _ in range(2):
        with closing(Database(file, newer)):
            assert version(file) == len(newer)
    backup = file.with_name(f"memory.sqlite3.version-{len(MIGRATIONS)}")
    assert version(backup) == len(MIGRATIONS)
    with closing(Database(backup)) as database:
        assert database.pieces() == {"judge": b"{}"}


def test_pieces_of_the_first_version_are_still_read(file: Path) -> None:
    Database(file, MIGRATIONS[:1]).close()
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("INSERT INTO piece VALUES ('judge', ?), ('told', ?)", (b'{"saved_at": 1.0}', b"[]"))
    for _ in range(2):
        with closing(Database(file)) as database:
            assert database.pieces() == {"judge": b'{"saved_at": 1.0}', "told": b"[]"}


def test_a_piece_takes_a_fraction_of_its_size(file: Path) -> None:
    piece = b"[" + b",".join(b'{"at": %d, "host": "api.example", "outcome": "good"}' % at for at in range(2000)) + b"]"
    with closing(Database(file)) as database:
        database.write({"judge": piece})
        assert database.pieces() == {"judge": piece}
    assert file.stat().st_size < len(piece) / 2


def test_a_piece_that_cannot_be_read_is_damage(file: Path) -> None:
    with closing(Database(file)) as database:
        database.write({"judge": b"{}"})
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("UPDATE piece SET value = x'00'")
    with closing(Database(file)) as database, pytest.raises(Damaged):
        database.pieces()


def test_a_new_file_needs_no_backup(file: Path) -> None:
    with closing(Database(file, (*MIGRATIONS, add_colour))):
        assert not list(file.parent.glob("*.version-*"))


def test_a_failing_migration_changes_nothing(file: Path) -> None:
    with closing(Database(file)) as database:
        database.write({"judge": b"{}"})
    with pytest.raises(sqlite3.OperationalError):
        Database(file, (*MIGRATIONS, fail_halfway))
    with closing(Database(file)) as database:
        assert database.pieces() == {"judge": b"{}"}


def test_a_newer_file_is_left_alone(file: Path) -> None:
    with closing(Database(file, (*MIGRATIONS, add_colour))):
        pass
    before = file.read_bytes()
    with pytest.raises(Newer):
        Database(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_file_is_found_out(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(Damaged):
        Database(file)


def test_damage_in_the_middle_is_found_out(file: Path) -> None:
    with closing(Database(file)) as database:
        database.write({f"piece {number}": b"x" for number in range(5000)})
    content = bytearray(file.read_bytes())
    content[8192:20480] = b"\xaa" * 12288
    file.write_bytes(content)
    with pytest.raises(Damaged):
        Database(file)


def test_damaged_files_are_all_kept(file: Path) -> None:
    file.parent.mkdir()
    for number in (1, 2):
        file.write_text(f"damaged {number}")
        file.with_name("memory.sqlite3-wal").write_text("log")
        kept = set_aside(file)
        assert kept.name == f"memory.sqlite3.damaged-{number}"
        assert kept.read_text() == f"damaged {number}"
        assert kept.with_name(kept.name + "-wal").exists()
        assert not file.exists()
