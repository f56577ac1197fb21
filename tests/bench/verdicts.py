"""Rule 2 as coded, under a virtual clock: false reds and time to red in four networks, beside plain three strikes.

    python -m tests.bench.verdicts [--days 30] [--seed 1]

Four providers, one host each, are asked with the real pacing (`core.evidence.pace`), controls run beside the
second try and every later one as the watcher runs them (another provider's host if its turn is free, else one plain
and one TLS control, another TLS control if that fails; a round is shared for 12 s). The evidence goes through the real
`core.evidence.connection` and `core.evidence.own_evidence`.
Three strikes counts three failures in a row on the very same samples.

A request takes 0.2 s when it is answered. What the network swallows times out after 4 s. In an outage every try
fails: with a 5xx after 0.3 s, or, in every second outage, by time-out.
"""

import argparse
import heapq
import random
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from trayapp.core.catalogue import Part
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.observation import Control, Depth, Observation, Outcome, Source, Try
from trayapp.core.evidence.own_evidence import Evidence, Sight
from trayapp.core.evidence.pace import CALM_INTERVAL_S, TRY_TIMEOUT_S, Pace, next_delay
from trayapp.core.evidence.reach import Reach

PROVIDERS = ("alpha", "beta", "gamma", "delta")
DAY_S = 86_400.0
ANSWER_S = 0.2
ERROR_S = 0.3
REUSE_S = 12.0
OUTAGE_S = 1800.0
OUTAGE_EVERY_S = 3 * 3600.0
PLAIN_STRIKES = 3
# A red that comes so soon after an outage is still about it.
AFTERMATH_S = 120.0


class OwnNetwork(Protocol):
    """How likely it is at a moment that a request is lost for no fault of whom it is meant for."""

    def loss(self, at: float) -> float: ...


class Sound:
    def loss(self, at: float) -> float:
        return 0.0


class Isolated:
    """One request in a hundred is lost, each by itself."""

    def loss(self, at: float) -> float:
        return 0.01


class Gaps:
    """Nothing gets through for 45 s, an hour or so apart."""

    def __init__(self, rng: random.Random, end: float) -> None:
        self._starts: list[float] = []
        at = 0.0
        while (at := at + rng.expovariate(1 / 3600.0)) < end:
            self._starts.append(at)
        self._next = 0

    def loss(self, at: float) -> float:
        while self._next < len(self._starts) and self._starts[self._next] + 45.0 < at:
            self._next += 1
        return 1.0 if self._next < len(self._starts) and self._starts[self._next] <= at else 0.0


class Train:
    """Two hours a day: sound for a minute, then 25 s in which 25, 40, 60 or 100 % is lost."""

    RIDES_H = ((7, 8), (17, 18))
    CYCLE_S = 85.0
    SOUND_S = 60.0
    LOSSES = (0.25, 0.4, 0.6, 1.0)

    def __init__(self, rng: random.Random) -> None:
        self._seed = rng.randrange(1 << 30)

    def loss(self, at: float) -> float:
        hour = at % DAY_S / 3600.0
        if not any(start <= hour < end for start, end in self.RIDES_H):
            return 0.0
        cycle, within = divmod(at, self.CYCLE_S)
        if within < self.SOUND_S:
            return 0.0
        return random.Random(self._seed + int(cycle)).choice(self.LOSSES)


@dataclass
class Outage:
    """Some providers are down from `start` to `end`; `slow`: they time out instead of answering with an error."""

    start: float
    end: float
    down: frozenset[str]
    slow: bool


class Outages:
    """Outages in order of time, asked for in order of time."""

    def __init__(self, outages: Sequence[Outage]) -> None:
        self.all = outages
        self._next = 0

    def at(self, at: float) -> Outage | None:
        while self._next < len(self.all) and self.all[self._next].end + AFTERMATH_S < at:
            self._next += 1
        found = self.all[self._next] if self._next < len(self.all) else None
        return found if found is not None and found.start <= at else None

    @classmethod
    def planned(cls, rng: random.Random, end: float, together: int) -> "Outages":
        """One every three hours or so; `together` providers each, none when 0."""
        found: list[Outage] = []
        at = rng.uniform(0.5, 1.5) * OUTAGE_EVERY_S
        while together and at + OUTAGE_S < end:
            down = frozenset(rng.sample(PROVIDERS, together))
            found.append(Outage(at, at + OUTAGE_S, down, slow=len(found) % 2 == 1))
            at += rng.uniform(0.5, 1.5) * OUTAGE_EVERY_S
        return cls(found)


@dataclass
class Lane:
    """One provider's host, as the watcher sees it, and what the rules make of it."""

    provider: str
    eyes: Evidence = field(default_factory=Evidence)
    last_asked: float = -CALM_INTERVAL_S
    run: int = 0
    first_failed_at: float | None = None
    red: bool = False
    degraded: bool = False
    turn: int = 0
    strikes: int = 0
    due: float = 0.0


@dataclass
class Result:
    """False reds, and seconds from an outage's start to red, by the rules and by plain strikes."""

    tries: int = 0
    false_reds: int = 0
    plain_false_reds: int = 0
    to_red_s: list[float] = field(default_factory=list)
    plain_to_red_s: list[float] = field(default_factory=list)
    missed: int = 0
    false_yellows: int = 0
    samples: list[tuple[Observation, bool]] = field(default_factory=list)


class Simulation:
    """Thirty days of asking, try by try. `keep`: so many samples with the verdict after each, for a comparison."""

    def __init__(self, own: OwnNetwork, outages: Outages, rng: random.Random, keep: int = 0) -> None:
        self._own = own
        self._outages = outages
        self._rng = rng
        self._keep = keep
        self._network = OwnConnection(0.0)
        self._lanes = {name: Lane(name) for name in PROVIDERS}
        self._round: tuple[float, bool] = (-REUSE_S, False)
        self._result = Result()
        self._found: set[tuple[int, str, bool]] = set()
        self._queue: list[tuple[float, str, int]] = []

    def run(self, days: float) -> Result:
        for lane in self._lanes.values():
            self._plan(lane, self._rng.uniform(0, CALM_INTERVAL_S))
        end = days * DAY_S
        while self._queue[0][0] < end:
            at, name, turn = heapq.heappop(self._queue)
            lane = self._lanes[name]
            if turn == lane.turn:
                self._ask(lane, at, alone=False)
        expected = sum(len(one.down) for one in self._outages.all)
        self._result.missed = expected - len(self._result.to_red_s)
        return self._result

    def _plan(self, lane: Lane, at: float) -> None:
        lane.turn += 1
        lane.due = at
        heapq.heappush(self._queue, (at, lane.provider, lane.turn))

    def _ask(self, lane: Lane, began: float, *, alone: bool) -> bool:
        """One try. `alone`: it is itself a control for another host."""
        lane.last_asked = began
        control = None if alone or self._pace(lane, began) is Pace.CALM else self._prove(lane, began)
        good, took_s = self._answer(lane.provider, began)
        at = began + took_s
        attempt = Try(
            at,
            began,
            Source.PROBE,
            lane.provider,
            lane.provider,
            (Part(lane.provider, "api"),),
            Depth.API,
            Outcome.GOOD if good else Outcome.FAIL,
            "http_200" if good else "http_503" if took_s == ERROR_S else "timeout",
            control=control,
        )
        self._network.observe_try(attempt)
        lane.eyes.add(attempt, self._network)
        lane.run = 0 if good else lane.run + 1
        lane.first_failed_at = None if good else lane.first_failed_at or began
        self._judge(lane, at, good)
        self._note(attempt, lane.eyes.red is not None)
        delay_s = next_delay(self._pace(lane, at), lane.run or 2, self._rng.random())
        self._plan(lane, max(at, began + delay_s))
        return good

    def _answer(self, provider: str, at: float) -> tuple[bool, float]:
        self._result.tries += 1
        if self._own.loss(at) > self._rng.random():
            return False, TRY_TIMEOUT_S
        outage = self._outages.at(at)
        if outage is not None and provider in outage.down and at < outage.end:
            return False, TRY_TIMEOUT_S if outage.slow else ERROR_S
        return True, ANSWER_S

    def _pace(self, lane: Lane, now: float) -> Pace:
        lane.eyes.look(now, self._network)
        if lane.eyes.red is not None:
            return Pace.RED
        return Pace.TROUBLE if lane.eyes.run else Pace.CALM

    def _prove(self, lane: Lane, began: float) -> bool:
        for other in self._lanes.values():
            free = other.last_asked + CALM_INTERVAL_S <= began
            if other is not lane and free and self._pace(other, began) is Pace.CALM:
                if self._ask(other, began, alone=True):
                    return True
                break
        asked, proven = self._round
        if asked >= max(lane.first_failed_at or began, began - REUSE_S):
            return proven
        self._control("plain", began, plain=True)
        proven = self._control("secure-1", began) or self._control("secure-2", began)
        self._round = (began, proven)
        return proven

    def _control(self, host: str, began: float, *, plain: bool = False) -> bool:
        good = self._own.loss(began) <= self._rng.random()
        at = began + (ANSWER_S if good else TRY_TIMEOUT_S)
        code = "http_204" if good else "timeout"
        answer = Control(at, began, host, Reach.PUBLIC, good, code, plain=plain)
        self._network.observe_control(answer)
        self._note(answer, False)
        return good

    def _note(self, observation: Observation, red: bool) -> None:
        if len(self._result.samples) < self._keep:
            self._result.samples.append((observation, red))

    def _judge(self, lane: Lane, at: float, good: bool) -> None:
        lane.strikes = 0 if good else lane.strikes + 1
        degraded = lane.eyes.sight is Sight.DEGRADED
        if degraded and not lane.degraded and self._outages.at(at) is None:
            self._result.false_yellows += 1
        lane.degraded = degraded
        red = lane.eyes.red is not None
        if red and not lane.red:
            self._count(lane, at, plain=False)
        if lane.strikes == PLAIN_STRIKES:
            self._count(lane, at, plain=True)
        lane.red = red

    def _count(self, lane: Lane, at: float, *, plain: bool) -> None:
        outage = self._outages.at(at)
        if outage is None or lane.provider not in outage.down:
            if plain:
                self._result.plain_false_reds += 1
            else:
                self._result.false_reds += 1
            return
        key = (int(outage.start), lane.provider, plain)
        if key not in self._found:
            self._found.add(key)
            times = self._result.plain_to_red_s if plain else self._result.to_red_s
            times.append(at - outage.start)


def networks(rng: random.Random, days: float) -> Iterator[tuple[str, OwnNetwork]]:
    """The four networks, by name."""
    yield "1 % isolated failures", Isolated()
    yield "one 45 s gap an hour", Gaps(rng, days * DAY_S)
    yield "two hours of train a day", Train(rng)
    yield "sound", Sound()


def simulate(seed: int, days: float, together: int, name: str, keep: int = 0) -> Result:
    """One network, by name, with outages of so many providers together (0: none at all)."""
    rng = random.Random(f"{seed} {name} {together}")
    own = dict(networks(rng, days))[name]
    return Simulation(own, Outages.planned(rng, days * DAY_S, together), rng, keep).run(days)


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--days", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    names = [name for name, _ in networks(random.Random(0), 0.0)]
    print(f"{args.days:g} simulated days, {len(PROVIDERS)} providers, seed {args.seed}")
    print("\nfalse reds (no outage at all)          rule 2   three strikes   tries   (false yellows of rule 2)")
    for name in names:
        found = simulate(args.seed, args.days, 0, name)
        print(
            f"  {name:<34} {found.false_reds:>8} {found.plain_false_reds:>15} {found.tries:>7}"
            f" {found.false_yellows:>14}"
        )
    print("\nseconds from outage to red          median    p95   three strikes: median    p95   outages  missed  false")
    for together, what in ((1, "one falls"), (3, "three fall together")):
        for name in names:
            found = simulate(args.seed, args.days, together, name)
            print(
                f"  {what + ', ' + name:<44}"
                f"{statistics.median(found.to_red_s):>6.0f} {p95(found.to_red_s):>6.0f}"
                f" {statistics.median(found.plain_to_red_s):>14.0f} {p95(found.plain_to_red_s):>6.0f}"
                f" {len(found.to_red_s):>9} {found.missed:>6} {found.false_reds:>6}"
            )


if __name__ == "__main__":
    main()
