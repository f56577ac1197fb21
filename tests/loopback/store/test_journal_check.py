"""A journal is looked at before it is opened for writing, and what only its log has is saved from a bad file or log."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from tests.loopback.store.test_journal import HOUR, change, hour_of, kept, told, written
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.journal.batch import Batch
from trayapp.store.database import DAMAGED_KEPT, Damaged
from trayapp.store.journal import Journal
from trayapp.store.journal_check import check
from trayapp.store.journal_tables import Tables, packed

HOURS = 60


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


def log(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


async def left_by_a_kill(file: Path, hours: int = HOURS) -> None:
    """Nearly all of it is in the log only."""
    journal = Journal(file.with_name("living") / file.name)
    for number in range(hours):
        batch = hour_of(HOUR + number)
        batch.changes = [change((HOUR + number) * 3600.0)]
        stage = IncidentStage.OPEN if number < hours - 1 else IncidentStage.OVER
        batch.incidents = {"i": Incident("i", "openai", ("chatgpt",), (), stage, HOUR * 3600.0 - number)}
        assert await journal.write(batch)
    for one in file.with_name("living").iterdir():
        shutil.copy(one, file.parent)
    await journal.close()
    shutil.rmtree(file.with_name("living"))
    assert log(file).stat().st_size > file.stat().st_size


def empty(file: Path) -> None:
    file.write_bytes(b"")


def head(file: Path) -> None:
    with file.open("r+b") as raw:
        raw.write(b"\xff" * 200)


def head_of_the_log(file: Path) -> None:
    with log(file).open("r+b") as raw:
        raw.write(bytes(32))


def middle_of_the_log(file: Path) -> None:
    with log(file).open("r+b") as raw:
        raw.seek(log(file).stat().st_size // 2)
        raw.write(b"\xff" * 64)


def both(file: Path) -> None:
    head(file)
    middle_of_the_log(file)


@pytest.mark.expects_log("is damaged")
@pytest.mark.parametrize(
    ("hurt", "code"),
    [
        (empty, "journal_doubtful"),
        (head_of_the_log, "journal_mended"),
        (middle_of_the_log, "journal_mended"),
        (both, "journal_doubtful"),
    ],
)
async def test_what_only_the_log_has_is_not_lost_with_what_is_before_it(
    file: Path, hurt: Callable[[Path], None], code: str
) -> None:
    await left_by_a_kill(file)
    hurt(file)
    damaged = {one.name: one.read_bytes() for one in (file, log(file))}
    journal = Journal(file)
    assert await journal.write(Batch(changes=[change(1.0)]))
    assert told(journal) == [code]
    await journal.close()
    assert {file.with_name(f"{file.name}.damaged-1{end}").read_bytes() for end in ("", "-wal")} == {*damaged.values()}
    hours = {at - HOUR for at, _, tally in kept(file, Tables.HOUR) if tally.good == 1}
    # What lay in the place itself is lost; of the rest nothing.
    assert len(hours) >= HOURS - (hurt in (middle_of_the_log, both))
    assert len(kept(file, Tables.CHANGE)) >= HOURS
    ((_, _, incident),) = kept(file, Tables.INCIDENT)
    assert incident.stage is IncidentStage.OVER, "as it was last, and once"


async def test_a_kill_alone_is_no_damage(file: Path) -> None:
    await left_by_a_kill(file)
    check(file)
    journal = Journal(file)
    assert await journal.write(hour_of(HOUR + 1000))
    assert told(journal) == []
    await journal.close()
    assert len(kept(file, Tables.HOUR)) == HOURS + 1


@pytest.mark.expects_log("is damaged")
@pytest.mark.parametrize("ours", [True, False])
async def test_the_log_of_another_file_overwrites_nothing(file: Path, ours: bool) -> None:
    """As beside a backup that was put back, or by a slip."""
    await written(file, *(hour_of(HOUR + number) for number in range(HOURS)))
    other = file.with_name("other") / file.name
    other.parent.mkdir()
    if ours:
        await left_by_a_kill(other, 2)
    else:
        with closing(sqlite3.connect(other)) as raw:
            raw.execute("PRAGMA journal_mode = WAL")
            raw.execute("CREATE TABLE t (a)")
            shutil.copy(log(other), file.parent)
    if ours:
        shutil.copy(log(other), file.parent)
    journal = Journal(file)
    assert await journal.write(Batch(changes=[change(1.0)]))
    assert told(journal) == ["journal_doubtful" if ours else "journal_mended"]
    await journal.close()
    assert len(kept(file, Tables.HOUR)) == HOURS


@pytest.mark.expects_log("is damaged")
async def test_an_empty_journal_was_one(file: Path) -> None:
    file.parent.mkdir()
    file.touch()
    with pytest.raises(Damaged):
        check(file)
    journal = Journal(file)
    assert await journal.write(hour_of(HOUR))
    assert told(journal) == ["journal_lost"]
    await journal.close()


@pytest.mark.expects_log("is damaged")
@pytest.mark.parametrize("table", [Tables.HOUR, Tables.INCIDENT])
async def test_what_another_version_wrote_is_lost_once_and_not_copied_for_ever(file: Path, table: Tables) -> None:
    name = "chatgpt" if table is Tables.HOUR else "i"
    await written(file, *(hour_of(HOUR + number) for number in range(3)))
    with closing(sqlite3.connect(file)) as raw, raw:
        value = packed(table, HOUR, name, msgspec.Raw(msgspec.msgpack.encode({"another": "shape"})))
        raw.execute(f"INSERT OR REPLACE INTO {table.value.name} VALUES (?, ?, 0, ?)", (HOUR, name, value))
    batch = hour_of(HOUR)
    batch.incidents = {"i": Incident("i", "openai", ("chatgpt",), (), IncidentStage.OPEN, HOUR * 3600.0)}
    journal = Journal(file)
    for _ in range(3):
        assert await journal.write(batch)
    assert told(journal) == ["journal_damaged" if table is Tables.HOUR else "journal_mended"]
    await journal.close()
    assert len(list(file.parent.glob("*.damaged-?"))) == 1
    assert len(kept(file, Tables.HOUR)) == 3


@pytest.mark.expects_log("is damaged")
async def test_copies_of_a_dying_disk_do_not_fill_it(file: Path) -> None:
    for number in range(DAMAGED_KEPT + 9):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"no database at all" * (100 + number))
        journal = Journal(file)
        assert await journal.write(hour_of(HOUR))
        await journal.close()
    names = [one.name for one in file.parent.glob("*.damaged-*")]
    assert sorted(names) == [f"{file.name}.damaged-{DAMAGED_KEPT + 9 - back}" for back in range(DAMAGED_KEPT)][::-1]


@pytest.mark.expects_log("is damaged")
async def test_days_of_which_nothing_was_known_are_not_lost(file: Path) -> None:
    """Of a table that does not even tell its ends all days of all years may be."""
    await left_by_a_kill(file)
    file.write_bytes(bytes(file.stat().st_size))
    journal = Journal(file)
    assert await journal.write(Batch(changes=[change(1.0)]))
    assert told(journal) == ["journal_mended"]
    await journal.close()
    assert len(kept(file, Tables.HOUR)) == HOURS


@pytest.mark.expects_log("is damaged")
@pytest.mark.parametrize("kind", ["folder", "pipe"])
async def test_what_is_no_file_at_all_is_put_out_of_the_way(file: Path, kind: str) -> None:
    """As a container leaves a folder where it was to find a file."""
    file.parent.mkdir()
    for _ in range(DAMAGED_KEPT + 2):
        file.mkdir() if kind == "folder" else os.mkfifo(file)
        journal = Journal(file)
        assert await journal.write(hour_of(HOUR))
        assert told(journal) == ["journal_lost"]
        assert await journal.forget(frozenset({"nobody"}))
        await journal.close()
        assert len(kept(file, Tables.HOUR)) == 1
        file.unlink()


@pytest.mark.expects_log("is damaged")
async def test_a_link_stays_one(file: Path) -> None:
    """A history may be on another disk; its log is beside it there."""
    elsewhere = file.parents[1] / "disk" / "history"
    elsewhere.parent.mkdir()
    file.parent.mkdir()
    file.symlink_to(elsewhere)
    await written(file, hour_of(HOUR))
    with elsewhere.open("r+b") as raw:
        raw.write(b"\xff" * 100)
    await written(file, hour_of(HOUR))
    assert file.is_symlink()
    assert kept(file, Tables.HOUR)[0][2].good == 2
    assert [one.name for one in file.parent.iterdir()] == [file.name]
