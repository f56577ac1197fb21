"""How long outages of AI services took, as published, for providers whose own past is not known well enough.

X. Chu, S. Talluri, Q. Lu, A. Iosup, An Empirical Characterization of Outages and Incidents in Public Services for Large
Language Models, ICPE 2025 (https://arxiv.org/abs/2501.12469, data https://zenodo.org/records/14018219), status pages
until August 2024.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from trayapp.core.incident.remaining import FEWEST_ALIKE, Remaining


class Prior(Struct, frozen=True):
    """`outages`: how many were counted. `over`: the share that was over after so many minutes, rising to 1."""

    outages: int
    over: tuple[tuple[float, float], ...]


_PRIORS: Mapping[str, Prior] = {
    "openai": Prior(
        417, ((1, 0), (10, 0.039), (30, 0.197), (60, 0.397), (73.2, 0.5), (171, 0.75), (1440, 0.94), (4908, 1))
    ),
    "anthropic": Prior(
        222, ((1, 0), (10, 0.086), (30, 0.372), (49.8, 0.5), (109.8, 0.75), (180, 0.83), (1440, 0.923), (3030, 1))
    ),
}
# Both together, by their numbers. Of those that took under a day alone (half within 73 minutes, three quarters within
# 164) what goes on for half a day seemed to be over soon: half within five hours, where a quarter of them were.
_ANYBODY = Prior(639, ((1, 0), (10, 0.055), (30, 0.258), (60, 0.434), (180, 0.771), (1440, 0.934), (4908, 1)))


def prior(provider: str) -> Prior:
    """What was published of the provider, else of AI services at large."""
    return _PRIORS.get(provider, _ANYBODY)


def prior_remaining(known: Prior, age_s: float) -> Remaining | None:
    """What remains after `age_s`. None: too few lasted so long."""
    gone = _over(known.over, age_s / 60.0)
    alike = round(known.outages * (1.0 - gone))
    if alike < FEWEST_ALIKE:
        return None

    def quantile(share: float) -> float:
        return max(0.0, 60.0 * _minutes(known.over, gone + share * (1.0 - gone)) - age_s)

    return Remaining(quantile(0.25), quantile(0.5), quantile(0.75), alike)


def _over(table: Sequence[tuple[float, float]], minutes: float) -> float:
    """The share that is over after so long, between the lines of the table on a logarithmic scale of time."""
    if minutes <= table[0][0]:
        return 0.0
    for (early, below), (late, above) in pairwise(table):
        if minutes <= late:
            return below + (above - below) * math.log(minutes / early) / math.log(late / early)
    return 1.0


def _minutes(table: Sequence[tuple[float, float]], share: float) -> float:
    """After how many minutes such a share is over: the other way round."""
    for (early, below), (late, above) in pairwise(table):
        if share <= above:
            return early * math.exp(math.log(late / early) * (share - below) / (above - below))
    return table[-1][0]
