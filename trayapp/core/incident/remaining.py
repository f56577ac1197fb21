"""How long something still takes that has taken so long already, read off how long such things took before.

No curve is fitted: outages have two kinds of ends (somebody rolls back, somebody has to find out) and a long tail. The
quantiles are taken of those that lasted longer than this one has, placed so that a new value of the same kind falls
below the p-quantile with probability p however it is distributed (conformal prediction: Vovk, Gammerman and Shafer,
Algorithmic Learning in a Random World, 2005; with weights: Tibshirani and others, 2019, arXiv:1904.06019).
"""

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

# Below this a quartile hangs on the second or third shortest and longest of those alike.
FEWEST_ALIKE = 10.0
# Where those alike are so old that all of them weigh less than this, the upper quartile lies beyond the longest:
# three quarters of them and of the new one, which weighs 1, are more than they are.
LEAST_WEIGHT = 3.0
# A vendor's pages and crews change: what lies this many outages back counts half.
HALF_LIFE_OUTAGES = 60.0


def recency(count: int, half_life: float = HALF_LIFE_OUTAGES) -> list[float]:
    """What so many outages weigh, oldest first: the newest 1, and half of it what lies `half_life` of them back."""
    return [2.0 ** ((place + 1 - count) / half_life) for place in range(count)]


class Remaining(Struct, frozen=True):
    """The quartiles of the time from now on until the end, in seconds; `alike`: how many that rests on."""

    low_s: float
    median_s: float
    high_s: float
    alike: int


def remaining(durations_s: Sequence[float], age_s: float) -> Remaining | None:
    """What remains after `age_s`, from past durations, oldest first. None: too few lasted so long of late."""
    weighed = zip(durations_s, recency(len(durations_s)), strict=True)
    alike = sorted((duration_s, weight) for duration_s, weight in weighed if duration_s > age_s)
    total = sum(weight for _, weight in alike)
    # Kish's effective size of a weighted sample.
    if total < LEAST_WEIGHT or total**2 / sum(weight**2 for _, weight in alike) < FEWEST_ALIKE:
        return None
    steps = [(0.0, age_s)]
    for duration_s, weight in alike:
        steps.append((steps[-1][0] + weight, duration_s))

    def quantile(share: float) -> float:
        # The one that is asked about counts among them, with the weight of the newest.
        place = share * (total + 1.0)
        for (below, shorter_s), (above, longer_s) in pairwise(steps):
            if place <= above:
                return shorter_s + (longer_s - shorter_s) * (place - below) / (above - below) - age_s
        return steps[-1][1] - age_s

    return Remaining(quantile(0.25), quantile(0.5), quantile(0.75), len(alike))
