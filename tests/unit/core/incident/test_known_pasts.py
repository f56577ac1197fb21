"""What is kept of the pages' pasts: merged by id, bounded, asked for again in time, of this page only."""

import msgspec
import pytest

from trayapp.core.evidence.page_report import (
    Impact,
    PageComponent,
    PageHealth,
    PageHistory,
    PageIncident,
    PageLight,
    PageReport,
    PageStage,
)
from trayapp.core.incident.known_pasts import AGAIN_S, COMPONENTS_KEPT, KEPT, RETRY_S, KnownPasts, PastsMemory
from trayapp.core.incident.past import PastIncident

NOW = 1_770_000_000.0
PAGE, ELSEWHERE = "https://status.acme.example", "https://acme.example/status"


def one(name: str, ended: float = 0.0, stage: PageStage = PageStage.RESOLVED, **more: object) -> PageIncident:
    told = PageIncident(name, "Errors", stage, Impact.MAJOR, ("chat",), NOW + ended - 3600.0, NOW + ended)
    return msgspec.structs.replace(told, **more)


def told(pasts: KnownPasts, *incidents: PageIncident, at: float = NOW, page: str = PAGE) -> bool:
    return pasts.told(PageHistory(at, "acme", page, incidents))


def report(*incidents: PageIncident, page: str = PAGE, health: PageHealth = PageHealth.OK) -> PageReport:
    return PageReport(NOW, "acme", health, page, (PageComponent("chat", "Chat", PageLight.OPERATIONAL),), incidents)


def known(pasts: KnownPasts) -> list[float]:
    return sorted(past.ended_at - NOW for past in pasts.incidents().get("acme", ()))


def test_a_past_is_wanted_once_then_a_month_later_and_after_a_failure_the_next_day() -> None:
    pasts = KnownPasts()
    assert pasts.wanted("acme", PAGE, NOW)
    told(pasts, one("a"))
    assert not pasts.wanted("acme", PAGE, NOW + AGAIN_S - 1.0)
    assert pasts.wanted("acme", PAGE, NOW + AGAIN_S)
    assert pasts.wanted("acme", ELSEWHERE, NOW)
    pasts.told(PageHistory(NOW, "acme", PAGE, None))
    assert not pasts.wanted("acme", PAGE, NOW + RETRY_S - 1.0)
    assert pasts.wanted("acme", PAGE, NOW + RETRY_S)


def test_a_clock_that_was_ahead_puts_nothing_off_for_long() -> None:
    pasts = KnownPasts()
    told(pasts, one("a"), at=NOW + 400 * 86_400.0)
    assert pasts.wanted("acme", PAGE, NOW)


def test_what_failed_takes_nothing_away() -> None:
    pasts = KnownPasts()
    told(pasts, one("a"))
    assert not pasts.told(PageHistory(NOW, "acme", PAGE, None))
    assert known(pasts) == [0.0]


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        (one("a"), [-7200.0, 0.0]),
        (one("a", 60.0), [-7200.0, 60.0]),
        (one("a", stage=PageStage.MONITORING), [-7200.0]),
        (one("a", impact=Impact.NONE), [-7200.0]),
        (one("a", maintenance=True), [-7200.0]),
        (one("c", 60.0), [-7200.0, 0.0, 60.0]),
        (one("c", stage=PageStage.INVESTIGATING), [-7200.0, 0.0]),
    ],
    ids=["the same", "corrected", "opened again", "called none", "called maintenance", "ended", "open"],
)
def test_readings_keep_it_up(said: PageIncident, ends: list[float]) -> None:
    pasts = KnownPasts()
    told(pasts, one("a"), one("b", -7200.0))
    before = known(pasts)
    assert pasts.reported(report(said)) == (ends != before)
    assert known(pasts) == ends


def test_a_reading_that_names_no_parts_takes_none_away() -> None:
    pasts = KnownPasts()
    told(pasts, one("a"))
    assert not pasts.reported(report(one("a", 600.0, components=())))
    assert [past.components for past in pasts.incidents()["acme"]] == [("chat",)]
    assert pasts.reported(report(one("b", 600.0, components=())))
    assert pasts.reported(report(one("b", 600.0)))
    assert known(pasts) == [0.0, 600.0]


def test_an_unreadable_page_changes_nothing_and_another_page_begins_anew() -> None:
    pasts = KnownPasts()
    told(pasts, one("a"))
    assert not pasts.reported(report(health=PageHealth.UNREADABLE))
    assert pasts.reported(report(one("z", 5.0), page=ELSEWHERE))
    assert known(pasts) == [5.0]
    assert pasts.wanted("acme", ELSEWHERE, NOW)


def test_it_is_bounded_to_the_newest() -> None:
    pasts = KnownPasts()
    named = tuple(f"part-{number}" for number in range(200))
    told(pasts, *(one(str(number), -3600.0 * number, components=named) for number in range(KEPT + 100)))
    assert len(known(pasts)) == KEPT
    assert max(known(pasts)) == 0.0
    assert {len(past.components) for past in pasts.incidents()["acme"]} == {COMPONENTS_KEPT}


def test_it_survives_a_restart() -> None:
    pasts = KnownPasts()
    told(pasts, one("a"))
    raw = msgspec.json.encode(pasts.remember())
    again = KnownPasts(msgspec.json.decode(raw, type=PastsMemory))
    assert again.incidents() == {"acme": (PastIncident(NOW - 3600.0, NOW, ("chat",)),)}
    assert not again.wanted("acme", PAGE, NOW + 1.0)
