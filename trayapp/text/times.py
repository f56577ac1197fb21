"""Durations and times of day, as people say them."""

import math
from datetime import UTC, date, datetime, timedelta

from trayapp.text.language import N_, _
from trayapp.text.numbers import decimal

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400
_JUST_NOW_S = 5
# Below this "0.0 s" would be said.
_AT_ONCE_S = 0.05
SAID_FROM_S = 1.0
"""Whoever looks once sees everything begin at that moment: "0 s" tells nothing."""
_OF_ANOTHER_YEAR = timedelta(days=182)
"""From here on a day without its year is taken for the one that is nearer."""
_MONTHS = (
    N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
    N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec"),
)  # fmt: skip


def duration(seconds: float) -> str:
    """Whole units, the two largest: "40 s", "18 min", "3 h 19 min", "2 d 4 h". Seconds only below a minute."""
    whole = max(0, int(seconds))
    days, hours, minutes = whole // _DAY_S, whole % _DAY_S // _HOUR_S, whole % _HOUR_S // _MINUTE_S
    if days:
        return _("{days} d {hours} h", days=days, hours=hours) if hours else _("{days} d", days=days)
    if hours:
        return _("{hours} h {minutes} min", hours=hours, minutes=minutes) if minutes else _("{hours} h", hours=hours)
    if minutes:
        return _("{minutes} min", minutes=minutes)
    return _("{seconds} s", seconds=whole)


def ago(seconds: float) -> str:
    """ "6 min ago", "just now"."""
    return _("{duration} ago", duration=duration(seconds)) if seconds >= _JUST_NOW_S else _("just now")


def clock_time(moment: datetime) -> str:
    """The local time of day of an aware moment: "22:04"."""
    return moment.astimezone().strftime("%H:%M")


def day_month(day: date) -> tuple[int, str]:
    """The day of the month and the month's short name: (3, "Feb")."""
    return day.day, _(_MONTHS[day.month - 1])


def day_time(moment: datetime, now: datetime) -> str:
    """The time of day, with the date when the moment is not of the last twelve hours or of today, and with the year
    when it is far."""
    here, today = moment.astimezone(), now.astimezone()
    if here.date() == today.date() or timedelta(0) <= today - here < timedelta(hours=12):
        return clock_time(moment)
    number, month = day_month(here)
    if abs(today - here) > _OF_ANOTHER_YEAR:
        return _("{day} {month} {year}, {time}", day=number, month=month, year=here.year, time=clock_time(moment))
    return _("{day} {month}, {time}", day=number, month=month, time=clock_time(moment))


def answer_time(seconds: float) -> str:
    """How long an answer took: "0.7 s", from ten seconds on "12 s", and "under 0.1 s" where that would be nothing."""
    if seconds < _AT_ONCE_S:
        return _("under {seconds} s", seconds=decimal(0.1, 1))
    return _("{seconds} s", seconds=decimal(seconds, 1 if seconds < 10 else 0))


def in_time(seconds: float) -> str:
    """How long an answer took, in a sentence: "in 0.7 s", or "at once" where the first digit says nothing."""
    return _("in {time}", time=answer_time(seconds)) if seconds >= _AT_ONCE_S else _("at once")


def waiting_time(seconds: float) -> str:
    """How long one has to wait, never promised too short: "3 s", "2 min"."""
    return duration(max(1, math.ceil(seconds)))


def wall_time(at: float, wall_offset_s: float) -> datetime:
    """The aware wall time of the steady moment `at`."""
    return datetime.fromtimestamp(at + wall_offset_s, UTC)


def since(at: float, now: float, wall_offset_s: float) -> str:
    """Both ways of saying it: "since 22:04, 18 min". Steady seconds."""
    time = day_time(wall_time(at, wall_offset_s), wall_time(now, wall_offset_s))
    return _("since {time}, {duration}", time=time, duration=duration(now - at))
