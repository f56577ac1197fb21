"""The history for a terminal."""

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import groupby

from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.journal.batch import By, Switched
from trayapp.core.journal.history import History, LocalAnswers, Month
from trayapp.core.switching.route import To
from trayapp.text.language import _, ngettext
from trayapp.text.names import name
from trayapp.text.numbers import decimal
from trayapp.text.times import duration, in_time
from trayapp.text.trim import clean

TITLE_LIMIT = 90
CAUSE_LIMIT = 300
"""Characters: what a page says is theirs, and a line is a line."""
LOST_DAYS_NAMED = 7


def lines(history: History, names: Mapping[str, str], *, narrowed: bool = False) -> Iterator[str]:
    """All of it, for a person. `names`: of services and providers by id; one that is gone is called by its id.
    `narrowed`: only a part was asked for.
    """

    def of(ident: str) -> str:
        return name(names.get(ident, ident))

    yield from lost_lines(history)
    if not history.months and not history.incidents and not history.switches:
        yield (
            _("Nothing of that was seen. All that there is shows: llm-ampel history")
            if narrowed
            else _("There is no history yet: it grows while LLM Ampel is running.")
        )
        return
    yield _("As observed by this computer; what it did not see does not count, what you set aside does.")
    for service, months in groupby(history.months, key=lambda one: one.service):
        yield ""
        yield of(service)
        for month in months:
            first, *more = month_lines(month)
            yield f"  {month.month}: {first}"
            yield from (f"      {line}" for line in more)
    yield from _block(
        _("Outages"),
        (_incident(one, ", ".join(map(of, one.services)) or of(one.provider)) for one in history.incidents),
    )
    yield from _block(
        _("Switches"), (f"{moment(one.at)}  {switch_line(one, of(one.provider))}" for one in history.switches)
    )
    answered = (
        f"{one.day}  {of(one.provider)}: " + ngettext("{n} request", "{n} requests", one.answers)
        for one in history.local_answers
    )
    yield from _block(_("Answered locally"), answered)


def lost_lines(history: History) -> Iterator[str]:
    """That something is lost, or cannot be read any more."""
    days = history.lost_days
    if days:
        named = ", ".join(days[:LOST_DAYS_NAMED])
        more = len(days) - LOST_DAYS_NAMED
        if more > 0:
            named = ngettext("{days} and {n} more day", "{days} and {n} more days", more, days=named)
        yield _("Lost by damage to the file, in part: {days}.", days=named)
    if history.lost_undated:
        yield _("The file is damaged, and not of all that it lost can be told when that was.")


def answered_line(one: LocalAnswers, provider: str) -> str:
    """ "OpenAI: 12 requests answered locally"."""
    count = ngettext("{n} request answered locally", "{n} requests answered locally", one.answers)
    return f"{provider}: {count}"


def forget_warning(service: str) -> str:
    """What deleting means, before it is done."""
    return _("The history of {name} is deleted for good. This cannot be undone.", name=name(service))


def forget_question(service: str | None) -> str:
    if service is None:
        return _("Delete the whole history for good? Type yes: ")
    return _("Delete the history of {name} for good? Type yes: ", name=name(service))


def forgotten(service: str | None) -> str:
    if service is None:
        return _("The history is deleted.")
    return _("The history of {name} is deleted.", name=name(service))


def nothing_forgotten() -> str:
    return _("Nothing was deleted.")


def _block(title: str, rows: Iterator[str]) -> Iterator[str]:
    some = list(rows)
    if some:
        yield ""
        yield title
        yield from (f"  {row}" for row in some)


def month_lines(month: Month) -> Iterator[str]:
    """What one service was like in one month, or in the whole time: what counts first, then what does not, and how
    quickly it answered."""
    yield uptime(month)
    apart = not_counted(month)
    if apart:
        yield _("not counted: {list}", list=apart)
    yield from _delays(_("answers"), month.answer_p50_s, month.answer_p95_s)
    yield from _delays(_("first token"), month.first_token_p50_s, month.first_token_p95_s)


def uptime(month: Month) -> str:
    """ "up 99.95 % of 27 d 3 h, down 20 min"."""
    if month.uptime is None:
        return _("nothing observed")
    # Rounded down: 100 % is said only where there was no outage.
    percent = decimal(math.floor(month.uptime * 10_000) / 100, 2)
    rest = "".join(
        f", {what} {duration(seconds)}"
        for what, seconds in ((_("down"), month.down_s), (_("impaired"), month.impaired_s))
        if seconds >= 1.0
    )
    return _("up {percent} % of {observed}{rest}", percent=percent, observed=duration(month.observed_s), rest=rest)


def not_counted(month: Month) -> str:
    """The time that nobody could tell, with the reasons; empty where there is none."""
    return ", ".join(
        f"{what} {duration(seconds)}"
        for what, seconds in (
            (_("own network away"), month.offline_s),
            (_("asleep or not running"), month.unwatched_s),
            (_("could not tell"), month.unknown_s),
        )
        if seconds >= 60.0
    )


def _delays(what: str, middle_s: float | None, late_s: float | None) -> Iterator[str]:
    if middle_s is not None and late_s is None:
        yield _("{what}: half {middle}", what=what, middle=in_time(middle_s))
    elif middle_s is not None and late_s is not None:
        yield _("{what}: half {middle}, 95 % {late}", what=what, middle=in_time(middle_s), late=in_time(late_s))


def title_line(incident: Incident) -> str:
    """The provider's title, or that it said nothing."""
    return clean(incident.title, TITLE_LIMIT) if incident.title else _("no word from its page")


def lasted(incident: Incident) -> str:
    """How long it took: "3 h 19 min", "2 h to 3 h" where nobody saw the end; empty while it goes on."""
    if incident.ended_at is None:
        if incident.stage is not IncidentStage.OVER:
            return ""
        if incident.ended_from is None:
            return _("end not seen")
        return _("{least} at least, end not seen", least=duration(incident.ended_from - incident.started_at))
    if incident.ended_from is not None and incident.ended_at - incident.ended_from >= 60.0:
        least, most = incident.ended_from - incident.started_at, incident.ended_at - incident.started_at
        return _("{least} to {most}", least=duration(least), most=duration(most))
    return duration(incident.ended_at - incident.started_at)


def cause_line(incident: Incident) -> str:
    """The cause as the provider states it, or that it did not."""
    cause = clean(incident.cause, CAUSE_LIMIT) if incident.cause else None
    return _("Cause: {cause}.", cause=cause.rstrip(".")) if cause else _("Cause not stated.")


def _incident(incident: Incident, services: str) -> str:
    began = f"{moment(incident.started_at)}  {services}: {title_line(incident)}"
    return f"{began} ({long}). {cause_line(incident)}" if (long := lasted(incident)) else began


def switch_line(switch: Switched, provider: str) -> str:
    """ "OpenAI to the local LLM, by hand"."""
    to = _("to the local LLM") if switch.to is To.LOCAL else _("to the cloud")
    by = _("by hand") if switch.by is By.HAND else _("by itself")
    answered = ngettext("{n} request answered locally", "{n} requests answered locally", switch.answered)
    told = f", {answered}" if switch.answered else ""
    return f"{provider} {to}, {by}{told}"


def moment(at: float) -> str:
    """Of any year, in the local calendar: "2026-02-03 22:04"."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
