"""Who has to be looked at when, because time alone changes something about them."""

import heapq
import math
from collections.abc import Hashable, Iterable
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)

# Longer than any rounding of steady seconds, shorter than anybody waits.
A_MOMENT_S = 0.001


def next_moment(moments: Iterable[float], now: float) -> float:
    """The first of these after `now`, infinity without one.

    Some things end with their moment and some just after it, so both sides of each are looked at.
    """
    return min([at for moment in moments for at in (moment, moment + A_MOMENT_S) if at > now], default=math.inf)


class Agenda(Generic[T]):
    """At most one moment for each item. All times are steady seconds."""

    def __init__(self) -> None:
        self._at: dict[T, float] = {}
        self._heap: list[tuple[float, int, T]] = []
        self._numbers = count()

    def set(self, item: T, at: float) -> None:
        """Look at `item` from `at` on, and not before; infinity takes it off."""
        if self._at.get(item, math.inf) == at:
            return
        if at == math.inf:
            del self._at[item]
        else:
            self._at[item] = at
            heapq.heappush(self._heap, (at, next(self._numbers), item))

    def due(self, now: float) -> list[T]:
        """Those whose moment has come; they are off the agenda."""
        items = []
        while self._heap and self._heap[0][0] <= now:
            at, _, item = heapq.heappop(self._heap)
            # What was put off in the meantime comes up again at its new moment.
            if self._at.get(item) == at:
                del self._at[item]
                items.append(item)
        return items
