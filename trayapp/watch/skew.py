"""How wrong this machine's clock is, by what an answer says of the time where it comes from."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from trayapp.clock import Clock


def skew_s(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Our clock minus the server's, in seconds; None where the answer does not tell. A cache says since when it has it.

    `headers` have lower-case names.
    """
    try:
        then = parsedate_to_datetime(headers["date"])
        return (clock.wall(clock.now()) - then).total_seconds() - max(0.0, float(headers.get("age", 0)))
    except (KeyError, ValueError, TypeError):
        return None
