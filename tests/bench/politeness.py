"""How often hosts are asked in a day, and what that costs: the real schedule, in virtual time, before stand-ins.

    python -m tests.bench.politeness [--hours 24] [--usual | --near] [SITUATION ...]

All services of the shipped catalogue are watched, or the usual ones alone, or with `--near` beside these all of whoever
shares a host with the provider that it is about: hosts are asked each for itself, so that this tells as much of a day
in a twentieth of the time. The situations are those of
`tests/end2end/all_providers.txt`, each for so many hours, and two more: `refused` (every page answers 429 and asks for
fifteen minutes of patience) and `patience` (every API answers 503 and asks for five). Printed are the requests by kind,
the most in a minute to one host, the bytes a day as the program counts them (with what stand-ins answer, packed, in
place of real pages), and whatever was more than politeness allows.
"""

import argparse
import asyncio
import gzip
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple
from unittest import mock

from tests.support.scene import EPOCH
from tests.support.standins.hosts import Hosts, Reply
from tests.support.standins.table import rows
from tests.support.virtual_time import VirtualClock, VirtualLoop
from trayapp.core.catalogue import Catalogue, Provider
from trayapp.core.evidence.observation import NetworkStep, Observation, Outcome, Try
from trayapp.core.evidence.page_report import PageReport
from trayapp.core.hosts import host_of
from trayapp.core.light.severity import Light
from trayapp.engine.loading import load_all
from trayapp.engine.state import State
from trayapp.paths import home
from trayapp.settings.schema import Settings, Watch
from trayapp.tasks import Tasks
from trayapp.watch.failure import Failure
from trayapp.watch.http import TLS_HANDSHAKE_BYTES, HttpAnswer
from trayapp.watch.watcher import Watcher

DAY_S = 86_400.0
WARM_S = 300.0
"""All is well for so long before anything happens."""
MINUTE_S = 60.0
TICK_S = 15.0
"""Steady seconds between two judgements while nothing is news, as the engine has it."""
ANSWER_S = 0.2
HEAD_BYTES = 600
"""Of a request and its answer, both without their bodies."""
ONE_READING_S = 5.0
"""The files of one reading of a page come one after the other."""
PATIENCE_S = {"refused": 900.0, "patience": 300.0}
CALM, TROUBLE, LASTING, RED = 1, 6, 4, 2
"""Requests a minute to one host at most: all well, in the first minute of trouble, until it is red, after that."""


class Asked(NamedTuple):
    """One request: when, in seconds since the watching began. `kind`: page, probe or control. `fine`: it was answered
    as by a provider that is well. `patience_s`: how long the answer asks for."""

    at: float
    host: str
    kind: str
    fine: bool
    patience_s: float = 0.0


class Day(NamedTuple):
    """`red_at`: since when a service is red, by its id, in seconds since the watching began."""

    log: list[Asked]
    red_at: dict[str, float]
    bytes: int


class World:
    """Stands in for the program's HTTP: an answer of the stand-ins, after a moment."""

    def __init__(self, hosts: Hosts, situation: str, clock: VirtualClock) -> None:
        self._hosts = hosts
        self._situation = situation
        self._clock = clock
        self.began_at = clock.now()
        self.broken = False
        self.log: list[Asked] = []
        self.bytes = 0

    async def ask(self, url: str, *_: Any, headers: Mapping[str, str] | None = None, **__: Any) -> HttpAnswer:
        at, kind = self._clock.now() - self.began_at, self._hosts.kind(url)
        await self._clock.sleep(ANSWER_S)
        if self.broken and self._situation == "own network away":
            self.log.append(Asked(at, host_of(url), kind, fine=False))
            raise Failure("connect", NetworkStep.INTERFACE)
        reply, patience_s = self._reply(url, kind, headers or {})
        self.bytes += HEAD_BYTES + TLS_HANDSHAKE_BYTES + len(gzip.compress(reply.body))
        fine = kind != "probe" or reply.status < 500
        self.log.append(Asked(at, host_of(url), kind, fine, patience_s))
        return HttpAnswer(
            reply.status, reply.headers, reply.body, False, url, "192.88.99.1", ANSWER_S, ANSWER_S, proven=True
        )

    def _reply(self, url: str, kind: str, headers: Mapping[str, str]) -> tuple[Reply, float]:
        wanted = {"page": "refused", "probe": "patience"}.get(kind)
        if self.broken and wanted == self._situation:
            patience_s = PATIENCE_S[wanted]
            status = 429 if kind == "page" else 503
            return Reply(status, b"{}", {"retry-after": f"{patience_s:.0f}"}), patience_s
        return self._hosts.reply(url, headers), 0.0

    async def drop(self) -> None:
        """As `Http.drop`."""

    async def close(self) -> None:
        """As `Http.close`."""


class NoKeys:
    async def get(self, name: str, host: str) -> str | None:
        return None


async def day(situation: str, hours: float, catalogue: Catalogue, services: tuple[str, ...]) -> Day:
    """So many hours of watching these services in that situation."""
    random.seed(1)
    settings = Settings(watch=Watch(services=services))
    clock = VirtualClock(EPOCH)
    hosts = Hosts(catalogue, settings.network.controls, began_at=EPOCH.timestamp() - 3600)
    world = World(hosts, situation, clock)
    state = State(catalogue, services, clock.now())
    state.advance(clock.now())
    red_at: dict[str, float] = {}
    advanced_at = clock.now()

    def emit(observation: Observation) -> None:
        nonlocal advanced_at
        state.observe(observation)
        good = isinstance(observation, Try) and observation.outcome is Outcome.GOOD
        news = not good and not (isinstance(observation, PageReport) and observation.speaks)
        if not news and clock.now() < advanced_at + TICK_S:
            return
        advanced_at = clock.now()
        for verdict in state.advance(advanced_at).snapshot.judgement.services:
            if verdict.light is Light.RED:
                red_at.setdefault(verdict.id, advanced_at - world.began_at)

    with mock.patch("trayapp.watch.watcher.Http", return_value=world):
        watcher = Watcher(catalogue, settings, clock, NoKeys(), state, emit)
    async with Tasks("day") as tasks:
        tasks.spawn(watcher.run(), "watcher")
        await clock.sleep(WARM_S)
        hosts_break(hosts, situation, clock.now())
        world.broken = True
        await clock.sleep(hours * 3600 - WARM_S)
    await watcher.close()
    return Day(world.log, red_at, world.bytes)


def hosts_break(hosts: Hosts, situation: str, at: float) -> None:
    """What the situation says happens, at Unix time `at`."""
    provider, _, how = situation.rpartition(" by ")
    if how == "probe":
        hosts.down.add(provider)
    elif how == "page":
        hosts.reported[provider] = at


def rude(found: Day, catalogue: Catalogue) -> Iterator[str]:
    """All that was more than politeness allows."""
    by_host: dict[str, list[Asked]] = {}
    for one in found.log:
        by_host.setdefault(one.host, []).append(one)
    services: dict[str, list[str]] = {}
    for _, service in catalogue.services():
        for probe in service.probes:
            services.setdefault(probe.host, []).append(service.id)
    intervals = {host_of(p.page.url): p.page.interval_s for p in catalogue.providers.values() if p.page is not None}
    trouble_at = min((one.at for one in found.log if not one.fine), default=None)
    for host, asked in by_host.items():
        probes = [one for one in asked if one.kind != "page"]
        failed_at = next((one.at for one in probes if not one.fine), None)
        # All controls are asked in anybody's trouble.
        began_at = trouble_at if probes and probes[0].kind == "control" else failed_at
        phases = [(0.0, TROUBLE), (MINUTE_S, CALM)]
        if began_at is not None:
            phases += [(began_at, TROUBLE), (began_at + MINUTE_S, LASTING)]
            reds = [found.red_at[name] for name in services.get(host, ()) if name in found.red_at]
            phases += [(min(reds), RED)] if reds else []
        if probes and probes[0].kind == "control":
            phases = [(0.0, TROUBLE)]
        yield from _too_often(host, probes, phases)
        yield from _too_soon(host, _readings(asked), min(MINUTE_S, intervals.get(host, MINUTE_S)))
        yield from _impatient(host, asked)


def _too_often(host: str, asked: list[Asked], phases: list[tuple[float, int]]) -> Iterator[str]:
    times = [one.at for one in asked]
    for number, at in enumerate(times):
        count = sum(at <= each < at + MINUTE_S for each in times[number : number + TROUBLE + 2])
        ends = [start for start, _ in phases[1:]] + [float("inf")]
        allowed = max(
            limit for (start, limit), end in zip(phases, ends, strict=True) if start < at + MINUTE_S and end > at
        )
        if count > allowed:
            yield f"{host}: {count} requests in the minute from {at:.0f} s on, {allowed} allowed"


def _readings(asked: Iterable[Asked]) -> list[float]:
    """When each reading of a page began."""
    began: list[float] = []
    last = float("-inf")
    for one in asked:
        if one.kind == "page":
            if one.at > last + ONE_READING_S:
                began.append(one.at)
            last = one.at
    return began


def _too_soon(host: str, began: list[float], apart_s: float) -> Iterator[str]:
    for one, other in pairwise(began):
        if other < one + apart_s:
            yield f"{host}: read at {one:.0f} s and at {other:.0f} s"


def _impatient(host: str, asked: list[Asked]) -> Iterator[str]:
    until = float("-inf")
    for one in asked:
        if one.at < until:
            yield f"{host}: asked at {one.at:.0f} s, although it wanted to be left alone until {until:.0f} s"
        until = max(until, one.at + one.patience_s) if one.patience_s else until


def most_in_a_minute(log: Iterable[Asked]) -> int:
    """Requests to any one host; a reading of a page is one, of however many files."""
    by_host: dict[str, list[Asked]] = {}
    for one in log:
        by_host.setdefault(one.host, []).append(one)
    every = ([*_readings(asked), *(one.at for one in asked if one.kind != "page")] for asked in by_host.values())
    return max(sum(at <= each < at + MINUTE_S for each in times) for times in every for at in times)


def play(situation: str, hours: float, catalogue: Catalogue, services: tuple[str, ...] = ()) -> Day:
    """`day`, in a loop of its own; with all services, unless it is told which."""
    every = tuple(service.id for _, service in catalogue.services())
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(day(situation, hours, catalogue, services or every))


def near(situation: str, catalogue: Catalogue) -> tuple[str, ...]:
    """The usual services, and all of the providers that share a host with the one that the situation is about."""
    hosts = {name: _hosts(provider) for name, provider in catalogue.providers.items()}
    about = hosts.get(situation.partition(" ")[0], set())
    close = [service.id for provider, service in catalogue.services() if hosts[provider.provider] & about]
    return tuple(dict.fromkeys([*Settings().watch.services, *close]))


def _hosts(provider: Provider) -> set[str]:
    page = {host_of(provider.page.url)} if provider.page is not None else set()
    return page | {probe.host for service in provider.services for probe in service.probes}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("situations", nargs="*")
    parser.add_argument("--hours", type=float, default=24.0)
    watched = parser.add_mutually_exclusive_group()
    watched.add_argument("--usual", action="store_true")
    watched.add_argument("--near", action="store_true")
    asked = parser.parse_args()
    catalogue = load_all(home()).catalogue
    wrong = 0
    print("situation                    probes    pages  controls  most a minute  MB a day")
    for situation in asked.situations or (*rows(), *PATIENCE_S):
        usual = Settings().watch.services if asked.usual else ()
        found = play(situation, asked.hours, catalogue, near(situation, catalogue) if asked.near else usual)
        kinds = Counter(one.kind for one in found.log)
        counts = f"{kinds['probe']:>8} {kinds['page']:>8} {kinds['control']:>9}"
        a_day = found.bytes / 1e6 * DAY_S / (asked.hours * 3600)
        print(f"{situation:<26} {counts} {most_in_a_minute(found.log):>14} {a_day:>9.1f}", flush=True)
        mistakes = list(rude(found, catalogue))
        wrong += bool(mistakes)
        for one in mistakes[:5]:
            print(f"    {one}")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
