"""How long a page may say nothing about an outage that goes on before that is news."""

from collections.abc import Iterable
from itertools import pairwise

from trayapp.core.evidence.page_report import PageIncident, PageStage

NEWS_AFTER_S = 70 * 60.0
"""Where nobody knows how often a page is written on: those that are looked after have a word within the hour."""
TIMES_USUAL = 3.0
"""A gap that is twice the usual comes in every other outage; three times is worth a word."""
LEAST_S = 30 * 60.0
MOST_S = 4 * 3600.0
"""A page that writes every five minutes may pause for lunch, and one that writes once a day is silent all the same."""
GAPS_AT_LEAST = 10
"""Fewer gaps than that are no habit."""

_AT_IT = frozenset({PageStage.INVESTIGATING, PageStage.IDENTIFIED})


def is_at_it(stage: PageStage | None) -> bool:
    """Whether a page at this stage owes the next word; None where it has not said any."""
    return stage is None or stage in _AT_IT


def usual_gap_s(incidents: Iterable[PageIncident]) -> float | None:
    """The median time between an update while they were at it and the next one; None where too few are known."""
    gaps = sorted(
        later.at - earlier.at
        for incident in incidents
        if not incident.maintenance
        for later, earlier in pairwise(incident.updates)
        if earlier.stage in _AT_IT and later.at > earlier.at
    )
    return gaps[(len(gaps) - 1) // 2] if len(gaps) >= GAPS_AT_LEAST else None


def patience_s(usual_s: float | None) -> float:
    """How long a page may be silent, given its usual gap."""
    return NEWS_AFTER_S if usual_s is None else min(MOST_S, max(LEAST_S, TIMES_USUAL * usual_s))
