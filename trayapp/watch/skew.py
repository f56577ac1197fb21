"""How wrong this machine's clock is, by what an answer says of the time where it comes from."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from trayapp.clock import Clock

CACHED_S = 366 * 86_400.0
"""Longer than anything is cached; what is called older tells nothing of the time."""


def skew_s(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Our clock minus the server's, in seconds; None where the answer does not tell. A cache says since when it has it.

    `headers` have lower-case names.
    """
    try:
        then, age_s = parsedate_to_datetime(headers["date"]), float(headers.get("age", 0))
        ahead_s = (clock.wall(clock.now()) - then).total_seconds() - max(0.0, age_s)
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return ahead_s if age_s <= CACHED_S else None
