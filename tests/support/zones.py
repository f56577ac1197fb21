"""The clocks of other places."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def ahead_of_utc(zone: str) -> Callable[[float], float]:
    """What a place's clock is ahead of UTC, at a Unix time, in seconds."""
    place = ZoneInfo(zone)
    return lambda at: (datetime.fromtimestamp(at, place).utcoffset() or timedelta()).total_seconds()
