"""The engine: observations go in, the rules speak, and what follows is remembered, told and published, in that order.

It runs in one asyncio thread and knows no Qt. The tray, the headless `watch` and the demo are all built around it.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from trayapp.clock import Clock
from trayapp.core.evidence.observation import Control, Disturbance, Observation, Source, Try
from trayapp.core.light.judge import Judge, Memory
from trayapp.core.light.verdicts import Judgement, Transition
from trayapp.core.notify.banner import Announcement
from trayapp.core.notify.policy import NotificationMemory, NotificationPolicy
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.routes import Routes, RoutesMemory
from trayapp.core.switching.target import TargetStatus
from trayapp.desktop.disturbance import watch as watch_disturbances
from trayapp.desktop.notify import Delivered
from trayapp.engine.loading import Loaded
from trayapp.engine.memory import Keeper
from trayapp.engine.publish import Coalescer
from trayapp.engine.switch import Switch
from trayapp.paths import Home
from trayapp.secrets.env_keys import env_keys
from trayapp.secrets.keys import Keys
from trayapp.store.store import Store
from trayapp.tasks import Tasks
from trayapp.watch.schedule.budget import Budget
from trayapp.watch.watcher import Watcher

log = logging.getLogger(__name__)

TICK_S = 15.0
"""Steady seconds between judgements without news: ages, grace periods and ten-minute waits end by themselves."""
SWITCH_CHECK_S = 60.0
"""Steady seconds between two looks at the local target, whose light has to be true before it is needed, and at a
gateway port that was taken."""
SAVE_S = 60.0
"""Steady seconds after which a quiet engine is remembered, too: short enough that a restart after a kill -9 goes on
where it was, long enough to leave a sleeping disk alone."""
LAST_WORDS_S = 2.0
"""Real seconds at the end for what is still to be told; a notification server that hangs does not get more."""

Announce = Callable[[Announcement, Snapshot], Awaitable[None]]


class Engine:
    """One run of the engine, as an async context; everything it starts ends with it.

    `publish` gets every snapshot (coalesced), `announce` every banner (after it is remembered), `on_transition`
    every change of a verdict (before any coalescing). `watch_machine`: react to suspend and network changes.
    `remember`: False for a single round, which neither reads nor writes the store.
    """

    def __init__(
        self,
        home: Home,
        clock: Clock,
        loaded: Loaded,
        *,
        reload: Callable[[], Loaded] | None = None,
        publish: Callable[[Snapshot], None] = lambda snapshot: None,
        announce: Announce | None = None,
        on_transition: Callable[[Transition], None] = lambda transition: None,
        watch_machine: bool = True,
        remember: bool = True,
        demo: bool = False,
    ) -> None:
        self.home = home
        self.clock = clock
        self.loaded = loaded
        self.keys = Keys(home, lambda: env_keys(self.loaded.catalogue, self.loaded.settings))
        self.demo = demo
        self._reload = reload
        self._publish = publish
        self._announce = announce
        self._on_transition = on_transition
        self._watch_machine = watch_machine
        self._tasks = Tasks("engine")
        self._coalescer = Coalescer(lambda: self._publish(self.snapshot()))
        self._evaluations = Coalescer(self.evaluate)
        self._transitions: list[Transition] = []
        self._outbox: asyncio.Queue[tuple[Announcement, ...]] = asyncio.Queue()
        self._store = Store(home.store_file) if remember else None
        self._keeper = Keeper(self._store) if self._store is not None else None
        # Outlives the watchers, so that a change of the settings does not ask anybody twice in a minute.
        self._budget = Budget(clock)
        self._watcher: Watcher | None = None
        self._watching: Tasks | None = None
        self._judged = asyncio.Event()
        self._reloading = asyncio.Lock()

    async def __aenter__(self) -> Self:
        # Whatever fails on the way in or out, the rest is still ended, in this order read upwards.
        async with AsyncExitStack() as ending:
            found: dict[str, Any] = {}
            if self._store is not None and self._keeper is not None:
                ending.push_async_callback(self._store.close)
                await self._store.open()
                found = await self._keeper.load(
                    {"judge": Memory, "told": NotificationMemory, "routes": RoutesMemory, "delivered": Delivered}
                )
            settings = self.loaded.settings
            self._judge = Judge(self.loaded.catalogue, settings.watch.services, self.clock.now(), found.get("judge"))
            self._newsroom = NotificationPolicy(found.get("told"))
            self.delivered: Delivered = found.get("delivered") or Delivered()
            self.routes = Routes(self.loaded.catalogue, found.get("routes"))
            self.judgement: Judgement = self._judge.judge(self.clock.now())
            self.switch = Switch(self)
            ending.push_async_callback(self._save)
            ending.push_async_callback(self.keys.close)
            ending.push_async_callback(self._tasks.close)
            ending.callback(self._evaluations.close)
            ending.push_async_callback(self.switch.close)
            ending.push_async_callback(self._last_words)
            ending.push_async_callback(self._stop_watching)
            ending.callback(self._coalescer.close)
            await self.switch.apply()
            self._tasks.spawn(self._deliver(), "deliver")
            self._tasks.spawn(self._tick(), "tick")
            self._tasks.spawn(self._look_after_switch(), "switch")
            if self._watch_machine:
                self._tasks.spawn(watch_disturbances(self.clock, self.observe), "machine")
            self._ending = ending.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._ending.aclose()

    # What others ask of it

    def start_watching(self) -> None:
        """Begin to ask hosts and pages."""
        self._watcher = self._make_watcher()
        self._watching = Tasks("watch")
        self._watching.spawn(self._watcher.run(), "watcher")

    async def one_round(self, timeout_s: float) -> None:
        """Ask everything once, and again what failed, until every service is settled or `timeout_s` are over."""
        watcher = self._make_watcher()
        watched = self.loaded.settings.watch.services

        def settled() -> bool:
            return all(self._judge.settled(one, self.clock.now()) for one in watched)

        try:
            await watcher.one_round(settled, timeout_s)
        finally:
            await watcher.close()
        self.evaluate()

    def is_fresh(self, services: tuple[str, ...], max_age_s: float) -> bool:
        """Whether the verdicts on these watched services rest on samples no older than that, in steady seconds."""
        return self._rests_on(services, self.clock.now() - max_age_s)

    async def refresh(self, services: tuple[str, ...], max_age_s: float, timeout_s: float) -> None:
        """Ask again what is older than `max_age_s`, in the usual budget; return when it is settled.

        Returns after `timeout_s` real seconds in any case.
        """
        oldest = self.clock.now() - max_age_s
        if self._watcher is not None:
            self._watcher.check_now()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not self._rests_on(services, oldest):
                    self._judged.clear()
                    await self._judged.wait()

    def _rests_on(self, services: tuple[str, ...], since: float) -> bool:
        now = self.clock.now()
        sampled = [self._judge.sampled_at(one) for one in services]
        return all(at is not None and at >= since for at in sampled) and all(
            self._judge.settled(one, now) for one in services
        )

    def check_now(self) -> None:
        """Ask at once what politeness allows to be asked at once, and the keyring again if it was refused."""
        self.keys.reconsider()
        if self._watcher is not None:
            self._watcher.check_now()

    def snapshot(self) -> Snapshot:
        now = self.clock.now()
        forgetful = self._store.problems if self._store is not None else ()
        deaf = (self.switch.gateway_problem,) if self.switch.gateway_problem is not None else ()
        problems = (*self.loaded.problems, *forgetful, *deaf)
        gateway_problem = self.switch.gateway_problem
        return Snapshot(
            at=now,
            wall_offset_s=self.clock.wall(now).timestamp() - now,
            judgement=self.judgement,
            routes=self.routes.all(),
            mode=self.routes.mode,
            target=self.switch.target_status,
            offers=self.routes.offers(),
            local_answers=self.switch.local_answers,
            tools=self.switch.tools(),
            gateway_url=self.switch.gateway_url,
            gateway_problem=gateway_problem.code if gateway_problem is not None else None,
            gateway_params=dict(gateway_problem.params) if gateway_problem is not None else {},
            switching=self.switch.switching,
            problems=tuple((one.code, dict(one.params)) for one in problems),
            bytes_today=self._budget.bytes_today,
            demo=self.demo,
        )

    def observe(self, observation: Observation) -> None:
        """Take in one piece of evidence and judge at once."""
        self._judge.observe(observation)
        if isinstance(observation, Disturbance) and self._watcher is not None:
            self._watcher.disturbed()
        if isinstance(observation, Try) and observation.source is Source.TRAFFIC:
            self.changed_often()
        elif not isinstance(observation, Control):
            self.evaluate()

    def changed_often(self) -> None:
        """The same as `changed`, soon: busy tools bring evidence thousands of times a second, and judging takes a
        millisecond."""
        self._evaluations.poke()

    def changed(self) -> None:
        """Something beside the evidence changed: routes, the target, the tools."""
        self.evaluate()

    def announce(self, *announcements: Announcement) -> None:
        """Tell something that is not a matter of the light, in turn with what is."""
        self._outbox.put_nowait(announcements)

    async def reload(self) -> None:
        """Read the user's files again and go on with them; memory and running requests stay."""
        if self._reload is None:
            return
        # One at a time: two half-done changes would leave two watchers.
        async with self._reloading:
            before, self.loaded = self.loaded, await asyncio.to_thread(self._reload)
            self.routes.catalogue = self.loaded.catalogue
            if _what_is_watched(before) != _what_is_watched(self.loaded):
                services = self.loaded.settings.watch.services
                self._judge = Judge(self.loaded.catalogue, services, self.clock.now(), self._judge.remember())
                if self._watching is not None:
                    await self._stop_watching()
                    self.start_watching()
            await self.switch.apply()
            if before.settings.local != self.loaded.settings.local:
                self._tasks.spawn(self.switch.resume(), "target")
            self.evaluate()

    def only_when_back(self, incident_id: str) -> None:
        """The user wants to hear of this incident only when it is over."""
        self._newsroom.only_when_back(incident_id)
        self.remember()

    def remember(self) -> None:
        """Have everything written that a restart has to know, in turn with what is told."""
        self._outbox.put_nowait(())

    async def settle(self) -> None:
        """Wait until all that was to be told and remembered is."""
        await self._outbox.join()

    # How it works

    def evaluate(self) -> None:
        now = self.clock.now()
        self.judgement = self._judge.judge(now)
        self.routes.judged(self.judgement)
        transitions = self._judge.drain_transitions()
        for transition in transitions:
            self._on_transition(transition)
        self._transitions += transitions
        announcements = self._newsroom.report(
            self.judgement,
            self.routes.all(),
            self.switch.target_status,
            now,
            local_answers=len(self.switch.local_answers),
            tools=len(self.switch.tools()),
        )
        if transitions or announcements:
            self._outbox.put_nowait(announcements)
        self._judged.set()
        self._coalescer.poke()

    async def _deliver(self) -> None:
        """Remember first, then tell: after a kill -9 in between nothing is told twice."""
        while True:
            announcements = await self._outbox.get()
            try:
                await self._save()
                for one in announcements:
                    await self._tell(one)
                if announcements:
                    await self._save()
            finally:
                self._outbox.task_done()

    async def _tell(self, one: Announcement) -> None:
        if self._announce is None:
            return
        try:
            await self._announce(one, self.snapshot())
        except Exception:
            log.exception("a banner could not be told")

    async def _last_words(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await self.settle()
        # Once more after all has ended; but what follows may take longer than this process is given.
        await self._save()

    async def _save(self) -> None:
        if self._keeper is not None and self._store is not None:
            passed, self._transitions = self._transitions, []
            for transition in passed:
                await self._store.add_transition(transition)
            await self._keeper.save(
                {
                    "judge": self._judge.remember(),
                    "told": self._newsroom.remember(),
                    "routes": self.routes.remember(),
                    "delivered": self.delivered,
                }
            )

    async def _tick(self) -> None:
        saved_at = self.clock.now()
        while True:
            await self.clock.sleep(TICK_S)
            self.evaluate()
            if self.clock.now() - saved_at >= SAVE_S:
                saved_at = self.clock.now()
                self.remember()

    async def _look_after_switch(self) -> None:
        await self.switch.resume()
        while True:
            await self.clock.sleep(SWITCH_CHECK_S)
            await self.switch.apply()
            await self.switch.check_target()

    def target_changed(self, status: TargetStatus) -> None:
        self.evaluate()

    def _make_watcher(self) -> Watcher:
        return Watcher(
            self.loaded.catalogue,
            self.loaded.settings,
            self.clock,
            self.keys,
            self._judge,
            self.observe,
            budget=self._budget,
        )

    async def _stop_watching(self) -> None:
        if self._watching is not None:
            await self._watching.close()
            self._watching = None
        if self._watcher is not None:
            await self._watcher.close()
            self._watcher = None


def _what_is_watched(loaded: Loaded) -> tuple[Any, ...]:
    settings = loaded.settings
    return settings.watch, settings.network, settings.providers, loaded.catalogue
