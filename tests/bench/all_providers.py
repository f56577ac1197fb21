"""The whole table of all providers at once: what was seen in each situation, and what the table says.

    python -m tests.bench.all_providers [--real [--at-once 8]] [SITUATION ...]

Without a situation all are played, in two programs side by side. Ends with 1 where anything is not as the table has it.
`--real`: by the tray as people start it, in real time, each in a namespace and on a desktop of its own, so many side by
side; all of the table takes half an hour of waiting, and of each of two cores a quarter. No part of it is in the suite:
the shortest row takes as long as all the suite may grow by.
"""

import argparse
import asyncio
import json
import statistics
import sys
from collections.abc import AsyncIterator, Sequence
from typing import Any

from tests.support.namespace import play
from tests.support.standins.table import mistakes, row_of, rows

AT_ONCE, REAL_AT_ONCE = 2, 8
APART_S = 4.0
"""Between two starts: each takes a processor for so long, and whoever starts beside it would look at a slow network."""


async def in_virtual_time(situations: Sequence[str]) -> AsyncIterator[dict[str, Any]]:
    """What was seen of each that could be played."""
    plays = (play("standins.stage", *situations[turn::AT_ONCE], mounts=True) for turn in range(AT_ONCE))
    for played in await asyncio.gather(*plays):
        sys.stderr.write(played.err)
        for line in played.out.splitlines():
            yield json.loads(line)


async def in_real_time(situations: Sequence[str], at_once: int) -> AsyncIterator[dict[str, Any]]:
    """The same, as each ends."""
    free, turn = asyncio.Semaphore(at_once), asyncio.Lock()

    async def one(situation: str) -> dict[str, Any] | None:
        async with free:
            async with turn:
                await asyncio.sleep(APART_S)
            played = await play("standins.real", situation, mounts=True)
        sys.stderr.write(played.err)
        return json.loads(played.out) if played.out else None

    for ended in asyncio.as_completed([one(situation) for situation in situations]):
        if (seen := await ended) is not None:
            yield seen


async def main(asked: argparse.Namespace) -> int:
    table = rows()
    situations = asked.situations or list(table)
    left, wrong, settled_s = set(situations), 0, []
    playing = in_real_time(situations, asked.at_once) if asked.real else in_virtual_time(situations)
    async for seen in playing:
        situation = seen["situation"]
        left.discard(situation)
        found = mistakes(table[situation], seen)
        took = f"{seen['settled_s']:5.0f} s  " if "settled_s" in seen else ""
        settled_s += [seen["settled_s"]] if took and not found else []
        print(took + "  ".join(row_of(situation, seen)), flush=True)
        wrong += bool(found)
        for one in found:
            print(f"    {situation}: {one}")
        if found and took:
            print(f"    {json.dumps(seen)}")
    for situation in left:
        print(f"{situation}: not played")
    print(f"{len(situations)} situations, {wrong + len(left)} not as the table has them")
    if settled_s:
        print(f"as in the table after {statistics.median(settled_s):.0f} s in the median, {max(settled_s):.0f} at most")
    return min(wrong + len(left), 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("situations", nargs="*")
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--at-once", type=int, default=REAL_AT_ONCE)
    sys.exit(asyncio.run(main(parser.parse_args())))
