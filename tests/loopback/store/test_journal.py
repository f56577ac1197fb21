"""The journal survives what a machine does to it: what was acknowledged is there, and what is lost is said."""

import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.support.fullness import full_disk, read_only
from trayapp.core.evidence.observation import Outcome, Source
from trayapp.core.evidence.page_report import PageStage, PageUpdate
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.journal.batch import Batch, By, Seen, Switched
from trayapp.core.journal.history import day_name
from trayapp.core.journal.tally import Tally
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import Transition
from trayapp.core.switching.route import To
from trayapp.store.database import Newer
from trayapp.store.history import read_history
from trayapp.store.journal import Journal
from trayapp.store.journal_file import SEEN_KEPT_DAYS, UPDATES_KEPT, JournalFile
from trayapp.store.journal_reading import Lost, reading
from trayapp.store.journal_tables import BOOKED, Tables, day_of
from trayapp.text.problems import words

HOUR = 491_640
DAY = HOUR // 24
AT = HOUR * 3600.0
SEEN = Seen(AT, Source.PROBE, 2, Outcome.GOOD, "http_401", 0.25)
INCIDENT = Incident("openai-1", "openai", ("chatgpt",), ("chatgpt",), IncidentStage.OPEN, AT)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


def hour_of(hour: int, service: str = "chatgpt", good: int = 1) -> Batch:
    tally = Tally(green_ms=3_600_000, good=good, answers={50: good})
    return Batch(
        hours={(service, hour): tally},
        days={(service, hour // 24): structs.replace(tally, answers={50: good})},
        seen={(service, hour): [structs.replace(SEEN, at=hour * 3600.0)]},
    )


def change(at: float, service: str = "chatgpt") -> Transition:
    return Transition(at, service, Light.RED, Finding.DOWN, Light.GREEN, Finding.OK)


def kept(file: Path, table: Tables) -> list[tuple[int, str, Any]]:
    with reading(file) as reader:
        if reader is None:
            return []
        found = list(reader.values(table))
        assert not reader.lost
        return found


def told(journal: Journal) -> list[str]:
    for problem in journal.problems:
        assert "{" not in "".join(words(problem)), "every gap of the words is filled"
    return [problem.code for problem in journal.problems]


async def written(file: Path, *batches: Batch) -> None:
    journal = Journal(file)
    for batch in batches:
        assert await journal.write(batch)
    await journal.close()


async def test_all_that_happened_is_there_afterwards(file: Path) -> None:
    batch = hour_of(HOUR)
    batch.changes, batch.switches = [change(AT)], [Switched(AT, "openai", To.LOCAL, By.HAND, "user")]
    batch.answered, batch.incidents = {("openai", DAY): 3}, {INCIDENT.id: INCIDENT}
    await written(file, batch)
    for table in BOOKED:
        assert len(kept(file, table)) == 1, table
    assert kept(file, Tables.CHANGE) == [(int(AT * 1000), "chatgpt", change(AT))]
    assert kept(file, Tables.INCIDENT) == [(int(AT * 1000), "openai-1", INCIDENT)]
    assert kept(file, Tables.SEEN)[0][2] == [SEEN]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_an_hour_adds_up_whoever_wrote_its_pieces(file: Path) -> None:
    for _ in range(3):
        await written(file, hour_of(HOUR), Batch(answered={("openai", DAY): 2}))
    ((_, _, hour),), ((_, _, day),) = kept(file, Tables.HOUR), kept(file, Tables.DAY)
    assert hour == day == Tally(green_ms=3 * 3_600_000, good=3, answers={50: 3})
    assert kept(file, Tables.ANSWERED)[0][2].n == 6
    assert len(kept(file, Tables.SEEN)) == 3


async def test_what_happens_in_the_same_millisecond_is_all_kept(file: Path) -> None:
    await written(file, Batch(changes=[change(AT), change(AT), change(AT, "claude")]), Batch(changes=[change(AT)]))
    assert len(kept(file, Tables.CHANGE)) == 4


async def test_an_incident_keeps_every_update_that_its_page_ever_had(file: Path) -> None:
    updates = [PageUpdate(AT + n, PageStage.IDENTIFIED, f"Update {n}") for n in range(4)]
    for some in ((updates[0],), (updates[1], updates[0]), (updates[3], updates[2])):
        one = structs.replace(INCIDENT, updates=some, started_at=AT - len(some), cause="a bad deployment")
        await written(file, Batch(incidents={one.id: one}))
    ((_, _, noted),) = kept(file, Tables.INCIDENT)
    assert [one.text for one in noted.updates] == ["Update 3", "Update 2", "Update 1", "Update 0"]
    assert noted.cause == "a bad deployment"
    await written(file, Batch(gone={INCIDENT.id}))
    assert kept(file, Tables.INCIDENT) == []


async def test_of_a_page_that_never_stops_writing_the_first_word_and_the_newest_are_kept(file: Path) -> None:
    updates = [PageUpdate(AT + n, PageStage.IDENTIFIED, f"Update {n}") for n in range(UPDATES_KEPT + 50)]
    for n in range(0, len(updates), 25):
        one = structs.replace(INCIDENT, updates=tuple(reversed(updates[n : n + 25])))
        await written(file, Batch(incidents={one.id: one}))
    ((_, _, noted),) = kept(file, Tables.INCIDENT)
    assert noted.updates == (*reversed(updates[51:]), updates[0])


async def test_an_incident_that_is_written_again_as_it_stands_costs_no_page(file: Path) -> None:
    one = structs.replace(INCIDENT, updates=(PageUpdate(AT, PageStage.IDENTIFIED, "We are on it."),))
    with closing(JournalFile(file)) as journal:
        log = file.with_name(f"{file.name}-wal")
        journal.write(Batch(incidents={one.id: one}))
        size = log.stat().st_size
        journal.write(Batch(incidents={one.id: structs.replace(one, updates=())}))
        assert log.stat().st_size == size
        journal.write(Batch(incidents={one.id: structs.replace(one, cause="a bad deployment")}))
        assert log.stat().st_size > size


async def test_requests_one_by_one_are_let_go_after_30_days_and_sums_never(file: Path) -> None:
    await written(file, *(hour_of(HOUR + 24 * day) for day in range(40)))
    assert len({at // 24 for at, _, _ in kept(file, Tables.SEEN)}) == SEEN_KEPT_DAYS
    assert len(kept(file, Tables.HOUR)) == len(kept(file, Tables.DAY)) == 40


@pytest.mark.parametrize("jump_hours", [24 * 365 * 10, -24 * 365 * 10, 24 * 365 * 900])
async def test_a_clock_that_jumps_costs_nothing(file: Path, jump_hours: int) -> None:
    before = [hour_of(HOUR + 24 * day) for day in range(10)]
    strange = hour_of(HOUR + jump_hours)
    strange.changes = [change((HOUR + jump_hours) * 3600.0)]
    await written(file, *before, strange, hour_of(HOUR + 24 * 10))
    assert len(kept(file, Tables.HOUR)) == 12
    # What says that it is ten years old is let go as such.
    assert len(kept(file, Tables.SEEN)) == (11 if jump_hours < 0 else 12)
    assert len(kept(file, Tables.CHANGE)) == 1


WRITER = """
import asyncio, sys
from pathlib import Path
from tests.loopback.store.test_journal import AT, HOUR, change, hour_of
from trayapp.store.journal import Journal

async def main():
    journal = Journal(Path(sys.argv[1]))
    number = int(sys.argv[2])
    while True:
        number += 1
        batch = hour_of(HOUR + number // 7)
        batch.changes = [change(AT + number)]
        assert await journal.write(batch)
        print(number, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("rounds", [(1, 5, 60), (2, 30, 200)])
async def test_kill_9_loses_nothing_that_was_acknowledged(file: Path, rounds: tuple[int, ...]) -> None:
    last = 0
    for count in rounds:
        arguments = [sys.executable, "-c", WRITER, str(file), str(last)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as writer:
            assert writer.stdout is not None
            for _ in range(count):
                last = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            last = max([last, *(int(line) for line in writer.stdout.read().split(b"\n")[:-1])])
        hours, days = kept(file, Tables.HOUR), kept(file, Tables.DAY)
        total = sum(tally.good for _, _, tally in hours)
        assert total == sum(tally.good for _, _, tally in days) == len(kept(file, Tables.CHANGE)), "one transaction"
        assert total in (last, last + 1), "what was under way may be there, what was acknowledged is"
        last = total


@pytest.mark.expects_log("going on without the disk")
@pytest.mark.parametrize("refuses", [full_disk, read_only])
async def test_a_disk_that_refuses_is_told_and_caught_up_with(
    file: Path, refuses: Callable[..., AbstractContextManager[None]]
) -> None:
    await written(file, hour_of(HOUR))
    journal = Journal(file)
    with refuses() if refuses is full_disk else refuses(file.parent):
        assert not await journal.write(hour_of(HOUR))
        assert not await journal.write(hour_of(HOUR + 1))
        assert told(journal) == ["journal_unwritable"]
    assert await journal.write(Batch())
    assert told(journal) == []
    await journal.close()
    assert [(at - HOUR, tally.good) for at, _, tally in kept(file, Tables.HOUR)] == [(0, 2), (1, 1)]


@pytest.mark.expects_log("going on without the disk")
async def test_a_newer_journal_is_not_touched(file: Path) -> None:
    await written(file, hour_of(HOUR))
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA user_version = 99")
    before = file.read_bytes()
    journal = Journal(file)
    assert not await journal.write(hour_of(HOUR))
    assert told(journal) == ["journal_newer"]
    await journal.close()
    assert file.read_bytes() == before
    with pytest.raises(Newer):
        JournalFile(file)


SERVICES = tuple(f"service-{number}" for number in range(20))


async def months(file: Path) -> dict[Tables, dict[tuple[int, str], Any]]:
    """Three weeks of twenty services, in a file without a log; what is in it."""
    batches = []
    for hour in range(HOUR, HOUR + 24 * 21):
        batch = Batch(changes=[change(hour * 3600.0, SERVICES[hour % 20])])
        for service in SERVICES:
            batch.add(hour_of(hour, service, good=hour % 59))
        batches.append(batch)
    await written(file, *batches)
    assert not file.with_name(file.name + "-wal").exists()
    return {table: {(at, name): value for at, name, value in kept(file, table)} for table in BOOKED}


def hurt(file: Path, dice: random.Random, places: int = 10) -> None:
    content = bytearray(file.read_bytes())
    for _ in range(places):
        # Anywhere behind the file's own description: a bit, a few bytes, a sector, a page.
        begin = dice.randrange(4096, len(content) - 4096)
        length = dice.choice([1, 16, 512, 4096])
        content[begin : begin + length] = dice.randbytes(length)
    file.write_bytes(content)


@pytest.mark.expects_log("is damaged")
async def test_a_file_damaged_in_ten_places_opens_and_says_what_is_lost(file: Path, tmp_path: Path) -> None:
    whole = await months(file)
    good_copy = shutil.copy(file, tmp_path / "good")
    for seed in range(4):
        dice = random.Random(seed)
        for one in file.parent.iterdir():
            one.unlink()
        shutil.copy(good_copy, file)
        hurt(file, dice)
        with reading(file) as reader:
            assert reader is not None
            for table in BOOKED:
                for at, name, value in reader.values(table):
                    assert whole[table][at, name] == value, "what is read is true"
            lost_in_place = reader.lost
        journal = Journal(file)
        assert await journal.write(hour_of(HOUR + 24 * 21))
        codes = told(journal)
        await journal.close()
        with reading(file) as reader:
            assert reader is not None
            there = {table: {(at, name): value for at, name, value in reader.values(table)} for table in BOOKED}
            assert not reader.lost
        for table in BOOKED:
            assert all(whole[table].get(key, value) == value for key, value in there[table].items())
        missing = sum(len(whole[table].keys() - there[table].keys()) for table in BOOKED)
        assert missing <= 10 * 2 * 80, "what is lost is in the places themselves"
        days = {day_of(table, at) for table in BOOKED for at, _ in whole[table].keys() - there[table].keys()}
        said = set(read_history(file, None, None, AT * 2, lambda at: 0.0).lost_days)
        if missing:
            assert lost_in_place
            assert codes in (["journal_damaged"], ["journal_gaps"], ["journal_doubtful"]), "what is lost is said"
        if codes == ["journal_damaged"]:
            assert said == {day_name(day) for day in days}, "and of which days, for good"
        if codes:
            assert file.with_name(file.name + ".damaged-1").exists()


@pytest.mark.expects_log("is damaged")
@pytest.mark.parametrize("content", [b"no database at all" * 1000, b"SQLite format 3\x00" + b"\xff" * 9000])
async def test_a_file_of_which_nothing_is_left(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    journal = Journal(file)
    assert await journal.write(hour_of(HOUR))
    assert told(journal) == ["journal_lost"]
    await journal.close()
    assert file.with_name(file.name + ".damaged-1").read_bytes() == content
    assert len(kept(file, Tables.HOUR)) == 1


@pytest.mark.expects_log("is damaged")
@pytest.mark.parametrize(
    ("place", "content"),
    [
        (44, b"\x99\x99\x99\x99"),  # the format of the schema
        (60, b"\x77\x00\x00\x00"),  # the version of the program
        (18, b"\x07\x07"),  # who may read and write
        (None, b""),  # the name of a table
    ],
)
async def test_what_is_damaged_is_neither_newer_nor_for_ever(file: Path, place: int | None, content: bytes) -> None:
    await written(file, hour_of(HOUR))
    raw = bytearray(file.read_bytes())
    place = raw.index(b"tablehourhour") + 5 if place is None else place
    content = content or b"h\xffur"
    raw[place : place + len(content)] = content
    file.write_bytes(raw)
    journal = Journal(file)
    assert await journal.write(hour_of(HOUR + 1))
    assert told(journal) == ["journal_doubtful"]
    await journal.close()
    assert [at - HOUR for at, _, _ in kept(file, Tables.HOUR)] == [0, 1]


@pytest.mark.expects_log("is damaged", "going on without the disk")
async def test_a_disk_that_is_full_while_a_damaged_file_is_mended_costs_nothing(file: Path) -> None:
    whole = await months(file)
    hurt(file, random.Random(1))
    damaged = file.read_bytes()
    journal = Journal(file)
    with full_disk(100_000):
        assert not await journal.write(hour_of(HOUR + 10_000))
    assert file.read_bytes() == damaged
    assert await journal.write(Batch())
    assert told(journal) == ["journal_damaged"]
    await journal.close()
    assert len(kept(file, Tables.HOUR)) > len(whole[Tables.HOUR]) / 2


async def test_what_was_mended_when_the_machine_stopped_is_found(file: Path) -> None:
    await written(file.with_name(file.name + ".new"), hour_of(HOUR))
    await written(file, hour_of(HOUR))
    assert kept(file, Tables.HOUR)[0][2].good == 2


async def test_what_nobody_follows_any_more_does_not_go_on_for_ever(file: Path) -> None:
    """After a kill -9, a memory that was lost, or with other services to watch."""
    names = ("lost", "followed", "new", "over")
    incidents = {name: structs.replace(INCIDENT, id=name) for name in names if name != "new"}
    incidents["over"] = structs.replace(incidents["over"], stage=IncidentStage.OVER, ended_at=AT + 60)
    await written(file, Batch(incidents=incidents))
    new = structs.replace(INCIDENT, id="new")
    await written(file, Batch(incidents={"new": new}, open_at_first=frozenset({"followed"})), Batch())
    there = {
        name: (one.stage, one.down, one.ended_at) for _, _, one in kept(file, Tables.INCIDENT) for name in [one.id]
    }
    going_on = IncidentStage.OPEN, ("chatgpt",), None
    assert there == {
        "lost": (IncidentStage.OVER, (), None),
        "followed": going_on,
        "new": going_on,
        "over": (IncidentStage.OVER, ("chatgpt",), AT + 60),
    }


async def test_of_an_outage_of_several_services_the_others_keep_theirs(file: Path) -> None:
    both = structs.replace(INCIDENT, services=("chatgpt", "openai-api"))
    await written(file, Batch(incidents={both.id: both}))
    journal = Journal(file)
    assert await journal.forget(frozenset({"chatgpt"}))
    await journal.close()
    assert [one.services for _, _, one in kept(file, Tables.INCIDENT)] == [("openai-api",)]


async def test_what_a_provider_was_switched_goes_with_the_last_of_its_services(file: Path) -> None:
    batch = Batch(answered={("openai", DAY): 3}, switches=[Switched(AT, "openai", To.LOCAL, By.HAND)])
    for name in ("chatgpt", "openai-api", "claude"):
        batch.add(hour_of(HOUR, name))
    await written(file, batch)
    journal = Journal(file)
    of_openai = {"openai": frozenset({"chatgpt", "openai-api"})}
    for service, left in (("chatgpt", 1), ("openai-api", 0)):
        assert await journal.forget(frozenset({service}), of_openai)
        assert len(kept(file, Tables.SWITCH)) == len(kept(file, Tables.ANSWERED)) == left
    await journal.close()
    assert [name for _, name, _ in kept(file, Tables.DAY)] == ["claude"]


async def test_forgotten_is_forgotten(file: Path) -> None:
    batch = hour_of(HOUR, "very-private")
    batch.changes, batch.incidents = (
        [change(AT, "very-private")],
        {"i": structs.replace(INCIDENT, services=("very-private",))},
    )
    batch.add(hour_of(HOUR, "claude"))
    journal = Journal(file)
    assert await journal.write(batch)
    for copy in (".damaged-1", ".damaged-1-wal", ".version-1", ".new", ".new-wal"):
        file.with_name(file.name + copy).write_text("very-private")
    assert await journal.forget(frozenset({"very-private"}))
    for one in file.parent.iterdir():
        assert b"very-private" not in one.read_bytes(), one
    assert [name for table in BOOKED for _, name, _ in kept(file, table)] == ["claude"] * 3
    assert await journal.forget(None)
    await journal.close()
    assert [kept(file, table) for table in Tables] == [[]] * len(Tables)


def test_where_there_is_nothing_nothing_is_read(file: Path) -> None:
    with reading(file) as reader:
        assert reader is None
    assert not file.parent.exists()
    assert not Lost()
