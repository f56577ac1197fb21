"""Own networks for the bench of rule 2: how one request fares on its way, for no fault of whom it is meant for.

Deterministic: what happens at a moment depends on the network's own seed and the moment, or on the generator given.
"""

import math
import random
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from trayapp.core.evidence.observation import NetworkStep

DAY_S = 86_400.0
ANSWER_S = 0.2
# The one control that a network may block.
BLOCKED_CONTROL = "secure-1"


class Way(NamedTuple):
    """How a request fares: the seconds until it gets through, never when infinite, and the step at which it waits."""

    took_s: float = ANSWER_S
    waits_at: NetworkStep = NetworkStep.TCP

    def within(self, patience_s: float) -> "tuple[float, NetworkStep | None]":
        """For somebody who waits so long: the seconds spent, and the step at which it was given up, if it was."""
        return (patience_s, self.waits_at) if self.took_s > patience_s else (self.took_s, None)


THROUGH = Way()
LOST = Way(math.inf)


class Sound:
    """Everything gets through. `sleeps`: (from, until) in order, when the machine does not run."""

    sleeps: tuple[tuple[float, float], ...] = ()

    def way(self, at: float, host: str, rng: random.Random) -> Way:
        return LOST if rng.random() < self.loss(at) else THROUGH

    def loss(self, at: float) -> float:
        return 0.0

    def gone(self, at: float) -> bool:
        """Whether nothing at all gets through."""
        return self.loss(at) >= 1.0


class Isolated(Sound):
    """One request in a hundred is lost, each by itself."""

    def loss(self, at: float) -> float:
        return 0.01


class Gaps(Sound):
    """Nothing gets through for 45 s, an hour or so apart."""

    def __init__(self, rng: random.Random, end: float) -> None:
        self._starts = [-DAY_S]
        while self._starts[-1] < end:
            self._starts.append(max(self._starts[-1], 0.0) + rng.expovariate(1 / 3600.0))

    def loss(self, at: float) -> float:
        return 1.0 if at - self._starts[bisect_right(self._starts, at) - 1] <= 45.0 else 0.0


class Train(Sound):
    """Two hours a day: sound for a minute, then 25 s in which 25, 40, 60 or 100 % is lost."""

    RIDES_H = ((7, 8), (17, 18))
    CYCLE_S = 85.0
    SOUND_S = 60.0
    LOSSES = (0.25, 0.4, 0.6, 1.0)

    def __init__(self, rng: random.Random, end: float) -> None:
        self._seed = rng.randrange(1 << 30)

    def loss(self, at: float) -> float:
        hour = at % DAY_S / 3600.0
        if not any(start <= hour < end for start, end in self.RIDES_H):
            return 0.0
        cycle, within = divmod(at, self.CYCLE_S)
        if within < self.SOUND_S:
            return 0.0
        return _draw(self._seed, cycle).choice(self.LOSSES)


class SlowNames(Sound):
    """One lookup in ten takes 6 s, each by itself."""

    SHARE = 0.1
    SLOW_S = 6.0

    def way(self, at: float, host: str, rng: random.Random) -> Way:
        return Way(self.SLOW_S + ANSWER_S, NetworkStep.DNS) if rng.random() < self.SHARE else THROUGH


class Cafe(Sound):
    """Crowded: what is lost (3 to 12 %) and how long the rest takes (seconds) is another thing every minute."""

    LOSS = (0.03, 0.12)
    DELAY_S = (0.2, 0.8)

    def __init__(self, rng: random.Random, end: float) -> None:
        self._seed = rng.randrange(1 << 30)

    def way(self, at: float, host: str, rng: random.Random) -> Way:
        minute = _draw(self._seed, at // 60.0)
        loss, delay_s = minute.uniform(*self.LOSS), minute.uniform(*self.DELAY_S)
        took_s = ANSWER_S + rng.expovariate(1 / delay_s)
        return LOST if rng.random() < loss else Way(took_s)


class Vpn(Sound):
    """Nothing gets through for 20 s of every five minutes."""

    def loss(self, at: float) -> float:
        return 1.0 if at % 300.0 < 20.0 else 0.0


class Sleeps(Sound):
    """Awake for twenty minutes, then asleep for some; after waking nothing gets through for up to 20 s."""

    def __init__(self, rng: random.Random, end: float) -> None:
        spans, at = [], 0.0
        while (at := at + 1200.0) < end:
            spans.append((at, at + rng.uniform(20.0, 2400.0)))
            at = spans[-1][1]
        self.sleeps = tuple(spans)
        self._woke = [until for _, until in spans]
        self._seed = rng.randrange(1 << 30)

    def loss(self, at: float) -> float:
        index = bisect_right(self._woke, at) - 1
        if index < 0:
            return 0.0
        return 1.0 if at - self._woke[index] < _draw(self._seed, index).uniform(2.0, 20.0) else 0.0


class OneControlBlocked(Sound):
    """One of the controls never answers."""

    def way(self, at: float, host: str, rng: random.Random) -> Way:
        return LOST if host == BLOCKED_CONTROL else THROUGH


NETWORKS: dict[str, Callable[[random.Random, float], Sound]] = {
    "sound": lambda rng, end: Sound(),
    "1 % isolated failures": lambda rng, end: Isolated(),
    "one 45 s gap an hour": Gaps,
    "two hours of train a day": Train,
    "10 % slow names": lambda rng, end: SlowNames(),
    "café": Cafe,
    "VPN, 20 s in 5 minutes": lambda rng, end: Vpn(),
    "sleep every 20 minutes": Sleeps,
    "one control blocked": lambda rng, end: OneControlBlocked(),
}


def _draw(seed: int, number: float) -> random.Random:
    return random.Random(seed + int(number))
