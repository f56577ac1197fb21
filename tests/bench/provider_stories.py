"""Longer and stranger stories of the providers: what was said in each, and what the table says.

    python -m tests.bench.provider_stories [STORY ...]

Without a story all are played, in two programs side by side, in virtual time. Ends with 1 where anything is not as
`tests/end2end/provider_stories.txt` has it. They take a quarter of an hour of a processor, so that none of them is in
the suite; what they have found has rows and plays of its own there.
"""

import asyncio
import json
import sys

from tests.support.namespace import play
from tests.support.standins.stories import STORIES, row_of_story, rows, wrong

AT_ONCE = 2


async def main(*asked: str) -> int:
    table, free = rows(), asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> bool:
        async with free:
            played = await play("standins.stories", name, mounts=True)
        sys.stderr.write(played.err)
        if not played.out:
            print(f"{name}: not played")
            return False
        seen = json.loads(played.out)["seen"]
        for row, told in zip(table[name], seen, strict=True):
            print("  ".join(row_of_story(row.story, told)), flush=True)
        mistakes = wrong(table[name], seen)
        for mistake in mistakes:
            print(f"    {mistake}", flush=True)
        return not mistakes

    stories = asked or tuple(STORIES)
    right = sum(await asyncio.gather(*map(one, stories)))
    print(f"{len(stories)} stories, {len(stories) - right} not as the table has them")
    return int(right < len(stories))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
