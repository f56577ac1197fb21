"""The history out of a journal, whether or not somebody is writing it."""

import math
from collections.abc import Iterator, Mapping
from datetime import date
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
    day_number,
    day_of,
    months,
    whole,
)
from trayapp.core.journal.tally import Tally
from trayapp.errors import Problem
from trayapp.store.journal_file import Tables
from trayapp.store.journal_reading import Reader, reading


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
        of_days = list(reader.values(Tables.DAY, first_day, name=service))
        incidents = [
            one
            for _, _, one in reader.values(Tables.INCIDENT)
            if (service is None or service in one.services) and _until(one) >= begin
        ]
        news_from = None if since is None else round(begin * 1000)
        first = _first(reader, of_days, begin, now, utc_offset_s)
        today = int((now + utc_offset_s(now)) // DAY_S)
        return History(
            months=months(of_days, first, now, utc_offset_s),
            incidents=tuple(sorted(incidents, key=lambda one: (one.started_at, one.id))),
            changes=tuple(_news(reader, Tables.CHANGE, news_from, service)) if changes else (),
            switches=tuple(_news(reader, Tables.SWITCH, news_from, provider)),
            local_answers=tuple(
                LocalAnswers(day_of(day).isoformat(), whose, count.n)
                for day, whose, count in reader.values(Tables.ANSWERED, first_day, name=provider)
            ),
            days=strips(of_days, first_day, today) if days and first_day is not None else {},
            whole=whole(of_days, first, now) if days else (),
            lost_hours=_lost_hours(reader, [day for day, _, _ in of_days if day >= FIRST_DAY], now),
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
        return strips(reader.values(Tables.HOUR, first, last), first, last)


def _lost_hours(reader: Reader, days: list[int], now: float) -> int:
    """Of a table that does not even tell its ends all hours of all years are lost; before the first of the `days` that
    are known, wherever on earth that began, there was nothing to lose."""
    lost, first = reader.lost, 24 * (min(days, default=0) - 1)
    known = sum(first <= hour <= now // 3600 for hour in lost.hours)
    return max(known, min(1, len(lost.hours) + lost.records + len(lost.tables)))


def _until(incident: Incident) -> float:
    """Until when an outage is known to have lasted."""
    if incident.ended_at is not None:
        return incident.ended_at
    return (incident.ended_from or incident.started_at) if incident.stage is IncidentStage.OVER else math.inf


def _news(reader: Reader, table: Tables, since: int | None, name: str | None = None) -> Iterator[Any]:
    return (value for _, _, value in reader.values(table, since, name=name))


def _first(
    reader: Reader, of_days: list[tuple[int, str, Tally]], begin: float, now: float, utc_offset_s: UtcOffset
) -> dict[str, float]:
    """When the record of each service begins, in Unix seconds: so long before the end of its first hour as is known of
    that; with its day, where that hour is lost. What a clock gone back says is no beginning."""
    first_days: dict[str, int] = {}
    for day, name, _ in of_days:
        if day >= FIRST_DAY:
            first_days.setdefault(name, day)
    first: dict[str, float] = {}
    for day in sorted(set(first_days.values())):
        # A calendar's day lies within these hours, wherever on earth.
        for hour, name, tally in reader.values(Tables.HOUR, max(int(begin // 3600), (day - 1) * 24), (day + 2) * 24):
            if first_days.get(name) == day and name not in first:
                known_s = (tally.told_ms + tally.grey_ms + tally.offline_ms) / 1000
                first[name] = max(begin, hour * 3600.0, min(now, (hour + 1) * 3600.0) - known_s)
    of_day = {name: max(begin, begins_at(day, utc_offset_s)) for name, day in first_days.items()}
    return of_day | first
