"""The readers of status pages, with pages that are spoilt in many places at once.

    python -m tests.bench.page_readers [--cases 10000] [--seed 1]

Prints how many could not be read, how often a component was green that its page does not call well (never), and how
long the slowest took. The long form is `--cases 100000`.
"""

import argparse
import json
import random
import statistics
import time
from collections import Counter

from tests.unit.watch.pages.test_mutations import FILES, greens, spoilt_at_random


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng, kinds = random.Random(asked.seed), list(FILES)
    unread: Counter[str] = Counter()
    lies, took_ms = [], []
    for number in range(asked.cases):
        kind = kinds[number % len(kinds)]
        files = spoilt_at_random(kind, rng)
        began = time.process_time()
        found = greens(kind, files)
        took_ms.append((time.process_time() - began) * 1000)
        unread[kind] += found is None
        if found:
            lies.append(f"{kind}: {found} in {json.dumps(files)}")
    print(f"{asked.cases} cases; green out of damage: {len(lies)}")
    print(
        f"processor time of a case, judging included: {statistics.median(took_ms):.1f} ms, at most {max(took_ms):.1f}"
    )
    for kind in kinds:
        print(f"  {kind:<26} {unread[kind]:>6} could not be read")
    for one in lies[:10]:
        print(one)


if __name__ == "__main__":
    main()
