"""The past as this machine saw it, summed up by service and calendar month.

Only time in which it could be told how a service fares counts; what does not is shown beside it, by its reason.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from msgspec import Struct

from trayapp.core.delays import quantile
from trayapp.core.incident.incident import Incident
from trayapp.core.journal.batch import Switched
from trayapp.core.journal.days import Stretch
from trayapp.core.journal.tally import Tally
from trayapp.core.light.verdicts import Transition

DAY_S = 86_400
FIRST_DAY = 20_416
"""Late in 2025, before there was a program: a clock that says less is wrong, and nobody was away since then."""
LAST_DAY = 376_000
"""Late in 2999: some systems know no calendar after that."""
ENOUGH_FOR_LATE = 20
"""Of fewer the slowest is all that there is to say of the latest 5 %."""
_EPOCH = date(1970, 1, 1).toordinal()

UtcOffset = Callable[[float], float]
"""What the local calendar is ahead of UTC at a Unix time, in seconds."""


class Month(Struct, frozen=True):
    """One service in one month. `month`: "2026-02". Seconds: `observed_s` = up, impaired (yellow) and down together;
    beside them what could not be told, the own network away, and what nobody watched (asleep, off, not running) from
    the first record of the service on. Delays in seconds, None where none was measured, or too few to know their 95 %;
    of the phases of answers to probes, `first_byte` is what the provider took from the request on.
    """

    service: str
    month: str
    up_s: float
    impaired_s: float
    down_s: float
    unknown_s: float
    offline_s: float
    unwatched_s: float
    good: int
    failed: int
    answer_p50_s: float | None
    answer_p95_s: float | None
    first_token_p50_s: float | None
    first_token_p95_s: float | None
    dns_p50_s: float | None = None
    dns_p95_s: float | None = None
    connect_p50_s: float | None = None
    connect_p95_s: float | None = None
    tls_p50_s: float | None = None
    tls_p95_s: float | None = None
    first_byte_p50_s: float | None = None
    first_byte_p95_s: float | None = None

    @property
    def observed_s(self) -> float:
        return self.up_s + self.impaired_s + self.down_s

    @property
    def uptime(self) -> float | None:
        """The share of the observed time in which it was not down; None where none was observed."""
        return 1.0 - self.down_s / self.observed_s if self.observed_s > 0.0 else None


class LocalAnswers(Struct, frozen=True):
    """How many requests to a provider the local target answered on a day: "2026-02-03"."""

    day: str
    provider: str
    answers: int


class History(Struct, frozen=True):
    """All that was asked for, oldest first; times are Unix seconds. `lost_days`: those of which something is lost, as
    "2026-02-03"; `lost_undated`: something is, and nobody knows of when.

    Where days were asked for: `days` by service, each from the first to the last, and `whole`, all of them together.
    """

    months: tuple[Month, ...] = ()
    incidents: tuple[Incident, ...] = ()
    changes: tuple[Transition, ...] = ()
    switches: tuple[Switched, ...] = ()
    local_answers: tuple[LocalAnswers, ...] = ()
    lost_days: tuple[str, ...] = ()
    lost_undated: bool = False
    days: Mapping[str, tuple[Stretch, ...]] = {}
    whole: tuple[Month, ...] = ()


def day_number(day: date) -> int:
    """Days since 1970."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    return date.fromordinal(number + _EPOCH)


def day_name(number: int) -> str:
    """ "2026-02-03"; of a day that no calendar has, the last one that it has."""
    return day_of(min(max(0, number), date.max.toordinal() - _EPOCH)).isoformat()


def begins_at(day: int, utc_offset_s: UtcOffset) -> float:
    """The first moment of a day of the local calendar, in Unix seconds; of one that was left out, of the next."""
    midnight = float(day * DAY_S)
    if not FIRST_DAY <= day <= LAST_DAY:
        return midnight
    # Where clocks are set at midnight, it is the offset before that or the one after it.
    before, after = utc_offset_s(midnight - DAY_S), utc_offset_s(midnight + DAY_S)
    early, late = midnight - max(before, after), midnight - min(before, after)
    return early if early + utc_offset_s(early) >= midnight else late


def months(
    days: Iterable[tuple[int, str, Tally]], first: Mapping[str, float], now: float, utc_offset_s: UtcOffset
) -> tuple[Month, ...]:
    """By service and month, from tallies by day, without a gap: also where nobody watched for a month. `first`: since
    when each service is asked for, and `now`: until when there can be records, both in Unix seconds."""
    sums: dict[tuple[str, str], Tally] = {}
    for number, service, tally in days:
        if 0 <= number < date.max.toordinal() - _EPOCH:
            sums.setdefault((service, f"{day_of(number):%Y-%m}"), Tally()).add(tally)
    for service in {service for service, _ in sums}:
        # Not those that only a wrong clock knows.
        seen = sorted(month for name, month in sums if name == service and _month_of(FIRST_DAY * DAY_S) <= month)
        until = min(seen[-1], _month_of(now)) if seen else ""
        month = seen[0] if seen else ""
        while month < until:
            sums.setdefault((service, month), Tally())
            month = f"{_following(month):%Y-%m}"
    return tuple(_month(*key, sums[key], first.get(key[0], now), now, utc_offset_s) for key in sorted(sums))


def _month_of(at: float) -> str:
    return f"{day_of(min(int(at // DAY_S), LAST_DAY)):%Y-%m}"


def _following(month: str) -> date:
    """When the month after this one begins."""
    begins = date.fromisoformat(f"{month}-01")
    return date(begins.year + begins.month // 12, begins.month % 12 + 1, 1) if begins.year < date.max.year else date.max


def whole(days: Iterable[tuple[int, str, Tally]], first: Mapping[str, float], now: float) -> tuple[Month, ...]:
    """As `months`, of all the days together: `month` is empty."""
    sums: dict[str, Tally] = {}
    for _, service, tally in days:
        sums.setdefault(service, Tally()).add(tally)
    return tuple(_summed(name, "", sums[name], now - first.get(name, now)) for name in sorted(sums))


def _month(service: str, month: str, tally: Tally, first: float, now: float, utc_offset_s: UtcOffset) -> Month:
    begins, ends = date.fromisoformat(f"{month}-01"), _following(month)
    # Between two moments, and not by the calendar: in spring a day has 23 hours.
    until = min(now, begins_at(day_number(ends), utc_offset_s))
    return _summed(service, month, tally, until - max(first, begins_at(day_number(begins), utc_offset_s)))


def _summed(service: str, month: str, tally: Tally, all_s: float) -> Month:
    seen_s = (tally.told_ms + tally.grey_ms + tally.offline_ms) / 1000
    return Month(
        service,
        month,
        up_s=tally.green_ms / 1000,
        impaired_s=tally.yellow_ms / 1000,
        down_s=tally.red_ms / 1000,
        unknown_s=tally.grey_ms / 1000,
        offline_s=tally.offline_ms / 1000,
        # A clock that was set back lets an hour have more than 60 minutes.
        unwatched_s=max(0.0, all_s - seen_s),
        good=tally.good,
        failed=tally.failed,
        answer_p50_s=quantile(tally.answers, 0.5),
        answer_p95_s=_late(tally.answers),
        first_token_p50_s=quantile(tally.first_tokens, 0.5),
        first_token_p95_s=_late(tally.first_tokens),
        dns_p50_s=quantile(tally.dns, 0.5),
        dns_p95_s=_late(tally.dns),
        connect_p50_s=quantile(tally.connects, 0.5),
        connect_p95_s=_late(tally.connects),
        tls_p50_s=quantile(tally.tls, 0.5),
        tls_p95_s=_late(tally.tls),
        first_byte_p50_s=quantile(tally.first_bytes, 0.5),
        first_byte_p95_s=_late(tally.first_bytes),
    )


def _late(counts: Mapping[int, int]) -> float | None:
    """What 95 % do not exceed."""
    return quantile(counts, 0.95) if sum(counts.values()) >= ENOUGH_FOR_LATE else None
