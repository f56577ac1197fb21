"""What the history's window says, row by row, beside what the terminal says as well."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from trayapp.core.incident.incident import Incident
from trayapp.core.journal.days import Stretch
from trayapp.core.journal.history import Month, day_of
from trayapp.core.light.severity import Light
from trayapp.text.history import cause_line, lasted, moment, title_line
from trayapp.text.language import N_, _, ngettext
from trayapp.text.numbers import decimal
from trayapp.text.page_words import STAGES
from trayapp.text.times import answer_time, day_month, duration
from trayapp.text.trim import clean

UPDATE_LIMIT = 2000
"""Characters of one update: all that is kept."""

_WORST = {
    Light.GREEN: N_("{n} fine"),
    Light.YELLOW: N_("{n} impaired"),
    Light.RED: N_("{n} with an outage"),
    Light.GREY: N_("{n} unknown"),
    None: N_("{n} not watched"),
}


def percent(month: Month) -> str:
    """The observed uptime, rounded down: "99.95 %"; a dash where nothing was observed."""
    return "–" if month.uptime is None else _("{percent} %", percent=decimal(int(month.uptime * 10_000) / 100, 2))


def answers(month: Month) -> str:
    """ "0.2 s, 1.4 s": half and 95 % of the answers to probes, as far as enough were measured."""
    known = (seconds for seconds in (month.answer_p50_s, month.answer_p95_s) if seconds is not None)
    return ", ".join(map(answer_time, known))


def month_name(month: str) -> str:
    """ "Feb 2026"."""
    return _("{month} {year}", month=day_month(date.fromisoformat(f"{month}-01"))[1], year=month[:4])


def days_summary(days: Sequence[Stretch]) -> str:
    """A strip for those who hear it: "90 days: 85 fine, 3 impaired, 1 with an outage, 1 not watched"."""
    return ngettext("{n} day", "{n} days", len(days)) + f": {_counted(days)}"


def hours_summary(hours: Sequence[Stretch]) -> str:
    """The same of the last hours."""
    return ngettext("{n} hour", "{n} hours", len(hours)) + f": {_counted(hours)}"


def _counted(stretches: Sequence[Stretch]) -> str:
    counts = {light: sum(one.light is light for one in stretches) for light in _WORST}
    return ", ".join(_(_WORST[light], n=count) for light, count in counts.items() if count)


def day_line(day: Stretch) -> str:
    """ "3 Feb 2026: up 20 h 41 min, down 3 h 19 min"."""
    date_ = day_of(day.number)
    number, month = day_month(date_)
    return _("{day} {month} {year}", day=number, month=month, year=date_.year) + f": {_inside(day)}"


def hour_line(hour: Stretch) -> str:
    """ "22:00 to 23:00: down 41 min"."""
    begins = datetime.fromtimestamp(hour.number * 3600, UTC).astimezone()
    until = begins + timedelta(hours=1)
    return _("{begin} to {end}", begin=f"{begins:%H:%M}", end=f"{until:%H:%M}") + f": {_inside(hour)}"


def whole_story(incident: Incident, services: str) -> str:
    """Title, services, length, cause and every update of the provider's, newest first."""
    first = f"{moment(incident.started_at)}  {services}"
    long = lasted(incident)
    lines = [title_line(incident), f"{first}, {long}" if long else first]
    if long:
        lines.append(cause_line(incident))
    for one in incident.updates:
        text = clean(one.text, UPDATE_LIMIT)
        lines += ["", _("{time}, {stage}: {text}", time=moment(one.at), stage=_(STAGES[one.stage]), text=text)]
    return "\n".join(lines)


def _inside(one: Stretch) -> str:
    spent = [
        f"{what} {duration(seconds)}"
        for what, seconds in (
            (_("up"), one.up_s),
            (_("impaired"), one.impaired_s),
            (_("down"), one.down_s),
            (_("could not tell"), one.unknown_s),
            (_("own network away"), one.offline_s),
        )
        if seconds >= 1.0
    ]
    return ", ".join(spent) if spent else _("nobody was watching")
