"""Rule 2: a strike weighs what the rest of the network allows.

Wald's sequential test decides between "this provider is down" (a try fails with 0.95) and "it fails like everything
here" (a try fails with q). Every counted failure of the present run adds ln(0.95 / q) to the evidence; a success ends
the run. (A. Wald, Sequential Tests of Statistical Hypotheses, 1945.)
"""

import math
from collections.abc import Sequence
from enum import IntEnum

from trayapp.core.evidence.answers import LOADING
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.failure_share import FLOOR, kind_of
from trayapp.core.evidence.observation import TLS_CODES, Source, Try
from trayapp.core.evidence.pace import FIRST_MINUTE_S
from trayapp.core.evidence.reach import Reach

# How often a try fails at a provider that is down: even a dead one answers now and then from some corner.
FAILS_WHEN_DOWN = 0.95
# Odds of a thousand to one: enough to say that something is being checked, silently.
CHECKING_STRENGTH = math.log(1e3)
# Odds of ten million to one: a month holds some hundred thousand occasions for a false alarm.
DOWN_STRENGTH = math.log(1e7)
# Whatever the odds say, two failures in five seconds are a hiccup.
DOWN_TRIES = 3
# Nor are three within fifteen seconds more than that: a provider that fails 15 % of its requests does so once in 300
# tries. With the pacing of rule 2 it is the fourth try that decides, which that provider fails once in 2,000.
DOWN_SPAN_S = 18.0
# What failed in part before is not down for three failures in a row: a quarter of the tries fail so by chance every
# few minutes, eight of them once in a week.
WARY_TRIES = 8
# The first try has no control beside it; an answer to a request made so soon after its failure vouches for it as well.
VOUCHING_WINDOW_S = 20.0
# A server of one's own that says that it is still loading is on its way; a model of the largest kind takes minutes.
LOADING_S = 600.0
# A try and the control beside it are judged together; after that only another try can make it red, and not the mere
# passing of time or a control that was asked for something else.
BESIDE_S = 5.0


class Level(IntEnum):
    """What a run of failures amounts to."""

    NONE = 0
    CHECKING = 1
    DOWN = 2


def vouched(t: Try, network: OwnConnection, *, by: float = math.inf) -> bool:
    """Whether the own network worked when this try failed: it is proven, or its control or a later answer shows it.

    `by`: what is heard after it comes too late.
    """
    if t.proven or t.reach is Reach.LOOPBACK:
        return True
    if t.control is not None:
        return t.control
    until, over_tls = t.at + VOUCHING_WINDOW_S, t.code in TLS_CODES
    return network.answered(t.provider, t.reach, t.at, until, over_tls=over_tls, heard_by=by)


def chance(t: Try, network: OwnConnection, now: float, *, lasting: bool = False) -> float:
    """q: how often a try fails here as this one did, for no fault of its provider.

    No network makes an answer that is proven: of those no more fail than anywhere. `lasting`: as the whole of the
    last ten minutes tells it.
    """
    if t.proven:
        return FLOOR
    return network.chance_of_failure(t.provider, t.reach, now, kind_of(t.code, t.step), lasting=lasting)


def strength(qs: Sequence[float]) -> float:
    """The evidence, in nats, that the provider is down: ln(0.95 / q) of each counted failure."""
    return sum(max(0.0, math.log(FAILS_WHEN_DOWN / q)) for q in qs)


def level(run: Sequence[Try], network: OwnConnection, now: float, *, wary: bool = False) -> Level:
    """What the run amounts to now. `wary`: it failed in part before the run began, or a stranger came between."""
    evidence = strength([chance(t, network, now) for t in run if vouched(t, network)])
    if (
        evidence >= DOWN_STRENGTH
        and len(run) >= (WARY_TRIES if wary else DOWN_TRIES)
        and run[-1].began - run[0].began >= DOWN_SPAN_S
        and now <= decided_at(run[-1])
        and _control_answers(run, network)
        and not _is_loading(run)
    ):
        return Level.DOWN
    return Level.CHECKING if evidence >= CHECKING_STRENGTH or _is_put_off(run, network) else Level.NONE


def _is_put_off(run: Sequence[Try], network: OwnConnection) -> bool:
    """Whether it has said that it answers nobody for longer than it takes to check, and nobody may look until then."""
    asked_s = run[-1].retry_after_s if run and run[-1].source is Source.PROBE else None
    return asked_s is not None and asked_s > FIRST_MINUTE_S and vouched(run[-1], network)


def _is_loading(run: Sequence[Try]) -> bool:
    """Whether a server of this machine or the own network says that it is not ready yet, and may be soon."""
    latest = run[-1]
    here = latest.reach is not Reach.PUBLIC
    return here and latest.code == LOADING and latest.began - run[0].began < LOADING_S


def decided_at(latest: Try) -> float:
    """Until when a run with this latest failure may become red: after that only another try can make it so."""
    return latest.at + (VOUCHING_WINDOW_S if latest.control is None else BESIDE_S)


def _control_answers(run: Sequence[Try], network: OwnConnection) -> bool:
    """Whether the connection is proven, or the latest control answers: the latest try's, else anybody asked since."""
    latest = run[-1]
    if latest.proven or (latest.control is None and latest.source is Source.PROBE):
        return vouched(latest, network)
    with_control = next((t for t in reversed(run) if t.control is not None), None)
    if latest.control is None and network.answered(latest.provider, latest.reach, latest.began, math.inf):
        return True
    return vouched(with_control or latest, network)
