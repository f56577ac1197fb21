"""What each vendor's pages do that a reader must not stumble over."""

import copy
from typing import Any

import pytest

from tests.support.httpserver import answer
from tests.support.pagefiles import PAGE_ID, component, moment, native, native_incident, summary
from tests.support.pagescene import DAY_S, HOUR_S, MINUTE_S, NAMES, PageScene
from tests.support.vendorfiles import WELL, Files, Told, betterstack, checkly, checkly_uptime, datadog, instatus
from trayapp.core.evidence.page_report import Impact, PageHealth, PageLight, PageReport, PageStage
from trayapp.text.reasons import reason as words_of

GREEN, RED, UNTOLD = "green ok", "red down", "grey no_evidence"


def _serve(scene: PageScene, files: Files) -> None:
    for path, file in files.items():
        scene.serve(path, file)


def _states(report: PageReport) -> dict[str, PageLight]:
    return {one.id: one.state for one in report.components}


class TestInstatus:
    async def test_a_component_is_no_better_than_the_incident_that_it_carries(self) -> None:
        async with PageScene("instatus") as scene:
            files = instatus(WELL, [Told("i1", scene.now - 300)])
            files["/summary.json"]["page"]["status"] = "UP"
            _serve(scene, files)
            assert _states(await scene.report()) == WELL | {"id-chat": PageLight.MAJOR}
            assert scene.light() == RED

    @pytest.mark.parametrize(
        ("carried", "state"),
        [
            ([{"status": "RESOLVED", "impact": "MAJOROUTAGE"}], PageLight.OPERATIONAL),
            ([{"status": "IDENTIFIED", "impact": "PARTIALOUTAGE"}], PageLight.PARTIAL),
            # The provider goes on to watch its fix; what it calls well is well.
            ([{"status": "MONITORING", "impact": "PARTIALOUTAGE"}], PageLight.OPERATIONAL),
            ([{"status": "INVESTIGATING", "impact": "OPERATIONAL"}], PageLight.OPERATIONAL),
            ([{"status": "INVESTIGATING"}], PageLight.UNKNOWN),
            ([None], PageLight.UNKNOWN),
            ("some", PageLight.UNKNOWN),
            (None, PageLight.OPERATIONAL),
        ],
    )
    async def test_what_it_carries(self, carried: Any, state: PageLight) -> None:
        async with PageScene("instatus") as scene:
            files = instatus(WELL)
            files["/v2/components.json"]["components"][0]["activeIncidents"] = carried
            _serve(scene, files)
            assert _states(await scene.report())["id-chat"] is state

    async def test_a_page_in_several_languages(self) -> None:
        async with PageScene("instatus") as scene:
            files = instatus(WELL, [Told("i1", scene.now - 300)])
            names = {"default": "Chat", "de": "Plauderei"}
            files["/v2/components.json"]["components"][0]["name"] = names
            files["/summary.json"]["activeIncidents"][0]["name"] = names | {"default": "Errors"}
            _serve(scene, files)
            report = await scene.report()
            assert (report.components[0].name, report.incidents[0].name) == ("Chat", "Errors")

    async def test_parts_of_parts_of_parts(self) -> None:
        async with PageScene("instatus") as scene:
            files = instatus(WELL | {"id-chat": PageLight.MAJOR})
            first, *others = files["/v2/components.json"]["components"]
            inner = {"id": "g2", "name": "Inner", "status": "OPERATIONAL", "isParent": True, "children": [first]}
            outer = inner | {"id": "g1", "name": "Outer", "children": [inner]}
            files["/v2/components.json"]["components"] = [outer, *others]
            _serve(scene, files)
            await scene.report()
            assert scene.part("chat").light == "red"

    async def test_its_components_may_be_at_the_newer_address(self) -> None:
        async with PageScene("instatus") as scene:
            files = instatus(WELL)
            scene.serve("/v3/components.json", files["/v2/components.json"])
            scene.serve("/summary.json", files["/summary.json"])
            for _ in range(3):
                assert _states(await scene.report()) == WELL
            assert (scene.server.asked("/v2/components.json"), scene.server.asked("/v3/components.json")) == (1, 3)

    async def test_a_field_for_a_password_where_nothing_is_is_no_login(self) -> None:
        async with PageScene("instatus") as scene:
            files = instatus(WELL)
            scene.serve("/v2/components.json", "<html><title>404</title><input type=password></html>", 404)
            scene.serve("/v3/components.json", files["/v2/components.json"])
            scene.serve("/summary.json", files["/summary.json"])
            assert (await scene.report()).health is PageHealth.OK

    async def test_the_page_s_own_status_alone_says_nothing(self) -> None:
        async with PageScene("instatus") as scene:
            scene.serve("/summary.json", {"page": {"id": PAGE_ID, "name": "Acme", "url": "https://a", "status": "UP"}})
            await scene.read()
            assert (scene.light(), scene.health.health) == (UNTOLD, PageHealth.MOVED)

    @pytest.mark.parametrize(("page_id", "health"), [(None, "incomplete"), (PAGE_ID, "unreadable")])
    async def test_without_its_summary(self, page_id: str | None, health: str) -> None:
        """It alone says whose page this is."""
        async with PageScene("instatus", page_id=page_id) as scene:
            _serve(scene, instatus(WELL))
            scene.serve("/summary.json", "no", 503)
            await scene.read()
            assert (scene.light(), scene.health.health) == (GREEN if page_id is None else UNTOLD, health)

    @pytest.mark.parametrize("page_id", [PAGE_ID, "Acme AI", "status.acme.example"])
    async def test_by_which_it_is_known(self, page_id: str) -> None:
        async with PageScene("instatus", page_id=page_id) as scene:
            _serve(scene, instatus(WELL))
            assert (await scene.report()).health is PageHealth.OK

    @pytest.mark.parametrize(
        ("length", "minutes"), [("60", 60), (90, 90), ("soon", None), (None, None), (-1, None), (True, None)]
    )
    async def test_a_maintenance_says_how_long_it_is(self, length: Any, minutes: int | None) -> None:
        async with PageScene("instatus") as scene:
            plan = Told("m1", scene.now, PageLight.MAINTENANCE, stage="in_progress", until=scene.now, planned=True)
            files = instatus(WELL, [plan])
            files["/summary.json"]["activeMaintenances"][0]["duration"] = length
            _serve(scene, files)
            (said,) = (await scene.report()).incidents
            ends_at = None if minutes is None else pytest.approx(scene.now + minutes * MINUTE_S, abs=1)
            assert said.ends_at == ends_at

    async def test_an_incident_without_an_id_is_one_all_the_same(self) -> None:
        async with PageScene("instatus") as scene:
            files = instatus(WELL, [Told("i1", scene.now - 300), Told("i2", scene.now - 60)])
            for one in files["/summary.json"]["activeIncidents"]:
                del one["id"]
            for part in files["/v2/components.json"]["components"]:
                part.pop("activeIncidents", None)
            _serve(scene, files)
            first, second = (await scene.report()).incidents
            assert first.id
            assert first.id != second.id


class TestBetterStack:
    async def test_numbers_are_ids_as_well(self) -> None:
        async with PageScene("betterstack", page_id="165") as scene:
            file = betterstack(WELL, [Told("i1", scene.now - 60)])["/index.json"]
            file["data"]["id"] = 165
            report_ = next(one for one in file["included"] if one["type"] == "status_report")
            report_["attributes"]["affected_resources"] = [{"status_page_resource_id": 8738, "status": "downtime"}]
            chat = next(one for one in file["included"] if one["id"] == "id-chat")
            chat["id"] = 8738
            scene.serve("/index.json", file)
            report = await scene.report()
            assert report.health is PageHealth.OK
            assert "8738" in _states(report)
            assert report.incidents[0].components == ("8738",)

    @pytest.mark.parametrize("word", ["not_monitored", "resolved"])
    async def test_what_nobody_monitors_or_is_said_of_reports_alone_is_unknown(self, word: str) -> None:
        async with PageScene("betterstack") as scene:
            file = betterstack(WELL)["/index.json"]
            next(one for one in file["included"] if one["id"] == "id-chat")["attributes"]["status"] = word
            scene.serve("/index.json", file)
            assert _states(await scene.report())["id-chat"] is PageLight.UNKNOWN
            assert scene.part("chat").light == "grey"

    @pytest.mark.parametrize("word", ["operational", "Operational", "resolved"])
    async def test_a_report_on_what_is_well_is_over(self, word: str) -> None:
        async with PageScene("betterstack") as scene:
            file = betterstack(WELL, [Told("i1", scene.now - HOUR_S)])["/index.json"]
            report_ = next(one for one in file["included"] if one["type"] == "status_report")
            report_["attributes"]["aggregate_state"] = word
            scene.serve("/index.json", file)
            assert [one.stage for one in (await scene.report()).incidents] == [PageStage.RESOLVED]
            assert scene.light() == GREEN

    async def test_its_words_may_be_written_as_its_api_writes_them(self) -> None:
        async with PageScene("betterstack") as scene:
            file = betterstack(WELL | {"id-chat": PageLight.MAJOR}, [Told("i1", scene.now - HOUR_S)])["/index.json"]
            for one in file["included"]:
                for key in ("status", "aggregate_state"):
                    if key in one["attributes"]:
                        one["attributes"][key] = one["attributes"][key].capitalize()
            scene.serve("/index.json", file)
            assert [one.stage for one in (await scene.report()).incidents] == [PageStage.INVESTIGATING]
            assert scene.light() == RED

    async def test_what_a_report_calls_resolved_it_touches_no_more(self) -> None:
        async with PageScene("betterstack") as scene:
            told = Told("i1", scene.now - HOUR_S, PageLight.DEGRADED, ("id-chat", "id-login"))
            file = betterstack(WELL | {"id-login": PageLight.DEGRADED}, [told])["/index.json"]
            report_ = next(one for one in file["included"] if one["type"] == "status_report")
            report_["attributes"]["affected_resources"][0]["status"] = "resolved"
            update = next(one for one in file["included"] if one["type"] == "status_update")
            update["attributes"]["affected_resources"].pop(0)
            scene.serve("/index.json", file)
            assert [one.components for one in (await scene.report()).incidents] == [("id-login",)]
            assert (scene.part("chat").light, scene.part("login").light) == ("green", "yellow")

    async def test_a_page_that_includes_nothing_is_empty(self) -> None:
        async with PageScene("betterstack") as scene:
            scene.serve("/index.json", {"data": betterstack(WELL)["/index.json"]["data"]})
            assert (await scene.report()).health is PageHealth.EMPTY

    async def test_a_report_is_over_when_it_says_that_it_has_ended(self) -> None:
        async with PageScene("betterstack") as scene:
            file = betterstack(WELL, [Told("i1", scene.now - HOUR_S, until=scene.now - 60)])["/index.json"]
            report_ = next(one for one in file["included"] if one["type"] == "status_report")
            report_["attributes"]["aggregate_state"] = "downtime"
            scene.serve("/index.json", file)
            (said,) = (await scene.report()).incidents
            assert said.stage is PageStage.RESOLVED
            assert said.resolved_at == pytest.approx(scene.now - 60, abs=1)

    async def test_what_was_over_days_ago_is_no_news(self) -> None:
        async with PageScene("betterstack") as scene:
            old = Told("old", scene.now - 9 * DAY_S, until=scene.now - 8 * DAY_S)
            new = Told("new", scene.now - HOUR_S, until=scene.now - 60)
            stuck = Told("stuck", scene.now - 9 * DAY_S)
            _serve(scene, betterstack(WELL, [old, new, stuck]))
            assert [one.id for one in (await scene.report()).incidents] == ["stuck", "new"]

    async def test_a_maintenance_that_is_to_come(self) -> None:
        async with PageScene("betterstack") as scene:
            at = scene.now + HOUR_S
            plan = Told("m1", at, PageLight.MAINTENANCE, until=at + HOUR_S, planned=True)
            _serve(scene, betterstack(WELL, [plan]))
            (said,) = (await scene.report()).incidents
            assert (said.maintenance, said.stage, said.impact) == (True, PageStage.SCHEDULED, Impact.MAINTENANCE)
            assert said.started_at == pytest.approx(at, abs=1)
            assert said.ends_at == pytest.approx(at + HOUR_S, abs=1)

    async def test_what_is_no_record_is_counted(self) -> None:
        async with PageScene("betterstack") as scene:
            file = betterstack(WELL)["/index.json"]
            file["included"] += [None, 7, "text", ["list"], {"id": "x", "type": "status_report", "attributes": None}]
            scene.serve("/index.json", file)
            report = await scene.report()
            assert (report.health, report.params, _states(report)) == (PageHealth.INCOMPLETE, {"lost": 5}, WELL)

    async def test_years_of_history_do_not_matter(self) -> None:
        """Megabytes of it: 300 resources with 90 days each."""
        async with PageScene("betterstack") as scene:
            file = betterstack(WELL)["/index.json"]
            like = copy.deepcopy(file["included"][1])
            like["attributes"]["status_history"] *= 3
            file["included"] += [like | {"id": f"r{number}"} for number in range(300)]
            scene.serve("/index.json", file)
            report = await scene.report()
            assert (report.health, len(report.components)) == (PageHealth.OK, len(NAMES) + 300)


class TestCheckly:
    async def test_which_files_it_has_is_found_out_once(self) -> None:
        async with PageScene("checkly") as scene:
            _serve(scene, checkly_uptime(WELL))
            for _ in range(3):
                assert _states(await scene.report()) == WELL
            root = f"/api/status-page/{PAGE_ID}"
            assert (scene.server.asked(f"{root}/services"), scene.server.asked(f"{root}/uptime")) == (1, 3)

    @pytest.mark.parametrize(
        ("change", "state"),
        [
            ({"lastUpdateStatus": "RESOLVED"}, PageLight.OPERATIONAL),
            ({"lastUpdateStatus": "MONITORING"}, PageLight.OPERATIONAL),
            ({"lastUpdateStatus": "MONITORING", "services": None}, PageLight.UNKNOWN),
            ({"severity": "MEDIUM"}, PageLight.DEGRADED),
            ({"severity": "HUGE"}, PageLight.UNKNOWN),
            ({"severity": "OPERATIONAL"}, PageLight.UNKNOWN),
            ({"services": None}, PageLight.UNKNOWN),
            ({"services": [{"name": "Chat"}]}, PageLight.UNKNOWN),
            ({"services": []}, PageLight.OPERATIONAL),
            ({"services": [{"id": "id-api"}]}, PageLight.OPERATIONAL),
        ],
    )
    async def test_a_service_is_as_bad_as_the_incidents_that_name_it(
        self, change: dict[str, Any], state: PageLight
    ) -> None:
        async with PageScene("checkly") as scene:
            files = checkly_uptime(WELL, [Told("i1", scene.now - 300)])
            files[f"/api/status-page/{PAGE_ID}/unresolved-incidents"]["incidents"][0] |= change
            _serve(scene, files)
            assert _states(await scene.report())["id-chat"] is state

    async def test_an_update_is_from_when_it_is_shown_to_be(self) -> None:
        async with PageScene("checkly") as scene:
            files = checkly_uptime(WELL, [Told("i1", scene.now - 300)])
            (told,) = files[f"/api/status-page/{PAGE_ID}/unresolved-incidents"]["incidents"]
            told["incidentUpdates"][0]["publicIncidentUpdateDate"] = moment(scene.now - HOUR_S)
            _serve(scene, files)
            (said,) = (await scene.report()).incidents
            assert said.updates[0].at == said.started_at == pytest.approx(scene.now - HOUR_S, abs=1)

    async def test_services_without_their_incidents_are_not_well(self) -> None:
        async with PageScene("checkly") as scene:
            files = checkly_uptime(WELL)
            scene.serve(*next(iter(files.items())))
            await scene.read()
            assert (scene.light(), scene.health.health) == (UNTOLD, PageHealth.MOVED)

    async def test_its_name_is_part_of_its_host_where_none_is_given(self) -> None:
        async with PageScene("checkly", page_id=None) as scene:
            for path, file in checkly(WELL).items():
                scene.serve(path.replace(PAGE_ID, "127"), file)
            assert _states(await scene.report()) == WELL


class TestDatadog:
    async def test_an_incident_is_dated_when_it_happened_not_when_it_was_noted(self) -> None:
        async with PageScene("datadog") as scene:
            file = datadog(WELL, [Told("i1", scene.now - 9 * DAY_S, until=scene.now - 9 * DAY_S + 240)])["/config.json"]
            told = file["incidents"][0]
            told["lastModifiedAt"] = moment(scene.now - 60)
            for step in told["timeline"]:
                step["createdAt"] = moment(scene.now - 60)
            scene.serve("/config.json", file)
            assert (await scene.report()).incidents == (), "over for days, however lately it was written down"
            assert scene.light() == GREEN
            ended = moment(scene.now - HOUR_S)
            told["resolvedDate"], told["timeline"][0]["startedAt"] = ended, ended
            scene.serve("/config.json", file)
            (said,) = (await scene.report()).incidents
            assert said.published_at is None
            assert said.resolved_at == pytest.approx(scene.now - HOUR_S, abs=1)
            assert said.updated_at == said.resolved_at

    async def test_no_incidents_are_null_as_no_maintenances_are(self) -> None:
        async with PageScene("datadog") as scene:
            scene.serve("/config.json", datadog(WELL)["/config.json"] | {"incidents": None, "maintenances": None})
            assert (await scene.report()).health is PageHealth.OK

    async def test_a_maintenance_among_the_incidents_is_one(self) -> None:
        async with PageScene("datadog") as scene:
            told = Told("m1", scene.now - 300, PageLight.MAINTENANCE, stage="in_progress")
            _serve(scene, datadog(WELL | {"id-chat": PageLight.MAINTENANCE}, [told]))
            assert [(one.stage, one.maintenance) for one in (await scene.report()).incidents] == [
                (PageStage.IN_PROGRESS, True)
            ]
            assert scene.light() == GREEN

    async def test_groups_in_groups(self) -> None:
        async with PageScene("datadog") as scene:
            file = datadog(WELL)["/config.json"]
            file["components"] = [
                {"id": "g0", "type": "ComponentGroup", "status": None, "components": file["components"]}
            ]
            scene.serve("/config.json", file)
            report = await scene.report()
            assert (report.health, _states(report)) == (PageHealth.OK, WELL)

    @pytest.mark.parametrize(("members", "lost"), [(None, 1), ("many", 1), ([], 0)])
    async def test_a_group_without_members(self, members: Any, lost: int) -> None:
        async with PageScene("datadog") as scene:
            file = datadog(WELL)["/config.json"]
            gone = {part["id"] for part in file["components"][0]["components"]}
            file["components"][0]["components"] = members
            scene.serve("/config.json", file)
            report = await scene.report()
            assert _states(report) == {name: state for name, state in WELL.items() if name not in gone}
            assert report.params.get("lost", 0) == lost

    async def test_one_that_is_switched_off(self) -> None:
        async with PageScene("datadog") as scene:
            scene.serve("/config.json", datadog(WELL)["/config.json"] | {"enabled": False})
            await scene.read()
            assert (scene.light(), scene.health.health, scene.health.reason) == (UNTOLD, "unreadable", "inactive")

    @pytest.mark.parametrize("key", ["incidents", "maintenances"])
    async def test_without_its_incidents_the_components_still_speak(self, key: str) -> None:
        async with PageScene("datadog") as scene:
            scene.serve("/config.json", datadog(WELL | {"id-chat": PageLight.MAJOR})["/config.json"] | {key: "none"})
            await scene.read()
            assert (scene.light(), scene.health.health, scene.health.reason) == (RED, "incomplete", "incidents")

    @pytest.mark.parametrize(
        ("change", "stage"),
        [
            ({"currentStatus": None, "resolved": True}, PageStage.RESOLVED),
            ({"currentStatus": "brewing", "resolved": True}, PageStage.RESOLVED),
            ({"currentStatus": "investigating", "resolved": True}, PageStage.INVESTIGATING),
            ({"currentStatus": "monitoring", "resolved": None}, PageStage.MONITORING),
            ({"currentStatus": "brewing", "resolved": False}, PageStage.UNKNOWN),
        ],
    )
    async def test_how_an_incident_stands(self, change: dict[str, Any], stage: PageStage) -> None:
        async with PageScene("datadog") as scene:
            file = datadog(WELL, [Told("i1", scene.now - 300)])["/config.json"]
            file["incidents"][0] |= change
            scene.serve("/config.json", file)
            assert [one.stage for one in (await scene.report()).incidents] == [stage]

    @pytest.mark.parametrize(
        ("word", "stage"),
        [
            ("scheduled", PageStage.SCHEDULED),
            ("in_progress", PageStage.IN_PROGRESS),
            ("completed", PageStage.RESOLVED),
            ("canceled", PageStage.RESOLVED),
        ],
    )
    async def test_a_maintenance_in_the_words_of_its_api(self, word: str, stage: PageStage) -> None:
        async with PageScene("datadog") as scene:
            file = datadog(WELL, [Told("m1", scene.now + 300, planned=True)])["/config.json"]
            del file["maintenances"][0]["currentStatus"], file["maintenances"][0]["resolved"]
            file["maintenances"][0]["status"] = word
            scene.serve("/config.json", file)
            report = await scene.report()
            assert [(one.stage, one.maintenance) for one in report.incidents] == [(stage, True)]
            assert "lost" not in report.params


class TestIncidentIo:
    """Pages without compatible answers, and pages over other pages."""

    def _data(self, scene: PageScene, **more: Any) -> dict[str, Any]:
        parts = [component(one, NAMES[one], "full_outage" if one == "id-chat" else "operational") for one in NAMES]
        data = native(parts, [native_incident("i1", "Errors", "investigating", scene.now - 300)])
        data["summary"] |= more
        return data

    @pytest.mark.parametrize("there", [(404, ""), (200, "<!doctype html>"), (200, "hello"), (200, b"{}")])
    async def test_its_own_data_speaks_alone(self, there: tuple[int, Any]) -> None:
        async with PageScene("incidentio", page_id=None) as scene:
            scene.serve("/api/v2/components.json", there[1], there[0])
            scene.serve("/proxy/127.0.0.1", self._data(scene))
            report = await scene.report()
            assert (scene.light(), report.health, [one.id for one in report.incidents]) == (RED, PageHealth.OK, ["i1"])

    @pytest.mark.parametrize("status", [403, 503])
    async def test_but_not_for_a_page_that_refuses_or_fails(self, status: int) -> None:
        async with PageScene("incidentio") as scene:
            scene.serve("/api/v2/components.json", "no", status)
            scene.serve("/proxy/127.0.0.1", self._data(scene))
            await scene.read()
            assert scene.light() == UNTOLD
            assert scene.server.asked("/proxy/127.0.0.1") == 0

    @pytest.mark.parametrize(
        "affected", [None, "none", {}, [None], [{"status": "full_outage"}], [{"component_id": 7, "status": "x"}]]
    )
    async def test_what_is_affected_must_be_readable_for_anything_to_be_well(self, affected: Any) -> None:
        async with PageScene("incidentio") as scene:
            scene.serve("/proxy/127.0.0.1", self._data(scene, affected_components=affected))
            assert {*_states(await scene.report()).values()} == {PageLight.UNKNOWN}
            assert scene.light() == UNTOLD

    async def test_what_is_affected_counts_where_it_is_not_listed_too(self) -> None:
        async with PageScene("incidentio") as scene:
            data = self._data(scene)
            data["summary"]["components"] = data["summary"]["components"][1:]
            scene.serve("/proxy/127.0.0.1", data)
            assert _states(await scene.report())["id-chat"] is PageLight.MAJOR

    async def test_of_one_that_is_affected_twice_the_worse_counts(self) -> None:
        async with PageScene("incidentio") as scene:
            data = self._data(scene)
            data["summary"]["affected_components"].append({"component_id": "id-chat", "status": "degraded_performance"})
            scene.serve("/proxy/127.0.0.1", data)
            await scene.read()
            assert scene.light() == RED

    async def test_a_page_over_other_pages_is_empty_and_says_so(self) -> None:
        async with PageScene("incidentio") as scene:
            scene.show(file={"components": []})
            data = native([])
            data["summary"]["page_type"] = "parent"
            scene.serve("/proxy/127.0.0.1", data)
            verdict = await scene.read()
            assert (scene.light(), scene.health.health, scene.health.reason) == (UNTOLD, PageHealth.EMPTY, "overview")
            assert "only gathers other pages" in " ".join(_said(scene, verdict))


async def test_a_summary_of_incident_io_is_no_page_of_statuspage() -> None:
    """It answers at the same address, with some of its components alone."""
    async with PageScene("statuspage", page_id=None) as scene:
        parts = [component(one, NAMES[one]) for one in NAMES]
        scene.serve("/api/v2/summary.json", summary(parts, page_id="01JMDK9XYNY6RXSED6SDWW50WY"))
        verdict = await scene.read()
        assert (scene.light(), scene.health.params) == (UNTOLD, {"vendor": "incident.io"})
        assert "it is a page of incident.io now" in " ".join(_said(scene, verdict))


async def test_a_reason_names_what_it_is_about() -> None:
    async with PageScene() as scene:
        scene.server.always(answer(302, headers={"location": "https://status.elsewhere.invalid/"}))
        verdict = await scene.read()
        assert "sends us to status.elsewhere.invalid" in " ".join(_said(scene, verdict))


def _said(scene: PageScene, verdict: Any) -> list[str]:
    snapshot = scene.state.result.snapshot
    return [words_of(reason, snapshot, verdict) for reason in verdict.reasons]
