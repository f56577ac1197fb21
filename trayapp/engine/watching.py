"""The senses of the engine: started, stopped, hurried, and waited for until they have told enough."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from trayapp.clock import Clock
from trayapp.core.evidence.observation import Observation
from trayapp.core.snapshot import Spending
from trayapp.engine.loading import Loaded
from trayapp.engine.state import State
from trayapp.secrets.keys import KeySource
from trayapp.tasks import Tasks
from trayapp.watch.schedule.budget import Budget, Spent, cost
from trayapp.watch.watcher import Watcher


class Watching:
    """Watches what the settings name and hands on what is seen, until `stop`. `spent`, `on_spent`: as in `Budget`;
    without the first nobody remembers, and nothing is spent."""

    def __init__(
        self,
        clock: Clock,
        keys: KeySource,
        state: State,
        loaded: Callable[[], Loaded],
        observe: Callable[[Observation], None],
        fingerprint: Callable[[str], str],
        spent: Spent | None,
        on_spent: Callable[[], None],
        router: Callable[[], Awaitable[bool | None]] | None = None,
    ) -> None:
        self._clock = clock
        self._keys = keys
        self._state = state
        self._loaded = loaded
        self._observe = observe
        self._fingerprint = fingerprint
        self._router = router
        # Outlives the watchers, so that a change of the settings does not ask anybody twice in a minute.
        self._remembers = spent is not None
        self._budget = Budget(clock, spent, on_spent, pays=self._remembers)
        self._watcher: Watcher | None = None
        self._tasks: Tasks | None = None
        self._judged = asyncio.Event()
        self._sparing = False

    @property
    def bytes_today(self) -> int:
        """What watching cost since midnight, in both directions."""
        return self._budget.bytes_today

    @property
    def spent(self) -> Spent:
        """What completions have taken, to be remembered."""
        return self._budget.spent

    def spent_today(self) -> tuple[Spending, ...]:
        """What the completions that are asked for have taken today."""
        loaded = self._loaded()
        limits = {name: one.completion for name, one in loaded.settings.providers.items() if one.completion.enabled}
        if not limits or not self._remembers:
            return ()
        watched = {provider.provider for provider, _ in loaded.catalogue.watched(loaded.settings.watch.services)}
        spent = ((name, one, self._budget.tokens_today(name)) for name, one in limits.items() if name in watched)
        return tuple(
            Spending(name, tokens, one.daily_tokens, cost(tokens, one), one.daily_cost) for name, one, tokens in spent
        )

    def carried(self, count: int) -> None:
        """So many bytes went over the wire for something else."""
        self._budget.carried(count)

    def start(self) -> None:
        """Begin to ask hosts and pages."""
        self._watcher = self._make_watcher()
        self._watcher.spare(self._sparing)
        self._tasks = Tasks("watch")
        self._tasks.spawn(self._watcher.run(), "watcher")

    async def stop(self) -> None:
        if self._tasks is not None:
            await self._tasks.close()
            self._tasks = None
        if self._watcher is not None:
            await self._watcher.close()
            self._watcher = None

    async def restart(self) -> None:
        """Follow changed settings, if anything is watched at all."""
        if self._tasks is not None:
            await self.stop()
            self.start()

    async def one_round(self, timeout_s: float) -> None:
        """Ask everything once, and again what failed, until every service is settled or `timeout_s` are over."""
        watcher = self._make_watcher()
        watched = self._loaded().settings.watch.services
        try:
            await watcher.one_round(lambda: all(map(self._state.settled, watched)), timeout_s)
        finally:
            await watcher.close()

    def check_now(self) -> None:
        """Ask at once what politeness allows to be asked at once."""
        if self._watcher is not None:
            self._watcher.check_now()

    def disturbed(self) -> None:
        """The machine woke up or changed networks."""
        if self._watcher is not None:
            self._watcher.disturbed()

    def judged(self) -> None:
        """The rules have followed what was seen: somebody may have waited for it."""
        self._judged.set()
        if self._sparing and self._watcher is not None:
            self._watcher.judged()

    def spare(self, on: bool) -> None:
        """Ask whoever is well less often from now on, or as usual again."""
        if on is not self._sparing:
            self._sparing = on
            if self._watcher is not None:
                self._watcher.spare(on)

    def is_fresh(self, services: tuple[str, ...], max_age_s: float) -> bool:
        """Whether the verdicts on these watched services rest on samples no older than that, in steady seconds."""
        return self._rests_on(services, self._clock.now() - max_age_s)

    async def refresh(self, services: tuple[str, ...], max_age_s: float, timeout_s: float) -> None:
        """Ask again what is older than `max_age_s`, in the usual budget; return when it is settled.

        Returns after `timeout_s` real seconds in any case.
        """
        oldest = self._clock.now() - max_age_s
        self.check_now()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not self._rests_on(services, oldest):
                    self._judged.clear()
                    await self._judged.wait()

    def _rests_on(self, services: tuple[str, ...], since: float) -> bool:
        sampled = map(self._state.sampled_at, services)
        return all(at is not None and at >= since for at in sampled) and all(map(self._state.settled, services))

    def _make_watcher(self) -> Watcher:
        loaded = self._loaded()
        return Watcher(
            loaded.catalogue,
            loaded.settings,
            self._clock,
            self._keys,
            self._state,
            self._observe,
            budget=self._budget,
            fingerprint=self._fingerprint,
            troubled=self._state.is_troubled,
            router=self._router,
        )
