"""Until when something is set aside, as people type it."""

import re
from datetime import date, datetime, time, timedelta

from trayapp.core.light.aside import Lasts

_DURATION = re.compile(r"(\d{1,4})\s*(m|min|h|d)", re.I)
_UNITS = {"m": timedelta(minutes=1), "min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_CLOCK = re.compile(r"(\d{1,2})[:.](\d\d)")
# When a day's work begins; "until tomorrow" means then.
MORNING = time(8)
LONGEST = timedelta(days=3653)
"""Ten years; what is to last longer lasts until it is undone."""


def until(text: str, now: datetime) -> tuple[Lasts, datetime | None]:
    """What `text` means at `now`, an aware moment in the user's time zone. A time of day is the next one.

    The moment may be over. Raises ValueError where it means nothing.
    """
    words = text.strip().lower()
    if words in (Lasts.CHANGED, Lasts.UNDONE):
        return Lasts(words), None
    try:
        return Lasts.TIME, _moment(words, now)
    except OverflowError as error:
        raise ValueError(text) from error


def tomorrow(now: datetime) -> datetime:
    """The next morning, in the user's time zone."""
    today = datetime.combine(now.date(), MORNING).astimezone()
    return today if now < today else datetime.combine(now.date() + timedelta(days=1), MORNING).astimezone()


def _moment(words: str, now: datetime) -> datetime:
    if length := _DURATION.fullmatch(words):
        return now + int(length[1]) * _UNITS[length[2]]
    if clock := _CLOCK.fullmatch(words):
        at = time(int(clock[1]), int(clock[2]))
        today = datetime.combine(now.date(), at).astimezone()
        return today if today > now else datetime.combine(now.date() + timedelta(days=1), at).astimezone()
    try:
        # The day itself still counts as aside.
        return datetime.combine(date.fromisoformat(words) + timedelta(days=1), time()).astimezone()
    except ValueError:
        moment = datetime.fromisoformat(words.upper())
        return moment if moment.tzinfo is not None else moment.astimezone()
