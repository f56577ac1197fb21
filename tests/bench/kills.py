"""The program killed in the middle of an outage, over and over, in one home: what of its history is there afterwards.

    python -m tests.bench.kills [--rounds 50] [--seed 1]

A provider fails and is well again all the time; the program watches it with a clock that runs fast, tells every change
of a verdict as it happens, and is killed by SIGKILL at a random moment, in the middle of a write as likely as not. The
next life begins later, and now and then days earlier or later: a clock that was set. Then every change that was told
`SECONDS` before the kill, or before somebody asked to have all written, must be in the history exactly once, with its
incident, and nothing is lost.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from typing import Any

from tests.support.commands import Running, running
from tests.support.scene import EPOCH, NO_KEY, OVERLOADED, Acme, write_files
from tests.support.until import until
from trayapp.control import client
from trayapp.control.messages import AskWrite
from trayapp.core.journal.history import History
from trayapp.paths import home
from trayapp.store.history import read_history
from trayapp.tasks import Tasks

SECONDS = 4.0
"""Real seconds after which what was told is on the disk, however busy the machine is."""
RATE = 240.0
CLOCK_S = 0.005
LONGEST_S = 3.0
"""Of a life, from its first change on, in real seconds."""
DAY_S = 86_400.0

Key = tuple[str, str, float]


class Life:
    """One run. `changes`: what it told, and when that came."""

    def __init__(self, program: Running) -> None:
        self.program = program
        self.changes: list[tuple[Key, float]] = []
        self._read = 0

    def take(self) -> bool:
        """Read what has been told by now; whether anything ever was."""
        for line in map(json.loads, self.program.lines[self._read :]):
            self._read += 1
            if "transition" in line:
                self.changes.append(((line["service"], line["transition"], round(line["at"], 3)), time.monotonic()))
        return bool(self.changes)


async def flicker(acme: Acme, dice: random.Random) -> None:
    for behaviour in itertools.cycle((OVERLOADED, NO_KEY)):
        acme.api(behaviour)
        await asyncio.sleep(dice.uniform(0.2, 1.5))


async def live(begin: float, dice: random.Random, *, ask: bool) -> tuple[set[Key], set[Key]]:
    """One life that begins at this time: what must be in the history, and all that was told."""
    arguments = ("-m", "tests.support.engine_program", str(RATE), str(begin))
    async with running(*arguments, program=sys.executable) as program:
        life = Life(program)
        await until(life.take, f"a change after {program.lines} {program.errors}", 60.0)
        end, asked_at = time.monotonic() + dice.uniform(0.0, LONGEST_S), 0.0
        while time.monotonic() < end:
            life.take()
            await asyncio.sleep(0.01)
        if ask:
            before = time.monotonic()
            with suppress(Exception):
                await client.ask(home(), AskWrite())
                asked_at = before
            life.take()
        assert await program.end(signal.SIGKILL) == -signal.SIGKILL
        killed_at = time.monotonic()
        life.take()
        assert not program.errors, program.errors
    due = {change for change, at in life.changes if at < max(killed_at - SECONDS, asked_at)}
    return due, {change for change, _ in life.changes}


def history() -> History:
    return read_history(home().journal_file, None, None, 4e9, lambda at: 0.0)


async def play(rounds: int, seed: int) -> tuple[int, int]:
    """So many lives; how many changes were due, and how many told. Raises AssertionError."""
    dice = random.Random(seed)
    acme = Acme("acme", page=False)
    due: set[Key] = set()
    told: set[Key] = set()
    async with AsyncExitStack() as stack:
        await acme.open(stack)
        write_files(home(), (acme,))
        async with Tasks("flicker") as tasks:
            tasks.spawn(flicker(acme, dice), "flicker")
            for number in range(rounds):
                jump_s = dice.choice([0.0, 0.0, 0.0, 3 * DAY_S, -2 * DAY_S]) if number else 0.0
                begin = max((at for *_, at in told), default=EPOCH.timestamp()) + 60.0 + jump_s
                must, all_of_it = await live(begin, dice, ask=number % 3 == 0)
                due |= must
                told |= all_of_it
                check(history(), due, told, number)
    return len(due), len(told)


def _same(one: Key, other: Key) -> bool:
    """The history has Unix time by the clock's offset of that moment, which is good for a millisecond."""
    return one[:2] == other[:2] and abs(one[2] - other[2]) < CLOCK_S


def check(past: History, due: set[Key], told: set[Key], number: int) -> None:
    there: Counter[Any] = Counter((one.service, str(one.finding), round(one.at, 3)) for one in past.changes)
    lost = past.lost_days, past.lost_undated
    assert lost == ((), False), f"round {number}: {lost} is lost"
    missing = {one for one in due if not any(_same(one, other) for other in there)}
    assert not missing, f"round {number}: of {len(due)} are missing {sorted(missing, key=lambda one: one[2])}"
    assert max(there.values()) == 1, f"round {number}: told twice {there.most_common(2)}"
    if any(finding == "down" for _, finding, _ in due):
        assert past.incidents, f"round {number}: no incident"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LLM_AMPEL_HOME"] = folder
        due, told = asyncio.run(play(options.rounds, options.seed))
    print(f"{options.rounds} lives: {told} changes told, {due} of them due, none of these missing")


if __name__ == "__main__":
    main()
