"""Rule 2: a strike weighs what the rest of the network allows.

Wald's sequential test decides between "this provider is down" (a try fails with 0.95) and "it fails like everything
here" (a try fails with q). Every counted failure of the present run adds ln(0.95 / q) to the evidence; a success ends
the run. (A. Wald, Sequential Tests of Statistical Hypotheses, 1945.)
"""

import math
from collections.abc import Sequence
from enum import IntEnum

from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.observation import TLS_CODES, Source, Try
from trayapp.core.evidence.reach import Reach

# How often a try fails at a provider that is down: even a dead one answers now and then from some corner.
FAILS_WHEN_DOWN = 0.95
# Odds of a thousand to one: enough to say that something is being checked, silently.
CHECKING_STRENGTH = math.log(1e3)
# Odds of ten million to one: a month holds some hundred thousand occasions for a false alarm.
DOWN_STRENGTH = math.log(1e7)
# Whatever the odds say, two failures in five seconds are a hiccup.
DOWN_TRIES = 3
# The first try has no control beside it; an answer to a request made so soon after its failure vouches for it as well.
VOUCHING_WINDOW_S = 20.0
# A try and the control beside it are judged together; after that only another try can make it red, and not the mere
# passing of time or a control that was asked for something else.
BESIDE_S = 5.0


class Level(IntEnum):
    """What a run of failures amounts to."""

    NONE = 0
    CHECKING = 1
    DOWN = 2


def vouched(t: Try, network: OwnConnection) -> bool:
    """Whether the own network worked when this try failed, as its control or a later answer of others shows."""
    if t.reach is Reach.LOOPBACK or t.control is not None:
        return t.reach is Reach.LOOPBACK or bool(t.control)
    return network.answered(t.provider, t.reach, t.at, t.at + VOUCHING_WINDOW_S, over_tls=t.code in TLS_CODES)


def strength(counted: int, q: float) -> float:
    """The evidence, in nats, that the provider is down: counted failures x ln(0.95 / q)."""
    return counted * max(0.0, math.log(FAILS_WHEN_DOWN / q))


def level(run: Sequence[Try], network: OwnConnection, now: float) -> Level:
    """What the run amounts to now."""
    counted = sum(vouched(t, network) for t in run)
    if not counted:
        return Level.NONE
    latest = run[-1]
    evidence = strength(counted, network.chance_of_failure(latest.provider, latest.reach, now))
    if (
        evidence >= DOWN_STRENGTH
        and len(run) >= DOWN_TRIES
        and now <= decided_at(latest)
        and _control_answers(run, network)
    ):
        return Level.DOWN
    return Level.CHECKING if evidence >= CHECKING_STRENGTH else Level.NONE


def decided_at(latest: Try) -> float:
    """Until when a run with this latest failure may become red: after that only another try can make it so."""
    return latest.at + (VOUCHING_WINDOW_S if latest.control is None else BESIDE_S)


def _control_answers(run: Sequence[Try], network: OwnConnection) -> bool:
    """Whether the latest control answers: the one beside the latest try that had one, else anybody asked since."""
    latest = run[-1]
    if latest.control is None and latest.source is Source.PROBE:
        return vouched(latest, network)
    with_control = next((t for t in reversed(run) if t.control is not None), None)
    if latest.control is None and network.answered(latest.provider, latest.reach, latest.began, math.inf):
        return True
    return vouched(with_control or latest, network)
