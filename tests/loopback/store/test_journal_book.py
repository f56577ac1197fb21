"""What ought to be in a journal is counted beside it, so that pages which look sound are found out."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import structs

from tests.loopback.store.test_journal import AT, DAY, HOUR, INCIDENT, SEEN, change, hour_of, kept, told, written
from trayapp.core.incident.incident import IncidentStage
from trayapp.core.journal.batch import Batch, By, Switched
from trayapp.core.journal.history import day_name
from trayapp.core.journal.tally import Tally
from trayapp.core.switching.route import To
from trayapp.store.database import Damaged
from trayapp.store.history import read_history
from trayapp.store.journal import Journal
from trayapp.store.journal_check import check
from trayapp.store.journal_file import JournalFile, create_journal
from trayapp.store.journal_tables import BOOKED, Booked, Tables, incident_part, packed

PAGE = 4096
LEAF = 10
DAYS = 25


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


def lost_days(file: Path) -> tuple[str, ...]:
    return read_history(file, None, None, AT + DAYS * 86_400, lambda at: 0.0).lost_days


def random_batch(dice: random.Random) -> Batch:
    at = AT + dice.randrange(90) * 86_400.0
    batch = hour_of(int(at // 3600), dice.choice("ab"))
    batch.changes = [change(at)] * dice.randrange(3)
    batch.switches = [Switched(at, "openai", To.LOCAL, By.HAND)] * dice.randrange(2)
    batch.answered = {("openai", int(at // 86_400)): 1}
    incident = structs.replace(INCIDENT, id=dice.choice("xyz"), services=(dice.choice("ab"),), started_at=at)
    batch.incidents = {incident.id: incident}
    batch.gone = {dice.choice("xyz")} if dice.random() < 0.2 else set()
    batch.open_at_first = frozenset("x") if dice.random() < 0.2 else None
    return batch


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_written_or_forgotten_the_book_balances(file: Path, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(5):
        with closing(JournalFile(file)) as journal:
            for _ in range(20):
                journal.write(random_batch(dice))
            if dice.random() < 0.5:
                journal.forget(frozenset(dice.choice("ab")), {})
        check(file)
    with closing(JournalFile(file)) as journal:
        journal.forget(None, {})
    check(file)
    assert kept(file, Tables.BOOK) == []


async def weeks(file: Path) -> dict[str, bytes]:
    """A journal; and what it was two days earlier, as it stood on the disk."""
    services = tuple(f"service-{number}" for number in range(8))

    def batch(hours: range) -> Batch:
        tallies = {(service, hour): Tally(3_600_000, good=1) for hour in hours for service in services}
        days = {(service, hour // 24): Tally(24 * 3_600_000, good=24) for service, hour in tallies}
        seen = {key: [structs.replace(SEEN, at=key[1] * 3600.0)] for key in tallies}
        return Batch(hours=tallies, days=days, seen=seen, changes=[change(hour * 3600.0) for hour in hours])

    await written(file, batch(range(HOUR, HOUR + 24 * DAYS - 48)))
    before = file.read_bytes()
    await written(file, batch(range(HOUR + 24 * DAYS - 48, HOUR + 24 * DAYS)))
    return {"before": before, "now": file.read_bytes()}


def leaves(raw: bytes | bytearray) -> list[int]:
    return [begin for begin in range(PAGE, len(raw), PAGE) if raw[begin] == LEAF]


def swapped(now: bytes, before: bytes) -> bytes:
    raw = bytearray(now)
    one, other = leaves(raw)[20], leaves(raw)[-20]
    raw[one : one + PAGE], raw[other : other + PAGE] = now[other : other + PAGE], now[one : one + PAGE]
    return bytes(raw)


def doubled(now: bytes, before: bytes) -> bytes:
    raw = bytearray(now)
    one, other = leaves(raw)[20], leaves(raw)[-20]
    raw[one : one + PAGE] = now[other : other + PAGE]
    return bytes(raw)


def never_written(now: bytes, before: bytes) -> bytes:
    """Pages that a disk has acknowledged, and still has as they were."""
    raw = bytearray(now)
    for begin in leaves(before):
        if raw[begin] == LEAF:
            raw[begin : begin + PAGE] = before[begin : begin + PAGE]
    return bytes(raw)


@pytest.mark.expects_log("is damaged")
@pytest.mark.parametrize(
    ("damage", "codes"),
    [
        (swapped, ["journal_mended"]),
        (doubled, ["journal_damaged", "journal_gaps"]),
        (never_written, ["journal_damaged", "journal_gaps"]),
    ],
)
async def test_pages_that_look_sound_are_found_out_and_what_is_missing_is_named(
    file: Path, damage: Callable[[bytes, bytes], bytes], codes: list[str]
) -> None:
    states = await weeks(file)
    whole = {table: {(at, name) for at, name, _ in kept(file, table)} for table in BOOKED}
    file.write_bytes(damage(states["now"], states["before"]))
    with closing(sqlite3.connect(file)) as raw:
        assert raw.execute("PRAGMA quick_check").fetchall() == [("ok",)], "SQLite notices nothing"
    journal = Journal(file)
    assert await journal.write(Batch(changes=[change(1.0)]))
    (code,) = told(journal)
    await journal.close()
    assert code in codes
    missing = {
        at * table.value.unit_ms // 86_400_000
        for table in BOOKED
        for at, _ in whole[table] - {(at, name) for at, name, _ in kept(file, table)}
    }
    assert bool(missing) is (code != "journal_mended")
    said = lost_days(file)
    # What is booked may be as old as what is missing; that more may be lost is said then.
    assert {*said} == {day_name(day) for day in missing} or (said and code == "journal_gaps")
    # It is said as long as the history is kept, and found out once.
    await written(file, hour_of(HOUR + 24 * DAYS + 3))
    assert lost_days(file) == said
    assert len(list(file.parent.glob("*.damaged-?"))) == 1


async def test_what_is_lost_of_a_day_is_said_once_and_goes_with_what_is_forgotten(file: Path) -> None:
    await written(file, hour_of(HOUR), hour_of(HOUR + 48, "claude"))
    with closing(sqlite3.connect(file)) as raw, raw:
        row = DAY, "hour", 0, packed(Tables.BOOK, DAY, "hour", Booked(3, 2))
        raw.execute("INSERT OR REPLACE INTO book VALUES (?, ?, ?, ?)", row)
    check(file)
    assert lost_days(file) == ("2026-02-01",)
    journal = Journal(file)
    assert await journal.forget(frozenset({"claude"}))
    assert lost_days(file) == ("2026-02-01",)
    check(file)
    assert await journal.forget(None)
    await journal.close()
    assert lost_days(file) == ()


def test_who_counts_wrong_is_damaged(file: Path) -> None:
    for n in (0, 2):
        with closing(JournalFile(file)) as journal:
            journal.write(Batch(answered={("openai", DAY): 1}))
        with closing(sqlite3.connect(file)) as raw, raw:
            value = packed(Tables.BOOK, DAY, "answered", Booked(n))
            raw.execute("UPDATE book SET value = ?", (value,))
        with pytest.raises(Damaged):
            check(file)
        file.unlink()


async def test_a_journal_of_before_there_was_a_book_gets_one(file: Path) -> None:
    open_one = structs.replace(INCIDENT, id="open")
    over = structs.replace(INCIDENT, id="over", stage=IncidentStage.OVER, ended_at=AT + 60)
    batch = hour_of(HOUR)
    batch.incidents = {one.id: one for one in (open_one, over)}
    await written(file, batch)
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("DROP TABLE book")
        raw.execute("DROP TABLE month")
        raw.execute("UPDATE incident SET part = 0")
        raw.execute("PRAGMA user_version = 1")
    before = shutil.copy(file, file.with_name("before"))
    assert len(read_history(file, None, None, AT + 86_400, lambda at: 0.0).incidents) == 2, "it is read as it is"
    await written(file, hour_of(HOUR + 1))
    check(file)
    assert len(kept(file, Tables.HOUR)) == 2
    with closing(sqlite3.connect(file)) as raw:
        assert raw.execute("SELECT name, part FROM incident").fetchall() == [
            ("open", incident_part(open_one)),
            ("over", incident_part(over)),
        ]
    assert Path(before).exists()


def test_the_tables_of_the_first_version_are_those_that_are_booked() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        create_journal(database)
        names = {name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert names == {table.value.name for table in BOOKED}
