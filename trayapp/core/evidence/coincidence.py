"""Rule 1: how many controls in a row have to fail before that is the own network, and no coincidence.

Where one request in five is lost, two controls fail together every few minutes, and the connection is still there.
"""

import math

# As improbable as this by chance: on a sound network (`NEW_NETWORK`, or better) two say enough, at 5 % of loss three.
CHANCE_OF_COINCIDENCE = 1 / 5000
# However many are lost, a dozen in a row that nobody answers between are no weather any more.
MAX_LOSS = 0.5


def enough(failures: int, loss: float) -> bool:
    """Whether so many failures in a row say more than chance. `loss`: the share of requests that is lost here anyway,
    from (0, 1]."""
    return failures * math.log(min(loss, MAX_LOSS)) <= math.log(CHANCE_OF_COINCIDENCE)
