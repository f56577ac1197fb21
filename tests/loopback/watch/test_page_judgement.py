"""Rule 4 through real HTTP: what a page says in its vendor's own words, and what the light says of it.

Each scene is taken from a public report or a recording, in files of the same shape.
"""

import pytest
from msgspec.structs import replace

from tests.support.pagefiles import affected, component, impact, incident, moment, native_incident, update
from tests.support.pagescene import API, DAY_S, HOUR_S, MINUTE_S, NAMES, SITE, PageScene, codes
from trayapp.core.evidence.observation import Depth
from trayapp.core.notify.banner import Banner, BannerStage

VENDORS = pytest.mark.parametrize("kind", ["statuspage", "incidentio"])
GREEN, RED = "green ok", "red down"
DEGRADED, RECOVERING = "yellow degraded", "yellow recovering"


class TestOneIncidentForEverything:
    """Anthropic links a critical incident to all six components and calls some of them not operational."""

    def linked(self, scene: PageScene, states: dict[str, str], at: float) -> None:
        named = [component(one, NAMES[one], states.get(one, "operational")) for one in NAMES]
        words = [
            update(
                "investigating",
                at,
                affected_components=[affected(one, states.get(one, "operational")) for one in NAMES],
            )
        ]
        scene.show(
            states, [incident("i1", "Errors", "investigating", at, impact="critical", components=named, updates=words)]
        )

    async def test_what_reads_operational_is_doubted_for_half_an_hour_and_then_only_listed(self) -> None:
        async with PageScene() as scene:
            self.linked(scene, {"id-sora": "major_outage"}, scene.now - 5 * MINUTE_S)
            verdict = await scene.read()
            assert scene.light() == DEGRADED, "states lag"
            assert verdict.since == pytest.approx(scene.now - 5 * MINUTE_S, abs=1)
            verdict = await scene.watch(24 * MINUTE_S)
            assert scene.light() == DEGRADED
            await scene.watch(2 * MINUTE_S)
            assert scene.light() == GREEN, "not recovering: it never was known to be down"
            assert "page_incident" in codes(scene.verdict()), "listed"

    async def test_what_is_not_operational_is_red(self) -> None:
        async with PageScene() as scene:
            self.linked(scene, {"id-chat": "degraded_performance"}, scene.now - 2 * HOUR_S)
            await scene.read()
            assert scene.light() == RED
            assert scene.part("chat").light == "red"
            assert scene.part("login").light == "green"

    async def test_three_real_answers_end_the_doubt(self) -> None:
        async with PageScene() as scene:
            scene.answers(Depth.COMPLETION)
            scene.move(9 * MINUTE_S)
            self.linked(scene, {"id-sora": "major_outage"}, scene.now - 5 * MINUTE_S)
            await scene.read("api")
            for after in range(3):
                assert scene.light("api") == DEGRADED, f"{after} answers newer than the last update"
                scene.move(10)
                scene.answers(Depth.COMPLETION)
            assert scene.light("api") == GREEN
            assert "page_incident" in codes(scene.verdict("api"))


async def test_the_newest_update_takes_out_what_it_calls_operational() -> None:
    async with PageScene() as scene:
        at = scene.now - 10 * MINUTE_S
        words = [
            update(
                "identified",
                at + 300,
                affected_components=[
                    affected("id-chat", "operational", "major_outage"),
                    affected("id-login", "major_outage"),
                ],
            ),
            update(
                "investigating",
                at,
                affected_components=[affected("id-chat", "major_outage"), affected("id-login", "major_outage")],
            ),
        ]
        named = [component(one, NAMES[one]) for one in ("id-chat", "id-login")]
        scene.show(
            {"id-login": "major_outage"},
            [incident("i1", "Errors", "identified", at, impact="critical", components=named, updates=words)],
            changed_at=at,
        )
        await scene.read()
        assert (scene.part("chat").light, scene.part("login").light) == ("green", "red")


async def test_an_incident_that_moved_on_lets_go() -> None:
    async with PageScene() as scene:
        at = scene.now - 10 * MINUTE_S
        words = [
            update("identified", at + 300, affected_components=[affected("id-login", "partial_outage")]),
            update("investigating", at, affected_components=[affected("id-chat", "partial_outage")]),
        ]
        told = incident(
            "i1",
            "Errors",
            "identified",
            at,
            components=[component("id-login", "Login", "partial_outage")],
            updates=words,
        )
        scene.show({"id-login": "partial_outage"}, [told], changed_at=at)
        await scene.read()
        assert (scene.part("chat").light, scene.part("login").light) == ("green", "yellow")
        assert "page_incident" not in codes(scene.part("chat"))


@VENDORS
class TestNamesNoPart:
    """Kimi and others open incidents that name no component."""

    @pytest.mark.parametrize("impact", ["major", "critical"])
    async def test_with_every_component_operational_it_is_only_listed(self, kind: str, impact: str) -> None:
        async with PageScene(kind) as scene:
            scene.show(incidents=[incident("i1", "Errors", "investigating", scene.now - 300, impact=impact)])
            await scene.read()
            assert scene.light() == GREEN
            assert "page_unnamed" in codes(scene.verdict())

    async def test_it_makes_nothing_worse_than_the_component_says(self, kind: str) -> None:
        async with PageScene(kind) as scene:
            at = scene.now - 300
            scene.show(
                {"id-chat": "degraded_performance"},
                [incident("i1", "Errors", "investigating", at, impact="critical")],
                changed_at=at,
            )
            await scene.read()
            assert (scene.light(), scene.part("login").light) == (DEGRADED, "green")
            assert "page_unnamed" in codes(scene.part("chat"))
            assert "page_unnamed" not in codes(scene.part("login")), "it can mean chat alone"

    async def test_it_is_the_reason_given_when_own_eyes_see_trouble(self, kind: str) -> None:
        async with PageScene(kind) as scene:
            scene.answers()
            scene.show(incidents=[incident("i1", "Errors", "investigating", scene.now - 300)])
            await scene.read("api")
            for _ in range(5):
                scene.move(15)
                scene.answers(status=502)
            assert scene.light("api") == RED
            assert "page_unnamed" in codes(scene.verdict("api"))
            assert "page_silent" not in codes(scene.verdict("api"))


async def test_impact_none_is_only_listed() -> None:
    async with PageScene() as scene:
        told = incident(
            "i1",
            "Just so you know",
            "investigating",
            scene.now - 300,
            impact="none",
            components=[component("id-chat", "Chat")],
        )
        scene.show(incidents=[told])
        await scene.read()
        assert scene.light() == GREEN
        assert "page_incident" in codes(scene.verdict())


@pytest.mark.parametrize("stage", ["investigating", "monitoring"])
async def test_an_incident_without_news_for_a_week_is_only_listed(stage: str) -> None:
    async with PageScene() as scene:
        named = [component("id-chat", "Chat")]
        scene.show(incidents=[incident("i1", "Errors", stage, scene.now - 100 * DAY_S, components=named)])
        await scene.read()
        assert scene.light() == GREEN


class TestMonitoring:
    async def test_it_is_recovering_until_the_component_was_operational_for_half_an_hour(self) -> None:
        async with PageScene() as scene:
            at = scene.now - 2 * HOUR_S
            named = [component("id-chat", "Chat")]
            words = [update("monitoring", scene.now - 300), update("investigating", at)]
            scene.show(incidents=[incident("i1", "Errors", "monitoring", at, components=named, updates=words)])
            verdict = await scene.read()
            assert scene.light() == RECOVERING
            assert verdict.since == pytest.approx(scene.now - 300, abs=1), "the page's own time"
            await scene.watch(24 * MINUTE_S)
            assert scene.light() == RECOVERING
            await scene.watch(2 * MINUTE_S)
            assert scene.light() == GREEN

    async def test_what_is_not_operational_yet_is_not_recovering(self) -> None:
        async with PageScene() as scene:
            at = scene.now - 2 * HOUR_S
            told = incident("i1", "Errors", "monitoring", at, components=[component("id-chat", "Chat")])
            scene.show({"id-chat": "partial_outage"}, [told], changed_at=at)
            await scene.read()
            assert scene.light() == DEGRADED


class TestLongQuiet:
    @VENDORS
    async def test_a_page_on_which_nothing_changed_for_a_hundred_days_is_a_calm_one(self, kind: str) -> None:
        async with PageScene(kind) as scene:
            old = scene.now - 100 * DAY_S
            scene.show(changed_at=old, file={"page": {"id": "testpage0001", "updated_at": moment(old)}})
            await scene.read()
            assert (scene.light(), scene.health.health) == (GREEN, "ok")

    async def test_trouble_that_nobody_touched_for_two_weeks_is_listed_while_own_eyes_are_good(self) -> None:
        async with PageScene() as scene:
            scene.answers()
            scene.show({"id-api": "major_outage", "id-chat": "major_outage"}, changed_at=scene.now - 40 * DAY_S)
            await scene.read()
            assert scene.light("api") == GREEN
            assert "page_stale" in codes(scene.verdict("api")), "listed with its age"
            assert scene.light() == "grey no_evidence", "nobody else can see the site"
            assert "page_stale" in codes(scene.verdict())

    async def test_trouble_of_two_weeks_less_a_day_still_counts(self) -> None:
        async with PageScene() as scene:
            scene.answers()
            scene.show({"id-api": "major_outage"}, changed_at=scene.now - 13 * DAY_S)
            await scene.read()
            assert scene.light("api") == RED

    async def test_an_incident_with_news_keeps_it_fresh(self) -> None:
        async with PageScene() as scene:
            at = scene.now - 40 * DAY_S
            words = [update("identified", scene.now - DAY_S), update("investigating", at)]
            told = incident(
                "i1",
                "Errors",
                "identified",
                at,
                components=[component("id-chat", "Chat", "major_outage")],
                updates=words,
            )
            scene.show({"id-chat": "major_outage"}, [told], changed_at=at)
            await scene.read()
            assert scene.light() == RED

    async def test_without_times_it_counts_from_when_it_was_first_seen_across_restarts(self) -> None:
        async with PageScene("incidentio") as scene:
            scene.show({"id-chat": "partial_outage"})
            await scene.read()
            scene.move(13 * DAY_S)
            scene.restart()
            await scene.read()
            assert scene.light() == DEGRADED
            scene.move(2 * DAY_S)
            scene.restart()
            await scene.read()
            assert scene.light() == "grey no_evidence"


class TestBadRecords:
    """One record that cannot be read makes that record unknown, not the page."""

    @VENDORS
    @pytest.mark.parametrize("spoilt", [{"status": None}, {"status": 7}, {"status": ["operational"]}])
    async def test_a_component_without_a_state_is_unknown_alone(self, kind: str, spoilt: dict[str, object]) -> None:
        async with PageScene(kind) as scene:
            parts = [component(one, NAMES[one]) | (spoilt if one == "id-history" else {}) for one in NAMES]
            scene.show(file={"components": parts})
            await scene.read()
            assert (scene.light(), scene.health.health) == (GREEN, "incomplete")
            assert scene.part("history").light == "grey", "never green for what is not said"

    @VENDORS
    async def test_an_incident_without_a_beginning_colours_nothing(self, kind: str) -> None:
        async with PageScene(kind) as scene:
            bad = incident("i1", "Errors", "investigating", scene.now - 300, components=[component("id-chat", "Chat")])
            del bad["created_at"]
            good = incident(
                "i2",
                "Slow",
                "investigating",
                scene.now - 300,
                impact="minor",
                components=[component("id-login", "Login")],
            )
            scene.show({"id-login": "degraded_performance"}, [bad, good], changed_at=scene.now - 300)
            await scene.read()
            assert scene.health.health == "incomplete"
            assert (scene.part("chat").light, scene.part("login").light) == ("green", "yellow")

    async def test_without_its_incidents_the_components_still_speak(self) -> None:
        async with PageScene("incidentio") as scene:
            scene.show({"id-chat": "major_outage"})
            scene.serve("/api/v2/incidents.json", "no", 503)
            await scene.read()
            assert (scene.light(), scene.health.health, scene.health.reason) == (
                RED,
                "incomplete",
                "incidents",
            )

    async def test_of_two_ids_the_one_that_is_found_counts_and_the_lost_one_is_reported(self) -> None:
        chat = replace(SITE.components[0], page_components=("id-chat", "id-gone"))
        async with PageScene(services=(replace(SITE, components=(chat,)), API)) as scene:
            scene.show()
            await scene.read()
            assert scene.light() == GREEN
            assert "page_missing" in codes(scene.verdict())
            scene.show({"id-chat": "major_outage"})
            await scene.read()
            assert scene.light() == RED

    async def test_a_page_that_does_not_list_any_says_so(self) -> None:
        async with PageScene() as scene:
            scene.show(file={"components": [component("id-other", "Other")]})
            verdict = await scene.read()
            assert scene.light() == "grey no_evidence"
            (said,) = [reason for reason in verdict.reasons if reason.code == "page_unknown"]
            assert said.params["health"] == "missing_component"


@VENDORS
async def test_a_late_resolution_with_an_end_of_two_days_ago_is_one_over_and_the_true_duration(kind: str) -> None:
    async with PageScene(kind) as scene:
        at = scene.now - 30 * MINUTE_S
        named = [component("id-chat", "Chat", "major_outage")]
        scene.show()
        await scene.read()
        scene.show(
            {"id-chat": "major_outage"},
            [incident("i1", "Errors", "investigating", at, components=named)],
            changed_at=at,
            ongoing=[
                native_incident(
                    "i1", "Errors", "investigating", at, impacts=[impact("id-chat", "full_outage", at, "i1")]
                )
            ],
        )
        await scene.watch(2 * DAY_S, every=HOUR_S / 6)
        end = at + 3 * HOUR_S
        words = [update("resolved", end) | {"created_at": moment(scene.now)}, update("investigating", at)]
        scene.show(
            incidents=[
                incident("i1", "Errors", "resolved", at, components=named, updates=words, resolved_at=moment(scene.now))
            ]
        )
        await scene.watch(HOUR_S)
        over = [one for one in scene.announcements if isinstance(one, Banner) and one.stage is BannerStage.OVER]
        assert len(over) == 1
        ended_at, since = over[0].params["ended_at"], over[0].params["since"]
        assert isinstance(ended_at, float)
        assert isinstance(since, float)
        assert ended_at - since == pytest.approx(3 * HOUR_S, abs=1)


async def test_an_incident_that_is_only_listed_keeps_nothing_from_being_well_again() -> None:
    async with PageScene() as scene:
        scene.answers()
        named = [component("id-api", "API")]
        scene.show(incidents=[incident("i1", "Errors", "investigating", scene.now - 2 * HOUR_S, components=named)])
        await scene.read("api")
        for _ in range(5):
            scene.move(15)
            scene.answers(status=502)
        assert scene.light("api") == RED
        for _ in range(14):
            scene.move(MINUTE_S)
            scene.answers()
            await scene.report()
        assert scene.light("api") == GREEN


async def test_an_old_incident_that_names_no_part_confirms_no_new_outage() -> None:
    async with PageScene() as scene:
        scene.answers()
        scene.show(incidents=[incident("i1", "Sora is slow", "investigating", scene.now - 2 * DAY_S)])
        await scene.read("api")
        for _ in range(5):
            scene.move(15)
            scene.answers(status=502)
        (ours,) = scene.state.result.snapshot.incidents
        assert ours.title is None
        scene.show(incidents=[incident("i2", "Errors", "investigating", scene.now - 2 * MINUTE_S)])
        await scene.read("api")
        (ours,) = scene.state.result.snapshot.incidents
        assert ours.title == "Errors"


@pytest.mark.parametrize(
    ("stage", "impact", "age_s"),
    [("investigating", "none", 2 * MINUTE_S), ("investigating", "major", 8 * DAY_S), ("monitoring", "major", DAY_S)],
    ids=["of-no-impact", "forgotten", "fixed-yesterday"],
)
async def test_what_is_only_listed_confirms_no_new_outage(stage: str, impact: str, age_s: float) -> None:
    async with PageScene() as scene:
        named = [component("id-api", "API")]
        scene.answers()
        scene.show(
            incidents=[incident("i1", "Other", stage, scene.now - age_s, impact=impact, components=named)],
        )
        await scene.read("api")
        for _ in range(5):
            scene.move(15)
            scene.answers(status=502)
        assert scene.light("api") == RED
        (ours,) = scene.state.result.snapshot.incidents
        assert ours.title is None
        told = [one for one in scene.announcements if isinstance(one, Banner)]
        assert BannerStage.CONFIRMED not in {one.stage for one in told}


class TestNativeRecords:
    """incident.io's compatible answers name no components; its own page data does."""

    async def test_an_untagged_incident_whose_records_name_login(self) -> None:
        async with PageScene("incidentio") as scene:
            at = scene.now - 5 * MINUTE_S
            records = [impact("id-login", "partial_outage", at, "i1")]
            scene.show(
                incidents=[incident("i1", "Errors", "investigating", at)],
                ongoing=[native_incident("i1", "Errors", "investigating", at, impacts=records)],
            )
            await scene.read()
            assert (scene.part("login").light, scene.part("chat").light) == ("yellow", "green")
            assert "page_incident" in codes(scene.part("login"))

    async def test_a_record_that_has_ended_lets_go(self) -> None:
        async with PageScene("incidentio") as scene:
            at = scene.now - 5 * MINUTE_S
            records = [
                impact("id-login", "partial_outage", at, "i1", end_at=scene.now - 60),
                impact("id-chat", "partial_outage", at, "i1"),
            ]
            scene.show(
                {"id-chat": "partial_outage"},
                [incident("i1", "Errors", "investigating", at)],
                ongoing=[native_incident("i1", "Errors", "investigating", at, impacts=records)],
            )
            await scene.read()
            assert (scene.part("login").light, scene.part("chat").light) == ("green", "yellow")

    async def test_what_the_page_data_leaves_out_is_asked_for(self) -> None:
        async with PageScene("incidentio") as scene:
            at = scene.now - 5 * MINUTE_S
            scene.show(incidents=[incident("i1", "Errors", "investigating", at)])
            scene.serve(
                "/proxy/127.0.0.1/component_impacts",
                {"component_impacts": [impact("id-login", "partial_outage", at, "i1")]},
            )
            await scene.read()
            assert (scene.part("login").light, scene.part("chat").light) == ("yellow", "green")

    async def test_a_calm_page_costs_two_requests(self) -> None:
        async with PageScene("incidentio") as scene:
            scene.show()
            await scene.read()
            assert [one.path for one in scene.server.requests] == ["/api/v2/components.json", "/api/v2/incidents.json"]
            scene.show({"id-chat": "partial_outage"})
            await scene.read()
            assert scene.server.asked("/proxy/127.0.0.1") == 1

    async def test_an_incident_that_only_the_page_data_has_counts(self) -> None:
        async with PageScene("incidentio") as scene:
            at = scene.now - 5 * MINUTE_S
            records = [impact("id-chat", "full_outage", at, "i1")]
            scene.show(
                {"id-chat": "major_outage"},
                ongoing=[native_incident("i1", "Errors", "investigating", at, impacts=records)],
            )
            verdict = await scene.read()
            assert scene.light() == RED
            assert "page_incident" in codes(verdict)
            assert verdict.since == pytest.approx(at, abs=1), "the record's own time, for the states have none"
