"""Rule 2 as coded, under a virtual clock: false reds and time to red in four networks, beside plain three strikes.

    python -m tests.bench.verdicts [--days 30] [--seed 1]

Four providers, one host each, are asked with the real pacing (`core.evidence.pace`), controls run beside the second
try and every later one as the watcher runs them (another provider's host if its turn is free, else one plain and one
TLS control, another TLS control if that fails; a round is shared for 12 s). The evidence goes into `engine.state`, the
one that the engine drives, which advances after every try. Three strikes counts three failures in a row on the very
same samples.

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

from trayapp.core.catalogue import Catalogue, Component, Part, Probe, ProbeKind, Provider, Service
from trayapp.core.evidence.observation import Control, Depth, Outcome, Source, Try
from trayapp.core.evidence.pace import CALM_INTERVAL_S, TRY_TIMEOUT_S, Pace, next_delay
from trayapp.core.evidence.reach import Reach
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.engine.state import State

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


def catalogue() -> Catalogue:
    """A service with one component and one probe for each provider, without a page."""
    return Catalogue({name: _provider(name) for name in PROVIDERS})


def _provider(name: str) -> Provider:
    probe = Probe(ProbeKind.API, ("api",), f"https://{name}/")
    service = Service(name, name, components=(Component("api", "API", True),), probes=(probe,))
    return Provider(name, name, (service,))


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
class Host:
    """One provider's host, as the watcher sees it, and what the rules made of it last."""

    provider: str
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


class Simulation:
    """Thirty days of asking, try by try."""

    def __init__(self, own: OwnNetwork, outages: Outages, rng: random.Random) -> None:
        self._own = own
        self._outages = outages
        self._rng = rng
        self._state = State(catalogue(), PROVIDERS, 0.0)
        self._state.advance(0.0)
        self._hosts = {name: Host(name) for name in PROVIDERS}
        self._round: tuple[float, bool] = (-REUSE_S, False)
        self._result = Result()
        self._found: set[tuple[int, str, bool]] = set()
        self._queue: list[tuple[float, str, int]] = []

    def run(self, days: float) -> Result:
        for host in self._hosts.values():
            self._plan(host, self._rng.uniform(0, CALM_INTERVAL_S))
        end = days * DAY_S
        while self._queue[0][0] < end:
            at, name, turn = heapq.heappop(self._queue)
            host = self._hosts[name]
            if turn == host.turn:
                self._ask(host, at, alone=False)
        expected = sum(len(one.down) for one in self._outages.all)
        self._result.missed = expected - len(self._result.to_red_s)
        return self._result

    def _plan(self, host: Host, at: float) -> None:
        host.turn += 1
        host.due = at
        heapq.heappush(self._queue, (at, host.provider, host.turn))

    def _ask(self, host: Host, began: float, *, alone: bool) -> bool:
        """One try. `alone`: it is itself a control for another host."""
        host.last_asked = began
        wanted = not alone and self._state.wants_control(host.provider)
        control = self._prove(host, began) if wanted else None
        good, took_s = self._answer(host.provider, began)
        at = began + took_s
        attempt = Try(
            at,
            began,
            Source.PROBE,
            host.provider,
            host.provider,
            (Part(host.provider, "api"),),
            Depth.API,
            Outcome.GOOD if good else Outcome.FAIL,
            "http_200" if good else "http_503" if took_s == ERROR_S else "timeout",
            control=control,
        )
        self._state.observe(attempt)
        verdict = self._state.advance(at).snapshot.judgement.service(host.provider)
        assert verdict is not None
        host.run = 0 if good else host.run + 1
        host.first_failed_at = None if good else host.first_failed_at or began
        self._judge(host, verdict, at, good)
        delay_s = next_delay(self._state.pace(host.provider), host.run or 2, self._rng.random())
        self._plan(host, max(at, began + delay_s))
        return good

    def _answer(self, provider: str, at: float) -> tuple[bool, float]:
        self._result.tries += 1
        if self._own.loss(at) > self._rng.random():
            return False, TRY_TIMEOUT_S
        outage = self._outages.at(at)
        if outage is not None and provider in outage.down and at < outage.end:
            return False, TRY_TIMEOUT_S if outage.slow else ERROR_S
        return True, ANSWER_S

    def _prove(self, host: Host, began: float) -> bool:
        for other in self._hosts.values():
            free = other.last_asked + CALM_INTERVAL_S <= began
            if other is not host and free and self._state.pace(other.provider) is Pace.CALM:
                if self._ask(other, began, alone=True):
                    return True
                break
        asked, proven = self._round
        if asked >= max(host.first_failed_at or began, began - REUSE_S):
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
        self._state.observe(answer)
        return good

    def _judge(self, host: Host, verdict: ServiceVerdict, at: float, good: bool) -> None:
        host.strikes = 0 if good else host.strikes + 1
        degraded = verdict.finding is Finding.DEGRADED
        if degraded and not host.degraded and self._outages.at(at) is None:
            self._result.false_yellows += 1
        host.degraded = degraded
        red = verdict.light is Light.RED
        if red and not host.red:
            self._count(host, at, plain=False)
        if host.strikes == PLAIN_STRIKES:
            self._count(host, at, plain=True)
        host.red = red

    def _count(self, host: Host, at: float, *, plain: bool) -> None:
        outage = self._outages.at(at)
        if outage is None or host.provider not in outage.down:
            if plain:
                self._result.plain_false_reds += 1
            else:
                self._result.false_reds += 1
            return
        key = (int(outage.start), host.provider, plain)
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


def simulate(seed: int, days: float, together: int, name: str) -> Result:
    """One network, by name, with outages of so many providers together (0: none at all)."""
    rng = random.Random(f"{seed} {name} {together}")
    own = dict(networks(rng, days))[name]
    return Simulation(own, Outages.planned(rng, days * DAY_S, together), rng).run(days)


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
