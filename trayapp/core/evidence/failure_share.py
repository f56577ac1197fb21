"""How often anything fails here for no fault of a provider: *q* of rule 2.

Answers of the last minutes are counted as they come and go, so that a question costs the same however many hosts
were asked.
"""

from bisect import insort
from collections import deque
from collections.abc import Collection
from typing import NamedTuple

# Two windows: the long one knows what kind of network this is, the short one notices that it has just changed.
LONG_WINDOW_S = 600.0
SHORT_WINDOW_S = 90.0
# Weak priors (failures, tries) from a quiet network: they keep a handful of answers from claiming 0 % or 100 %.
LONG_PRIOR = (0.3, 60.0)
SHORT_PRIOR = (0.05, 5.0)
# One isolated failure in 300 tries happens on the best networks; a smaller q would let two tries decide.
FLOOR = 0.003
# So many controls within the short window measure the network by themselves; then providers that fall together
# do not excuse each other.
ENOUGH_CONTROLS = 8


class Asked(NamedTuple):
    """One answer, good or not. `source`: a provider's id, or a control's host."""

    at: float
    source: str
    control: bool
    good: bool


class _Count:
    __slots__ = ("asked", "failed")

    def __init__(self) -> None:
        self.asked = self.failed = 0

    def take(self, good: bool, times: int) -> None:
        self.asked += times
        self.failed += 0 if good else times


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
            insort(in_order, asked, key=lambda other: other.at)
            self._asked = deque(in_order)
        else:
            self._asked.append(asked)
        self._count(asked, 1)

    def expire(self, now: float) -> None:
        while self._asked and self._asked[0].at < now - self._span_s:
            self._count(self._asked.popleft(), -1)

    def of(self, source: str) -> _Count:
        return self._by_source.get(source) or _NOTHING

    def _count(self, asked: Asked, times: int) -> None:
        self.every.take(asked.good, times)
        if asked.control:
            self.controls.take(asked.good, times)
        by_source = self._by_source.setdefault(asked.source, _Count())
        by_source.take(asked.good, times)
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

    def chance(self, provider: str, dead: Collection[str], now: float, *, lasting: bool = False) -> float:
        """q at `now`, from everybody's answers but those of `provider` and of the `dead` controls.

        `lasting`: over the whole of the long window, however well things go at the moment.
        """
        self._long.expire(now)
        self._short.expire(now)
        short = self._short
        if not lasting:
            asked, failed = short.controls.asked, short.controls.failed
            for host in dead:
                asked, failed = asked - short.of(host).asked, failed - short.of(host).failed
            if asked >= ENOUGH_CONTROLS:
                return max(FLOOR, _share(failed, asked, SHORT_PRIOR))
        left_out = (provider, *dead)
        return max(FLOOR, _rest(self._long, left_out, LONG_PRIOR), _rest(short, left_out, SHORT_PRIOR))


def _rest(window: _Window, left_out: tuple[str, ...], prior: tuple[float, float]) -> float:
    asked, failed = window.every.asked, window.every.failed
    for source in left_out:
        count = window.of(source)
        asked, failed = asked - count.asked, failed - count.failed
    return _share(failed, asked, prior)


def _share(failed: int, asked: int, prior: tuple[float, float]) -> float:
    return (failed + prior[0]) / (asked + prior[1])
