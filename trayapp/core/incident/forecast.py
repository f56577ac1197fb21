"""How long an outage still takes, and whether more come after it, from the page's own past or from what is published.

It says how many outages it rests on, gives a range that half of them fall into, and nothing where it does not know.
"""

import math
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from itertools import compress

from msgspec import Struct

from trayapp.core.incident.past import Outage, PastIncident, outages
from trayapp.core.incident.priors import prior, prior_remaining
from trayapp.core.incident.remaining import Remaining, recency, remaining

# Fewer than these say less than what is published of others.
ENOUGH_OUTAGES = 20
# A part of a service has its own pace (a login is back sooner than a model), which it takes more to know.
ENOUGH_OF_COMPONENT = 40
# Before that the provider was another one: other machines, other crews, another way to write a page.
TOO_OLD_S = 2 * 365 * 86400.0
AGAIN_WITHIN_S = 86400.0
# How often there are any changes sooner than how long they take: half of Anthropic's until 2024 were followed by
# another, and with the 60 of the durations a third was said to be.
AGAIN_HALF_LIFE_OUTAGES = 20.0
# What people say when they do not know exactly. Minutes.
_SAID_MIN = (
    1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300, 360, 480, 600, 720, 960, 1200,
    1440, 2160, 2880, 4320, 5760, 7200, 10080,
)  # fmt: skip


class Basis(StrEnum):
    """Whose past a forecast rests on."""

    COMPONENT = "component"
    PROVIDER = "provider"
    PUBLISHED = "published"


_ENOUGH = {Basis.COMPONENT: ENOUGH_OF_COMPONENT, Basis.PROVIDER: ENOUGH_OUTAGES}


class Forecast(Struct, frozen=True):
    """What can be said of an open outage. All times are seconds from now on, no more exact than they are known.

    Half of such outages end within `median_s`; the middle half between `low_s` and `high_s`. It rests on `outages`
    past ones, of which `alike` lasted longer than this one has. `again`: the share, to a tenth, of the provider's past
    outages which another followed until a day after their end; None where that is not known.
    """

    basis: Basis
    outages: int
    alike: int
    low_s: float
    median_s: float
    high_s: float
    again: float | None = None


def half_over_s(forecasts: Iterable[Forecast | None]) -> float | None:
    """Within which time half of such outages are over altogether: that of the one that takes longest, in seconds.

    None where nothing is known of one of them.
    """
    known = [0.0 if forecast is None else forecast.median_s for forecast in forecasts]
    return max(known) if known and all(known) else None


class Past:
    """The past of one provider, as its page tells it. What is not known of it stands in what is published.

    `incidents`: all that the page still tells, in any order.
    """

    def __init__(self, provider: str, incidents: Iterable[PastIncident] = ()) -> None:
        self._prior = prior(provider)
        self._incidents = tuple(incidents)
        self._outages: dict[frozenset[str] | None, tuple[Outage, ...]] = {}

    def forecast(self, components: Collection[str], started_at: float, now: float) -> Forecast | None:
        """What to expect of an outage of these components of the page since `started_at`; None: nothing is known."""
        age_s = now - started_at
        if age_s < 0.0:
            return None
        provider = self._known(None, now)
        again = _again(provider, now)
        of_component = self._known(frozenset(components), now)
        known = ((Basis.COMPONENT, _durations_s(of_component)), (Basis.PROVIDER, _durations_s(provider)))
        own = [(basis, told) for basis, told in known if len(told) >= _ENOUGH[basis]]
        if not own:
            return _said(Basis.PUBLISHED, self._prior.outages, prior_remaining(self._prior, age_s), again)
        # How long its longest take is known from nobody else: in made histories the middle half of what others' tails
        # said, where its own past was silent after twelve hours, held a third.
        for basis, told in own:
            if (left := remaining(told, age_s)) is not None:
                return _said(basis, len(told), left, again)
        return None

    def _known(self, components: frozenset[str] | None, now: float) -> list[Outage]:
        """What has ended by now and is not too old, in the order in which it ended."""
        if components not in self._outages:
            self._outages[components] = tuple(
                sorted(outages(self._incidents, components), key=lambda outage: outage.ended_at)
            )
        return [outage for outage in self._outages[components] if now - TOO_OLD_S <= outage.ended_at <= now]


def _durations_s(known: Iterable[Outage]) -> list[float]:
    return [outage.duration_s for outage in known if outage.duration_s is not None]


def _again(known: Sequence[Outage], now: float) -> float | None:
    """The share of outages that another followed within a day of their end, to a tenth; None: too few."""
    starts = sorted(outage.started_at for outage in known)
    followed = [
        bisect_right(starts, outage.ended_at + AGAIN_WITHIN_S) > bisect_right(starts, outage.started_at)
        for outage in known
        if outage.ended_at + AGAIN_WITHIN_S <= now
    ]
    if len(followed) < ENOUGH_OUTAGES:
        return None
    weights = recency(len(followed), AGAIN_HALF_LIFE_OUTAGES)
    return round(sum(compress(weights, followed)) / sum(weights), 1)


def _said(basis: Basis, counted: int, left: Remaining | None, again: float | None) -> Forecast | None:
    if left is None:
        return None
    low, median, high = (_place(seconds) for seconds in (left.low_s, left.median_s, left.high_s))
    if low == high:
        # No past is so regular that a range is one figure.
        low, high = max(0, low - 1), min(len(_SAID_MIN) - 1, high + 1)
    low_s, median_s, high_s = (60.0 * _SAID_MIN[at] for at in (low, median, high))
    return Forecast(basis, counted, left.alike, low_s, median_s, high_s, again)


def _place(seconds: float) -> int:
    """Where the figure stands that people would say, the nearest by proportion."""
    minutes = max(seconds / 60.0, _SAID_MIN[0])
    return min(range(len(_SAID_MIN)), key=lambda at: abs(math.log(minutes / _SAID_MIN[at])))
