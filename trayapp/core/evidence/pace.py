"""How often a host may be asked: the pacing of rule 2 and the limits of Politeness.

Jitter only ever lengthens a delay, so that the limits hold by construction: in the first minute of trouble the tries
come at about 0, 5, 14, 23, 33 and 48 s, after it every 15 s until it is red.
"""

from enum import StrEnum


class Pace(StrEnum):
    """How eagerly a host may be asked (rule 2 and Politeness).

    `trouble`: in the first minute of it; `lasting`: it goes on, or fails in part; `long`: it has failed in part for so
    long that nobody waits for news of it.
    """

    CALM = "calm"
    TROUBLE = "trouble"
    LASTING = "lasting"
    LONG = "long"
    RED = "red"


REQUESTS_A_MINUTE = {Pace.CALM: 1, Pace.TROUBLE: 6, Pace.LASTING: 4, Pace.LONG: 2, Pace.RED: 2}
"""At most so many to one host within any minute, whoever asks. What has never been asked counts as trouble: until the
first answers there is no green that one request a minute could keep. The delays below keep to it by themselves."""
# One request a minute at most to a healthy host.
CALM_INTERVAL_S = 60.0
# What decides nothing alone is asked rarely, so that it takes few of its host's turns from what does.
UNVERIFIED_INTERVAL_S = 300.0
# It is looked at again within minutes where it is not answered as it should be.
UNVERIFIED_RETRY_S = 120.0
# The first: soon enough to tell a hiccup from trouble, late enough to outlive one lost packet and its retransmissions.
# The next two decide on a sound network, and one more where a network is known to lose some: the sixth try is the last
# of the first minute.
RETRIES_S = (5.0, 8.25, 8.25, 9.0)
# The first minute of trouble, in which a host is asked more often than after it.
FIRST_MINUTE_S = 60.0
# Four a minute until the verdict is red.
TROUBLE_INTERVAL_S = 15.0
# Two a minute once it is red: the outage is known, what matters is to notice its end within half a minute.
RED_INTERVAL_S = 30.0
# What fails in part for so long is known to do so.
IN_PART_PATIENCE_S = 1800.0
# Spreads the requests of many installations that an outage has brought into step.
TROUBLE_JITTER = 0.15
# A calm host is asked so rarely that little jitter is enough, and more would delay the first failure's discovery.
CALM_JITTER = 0.02
# Less than the first retry, so that a try has ended when the next begins.
TRY_TIMEOUT_S = 4.0


def next_delay(pace: Pace, tries_in_run: int, jitter: float) -> float:
    """Steady seconds from the start of one request to a host to the start of the next.

    `tries_in_run`: failing tries in a row so far, the latest included. `jitter`: uniformly from [0, 1).
    """
    match pace:
        case Pace.CALM:
            return CALM_INTERVAL_S * (1 + CALM_JITTER * jitter)
        case Pace.RED | Pace.LONG:
            return RED_INTERVAL_S * (1 + TROUBLE_JITTER * jitter)
        case Pace.TROUBLE:
            is_early = tries_in_run <= len(RETRIES_S)
            base_s = RETRIES_S[max(tries_in_run, 1) - 1] if is_early else TROUBLE_INTERVAL_S
            return base_s * (1 + TROUBLE_JITTER * jitter)
        case Pace.LASTING:
            return TROUBLE_INTERVAL_S * (1 + TROUBLE_JITTER * jitter)
