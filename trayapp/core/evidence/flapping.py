"""Rule 9: a component that keeps changing between good and bad is said to be flapping, once.

Nagios's method (base/flapping.c): a ring of 21 values has 20 possible changes, which weigh from 0.75 (oldest) to 1.25
(newest); the weighted share of changes switches flapping on and, lower, off.
"""

from msgspec import Struct

RING_SIZE = 21
OLDEST_WEIGHT = 0.75
NEWEST_WEIGHT = 1.25
# Nagios's compiled defaults; the distance between them keeps flapping itself from flapping.
ON_PERCENT = 30.0
OFF_PERCENT = 20.0
# One value a minute, however often it was tried in that minute: the ring spans twenty minutes of a calm host.
SLOT_S = 60.0
# A tool at work asks again within the hour; until then what is answered less deeply tells nothing of what failed.
DEEPER_S = 3600.0


class Flapping(Struct):
    """The ring of one component, oldest first. `slot`: the minute of the newest value; `failed_at`, `depth`: when and
    how deep it failed, as long as nothing as deep was answered since. JSON-able as it is."""

    values: list[bool] = []
    slot: int | None = None
    on: bool = False
    failed_at: float = 0.0
    depth: int = 0

    def note(self, at: float, good: bool, depth: int = 0) -> None:
        """Take in a good or failing finding. A failure outweighs what is good in the same minute; what fails deeper
        goes on failing, however well shallower requests are answered meanwhile."""
        if depth < self.depth and at - self.failed_at < DEEPER_S:
            if good:
                return
        else:
            self.failed_at, self.depth = at, 0 if good else depth
        slot = int(at // SLOT_S)
        if self.slot is not None and slot < self.slot:
            return
        if slot == self.slot:
            self.values[-1] &= good
        else:
            self.slot = slot
            self.values = [*self.values[1 - RING_SIZE :], good]
        percent = self.percent
        self.on = percent >= ON_PERCENT or (self.on and percent > OFF_PERCENT)

    @property
    def percent(self) -> float:
        """The weighted share of changes among all that are possible."""
        changes = RING_SIZE - 1
        step = (NEWEST_WEIGHT - OLDEST_WEIGHT) / (changes - 1)
        offset = RING_SIZE - len(self.values)
        weights = (
            OLDEST_WEIGHT + step * (offset + i)
            for i, (value, following) in enumerate(zip(self.values, self.values[1:], strict=False))
            if value != following
        )
        return 100.0 * sum(weights) / changes
