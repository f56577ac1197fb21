"""The log of rule 2: what was tried, and the present run of failures. What it amounts to is for `odds` to say."""

import math
from collections.abc import Sequence
from operator import attrgetter

from trayapp.core.evidence.observation import Depth, Outcome, Source, Try

# Parallel requests of the user's fail together for one reason; so far apart they are separate evidence.
TRAFFIC_SPACING_S = 15.0
# A run that nobody continues is no longer going on: the next try comes after a minute at the latest.
RUN_LIFE_S = 300.0
# Longer runs change no decision; this bounds memory and work.
LOG_LIMIT = 40
# A run this long says at a restart what it said before it.
TAIL_KEPT = 10
# Three real answers contradict a page (rule 5), also across a restart.
GOODS_KEPT = 3


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

    def first_good_since(self, at: float, at_least: Depth) -> Try | None:
        """The earliest of these."""
        first = None
        for depth in self._last_good:
            if depth >= at_least:
                good = next((t for t in self._log[depth] if t.at > at and _good(t)), None)
                if good is not None and (first is None or good.at < first.at):
                    first = good
        return first

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
        run.sort(key=attrgetter("at"))
        return run

    def tail(self) -> tuple[Try, ...]:
        """What is worth keeping over a restart: of each depth the latest tries, a few of them where none failed."""
        tails = (log[-TAIL_KEPT:] for log in self._log.values())
        return tuple(t for tail in tails for t in (tail[-GOODS_KEPT:] if all(map(_good, tail)) else tail))

    def excuse(self, until: float) -> None:
        """Drop what failed until then: something else explains it."""
        for depth, log in self._log.items() if self.failed else ():
            self._log[depth] = kept = [t for t in log if _good(t) or t.at > until]
            self.failed -= len(log) - len(kept)
            self._run = None

    def forget_before(self, at: float) -> None:
        """Drop what was before: another time, or an outage that is over."""
        for log in self._log.values():
            while log and log[0].at < at:
                self._drop(log.pop(0))
        self._run = None


def run_ends_at(latest: Try) -> float:
    """When a run whose latest failure this is counts as over, unless another one follows."""
    return latest.at + RUN_LIFE_S + (latest.retry_after_s or 0.0)


def _good(t: Try) -> bool:
    return t.outcome is Outcome.GOOD
