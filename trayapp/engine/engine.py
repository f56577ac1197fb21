"""The engine: observations go in, the rules speak, and what follows is remembered, told and published, in that order.

It runs in one asyncio thread and knows no Qt. The tray, the headless `watch` and the demo are all built around it.
What decides is `engine.state`; here are only the wires, the ticks and the order in which things begin and end.
"""

import asyncio
import dataclasses
import math
from collections.abc import Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from msgspec import structs

from trayapp.clock import Clock, follow_time_zone
from trayapp.core.evidence.observation import Control, Disturbance, NetworkState, Observation, Source, Try
from trayapp.core.evidence.page_report import PageHistory
from trayapp.core.evidence.sparing import Sparing
from trayapp.core.evidence.surroundings import Surroundings
from trayapp.core.incident.incident import Incident
from trayapp.core.light.verdicts import Judgement, Transition
from trayapp.core.notify.banner import Announcement
from trayapp.core.snapshot import Circumstances, DemoScene, LocalAnswer, Snapshot
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.route import Mode
from trayapp.core.switching.routes import Routes
from trayapp.core.switching.target import TargetState
from trayapp.desktop.disturbance import watch as watch_disturbances
from trayapp.desktop.notify import Delivered
from trayapp.desktop.sparing import watch as watch_sparing
from trayapp.engine.catalogue_updates import CatalogueUpdates
from trayapp.engine.delivery import Announce, Delivery
from trayapp.engine.forgetting import their_providers
from trayapp.engine.journal import Diary
from trayapp.engine.loading import Loaded
from trayapp.engine.lookout import Lookout
from trayapp.engine.memory import Keeper
from trayapp.engine.publish import Coalescer
from trayapp.engine.state import Memory, State
from trayapp.engine.switch import Hooks, Switch
from trayapp.engine.watching import Watching
from trayapp.engine.wishes import Wishes
from trayapp.net.descriptors import raise_limit
from trayapp.paths import Home
from trayapp.secrets.env_keys import env_keys
from trayapp.secrets.fingerprints import Fingerprints
from trayapp.secrets.keys import Keys
from trayapp.settings.file import change
from trayapp.store.store import Store
from trayapp.tasks import Rounds, Tasks
from trayapp.watch.schedule.budget import Spent

TICK_S = 15.0
"""Steady seconds between judgements without news: ages, grace periods and ten-minute waits end by themselves."""
SWITCH_CHECK_S = 60.0
"""Steady seconds between two looks at the local target, whose light has to be true before it is needed, and at a
gateway port that was taken."""
BUSY_CHECK_S = 2.0
"""The same while it starts or loads: tools are held for it."""
SAVE_S = 150.0
"""Steady seconds after which an engine that follows an outage is remembered without news, too: a restart after a
kill -9 goes on where it was, if that takes a minute and a half: a run of failures that nobody continues for five
minutes is over (core/evidence/strikes). All of the memory is written each time."""
CALM_SAVE_S = 3600.0
"""The same while nothing fails: what is lost then is found out again within the first minute, but for the usual first
token times, which may lose an hour; and a disk may sleep."""


class Engine:
    """One run of the engine, as an async context; everything it starts ends with it.

    `publish` gets every snapshot (coalesced), `announce` every banner (after it is remembered), `on_transition`
    every change of a verdict (before any coalescing). `watch_machine`: react to suspend and network changes.
    `look_around`: tell how this machine is connected.
    `remember`: False for a single round, which neither reads nor writes the store. `demo`: how its tool fares, in a
    demo.
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
        look_around: bool = False,
        remember: bool = True,
        demo: Callable[[], DemoScene] | None = None,
    ) -> None:
        self.home = home
        self.clock = clock
        self.loaded = loaded
        self.keys = Keys(home, lambda: env_keys(self.loaded.catalogue, self.loaded.settings))
        self.demo = demo
        self._reload = reload
        self._on_transition = on_transition
        self._watch_machine = watch_machine
        self._lookout = Lookout(clock, self.changed) if look_around else None
        self._tasks = Tasks("engine")
        self._publications = Coalescer(lambda: publish(self.snapshot()))
        self._evaluations = Coalescer(self.evaluate)
        self._delivery = Delivery(self._save, self._save_told, announce, self.snapshot)
        self._store = Store(home.store_file) if remember else None
        self._keeper = Keeper(self._store) if self._store is not None else None
        self._diary = Diary(home.journal_file, clock.now()) if remember else None
        self._updates: CatalogueUpdates | None = None
        self._saved_at = clock.now()
        self._reloading, self._changing_mode = asyncio.Lock(), asyncio.Lock()
        # When it is looked next for what time alone makes news of, before the tick that comes anyway.
        self._news_at = math.inf

    async def __aenter__(self) -> Self:
        raise_limit()
        # Whatever fails on the way in or out, the rest is still ended, in this order read upwards.
        async with AsyncExitStack() as ending:
            memory = await self._open_memory(ending)
            self._state = State(
                self.loaded.catalogue,
                self.loaded.settings.watch.services,
                self.clock.now(),
                memory,
                mode=self.loaded.settings.gateway.mode,
                wall_offset_s=lambda now: self.clock.wall(now).timestamp() - now,
            )
            self.auto.on_change.append(self._auto_changed)
            # One for both: the same key must be the same credential, whoever asks with it.
            fingerprint = Fingerprints(self.home.salt_file).of
            self._sparing = Sparing()
            router = self._lookout.router_answers if self._lookout is not None else None
            self._watching = Watching(
                self.clock, self.keys, self._state, lambda: self.loaded, self.observe, fingerprint,
                self._spent, self._remember_spent, router,
            )  # fmt: skip
            hooks = Hooks(self.changed, self.changed_often, self.announce, self.observe, self._answered_locally)
            self.switch = Switch(self.home, self.clock, lambda: self.loaded, self.keys, self._state, hooks, fingerprint)
            if self._reload is not None and self._store is not None:
                self._updates = CatalogueUpdates(
                    self.home, self.clock, lambda: self.loaded, self.reload, self._watching.carried
                )
            self.wishes = Wishes(
                self.clock,
                self._state,
                changed=self.evaluate,
                remember=self.remember,
                refresh=self.refresh,
                snapshot=self.snapshot,
            )
            self.evaluate()
            ending.push_async_callback(self._save)
            if self._lookout is not None:
                ending.push_async_callback(self._lookout.close)
            ending.push_async_callback(self.keys.close)
            ending.push_async_callback(self._tasks.close)
            ending.callback(self._evaluations.close)
            ending.push_async_callback(self.switch.close)
            ending.push_async_callback(self._delivery.last_words)
            ending.push_async_callback(self._watching.stop)
            ending.callback(self._publications.close)
            await self.switch.apply()
            self._tasks.spawn(self._delivery.run(), "deliver")
            self._tasks.spawn(self._tick(), "tick")
            self._tasks.spawn(self._look_after_switch(), "switch")
            if self._updates is not None:
                self._tasks.spawn(self._updates.run(), "catalogue")
            if self._watch_machine:
                self._tasks.spawn(watch_disturbances(self.clock, self.observe), "machine")
                self._tasks.spawn(watch_sparing(self.spare), "sparing")
            self._ending = ending.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._ending.aclose()

    async def _open_memory(self, ending: AsyncExitStack) -> Memory:
        self.delivered = Delivered()
        self._spent: Spent | None = None
        if self._store is None or self._keeper is None:
            return Memory()
        ending.push_async_callback(self._store.close)
        if self._diary is not None:
            ending.push_async_callback(self._diary.close)
        await self._store.open()
        pieces = await self._keeper.load({"delivered": Delivered, "spent": Spent} | Memory.__annotations__)
        self.delivered = pieces.pop("delivered", self.delivered)
        self._spent = pieces.pop("spent", Spent())
        return Memory(**pieces)

    # What others ask of it

    @property
    def routes(self) -> Routes:
        """Where requests go."""
        return self._state.routes

    @property
    def auto(self) -> AutoMode:
        """What moves by itself."""
        return self._state.auto

    @property
    def judgement(self) -> Judgement:
        """What the rules said last."""
        return self._state.judgement

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """All that are open or have just ended."""
        return self._state.result.snapshot.incidents

    def start_watching(self) -> None:
        """Begin to ask hosts and pages."""
        self._watching.start()

    async def stop_watching(self) -> None:
        """Ask nobody any more; what is known grows old."""
        await self._watching.stop()

    async def one_round(self, timeout_s: float) -> None:
        """Ask everything once, and again what failed, until every service is settled or `timeout_s` are over."""
        await self._watching.one_round(timeout_s)
        self.evaluate()
        if self._lookout is not None and self.judgement.network.state in (NetworkState.OFFLINE, NetworkState.CAPTIVE):
            await self._lookout.look_closer()

    def is_fresh(self, services: tuple[str, ...], max_age_s: float) -> bool:
        """Whether the verdicts on these watched services rest on samples no older than that, in steady seconds."""
        return self._watching.is_fresh(services, max_age_s)

    async def refresh(self, services: tuple[str, ...], max_age_s: float, timeout_s: float) -> None:
        """Ask again what is older than `max_age_s`, for `timeout_s` real seconds at most."""
        await self._watching.refresh(services, max_age_s, timeout_s)

    def check_now(self) -> None:
        """Ask at once what politeness allows to be asked at once, and the keyring again if it was refused."""
        self.keys.reconsider()
        self._watching.check_now()

    def snapshot(self) -> Snapshot:
        """The picture of now."""
        self._state.observe(self._circumstances())
        return self._state.snapshot(self.clock.now())

    def observe(self, observation: Observation) -> None:
        """Take in one piece of evidence and judge at once."""
        self._state.observe(observation)
        if isinstance(observation, Disturbance):
            self._watching.disturbed()
            self.switch.disturbed()
            if self._lookout is not None:
                self._lookout.forget()
        if isinstance(observation, PageHistory):
            # Or a restart would ask for it again.
            self.remember()
        if self._diary is not None and isinstance(observation, Try):
            self._diary.observed(observation)
        if isinstance(observation, Try) and observation.source is Source.TRAFFIC:
            self.changed_often()
        elif not isinstance(observation, Control):
            self.evaluate()

    def spare(self, sparing: Sparing) -> None:
        """What the desktop says of the connection's cost and of the battery, from now on."""
        self._sparing = sparing
        self.evaluate()

    def changed_often(self) -> None:
        """The same as `changed`, at once or soon: busy tools bring evidence thousands of times a second."""
        self._evaluations.poke(at_once=True)

    def changed(self) -> None:
        """Something beside the evidence changed: routes, the target, the tools."""
        self.evaluate()

    async def reload(self) -> None:
        """Read the user's files again and go on with them; memory and running requests stay."""
        if self._reload is None:
            return
        # One at a time: two half-done changes would leave two watchers.
        async with self._reloading:
            before, self.loaded = self.loaded, await asyncio.to_thread(self._reload)
            if _what_is_watched(before) != _what_is_watched(self.loaded):
                self._state.watch(self.loaded.catalogue, self.loaded.settings.watch.services, self.clock.now())
                self.evaluate()
                await self._watching.restart()
            await self.switch.apply()
            if before.settings.local != self.loaded.settings.local:
                self._tasks.spawn(self.switch.resume(), "target")
            if self._updates is not None and before.settings.catalogue != self.loaded.settings.catalogue:
                self._tasks.spawn(self._updates.look(), "catalogue")
            self.evaluate()

    async def switch_mode(self, mode: Mode) -> None:
        """Who moves requests from now on, and after a restart. Raises what `settings.file.change` does; then nothing
        has changed."""
        # One at a time: of two clicks the last one counts. And always, since the file may have been edited meanwhile.
        async with self._changing_mode:
            await asyncio.to_thread(change, self.home, {("gateway", "mode"): mode})
            if self._reload is None:
                settings = self.loaded.settings
                gateway = structs.replace(settings.gateway, mode=mode)
                self.loaded = dataclasses.replace(self.loaded, settings=structs.replace(settings, gateway=gateway))
                await self.switch.apply()
            else:
                await self.reload()
            self.evaluate()

    def announce(self, *announcements: Announcement) -> None:
        """Tell something that is not a matter of the light, in turn with what is."""
        self._delivery.put(*announcements)

    def only_when_back(self, incident_id: str, *, on: bool = True) -> None:
        """The user wants to hear of this incident only when it is over, or of all of it again."""
        self._state.only_when_back(incident_id, on=on)
        self.evaluate()
        self.remember()

    def remember(self) -> None:
        """Have everything written that a restart has to know, in turn with what is told."""
        self._delivery.put()

    async def write_journal(self) -> None:
        """Have written all that has happened until now."""
        if self._diary is not None:
            await self._diary.write()

    async def forget(self, service: str | None) -> bool:
        """Take this service, or everything, out of the journal for good; False where the disk does not allow it."""
        services = None if service is None else frozenset({service})
        self._state.forget(services)
        # First there, so that a kill -9 in between brings nothing back into the journal.
        await self._save()
        scrubbed = self._store is None or await self._store.scrub()
        providers = their_providers(self.loaded.catalogue, services)
        return (self._diary is None or await self._diary.forget(services, providers)) and scrubbed

    async def settle(self) -> None:
        """Wait until all that was to be told and remembered is."""
        await self._delivery.settle()

    # How it works

    def evaluate(self) -> None:
        """Let the rules follow what is known now, and carry out what comes of it."""
        self._watching.spare(bool(self._spared().reasons))
        self._state.observe(self._circumstances())
        result = self._state.advance(self.clock.now())
        for transition in result.transitions:
            self._on_transition(transition)
        if self._diary is not None:
            self._diary.advanced(result, self.auto.diverted)
        if result.transitions or result.announcements:
            self._delivery.put(*result.announcements)
        if result.news_at < self._news_at:
            self._news_at = result.news_at
            self._tasks.spawn(self._evaluate_at(result.news_at), "news")
        self._watching.judged()
        if self._lookout is not None:
            self._lookout.judged(result.snapshot.judgement.network)
        self._publications.poke()

    def _spared(self) -> Sparing:
        return structs.replace(self._sparing, wanted=self.loaded.settings.watch.thrifty)

    def _answered_locally(self, answer: LocalAnswer) -> None:
        if self._diary is not None:
            self._diary.answered(answer)

    def _auto_changed(self) -> None:
        # Soon and not at once: the rules themselves may have brought it about, in the middle of an evaluation.
        self._evaluations.poke()
        self.remember()

    def _circumstances(self) -> Circumstances:
        forgetful = self._store.problems if self._store is not None else ()
        if self._diary is not None:
            # They share a disk: what it refuses to both is said once.
            unsaid = (one for one in self._diary.problems if one.code != "journal_unwritable" or not forgetful)
            forgetful = (*forgetful, *unsaid)
        updates = self._updates.problems if self._updates is not None else ()
        return Circumstances(
            target=self.switch.target_status,
            tools=self.switch.tools(),
            local_answers=self.switch.local_answers,
            gateway_url=self.switch.gateway_url,
            switching=self.switch.switching,
            problems=tuple(
                (problem.code, dict(problem.params))
                for problem in (*self.loaded.problems, *forgetful, *updates, *self.switch.problems)
            ),
            bytes_today=self._watching.bytes_today,
            spent_today=self._watching.spent_today(),
            demo=self.demo() if self.demo is not None else None,
            sparing=self._spared(),
            around=self._lookout.around() if self._lookout is not None else Surroundings(),
        )

    async def _save(self) -> None:
        self._saved_at = self.clock.now()
        if self._keeper is not None:
            memory = self._state.remember()
            pieces = {name: getattr(memory, name) for name in Memory.__annotations__}
            await self._keeper.save({**pieces, "delivered": self.delivered, "spent": self._watching.spent})

    async def _save_told(self) -> None:
        if self._keeper is not None:
            await self._keeper.save({"delivered": self.delivered})

    def _remember_spent(self) -> None:
        """At once, and nothing else: a cap that a restart forgets is none, and all the rest would be written for it."""
        if self._keeper is not None:
            self._tasks.spawn(self._keeper.save({"spent": self._watching.spent}), "spent")

    async def _tick(self) -> None:
        rounds = Rounds("the tick")
        while True:
            await self.clock.sleep(TICK_S)
            with rounds.round():
                follow_time_zone()
                self.evaluate()
                now, calm = self.clock.now(), self._state.is_calm
                if now - self._saved_at >= (CALM_SAVE_S if calm else SAVE_S):
                    self.remember()
                if self._diary is not None:
                    self._diary.tick(now, calm=calm)

    async def _evaluate_at(self, moment: float) -> None:
        await self.clock.sleep(moment - self.clock.now())
        self._news_at = math.inf
        self.evaluate()

    async def _look_after_switch(self) -> None:
        rounds = Rounds("looking after the switch")
        with rounds.round():
            await self.switch.resume()
        while True:
            busy = self.switch.target_status.state in (TargetState.STARTING, TargetState.LOADING)
            await self.clock.sleep(BUSY_CHECK_S if busy else SWITCH_CHECK_S)
            with rounds.round():
                await self.switch.apply()
                await self.switch.check_target()


def _what_is_watched(loaded: Loaded) -> tuple[Any, ...]:
    settings = loaded.settings
    return settings.watch, settings.network, settings.providers, loaded.catalogue
