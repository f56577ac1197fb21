"""Months that are over are summed up, and say the same as their days whatever is written, forgotten or lost."""

import random
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from tests.loopback.store.test_journal import AT, HOUR, hour_of, kept, written
from trayapp.core.journal.history import History
from trayapp.store.history import read_history
from trayapp.store.journal import Journal
from trayapp.store.journal_file import JournalFile
from trayapp.store.journal_tables import Tables

NOW = AT + 200 * 86_400.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


def read(file: Path, service: str | None = None, since: date | None = None) -> History:
    return read_history(file, service, since, NOW, lambda at: 0.0, days=since is not None)


def summed(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as raw:
        days = [at for (at,) in raw.execute("SELECT at FROM month WHERE name = '' ORDER BY at")]
    return [date.fromordinal(day + date(1970, 1, 1).toordinal()).isoformat() for day in days]


def without_sums(file: Path) -> None:
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("DELETE FROM month")


async def test_a_month_is_summed_up_when_the_next_begins(file: Path) -> None:
    await written(file, *(hour_of(HOUR + 24 * day) for day in range(28)))
    assert summed(file) == []
    await written(file, hour_of(HOUR + 24 * 28))
    assert summed(file) == ["2026-02-01"]
    await written(file, hour_of(HOUR + 24 * 100))
    assert summed(file) == ["2026-02-01", "2026-03-01"]


@pytest.mark.parametrize("seed", range(2))
async def test_the_sums_say_what_the_days_say(file: Path, seed: int) -> None:
    """With a clock that jumps between months, and services forgotten in between."""
    dice = random.Random(seed)
    with closing(JournalFile(file)) as journal, closing(JournalFile(file)) as other:
        for _ in range(80):
            hour = HOUR + 24 * dice.choice([dice.randrange(150), 3000, -8000, 70_000_000 // 24, -400_000 // 24])
            dice.choice([journal, other]).write(hour_of(hour, dice.choice("abc"), good=dice.randrange(9)))
            if dice.random() < 0.02:
                journal.forget(frozenset({dice.choice("abc")}), {})
    asked = [(None, None), ("a", None), ("nobody", None), (None, date(2026, 2, 17)), ("b", date(2026, 3, 1))]
    quick = [read(file, *one) for one in asked]
    assert summed(file)
    without_sums(file)
    assert quick == [read(file, *one) for one in asked]


async def test_a_month_outlives_the_page_of_its_days(file: Path) -> None:
    await written(file, *(hour_of(HOUR + 24 * day) for day in range(40)))
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute("UPDATE day SET value = x'00' WHERE at < ?", (HOUR // 24 + 28,))
    assert [one.good for one in read(file).months][:2] == [28, 12]


@pytest.mark.parametrize("service", ["chatgpt", None])
async def test_where_a_sum_is_damaged_its_days_are_asked(file: Path, service: str | None) -> None:
    await written(file, *(hour_of(HOUR + 24 * day) for day in range(40)))
    for change in ("UPDATE month SET value = x'00' WHERE name = 'chatgpt'", "UPDATE month SET value = x'00'"):
        with closing(sqlite3.connect(file)) as raw, raw:
            raw.execute(change)
        history = read(file, service)
        assert [one.good for one in history.months][:2] == [28, 12]
        assert history.lost_days == (), "it can be made again"


async def test_what_is_forgotten_is_in_no_sum(file: Path) -> None:
    await written(file, *(hour_of(HOUR + 24 * day, name) for day in range(40) for name in ("chatgpt", "claude")))
    assert {name for _, name, _ in kept(file, Tables.MONTH)} == {"", "chatgpt", "claude"}
    journal = Journal(file)
    assert await journal.forget(frozenset({"chatgpt"}))
    assert await journal.write(hour_of(HOUR + 24 * 40, "claude"))
    await journal.close()
    assert {name for _, name, _ in kept(file, Tables.MONTH)} == {"", "claude"}
