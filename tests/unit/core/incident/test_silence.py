"""How long a page may say nothing before that is news."""

from collections.abc import Iterable

import pytest
from msgspec import structs

from trayapp.core.evidence.page_report import Impact, PageIncident, PageStage, PageUpdate
from trayapp.core.incident.silence import GAPS_AT_LEAST, LEAST_S, MOST_S, NEWS_AFTER_S, patience_s, usual_gap_s

MINUTE_S = 60.0


def incident(*minutes: float, stage: PageStage = PageStage.INVESTIGATING, maintenance: bool = False) -> PageIncident:
    """Written on at these minutes, at this stage until it was resolved."""
    updates = [PageUpdate(MINUTE_S * at, stage, "We are looking.") for at in minutes]
    updates[-1] = structs.replace(updates[-1], stage=PageStage.RESOLVED)
    return PageIncident(
        "i", "n", PageStage.RESOLVED, Impact.MAJOR, (), updates[0].at, updates[-1].at, None, tuple(updates[::-1]),
        maintenance=maintenance,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("incidents", "gap_min"),
    [
        ([incident(0, 20, 40, 60)] * 4, 20.0),
        ([incident(0, 20, 40, 60)] * 3, None),  # nine gaps are no habit
        ([*[incident(0, 20, 40, 60)] * 3, incident(0, 20)], 20.0),  # ten are
        ([incident(0, 10, 20, 30, 40, 50), incident(0, 20, 40, 60, 80, 100, 120)], 20.0),  # six of eleven
        ([incident(0, 10, 20, 30, 40, 50, 60), incident(0, 20, 40, 60, 80, 100)], 10.0),
        ([incident(0, 20, 40, 60), incident(0, 10, 400)] * 3, 20.0),
        ([incident(0, 20, 40, 60, stage=PageStage.MONITORING)] * 4, None),  # watched, not worked on
        ([incident(0, 20, 40, 60, maintenance=True)] * 4, None),
        ([incident(0, 0, 0, 0)] * 4, None),  # written after the fact, in one breath
        ([], None),
    ],
)
def test_the_usual_gap(incidents: Iterable[PageIncident], gap_min: float | None) -> None:
    assert usual_gap_s(incidents) == (None if gap_min is None else gap_min * MINUTE_S)
    assert GAPS_AT_LEAST == 10


@pytest.mark.parametrize(
    ("usual_s", "patience"),
    [(None, NEWS_AFTER_S), (1500.0, 4500.0), (60.0, LEAST_S), (86_400.0, MOST_S)],
)
def test_how_long_it_may_be_silent(usual_s: float | None, patience: float) -> None:
    assert patience_s(usual_s) == patience
