"""Flashduty: what is well is what no open change touches."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.vendorpages import files
from tests.support.vendorscene import VendorScene
from trayapp.core.evidence.page_report import Impact, PageHealth, PageLight, PageStage
from trayapp.core.light.severity import Light
from trayapp.watch.pages.fetch import MAX_KNOWN

Make = Callable[[str], VendorScene]
ACTIVE = "/api/status-page/4711/summary/active"


async def _serve(page: VendorScene, state: str = "major", **changed: Any) -> None:
    shelf = files("flashduty", state, page.clock.now())
    file = json.loads(shelf[ACTIVE])
    file["data"]["active_changes"] = [one | changed for one in file["data"]["active_changes"]]
    await page.serve(shelf | {ACTIVE: json.dumps(file).encode()})


async def test_an_open_incident(scene: Make) -> None:
    page = scene("flashduty")
    (told,) = (await page.show("major")).incidents
    assert (told.id, told.name, told.impact) == ("815", "Störung / Errors", Impact.CRITICAL)
    assert (told.components, told.started_at) == (("chat",), page.clock.now() - 600)
    assert [(update.text, update.states[0].state) for update in told.updates] == [("Looking into it.", "major")]
    assert page.report.components[0].changed_at == page.clock.now() - 600


async def test_a_state_that_a_component_is_given_counts_beside_what_touches_it(scene: Make) -> None:
    page = scene("flashduty")
    shelf = files("flashduty", "major", page.clock.now())
    file = json.loads(shelf[ACTIVE])
    chat, login = file["data"]["page"]["components"]
    chat["status"], login["status"] = "operational", "degraded"
    report = await page.serve(shelf | {ACTIVE: json.dumps(file).encode()})
    assert [one.state for one in report.components] == [PageLight.MAJOR, PageLight.DEGRADED]


async def test_maintenance(scene: Make) -> None:
    page = scene("flashduty")
    (told,) = (await page.show("maintenance")).incidents
    assert (told.maintenance, told.stage) == (True, PageStage.IN_PROGRESS)
    assert told.ends_at == page.clock.now() + 3000
    await _serve(page, "maintenance", status="scheduled")
    assert [part.state for part in page.report.components] == ["operational", "operational"]


@pytest.mark.parametrize(
    ("changed", "states"),
    [
        ({"affected_components": None}, ["unknown", "unknown"]),
        ({"affected_components": "chat"}, ["unknown", "unknown"]),
        ({"affected_components": [{"component_id": "chat", "status": "on_fire"}]}, ["unknown", "operational"]),
        ({"affected_components": [{"status": "full_outage"}]}, ["unknown", "unknown"]),
        ({"start_at_seconds": 0}, ["major", "unknown"]),
        ({"status": None}, ["major", "unknown"]),
        ({"affected_components": []}, ["operational", "operational"]),
    ],
)
async def test_a_change_that_does_not_say_what_it_touches(
    scene: Make, changed: dict[str, Any], states: list[str]
) -> None:
    page = scene("flashduty")
    await _serve(page, **changed)
    assert [part.state for part in page.report.components] == states


async def test_an_answer_without_data(scene: Make) -> None:
    page = scene("flashduty")
    report = await page.serve({ACTIVE: b'{"error": {"code": "InvalidParameter"}, "request_id": "1"}'})
    assert (report.health, report.reason, report.params) == (PageHealth.UNREADABLE, "shape", {"where": ".data"})


async def test_the_memory_of_spans_of_time_has_an_end(scene: Make) -> None:
    page = scene("flashduty")
    for _ in range(MAX_KNOWN):
        for state in ("major", "resolved"):
            await page.show(state)
            page.clock.move(600)
    spans = [request.path for request in page.server.requests if "change/list" in request.path]
    assert len(set(spans)) == MAX_KNOWN
    assert page.server.requests[-2].headers["if-none-match"], "while what is read all the time stays"


@pytest.mark.parametrize(
    ("word", "impact", "light"),
    [
        ("full_outage", Impact.CRITICAL, Light.RED),
        ("partial_outage", Impact.MAJOR, Light.YELLOW),
        ("degraded", Impact.MINOR, Light.YELLOW),
        ("operational", Impact.CRITICAL, Light.YELLOW),
    ],
)
async def test_what_was_worse_before_is_as_grave_as_it_is_now(
    scene: Make, word: str, impact: Impact, light: Light
) -> None:
    page = scene("flashduty")
    await _serve(page, affected_components=[{"component_id": "chat", "name": "Chat", "status": word}])
    assert page.report.incidents[0].impact is impact, "of what it was where nothing is wrong now"
    assert page.opinion("chat").light is light


@pytest.mark.parametrize(
    ("component", "section"),
    [({"hide_all": True}, {}), ({"section_id": "old"}, {"hide_all": True}), ({"section_id": "old"}, {})],
)
async def test_what_the_page_hides_is_not_called_well(
    scene: Make, component: dict[str, Any], section: dict[str, Any]
) -> None:
    page = scene("flashduty")
    shelf = files("flashduty", "healthy", page.clock.now())
    file = json.loads(shelf[ACTIVE])
    told = file["data"]["page"]
    told["sections"] = [{"section_id": "old", "name": "Old"} | section, {"name": "Nameless", "hide_all": True}]
    told["components"][1] |= component
    report = await page.serve(shelf | {ACTIVE: json.dumps(file).encode()})
    hidden = component.get("hide_all") or section.get("hide_all")
    assert [one.id for one in report.components] == (["chat"] if hidden else ["chat", "login"])
    told["components"][0] |= {"hide_all": True}
    report = await page.serve(shelf | {ACTIVE: json.dumps(file).encode()})
    assert (report.health, report.reason) == ((PageHealth.EMPTY, "no_components") if hidden else (PageHealth.OK, None))


async def test_one_that_has_just_been_made_has_its_words_beside_it(scene: Make) -> None:
    page = scene("flashduty")
    await _serve(page, updates=[], title="", description="Some <b>requests</b> fail.")
    (told,) = page.report.incidents
    assert (told.name, [update.text for update in told.updates]) == ("Some requests fail.", ["Some requests fail."])
    assert told.updates[0].at == told.started_at
