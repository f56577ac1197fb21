"""What the user says about the light: what is not to count, and what fails for them."""

from collections.abc import Awaitable, Callable

from trayapp.clock import Clock
from trayapp.core.light.aside import Lasts
from trayapp.core.snapshot import Snapshot
from trayapp.engine.state import State
from trayapp.errors import Problem

FRESH_S = 45.0
"""Steady seconds. Politeness allows one request a minute to a host that is well: what is older than this is asked again
within the time that an answer may take, and what is younger could not be."""
ANSWER_S = 15.0
"""Real seconds for a fresh look; an answer within 20 s is a promise, also on a busy machine."""


class Wishes:
    """Carries them out for one engine. `changed`: have the rules follow; `remember`: have it written; `refresh`: ask
    again what is older than so many steady seconds, for so many real ones at most."""

    def __init__(
        self,
        clock: Clock,
        state: State,
        *,
        changed: Callable[[], None],
        remember: Callable[[], None],
        refresh: Callable[[tuple[str, ...], float, float], Awaitable[None]],
        snapshot: Callable[[], Snapshot],
    ) -> None:
        self._clock = clock
        self._state = state
        self._changed = changed
        self._remember = remember
        self._refresh = refresh
        self._snapshot = snapshot

    def set_aside(self, target: str, lasts: Lasts | None = None, until: float | None = None) -> None:
        """Leave this open incident, or this service, out of the light. `until`: steady seconds.

        Raises Problem("nothing_to_set_aside").
        """
        if not self._state.set_aside(target, lasts, until, self._clock.now()):
            s = self._state.result.snapshot
            names = [v.id for v in s.judgement.services] + [one.id for one in s.incidents if one.ended_at is None]
            raise Problem("nothing_to_set_aside", name=target, known=", ".join(names))
        self._changed()
        self._remember()

    def undo_aside(self, target: str) -> None:
        """It counts again. Raises Problem("not_set_aside")."""
        if not self._state.undo_aside(target):
            raise Problem("not_set_aside", name=target)
        self._changed()
        self._remember()

    async def fails(self, service: str) -> Snapshot:
        """The user says that a watched service fails for them: the picture after a fresh look at it.

        Raises Problem("not_watched").
        """
        if self._state.judgement.service(service) is None:
            raise Problem("not_watched", name=service)
        self._state.user_says(service, self._clock.now())
        self._changed()
        await self._refresh((service,), FRESH_S, ANSWER_S)
        return self._snapshot()
