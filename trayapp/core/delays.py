"""How long answers took, as counts in buckets: small to keep, exact to add up, and good for any quantile."""

import math
from collections.abc import Mapping

GROWTH = 1.1
"""From one bucket's middle to the next: what is read from it is within 5 %, finer than anybody compares by."""
SHORTEST_S = 0.001
"""The middle of the first bucket; below it nothing on a network is told apart."""

_LOG_GROWTH = math.log(GROWTH)


def bucket(seconds: float) -> int:
    """The number of the bucket that a delay falls into, from 0 on."""
    return max(0, round(math.log(max(seconds, SHORTEST_S) / SHORTEST_S) / _LOG_GROWTH))


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """The delay in seconds that a `share` of 0 to 1 of the counted ones does not exceed; None where none is counted."""
    rank = max(1, math.ceil(share * sum(counts.values())))
    for number in sorted(counts):
        rank -= counts[number]
        if rank <= 0:
            return float(SHORTEST_S * GROWTH**number)
    return None
