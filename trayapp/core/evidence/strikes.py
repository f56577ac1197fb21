"""Rule 2: a strike weighs what the rest of the network allows.

Wald's sequential test decides between "this provider is down" (a try fails with 0.95) and "it fails like everything
here" (a try fails with q). Every counted failure of the present run adds ln(0.95 / q) to the evidence; a success ends
the run. (A. Wald, Sequential Tests of Statistical Hypotheses, 1945.)
"""

import math
from collections.abc import Callable, Sequence
from enum import IntEnum

from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.observation import TLS_CODES, Depth, Outcome, Source, Try
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
# Degraded: 3 or more of the last 10, at odds that the network explains less than once in ten thousand.
RECENT_TRIES = 10
DEGRADED_FAILURES = 3
DEGRADED_CHANCE = 1e-4
# The last ten tries of a calm host span ten minutes; older ones belong to another time.
RECENT_WINDOW_S = 1800.0
# Parallel requests of the user's fail together for one reason; so far apart they are separate evidence.
TRAFFIC_SPACING_S = 15.0
# A run that nobody continues is no longer going on: the next try comes after a minute at the latest.
RUN_LIFE_S = 300.0
# Longer runs change no decision; this bounds memory and work.
LOG_LIMIT = 40
# Three real answers contradict a page (rule 5), also across a restart.
GOODS_KEPT = 3


class Level(IntEnum):
    """What a run of failures amounts to."""

    NONE = 0
    CHECKING = 1
    DOWN = 2


class Strikes:
    """The good and failing tries of one kind of request, by depth, oldest first. `failed`: how many of them failed."""

    def __init__(self, tries: Sequence[Try] = ()) -> None:
        self.failed = 0
        self._log: dict[Depth, list[Try]] = {depth: [] for depth in Depth}
        self._run: list[Try] | None = None
        self._last_good: dict[Depth, Try] = {}
        for t in tries:
            self.add(t)

    def add(self, t: Try) -> bool:
        """Take in a good or failing try; False when it repeats what already counts."""
        log = self._log[t.depth]
        if t.source is Source.TRAFFIC and t.outcome is Outcome.FAIL and self._repeats(t):
            return False
        index = len(log)
        while index and log[index - 1].at > t.at:
            index -= 1
        log.insert(index, t)
        self.failed += not _good(t)
        if _good(t) and (t.depth not in self._last_good or self._last_good[t.depth].at <= t.at):
            self._last_good[t.depth] = t
        if len(log) > LOG_LIMIT:
            self._drop(log.pop(0))
        self._run = None
        return True

    def copy(self) -> "Strikes":
        twin = Strikes()
        twin.failed, twin._run = self.failed, self._run
        twin._log = {depth: list(log) for depth, log in self._log.items()}
        twin._last_good = dict(self._last_good)
        return twin

    def _drop(self, t: Try) -> None:
        self.failed -= not _good(t)
        if self._last_good.get(t.depth) is t:
            del self._last_good[t.depth]

    def _repeats(self, t: Try) -> bool:
        return any(
            other.source is Source.TRAFFIC
            and other.outcome is Outcome.FAIL
            and ((t.request is not None and other.request == t.request) or abs(t.at - other.at) < TRAFFIC_SPACING_S)
            for other in self._log[t.depth]
        )

    def last_good(self, at_least: Depth = Depth.EDGE) -> Try | None:
        """The latest good try of that depth or more."""
        latest = None
        for depth, t in self._last_good.items():
            if depth >= at_least and (latest is None or t.at > latest.at):
                latest = t
        return latest

    def last_failure(self) -> Try | None:
        """The latest failing try of any depth."""
        if not self.failed:
            return None
        return max((t for log in self._log.values() for t in log if not _good(t)), key=lambda t: t.at)

    def goods_since(self, at: float, at_least: Depth) -> list[Try]:
        """Good tries of that depth or more after `at`, oldest first."""
        goods = [t for depth, log in self._log.items() if depth >= at_least for t in log if t.at > at and _good(t)]
        return sorted(goods, key=lambda t: t.at)

    def run(self, now: float) -> list[Try]:
        """The present run of failures, oldest first: those that no later answer of their depth or more has cleared."""
        if not self.failed:
            return []
        if self._run is None:
            self._run = self._find_run()
        run = self._run
        return [] if run and now > run_ends_at(run[-1]) else run

    def _find_run(self) -> list[Try]:
        run: list[Try] = []
        cleared_at = -math.inf
        for log in (self._log[depth] for depth in reversed(Depth)):
            for t in reversed(log):
                if _good(t):
                    cleared_at = max(cleared_at, t.at)
                if t.at <= cleared_at:
                    break
                run.append(t)
        run.sort(key=lambda t: t.at)
        return run

    def tail(self) -> tuple[Try, ...]:
        """What is worth keeping over a restart: of each depth the latest tries, a few of them where none failed."""
        tails = (log[-RECENT_TRIES:] for log in self._log.values())
        return tuple(t for tail in tails for t in (tail[-GOODS_KEPT:] if all(map(_good, tail)) else tail))

    def degraded(self, q: Callable[[Try], float], now: float) -> tuple[int, int] | None:
        """(failed, tries) of the last ten of one depth when that many fail and chance `q` does not explain it.

        Failures that all belong to the present run are another question: whether it is down.
        """
        if self.failed < DEGRADED_FAILURES:
            return None
        for depth in reversed(Depth):
            log = self._log[depth]
            if not log or now - log[-1].at > RUN_LIFE_S:
                continue
            recent = [t for t in log[-RECENT_TRIES:] if now - t.at <= RECENT_WINDOW_S and t.control is not False]
            failed = sum(not _good(t) for t in recent)
            if failed < DEGRADED_FAILURES or not any(_good(t) for t in recent[-failed:]):
                continue
            if tail_chance(failed, len(recent), q(recent[-1])) < DEGRADED_CHANCE:
                return failed, len(recent)
        return None

    def forget_before(self, at: float) -> None:
        """Drop what was before: another time, or an outage that is over."""
        for log in self._log.values():
            while log and log[0].at < at:
                self._drop(log.pop(0))
        self._run = None


def run_ends_at(latest: Try) -> float:
    """When a run whose latest failure this is counts as over, unless another one follows."""
    return latest.at + RUN_LIFE_S + (latest.retry_after_s or 0.0)


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


def tail_chance(failed: int, tries: int, q: float) -> float:
    """The chance of `failed` or more failures in so many tries when each fails with `q` (binomial tail)."""
    return sum(math.comb(tries, k) * q**k * (1 - q) ** (tries - k) for k in range(failed, tries + 1))


def _good(t: Try) -> bool:
    return t.outcome is Outcome.GOOD
