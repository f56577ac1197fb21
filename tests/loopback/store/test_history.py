"""The history out of a journal: by service and day, and true about what is lost."""

import random
import sqlite3
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

import pytest
from msgspec import structs

from tests.loopback.store.test_journal import AT, HOUR, INCIDENT, change, hour_of, hurt, written
from trayapp.core.incident.incident import IncidentStage
from trayapp.core.journal.batch import Batch, By, Switched
from trayapp.core.journal.history import History
from trayapp.core.journal.tally import Tally
from trayapp.core.switching.route import To
from trayapp.errors import Problem
from trayapp.store.history import read_history

NOW = AT + 40 * 86_400


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


def read(file: Path, service: str | None = None, since: date | None = None, offset_s: float = 0.0) -> History:
    return read_history(file, service, since, NOW, lambda at: offset_s)


def days(*numbers: int, service: str = "chatgpt") -> list[Batch]:
    return [hour_of(HOUR + 24 * number, service) for number in numbers]


async def test_without_a_file_there_is_no_history(file: Path) -> None:
    assert read(file) == History()
    assert not file.parent.exists()


async def test_it_begins_with_the_first_hour_of_each_service(file: Path) -> None:
    # 1 February 2026, 0:00, and 6 hours later.
    await written(file, hour_of(HOUR), hour_of(HOUR + 6, "claude"))
    february = {one.service: one for one in read(file).months}
    assert february["chatgpt"].unwatched_s == 28 * 86_400 - 3600
    assert february["claude"].unwatched_s == 28 * 86_400 - 7 * 3600


async def test_it_can_be_asked_from_a_day_on_and_for_one_service(file: Path) -> None:
    over = structs.replace(INCIDENT, ended_at=AT + 100)
    late = structs.replace(INCIDENT, id="late", started_at=AT + 30 * 86_400)
    news = Batch(changes=[change(AT), change(AT + 30 * 86_400, "claude")], incidents={"openai-1": over, "late": late})
    await written(file, *days(0, 1, 30), *days(30, service="claude"), news)
    march = read(file, since=date(2026, 3, 1))
    assert [(one.service, one.month) for one in march.months] == [("chatgpt", "2026-03"), ("claude", "2026-03")]
    assert [one.id for one in march.incidents] == ["late"]
    assert [one.service for one in march.changes] == ["claude"]
    alone = read(file, "chatgpt")
    assert [one.month for one in alone.months] == ["2026-02", "2026-03"]
    assert [one.service for one in alone.changes] == ["chatgpt"]
    assert read(file, "claude").incidents == ()


@pytest.mark.parametrize(
    ("stage", "ended_from", "told"),
    [
        (IncidentStage.OPEN, None, True),
        (IncidentStage.OVER, None, False),
        (IncidentStage.OVER, AT + 9 * 86_400, False),
        (IncidentStage.OVER, AT + 10 * 86_400, True),
    ],
)
async def test_an_outage_whose_end_nobody_saw_is_of_its_time(
    file: Path, stage: IncidentStage, ended_from: float | None, told: bool
) -> None:
    one = structs.replace(INCIDENT, stage=stage, ended_from=ended_from)
    await written(file, Batch(incidents={one.id: one}))
    assert bool(read(file, since=date(2026, 2, 11)).incidents) is told


async def test_a_day_begins_where_the_computer_is(file: Path) -> None:
    await written(file, Batch(changes=[change(AT - 3600.0)], hours=hour_of(HOUR).hours))
    assert len(read(file, since=date(2026, 2, 1)).changes) == 0
    assert len(read(file, since=date(2026, 2, 1), offset_s=7200.0).changes) == 1


async def test_what_is_lost_is_counted_and_the_rest_is_told(file: Path) -> None:
    await written(file, *days(*range(30)))
    assert read(file).lost_days == ()
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("UPDATE hour SET value = x'00' WHERE at = ?", (HOUR,))
        raw.execute("UPDATE day SET value = x'0011223344' WHERE at = ?", (HOUR // 24 + 3,))
    told = read(file)
    assert told.lost_days == ("2026-02-01", "2026-02-04")
    assert told.months[0].good == 28, "the month was over, and is summed up"


async def test_what_was_switched_is_of_a_provider(file: Path) -> None:
    switches = [Switched(AT, name, To.LOCAL, By.HAND) for name in ("openai", "anthropic")]
    await written(file, Batch(switches=switches, answered={("openai", HOUR // 24): 3, ("anthropic", HOUR // 24): 4}))
    for provider, answers in ((None, {3, 4}), ("openai", {3}), ("", set())):
        told = read_history(file, None, None, NOW, lambda at: 0.0, provider=provider)
        assert {one.provider for one in told.switches} == {one.provider for one in told.local_answers}
        assert {one.answers for one in told.local_answers} == answers


@pytest.mark.parametrize("watched_min", [0, 1, 20, 59])
async def test_before_the_first_record_nobody_was_away(file: Path, watched_min: int) -> None:
    tally = Tally(green_ms=watched_min * 60_000, grey_ms=60_000)
    await written(file, Batch(hours={("chatgpt", HOUR): tally}, days={("chatgpt", HOUR // 24): tally}))
    now = AT + 50 * 60
    (month,) = read_history(file, None, None, now, lambda at: 0.0).months
    assert month.unwatched_s == 0.0
    (month,) = read_history(file, None, None, now + 3600, lambda at: 0.0).months
    assert month.unwatched_s == 50 * 60.0


async def test_a_clock_gone_back_years_has_nobody_away_since_then(file: Path) -> None:
    """As after an empty battery, until the network tells the time."""
    away = hour_of(HOUR - 24 * 365 * 11)
    await written(file, away, *days(3))
    (wrong, right) = read(file).months
    assert (wrong.month, wrong.unwatched_s, wrong.up_s) == ("2015-02", 0.0, 3600.0)
    assert right.unwatched_s == 25 * 86_400 - 3600
    (whole,) = read_history(file, None, date(2026, 2, 1), NOW, lambda at: 0.0, days=True).whole
    assert whole.unwatched_s == 37 * 86_400 - 3600


async def test_where_the_first_hour_is_lost_its_day_is_known(file: Path) -> None:
    await written(file, *days(3, 4))
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("DELETE FROM hour")
    (month,) = read(file).months
    assert month.unwatched_s == 25 * 86_400 - 7200


@pytest.mark.parametrize("table", ["incident", "change", "seen"])
async def test_no_more_days_are_lost_than_there_were(file: Path, table: str) -> None:
    """Where the first page of a table is gone, nobody knows when it began or ended."""
    await written(file, *days(*range(39)), Batch(incidents={INCIDENT.id: INCIDENT}, changes=[change(AT)]))
    with closing(sqlite3.connect(file)) as raw:
        (page,) = raw.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
    with file.open("r+b") as raw_file:
        raw_file.seek((page - 1) * 4096)
        raw_file.write(b"\xff" * 4096)
    told = read(file)
    assert len(told.lost_days) <= 43
    assert bool(told.lost_days) is (table != "seen"), "which is not looked at here"
    assert told.months[0].good == 28


@pytest.mark.parametrize("seed", range(10))
async def test_no_damage_is_a_crash(file: Path, seed: int) -> None:
    await written(file, *days(*range(60)), Batch(incidents={INCIDENT.id: INCIDENT}))
    hurt(file, random.Random(seed), places=40)
    # Nothing at all may be left to read; that is said.
    with suppress(Problem):
        assert sum(one.good for one in read(file).months) <= 60


@pytest.mark.parametrize("content", [b"", b"no database", b"no database at all" * 1000])
async def test_what_is_no_journal_cannot_be_read(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(Problem, match="journal_unreadable"):
        read(file)
    assert file.read_bytes() == content


async def test_a_newer_journal_cannot_be_read(file: Path) -> None:
    await written(file, *days(0))
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA user_version = 99")
    with pytest.raises(Problem, match="journal_unreadable"):
        read(file)
