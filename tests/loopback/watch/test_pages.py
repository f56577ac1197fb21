"""Status pages over real HTTP: every health, each with its reason."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support import httpserver
from tests.support.fakeclock import FakeClock
from tests.support.httpserver import Authority, Behaviour, Server, answer, conditional, gzipped, redirect
from tests.support.pagefiles import (
    PAGE_ID,
    component,
    components_file,
    incident,
    incidents_file,
    moment,
    summary,
    update,
)
from trayapp.clock import SystemClock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import Impact, PageHealth, PageLight, PageReport, PageStage
from trayapp.core.evidence.reach import Reach
from trayapp.watch.http import Http, Limit
from trayapp.watch.pages import fetch
from trayapp.watch.pages.reader import MAX_BACKOFF_S, PageReader
from trayapp.watch.schedule.budget import Budget

SUMMARY = "/api/v2/summary.json"
COMPONENTS = "/api/v2/components.json"
INCIDENTS = "/api/v2/incidents.json"
AT = 1_770_000_000.0
WELL = summary([component("aaaa", "Chat"), component("bbbb", "API")])


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    http = Http()
    yield http
    await http.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as server:
        yield server


def _reader(http: Http, *urls: str, kind: str = "statuspage", interval_s: float = 120) -> PageReader:
    page = Page(kind=kind, url=urls[0], mirrors=urls[1:], page_id=PAGE_ID)
    clock = SystemClock()
    return PageReader("acme", page, interval_s, http, Budget(clock), clock)


async def _read(reader: PageReader) -> PageReport:
    report = await reader.read()
    assert report is not None
    return report


def _about(at: float) -> Any:
    return pytest.approx(at, abs=1)


class TestStatuspage:
    async def test_a_calm_page(self, http: Http, server: Server) -> None:
        server.on(SUMMARY, gzipped(WELL))
        report = await _read(_reader(http, server.url))
        assert (report.health, report.reason, report.link) == (PageHealth.OK, None, server.url)
        assert [(one.id, one.name, one.state) for one in report.components] == [
            ("aaaa", "Chat", PageLight.OPERATIONAL),
            ("bbbb", "API", PageLight.OPERATIONAL),
        ]
        assert report.components[0].changed_at == _about(AT)
        assert report.incidents == ()
        assert report.reach is Reach.LOOPBACK

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("operational", PageLight.OPERATIONAL),
            ("degraded_performance", PageLight.DEGRADED),
            ("partial_outage", PageLight.PARTIAL),
            ("major_outage", PageLight.MAJOR),
            ("full_outage", PageLight.MAJOR),
            ("under_maintenance", PageLight.MAINTENANCE),
            ("on_fire", PageLight.UNKNOWN),
        ],
    )
    async def test_states(self, http: Http, server: Server, status: str, state: PageLight) -> None:
        server.on(SUMMARY, answer(200, summary([component("aaaa", "Chat", status)])))
        assert (await _read(_reader(http, server.url))).components[0].state is state

    @pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/html; charset=utf-8"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    async def test_json_by_whatever_name_and_in_whatever_unicode(
        self, http: Http, server: Server, kind: str, encoding: str
    ) -> None:
        body = json.dumps(summary([component("aaaa", "対話", "major_outage")]), ensure_ascii=False).encode(encoding)
        server.on(SUMMARY, answer(200, body, {"content-type": kind}))
        (got,) = (await _read(_reader(http, server.url))).components
        assert (got.name, got.state) == ("対話", PageLight.MAJOR)

    async def test_a_group_has_a_state_but_no_time(self, http: Http, server: Server) -> None:
        server.on(SUMMARY, answer(200, summary([component("gggg", "APIs", group=True, components=["aaaa"])])))
        assert (await _read(_reader(http, server.url))).components[0].changed_at is None

    async def test_a_group_s_trouble_is_as_old_as_its_members(self, http: Http, server: Server) -> None:
        parts = [
            component("gggg", "APIs", "partial_outage", AT, group=True, components=["aaaa", "bbbb", "cccc"]),
            component("aaaa", "Chat", "partial_outage", AT - 9000, group_id="gggg"),
            component("bbbb", "Batch", "degraded_performance", AT - 600, group_id="gggg"),
            component("cccc", "Login", "operational", AT - 60, group_id="gggg"),
            component("dddd", "Site", "major_outage", AT - 30),
        ]
        server.on(SUMMARY, answer(200, summary(parts)))
        group, *_ = (await _read(_reader(http, server.url))).components
        assert (group.group, group.changed_at) == (True, _about(AT - 600))

    @pytest.mark.parametrize("name", ["", None])
    async def test_an_incident_without_a_title_is_called_by_its_first_words(
        self, http: Http, server: Server, name: str | None
    ) -> None:
        words = [update("identified", AT + 60, "Found."), update("investigating", AT, "No replies in Chat. " * 20)]
        told = incident("inc1", "Errors", "identified", AT, updates=words) | {"name": name}
        server.on(SUMMARY, answer(200, summary([component("aaaa", "Chat")], [told])))
        (got,) = (await _read(_reader(http, server.url))).incidents
        assert got.name.startswith("No replies in Chat.")
        assert len(got.name) <= 90

    async def test_an_open_incident(self, http: Http, server: Server) -> None:
        updates = [
            update("identified", AT + 600, "A <b>cause</b> was found.<br />More soon.\x07"),
            update("investigating", AT - 900, "Looking.", affected_components=[{"code": "bbbb", "name": "API"}]),
        ]
        told = incident(
            "inc1", "Elevated\nErrors", "identified", AT, updates=updates, components=[component("aaaa", "Chat")]
        )
        server.on(SUMMARY, answer(200, summary([component("aaaa", "Chat", "partial_outage")], [told])))
        got = (await _read(_reader(http, server.url))).incidents[0]
        assert (got.id, got.name, got.stage, got.impact) == (
            "inc1",
            "Elevated Errors",
            PageStage.IDENTIFIED,
            Impact.MAJOR,
        )
        assert got.components == ("aaaa",)
        assert [[one.component for one in each.states] for each in got.updates] == [[], ["bbbb"]]
        assert (got.started_at, got.updated_at) == (_about(AT - 900), _about(AT + 600))
        assert [(one.stage, one.text) for one in got.updates] == [
            (PageStage.IDENTIFIED, "A cause was found. More soon."),
            (PageStage.INVESTIGATING, "Looking."),
        ]
        assert got.link == "https://stspg.example/inc1"
        assert not got.maintenance

    async def test_sparse_incidents_are_understood(self, http: Http, server: Server) -> None:
        told = {"id": "i", "name": "n", "status": "brewing", "impact": "odd", "created_at": moment(AT)}
        server.on(SUMMARY, answer(200, summary([component("aaaa", "Chat")], [told | {"incident_updates": None}])))
        got = (await _read(_reader(http, server.url))).incidents[0]
        assert (got.stage, got.impact, got.components, got.link) == (PageStage.UNKNOWN, Impact.UNKNOWN, (), None)

    @pytest.mark.parametrize(
        ("status", "stage"),
        [
            ("scheduled", PageStage.SCHEDULED),
            ("in_progress", PageStage.IN_PROGRESS),
            ("verifying", PageStage.IN_PROGRESS),
            ("completed", PageStage.RESOLVED),
        ],
    )
    async def test_maintenance(self, http: Http, server: Server, status: str, stage: PageStage) -> None:
        told = incident("m1", "Upgrade", status, AT, impact="maintenance", scheduled_for=moment(AT + 9000))
        server.on(SUMMARY, answer(200, summary([component("aaaa", "Chat")], maintenances=[told])))
        got = (await _read(_reader(http, server.url))).incidents[0]
        assert (got.stage, got.impact, got.maintenance) == (stage, Impact.MAINTENANCE, True)
        assert got.started_at == _about(AT + 9000)

    @pytest.mark.parametrize(
        "link",
        [
            "javascript:alert(1)",
            "http://plain.example",
            "https://a b",
            "https://" + "x" * 900,
            "https://[a",
            "https://",
        ],
    )
    async def test_only_decent_links_are_kept(self, http: Http, server: Server, link: str) -> None:
        told = incident("i", "n", "investigating", AT, shortlink=link)
        server.on(SUMMARY, answer(200, summary([component("aaaa", "Chat")], [told])))
        assert (await _read(_reader(http, server.url))).incidents[0].link is None

    async def test_a_closed_incident_is_read_to_its_end(self, http: Http, server: Server) -> None:
        opened = incident("i1", "Errors", "investigating", AT)
        closed = incident(
            "i1",
            "Errors",
            "resolved",
            AT,
            resolved_at=moment(AT + 3600),
            updates=[update("resolved", AT + 3600, "A bad deploy."), update("investigating", AT)],
        )
        other = incident("i0", "Long ago", "resolved", AT - 90_000)
        parts = [component("aaaa", "Chat")]
        server.on(SUMMARY, answer(200, summary(parts, [opened])), answer(200, summary(parts)))
        server.on(INCIDENTS, answer(200, incidents_file([closed, other])))
        reader = _reader(http, server.url)
        assert [one.stage for one in (await _read(reader)).incidents] == [PageStage.INVESTIGATING]
        for _ in range(2):
            (last,) = (await _read(reader)).incidents
            assert (last.id, last.stage, last.updates[0].text) == ("i1", PageStage.RESOLVED, "A bad deploy.")
            assert last.resolved_at == _about(AT + 3600)
        assert server.asked(INCIDENTS) == 1

    async def test_without_the_last_words_the_incident_is_just_gone(self, http: Http, server: Server) -> None:
        parts = [component("aaaa", "Chat")]
        server.on(
            SUMMARY,
            answer(200, summary(parts, [incident("i1", "Errors", "investigating", AT)])),
            answer(200, summary(parts)),
        )
        server.on(INCIDENTS, answer(500))
        reader = _reader(http, server.url)
        await reader.read()
        report = await _read(reader)
        assert (report.health, report.incidents) == (PageHealth.OK, ())

    async def test_only_changes_are_sent_twice(self, http: Http, server: Server) -> None:
        server.on(SUMMARY, conditional(WELL, '"v1"'))
        reader = _reader(http, server.url)
        first, second = await _read(reader), await _read(reader)
        assert server.requests[1].headers["if-none-match"] == '"v1"'
        assert (second.health, second.components) == (PageHealth.OK, first.components)
        assert second.at >= first.at

    async def test_last_modified_serves_as_well(self, http: Http, server: Server) -> None:
        since = "Wed, 04 Feb 2026 01:00:00 GMT"
        server.on(SUMMARY, answer(200, WELL, {"last-modified": since}), answer(304))
        reader = _reader(http, server.url)
        await reader.read()
        assert (await _read(reader)).health is PageHealth.OK
        assert server.requests[1].headers["if-modified-since"] == since


class TestIncidentIo:
    def _reader(self, http: Http, url: str) -> PageReader:
        return _reader(http, url, kind="incidentio")

    async def test_both_files_make_the_reading(self, http: Http, server: Server) -> None:
        now = SystemClock().now()
        parts = [component("01LOGINA", "Login", "full_outage"), component("01LOGINB", "Login")]
        told = [
            incident("01OPEN", "Errors", "investigating", now - 600),
            incident("01TODAY", "Small", "resolved", now - 9000, resolved_at=moment(now - 5000)),
            incident("01OLD", "Old", "resolved", now - 200_000, resolved_at=moment(now - 190_000)),
            incident("01STUCK", "Still", "monitoring", now - 200_000),
        ]
        for one in told:
            del one["components"]
        server.on(COMPONENTS, answer(200, components_file(parts)))
        server.on(INCIDENTS, answer(200, incidents_file(told)))
        report = await _read(self._reader(http, server.url))
        assert [(one.id, one.state, one.changed_at) for one in report.components] == [
            ("01LOGINA", PageLight.MAJOR, None),
            ("01LOGINB", PageLight.OPERATIONAL, None),
        ]
        assert [one.id for one in report.incidents] == ["01OPEN", "01STUCK", "01TODAY"]

    async def test_no_incidents_key_means_none(self, http: Http, server: Server) -> None:
        server.on(COMPONENTS, answer(200, components_file([component("01A", "Chat")])))
        server.on(INCIDENTS, answer(200, {"page": {"id": PAGE_ID}}))
        report = await _read(self._reader(http, server.url))
        assert (report.health, report.incidents) == (PageHealth.OK, ())

    async def test_half_a_reading_is_incomplete(self, http: Http, server: Server) -> None:
        server.on(COMPONENTS, answer(200, components_file([component("01A", "Chat")])))
        server.on(INCIDENTS, answer(503))
        report = await _read(self._reader(http, server.url))
        assert (report.health, report.reason, len(report.components)) == (PageHealth.INCOMPLETE, "incidents", 1)

    async def test_without_its_components_there_is_none(self, http: Http, server: Server) -> None:
        server.on(COMPONENTS, answer(503))
        server.on(INCIDENTS, answer(200, incidents_file([])))
        report = await _read(self._reader(http, server.url))
        assert (report.health, report.reason, report.components) == (PageHealth.UNREADABLE, "http", ())


INACTIVE = (
    "<!doctype html><html><head><title>Acme Status - Page Inactive</title>"
    '<link rel="canonical" href="http://status.acme.example/inactive"></head><body class="status inactive">'
    '<form><input type="text" name="email"><input type="submit" value="Request Access"></form></body></html>'
)
PRIVATE = (
    "<!doctype html><html><head><title>Acme Status - Login</title>"
    '<link rel="canonical" href="https://status.acme.example/access/login"></head><body>'
    '<form><input type="password" name="user[password]"><input type="submit" value="Authenticate"></form></body></html>'
)
CAPTCHA = "<!doctype html><html><head><title>Human Verification</title></head><body></body></html>"
STRANGE = components_file([]) | {"components": "all fine"}
HEALTHS: list[tuple[str, Behaviour, PageHealth, str]] = [
    ("server error", answer(502, "<h1>no</h1>"), PageHealth.UNREADABLE, "http"),
    ("HTML", answer(200, "<!doctype html><title>Status</title>"), PageHealth.UNREADABLE, "html"),
    ("not JSON", answer(200, b"hello"), PageHealth.UNREADABLE, "json"),
    ("not UTF-8", answer(200, b'{"components": [{"id": "\xff", "name": "a"}]}'), PageHealth.UNREADABLE, "json"),
    ("a JSON of another shape", answer(200, STRANGE), PageHealth.UNREADABLE, "shape"),
    ("a component without a state", answer(200, components_file([{"id": "a"}])), PageHealth.UNREADABLE, "shape"),
    ("depths of JSON", answer(200, b'{"components": [], "x": ' + b"[" * 200_000), PageHealth.UNREADABLE, "too_deep"),
    ("50 MB", httpserver.huge(), PageHealth.UNREADABLE, "too_large"),
    ("endless", httpserver.endless, PageHealth.UNREADABLE, "too_large"),
    ("a gzip bomb", httpserver.bomb(), PageHealth.UNREADABLE, "too_large"),
    ("silence", httpserver.silent, PageHealth.UNREADABLE, "timeout"),
    ("slow-loris", httpserver.drip, PageHealth.UNREADABLE, "timeout"),
    ("slow body", httpserver.drip_body, PageHealth.UNREADABLE, "timeout"),
    ("cut", httpserver.cut, PageHealth.UNREADABLE, "cut"),
    ("not HTTP", httpserver.garbage, PageHealth.UNREADABLE, "malformed"),
    ("redirect loop", redirect(SUMMARY), PageHealth.UNREADABLE, "redirect_loop"),
    ("forbidden", answer(403, "<h1>Forbidden</h1>"), PageHealth.REFUSED, "http"),
    ("switched off", answer(401, "Your page is inactive."), PageHealth.UNREADABLE, "inactive"),
    ("inactive", answer(200, INACTIVE), PageHealth.UNREADABLE, "inactive"),
    ("inactive, refused", answer(401, INACTIVE), PageHealth.UNREADABLE, "inactive"),
    ("the way to inactive", redirect("/off"), PageHealth.UNREADABLE, "inactive"),
    ("private", answer(200, PRIVATE), PageHealth.REFUSED, "login"),
    ("private, refused", answer(403, PRIVATE), PageHealth.REFUSED, "login"),
    ("a password alone", answer(200, "<form><input name=p type=password></form>"), PageHealth.REFUSED, "login"),
    ("the way to a login", redirect("https://sso.elsewhere.invalid/saml/acme"), PageHealth.REFUSED, "login"),
    ("the way to a login of its own", redirect("/login"), PageHealth.REFUSED, "login"),
    ("a check whether we are a person", answer(200, CAPTCHA), PageHealth.REFUSED, "challenge"),
    ("wrong method, says the firewall", answer(405), PageHealth.REFUSED, "http"),
    ("too many requests", answer(429), PageHealth.REFUSED, "http"),
    ("challenge", httpserver.CHALLENGE, PageHealth.REFUSED, "challenge"),
    ("captcha", answer(202, "<html>", {"x-amzn-waf-action": "captcha"}), PageHealth.REFUSED, "challenge"),
    ("another host", redirect("https://status.elsewhere.invalid/"), PageHealth.MOVED, "redirect"),
    ("the way to HTML", redirect("/elsewhere"), PageHealth.MOVED, "html"),
    ("a redirect to nowhere", redirect("https://[acme/"), PageHealth.MOVED, "redirect"),
    ("gone", answer(404, "<h1>Not Found</h1>"), PageHealth.MOVED, "gone"),
    ("another page", answer(200, summary([component("a", "b")], page_id="other")), PageHealth.WRONG_PAGE, "page_id"),
    ("an error in its place", answer(200, {"error": "too many requests"}), PageHealth.UNREADABLE, "shape"),
    ("nothing in it", answer(200, summary([])), PageHealth.EMPTY, "no_components"),
    ("not modified, unasked", answer(304), PageHealth.UNREADABLE, "http"),
    ("an old copy", answer(200, WELL, {"age": "86400"}), PageHealth.STALE, "old_copy"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("behaviour", "health", "reason"), [row[1:] for row in HEALTHS], ids=[row[0] for row in HEALTHS]
)
async def test_every_misfit_has_its_health_and_reason(
    http: Http,
    server: Server,
    behaviour: Behaviour,
    health: PageHealth,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if reason == "timeout":
        monkeypatch.setattr(fetch, "LIMIT", Limit(0.3, fetch.LIMIT.body_bytes))
    server.on(SUMMARY, behaviour)
    server.on("/elsewhere", answer(200, "<h1>Welcome to Acme</h1>"))
    server.on("/off", answer(200, INACTIVE))
    server.on("/login", answer(200, "<h1>Acme</h1><script src=app.js></script>"))
    report = await _read(_reader(http, server.url))
    assert (report.health, report.reason) == (health, reason)
    assert (report.components, report.incidents) == ((), ())


async def test_a_bad_certificate_is_named(http: Http) -> None:
    async with Server(tls=Authority().server()) as server:
        report = await _read(_reader(http, server.url))
    assert (report.health, report.reason) == (PageHealth.UNREADABLE, "untrusted")


async def test_proxy_settings_that_no_client_takes_are_the_pages_reason(
    http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    report = await _read(_reader(http, "https://status.far.invalid"))
    assert (report.health, report.reason) == (PageHealth.UNREADABLE, "proxy_settings")


async def test_where_the_shape_is_wrong_is_said(http: Http, server: Server) -> None:
    server.on(SUMMARY, answer(200, components_file([{"id": "a", "name": "b", "status": 7}])))
    assert (await _read(_reader(http, server.url))).params == {"where": ".components[0].status"}


async def test_where_it_moved_to_is_said(http: Http, server: Server) -> None:
    server.on(SUMMARY, redirect("https://status.elsewhere.invalid/api"))
    assert (await _read(_reader(http, server.url))).params == {"host": "status.elsewhere.invalid"}


async def test_silence_is_told_at_once_and_goes_stale_in_time(http: Http, server: Server) -> None:
    server.on(SUMMARY, answer(200, WELL), answer(500))
    clock = FakeClock(datetime.now(UTC))
    page = Page(kind="statuspage", url=server.url)
    reader = PageReader("acme", page, 120, http, Budget(clock), clock)
    healths = []
    for _ in range(5):
        healths.append((await _read(reader)).health)
        clock.move(125)
    assert healths == [PageHealth.OK] + [PageHealth.UNREADABLE] * 2 + [PageHealth.STALE] * 2


class TestPatience:
    async def test_a_mirror_serves_while_the_page_refuses(self, http: Http, server: Server) -> None:
        async with Server() as mirror:
            server.on(SUMMARY, httpserver.CHALLENGE)
            mirror.on(SUMMARY, answer(200, WELL))
            reader = _reader(http, server.url, mirror.url)
            for _ in range(3):
                report = await _read(reader)
                assert (report.health, report.link) == (PageHealth.OK, server.url)
            assert (server.asked(SUMMARY), mirror.asked(SUMMARY)) == (1, 3)

    async def test_a_mirror_of_another_page_is_not_believed(self, http: Http, server: Server) -> None:
        async with Server() as mirror:
            server.on(SUMMARY, answer(500))
            mirror.on(SUMMARY, answer(200, summary([component("a", "b")], page_id="other")))
            report = await _read(_reader(http, server.url, mirror.url))
        assert (report.health, report.reason) == (PageHealth.UNREADABLE, "http")

    async def test_refused_it_waits_longer_and_longer_but_never_for_ever(self, http: Http, server: Server) -> None:
        server.on(SUMMARY, answer(429))
        clock = SystemClock()
        reader = _reader(http, server.url, interval_s=120)
        assert (await _read(reader)).health is PageHealth.REFUSED
        assert await reader.read() is None
        assert server.asked(SUMMARY) == 1
        assert 119 < reader.next_at() - clock.now() <= MAX_BACKOFF_S

    async def test_it_obeys_retry_after(self, http: Http, server: Server) -> None:
        server.on(SUMMARY, answer(503, headers={"retry-after": "1800"}))
        clock = SystemClock()
        reader = _reader(http, server.url)
        await reader.read()
        assert reader.next_at() - clock.now() == pytest.approx(1800, abs=5)

    async def test_a_calm_page_is_read_an_interval_later(self, http: Http, server: Server) -> None:
        server.on(SUMMARY, answer(200, WELL))
        clock = SystemClock()
        reader = _reader(http, server.url, interval_s=300)
        await reader.read()
        assert 299 < reader.next_at() - clock.now() <= 330
