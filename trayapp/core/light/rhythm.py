"""What is usual at an hour of the week: providers are slower when their users are awake, every week anew.

An hour is one of 168, from Monday 0:00 UTC on, so that no summer time moves it. Delays are counted in buckets, by week:
they add up to little, however busy the tools are.
"""

from msgspec import Struct, field

from trayapp.core.delays import bucket, quantile

HOUR_S = 3600
WEEK_HOURS = 168
# Unix time begins on a Thursday.
_MONDAY_HOURS = 3 * 24
# What was usual a month ago need not be any more.
WEEKS_BACK = 4
# What happened in one week may have been an outage; what happened in two is a habit.
WEEKS_AT_LEAST = 2
# Of a clock that was wrong for a while weeks come in that nobody lived through; they must not push out all others.
WEEKS_KEPT = WEEKS_BACK + 4


class Rhythm(Struct):
    """Delays by hour of the week, week, and bucket. JSON-able as it is; times are Unix seconds."""

    hours: dict[int, dict[int, dict[int, int]]] = field(default_factory=dict)

    def note(self, at: float, seconds: float) -> None:
        """Count a delay."""
        week, hour = _week_and_hour(at)
        weeks = self.hours.setdefault(hour, {})
        counts = weeks.setdefault(week, {})
        number = bucket(seconds)
        counts[number] = counts.get(number, 0) + 1
        if len(weeks) > WEEKS_KEPT:
            del weeks[next(iter(weeks))]

    def usual_s(self, at: float, samples: int) -> float | None:
        """What is usual at this hour by the weeks before, None where there are less than so many samples.

        The lower middle of the weeks' own medians: one bad week out of two makes nothing usual.
        """
        week, hour = _week_and_hour(at)
        weeks = self.hours.get(hour, {})
        before = [counts for number, counts in weeks.items() if 0 < week - number <= WEEKS_BACK]
        if len(before) < WEEKS_AT_LEAST or sum(sum(counts.values()) for counts in before) < samples:
            return None
        medians = sorted(median for counts in before if (median := quantile(counts, 0.5)) is not None)
        return medians[(len(medians) - 1) // 2]


def _week_and_hour(at: float) -> tuple[int, int]:
    return divmod(int(at // HOUR_S) + _MONDAY_HOURS, WEEK_HOURS)
