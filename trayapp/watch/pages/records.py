"""Records of other people's JSON: each field is what it should be, or it is not there.

Pages publish records with fields missing, null or of another type; one such record must not take the others with it.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
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
_DIGITS = 9
"""Of the seconds of any of these years; a date alone has fewer."""


MAX_RECORDS = 5_000
"""The largest pages list some hundreds. A list without end would keep everything else waiting for seconds."""


def text(record: Record, key: str) -> str | None:
    """A text that is not empty."""
    value = record.get(key)
    return value if isinstance(value, str) and value else None


def moment(record: Record, *keys: str, clock: Clock) -> float | None:
    """The steady moment under the first of `keys` that has one.

    Whole seconds, or the same moment would come out a microsecond different at every reading.
    """
    for key in keys:
        at = unix(record.get(key))
        if at is not None and (steady := moment_of(at, clock)) is not None:
            return steady
    return None


def unix(said: object) -> float | None:
    """The Unix time that is meant by seconds or, where they would be far too many, milliseconds; by numbers or texts;
    by ISO's form or that of mails. Without a zone it is UTC."""
    if isinstance(said, str) and said.isascii() and said.isdigit() and _DIGITS <= len(said) < 20:
        said = int(said)
    if isinstance(said, int | float) and not isinstance(said, bool):
        seconds = said / 1000 if _MILLISECONDS_FROM < said < _MILLISECONDS_FROM * 1000 else said
        return seconds if 0 <= seconds <= _MILLISECONDS_FROM else None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            # Rails writes the zone's name; no other than this one means the same everywhere.
            at = read(said[:64].strip().removesuffix(" UTC")) if isinstance(said, str) else None
            return None if at is None else (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
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
