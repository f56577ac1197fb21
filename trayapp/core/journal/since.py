"""Since when the history is asked for, as people type it."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

_BACK = re.compile(r"(\d{1,5})\s*(h|d|w|m|y)[a-z]*(?:\s+ago)?")
_MONTH = re.compile(r"(\d{4})(?:-(\d{1,2}))?")
_WORDS = {"today": 0, "heute": 0, "yesterday": 1, "gestern": 1}


def since(text: str, now: datetime) -> date:
    """The day that `text` means at `now`, an aware moment in the user's time zone: "2026-02-03", "2026-02", "2026",
    "3.2.2026", "yesterday", "90d", "2 weeks", "3 months", a moment. Raises ValueError where it means nothing.
    """
    words = text.strip().lower()
    try:
        return _day(words, now)
    except (OverflowError, ValueError) as error:
        raise ValueError(text) from error


def _day(words: str, now: datetime) -> date:
    if words in _WORDS:
        return now.date() - timedelta(days=_WORDS[words])
    if back := _BACK.fullmatch(words):
        return _AGO[back[2]](now, int(back[1]))
    if month := _MONTH.fullmatch(words):
        return date(int(month[1]), int(month[2] or 1), 1)
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d"):
        try:
            return datetime.strptime(words, form).date()
        except ValueError:
            continue
    moment = datetime.fromisoformat(words.upper())
    return moment.astimezone(now.tzinfo).date() if moment.tzinfo is not None else moment.date()


def _months_ago(now: datetime, count: int) -> date:
    """The same day of that month, or its last one."""
    months = now.year * 12 + now.month - 1 - count
    following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return min(date(months // 12, months % 12 + 1, 1) + timedelta(days=now.day - 1), following - timedelta(days=1))


_AGO: dict[str, Callable[[datetime, int], date]] = {
    "h": lambda now, n: (now - timedelta(hours=n)).date(),
    "d": lambda now, n: now.date() - timedelta(days=n),
    "w": lambda now, n: now.date() - timedelta(weeks=n),
    "m": _months_ago,
    "y": lambda now, n: _months_ago(now, 12 * n),
}
