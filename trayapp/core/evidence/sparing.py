"""Where the connection costs by the byte, or the battery is to last: who is well is asked less often (Politeness).

Whoever is in trouble, by own eyes or by its page, is followed at full pace all the same: what rule 2 needs for a red,
and rule 8 for its end, is never spared. What is spared still comes often enough for nothing to grow too old between.
"""

from enum import StrEnum

from msgspec import Struct

SPARED_FACTOR = 4
SPARED_MAX_S = 500.0
"""A page speaks for ten minutes (`PAGE_FRESH_S`), an answer as long (`GAP_S`), and pauses vary by a tenth. Whoever is
asked more rarely as it is, by the user's own choice, is left so."""


class Spared(StrEnum):
    """Why the pace is slower."""

    METERED = "metered"
    POWER_SAVER = "power_saver"
    BATTERY = "battery"


class Sparing(Struct, frozen=True):
    """What the desktop tells; None where it does not.

    `power_saver`: the user or the desktop has chosen to save power. `on_battery` counts only where the desktop knows
    no such choice. `wanted`: the setting.
    """

    metered: bool | None = None
    power_saver: bool | None = None
    on_battery: bool | None = None
    wanted: bool = True

    @property
    def reasons(self) -> tuple[Spared, ...]:
        """Why the pace is slower; empty where it is not."""
        battery = self.on_battery is True and self.power_saver is None
        holds = {Spared.METERED: self.metered is True, Spared.POWER_SAVER: self.power_saver is True}
        holds[Spared.BATTERY] = battery
        return tuple(why for why, so in holds.items() if so and self.wanted)


def spared_s(interval_s: float) -> float:
    """How many seconds lie between two requests to whoever is well, where it would be `interval_s`."""
    return max(interval_s, min(SPARED_FACTOR * interval_s, SPARED_MAX_S))
