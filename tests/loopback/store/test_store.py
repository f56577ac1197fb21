"""The memory survives what a machine does to it, and says so when it does not."""

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from tests.loopback.store.test_database import add_colour
from tests.support.fullness import full_disk, read_only
from trayapp.store.database import MIGRATIONS, Database
from trayapp.store.store import Store
from trayapp.text.problems import words

KEPT = {"judge": b"old", "told": b"i1"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "memory.sqlite3"


async def opened(file: Path) -> Store:
    store = Store(file)
    await store.open()
    return store


def told(store: Store) -> list[str]:
    for problem in store.problems:
        assert "{" not in "".join(words(problem)), "every gap of the words is filled"
    return [problem.code for problem in store.problems]


async def remembered(file: Path) -> dict[str, bytes | None]:
    store = await opened(file)
    try:
        return {name: await store.load(name) for name in ("judge", "told") if await store.load(name) is not None}
    finally:
        await store.close()


async def test_what_was_saved_is_there_after_a_restart(file: Path) -> None:
    store = await opened(file)
    assert await store.load("judge") is None
    await store.save_many({"judge": b"1"})
    await store.save_many({"judge": b"2", "told": b"3"})
    assert await store.load("judge") == b"2"
    await store.close()
    assert await remembered(file) == {"judge": b"2", "told": b"3"}


@pytest.mark.expects_log("is damaged")
async def test_a_damaged_file_is_kept_and_a_new_one_begun(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"no database at all" * 100)
    store = await opened(file)
    assert told(store) == ["store_damaged"]
    kept = Path(str(store.problems[0].params["kept"]))
    assert kept.read_bytes() == b"no database at all" * 100
    await store.save_many({"judge": b"1"})
    await store.close()
    assert await remembered(file) == {"judge": b"1"}


@pytest.mark.expects_log("is damaged")
async def test_damage_while_running_costs_the_history_only(file: Path) -> None:
    store = await opened(file)
    await store.save_many({"judge": b"1"})
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xaa" * 40_000)
    await store.save_many({"told": b"2"})
    assert told(store) == ["store_damaged"]
    await store.close()
    assert await remembered(file) == {"judge": b"1", "told": b"2"}


@pytest.mark.expects_log("going on without the disk")
async def test_a_full_disk_is_told_and_caught_up_with_later(file: Path) -> None:
    store = await opened(file)
    await store.save_many({"judge": b"old"})
    with full_disk():
        await store.save_many({"judge": b"new"})
        assert told(store) == ["store_unwritable"]
        assert await store.load("judge") == b"new"
        await store.save_many({"told": b"too"})
    await store.save_many({})
    assert told(store) == []
    await store.close()
    assert await remembered(file) == {"judge": b"new", "told": b"too"}


@pytest.mark.expects_log("going on without the disk")
async def test_a_full_disk_at_the_start(file: Path) -> None:
    with full_disk():
        store = await opened(file)
        await store.save_many({"judge": b"1"})
        assert told(store) == ["store_unwritable"]
        await store.close()


@pytest.mark.expects_log("going on without the disk")
@pytest.mark.parametrize(("refuses", "killed"), [(full_disk, False), (full_disk, True), (read_only, False)])
async def test_a_disk_that_refuses_at_the_start_costs_nothing_that_was_stored(
    file: Path, tmp_path: Path, refuses: Callable[..., AbstractContextManager[None]], killed: bool
) -> None:
    before = await opened(file)
    await before.save_many(KEPT)
    if killed:
        # As a killed process leaves them, without what a power cut would take.
        file = Path(shutil.copytree(file.parent, tmp_path / "killed")) / file.name
    await before.close()
    with refuses() if refuses is full_disk else refuses(file.parent):
        store = await opened(file)
        assert {name: await store.load(name) for name in KEPT} == KEPT
        await store.save_many({"judge": b"new"})
    await store.save_many({})
    assert told(store) == []
    await store.close()
    assert await remembered(file) == KEPT | {"judge": b"new"}


@pytest.mark.expects_log("going on without the disk")
async def test_a_read_only_home_leaves_memory_only(file: Path) -> None:
    file.parent.mkdir()
    with read_only(file.parent):
        store = await opened(file)
        await store.save_many({"judge": b"1"})
        assert told(store) == ["store_unwritable"]
        assert await store.load("judge") == b"1"
        await store.close()
    assert not file.exists()


@pytest.mark.expects_log("going on without the disk")
async def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = await opened(tmp_path / "file" / "memory.sqlite3")
    await store.save_many({"judge": b"1"})
    assert told(store) == ["store_unwritable"]
    await store.close()


@pytest.mark.expects_log("going on without the disk")
async def test_a_newer_file_is_not_touched(file: Path) -> None:
    with closing(Database(file, (*MIGRATIONS, add_colour))):
        pass
    before = file.read_bytes()
    store = await opened(file)
    await store.save_many({"judge": b"1"})
    assert told(store) == ["store_newer"]
    assert await store.load("judge") == b"1"
    await store.close()
    assert file.read_bytes() == before


@pytest.mark.expects_log("going on without the disk")
async def test_a_file_that_another_process_holds_is_waited_for(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trayapp.store.database.BUSY_TIMEOUT_S", 0.05)
    store = await opened(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await store.save_many({"judge": b"1"})
        assert told(store) == ["store_unwritable"]
        other.execute("ROLLBACK")
    await store.save_many({"told": b"2"})
    assert told(store) == []
    await store.close()
    assert await remembered(file) == {"judge": b"1", "told": b"2"}


WRITER = """
import asyncio, sys
from pathlib import Path
from trayapp.store.store import Store

async def main():
    store = Store(Path(sys.argv[1]))
    await store.open()
    number = 0
    while True:
        number += 1
        await store.save_many({"judge": b"%d" % number, "told": b"%d" % number})
        print(number, flush=True)

asyncio.run(main())
"""


async def test_a_killed_process_loses_nothing_that_was_saved(file: Path) -> None:
    last = 0
    for rounds in (1, 7, 40):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            for _ in range(rounds):
                last = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            last = max([last, *(int(line) for line in writer.stdout.read().split(b"\n")[:-1])])
        pieces = await remembered(file)
        assert pieces["judge"] == pieces["told"], "saved in one transaction"
        assert int(pieces["judge"] or 0) >= last


async def test_what_is_scrubbed_is_nowhere_on_the_disk(file: Path) -> None:
    store = await opened(file)
    private = b"very private" + bytes(range(200))
    await store.save_many({"judge": private, "told": b"i1"})
    await store.close()
    with closing(sqlite3.connect(file)) as raw:
        (on_disk,) = raw.execute("SELECT value FROM piece WHERE name = 'judge'").fetchone()
    for copy in (".version-1", ".damaged-1", ".damaged-1-wal"):
        file.with_name(file.name + copy).write_bytes(on_disk)
    store = await opened(file)
    await store.save_many({"judge": b"nothing"})
    assert await store.scrub()
    for one in file.parent.iterdir():
        assert on_disk[5:] not in one.read_bytes(), one
    await store.close()
    assert await remembered(file) == {"judge": b"nothing", "told": b"i1"}


@pytest.mark.expects_log("going on without the disk")
async def test_what_cannot_be_scrubbed_is_said(file: Path) -> None:
    await (await opened(file)).close()
    with read_only(file.parent):
        store = await opened(file)
        await store.save_many({"judge": b"1"})
        assert not await store.scrub()
    await store.close()


PIECES = {f"piece-{number}": bytes([number]) * 3000 + bytes(range(number)) for number in range(40)}


async def all_of(file: Path) -> tuple[dict[str, bytes | None], list[str]]:
    store = await opened(file)
    try:
        return {name: await store.load(name) for name in store.names}, told(store)
    finally:
        await store.close()


@pytest.mark.expects_log("is damaged")
@pytest.mark.parametrize("length", [60, 4096])
async def test_one_damaged_place_costs_no_other_piece(file: Path, length: int) -> None:
    """Where requests go, and what was told, must not be forgotten with what a page wrote last year."""
    large = {name: random.Random(name).randbytes(300) for name in PIECES}
    store = await opened(file)
    await store.save_many(large)
    await store.close()
    place = file.read_bytes().index(b"piece-20") + 100
    with file.open("r+b") as raw:
        raw.seek(place if length < 4096 else place // 4096 * 4096)
        raw.write(b"\xff" * length)
    left, codes = await all_of(file)
    assert codes == ["store_damaged"]
    assert left.items() <= large.items(), "what is left is true"
    assert len(left) >= (len(large) - 1 if length < 4096 else len(large) / 2)
    assert await all_of(file) == (left, []), "and is kept"


@pytest.mark.expects_log("is damaged")
async def test_a_folder_in_its_place_is_put_out_of_the_way(file: Path) -> None:
    file.mkdir(parents=True)
    store = await opened(file)
    await store.save_many(KEPT)
    assert told(store) == ["store_damaged"]
    await store.close()
    assert await remembered(file) == KEPT


@pytest.mark.expects_log("is damaged")
async def test_the_log_of_another_file_overwrites_no_memory(file: Path, tmp_path: Path) -> None:
    """It must not be mixed into the file before anybody has looked."""
    store = await opened(file)
    await store.save_many(PIECES)
    await store.close()
    before = file.read_bytes()
    with closing(sqlite3.connect(tmp_path / "other")) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE t (a)")
        shutil.copy(tmp_path / "other-wal", file.with_name(f"{file.name}-wal"))
    store = await opened(file)
    assert told(store) == ["store_damaged"]
    await store.close()
    assert file.with_name(f"{file.name}.damaged-1").read_bytes() == before


async def test_a_memory_that_was_never_finished_is_no_damage(file: Path) -> None:
    file.parent.mkdir()
    file.touch()
    assert await all_of(file) == ({}, [])
