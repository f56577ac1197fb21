"""Rule 6, *unverified*: requests of which no recording and no document shows what an answer to them tells.

What such a request is told makes nothing green and nothing red, and counts for no other rule. Only where it has been
answered here before as the catalogue says, and fails now, it takes green away for a while: then there is something to
check, and whoever else speaks for the same part decides what it is.
"""

import math

from msgspec import Struct, field

from trayapp.core.catalogue import Part
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.observation import Outcome, Source, Try
from trayapp.core.evidence.odds import DOWN_TRIES, VOUCHING_WINDOW_S, vouched
from trayapp.core.evidence.pace import UNVERIFIED_INTERVAL_S

# Pages lag by a median of 16 minutes. What nobody else has noticed after twice that is rather an address that has
# changed than an outage.
UNVERIFIED_S = 1800.0
# Three within the first minute of a start are one hiccup.
UNVERIFIED_SPAN_S = 60.0
# A run that nobody continues is no longer going on: twice its interval, and a half.
UNVERIFIED_RUN_S = 2.5 * UNVERIFIED_INTERVAL_S
# A month of the busiest list; whoever was not asked for so long may have changed meanwhile.
ANSWERED_KEPT = 512
NOTED_EVERY_S = 3600.0
# Somebody else in its place, or no such name, is what every request to it gets, whatever it would be told.
_UNANSWERED = (Outcome.FAIL, Outcome.FOREIGN)


class UnverifiedFailure(Struct, frozen=True):
    """A request that is unverified fails since `since_at`. `last`: its latest failure. `blocked`: somebody else is in
    its place, or nobody at its name."""

    since_at: float
    tries: int
    last: Try
    blocked: bool = False


class UnverifiedMemory(Struct):
    """What survives a restart. `answered`: when each of our requests was last answered as it should be, by its name,
    to the hour."""

    answered: dict[str, float] = field(default_factory=dict)


class _Run(Struct):
    """Failures in a row. `open`: those of which it may still turn out that the own network worked; `first`, `last` and
    `tries`: of those of which it did, `strangers`: how many of the last of these were somebody else's. `latest_at`: of
    all."""

    open: list[Try] = field(default_factory=list)
    first: Try | None = None
    last: Try | None = None
    tries: int = 0
    strangers: int = 0
    latest_at: float = -math.inf

    def look(self, now: float, network: OwnConnection) -> None:
        waiting, self.open = self.open, []
        for t in waiting:
            # Once for all: what vouches for it is forgotten long before the run is over.
            if vouched(t, network):
                self.first, self.last, self.tries = self.first or t, t, self.tries + 1
                self.strangers = self.strangers + 1 if t.outcome is Outcome.FOREIGN else 0
            elif now <= t.at + VOUCHING_WINDOW_S:
                self.open.append(t)


class Unverified:
    """Follows the requests that are unverified, and notes of all of ours which have ever been answered here.

    `observe` and `look` change what is known; `of` only reads.
    """

    def __init__(self, memory: UnverifiedMemory | None = None) -> None:
        self._answered = dict(memory.answered) if memory is not None else {}
        self._runs: dict[str, _Run] = {}
        self._failing: dict[Part, UnverifiedFailure] = {}

    def remember(self) -> UnverifiedMemory:
        return UnverifiedMemory(dict(self._answered))

    def observe(self, t: Try) -> None:
        """Take in a try of ours, verified or not."""
        if t.source is not Source.PROBE:
            return
        name = t.request_of or t.host
        if t.outcome is Outcome.GOOD and t.accepted is not False:
            self._runs.pop(name, None)
            if t.at - self._answered.get(name, -NOTED_EVERY_S) >= NOTED_EVERY_S:
                self._answered[name] = t.at
                if len(self._answered) > ANSWERED_KEPT:
                    del self._answered[min(self._answered, key=self._answered.__getitem__)]
        elif t.unverified and name in self._answered and (t.outcome in _UNANSWERED or t.accepted is False):
            run = self._runs.get(name)
            if run is None or t.at - run.latest_at > UNVERIFIED_RUN_S:
                run = self._runs[name] = _Run()
            run.open.append(t)
            run.latest_at = t.at

    def look(self, now: float, network: OwnConnection) -> set[Part]:
        """Let the time be `now`; the parts about which something has changed."""
        before, self._failing = self._failing, {}
        for run in self._runs.values():
            run.look(now, network)
            if (failure := _failure(run, network, now)) is not None:
                for part in failure.last.parts:
                    known = self._failing.get(part)
                    if known is None or failure.since_at < known.since_at:
                        self._failing[part] = failure
        return {part for part in before.keys() | self._failing if before.get(part) != self._failing.get(part)}

    def of(self, part: Part) -> UnverifiedFailure | None:
        return self._failing.get(part)


def _failure(run: _Run, network: OwnConnection, now: float) -> UnverifiedFailure | None:
    first, last = run.first, run.last
    if first is None or last is None or run.tries < DOWN_TRIES or last.began - first.began < UNVERIFIED_SPAN_S:
        return None
    if now >= min(first.at + UNVERIFIED_S, run.latest_at + UNVERIFIED_RUN_S) or network.down(last.reach) is not None:
        return None
    return UnverifiedFailure(first.at, run.tries, last, blocked=run.strangers >= DOWN_TRIES)
