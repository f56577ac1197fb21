"""How often anything fails here for no fault of a provider: *q* of rule 2.

Answers of the last minutes are counted as they come and go, so that a question costs the same however many hosts
were asked. Failures are counted by where they happen: names that are slow say nothing about silence.
"""

from bisect import insort
from collections import deque
from collections.abc import Collection
from enum import IntEnum
from operator import attrgetter
from typing import NamedTuple

from trayapp.core.evidence.answers import LOADING
from trayapp.core.evidence.observation import NetworkStep

# Two windows: the long one knows what kind of network this is, the short one notices that it has just changed.
LONG_WINDOW_S = 600.0
SHORT_WINDOW_S = 90.0
# What is known of this network beforehand weighs as much as so many tries: it keeps a handful of answers from
# claiming 0 % or 100 %. Of a network that is not known one try in a hundred is thought to be lost.
PRIOR_TRIES = 5
NEW_NETWORK = 0.01
# One isolated failure in 300 tries happens on the best networks; a smaller q would let two tries decide.
FLOOR = 0.003
# So many controls within the short window measure the network by themselves; then providers that fall together
# do not excuse each other. Of lookups they say little: a resolver that fails for half of the names may know theirs.
ENOUGH_CONTROLS = 8
# Below the first share of all requests of ten minutes slow names are chance, above the second it is an outage of them.
NAMES_SLOW_SHARE, NAMES_GONE_SHARE = 0.03, 0.5


class Kind(IntEnum):
    """Where it failed: looking up the name, on the way without an answer, or with an answer that is an error."""

    LOOKUP = 0
    SILENCE = 1
    ANSWER = 2


def kind_of(code: str, step: NetworkStep | None) -> Kind:
    """The kind of a failure, from its code and the step at which it happened."""
    if step is NetworkStep.DNS or code == "dns":
        return Kind.LOOKUP
    return Kind.ANSWER if code.startswith("http_") or code in ("malformed", LOADING) else Kind.SILENCE


class Asked(NamedTuple):
    """One answer. `source`: a provider's id, or a control's host. `failed`: how it failed, None when it was good.
    `late_name`: as in `Try`."""

    at: float
    source: str
    control: bool
    failed: Kind | None
    late_name: bool = False


_KINDS = len(Kind)


class _Count:
    __slots__ = ("asked", "failed", "late_names")

    def __init__(self) -> None:
        self.asked = self.late_names = 0
        self.failed = [0] * _KINDS

    def take(self, asked: Asked, times: int) -> None:
        self.asked += times
        if asked.failed is not None:
            self.failed[asked.failed] += times
        self.late_names += times * asked.late_name

    @property
    def slow_names(self) -> int:
        """How many names were looked up late or not at all."""
        return self.failed[Kind.LOOKUP] + self.late_names

    def failed_in(self, kind: Kind | None) -> int:
        """How many failed in this way, or in any."""
        return sum(self.failed) if kind is None else self.failed[kind]


class _Window:
    """What came within the last `span_s`, counted: all, controls alone, and by source."""

    def __init__(self, span_s: float) -> None:
        self._span_s = span_s
        self._asked: deque[Asked] = deque()
        self.every = _Count()
        self.controls = _Count()
        self._by_source: dict[str, _Count] = {}

    def add(self, asked: Asked) -> None:
        if self._asked and asked.at < self._asked[-1].at:
            # Rare: whoever waited longer for its answer came later.
            in_order = list(self._asked)
            insort(in_order, asked, key=attrgetter("at"))
            self._asked = deque(in_order)
        else:
            self._asked.append(asked)
        self._count(asked, 1)

    def expire(self, now: float) -> None:
        while self._asked and self._asked[0].at < now - self._span_s:
            self._count(self._asked.popleft(), -1)

    @property
    def sources_with_slow_names(self) -> int:
        return sum(bool(count.slow_names) for count in self._by_source.values())

    def of(self, source: str) -> _Count:
        return self._by_source.get(source) or _NOTHING

    def _count(self, asked: Asked, times: int) -> None:
        self.every.take(asked, times)
        if asked.control:
            self.controls.take(asked, times)
        by_source = self._by_source.get(asked.source)
        if by_source is None:
            by_source = self._by_source[asked.source] = _Count()
        by_source.take(asked, times)
        if not by_source.asked:
            del self._by_source[asked.source]


_NOTHING = _Count()


class FailureShare:
    """The share of failures among all answers at one kind of address."""

    def __init__(self) -> None:
        self._long = _Window(LONG_WINDOW_S)
        self._short = _Window(SHORT_WINDOW_S)

    def add(self, asked: Asked) -> None:
        self._long.add(asked)
        self._short.add(asked)

    def names_slow(self, now: float) -> bool:
        """Whether looking up names fails here or takes long, for several hosts and now and then only."""
        self._long.expire(now)
        every = self._long.every
        slow, gone = NAMES_SLOW_SHARE * every.asked, NAMES_GONE_SHARE * every.asked
        now_and_then = 0 < slow <= every.slow_names and every.failed[Kind.LOOKUP] <= gone
        return now_and_then and self._long.sources_with_slow_names >= 2

    def chance(
        self,
        provider: str,
        kind: Kind | None,
        usual: float | None,
        dead: Collection[str],
        now: float,
        *,
        lasting: bool = False,
    ) -> float:
        """q at `now`, from everybody's answers but those of `provider` and of the `dead` controls.

        `kind`: of failures in this way, else in any. `usual`: what this network is known for, if it is known; never
        less than that.
        `lasting`: over the whole of the long window, however well things go at the moment.
        """
        self._long.expire(now)
        self._short.expire(now)
        short = self._short
        least, expected = (FLOOR, NEW_NETWORK) if usual is None else (max(FLOOR, usual), usual)
        if not lasting and kind is not Kind.LOOKUP:
            asked, failed = short.controls.asked, short.controls.failed_in(kind)
            for host in dead:
                asked, failed = asked - short.of(host).asked, failed - short.of(host).failed_in(kind)
            if asked >= ENOUGH_CONTROLS:
                return max(least, _share(failed, asked, expected))
        left_out = (provider, *dead)
        return max(least, _rest(self._long, left_out, kind, expected), _rest(short, left_out, kind, expected))


def _rest(window: _Window, left_out: tuple[str, ...], kind: Kind | None, expected: float) -> float:
    asked, failed = window.every.asked, window.every.failed_in(kind)
    for source in left_out:
        count = window.of(source)
        asked, failed = asked - count.asked, failed - count.failed_in(kind)
    return _share(failed, asked, expected)


def _share(failed: int, asked: int, expected: float) -> float:
    return (failed + PRIOR_TRIES * expected) / (asked + PRIOR_TRIES)
