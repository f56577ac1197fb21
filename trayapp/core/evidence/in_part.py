"""Rule 2: what fails in part. A provider that fails a quarter of its requests is neither down nor well.

Page's cumulative sum of the evidence for "a try fails with 0.25" against "it fails with q, like everything here": a
failure adds ln(0.25 / q), a success takes ln(0.75 / (1 - q)) away, never below zero. (E. S. Page, Continuous
Inspection Schemes, 1954.)
"""

import math
from collections.abc import Mapping

from msgspec import Struct, structs

from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.observation import Outcome, Source, Try
from trayapp.core.evidence.odds import chance, decided_at, vouched
from trayapp.core.evidence.strikes import TRAFFIC_SPACING_S

# How often a try fails at a provider that fails in part: from 10 % on the sum grows, whatever it is.
FAILS_IN_PART = 0.25
# Odds of ten thousand to one: it is said. It is said until they are below ten to one.
ON_STRENGTH = math.log(3e4)
OFF_STRENGTH = math.log(10.0)
# More would only be remembered for longer after it is over.
CAP_STRENGTH = math.log(1e6)
# What is told of it: so many of the last tries failed. The sum falls from its cap to its end within these.
RECENT_TRIES = 100


class PartSum(Struct):
    """The sum for one depth; JSON-able as it is.

    `suspect_since`: since when it has been over `OFF_STRENGTH`; `on_since`: since when it is said; `recent`: what the
    last tries were since the sum left zero, good or not.
    """

    sum: float = 0.0
    suspect_since: float | None = None
    on_since: float | None = None
    recent: list[bool] = []

    def note(self, at: float, q: float, *, good: bool) -> None:
        """Take in a try. `q`: how often it fails so here, and for a good one, how often anything fails."""
        odds = (1 - FAILS_IN_PART) / (1 - q) if good else FAILS_IN_PART / q
        # Where more fails than that, nothing can be told from it.
        step = math.log(odds) if q < FAILS_IN_PART else 0.0
        self.sum = min(CAP_STRENGTH, max(0.0, self.sum + step))
        self.recent = [*self.recent[1 - RECENT_TRIES :], good] if self.sum else []
        if self.sum < OFF_STRENGTH:
            self.suspect_since = self.on_since = None
            return
        if self.suspect_since is None:
            self.suspect_since = at
        # What has not answered at all in between is another question: whether it is down.
        if self.sum >= ON_STRENGTH and self.on_since is None and any(self.recent):
            self.on_since = at

    @property
    def share(self) -> tuple[int, int]:
        """(failed, tries) of the last tries."""
        return self.recent.count(False), len(self.recent)


class InPart:
    """The sums of all depths of one kind of request, and the tries that nobody has vouched for yet.

    `suspect_since`: since when it may fail in part; `on_since`: since when it is said; `share`: (failed, tries) of the
    last tries then. All None otherwise.
    """

    def __init__(self, kept: Mapping[int, PartSum] | None = None) -> None:
        self._sums = dict(kept or {})
        self._waiting: list[Try] = []
        self._traffic_at = -math.inf

    def remember(self) -> dict[int, PartSum]:
        return {depth: structs.replace(each) for depth, each in self._sums.items() if each.sum}

    def copy(self) -> "InPart":
        twin = InPart(self.remember())
        twin._waiting, twin._traffic_at = list(self._waiting), self._traffic_at
        return twin

    def add(self, t: Try) -> None:
        """Take in a good or failing try. Of the user's own requests some are enough, as they come."""
        if t.source is Source.TRAFFIC:
            if t.at - self._traffic_at < TRAFFIC_SPACING_S:
                return
            self._traffic_at = t.at
        self._waiting.append(t)

    def look(self, now: float, network: OwnConnection) -> None:
        """Let the time be `now`: a failure counts once somebody vouches for it, and not at all when nobody does."""
        while self._waiting:
            t = self._waiting[0]
            good = t.outcome is Outcome.GOOD
            counts = good or vouched(t, network, by=decided_at(t))
            if not counts and t.control is None and now <= decided_at(t):
                return
            del self._waiting[0]
            if counts:
                anything = network.chance_of_failure(t.provider, t.reach, now, lasting=True)
                q = anything if good else chance(t, network, now, lasting=True)
                self._sums.setdefault(t.depth, PartSum()).note(t.at, q, good=good)

    def clear(self) -> None:
        """What failed in part is down now, or it is another time."""
        self._sums.clear()
        self._waiting.clear()

    @property
    def decided_at(self) -> float:
        """Until when it is open whether the next failure counts; infinity while none waits."""
        return decided_at(self._waiting[0]) if self._waiting else math.inf

    @property
    def suspect_since(self) -> float | None:
        return min((each.suspect_since for each in self._sums.values() if each.suspect_since is not None), default=None)

    @property
    def on_since(self) -> float | None:
        return min((each.on_since for each in self._sums.values() if each.on_since is not None), default=None)

    @property
    def share(self) -> tuple[int, int] | None:
        on = [each for each in self._sums.values() if each.on_since is not None]
        return max(on, key=lambda each: each.sum).share if on else None
