"""How long a tool and its model usually take to their first content, so that what takes much longer is given up early.

Kept in memory only: what is usual today is known after twenty requests.
"""

from collections import OrderedDict, deque
from math import ceil

ENOUGH = 20
"""Samples below which nothing is usual."""
KEPT = 100
"""A day's worth of the same; of a hundred one may be an accident."""
PAIRS = 64
"""Tools and models that are remembered at once; a machine has a few of each."""
QUICK_S = 4.0
"""Whoever has content within this at the 99th percentile is given up after three times as long."""
_PERCENTILE = 99


class FirstContents:
    def __init__(self) -> None:
        self._seconds: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._quick: dict[tuple[str, str], bool] = {}

    def note(self, tool: str, model: str, seconds: float) -> None:
        """A request had its first content of the provider after so long."""
        pair = tool, model
        samples = self._seconds.setdefault(pair, deque(maxlen=KEPT))
        self._seconds.move_to_end(pair)
        samples.append(seconds)
        self._quick[pair] = len(samples) >= ENOUGH and _nearest_rank(samples) < QUICK_S
        while len(self._seconds) > PAIRS:
            forgotten, _ = self._seconds.popitem(last=False)
            del self._quick[forgotten]

    def quick(self, tool: str, model: str) -> bool:
        """Is its 99th percentile known, and below `QUICK_S`?"""
        return self._quick.get((tool, model), False)


def _nearest_rank(samples: deque[float]) -> float:
    """The percentile by the nearest rank: of 20 samples the largest, of 100 the second largest."""
    return sorted(samples)[ceil(len(samples) * _PERCENTILE / 100) - 1]
