"""What each day, or each hour, was like for a service, in one light: what strips of history are drawn from."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from trayapp.core.journal.tally import Tally, both
from trayapp.core.light.severity import Light

DOWN_MS = 60_000
"""Less than a minute of red is a slip that few have met."""
IMPAIRED_MS = 5 * 60_000
"""Yellow is told after five minutes, too."""


class Stretch(Struct, frozen=True):
    """A day or an hour of a service. `number`: since 1970, of the local calendar or UTC as its strip has it. `light`:
    what it was like, grey where it could not be told; None where nobody was watching. Seconds as in `Month`.
    """

    number: int
    light: Light | None = None
    up_s: float = 0.0
    impaired_s: float = 0.0
    down_s: float = 0.0
    unknown_s: float = 0.0
    offline_s: float = 0.0


def light_of(tally: Tally) -> Light | None:
    """The worst that lasted long enough to be met, or that was all there was: an outage does not end with its hour.
    None where nothing was seen at all.
    """
    if tally.red_ms >= DOWN_MS:
        return Light.RED
    if tally.yellow_ms + tally.red_ms >= IMPAIRED_MS:
        return Light.YELLOW
    if tally.green_ms:
        return Light.GREEN
    if tally.told_ms:
        return Light.RED if tally.red_ms >= tally.yellow_ms else Light.YELLOW
    return Light.GREY if tally.grey_ms + tally.offline_ms else None


def strips(tallies: Iterable[tuple[int, str, Tally]], first: int, last: int) -> Mapping[str, tuple[Stretch, ...]]:
    """By service, each stretch from `first` to `last`, whether or not there is anything of it."""
    found: dict[str, dict[int, Tally]] = {}
    for number, service, tally in tallies:
        if first <= number <= last:
            known = found.setdefault(service, {})
            known[number] = tally if number not in known else both(known[number], tally)
    return {
        service: tuple(_stretch(number, known[number]) if number in known else Stretch(number)
                       for number in range(first, last + 1))
        for service, known in found.items()
    }  # fmt: skip


def _stretch(number: int, tally: Tally) -> Stretch:
    return Stretch(
        number,
        light_of(tally),
        up_s=tally.green_ms / 1000,
        impaired_s=tally.yellow_ms / 1000,
        down_s=tally.red_ms / 1000,
        unknown_s=tally.grey_ms / 1000,
        offline_s=tally.offline_ms / 1000,
    )
