"""The time that a header of an answer names."""

import re
from datetime import UTC, datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_USUAL = re.compile(rf"[A-Z][a-z]{{2}}, (\d\d) ({'|'.join(_MONTHS)}) (\d{{4}}) (\d\d):(\d\d):(\d\d) GMT", re.ASCII)


def http_date(text: str) -> datetime:
    """As `email.utils.parsedate_to_datetime` reads it. Raises ValueError and TypeError for what is no time.

    RFC 9110 (5.6.7) has everybody send one form; the older ones, which are read as well, take 1 MB to read.
    """
    if (usual := _USUAL.fullmatch(text)) is None:
        from email.utils import parsedate_to_datetime

        return parsedate_to_datetime(text)
    day, month, year, hour, minute, second = usual.groups()
    return datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
