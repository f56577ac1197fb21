"""Records of other people's JSON: each field is what it should be, or it is not there.

Pages publish records with fields missing, null or of another type; one such record must not take the others with it.
"""

from datetime import UTC, datetime
from typing import Any

from trayapp.clock import Clock
from trayapp.core.evidence.page_report import PageHealth
from trayapp.watch.pages.fetch import Unfit

Record = dict[str, Any]

_YEARS = range(2000, 2200)
"""Outside of these a time is a default that somebody forgot to fill in."""
_UNIX_RANGE_S = tuple(datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (_YEARS.start, _YEARS.stop))
_MILLISECONDS_FROM = 100_000_000_000
"""As seconds, this is the year 5138."""


MAX_RECORDS = 5_000
"""The largest pages list some hundreds. A list without end would keep everything else waiting for seconds."""


def text(record: Record, key: str) -> str | None:
    """A text that is not empty."""
    value = record.get(key)
    return value if isinstance(value, str) and value else None


def moment(record: Record, *keys: str, clock: Clock) -> float | None:
    """The steady moment under the first of `keys` that has one; without a zone it is UTC.

    Whole seconds, or the same moment would come out a microsecond different at every reading.
    """
    for key in keys:
        try:
            at = datetime.fromisoformat(text(record, key) or "")
        except ValueError:
            continue
        if at.year in _YEARS:
            return float(round(clock.steady(at if at.tzinfo is not None else at.replace(tzinfo=UTC))))
    return None


def epoch(record: Record, *keys: str, clock: Clock) -> float | None:
    """As `moment`, of Unix times: seconds or, where they would be far too many, milliseconds; numbers or texts."""
    for key in keys:
        value = record.get(key)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _MILLISECONDS_FROM * 1000:
            continue
        seconds = value / 1000 if value > _MILLISECONDS_FROM else value
        at = moment_of(seconds, clock)
        if at is not None:
            return at
    return None


def moment_of(seconds: float, clock: Clock) -> float | None:
    """The steady moment of a Unix time; None where nobody can mean it."""
    if not _UNIX_RANGE_S[0] <= seconds < _UNIX_RANGE_S[1]:
        return None
    return float(round(clock.steady(datetime.fromtimestamp(seconds, UTC))))


def inner(record: Record, key: str) -> Record:
    """The record under `key`; an empty one where there is none."""
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def listed(record: Record, key: str) -> list[Record]:
    """The first `MAX_RECORDS` records in the list under `key`, where there is one. What is none is an empty record."""
    value = record.get(key)
    return [each if isinstance(each, dict) else {} for each in value[:MAX_RECORDS]] if isinstance(value, list) else []


def listing(record: Record, key: str, *, optional: bool = False) -> list[Record]:
    """As `listed`, of a list that must be one, and whole. Raises `Unfit`: `unreadable`, reasons `shape` (`where`),
    `too_many` (`limit`)."""
    value = record.get(key)
    if not isinstance(value, list) and not (optional and value is None):
        raise Unfit(PageHealth.UNREADABLE, "shape", where=f".{key}")
    if isinstance(value, list) and len(value) > MAX_RECORDS:
        raise Unfit(PageHealth.UNREADABLE, "too_many", limit=MAX_RECORDS)
    return listed(record, key)
