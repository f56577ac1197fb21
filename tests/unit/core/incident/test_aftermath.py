"""What pages say once it is over."""

import msgspec
import pytest
from msgspec import structs

from trayapp.core.evidence.page_report import Impact, PageHistory, PageIncident, PageStage, PageUpdate
from trayapp.core.incident.aftermath import ASKED_S, FOLLOWED_S, KEPT, Aftermath, AftermathMemory, Ended
from trayapp.core.incident.incident import Incident, IncidentStage

OVER_AT = 1_000_000.0
RESOLVED = PageUpdate(OVER_AT, PageStage.RESOLVED, "This incident has been resolved.")
CAUSE = PageUpdate(OVER_AT + 90_000, PageStage.RESOLVED, "The errors were caused by a bad deploy.")


def incident(name: str = "acme-1", **more: object) -> Incident:
    one = Incident(
        name, "acme", ("acme-api",), (), IncidentStage.OVER, OVER_AT - 3600, title="Errors", updates=(RESOLVED,),
        ended_from=OVER_AT, ended_at=OVER_AT,
    )  # fmt: skip
    return structs.replace(one, **more)


def page(*updates: PageUpdate, ident: str = "p1") -> dict[str, PageIncident]:
    told = PageIncident(
        ident, "Errors", PageStage.RESOLVED, Impact.MAJOR, (), OVER_AT - 3600, updates[0].at, None, updates
    )
    return {ident: told}


def following(one: Incident | None = None) -> Aftermath:
    aftermath = Aftermath()
    aftermath.follow([Ended(one or incident(), "p1", OVER_AT)])
    return aftermath


def test_a_cause_that_is_named_later_is_news() -> None:
    aftermath = following()
    aftermath.look(page(RESOLVED), OVER_AT + 700)
    assert not aftermath.incidents
    aftermath.look(page(CAUSE, RESOLVED), OVER_AT + 91_000)
    (told,) = aftermath.incidents
    assert told.cause == "The errors were caused by a bad deploy"
    assert (told.updates, told.stage) == ((CAUSE, RESOLVED), IncidentStage.OVER)
    before = aftermath.incidents
    aftermath.look(page(CAUSE, RESOLVED), OVER_AT + 92_000)
    assert aftermath.incidents is before, "said once"


def test_a_clock_that_is_set_makes_nothing_new() -> None:
    aftermath = following()
    aftermath.look(page(structs.replace(RESOLVED, at=RESOLVED.at + 3600)), OVER_AT + 700)
    assert aftermath.incidents == ()


def test_what_the_page_takes_back_was_said_all_the_same() -> None:
    aftermath = following()
    aftermath.look(page(CAUSE, RESOLVED), OVER_AT + 91_000)
    aftermath.look(page(RESOLVED), OVER_AT + 92_000)
    assert aftermath.incidents[0].cause is not None


def test_other_incidents_are_others() -> None:
    aftermath = following()
    aftermath.look(page(CAUSE, ident="p2"), OVER_AT + 91_000)
    assert aftermath.incidents == ()


@pytest.mark.parametrize(("later_s", "followed"), [(FOLLOWED_S, True), (FOLLOWED_S + 1, False), (-ASKED_S - 1, False)])
def test_for_a_week(later_s: float, followed: bool) -> None:
    aftermath = following()
    aftermath.look({}, OVER_AT + later_s)
    aftermath.look(page(CAUSE, RESOLVED), OVER_AT + later_s)
    assert bool(aftermath.incidents) is followed


def history(at: float, *incidents: PageIncident, provider: str = "acme") -> PageHistory:
    return PageHistory(at, provider, "https://status.acme.example", incidents)


def test_the_pages_history_is_asked_twice_a_day_for_a_cause() -> None:
    aftermath, now = following(), OVER_AT + 700
    assert aftermath.wants_past("acme", now)
    assert not aftermath.wants_past("beta", now)
    aftermath.told(history(now, *page(RESOLVED).values()))
    assert not aftermath.wants_past("acme", now + ASKED_S - 1)
    assert aftermath.wants_past("acme", now + ASKED_S)
    assert aftermath.wants_past("acme", now - 400 * 86_400), "a clock that was ahead puts it off no longer"
    aftermath.told(history(now + ASKED_S, *page(CAUSE, RESOLVED).values()))
    assert aftermath.incidents[0].cause is not None
    assert not aftermath.wants_past("acme", now + 10 * ASKED_S), "all is said"


def test_a_history_that_was_read_before_the_end_is_read_again() -> None:
    aftermath = Aftermath()
    aftermath.told(history(OVER_AT - 60))
    aftermath.follow([Ended(incident(), "p1", OVER_AT)])
    assert aftermath.wants_past("acme", OVER_AT + 700)


def test_a_history_that_cannot_be_read_is_asked_for_later() -> None:
    aftermath = following()
    aftermath.told(PageHistory(OVER_AT, "acme", "https://status.acme.example", None))
    assert not aftermath.wants_past("acme", OVER_AT + 60)


def test_how_often_a_page_writes_is_learnt_from_its_history() -> None:
    aftermath = Aftermath()
    updates = tuple(PageUpdate(600.0 * n, PageStage.INVESTIGATING, str(n)) for n in range(11, -1, -1))
    aftermath.told(history(1.0, *page(*updates).values()))
    assert (aftermath.gap_s("acme"), aftermath.gap_s("beta")) == (600.0, None)
    aftermath.told(history(2.0))
    assert aftermath.gap_s("acme") == 600.0, "what is not told any more was true"


def test_it_survives_a_restart() -> None:
    aftermath = following()
    aftermath.told(history(OVER_AT, *page(CAUSE, RESOLVED).values()))
    kept = msgspec.json.decode(msgspec.json.encode(aftermath.remember()), type=AftermathMemory)
    again = Aftermath(kept)
    assert again.incidents == aftermath.incidents
    assert not again.wants_past("acme", OVER_AT + 60)


def test_it_is_bounded_and_can_be_forgotten() -> None:
    aftermath = Aftermath()
    aftermath.follow([Ended(incident(f"acme-{n}"), f"p{n}", OVER_AT) for n in range(3 * KEPT)])
    assert len(aftermath.remember().ended) == KEPT
    aftermath.forget(frozenset({"other-api"}))
    assert len(aftermath.remember().ended) == KEPT
    aftermath.forget(frozenset({"acme-api"}))
    assert aftermath.remember().ended == []


@pytest.mark.parametrize("how", ["forgotten", "a week later"])
def test_what_is_let_go_is_shown_no_more(how: str) -> None:
    aftermath, pages = following(), page(CAUSE, RESOLVED)
    aftermath.look(pages, OVER_AT + 91_000)
    shown = [len(aftermath.incidents)]
    if how == "forgotten":
        aftermath.forget(None)
    else:
        aftermath.look(pages, OVER_AT + FOLLOWED_S + 1)
    assert [*shown, len(aftermath.incidents)] == [1, 0]


def test_what_was_an_outage_of_others_too_is_followed_as_theirs() -> None:
    aftermath, both = Aftermath(), structs.replace(incident(), services=("acme-api", "acme-web"))
    aftermath.follow([Ended(both, "p1", OVER_AT)])
    aftermath.forget(frozenset({"acme-api"}))
    aftermath.look(page(CAUSE, RESOLVED), OVER_AT + 60)
    assert [one.services for one in aftermath.incidents] == [("acme-web",)]
