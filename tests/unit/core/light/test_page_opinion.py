"""Rule 4, as a table: what is on the page, and what it says of one component."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.support.spelled import spelled
from tests.unit.core.playbook import LINK, START, page
from trayapp.core.evidence.families import Use
from trayapp.core.evidence.page_report import (
    Impact,
    PageComponent,
    PageHealth,
    PageImpact,
    PageIncident,
    PageLight,
    PageReport,
    PageStage,
)
from trayapp.core.light.page_colours import CLOCKS_DIFFER_S, MONITORED_S
from trayapp.core.light.page_opinion import ALL, Opinions, PageOpinion, unknown
from trayapp.core.light.severity import Finding, Light

G, Y, R, U = Light.GREEN, Light.YELLOW, Light.RED, Light.GREY


def speak(report: PageReport, *ids: str) -> PageOpinion:
    return Opinions(report).of(ids, report.at)


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
    ("incident:investigating:none:chat", G, Finding.OK, "of no impact: listed only"),
    ("incident:identified:major:chat", Y, Finding.DEGRADED, "major is not critical"),
    ("incident:investigating:critical:chat", Y, Finding.DEGRADED, "critical, but the component is operational"),
    ("degraded:chat incident:investigating:critical:chat", R, Finding.DOWN, "critical, and it is not"),
    ("degraded:chat incident:investigating:major:chat", Y, Finding.DEGRADED, "major is not critical"),
    ("degraded:chat incident:monitoring:critical:chat", Y, Finding.DEGRADED, "a fix is being watched"),
    ("maintenance:chat incident:investigating:critical:chat", Y, Finding.DEGRADED, "maintenance is no outage"),
    ("incident:investigating:unknown:chat", Y, Finding.DEGRADED, "an unknown impact is not red"),
    ("incident:unknown:critical:chat", U, Finding.NO_EVIDENCE, "an unknown stage is unknown"),
    ("incident:monitoring:critical:chat", Y, Finding.RECOVERING, "a fix is being watched"),
    ("partial:chat incident:monitoring:major:chat", Y, Finding.DEGRADED, "the component is not there yet"),
    ("major:chat incident:monitoring:major:chat", R, Finding.DOWN, "nor here"),
    ("incident:resolved:critical:chat", G, Finding.OK, "over"),
    ("incident:scheduled:maintenance:chat", G, Finding.OK, "announced only"),
    ("incident:in_progress:maintenance:chat", G, Finding.OK, "maintenance alone"),
    ("incident:investigating:critical:login", G, Finding.OK, "names another component"),
    ("incident:investigating:major:", G, Finding.OK, "names none: colours nothing"),
    ("incident:investigating:critical:", G, Finding.OK, "whatever the impact"),
    ("incident:unknown:critical:", G, Finding.OK, "or the stage"),
    ("partial:chat incident:investigating:critical:", Y, Finding.DEGRADED, "the component's own state"),
    ("partial:login incident:investigating:critical:", G, Finding.OK, "another's"),
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
    assert opinion.out == {"id-chat"}
    assert opinion.since == START - 600


def test_a_value_that_nobody_knows_is_said() -> None:
    *_, said = speak(page(START, ["unknown:chat"]), "id-chat").reasons
    assert (said.code, said.params["health"]) == ("page_unknown", "unknown_value")


def test_what_rules_once_real_answers_are_good_waits_for_no_incident_that_only_lags() -> None:
    lagging = speak(page(START, ["incident:investigating:major:chat"]), "id-chat")
    assert lagging.calm is not None
    assert (lagging.unsettled, lagging.lapsed, lagging.light) == (True, False, Y)
    assert (lagging.calm.unsettled, lagging.calm.lapsed, lagging.calm.light) == (False, True, G)
    beside = speak(page(START, ["degraded:login", "incident:investigating:major:chat,login"]), "id-chat", "id-login")
    assert beside.calm is not None
    assert (beside.calm.unsettled, beside.calm.light) == (True, Y), "what is certain is still looked into"


@pytest.mark.parametrize(("days", "code"), [(1, "page_component"), (15, "page_stale")])
def test_trouble_is_said_with_the_time_that_the_page_gives(days: int, code: str) -> None:
    changed_at = START - days * 86_400.0
    parts = (PageComponent("id-chat", "Chat", PageLight.MAJOR, changed_at),)
    opinion = speak(PageReport(START, "acme", PageHealth.OK, LINK, parts), "id-chat")
    assert [(said.code, said.at) for said in opinion.reasons] == [(code, changed_at)]
    assert opinion.stale is (code == "page_stale")


def test_so_is_an_id_that_is_lost_beside_it() -> None:
    opinion = speak(page(START, ["unknown:chat"]), "id-chat", "id-gone")
    assert [said.code for said in opinion.reasons] == ["page_missing", "page_unknown"]


def test_what_a_page_says_of_its_own_trouble_does_not_speak_of_a_part_that_it_lacks() -> None:
    moved = replace(page(START, ["ok"]), health=PageHealth.MOVED, params={"to": "https://b.example"}, reason="moved")
    (said,) = speak(moved, "id-gone").reasons
    assert (said.code, said.params) == (
        "page_unknown",
        {"health": "missing_component", "reason": None, "fetched_at": START},
    )


def test_one_that_names_no_part_is_listed_with_all_and_unsettles_none() -> None:
    report = page(START, ["incident:investigating:critical:"])
    for name in ("id-chat", "id-login"):
        opinion = speak(report, name)
        assert [reason.code for reason in opinion.reasons] == ["page_unnamed"]
        assert [each.id for each in opinion.incidents] == ["inc-1"], "the reason given when own eyes see trouble"
        assert not opinion.unsettled


@pytest.mark.parametrize(("changed_at", "meant"), [(START - 700, False), (START - 500, True), (None, True)])
def test_it_is_listed_where_something_is_not_operational_since_it_began(changed_at: float | None, meant: bool) -> None:
    """The incident began 600 s before the start; a page without believable times leaves only the state."""
    said = page(START, ["incident:investigating:critical:"])
    parts = tuple(
        PageComponent(part.id, part.name, PageLight.DEGRADED, changed_at) if part.id == "id-chat" else part
        for part in said.components
    )
    report = PageReport(START, "acme", PageHealth.OK, LINK, parts, said.incidents)
    assert speak(report, "id-chat").light is Light.YELLOW
    assert [reason.code for reason in speak(report, "id-login").reasons] == (
        ["page_operational"] if meant else ["page_unnamed"]
    )


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

    def test_of_parts_that_are_named_each_counts(self) -> None:
        states = [PageLight.MAJOR, *[PageLight.OPERATIONAL] * 27]
        parts = tuple(PageComponent(f"c{n}", f"C{n}", state) for n, state in enumerate(states))
        report = PageReport(START, "acme", PageHealth.OK, LINK, parts)
        assert speak(report, *(part.id for part in parts)).light is Light.RED
        listed = speak(report, ALL)
        assert (listed.light, listed.out) == (Light.GREEN, frozenset())

    def test_less_than_a_tenth_is_listed_only(self) -> None:
        assert self.opinion(1, 28) is Light.GREEN
        assert self.opinion(3, 28) is Light.RED
        assert self.opinion(1, 10) is Light.RED, "a tenth is not less"

    def test_less_than_a_tenth_of_which_nobody_knows_is_no_word_on_the_others(self) -> None:
        assert self.opinion(1, 28, PageLight.UNKNOWN) is Light.GREEN
        assert self.opinion(3, 28, PageLight.UNKNOWN) is Light.GREY
        assert self.opinion(1, 2, PageLight.UNKNOWN) is Light.GREY
        states = [PageLight.UNKNOWN, PageLight.MAJOR, *[PageLight.OPERATIONAL] * 26]
        parts = tuple(PageComponent(f"c{n}", f"C{n}", state) for n, state in enumerate(states))
        report = PageReport(START, "acme", PageHealth.OK, LINK, parts)
        assert speak(report, ALL).light is Light.GREEN, "nor are both together"
        assert speak(report, "c0").light is Light.GREY
        (said,) = speak(replace(report, components=(parts[0], *parts[2:])), ALL).reasons
        assert (said.code, "C0" in str(said.params["components"])) == ("page_operational", False)

    @pytest.mark.parametrize(("troubled", "light"), [(1, Light.GREEN), (2, Light.RED)])
    def test_a_group_is_not_counted_beside_its_members(self, troubled: int, light: Light) -> None:
        """Of eleven parts one is listed only; with the group that it makes bad it would be two of fifteen."""
        parts = [
            PageComponent(f"c{n}", f"C{n}", PageLight.MAJOR if n < troubled else PageLight.OPERATIONAL)
            for n in range(11)
        ]
        groups = [PageComponent(f"g{n}", f"G{n}", PageLight.MAJOR, group=True) for n in range(4)]
        report = PageReport(START, "acme", PageHealth.OK, LINK, (*groups, *parts))
        assert speak(report, ALL).light is light
        assert speak(report, "g1").light is Light.RED, "while whoever means it gets it"

    def test_groups_alone_are_all_there_is(self) -> None:
        report = PageReport(
            START, "acme", PageHealth.OK, LINK, (PageComponent("g", "G", PageLight.DEGRADED, group=True),)
        )
        assert speak(report, ALL).light is Light.YELLOW

    def test_one_of_a_part_that_is_not_listed_is_said(self) -> None:
        told = replace(page(START, ["ok"]), incidents=(incident("id-new", ident="i1"),))
        assert [said.code for said in speak(told, ALL).reasons] == ["page_incident"]

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

    def test_a_missing_one_is_reported_and_the_others_count(self) -> None:
        opinion = speak(page(START, ["ok"]), "id-chat", "id-gone")
        assert (opinion.light, [each.code for each in opinion.reasons]) == (
            Light.GREEN,
            ["page_missing", "page_operational"],
        )
        assert [each.params for each in opinion.reasons] == [{"id": "id-gone"}, {}]
        assert speak(page(START, ["major:chat"]), "id-chat", "id-gone").light is Light.RED

    def test_where_all_are_missing_the_page_does_not_list_it(self) -> None:
        opinion = speak(page(START, ["ok"]), "id-gone", "id-lost")
        assert (opinion.light, opinion.reasons[0].params["health"]) == (Light.GREY, "missing_component")

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

    def test_so_it_is_with_those_that_name_no_part(self) -> None:
        heavy, light = (
            replace(incident("", ident=each.value, impact=each), components=())
            for each in (Impact.CRITICAL, Impact.MINOR)
        )
        for order in ((heavy, light), (light, heavy)):
            opinion = speak(replace(page(START, ["ok"]), incidents=order), "id-chat")
            assert [each.id for each in opinion.incidents] == ["critical", "minor"]

    @pytest.mark.parametrize("before", [{"stage": PageStage.RESOLVED}, {"started_at": START + 7200}])
    def test_one_that_is_over_or_to_come_hides_none_that_is_listed_after_it(self, before: dict[str, Any]) -> None:
        first, now = replace(incident("id-chat", ident="i1"), **before), incident("id-chat", ident="i2")
        for order in ((first, now), (now, first)):
            assert speak(replace(page(START, ["ok"]), incidents=order), "id-chat").light is Light.YELLOW

    def test_a_record_counts_from_its_beginning_to_its_end(self) -> None:
        records = (
            PageImpact("id-chat", PageLight.PARTIAL, START - 600, START + 900),
            PageImpact("id-login", PageLight.PARTIAL, START + 300),
        )
        told = replace(incident("id-chat", ident="i1"), impacts=records)
        opinions = Opinions(replace(page(START, ["ok"]), incidents=(told,)))
        lights = {
            at: tuple(opinions.of((name,), START + at).light for name in ("id-chat", "id-login"))
            for at in (0, 299, 300, 899, 900)
        }
        assert lights == {0: (Y, G), 299: (Y, G), 300: (Y, Y), 899: (Y, Y), 900: (G, Y)}
        afresh = Opinions(replace(page(START, ["ok"]), incidents=(told,)))
        assert afresh.of(("id-chat",), START).until == START + 300, "nothing changes before the next one begins"

    def test_one_of_unknown_gravity_stands_behind_a_light_one(self) -> None:
        incidents = (incident("id-chat", ident="minor", impact=Impact.MINOR),
                     incident("id-chat", ident="unknown", impact=Impact.UNKNOWN, started_at=START + 1))  # fmt: skip
        opinion = speak(replace(page(START, ["ok"]), incidents=incidents), "id-chat")
        assert [each.id for each in opinion.incidents] == ["minor", "unknown"]

    def test_of_equal_ones_the_newest(self) -> None:
        incidents = tuple(
            incident("id-chat", ident=f"i{at}", started_at=at) for at in (START + 1, START + 3, START + 2)
        )
        report = replace(page(START, ["ok"]), incidents=incidents)
        opinion = speak(report, "id-chat")
        assert [each.id for each in opinion.incidents] == [f"i{START + at}" for at in (3, 2, 1)]
        assert opinion.since == START + 1

    def test_a_maintenance_is_no_incident_of_the_outage(self) -> None:
        said = ["incident:in_progress:maintenance:chat", "partial:chat"]
        opinion = speak(page(START, said), "id-chat")
        assert (opinion.incidents, opinion.maintenance) == ((), True)
        [planned] = [said for said in opinion.reasons if said.code == "page_maintenance"]
        assert "impact" not in planned.params

    @pytest.mark.parametrize(
        ("said", "unsettled"),
        [
            ("incident:investigating:major:chat", True),
            ("incident:identified:major:chat", True),
            ("incident:monitoring:major:chat", False),
            ("incident:investigating:major:login", False),
            ("incident:investigating:major:", False),
            ("incident:investigating:none:chat", False),
            ("incident:in_progress:maintenance:chat", False),
        ],
    )
    def test_unsettled_while_one_that_touches_it_is_still_looked_into(self, said: str, unsettled: bool) -> None:
        assert speak(page(START, [said]), "id-chat").unsettled is unsettled


def incident(
    component: str, *, ident: str, stage: PageStage = PageStage.INVESTIGATING, impact: Impact = Impact.MAJOR,
    started_at: float = START,
) -> PageIncident:  # fmt: skip
    return PageIncident(ident, ident, stage, impact, (component,), started_at, START)


@pytest.mark.parametrize(
    ("said", "chat", "login"),
    [
        ("degraded:chat major:login", Light.YELLOW, Light.RED),
        ("partial:chat major:login", Light.YELLOW, Light.RED),
        # Which of them is as grave as that, nobody says: states lag.
        ("degraded:chat partial:login", Light.RED, Light.RED),
        # What is out is no part of it.
        ("degraded:chat major:api", Light.RED, Light.YELLOW),
    ],
    ids=spelled,
)
def test_an_incident_is_as_grave_as_the_worst_that_it_touches(said: str, chat: Light, login: Light) -> None:
    told = replace(incident("id-chat", ident="i1", impact=Impact.CRITICAL), components=("id-chat", "id-login"))
    report = replace(page(START, said.split()), incidents=(told,))
    assert (speak(report, "id-chat").light, speak(report, "id-login").light) == (chat, login)


def test_an_opinion_is_made_once_for_each_reading() -> None:
    opinions = Opinions(page(START, ["ok"]))
    assert opinions.of(("id-chat",), START) is opinions.of(("id-chat",), START + 60)


@pytest.mark.parametrize("health", list(PageHealth))
def test_a_page_that_says_nothing_usable_tells_its_health(health: PageHealth) -> None:
    opinion = unknown(PageReport(START, "acme", health, LINK, reason="http"), START - 60)
    assert (opinion.light, opinion.finding, opinion.incidents) == (Light.GREY, Finding.NO_EVIDENCE, ())
    (reason,) = opinion.reasons
    assert (reason.code, reason.link) == ("page_unknown", LINK)
    assert reason.params == {"health": health, "reason": "http", "fetched_at": START - 60}


class TestOfARunningNumberOfIncidents:
    def test_of_copies_of_one_incident_the_newest_counts(self) -> None:
        opened = incident("id-chat", ident="i1")
        closed = replace(opened, stage=PageStage.RESOLVED, updated_at=START + 60)
        for copies in ((opened, closed), (closed, opened)):
            report = replace(page(START, ["ok"]), incidents=copies)
            assert speak(report, "id-chat").light is Light.GREEN
            reopened = replace(report, incidents=(closed, replace(opened, updated_at=START + 60)))
            assert speak(reopened, "id-chat").light is Light.YELLOW, "of two of one age the open one"

    def test_an_incident_in_the_future_waits(self) -> None:
        told = incident("id-chat", ident="i1", started_at=START + 7200)
        opinions = Opinions(replace(page(START, ["ok"]), incidents=(told,)))
        assert opinions.of(("id-chat",), START).light is Light.GREEN
        assert opinions.of(("id-chat",), START + 7200 - CLOCKS_DIFFER_S).light is Light.YELLOW


class TestFeeds:
    """Pages that list incidents and give their components no states."""

    @staticmethod
    def speak(said: str, component: str = "id-chat") -> tuple[Light, Finding]:
        feed = replace(page(START, [said]), components=(), stated=False)
        assert feed.speaks
        opinion = speak(feed, component)
        return opinion.light, opinion.finding

    @pytest.mark.parametrize(
        ("said", "light", "finding"),
        [
            ("ok", G, Finding.OK),
            ("incident:investigating:critical:chat", R, Finding.DOWN),
            ("incident:investigating:major:chat", Y, Finding.DEGRADED),
            ("incident:investigating:minor:chat", G, Finding.OK),
            ("incident:monitoring:critical:chat", Y, Finding.RECOVERING),
            ("incident:investigating:critical:login", G, Finding.OK),
            ("incident:investigating:critical:", Y, Finding.DEGRADED),
            ("incident:investigating:minor:", G, Finding.OK),
            ("incident:investigating:unknown:chat", Light.GREY, Finding.NO_EVIDENCE),
            ("incident:investigating:unknown:", Light.GREY, Finding.NO_EVIDENCE),
            ("incident:investigating:unknown:login", G, Finding.OK),
            ("incident:unknown:critical:chat", Light.GREY, Finding.NO_EVIDENCE),
            ("incident:unknown:minor:chat", G, Finding.OK),
            ("incident:resolved:unknown:chat", G, Finding.OK),
            ("incident:resolved:critical:chat", G, Finding.OK),
        ],
    )
    def test_its_incidents_alone_colour(self, said: str, light: Light, finding: Finding) -> None:
        assert self.speak(said) == (light, finding)

    @pytest.mark.parametrize(("said", "light"), [("ok", Light.GREY), ("incident:investigating:critical:chat", R)])
    def test_what_could_not_be_read_may_touch_anything(self, said: str, light: Light) -> None:
        feed = replace(page(START, [said]), components=(), stated=False, health=PageHealth.INCOMPLETE)
        assert speak(feed, "id-chat").light is light

    @pytest.mark.parametrize("component", [ALL, "name:Chat*"])
    @pytest.mark.parametrize(
        ("said", "light"),
        [
            ("ok", G),
            ("incident:investigating:critical:chat", R),
            ("incident:investigating:critical:login", R),
            ("incident:investigating:major:", Y),
            ("incident:resolved:critical:chat", G),
        ],
    )
    def test_what_is_not_known_by_its_id_may_be_any_part(self, said: str, light: Light, component: str) -> None:
        """A feed names the parts that something touches, not those that are well, and some by their ids alone."""
        assert self.speak(said, component)[0] is light

    def test_a_part_that_it_names_is_called_by_its_name(self) -> None:
        feed = replace(page(START, ["incident:investigating:critical:login"]), stated=False)
        assert speak(feed, "id-chat").reasons[0].params == {"components": "Chat"}

    def test_a_part_that_it_has_never_named_is_not_called_by_its_id(self) -> None:
        feed = replace(page(START, ["incident:investigating:critical:login"]), components=(), stated=False)
        assert speak(feed, "id-chat").reasons[0].params == {"components": ""}

    def test_of_no_part_at_all_nothing_is_wrong(self) -> None:
        assert self.speak("incident:in_progress:maintenance:", ALL) == (G, Finding.OK)

    def test_a_fix_is_watched_for_a_day(self) -> None:
        told = incident("id-chat", ident="i1", stage=PageStage.MONITORING)
        opinions = Opinions(replace(page(START, ["ok"]), components=(), stated=False, incidents=(told,)))
        lights = [opinions.of(("id-chat",), START + at).light for at in (0.0, MONITORED_S - 1, MONITORED_S)]
        assert lights == [Y, Y, G]


class TestEverythingOperational:
    """Is said only where it is true of all that the page lists."""

    @pytest.mark.parametrize(
        "said", ["major:login", "maintenance:login", "unknown:login", "incident:investigating:major:login"]
    )
    def test_not_while_something_else_is_not(self, said: str) -> None:
        (reason,) = speak(page(START, [said]), "id-chat").reasons
        assert (reason.code, reason.params) == ("page_operational", {"components": "Chat"})

    def test_nor_where_some_of_it_could_not_be_read(self) -> None:
        report = replace(page(START, ["ok"]), health=PageHealth.INCOMPLETE)
        assert speak(report, "id-chat").reasons[0].params == {"components": "Chat"}

    def test_nor_of_what_is_under_maintenance(self) -> None:
        opinion = speak(page(START, ["maintenance:chat"]), "id-chat")
        assert [(each.code, each.params["state"]) for each in opinion.reasons] == [("page_component", "maintenance")]


SONNET = Use(("Opus", "Sonnet"), frozenset({"Sonnet"}))


def concerning(said: str, name: str) -> PageReport:
    """The same page, whose incident is called so."""
    report = page(START, said.split())
    return replace(report, incidents=tuple(replace(one, name=name) for one in report.incidents))


@pytest.mark.parametrize(
    ("said", "light"),
    [
        ("incident:investigating:major:chat", G),
        ("degraded:chat incident:identified:minor:chat", G),
        ("partial:chat incident:investigating:critical:chat", G),
        ("partial:chat incident:monitoring:major:chat", G),
        # What is down for all is down, whatever it is called.
        ("major:chat incident:investigating:critical:chat", R),
        ("degraded:chat incident:investigating:major:login", Y),
        ("incident:unknown:critical:chat", U),
        ("maintenance:chat incident:investigating:major:chat", G),
    ],
)
def test_an_incident_of_models_that_are_not_used_is_listed(said: str, light: Light) -> None:
    report = concerning(said, "Elevated errors on Opus 4.5")
    opinion = Opinions(report).of(("id-chat",), report.at, SONNET)
    assert opinion.light is light
    assert ("page_elsewhere" in [one.code for one in opinion.reasons]) == (light is G)
    if light is G:
        [told] = [one for one in opinion.reasons if one.code == "page_elsewhere"]
        assert (told.params["families"], told.params["used"]) == ("Opus", "Sonnet")
        assert [each.id for each in opinion.incidents] == ["inc-1"]
        assert (opinion.unsettled, opinion.out, opinion.since) == (False, frozenset(), None)
        assert opinion.lapsed
        assert not opinion.untroubled
    # A website, and a service of which too little is known, has the same page and no such excuse.
    for use in (None, Use(SONNET.families, frozenset()), Use(SONNET.families, frozenset({"Opus", "Sonnet"}))):
        assert Opinions(report).of(("id-chat",), report.at, use) == speak(report, "id-chat")


def test_what_a_page_does_not_say_of_a_part_no_other_models_make_well() -> None:
    report = concerning("unknown:chat incident:investigating:major:chat", "Elevated errors on Opus 4.5")
    assert Opinions(report).of(("id-chat",), report.at, SONNET).light is U


def test_one_that_names_a_model_in_use_counts_beside_one_that_does_not() -> None:
    report = concerning("partial:chat incident:investigating:major:chat", "Elevated errors on Opus 4.5")
    [opus] = report.incidents
    sonnet = replace(opus, id="inc-2", name="Elevated errors on Sonnet 5")
    both = replace(report, incidents=(opus, sonnet))
    opinion = Opinions(both).of(("id-chat",), report.at, SONNET)
    assert (opinion.light, opinion.finding) == (Y, Finding.DEGRADED)
    assert [one.code for one in opinion.reasons] == ["page_incident", "page_component", "page_elsewhere"]
    assert [each.id for each in opinion.incidents] == ["inc-2", "inc-1"]


def test_opinions_for_different_uses_are_kept_apart() -> None:
    report = concerning("incident:investigating:major:chat", "Elevated errors on Opus 4.5")
    opinions = Opinions(report)
    seen = [opinions.of(("id-chat",), report.at, use).light for use in (None, SONNET, None, SONNET)]
    assert seen == [Y, G, Y, G]
