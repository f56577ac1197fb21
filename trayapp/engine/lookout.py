"""How this machine is connected, looked at when something is judged anyway: nothing here wakes up by itself.

The closer look, which sends a few packets no further than to the router and the resolvers, is for trouble only.
"""

from collections.abc import Awaitable, Callable

from msgspec import structs

from trayapp.clock import Clock
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import NetworkState
from trayapp.core.evidence.surroundings import Surroundings
from trayapp.desktop.closer_look import Closer, closer_look, router_answers
from trayapp.desktop.surroundings import surroundings
from trayapp.tasks import Rounds, Tasks

FRESH_S = 10.0
"""What a link or a router is said to do may be this old; less than the pause between two judgements without news."""
CLOSER_EVERY_S = 15.0
"""The pace at which a host in trouble is asked, too."""


class Lookout:
    """Keeps the latest look. `changed`: a closer look has found something."""

    def __init__(
        self,
        clock: Clock,
        changed: Callable[[], None],
        look: Callable[[], Surroundings] = surroundings,
        closer: Callable[[Surroundings], Awaitable[Closer]] = closer_look,
    ) -> None:
        self._clock = clock
        self._changed = changed
        self._look = look
        self._closer = closer
        self._tasks = Tasks("lookout")
        self._rounds = Rounds("looking around")
        self.forget()

    def forget(self) -> None:
        """The machine woke up or changed networks."""
        self._seen = Surroundings()
        self._found = Closer()
        self._seen_at = self._closer_at = float("-inf")

    def around(self) -> Surroundings:
        """How this machine is connected, as far as it is known."""
        now = self._clock.now()
        if now - self._seen_at > FRESH_S:
            self._seen_at = now
            with self._rounds.round():
                self._seen = self._look()
        found, seen = self._found, self._seen
        # A firewall on the router can refuse in words that sound like nobody there; the kernel has heard it then.
        router = found.router if found.router or seen.router is None else seen.router
        return structs.replace(
            seen, router=router, router_s=found.router_s, resolver=found.resolver, resolver_s=found.resolver_s
        )

    def judged(self, status: NetworkStatus) -> None:
        """Look closer while the connection is in doubt; afterwards what was found then is of another time."""
        if status.state is NetworkState.UNKNOWN:
            return
        if status.state is NetworkState.ONLINE and not status.names_slow:
            self._found = Closer()
            return
        if self._clock.now() - self._closer_at > CLOSER_EVERY_S:
            self._closer_at = self._clock.now()
            self._tasks.spawn(self.look_closer(), "closer")

    async def router_answers(self) -> bool | None:
        """Whether the next machine on the way answers now; None where that stays open."""
        return await router_answers(self.around())

    async def look_closer(self) -> None:
        """Ask router and resolvers now."""
        with self._rounds.round():
            found = await self._closer(self._seen)
            if found != self._found:
                self._found = found
                # What was just asked may have changed what the kernel knows.
                self._seen_at = float("-inf")
                self._changed()

    async def close(self) -> None:
        await self._tasks.close()
