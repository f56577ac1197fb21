"""What each network has shown in the last seven days: what *q* of rule 2 is never below.

A network is known by its default gateway. What counts is how often something fails although others answer: a failure
that nobody's answer vouches for says that the connection was away, and then it counts for nothing. Controls are asked
in trouble, when more fails than usual, so they count only where there is hardly anybody else.
"""

import math
from collections import deque
from collections.abc import Callable
from copy import deepcopy
from heapq import nlargest

from msgspec import Struct

from trayapp.core.evidence.failure_share import FLOOR, LONG_WINDOW_S, NEW_NETWORK, Kind

DAY_S = 86_400.0
KEPT_DAYS = 7
# More gateways than anybody meets in a week.
NETWORKS_KEPT = 32
# Among so many others the one that fails most is left out: that may be its own trouble, and not the network's.
ENOUGH_SOURCES = 3
# One that is left out, and one that may be asking.
WORST_KEPT = 2
# So many tries show what a network is like, however well it goes at the moment.
KNOWN_TRIES = 100
# How much of what is usual here weighs beside the last minutes: one failure among a few answers is no weather.
LOSS_PRIOR_TRIES = 20
# What is kept for a restart is brought up to date this often, since all of it is written anew then.
KEPT_EVERY_S = 3600.0
_CONTROL = "control "
# An answer to a request made so soon after a failure shows that the connection was there.
VOUCHING_S = 20.0

Counts = list[int]
"""How often a source was asked, and how often it failed in each `Kind`."""


def control(host: str) -> str:
    """The source that this control is."""
    return _CONTROL + host


class _Tally:
    """(failed, asked) by source and of all together, and the two that fail most: one is left out, one may be asking."""

    def __init__(self, by_source: dict[str, tuple[int, int]]) -> None:
        self._by_source = by_source
        self._failed = sum(failed for failed, _ in by_source.values())
        self._asked = sum(asked for _, asked in by_source.values())
        self._find_worst()

    def note(self, source: str, *, failed: bool) -> None:
        """One more of a source."""
        failures, asked = self._by_source.get(source, (0, 0))
        self._by_source[source] = failures + failed, asked + 1
        self._failed += failed
        self._asked += 1
        if (
            source in self._worst
            or len(self._worst) < WORST_KEPT
            or self._share(self._worst[-1]) <= self._share(source) > 0
        ):
            self._find_worst()

    def without(self, provider: str) -> tuple[int, int]:
        """How many failed and were asked, without those of `provider` and of the one that fails most."""
        others = len(self._by_source)
        failed, asked = self._failed, self._asked
        own = self._by_source.get(provider)
        if own is not None:
            others, failed, asked = others - 1, failed - own[0], asked - own[1]
        if others >= ENOUGH_SOURCES:
            worst = self._worst[0] if self._worst[0] != provider else self._worst[1]
            worst_failed, worst_asked = self._by_source[worst]
            return failed - worst_failed, asked - worst_asked
        return failed, asked

    def _find_worst(self) -> None:
        self._worst = nlargest(WORST_KEPT, self._by_source, key=self._share)

    def _share(self, source: str) -> float:
        failed, asked = self._by_source[source]
        return failed / asked


class KnownNetworksMemory(Struct):
    """What survives a restart: counts by network, day (steady seconds / `DAY_S`) and source."""

    networks: dict[str, dict[int, dict[str, Counts]]] = {}


class KnownNetworks:
    """Counts what is asked on the network of now, and says what it is usually like.

    `lately`: (at, source, was it lost) of the last minutes.
    `source`: a provider's id or a `control`. Of a host's failures in a row only the first counts: the others say
    how long its trouble lasted.
    """

    def __init__(self, memory: KnownNetworksMemory | None = None) -> None:
        self._kept = memory or KnownNetworksMemory()
        self._kept_at = 0.0
        self._networks = deepcopy(self._kept.networks)
        self._here = ""
        self._day = 0
        self._sums: dict[str, Counts] = {}
        # Of failures in one way or in any; without controls, or with them.
        self._tallies: dict[tuple[Kind | None, bool], _Tally] = {}
        self._failing: set[str] = set()
        self._unvouched: list[tuple[float, float, str, Kind]] = []
        self.lately: deque[tuple[float, str, bool]] = deque()
        self._add_up()

    def moved(self, network: str) -> None:
        """From now on what is asked is asked on this network; "" when nobody knows which it is."""
        if network != self._here:
            if self._here:
                self.lately.clear()
            self._here = network
            self._failing.clear()
            self._unvouched.clear()
            self._add_up()

    def good(self, at: float, began: float, source: str, host: str) -> None:
        """An answer. It shows that the connection was there when others failed."""
        self._failing.discard(host)
        self._note(at, source, None)
        self._note_lately(at, source, lost=False)
        for failure in list(self._unvouched):
            failed_at, since, failed_source, kind = failure
            if failed_source != source and since <= began <= failed_at + VOUCHING_S:
                self._note(at, failed_source, kind)
                if began <= failed_at:
                    self._note_lately(at, failed_source, lost=True)
                self._unvouched.remove(failure)
            elif at > failed_at + 2 * VOUCHING_S:
                self._unvouched.remove(failure)

    def failed(
        self, at: float, began: float, source: str, host: str, kind: Kind, answered: Callable[[float, float], bool]
    ) -> None:
        """No answer, or an error. `answered`: whether others answered a request made between two moments."""
        if host in self._failing:
            return
        self._failing.add(host)
        if answered(began, at + VOUCHING_S):
            self._note(at, source, kind)
            if answered(began, at):
                self._note_lately(at, source, lost=True)
        else:
            self._unvouched.append((at, began, source, kind))

    def usual(self, provider: str, kind: Kind | None) -> float | None:
        """How often a request to anybody but `provider` fails in this way, or in any; None where too few were asked."""
        for controls in (False, True):
            tally = self._tallies.get((kind, controls))
            if tally is None:
                tally = self._tallies[kind, controls] = self._tally(kind, controls=controls)
            failed, asked = tally.without(provider)
            if asked >= KNOWN_TRIES:
                return failed / asked
        return None

    def loss(self) -> float:
        """The share of requests that may have been lost here lately while others got through, above 0.

        Not what failed before everybody answered again: then the connection was away for a moment.
        """
        usual = self.usual("", None)
        by_source: dict[str, tuple[int, int]] = {}
        for _, source, lost in self.lately:
            failed, asked = by_source.get(source, (0, 0))
            by_source[source] = failed + lost, asked + 1
        failed, asked = _Tally(by_source).without("")
        expected = max(FLOOR, NEW_NETWORK if usual is None else usual)
        # Loss that has just begun shows by few, and few may stand for twice as many: two standard deviations more.
        at_most = failed + 2 * math.sqrt(failed)
        return (at_most + LOSS_PRIOR_TRIES * expected) / (asked + LOSS_PRIOR_TRIES)

    def remember(self) -> KnownNetworksMemory:
        """What a restart has to know."""
        return self._kept

    def _note(self, at: float, source: str, kind: Kind | None) -> None:
        day = int(at // DAY_S)
        if day > self._day:
            self._day = day
            self._forget()
            self._add_up()
        today = self._networks.setdefault(self._here, {}).setdefault(day, {})
        for by_source in (today, self._sums):
            counts = by_source.setdefault(source, [0] * (1 + len(Kind)))
            counts[0] += 1
            if kind is not None:
                counts[1 + kind] += 1
        for (each, controls), tally in self._tallies.items():
            if controls or not source.startswith(_CONTROL):
                tally.note(source, failed=kind is not None and each in (None, kind))
        if at - self._kept_at >= KEPT_EVERY_S:
            self._kept, self._kept_at = KnownNetworksMemory(deepcopy(self._networks)), at

    def _note_lately(self, at: float, source: str, *, lost: bool) -> None:
        self.lately.append((at, source, lost))
        while self.lately[0][0] < at - LONG_WINDOW_S:
            self.lately.popleft()

    def _tally(self, kind: Kind | None, *, controls: bool) -> _Tally:
        failed_in = slice(1, None) if kind is None else slice(1 + kind, 2 + kind)
        return _Tally(
            {
                source: (sum(counts[failed_in]), counts[0])
                for source, counts in self._sums.items()
                if controls or not source.startswith(_CONTROL)
            }
        )

    def _add_up(self) -> None:
        self._sums = {}
        self._tallies.clear()
        for by_source in self._networks.get(self._here, {}).values():
            for source, counts in by_source.items():
                before = self._sums.get(source, [0] * len(counts))
                self._sums[source] = [sum(each) for each in zip(before, counts, strict=True)]

    def _forget(self) -> None:
        oldest = self._day - KEPT_DAYS
        for days in self._networks.values():
            for day in [day for day in days if day <= oldest]:
                del days[day]
        by_age = sorted((max(days), network) for network, days in self._networks.items() if days)
        self._networks = {network: self._networks[network] for _, network in by_age[-NETWORKS_KEPT:]}
