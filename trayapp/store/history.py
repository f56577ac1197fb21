"""The history out of a journal, whether or not somebody is writing it."""

import math
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.journal.days import Stretch, strips
from trayapp.core.journal.history import (
    DAY_S,
    FIRST_DAY,
    History,
    LocalAnswers,
    UtcOffset,
    begins_at,
    day_name,
    day_number,
    day_of,
    months,
    whole,
)
from trayapp.errors import Problem
from trayapp.store.history_months import OfService, by_month
from trayapp.store.journal_months import KNOWN_DAYS, following
from trayapp.store.journal_reading import Reader, Wanted, reading
from trayapp.store.journal_tables import LASTING, LASTING_S, Tables


def read_history(
    file: Path,
    service: str | None,
    since: date | None,
    now: float,
    utc_offset_s: UtcOffset,
    *,
    provider: str | None = None,
    changes: bool = True,
    days: bool = False,
) -> History:
    """What there is of this service, or of all, from the local day `since` on. Raises Problem("journal_unreadable").

    `provider`: whose switches and local answers these are; None for all. `now` in Unix seconds. `changes`: with every
    change of a verdict, of which there are thousands a year. `days`: with what each day since then was like.
    """
    if not file.exists():
        return History()
    with reading(file) as reader:
        if reader is None:
            raise Problem("journal_unreadable", path=str(file))
        first_day = None if since is None else day_number(since)
        begin = 0.0 if first_day is None else begins_at(first_day, utc_offset_s)
        today = int((now + utc_offset_s(now)) // DAY_S)
        of_days = list(reader.values(Tables.DAY, Wanted(first_day, name=service))) if days else None
        of_months = by_month(reader, service, first_day, today, of_days)
        first = _first(reader, of_months, begin, now, utc_offset_s)
        news_from = None if since is None else round(begin * 1000)
        return History(
            months=months(of_months, first, now, utc_offset_s),
            incidents=_incidents(reader, service, begin),
            changes=tuple(_news(reader, Tables.CHANGE, news_from, service)) if changes else (),
            switches=tuple(_news(reader, Tables.SWITCH, news_from, provider)),
            local_answers=tuple(
                LocalAnswers(day_of(day).isoformat(), whose, count.n)
                for day, whose, count in reader.values(Tables.ANSWERED, Wanted(first_day, name=provider))
            ),
            days=strips(of_days, first_day, today) if of_days is not None and first_day is not None else {},
            whole=whole(of_months, first, now) if days else (),
            lost_days=tuple(map(day_name, sorted(_lost_days(reader, first_day, of_months, today)))),
            lost_undated=bool(reader.lost.records or reader.lost.tables or reader.lost.book),
        )


def read_hours(file: Path, now: float, count: int) -> Mapping[str, tuple[Stretch, ...]]:
    """What each of the latest hours of UTC was like, by service; nothing where nothing can be read."""
    if not file.exists():
        return {}
    with reading(file) as reader:
        if reader is None:
            return {}
        last = int(now // 3600)
        first = last - count + 1
        return strips(reader.values(Tables.HOUR, Wanted(first, last)), first, last)


def _incidents(reader: Reader, service: str | None, begin: float) -> tuple[Incident, ...]:
    """Those that lasted until `begin` or longer, oldest first."""
    since = round((begin - LASTING_S) * 1000) if begin else None
    lasting = reader.values(Tables.INCIDENT, Wanted(until=since - 1, part=LASTING)) if since is not None else ()
    found = (one for _, _, one in chain(lasting, reader.values(Tables.INCIDENT, Wanted(since))))
    told = (one for one in found if (service is None or service in one.services) and _until(one) >= begin)
    return tuple(sorted(told, key=lambda one: (one.started_at, one.id)))


def _lost_days(reader: Reader, first_day: int | None, of_months: list[OfService], today: int) -> set[int]:
    """Of which something is known to be lost, or cannot be read. A table that does not even tell its ends may have any
    day; before the first that is known, wherever on earth that began, there was nothing to lose."""
    booked = [(day, one.lost) for day, _, one in reader.values(Tables.BOOK, Wanted(first_day))]
    known = [day for day in (*(day for day, _ in booked), *(month for month, _, _ in of_months)) if day >= FIRST_DAY]
    begin = min(known, default=today) - 1
    unread = {day for day in reader.lost.days if max(begin, first_day or begin) <= day <= today + 1}
    return unread | {day for day, lost in booked if lost}


def _until(incident: Incident) -> float:
    """Until when an outage is known to have lasted."""
    if incident.ended_at is not None:
        return incident.ended_at
    return (incident.ended_from or incident.started_at) if incident.stage is IncidentStage.OVER else math.inf


def _news(reader: Reader, table: Tables, since: int | None, name: str | None = None) -> Iterator[Any]:
    return (value for _, _, value in reader.values(table, Wanted(since, name=name)))


def _first(
    reader: Reader, of_months: list[OfService], begin: float, now: float, utc_offset_s: UtcOffset
) -> dict[str, float]:
    """When the record of each service begins, in Unix seconds: so long before the end of its first hour as is known of
    that; with its day, where that hour is lost. What a clock gone back says is no beginning."""
    first_months: dict[str, int] = {}
    for month, name, _ in of_months:
        if month in KNOWN_DAYS:
            first_months[name] = min(month, first_months.get(name, month))
    first_day = max(FIRST_DAY, int(begin // DAY_S) - 1)
    first_days: dict[str, int] = {}
    for month in sorted(set(first_months.values())):
        for record in reader.records(Tables.DAY, Wanted(max(month, first_day), following(month) - 1)):
            if first_months.get(record.name) == month:
                first_days.setdefault(record.name, record.at)
    first: dict[str, float] = {}
    for day in sorted(set(first_days.values())):
        waited_for = {name for name, its in first_days.items() if its == day}
        # A calendar's day lies within these hours, wherever on earth.
        for hour in range(max(int(begin // 3600), (day - 1) * 24), (day + 2) * 24 + 1):
            if not waited_for:
                break
            for _, name, tally in reader.values(Tables.HOUR, Wanted(hour, hour)):
                if name in waited_for:
                    known_s = (tally.told_ms + tally.grey_ms + tally.offline_ms) / 1000
                    first[name] = max(begin, hour * 3600.0, min(now, (hour + 1) * 3600.0) - known_s)
                    waited_for.discard(name)
    of_day = {name: max(begin, begins_at(day, utc_offset_s)) for name, day in first_days.items()}
    return of_day | first
