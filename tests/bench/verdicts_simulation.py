"""The watching of four providers under a virtual clock, event by event; the rules are those of `engine.state`.

Pacing is `core.evidence.pace`'s, within the watcher's budget. From the second try on a control runs beside each, as the
watcher runs them: another provider's host if its turn is free, else one plain and one TLS control, another TLS control
if that proves nothing; a round is shared for 12 s. What is found comes in when it is found, in that order.
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from tests.bench.verdicts_ledger import A_MINUTE_S, Ledger, Result
from tests.bench.verdicts_networks import Sound
from tests.bench.verdicts_outages import PROVIDERS, Outages
from tests.support.fakeclock import FakeClock
from trayapp.core.catalogue import Catalogue, Component, Part, Probe, ProbeKind, Provider, Service
from trayapp.core.evidence.observation import (
    Control,
    Depth,
    Disturbance,
    DisturbanceKind,
    Outcome,
    Source,
    Try,
)
from trayapp.core.evidence.pace import CALM_INTERVAL_S, TRY_TIMEOUT_S, Pace, next_delay
from trayapp.core.evidence.reach import Reach
from trayapp.core.light.severity import Finding
from trayapp.engine.state import State
from trayapp.watch.schedule.budget import Budget

ERROR_S = 0.3
REUSE_S = 12.0
PLAIN_STRIKES = 3
# Without logind a resume is known within so long.
NOTICED_S = 10.0


def catalogue() -> Catalogue:
    """A service with one component and one probe for each provider, without a page."""
    return Catalogue({name: _provider(name) for name in PROVIDERS})


def _provider(name: str) -> Provider:
    probe = Probe(ProbeKind.API, ("api",), f"https://{name}/")
    service = Service(name, name, components=(Component("api", "API", True),), probes=(probe,))
    return Provider(name, name, (service,))


@dataclass
class Host:
    """One provider's host as the watcher sees it."""

    provider: str
    last_asked: float = -CALM_INTERVAL_S
    asking: bool = False
    run: int = 0
    first_failed_at: float | None = None
    turn: int = 0


class Simulation:
    """Days of asking, try by try."""

    def __init__(self, own: Sound, outages: Outages, rng: random.Random, brief_s: float = A_MINUTE_S) -> None:
        self._own = own
        self._outages = outages
        self._rng = rng
        self._state = State(catalogue(), PROVIDERS, 0.0)
        self._state.advance(0.0)
        self._hosts = {name: Host(name) for name in PROVIDERS}
        self._clock = FakeClock()
        self._budget = Budget(self._clock)
        self._round = (-REUSE_S, False, -REUSE_S)
        self._controls_asked = {"plain": 0.0, "secure-1": 0.0, "secure-2": 0.0}
        self._sleeps = iter(own.sleeps)
        self._sleep = next(self._sleeps, None)
        self._ledger = Ledger(own, outages, brief_s)
        self._result = self._ledger.result
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._numbers = count()

    def run(self, days: float) -> Result:
        for host in self._hosts.values():
            self._plan(host, self._rng.uniform(0, CALM_INTERVAL_S))
        end = days * 86_400.0
        while self._events[0][0] < end:
            at, _, happen = heapq.heappop(self._events)
            if self._sleep is not None and at >= self._sleep[0]:
                asleep, awake = self._sleep
                self._sleep = next(self._sleeps, None)
                self._at(at, happen)
                self._events = [(max(due, awake) if due >= asleep else due, n, what) for due, n, what in self._events]
                heapq.heapify(self._events)
                self._at(awake + self._rng.uniform(0.0, NOTICED_S), self._woke)
                continue
            happen(at)
        return self._result

    def _at(self, at: float, happen: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (at, next(self._numbers), happen))

    def _woke(self, at: float) -> None:
        self._state.observe(Disturbance(at, DisturbanceKind.RESUME))
        self._advance(at)
        for host in self._hosts.values():
            if not host.asking:
                self._plan(host, at + 5.0 * (1 + self._rng.random()))

    def _plan(self, host: Host, at: float) -> None:
        host.turn += 1
        turn = host.turn

        def ask(now: float) -> None:
            if turn == host.turn and not host.asking:
                self._ask(host, now, alone=False)

        self._at(at, ask)

    def _ask(self, host: Host, began: float, *, alone: bool) -> tuple[bool, float]:
        """One try. `alone`: it is itself a control for another host. Whether it was good, and when that is known."""
        host.last_asked, host.asking = began, True
        self._clock.move(began - self._clock.now())
        self._budget.sent(host.provider)
        wanted = not alone and self._state.wants_control(host.provider)
        control, proven_at = self._prove(host, began) if wanted else (None, began)
        attempt = self._attempt(host.provider, began, control)
        known_at = max(attempt.at, proven_at)
        self._at(known_at, lambda now: self._tried(host, attempt, now))
        return attempt.outcome is Outcome.GOOD, known_at

    def _attempt(self, provider: str, at: float, control: bool | None) -> Try:
        self._result.tries += 1
        took_s, lost = self._own.way(at, provider, self._rng).within(TRY_TIMEOUT_S)
        good, code = True, "http_200"
        status: int | None = 200
        outage = self._outages.at(at)
        fails = outage is not None and outage.fails(provider, at, self._rng)
        if lost is not None or (fails and outage is not None and outage.slow):
            good, took_s, status, code = False, TRY_TIMEOUT_S, None, "timeout"
        elif fails:
            good, took_s, status, code = False, took_s + ERROR_S, 503, "http_503"
        return Try(
            at + took_s,
            at,
            Source.PROBE,
            provider,
            provider,
            (Part(provider, "api"),),
            Depth.API,
            Outcome.GOOD if good else Outcome.FAIL,
            code,
            status=status,
            control=control,
            proven=status is not None,
            step=lost,
        )

    def _tried(self, host: Host, attempt: Try, now: float) -> None:
        good = attempt.outcome is Outcome.GOOD
        self._state.observe(attempt)
        self._advance(now)
        host.asking = False
        host.run = 0 if good else host.run + 1
        host.first_failed_at = None if good else host.first_failed_at or attempt.began
        if host.run == PLAIN_STRIKES:
            self._ledger.plain_red(host.provider, now)
        pace = self._state.pace(host.provider)
        if good and pace not in (Pace.LASTING, Pace.LONG):
            pace = Pace.CALM
        due = attempt.began + next_delay(pace, host.run, self._rng.random())
        self._plan(host, max(now, due, self._budget.free_at(host.provider, pace)))

    def _prove(self, host: Host, began: float) -> tuple[bool, float]:
        for other in self._hosts.values():
            free = not other.asking and other.last_asked + CALM_INTERVAL_S <= began
            if other is not host and free and self._state.pace(other.provider) is Pace.CALM:
                good, at = self._ask(other, began, alone=True)
                if good:
                    return True, at
                began = at
                break
        asked, proven, known_at = self._round
        if asked >= max(host.first_failed_at or began, began - REUSE_S):
            return proven, max(began, known_at)
        order = sorted(self._controls_asked, key=lambda name: self._controls_asked[name])
        secure = [name for name in order if name != "plain"]
        ends = [self._control("plain", began), self._control(secure[0], began)]
        proven, known_at = ends[1][0], max(at for _, at in ends)
        if not proven:
            proven, known_at = self._control(secure[1], known_at)
        self._round = (began, proven, known_at)
        return proven, known_at

    def _control(self, host: str, began: float) -> tuple[bool, float]:
        self._controls_asked[host] = began
        self._result.controls += 1
        took_s, lost = self._own.way(began, host, self._rng).within(TRY_TIMEOUT_S)
        at = began + took_s
        code = "http_204" if lost is None else "timeout"
        answer = Control(at, began, host, Reach.PUBLIC, lost is None, code, lost, plain=host == "plain")
        self._at(at, lambda now: self._state.observe(answer))
        return lost is None, at

    def _advance(self, now: float) -> None:
        for verdict in self._state.advance(now).snapshot.judgement.services:
            own = verdict.finding is Finding.OWN_NETWORK
            self._ledger.say(verdict.id, verdict.light, now, blames_network=own)
