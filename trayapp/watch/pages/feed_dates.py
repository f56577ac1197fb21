"""Times that stand before the updates in a feed's item, without a year: "Sep 20, 11:00 UTC", "Aug 28, 10:33 PM UTC".

Statuspage, Instatus and OnlineOrNot write them so, in the zone of the page. The names of others than UTC mean several
zones, or none: those say nothing.
"""

import re
from datetime import UTC, datetime, timedelta

NEAR = timedelta(days=60)
"""An update this far from the item's own time is of another year than it seems, or the item's is not to be believed."""

_DAY_TIME = re.compile(
    r"([A-Z][a-z]{2})[a-z]{0,6}\.?\s+(\d{1,2})\s*,\s*(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AP]M)?"
    r"\s+(?:UTC|GMT(?:\s?[+-]0)?)\s*$"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def near(said: str, about: float | None) -> float | None:
    """The time that is `said`, as Unix seconds, in the year that brings it nearest to `about`."""
    met = _DAY_TIME.match(" ".join(said[:64].split()))
    if met is None or about is None or met[1] not in _MONTHS:
        return None
    day, hour, minute, second = int(met[2]), int(met[3]), int(met[4]), int(met[5] or 0)
    if met[6] is not None:
        hour = hour % 12 + 12 * (met[6] == "PM")
    reference = datetime.fromtimestamp(about, UTC)
    found = []
    for year in (reference.year - 1, reference.year, reference.year + 1):
        try:
            found.append(datetime(year, _MONTHS.index(met[1]) + 1, day, hour, minute, second, tzinfo=UTC))
        except ValueError:
            continue
    best = min(found, key=lambda at: abs(at - reference), default=None)
    return best.timestamp() if best is not None and abs(best - reference) <= NEAR else None
