"""What befalls providers in the bench of rule 2: outages, failures in part, a slow death."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

PROVIDERS = ("alpha", "beta", "gamma", "delta")
OUTAGE_S = 900.0
OUTAGE_EVERY_S = 3600.0
# What is said so soon after an outage is still about it: two good answers, then ten quiet minutes.
AFTERMATH_S = 900.0


@dataclass(frozen=True)
class Outage:
    """Providers fail from `start` to `end`; `slow`: by time-out instead of an error.

    `share`: of their requests that fail, at the start and, `grows_s` later, at its fullest.
    """

    start: float
    end: float
    down: frozenset[str]
    slow: bool
    share: tuple[float, float] = (1.0, 1.0)
    grows_s: float = 1.0

    def share_at(self, at: float) -> float:
        first, full = self.share
        return first + (full - first) * min(1.0, (at - self.start) / self.grows_s)

    def fails(self, provider: str, at: float, rng: random.Random) -> bool:
        """Whether one request fails."""
        return provider in self.down and at < self.end and rng.random() < self.share_at(at)


class Outages:
    """Outages in order of time, far enough apart."""

    def __init__(self, outages: Sequence[Outage]) -> None:
        self.all = outages
        self._next = 0

    def at(self, at: float) -> Outage | None:
        """The one that is going on or just over. Asked in about the order of time."""
        while self._next < len(self.all) and self.all[self._next].end + AFTERMATH_S < at - 60.0:
            self._next += 1
        found = self.all[self._next] if self._next < len(self.all) else None
        return found if found is not None and found.start <= at <= found.end + AFTERMATH_S else None


def outages(rng: random.Random, end: float, together: int, every_s: float = OUTAGE_EVERY_S) -> Outages:
    """One every `every_s` or so; `together` providers each, none when 0."""
    found: list[Outage] = []
    at = rng.uniform(0.5, 1.5) * every_s
    while together and at + OUTAGE_S < end:
        down = frozenset(rng.sample(PROVIDERS, together))
        found.append(Outage(at, at + OUTAGE_S, down, slow=len(found) % 2 == 1))
        at += rng.uniform(0.5, 1.5) * every_s
    return Outages(found)


def in_part(rng: random.Random, episodes: int, share: float = 0.15, lasts_s: float = 7200.0) -> Outages:
    """One provider fails a share of its requests for two hours, and is well for two."""
    return _episodes(rng, episodes, lasts_s, 7200.0, (share, share), 1.0)


def slow_deaths(rng: random.Random, episodes: int) -> Outages:
    """From 5 to 100 % within 30 minutes, and down for 30 more."""
    return _episodes(rng, episodes, 3600.0, 3600.0, (0.05, 1.0), 1800.0)


def _episodes(
    rng: random.Random, episodes: int, lasts_s: float, well_s: float, share: tuple[float, float], grows_s: float
) -> Outages:
    found = []
    at = 3600.0
    for number in range(episodes):
        down = frozenset({rng.choice(PROVIDERS)})
        found.append(Outage(at, at + lasts_s, down, number % 2 == 1, share, grows_s))
        at += lasts_s + well_s + rng.uniform(0.0, 60.0)
    return Outages(found)
