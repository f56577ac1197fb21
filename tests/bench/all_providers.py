"""The whole table of all providers at once: what was seen in each situation, and what the table says.

    python -m tests.bench.all_providers [SITUATION ...]

Without a situation all are played, in two programs side by side. Ends with 1 where anything is not as the table has it.
"""

import asyncio
import json
import sys

from tests.support.namespace import play
from tests.support.standins.table import mistakes, row_of, rows

AT_ONCE = 2


async def main(*asked: str) -> int:
    table = rows()
    situations = asked or tuple(table)
    played = await asyncio.gather(
        *(play("standins.stage", *situations[turn::AT_ONCE], mounts=True) for turn in range(AT_ONCE))
    )
    seen = {one["situation"]: one for each in played for one in map(json.loads, each.out.splitlines())}
    wrong = 0
    for situation in situations:
        if situation not in seen:
            found = ["not played"]
        else:
            print("  ".join(row_of(situation, seen[situation])))
            found = mistakes(table[situation], seen[situation])
        wrong += bool(found)
        for one in found:
            print(f"    {situation}: {one}")
    for each in played:
        sys.stderr.write(each.err)
    print(f"{len(situations)} situations, {wrong} not as the table has them")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
