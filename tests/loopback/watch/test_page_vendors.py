"""Every vendor's page through real HTTP, up to the light: the same five states, and the same damage."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.support import httpserver
from tests.support.httpserver import Behaviour, answer, conditional, redirect
from tests.support.pagefiles import PAGE_ID
from tests.support.pagescene import HOUR_S, MINUTE_S, NAMES, PageScene
from tests.support.vendorfiles import MAKERS, WELL, Files, Maker, Told, checkly_uptime
from trayapp.core.evidence.page_report import Impact, PageHealth, PageLight, PageStage
from trayapp.watch.pages.recognition import NAMES as VENDORS

GREEN, RED, DEGRADED, UNTOLD = "green ok", "red down", "yellow degraded", "grey no_evidence"
OWN = {kind: MAKERS[kind] for kind in ("instatus", "betterstack", "checkly", "datadog")}


class Telling(NamedTuple):
    kind: str
    make: Maker
    keeps_closed: bool


TELLINGS = [
    Telling("instatus", OWN["instatus"], keeps_closed=False),
    Telling("betterstack", OWN["betterstack"], keeps_closed=True),
    Telling("checkly", OWN["checkly"], keeps_closed=False),
    Telling("checkly", checkly_uptime, keeps_closed=False),
    Telling("datadog", OWN["datadog"], keeps_closed=True),
]
EVERY_WAY = pytest.mark.parametrize("way", TELLINGS, ids=lambda way: way.make.__name__)
EVERY_KIND = pytest.mark.parametrize("kind", OWN)


def _serve(scene: PageScene, files: Files) -> None:
    for path, file in files.items():
        scene.serve(path, file)


@EVERY_WAY
class TestStates:
    async def test_healthy(self, way: Telling) -> None:
        async with PageScene(way.kind) as scene:
            _serve(scene, way.make(WELL, (), PAGE_ID))
            report = await scene.report()
            assert (scene.light(), report.health, report.incidents) == (GREEN, PageHealth.OK, ())
            assert {one.id: one.name for one in report.components} == NAMES

    @pytest.mark.parametrize(("state", "light"), [(PageLight.DEGRADED, DEGRADED), (PageLight.MAJOR, RED)])
    async def test_in_trouble(self, way: Telling, state: PageLight, light: str) -> None:
        async with PageScene(way.kind) as scene:
            told = Told("i1", scene.now - 5 * MINUTE_S, state)
            _serve(scene, way.make(WELL | {"id-chat": state}, [told], PAGE_ID))
            report = await scene.report()
            assert (scene.light(), report.health) == (light, PageHealth.OK)
            assert {one.id: one.state for one in report.components} == WELL | {"id-chat": state}
            (said,) = report.incidents
            assert (said.id, said.stage, said.components) == ("i1", PageStage.INVESTIGATING, ("id-chat",))
            assert said.impact is (Impact.CRITICAL if state is PageLight.MAJOR else Impact.MINOR)
            assert said.started_at == pytest.approx(told.at, abs=1)

    async def test_under_maintenance(self, way: Telling) -> None:
        async with PageScene(way.kind) as scene:
            began_at, ends_at = scene.now - HOUR_S / 2, scene.now + HOUR_S / 2
            plan = Told("m1", began_at, PageLight.MAINTENANCE, ("id-api",), "in_progress", ends_at, planned=True)
            scene.answers()
            _serve(scene, way.make(WELL | {"id-api": PageLight.MAINTENANCE}, [plan], PAGE_ID))
            (said,) = (await scene.report()).incidents
            assert (said.maintenance, said.stage, said.components) == (True, PageStage.IN_PROGRESS, ("id-api",))
            assert said.ends_at == pytest.approx(ends_at, abs=1)
            assert scene.light() == GREEN
            for _ in range(5):
                scene.move(15)
                scene.answers(status=502)
            assert scene.light("api") == "yellow maintenance"

    async def test_resolved(self, way: Telling) -> None:
        async with PageScene(way.kind) as scene:
            told = Told("i1", scene.now - 5 * MINUTE_S)
            _serve(scene, way.make(WELL | {"id-chat": PageLight.MAJOR}, [told], PAGE_ID))
            await scene.read()
            scene.move(2 * MINUTE_S)
            _serve(scene, way.make(WELL, [told._replace(until=scene.now - 30)], PAGE_ID))
            report = await scene.report()
            assert scene.light() == "yellow recovering"
            assert [(one.id, one.stage) for one in report.incidents] == [("i1", PageStage.RESOLVED)] * way.keeps_closed
            assert all(one.resolved_at == pytest.approx(scene.now - 30, abs=1) for one in report.incidents)
            await scene.watch(11 * MINUTE_S)
            assert scene.light() == GREEN

    async def test_the_page_of_somebody_else(self, way: Telling) -> None:
        async with PageScene(way.kind) as scene:
            theirs = way.make(WELL, (), "somebodyelse")
            _serve(scene, {path.replace("somebodyelse", PAGE_ID): file for path, file in theirs.items()})
            await scene.read()
            # Files without any name in them are those of whom they were asked for.
            expected = (GREEN, PageHealth.OK) if way.make is checkly_uptime else (UNTOLD, PageHealth.WRONG_PAGE)
            assert (scene.light(), scene.health.health) == expected

    async def test_only_changes_are_sent_twice(self, way: Telling) -> None:
        async with PageScene(way.kind) as scene:
            files = way.make(WELL | {"id-chat": PageLight.MAJOR}, [Told("i1", scene.now - 60)], PAGE_ID)
            for path, file in files.items():
                scene.server.on(path, conditional(file, '"v1"'))
            first = await scene.report()
            asked = len(scene.server.requests)
            second = await scene.report()
            again = scene.server.requests[asked:]
            assert {one.path for one in again} == set(files)
            assert all(one.headers["if-none-match"] == '"v1"' for one in again)
            assert (second.components, second.incidents) == (first.components, first.incidents)


def _junk(value: Any, junk: Any) -> Any:
    """The same fields and as many records, with `junk` in place of everything."""
    if isinstance(value, dict):
        return {name: _junk(each, junk) for name, each in value.items()} if value else junk
    return [_junk(each, junk) for each in value] if isinstance(value, list) and value else junk


Damage = Callable[[Any], Behaviour]
DAMAGES: dict[str, tuple[Damage, set[PageHealth]]] = {
    "empty": (lambda _: answer(200, b""), {PageHealth.UNREADABLE}),
    "cut": (lambda file: answer(200, json.dumps(file).encode()[:-40]), {PageHealth.UNREADABLE}),
    "cut on the way": (lambda _: httpserver.cut, {PageHealth.UNREADABLE}),
    "HTML": (lambda _: answer(200, "<!doctype html><title>Acme</title>"), {PageHealth.UNREADABLE}),
    "a number everywhere": (lambda file: answer(200, _junk(file, 7)), {PageHealth.UNREADABLE, PageHealth.WRONG_PAGE}),
    "a list everywhere": (lambda file: answer(200, _junk(file, [[]])), {PageHealth.UNREADABLE, PageHealth.WRONG_PAGE}),
    "null everywhere": (lambda file: answer(200, _junk(file, None)), {PageHealth.UNREADABLE, PageHealth.WRONG_PAGE}),
    "null alone": (lambda _: answer(200, b"null"), {PageHealth.UNREADABLE}),
    "nothing in it": (lambda file: answer(200, type(file)()), {PageHealth.UNREADABLE, PageHealth.EMPTY}),
    "an error": (lambda _: answer(200, {"error": {"code": 7}}), {PageHealth.UNREADABLE}),
    "deep": (lambda _: answer(200, b'{"components": ' + b"[" * 200_000), {PageHealth.UNREADABLE}),
    "huge": (lambda _: httpserver.huge(), {PageHealth.UNREADABLE}),
    "millions of empty records": (
        lambda file: answer(200, json.dumps(file).encode().replace(b"[{", b"[" + b"{}," * 1_200_000 + b"{", 1)),
        {PageHealth.UNREADABLE}),
    "thousands of numbers": (
        lambda file: answer(200, json.dumps(file).encode().replace(b"[{", b"[" + b"1," * 100_000 + b"{", 1)),
        {PageHealth.UNREADABLE}),
    "a bomb": (lambda _: httpserver.bomb(), {PageHealth.UNREADABLE}),
    "not UTF-8": (lambda file: answer(200, json.dumps(file).encode().replace(b"Chat", b"Ch\xe4t")), {
        PageHealth.UNREADABLE}),
    "a login": (lambda _: answer(200, "<html><input type=password></html>"), {PageHealth.REFUSED}),
    "a captcha": (lambda _: httpserver.CHALLENGE, {PageHealth.REFUSED}),
    "gone": (lambda _: answer(404, "<h1>Not found</h1>"), {PageHealth.MOVED}),
    "elsewhere": (lambda _: redirect("https://status.elsewhere.invalid/"), {PageHealth.MOVED}),
}  # fmt: skip


@EVERY_KIND
@pytest.mark.parametrize("damage", DAMAGES)
async def test_no_colour_comes_out_of_damage(kind: str, damage: str) -> None:
    spoil, healths = DAMAGES[damage]
    async with PageScene(kind) as scene:
        files = OWN[kind](WELL, (), PAGE_ID)
        first, *others = files
        for path in others:
            scene.serve(path, files[path])
        scene.server.on(first, spoil(files[first]))
        report = await scene.report()
        assert (scene.light(), report.components, report.incidents) == (UNTOLD, (), ())
        assert report.health in healths


@EVERY_KIND
async def test_one_spoilt_record_takes_no_other_with_it(kind: str) -> None:
    async with PageScene(kind) as scene:
        files = OWN[kind](WELL, (), PAGE_ID)
        text = json.dumps(files[next(iter(files))])
        for part in ("id-chat", "id-login"):
            assert text.count(f'"{part}"') == 1
        record = '"status": "' + ("OPERATIONAL" if '"OPERATIONAL"' in text else "operational") + '"'
        before, after = text.split('"id-login"')
        spoilt = before + '"id-login"' + after.replace(record, '"status": null', 1)
        _serve(scene, files)
        scene.serve(next(iter(files)), json.loads(spoilt))
        report = await scene.report()
        assert (report.health, report.reason, report.params) == (PageHealth.INCOMPLETE, "records", {"lost": 1})
        assert {one.id: one.state for one in report.components} == WELL | {"id-login": PageLight.UNKNOWN}


@EVERY_KIND
async def test_a_word_that_nobody_knows_is_no_state(kind: str) -> None:
    async with PageScene(kind) as scene:
        files = OWN[kind](WELL, (), PAGE_ID)
        text = json.dumps(files)
        for word in ('"status": "operational"', '"status": "OPERATIONAL"'):
            text = text.replace(word, '"status": "on_fire"')
        _serve(scene, json.loads(text))
        report = await scene.report()
        assert {one.state for one in report.components} == {PageLight.UNKNOWN}
        assert scene.light() == UNTOLD


class TestMovedToAnotherVendor:
    """Another vendor's data or web page where this vendor's is expected: said, with its name."""

    @pytest.mark.parametrize("now", MAKERS)
    @pytest.mark.parametrize("kind", MAKERS)
    async def test_by_its_data(self, kind: str, now: str) -> None:
        async with PageScene(kind) as scene:
            theirs = MAKERS[now](WELL, (), "01JMDK9XYNY6RXSED6SDWW50WY" if now == "incidentio" else "abcdefgh1234")
            telling = next((file for file in theirs.values() if isinstance(file, dict) and "components" not in file),
                           next(iter(theirs.values())))  # fmt: skip
            if now == "incidentio":
                telling = theirs["/api/v2/components.json"]
            scene.server.always(answer(200, telling))
            await scene.read()
            assert scene.light() == UNTOLD
            if kind != now:
                said = (scene.health.health, scene.health.reason, scene.health.params)
                assert said == (PageHealth.MOVED, "vendor", {"vendor": VENDORS[now]})

    @pytest.mark.parametrize(
        ("mark", "vendor"),
        [
            ('<link href="https://acme.statuspage.io/history.atom">', "Statuspage"),
            ('<img src="https://storage.googleapis.com/incident-io-status-page-logos/x.png">', "incident.io"),
            ('<script src="https://instatus.com/app.js"></script>', "Instatus"),
            ('<script src="https://uptime.betterstack.com/app.js"></script>', "Better Stack"),
            ('<link href="https://acme.checkly-status-page.com/feed.rss">', "Checkly"),
            ('<link href="https://acme.statuspage.datadoghq.com">', "Datadog"),
            ('<script src="https://statuspage.flashduty.com/x.js"></script>', "Flashduty"),
            ('<a href="https://rootly.com">Powered by Rootly</a>', "Rootly"),
        ],
    )
    @pytest.mark.parametrize("kind", MAKERS)
    async def test_by_its_web_page(self, kind: str, mark: str, vendor: str) -> None:
        async with PageScene(kind) as scene:
            scene.server.always(answer(200, f"<!doctype html><html><head>{mark}</head></html>"))
            await scene.read()
            assert scene.light() == UNTOLD
            expected = (PageHealth.UNREADABLE, "html") if VENDORS[kind] == vendor else (PageHealth.MOVED, "vendor")
            assert (scene.health.health, scene.health.reason) == expected
