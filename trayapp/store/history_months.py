"""What of a history is summed up by month: from the sums that are kept, and from the days of months that have none."""

from collections.abc import Iterable

from trayapp.core.journal.tally import Tally
from trayapp.store.journal_months import KNOWN_DAYS, first_of_month, following
from trayapp.store.journal_reading import Reader, Wanted
from trayapp.store.journal_tables import Tables

OfService = tuple[int, str, Tally]
"""A day since 1970, a service, and how it fared."""


def by_month(
    reader: Reader, service: str | None, first_day: int | None, today: int, days: list[OfService] | None
) -> list[OfService]:
    """By the first day of each month from `first_day` on. `days`: all of them, where they were read already."""
    kept = _kept(reader, service, first_day, first_of_month(min(max(0, today), KNOWN_DAYS[-1])))
    read = _days(reader, service, first_day, kept) if days is None else iter(days)
    sums: dict[tuple[int, str], Tally] = {}
    for day, name, tally in read:
        month = first_of_month(day) if day in KNOWN_DAYS else day
        if month not in kept:
            sums.setdefault((month, name), Tally()).add(tally)
    found = [(month, name, tally) for month, its in kept.items() for name, tally in its.items()]
    return sorted([*found, *((*key, tally) for key, tally in sums.items())], key=lambda one: one[:2])


def _kept(reader: Reader, service: str | None, first_day: int | None, this_month: int) -> dict[int, dict[str, Tally]]:
    """The sums of all months that are over, whole, and asked for from their first day on."""
    kept: dict[int, dict[str, Tally]] = {}
    counts = {
        month: tally.good for month, _, tally in reader.values(Tables.MONTH, Wanted(first_day, this_month - 1, ""))
    }
    for month, name, tally in reader.values(Tables.MONTH, Wanted(first_day, this_month - 1, service)):
        kept.setdefault(month, {})[name] = tally
    for its in kept.values():
        its.pop("", None)
    wanted = counts if service is None else dict.fromkeys(counts, 1)
    return {month: kept[month] for month, count in wanted.items() if len(kept.get(month, ())) == count}


def _days(reader: Reader, service: str | None, first_day: int | None, kept: Iterable[int]) -> Iterable[OfService]:
    """All days but those of months whose sums are kept."""
    begin = first_day
    for month in sorted(kept):
        if begin is None or begin < month:
            yield from reader.values(Tables.DAY, Wanted(begin, month - 1, service))
        begin = following(month)
    yield from reader.values(Tables.DAY, Wanted(begin, name=service))
