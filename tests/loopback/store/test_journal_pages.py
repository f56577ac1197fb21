"""Page by page all of a journal is found, whatever has become of the file's head and tree."""

import random
from pathlib import Path

import pytest
from msgspec import structs

from tests.loopback.store.test_journal import AT, HOUR, INCIDENT, SEEN, change, hour_of, told, written
from trayapp.core.evidence.page_report import PageStage, PageUpdate
from trayapp.core.journal.batch import Batch
from trayapp.store.journal import Journal
from trayapp.store.journal_pages import whole_records
from trayapp.store.journal_reading import reading
from trayapp.store.journal_tables import Record, Tables
from trayapp.store.log_frames import PAGE_BYTES

TOLD = tuple(table for table in Tables if table is not Tables.MONTH)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


async def filled(file: Path) -> set[tuple[Tables, Record]]:
    """Records of all sizes: a few bytes, some that need a page more, and some that need many."""
    dice = random.Random(7)
    batch = Batch()
    for number in range(400):
        batch.add(hour_of(HOUR + number, good=number))
        codes = [dice.randbytes(8).hex() for _ in range(dice.choice([1, 20, 90, 700]))]
        batch.seen["busy", HOUR + number] = [structs.replace(SEEN, at=AT + number, code=code) for code in codes]
        batch.changes.append(change(AT + number))
    for number in range(30):
        said = tuple(PageUpdate(AT, PageStage.IDENTIFIED, dice.randbytes(200).hex()) for _ in range(number))
        batch.incidents[str(number)] = structs.replace(INCIDENT, id=str(number), updates=said)
    await written(file, batch)
    with reading(file) as reader:
        assert reader is not None
        return {(table, record) for table in TOLD for record in reader.records(table)}


async def test_every_record_is_found_in_its_table(file: Path) -> None:
    there = await filled(file)
    assert max(len(record.value) for _, record in there) > 2 * PAGE_BYTES, "some hang over many pages"
    assert set(whole_records(file)) == there


@pytest.mark.expects_log("is damaged")
async def test_a_file_whose_head_is_gone_loses_nothing_else(file: Path) -> None:
    there = await filled(file)
    with file.open("r+b") as raw:
        raw.write(b"\xff" * PAGE_BYTES)
    journal = Journal(file)
    assert await journal.write(hour_of(HOUR + 5000))
    assert told(journal) == ["journal_doubtful"]
    await journal.close()
    with reading(file) as reader:
        assert reader is not None
        kept = {(table, record) for table in TOLD for record in reader.records(table)}
    later = {(Tables.BOOK, record) for table, record in kept if table is Tables.BOOK}
    assert {one for one in there - kept if one[0] is not Tables.BOOK} == set()
    assert len(later) >= sum(table is Tables.BOOK for table, _ in there)


@pytest.mark.parametrize("seed", range(5))
async def test_no_damage_is_a_crash_or_a_lie(file: Path, seed: int) -> None:
    there = await filled(file)
    dice = random.Random(seed)
    content = bytearray(file.read_bytes())
    for _ in range(300):
        content[dice.randrange(len(content))] = dice.randrange(256)
    file.write_bytes(content)
    assert set(whole_records(file)) <= there
    file.write_bytes(dice.randbytes(50_000))
    assert set(whole_records(file)) == set()


def test_a_damaged_length_leads_nowhere(file: Path) -> None:
    """A leaf whose only cell claims to be endless, and to go on in a page that goes on in itself."""
    leaf = bytearray(PAGE_BYTES)
    leaf[0], leaf[4], leaf[8:10] = 0x0A, 1, (3000).to_bytes(2, "big")
    leaf[3000:3009] = b"\xff" * 9
    # What is said to be here are 489 bytes; the number of the next page follows.
    leaf[3009 + 489 : 3009 + 493] = (3).to_bytes(4, "big")
    file.parent.mkdir()
    file.write_bytes(bytes(PAGE_BYTES) + leaf + (3).to_bytes(4, "big") * (PAGE_BYTES // 4))
    assert list(whole_records(file)) == []
