"""How large the journal grows, and how long it takes to open and to ask.

    python -m tests.bench.journal [--years 3] [--services 50] [--file F]

A journal is filled as the program fills it: hours and days of all services, the last 30 days request by request (one a
minute a service), five verdict changes a service and day, one incident a provider and week with eight updates. Printed
are its size, and the times of what people wait for, beside reading the whole file once as a yardstick. Budgets: 300 MB
for 25 providers and three years; 200 ms to open.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

from trayapp.core.delays import bucket as bucket_of
from trayapp.core.evidence.observation import Outcome, Source
from trayapp.core.evidence.page_report import PageStage, PageUpdate
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.journal.batch import Batch, Seen
from trayapp.core.journal.history import day_of
from trayapp.core.journal.tally import Tally
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import Transition
from trayapp.store.history import read_history
from trayapp.store.journal_check import check
from trayapp.store.journal_file import SEEN_KEPT_DAYS, JournalFile

BEGIN_DAY = 20_454
"""1 January 2026."""
BUDGET_BYTES = 300_000_000
BUDGET_S = 0.2
PHASES_MS = (15, 20, 45, 120)
LONG_SHARE = 0.02
HOURS_DRAWN = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--years", type=float, default=3.0)
    parser.add_argument("--services", type=int, default=50)
    parser.add_argument("--file", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = arguments.file or Path(folder) / "journal.sqlite3"
        days = round(arguments.years * 365)
        if not file.exists():
            print(f"filled in {took(lambda: fill(file, days, arguments.services)):.0f} s")
        size = file.stat().st_size
        print(f"size {size / 1e6:.1f} MB, {size / BUDGET_BYTES:.2f} of the budget")
        yardstick = min(took(file.read_bytes) for _ in range(3))
        for what, work in (
            ("open", lambda: JournalFile(file).close()),
            ("open and add an hour", lambda: add_an_hour(file, days, arguments.services)),
            ("history of one service", lambda: read_history(file, "service-7", None, end(days), utc, changes=False)),
            ("the last 90 days of all", lambda: read_history(file, None, since(days), end(days), utc, changes=False)),
            ("history of all", lambda: read_history(file, None, None, end(days), utc, changes=False)),
            ("check all of it, in its own thread", lambda: check(file)),
        ):
            spent = min(took(work) for _ in range(3))
            print(f"{what:36} {spent * 1000:8.1f} ms  {spent / yardstick:6.2f} x  {spent / BUDGET_S:6.2f} of 200 ms")


def took(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def end(days: int) -> float:
    return (BEGIN_DAY + days) * 86_400.0


def since(days: int) -> date:
    return day_of(BEGIN_DAY + days - 90)


def utc(at: float) -> float:
    return 0.0


def fill(file: Path, days: int, services: int, one_by_one_days: int = SEEN_KEPT_DAYS) -> None:
    """`one_by_one_days`: of how many at the end there are requests one by one."""
    dice = random.Random(1)
    drawn = _hours_drawn(dice)
    with closing(JournalFile(file)) as journal:
        for day in range(BEGIN_DAY, BEGIN_DAY + days):
            journal.write(_day(day, services, dice, drawn, one_by_one=day >= BEGIN_DAY + days - one_by_one_days))


def add_an_hour(file: Path, days: int, services: int) -> None:
    hour = (BEGIN_DAY + days) * 24
    names = [f"service-{number}" for number in range(services)]
    with closing(JournalFile(file)) as journal:
        journal.write(Batch(hours={(name, hour): Tally(1000, good=1) for name in names}))


def _hours_drawn(dice: random.Random) -> list[tuple[Tally, Tally]]:
    """Some hours, and what each adds to its day; drawing every hour of three years takes a quarter of an hour."""
    drawn = []
    for _ in range(HOURS_DRAWN):
        bad_ms = dice.choice([0, 0, 0, 0, 0, 0, 0, dice.randrange(3_600_000)])
        tally = Tally(3_600_000 - bad_ms, bad_ms // 2, bad_ms - bad_ms // 2, good=60 - bad_ms // 60_000)
        phases = Tally()
        for _ in range(60):
            bucket = round(dice.gauss(56, 4))
            tally.answers[bucket] = tally.answers.get(bucket, 0) + 1
            _note_phases(phases, dice)
        phases.add(tally)
        drawn.append((tally, phases))
    return drawn


def _day(day: int, services: int, dice: random.Random, drawn: list[tuple[Tally, Tally]], *, one_by_one: bool) -> Batch:
    batch = Batch()
    for number in range(services):
        name = f"service-{number}"
        total = Tally()
        for hour in range(day * 24, day * 24 + 24):
            batch.hours[name, hour], of_day = dice.choice(drawn)
            total.add(of_day)
            if one_by_one:
                began = hour * 3600.0
                batch.seen[name, hour] = [_seen(began + 60 * minute, dice) for minute in range(60)]
        batch.days[name, day] = total
        batch.changes += [
            Transition(day * 86_400.0 + 3600 * n, name, Light.RED, Finding.DOWN, Light.GREEN, Finding.OK)
            for n in range(5)
        ]
        if number % 2 == 0 and day % 7 == number % 7:
            batch.incidents[f"{name}-{day}"] = _incident(f"{name}-{day}", name, day * 86_400.0, dice)
    return batch


def _seen(at: float, dice: random.Random) -> Seen:
    return Seen(
        round(at + dice.random(), 3), Source.PROBE, 2, Outcome.GOOD, "http_401", round(dice.gauss(0.2, 0.05), 3),
        phases_ms=(*(10 * ms for ms in PHASES_MS), None) if dice.random() < LONG_SHARE else (),
    )  # fmt: skip


def _note_phases(total: Tally, dice: random.Random) -> None:
    for delays, ms in zip((total.dns, total.connects, total.tls, total.first_bytes), PHASES_MS, strict=True):
        number = bucket_of(max(1.0, dice.gauss(ms, ms / 4)) / 1000)
        delays[number] = delays.get(number, 0) + 1


def _incident(ident: str, service: str, at: float, dice: random.Random) -> Incident:
    words = ("we", "are", "investigating", "elevated", "errors", "mitigation", "monitoring", "the", "results", "across")
    updates = tuple(
        PageUpdate(at + 600 * n, PageStage.IDENTIFIED, " ".join(dice.choices(words, k=40))) for n in range(8, 0, -1)
    )
    return Incident(
        ident, service, (service,), (), IncidentStage.OVER, at, title="Elevated Error Rates", updates=updates,
        ended_from=at + 6000, ended_at=at + 6000,
    )  # fmt: skip


if __name__ == "__main__":
    main()
