"""What pages do that a reader must not stumble over: through real HTTP, up to the light."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.httpserver import Server, answer, redirect
from tests.support.pagefiles import PAGE_ID, component, components_file, incident, moment, native, summary, update
from tests.support.pagescene import DAY_S, HOUR_S, MINUTE_S, NAMES, PageScene, codes
from trayapp.core.evidence.page_report import PageHealth, PageLight, PageStage
from trayapp.watch.pages import vendors

SUMMARY, INCIDENTS = "/api/v2/summary.json", "/api/v2/incidents.json"
GREEN, RED, DEGRADED = "green ok", "red down", "yellow degraded"
VENDORS = pytest.mark.parametrize("kind", ["statuspage", "incidentio"])

MODULE = '''
from xml.etree import ElementTree

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import Impact, PageComponent, PageIncident, PageLight, PageStage
from trayapp.watch.pages.fetch import Fetcher
from trayapp.watch.pages.vendor import MakeVendor, Reading


class Feed:
    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._clock = clock

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`."""
        if base.endswith("/broken"):
            raise KeyError("a fault of ours")
        if base.endswith("/html"):
            page = await self._fetcher.body(base, "text/html")
            state = PageLight.OPERATIONAL if b"All fine" in page else PageLight.MAJOR
            return Reading([PageComponent("id-chat", "Chat", state)], [])
        feed = ElementTree.fromstring(await self._fetcher.body(f"{base}/feed.xml", "application/rss+xml"))
        now = self._clock.now()
        return Reading(
            [],
            [
                PageIncident(item.findtext("guid"), item.findtext("title"), PageStage.INVESTIGATING, Impact.CRITICAL,
                             (item.findtext("category"),), now, now)
                for item in feed.iter("item")
            ],
            stated=False,
        )


VENDOR: MakeVendor = Feed
'''
ITEM = "<item><guid>g1</guid><title>Störung</title><category>id-chat</category></item>"


@pytest.fixture
def feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kind of page whose vendor publishes XML or HTML, and sometimes fails by a fault of ours."""
    (tmp_path / "newsfeed.py").write_text(MODULE)
    monkeypatch.setattr(vendors, "__path__", [*vendors.__path__, str(tmp_path)])
    return "newsfeed"


class TestOtherThanJson:
    @pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
    async def test_a_reader_may_ask_for_xml(self, feed: str, encoding: str) -> None:
        async with PageScene(feed) as scene:
            body = f'<?xml version="1.0" encoding="{encoding}"?><rss><channel>{ITEM}</channel></rss>'
            scene.server.on("/feed.xml", answer(200, body.encode(encoding), {"content-type": "application/rss+xml"}))
            await scene.read()
            assert (scene.part("chat").light, scene.part("login").light) == ("red", "green")
            assert scene.server.requests[-1].headers["accept"] == "application/rss+xml"

    async def test_html_in_place_of_xml_is_no_feed(self, feed: str) -> None:
        async with PageScene(feed) as scene:
            scene.serve("/feed.xml", "<!doctype html><title>Acme Status</title>")
            await scene.report()
            assert (scene.health.health, scene.health.reason) == (PageHealth.UNREADABLE, "html")

    async def test_or_for_html(self, feed: str) -> None:
        async with PageScene(feed, path="/html") as scene:
            scene.serve("/html", "<!doctype html><p>All fine")
            await scene.read()
            assert scene.part("chat").light == "green"


@pytest.mark.expects_log("by our own fault")
async def test_a_reading_that_breaks_is_a_report_like_any_other(feed: str) -> None:
    async with PageScene(feed, path="/broken") as scene:
        await scene.report()
        assert (scene.health.health, scene.health.reason) == (PageHealth.UNREADABLE, "fault")
        assert scene.light() == "grey no_evidence", "not starting for ever"


async def test_bytes_that_are_no_text_make_a_report() -> None:
    async with PageScene() as scene:
        scene.server.on(SUMMARY, answer(200, b'{"page": {"id": "testpage0001"}, "components": [{"id": "caf\xe9"}]}'))
        await scene.report()
        assert (scene.health.health, scene.health.reason) == (PageHealth.UNREADABLE, "json")


async def test_a_reopened_incident_that_kept_its_old_end_is_not_over() -> None:
    async with PageScene() as scene:
        at = scene.now - 2 * HOUR_S
        words = [update("investigating", scene.now - 60), update("resolved", at + HOUR_S), update("investigating", at)]
        named = [component("id-chat", "Chat")]
        told = incident(
            "i1", "Errors", "investigating", at, components=named, updates=words, resolved_at=moment(at + HOUR_S)
        )
        scene.show(incidents=[told])
        verdict = await scene.read()
        assert scene.light() == DEGRADED
        assert verdict.since == pytest.approx(scene.now - 60, abs=1)


@VENDORS
async def test_the_last_of_many_open_incidents_counts(kind: str) -> None:
    async with PageScene(kind) as scene:
        at = scene.now - 5 * MINUTE_S
        others = [
            incident(f"i{n}", "Sora", "monitoring", at, components=[component("id-sora", "Sora")]) for n in range(60)
        ]
        ours = incident(
            "ours", "Errors", "investigating", at, impact="critical", components=[component("id-chat", "Chat")]
        )
        scene.show({"id-chat": "degraded_performance"}, [*others, ours], changed_at=at)
        report = await scene.report()
        assert [one.id for one in report.incidents].count("ours") == 1
        if kind == "statuspage":
            assert scene.light() == RED


async def test_not_modified_without_having_asked_is_no_answer() -> None:
    async with PageScene() as scene:
        scene.server.on(SUMMARY, answer(304))
        await scene.report()
        assert (scene.health.health, scene.health.reason) == (PageHealth.UNREADABLE, "http")
        assert scene.health.params == {"status": 304}


async def test_validators_of_an_answer_that_has_been_replaced_are_forgotten() -> None:
    async with PageScene() as scene:
        parts = [component(one, NAMES[one]) for one in NAMES]
        scene.server.on(
            SUMMARY, answer(200, summary(parts), {"etag": '"v1"'}), answer(200, summary(parts)), answer(304)
        )
        await scene.report()
        await scene.report()
        await scene.report()
        assert "if-none-match" not in scene.server.requests[-1].headers
        assert scene.health.reason == "http"


@VENDORS
class TestCopies:
    """A page's caches hand out old and new copies of it in turn."""

    def copies(self, scene: PageScene) -> list[dict[str, Any]]:
        files = []
        for state, age_s in (("operational", 900), ("major_outage", 60)):
            parts = [
                component(one, NAMES[one], state if one == "id-chat" else "operational", scene.now - age_s)
                for one in NAMES
            ]
            file = summary(parts) if scene.kind == "statuspage" else components_file(parts)
            files.append(file | {"page": {"id": PAGE_ID, "updated_at": moment(scene.now - age_s)}})
        return files

    async def test_in_turn_they_are_one_state(self, kind: str) -> None:
        async with PageScene(kind) as scene:
            old, new = self.copies(scene)
            scene.show()
            path = SUMMARY if kind == "statuspage" else "/api/v2/components.json"
            lights = []
            for file in (old, new, old, new, old):
                scene.serve(path, file)
                await scene.report()
                lights.append(scene.light())
                scene.move(120)
            assert lights == [GREEN, RED, RED, RED, RED]

    async def test_one_from_the_future_hides_none_that_follows(self, kind: str) -> None:
        async with PageScene(kind) as scene:
            old, new = self.copies(scene)
            old["page"]["updated_at"] = moment(scene.now + DAY_S)
            scene.show()
            for file, light in ((old, GREEN), (new, RED)):
                scene.serve(SUMMARY if kind == "statuspage" else "/api/v2/components.json", file)
                await scene.report()
                assert scene.light() == light
                scene.move(120)

    async def test_a_page_that_goes_back_for_good_is_believed_after_an_hour(self, kind: str) -> None:
        async with PageScene(kind) as scene:
            old, new = self.copies(scene)
            scene.show()
            path = SUMMARY if kind == "statuspage" else "/api/v2/components.json"
            scene.serve(path, new)
            await scene.report()
            scene.serve(path, old)
            await scene.watch(55 * MINUTE_S)
            assert scene.light() == RED
            await scene.watch(20 * MINUTE_S)
            assert scene.light() == GREEN


async def test_a_time_without_a_zone_is_utc() -> None:
    async with PageScene() as scene:
        at = scene.now - 5 * MINUTE_S
        naive = moment(at).removesuffix("Z")
        told = incident("i1", "Errors", "investigating", at, components=[component("id-chat", "Chat")])
        told |= {"created_at": naive, "started_at": naive}
        scene.show({"id-chat": "partial_outage"}, [told], changed_at=at)
        report = await scene.report()
        assert report.incidents[0].started_at == pytest.approx(at, abs=1)
        assert scene.light() == DEGRADED


class TestMoved:
    """A redirect to another host is followed once, said, and counts if the page is the expected one."""

    @pytest.mark.parametrize(("page_id", "light"), [(PAGE_ID, GREEN), ("another", "grey no_evidence")])
    async def test_to_another_host(self, page_id: str, light: str) -> None:
        async with PageScene() as scene, Server("localhost") as other:
            parts = [component(one, NAMES[one]) for one in NAMES]
            other.on("/new/summary.json", answer(200, summary(parts, page_id=page_id)))
            scene.server.on(SUMMARY, redirect(f"{other.url}/new/summary.json"))
            await scene.read()
            assert (scene.light(), scene.health.health) == (
                light,
                PageHealth.MOVED if light == GREEN else PageHealth.WRONG_PAGE,
            )
            if light == GREEN:
                assert scene.health.params == {"host": "localhost"}
                assert scene.health.fetched_at == scene.now

    async def test_not_where_nobody_knows_which_page_is_expected(self) -> None:
        async with PageScene(page_id=None) as scene, Server("localhost") as other:
            other.always(answer(200, summary([component(one, NAMES[one]) for one in NAMES])))
            scene.server.on(SUMMARY, redirect(f"{other.url}/new/summary.json"))
            await scene.read()
            assert (scene.light(), scene.health.health) == ("grey no_evidence", PageHealth.MOVED)

    async def test_and_only_once(self) -> None:
        async with PageScene() as scene, Server("localhost") as other:
            other.always(redirect(f"{scene.server.url}/again"))
            scene.server.on(SUMMARY, redirect(f"{other.url}/new/summary.json"))
            await scene.report()
            assert (scene.health.health, scene.health.reason) == (PageHealth.MOVED, "redirect")
            assert scene.server.asked("/again") == 0


async def test_an_empty_list_of_a_page_whose_own_data_lists_components() -> None:
    async with PageScene("incidentio") as scene:
        scene.show(file={"components": []})
        data = native([])
        data["summary"]["structure"]["items"] = [
            {"component": {"component_id": "id-chat", "name": "Chat"}},
            {"group": {"id": "g", "name": "Accounts", "components": [{"component_id": "id-login", "name": "Login"}]}},
        ]
        data["summary"]["affected_components"] = [{"component_id": "id-login", "status": "full_outage"}]
        scene.serve("/proxy/127.0.0.1", data)
        report = await scene.report()
        assert [(one.id, one.name, one.state) for one in report.components] == [
            ("id-chat", "Chat", PageLight.OPERATIONAL),
            ("id-login", "Login", PageLight.MAJOR),
        ]


async def test_an_empty_list_alone_is_never_all_well() -> None:
    async with PageScene("incidentio") as scene:
        scene.show(file={"components": []})
        scene.serve("/proxy/127.0.0.1", native([]))
        await scene.read()
        assert (scene.light(), scene.health.health) == ("grey no_evidence", PageHealth.EMPTY)


async def test_a_maintenance_that_only_the_page_data_has_excuses_failures() -> None:
    async with PageScene("incidentio") as scene:
        planned = {
            "id": "m1", "name": "Upgrade", "status": "maintenance_in_progress", "type": "maintenance",
            "published_at": moment(scene.now - 9 * HOUR_S), "updates": [],
            "component_impacts": [
                {"component_id": "id-api", "status": "under_maintenance", "start_at": moment(scene.now - HOUR_S),
                 "end_at": moment(scene.now + HOUR_S)}
            ],
        }  # fmt: skip
        scene.answers()
        scene.show({"id-api": "under_maintenance"}, maintenances=[planned])
        report = await scene.report()
        (told,) = report.incidents
        assert (told.stage, told.maintenance, told.components) == (PageStage.IN_PROGRESS, True, ("id-api",))
        assert told.ends_at == pytest.approx(scene.now + HOUR_S, abs=1)
        for _ in range(5):
            scene.move(15)
            scene.answers(status=502)
        assert scene.light("api") == "yellow maintenance"


async def test_which_parts_an_incident_touches_can_be_unknown() -> None:
    async with PageScene("incidentio") as scene:
        scene.show(incidents=[incident("i1", "Errors", "investigating", scene.now - 300)])
        scene.serve("/proxy/127.0.0.1", "no", 404)
        verdict = await scene.read()
        assert (scene.light(), scene.health.health, scene.health.reason) == (GREEN, PageHealth.INCOMPLETE, "impacts")
        assert "page_unnamed" in codes(verdict)
