"""Rule 2: failures that nothing vouches for. They weigh nothing for red, and still take green away."""

import math
from collections.abc import Sequence

from msgspec import Struct

from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.observation import Try
from trayapp.core.evidence.odds import vouched
from trayapp.core.evidence.reach import Reach

# Two in a row are lost on good networks too, and nobody's host is asked more than that before a control is.
DOUBT_TRIES = 3
# Until then something to compare with may turn up: the provider's page, a network that comes back, an answer.
DOUBTED_S = 300.0


class DoubtMemory(Struct):
    """What survives a restart. `strangers`: when tries were made that somebody in between answered; `explained_until`:
    what was tried until then, the own network explains."""

    since: float | None = None
    strangers: list[float] = []
    explained_until: float | None = None


class Doubt:
    """Tries in a row without a good answer, of which nothing tells whose fault it is. `since`: when they began, None
    while there are fewer than `DOUBT_TRIES`."""

    def __init__(self, memory: DoubtMemory | None = None) -> None:
        kept = memory or DoubtMemory()
        self.since = kept.since
        self._strangers = list(kept.strangers)
        self._explained_until = kept.explained_until

    def remember(self) -> DoubtMemory:
        return DoubtMemory(self.since, list(self._strangers), self._explained_until)

    def copy(self) -> "Doubt":
        return Doubt(self.remember())

    def stranger(self, t: Try) -> None:
        """Somebody in between was in the provider's place."""
        self._strangers = [*self._strangers[-(DOUBT_TRIES - 1) :], t.began]

    def no_strangers(self) -> None:
        """Whoever was in the provider's place is not there any more, or was there at another time."""
        self._strangers.clear()

    def look(self, run: Sequence[Try], reach: Reach, network: OwnConnection, now: float, *, undecided: bool) -> None:
        """`run`: the failures in a row; `undecided`: it is open whether strangers are there for this host alone."""
        if network.down(reach) is not None:
            self.since = None
            self._strangers.clear()
            self._explained_until = now
            return
        if not undecided:
            self._strangers.clear()
        failed = [t for t in run if t.at > (self._explained_until or -math.inf)]
        if any(vouched(t, network) for t in failed):
            failed = []
        if len(failed) + len(self._strangers) < DOUBT_TRIES:
            self.since = None
        elif self.since is None:
            self.since = min([t.began for t in failed] + self._strangers)

    @property
    def gives_up_at(self) -> float | None:
        """From when on there is nothing left to wait for."""
        return None if self.since is None else self.since + DOUBTED_S
