"""Rule 4, as a table: what is on the page, and what it says of one component."""

import pytest
from msgspec.structs import replace

from tests.unit.core.playbook import LINK, START, page
from trayapp.core.evidence.page_report import (
    Impact,
    PageComponent,
    PageHealth,
    PageIncident,
    PageLight,
    PageReport,
    PageStage,
)
from trayapp.core.light.page_opinion import ALL, Opinions, PageOpinion, unknown
from trayapp.core.light.severity import Finding, Light

G, Y, R, U = Light.GREEN, Light.YELLOW, Light.RED, Light.GREY


def speak(report: PageReport, *ids: str) -> PageOpinion:
    return Opinions(report).of(ids)


TABLE = [
    # what the page says, the light and the finding of chat, and why
    ("ok", G, Finding.OK, "everything operational"),
    ("degraded:chat", Y, Finding.DEGRADED, "degraded performance"),
    ("partial:chat", Y, Finding.DEGRADED, "partial outage"),
    ("major:chat", R, Finding.DOWN, "major outage"),
    ("maintenance:chat", G, Finding.OK, "maintenance is no outage"),
    ("unknown:chat", U, Finding.NO_EVIDENCE, "a value nobody knows"),
    ("major:login", G, Finding.OK, "another component"),
    ("incident:investigating:minor:chat", Y, Finding.DEGRADED, "counts with green components"),
    ("incident:investigating:none:chat", Y, Finding.DEGRADED, "Statuspage's impact of such"),
    ("incident:identified:major:chat", Y, Finding.DEGRADED, "major is not critical"),
    ("incident:investigating:critical:chat", R, Finding.DOWN, "critical impact"),
    ("incident:investigating:unknown:chat", Y, Finding.DEGRADED, "an unknown impact is not red"),
    ("incident:unknown:critical:chat", U, Finding.NO_EVIDENCE, "an unknown stage is unknown"),
    ("incident:monitoring:critical:chat", Y, Finding.RECOVERING, "a fix is being watched"),
    ("partial:chat incident:monitoring:major:chat", Y, Finding.DEGRADED, "the component is not there yet"),
    ("major:chat incident:monitoring:major:chat", R, Finding.DOWN, "nor here"),
    ("incident:resolved:critical:chat", G, Finding.OK, "over"),
    ("incident:scheduled:maintenance:chat", G, Finding.OK, "announced only"),
    ("incident:in_progress:maintenance:chat", G, Finding.OK, "maintenance alone"),
    ("incident:investigating:critical:login", G, Finding.OK, "names another component"),
    ("incident:investigating:major:", Y, Finding.DEGRADED, "names none, touches none: all"),
    ("incident:investigating:critical:", Y, Finding.DEGRADED, "yellow, whatever the impact"),
    ("incident:investigating:minor:", G, Finding.OK, "listed only"),
    ("incident:monitoring:major:", G, Finding.OK, "listed only"),
    ("partial:chat incident:investigating:minor:", Y, Finding.DEGRADED, "names none, means this one"),
    ("partial:login incident:investigating:major:", G, Finding.OK, "names none, means the other"),
    ("partial:chat incident:investigating:critical:", R, Finding.DOWN, "critical for what it touches"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "light", "finding", "why"), TABLE, ids=[row[0] for row in TABLE])
def test_what_a_page_says(said: str, light: Light, finding: Finding, why: str) -> None:
    opinion = speak(page(START, said.split()), "id-chat")
    assert (opinion.light, opinion.finding) == (light, finding), why


def test_reasons_name_incident_and_component() -> None:
    opinion = speak(page(START, ["partial:chat", "incident:identified:major:chat"]), "id-chat")
    assert [reason.code for reason in opinion.reasons] == ["page_incident", "page_component"]
    assert opinion.reasons[0].params["title"] == "Elevated error rates"
    assert opinion.reasons[0].link == f"{LINK}/incidents/inc-1"
    assert opinion.unsettled
    assert opinion.partial
    assert opinion.since == START - 600


def test_an_incident_that_is_only_listed_is_no_incident_of_this_component() -> None:
    opinion = speak(page(START, ["incident:investigating:minor:"]), "id-chat")
    assert [reason.code for reason in opinion.reasons] == ["page_incident"]
    assert opinion.incidents == ()
    assert not opinion.unsettled


@pytest.mark.parametrize(("changed_at", "touched"), [(START - 700, False), (START - 500, True), (None, True)])
def test_unnamed_means_what_is_not_operational_since_it_began(changed_at: float | None, touched: bool) -> None:
    """The incident began 600 s before the start; a page without believable times leaves only the state."""
    said = page(START, ["incident:investigating:critical:"])
    parts = tuple(
        PageComponent(part.id, part.name, PageLight.DEGRADED, changed_at) if part.id == "id-chat" else part
        for part in said.components
    )
    opinion = speak(PageReport(START, "acme", PageHealth.OK, LINK, parts, said.incidents), "id-chat")
    assert opinion.light is (Light.RED if touched else Light.YELLOW)


class TestEveryComponent:
    @staticmethod
    def opinion(troubled: int, of: int, state: PageLight = PageLight.MAJOR) -> Light:
        parts = tuple(
            PageComponent(f"c{n}", f"C{n}", state if n < troubled else PageLight.OPERATIONAL) for n in range(of)
        )
        return speak(PageReport(START, "acme", PageHealth.OK, LINK, parts), ALL).light

    def test_the_worst_of_them(self) -> None:
        assert self.opinion(1, 1) is Light.RED
        assert self.opinion(1, 5) is Light.RED
        assert self.opinion(1, 5, PageLight.DEGRADED) is Light.YELLOW

    def test_less_than_a_tenth_is_listed_only(self) -> None:
        assert self.opinion(1, 28) is Light.GREEN
        assert self.opinion(3, 28) is Light.RED

    def test_any_incident_touches_it(self) -> None:
        assert speak(page(START, ["incident:investigating:minor:uploads"]), ALL).light is Light.YELLOW


class TestSeveralIds:
    def test_the_worst_of_them(self) -> None:
        report = page(START, ["degraded:chat", "major:login"])
        assert speak(report, "id-history", "id-uploads").light is Light.GREEN
        assert speak(report, "id-history", "id-chat").light is Light.YELLOW
        assert speak(report, "id-chat", "id-login").light is Light.RED

    def test_they_speak_in_the_order_of_the_page_however_they_are_named(self) -> None:
        report = page(START, ["degraded:chat", "major:login"])
        opinion = speak(report, "id-login", "id-chat", "id-login")
        assert opinion.reasons == speak(report, "id-chat", "id-login").reasons
        assert [reason.params["component"] for reason in opinion.reasons] == ["Chat", "Login"]

    def test_a_missing_one_makes_it_unknown(self) -> None:
        for ids in (("id-gone",), ("id-chat", "id-gone")):
            opinion = speak(page(START, ["ok"]), *ids)
            assert (opinion.light, opinion.reasons[0].params["reason"]) == (Light.GREY, "missing_component")

    @pytest.mark.parametrize("state", [PageLight.OPERATIONAL, PageLight.DEGRADED, PageLight.UNKNOWN])
    def test_of_twins_of_one_id_the_worse_counts(self, state: PageLight) -> None:
        twins = tuple(PageComponent("id-chat", "Chat", each) for each in (PageLight.MAJOR, state))
        for parts in (twins, twins[::-1]):
            report = PageReport(START, "acme", PageHealth.OK, LINK, parts)
            assert speak(report, "id-chat").light is Light.RED


class TestIncidents:
    def test_the_heaviest_open_one_speaks_for_an_outage(self) -> None:
        incidents = tuple(
            incident("id-chat", ident=f"{stage}-{impact}", stage=stage, impact=impact)
            for stage in (PageStage.MONITORING, PageStage.INVESTIGATING)
            for impact in (Impact.MINOR, Impact.CRITICAL, Impact.MAJOR)
        )
        report = replace(page(START, ["ok"]), incidents=incidents)
        assert [each.id for each in speak(report, "id-chat").incidents] == [
            "investigating-critical", "investigating-major", "investigating-minor",
            "monitoring-critical", "monitoring-major", "monitoring-minor",
        ]  # fmt: skip

    def test_of_equal_ones_the_newest(self) -> None:
        incidents = tuple(incident("id-chat", ident=f"i{at}", started_at=at) for at in (1.0, 3.0, 2.0))
        report = replace(page(START, ["ok"]), incidents=incidents)
        opinion = speak(report, "id-chat")
        assert [each.id for each in opinion.incidents] == ["i3.0", "i2.0", "i1.0"]
        assert opinion.since == 1.0

    def test_a_maintenance_is_no_incident_of_the_outage(self) -> None:
        said = ["incident:in_progress:maintenance:chat", "partial:chat"]
        opinion = speak(page(START, said), "id-chat")
        assert (opinion.incidents, opinion.maintenance) == ((), True)

    @pytest.mark.parametrize(
        ("said", "unsettled"),
        [
            ("incident:investigating:major:chat", True),
            ("incident:identified:major:chat", True),
            ("incident:monitoring:major:chat", False),
            ("incident:investigating:major:login", False),
            ("incident:investigating:major:", True),
            ("incident:in_progress:maintenance:chat", False),
        ],
    )
    def test_unsettled_while_one_that_touches_it_is_still_looked_into(self, said: str, unsettled: bool) -> None:
        assert speak(page(START, [said]), "id-chat").unsettled is unsettled


def incident(
    component: str, *, ident: str, stage: PageStage = PageStage.INVESTIGATING, impact: Impact = Impact.MAJOR,
    started_at: float = 0.0,
) -> PageIncident:  # fmt: skip
    return PageIncident(ident, ident, stage, impact, (component,), started_at, START)


def test_an_opinion_is_made_once_for_each_reading() -> None:
    opinions = Opinions(page(START, ["ok"]))
    assert opinions.of(("id-chat",)) is opinions.of(("id-chat",))


@pytest.mark.parametrize("health", list(PageHealth))
def test_a_page_that_says_nothing_usable_tells_its_health(health: PageHealth) -> None:
    opinion = unknown(PageReport(START, "acme", health, LINK, reason="http"), START - 60)
    assert (opinion.light, opinion.finding, opinion.incidents) == (Light.GREY, Finding.NO_EVIDENCE, ())
    (reason,) = opinion.reasons
    assert (reason.code, reason.link) == ("page_unknown", LINK)
    assert reason.params == {"health": health, "reason": "http", "fetched_at": START - 60}
