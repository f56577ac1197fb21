"""Incidents: opened, joined, led back, merged, closed, and the provider's own words."""

import msgspec
import pytest

from trayapp.core.evidence.own_evidence import GAP_S
from trayapp.core.evidence.page_report import Impact, PageIncident, PageStage, PageUpdate
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.incident.store import (
    OVER_KEPT_S,
    SHARED_WITHIN_S,
    IncidentRecord,
    IncidentStore,
    Trouble,
    stated_cause,
)
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import ServiceVerdict

LIGHTS = {Finding.OK: Light.GREEN, Finding.DOWN: Light.RED, Finding.NO_EVIDENCE: Light.GREY}


def trouble(
    service: str, finding: Finding, *, at: float | None = None, back: float | None = None, provider: str = "",
    pages: tuple[PageIncident, ...] = (),
) -> Trouble:  # fmt: skip
    """`service` names its provider up to the dash."""
    light = LIGHTS.get(finding, Light.YELLOW)
    provider = provider or service.partition("-")[0]
    verdict = ServiceVerdict(service, provider, service, provider, light, finding, None, at or 0.0, ())
    return Trouble(verdict, at, back, pages)


def page(
    stage: PageStage = PageStage.INVESTIGATING, name: str = "Errors", ident: str = "i1", **kwargs: object
) -> PageIncident:
    made = PageIncident(ident, name, stage, Impact.MAJOR, (), 90.0, 100.0, f"https://status.example/{ident}")
    return msgspec.structs.replace(made, **kwargs)


class Diary:
    """A book and the time."""

    def __init__(self) -> None:
        self.book = IncidentStore()

    def at(self, now: float, *troubles: Trouble, network_fine: bool = True) -> tuple[Incident, ...]:
        self.book.update(troubles, now, network_fine=network_fine)
        return self.book.incidents()


def test_opened_by_red_with_its_first_failure() -> None:
    (one,) = Diary().at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    assert (one.id, one.started_at, one.red_at, one.stage) == ("acme-80", 80.0, 100.0, IncidentStage.OPEN)
    assert (one.services, one.down) == (("acme-api",), ("acme-api",))


@pytest.mark.parametrize(
    "finding",
    [Finding.DEGRADED, Finding.REPORTED_ONLY, Finding.SLOW, Finding.FLAPPING, Finding.MAINTENANCE, Finding.RECOVERING],
)
def test_opened_by_yellow_without_a_red_time(finding: Finding) -> None:
    (one,) = Diary().at(100.0, trouble("acme-api", finding, at=80.0))
    assert (one.red_at, one.down) == (None, ())


@pytest.mark.parametrize("finding", [Finding.OK, Finding.CHECKING, Finding.NO_EVIDENCE])
def test_not_opened_by_what_is_no_outage(finding: Finding) -> None:
    assert Diary().at(100.0, trouble("acme-api", finding)) == ()


def test_services_of_one_provider_are_one_incident() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0), trouble("acme-chat", Finding.OK))
    (one,) = diary.at(200.0, trouble("acme-api", Finding.DOWN, at=80.0), trouble("acme-chat", Finding.DOWN, at=190.0))
    assert one.down == ("acme-api", "acme-chat")
    assert one.id == "acme-80"


def test_other_providers_have_their_own() -> None:
    found = Diary().at(100.0, trouble("acme-api", Finding.DOWN, at=80.0), trouble("beta-api", Finding.DOWN, at=85.0))
    assert [one.id for one in found] == ["acme-80", "beta-85"]


def test_stages() -> None:
    diary = Diary()
    api, chat = "acme-api", "acme-chat"
    stages = [
        diary.at(now, trouble(api, one, at=80.0), trouble(chat, other, at=80.0))[0].stage
        for now, one, other in (
            (100.0, Finding.DOWN, Finding.DOWN),
            (200.0, Finding.DOWN, Finding.RECOVERING),
            (300.0, Finding.DOWN, Finding.OK),
            (400.0, Finding.RECOVERING, Finding.OK),
            (500.0, Finding.CHECKING, Finding.OK),
            (600.0, Finding.DOWN, Finding.OK),
            (700.0, Finding.RECOVERING, Finding.OK),
            (800.0, Finding.OK, Finding.OK),
        )
    ]
    assert stages == [
        IncidentStage.OPEN,
        IncidentStage.PARTLY_BACK,
        IncidentStage.PARTLY_BACK,
        IncidentStage.RECOVERING,
        IncidentStage.RECOVERING,
        IncidentStage.PARTLY_BACK,
        IncidentStage.RECOVERING,
        IncidentStage.OVER,
    ]
    assert len(diary.book.cases) == 1, "a relapse is the same incident"


def test_grey_changes_nothing() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    (one,) = diary.at(5000.0, trouble("acme-api", Finding.NO_EVIDENCE))
    assert (one.stage, one.down) == (IncidentStage.OPEN, ("acme-api",))


def test_it_ended_when_it_came_back_not_when_that_was_certain() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    diary.at(400.0, trouble("acme-api", Finding.RECOVERING, at=330.0, back=330.0))
    (one,) = diary.at(1000.0, trouble("acme-api", Finding.OK))
    assert (one.ended_from, one.ended_at) == (330.0, 330.0)


def test_after_a_gap_it_ended_between_two_times() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    (one,) = diary.at(100.0 + GAP_S + 1, trouble("acme-api", Finding.OK))
    assert (one.ended_from, one.ended_at) == (100.0, 101.0 + GAP_S)


def test_unless_the_page_tells_when() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0, pages=(page(),)))
    diary.book.page_said({"i1": page(PageStage.RESOLVED, resolved_at=500.0)})
    (one,) = diary.at(1000.0, trouble("acme-api", Finding.OK))
    assert (one.ended_from, one.ended_at) == (500.0, 500.0)


def test_an_ended_incident_is_kept_for_a_while_and_a_new_one_is_another() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    diary.at(200.0, trouble("acme-api", Finding.OK))
    assert len(diary.at(200.0 + OVER_KEPT_S - 1, trouble("acme-api", Finding.OK))) == 1
    found = diary.at(200.0 + OVER_KEPT_S - 1, trouble("acme-api", Finding.DOWN, at=700.0))
    assert [one.stage for one in found] == [IncidentStage.OVER, IncidentStage.OPEN]
    assert diary.at(200.0 + OVER_KEPT_S, trouble("acme-api", Finding.DOWN, at=700.0))[0].id == "acme-700"


def test_two_incidents_that_began_in_the_same_second_have_different_names() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    diary.at(110.0, trouble("acme-api", Finding.OK))
    found = diary.at(120.0, trouble("acme-api", Finding.DOWN, at=80.0))
    assert len({one.id for one in found}) == 2


def test_what_is_no_longer_watched_takes_its_incident_along() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    assert diary.at(200.0, trouble("beta-api", Finding.OK)) == ()


class TestShared:
    @staticmethod
    def fall(*times: float, network_fine: bool = True) -> tuple[Incident, ...]:
        diary = Diary()
        found: tuple[Incident, ...] = ()
        names = ("acme", "beta", "gamma", "delta")
        for now in sorted(times):
            troubles = [
                trouble(f"{name}-api", Finding.DOWN if at <= now else Finding.OK, at=at)
                for name, at in zip(names, times, strict=False)
            ]
            found = diary.at(now, *troubles, network_fine=network_fine)
        return found

    def test_three_providers_within_two_minutes_are_one(self) -> None:
        (one,) = self.fall(100.0, 150.0, 100.0 + SHARED_WITHIN_S)
        assert one.shared
        assert (one.id, one.provider) == ("acme-100", "acme")
        assert one.services == ("acme-api", "beta-api", "gamma-api")

    def test_a_fourth_joins_them(self) -> None:
        (one,) = self.fall(100.0, 110.0, 120.0, 130.0)
        assert len(one.services) == 4

    @pytest.mark.parametrize("times", [(100.0, 110.0), (100.0, 110.0, 101.0 + SHARED_WITHIN_S)])
    def test_two_are_not_nor_three_over_a_longer_time(self, times: tuple[float, ...]) -> None:
        found = self.fall(*times)
        assert len(found) == len(times)
        assert not any(one.shared for one in found)

    def test_not_while_the_own_network_is_in_doubt(self) -> None:
        assert len(self.fall(100.0, 110.0, 120.0, network_fine=False)) == 3

    def test_another_service_of_one_of_them_belongs_to_it(self) -> None:
        diary = Diary()
        names = ("acme-api", "beta-api", "gamma-api")
        diary.at(100.0, *[trouble(name, Finding.DOWN, at=90.0) for name in names])
        (one,) = diary.at(110.0, *[trouble(name, Finding.DOWN, at=90.0) for name in (*names, "beta-chat")])
        assert "beta-chat" in one.services


class TestWords:
    def test_the_page_is_quoted(self) -> None:
        updates = (PageUpdate(100.0, PageStage.IDENTIFIED, "Found it."),)
        said = page(PageStage.IDENTIFIED, "Elevated errors", updates=updates)
        (one,) = Diary().at(100.0, trouble("acme-api", Finding.DOWN, at=95.0, pages=(said,)))
        assert (one.title, one.page_stage, one.updates) == ("Elevated errors", PageStage.IDENTIFIED, updates)
        assert one.link == "https://status.example/i1"
        assert one.cause is None

    def test_the_first_that_explains_it_speaks_until_it_is_resolved(self) -> None:
        diary = Diary()
        diary.at(100.0, trouble("acme-api", Finding.DOWN, at=95.0, pages=(page(),)))
        later = page(name="Something else", ident="i2")
        (one,) = diary.at(110.0, trouble("acme-api", Finding.DOWN, at=95.0, pages=(later,)))
        assert one.title == "Errors"
        diary.book.page_said({"i1": page(PageStage.RESOLVED, resolved_at=115.0)})
        (one,) = diary.at(120.0, trouble("acme-api", Finding.DOWN, at=95.0, pages=(later,)))
        assert one.title == "Something else"

    def test_the_pages_start_counts_when_it_is_believable(self) -> None:
        (one,) = Diary().at(100_000.0, trouble("acme-api", Finding.DOWN, at=99_000.0))
        assert one.started_at == 99_000.0
        diary = Diary()
        diary.at(100_000.0, trouble("acme-api", Finding.DOWN, at=99_000.0))
        (one,) = diary.at(100_100.0, trouble("acme-api", Finding.DOWN, at=98_000.0))
        assert (one.id, one.started_at) == ("acme-99000", 98_000.0)
        (one,) = diary.at(100_200.0, trouble("acme-api", Finding.DOWN, at=10.0))
        assert one.started_at == 98_000.0

    @pytest.mark.parametrize(
        ("text", "cause"),
        [
            ("The errors were caused by a bad configuration push. It was rolled back.",
             "The errors were caused by a bad configuration push"),
            ("Resolved. The root cause was a failed disk.", "The root cause was a failed disk"),
            ("This was due to an expired certificate!", "This was due to an expired certificate"),
            ("We are investigating elevated error rates.", None),
            ("The root cause is not yet known.", None),
            ("We have identified the root cause and are working on a fix.", None),
            ("We are investigating whether this is caused by a network partner.", None),
            ("We apologise for the disruption caused by this incident.", None),
            ("", None),
        ],
    )  # fmt: skip
    def test_a_cause_is_only_what_is_stated(self, text: str, cause: str | None) -> None:
        assert stated_cause([PageUpdate(1.0, PageStage.RESOLVED, text)]) == cause


def test_a_book_survives_a_restart() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0, pages=(page(),)))
    kept = msgspec.json.decode(msgspec.json.encode(diary.book.cases), type=list[IncidentRecord])
    assert IncidentStore(kept).incidents() == diary.book.incidents()
