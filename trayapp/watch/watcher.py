"""The schedule: who is asked when, what runs beside it, and that nothing which goes wrong ends the watching.

Every host has a schedule of its own, every page a reader; all share one budget. Waiting goes through the injected
clock, so that a demo can hurry; the limits of a single request stay real seconds.
"""

import asyncio
import contextlib
import logging
import math
import random
from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from msgspec.structs import replace

from trayapp.clock import Clock
from trayapp.core.catalogue import Catalogue
from trayapp.core.evidence.observation import Observation, Outcome
from trayapp.core.evidence.pace import Pace
from trayapp.core.evidence.reach import Reach
from trayapp.net.addresses import Addresses
from trayapp.secrets.fingerprints import Fingerprints
from trayapp.secrets.keys import KeySource
from trayapp.settings.schema import Settings
from trayapp.tasks import Rounds, Tasks
from trayapp.watch.http import Http
from trayapp.watch.network.controls import Controls, Round
from trayapp.watch.network.reporter import Connection, sign_of
from trayapp.watch.pages.reader import PageReader
from trayapp.watch.probes.runner import Attempt, Probes
from trayapp.watch.schedule.budget import Budget
from trayapp.watch.schedule.host_schedule import HostSchedule
from trayapp.watch.schedule.probe_jobs import ProbeJob, probe_jobs

log = logging.getLogger(__name__)

AFTER_ACCIDENT_S = 60.0
"""Something of ours broke while asking: the next attempt is not sooner than that of a healthy host."""
SETTLE_LOOK_S = 1.0
"""A round looks this often, in real seconds, whether time alone has settled it."""


class JudgeView(Protocol):
    """What the schedule needs to know of the verdict."""

    def pace(self, host: str) -> Pace:
        """How eagerly a host may be asked."""

    def wants_control(self, host: str) -> bool:
        """Should the next try at this host run beside a control?"""

    def wants_past(self, provider: str) -> bool:
        """Should this provider's page be asked for its past?"""


class Watcher:
    """Asks everything that the watched services need and emits what it finds, in its own order, on the event loop.

    `budget` is shared by successive watchers of one process; without one the watcher has its own. `fingerprint`: tells
    credentials apart. `troubled`: is this provider to be followed at full pace, whatever is to be spared? `router`:
    does the next machine on the way answer? None where that stays open.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        settings: Settings,
        clock: Clock,
        secrets: KeySource,
        judge: JudgeView,
        emit: Callable[[Observation], None],
        *,
        budget: Budget | None = None,
        fingerprint: Callable[[str], str] | None = None,
        troubled: Callable[[str], bool] = lambda provider: False,
        router: Callable[[], Awaitable[bool | None]] | None = None,
    ) -> None:
        self._router = router
        self._clock = clock
        self._judge = judge
        self._publish = emit
        self._emitted = asyncio.Event()
        self._hurry = asyncio.Event()
        self._budget = budget or Budget(clock)
        self._http = Http(on_bytes=self._budget.carried)
        self._addresses = Addresses()
        self._probes = Probes(
            self._http, secrets, self._budget, self._addresses, clock, fingerprint or Fingerprints().of
        )
        self._controls = Controls(
            settings.network.controls, self._http, self._budget, self._addresses, clock, self._emit
        )
        self._connection = Connection(clock, self._emit)
        self._schedules = _schedules(probe_jobs(catalogue, settings), clock.now(), self._budget)
        self._locks = {schedule.host: asyncio.Lock() for schedule in self._schedules}
        self._readers = _readers(catalogue, settings, self._http, self._budget, clock)
        self._housekeeping = Tasks("watcher")
        self._troubled = troubled
        self._sparing = False

    @property
    def bytes_today(self) -> int:
        """What watching cost since midnight, in both directions."""
        return self._budget.bytes_today

    async def run(self) -> None:
        """Watch until cancelled."""
        async with Tasks("watcher") as tasks:
            self._start(tasks)
            await asyncio.Event().wait()

    async def one_round(self, settled: Callable[[], bool], timeout_s: float) -> None:
        """Watch until `settled` or for `timeout_s` real seconds."""
        async with Tasks("round") as tasks:
            self._start(tasks)
            try:
                async with asyncio.timeout(timeout_s):
                    while not settled():
                        with contextlib.suppress(TimeoutError):
                            await asyncio.wait_for(self._emitted.wait(), SETTLE_LOOK_S)
                        self._emitted.clear()
            except TimeoutError:
                log.info("the round ended before everything was settled")

    def check_now(self) -> None:
        """Ask as soon as politeness allows. Spends the same budget as everything else."""
        now = self._clock.now()
        for schedule in self._schedules:
            schedule.hurry(now)
        for reader in self._readers:
            reader.hurry(now)
        self._wake()

    def disturbed(self) -> None:
        """The machine woke up or changed networks: connections and addresses of before are worth nothing."""
        self._addresses.forget()
        self._connection.forget()
        now = self._clock.now()
        for schedule in self._schedules:
            schedule.disturbed(now, random.random())
        self._housekeeping.spawn(self._http.drop(), "drop")
        self._wake()

    def spare(self, on: bool) -> None:
        """Ask whoever is well less often from now on, or as usual again."""
        self._sparing = on
        self.judged()

    def judged(self) -> None:
        """The rules have followed what was seen, so that somebody else may be in trouble now."""
        changed = False
        all_asked: tuple[HostSchedule | PageReader, ...] = (*self._schedules, *self._readers)
        for one in all_asked:
            spared = self._sparing and not self._troubled(one.provider)
            changed |= spared is not one.spared
            one.spared = spared
        if changed:
            self._wake()

    async def close(self) -> None:
        """Let go of connections. Whoever runs `run` or `one_round` has ended it before."""
        await self._housekeeping.close()
        await self._probes.close()
        await self._http.close()

    def _start(self, tasks: Tasks) -> None:
        for schedule in self._schedules:
            tasks.spawn(self._watch_host(schedule), schedule.host)
        for reader in self._readers:
            tasks.spawn(self._watch_page(reader), f"page of {reader.provider}")

    def _emit(self, observation: Observation) -> None:
        self._publish(observation)
        self._emitted.set()

    def _wake(self) -> None:
        hurry, self._hurry = self._hurry, asyncio.Event()
        hurry.set()

    async def _wait(self, until: float) -> None:
        """Until a steady moment, or until somebody is in a hurry."""
        hurry = self._hurry
        async with Tasks("wait") as tasks:
            sleeping = tasks.spawn(self._clock.sleep(until - self._clock.now()), "sleep")
            hurried = tasks.spawn(hurry.wait(), "hurry")
            await asyncio.wait({sleeping, hurried}, return_when=asyncio.FIRST_COMPLETED)

    async def _watch_host(self, schedule: HostSchedule) -> None:
        rounds = Rounds(f"asking {schedule.host}")
        while True:
            if (due := self._due(schedule)) > self._clock.now():
                await self._wait(due)
                continue
            async with self._locks[schedule.host]:
                # Another host's trouble may have used this turn for a control.
                if self._due(schedule) > self._clock.now():
                    continue
                job = schedule.take()
                with rounds.round():
                    await self._turn(schedule, job)
                if rounds.failed:
                    schedule.put_off(job, self._clock.now() + AFTER_ACCIDENT_S)

    def _due(self, schedule: HostSchedule) -> float:
        now = self._clock.now()
        return schedule.next_at(self._judge.pace(schedule.host), now)

    async def _turn(self, schedule: HostSchedule, job: ProbeJob) -> None:
        """One try of a host's, beside a control if the rules want one."""
        proof = _Proof()
        if self._judge.wants_control(schedule.host) or schedule.wants_control(job):
            async with asyncio.TaskGroup() as both:
                asking = both.create_task(self._probes.run(job))
                proving = both.create_task(self._prove(schedule, job))
            attempt, proof = asking.result(), proving.result()
        else:
            attempt = await self._probes.run(job)
        if attempt is None:
            schedule.put_off(job, self._clock.now() + job.interval_s)
            self._controls.tell()
            return
        # In this order, without a pause: what the provider itself says outranks what controls do in the same moment.
        self._take(schedule, job, attempt, proof)
        self._controls.tell()
        if not job.probe.unverified and proof.round is not None and (proof.round.proves or not proof.good):
            self._connection.asked(job.probe.url, attempt, proof.round)

    async def _prove(self, schedule: HostSchedule, job: ProbeJob) -> "_Proof":
        """Does the own connection work? Another provider's answer tells, else the configured controls.

        All of these can be kept out by a firewall that lets the watched hosts through: then another one of them is
        asked, although it is not its turn.
        """
        url = job.probe.url
        if await self._another_answers(schedule, url):
            return _Proof(good=True)
        since, reach = schedule.first_failed_at, self._addresses.reach(url)
        controls = await self._controls.round(reach, self._clock.now() if since is None else since)
        if controls is None:
            return _Proof(await self._own_network_holds(url, reach), router=True)
        if controls.proves:
            return _Proof(True, controls)
        # Two controls may be lost by chance, or be the very two that are kept out: the others are asked as well.
        async with asyncio.TaskGroup() as both:
            another = both.create_task(self._another_answers(schedule, url, urgent=True))
            others = both.create_task(self._controls.widen(reach, controls))
        wider = others.result()
        return _Proof(another.result() or wider.proves, wider)

    async def _own_network_holds(self, url: str, reach: Reach) -> bool | None:
        """Whether the way to a host of the own network is open as far as its router; None where that tells nothing.

        Only where that host has answered before: in a café the router answers, too, and nobody's server is there.
        """
        if reach is not Reach.PRIVATE or self._router is None or not self._addresses.has_answered(url):
            return None
        return await self._router()

    async def _another_answers(self, schedule: HostSchedule, url: str, *, urgent: bool = False) -> bool:
        """Give one healthy host of another provider its turn now, if it may be asked at all."""
        reach = self._addresses.reach(url)
        for other in self._schedules:
            if other.provider == schedule.provider:
                continue
            if url.startswith("https:") and not other.url.startswith("https:"):
                continue
            # No waiting between this look and taking the lock: what is free now is ours.
            now = self._clock.now()
            job = other.take_control(self._judge.pace(other.host), now, urgent=urgent)
            if job is None or self._locks[other.host].locked():
                continue
            # Last: it reads the proxies' settings, and where nothing answers all hosts look for another at once.
            if self._addresses.reach(other.url) is not reach:
                continue
            async with self._locks[other.host]:
                attempt = await self._probes.run(job)
                if attempt is None:
                    continue
                self._take(other, job, attempt, _Proof())
                return sign_of(job.probe.url, attempt).good
        return False

    def _take(self, schedule: HostSchedule, job: ProbeJob, attempt: Attempt, proof: "_Proof") -> None:
        observed = replace(attempt.observed, control=proof.good)
        if (proof.round is not None or proof.router) and observed.outcome is Outcome.FAIL:
            # It is judged together with what was asked beside it, and that took its time.
            observed = replace(observed, at=self._clock.now())
        if not job.probe.unverified:
            # A page that is not known may well be somebody else's, and says nothing of the connection.
            self._connection.tried(job.probe.url, attempt)
        self._emit(observed)
        schedule.tried(job, observed, self._judge.pace(schedule.host), random.random())

    async def _watch_page(self, reader: PageReader) -> None:
        rounds = Rounds(f"reading the page of {reader.provider}")
        while True:
            past_at = reader.past_at() if self._judge.wants_past(reader.provider) else math.inf
            if (due := min(reader.next_at(), past_at)) > self._clock.now():
                await self._wait(due)
                continue
            with rounds.round():
                report = await (reader.read_past() if past_at <= self._clock.now() else reader.read())
                if report is not None:
                    self._emit(report)


class _Proof(NamedTuple):
    """What ran beside a try: did it answer (None: nothing could be asked), and the controls, if it was they, or the
    router."""

    good: bool | None = None
    round: Round | None = None
    router: bool = False


def _schedules(all_probe_jobs: list[ProbeJob], now: float, budget: Budget) -> list[HostSchedule]:
    by_host: dict[str, list[ProbeJob]] = {}
    for job in all_probe_jobs:
        by_host.setdefault(job.probe.host, []).append(job)
    return [HostSchedule(host, mine, now, budget) for host, mine in by_host.items()]


def _readers(catalogue: Catalogue, settings: Settings, http: Http, budget: Budget, clock: Clock) -> list[PageReader]:
    watched = {provider.provider: provider for provider, _ in catalogue.watched(settings.watch.services)}
    return [
        PageReader(name, page, float(max(page.interval_s, settings.watch.page_interval_s)), http, budget, clock)
        for name, provider in watched.items()
        if (page := provider.page) is not None
    ]
