"""Google's dashboards: years of incidents in one file, and products without states of their own."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.pagefiles import moment
from tests.support.vendorpages import files
from tests.support.vendorscene import VendorScene
from trayapp.core.evidence.page_report import Impact, PageHealth, PageLight, PageStage
from trayapp.core.light.severity import Light

Make = Callable[[str], VendorScene]
INCIDENTS = "/incidents.json"


async def _serve(page: VendorScene, change: Callable[[list[Any]], list[Any]]) -> None:
    shelf = files("google", "major", page.clock.now())
    await page.serve(shelf | {INCIDENTS: json.dumps(change(json.loads(shelf[INCIDENTS]))).encode()})


async def test_an_open_incident(scene: Make) -> None:
    page = scene("google")
    report = await page.show("major")
    (told,) = report.incidents
    assert (told.id, told.name, told.impact) == ("J5ia5t9p3g9Q5Wi7r8Ev", "Chat customers see errors.", Impact.CRITICAL)
    assert (told.components, told.stage) == (("chat",), PageStage.INVESTIGATING)
    chat, login = report.components
    assert (chat.name, chat.state, chat.changed_at) == ("Chat", PageLight.MAJOR, page.clock.now() - 600)
    assert login.state is PageLight.OPERATIONAL
    assert report.stated


async def test_years_of_history_are_left_alone(scene: Make) -> None:
    page = scene("google")
    await _serve(page, lambda told: [told[0], *({**told[1], "id": str(n)} for n in range(2_000))])
    assert [one.id for one in page.report.incidents] == ["J5ia5t9p3g9Q5Wi7r8Ev"]


async def test_a_report_that_is_written_afterwards_is_news(scene: Make) -> None:
    page = scene("google")
    now = page.clock.now()
    modified = json.loads(files("google", "major", now)[INCIDENTS])[0]["modified"]
    await _serve(page, lambda told: [told[1] | {"modified": modified}])
    assert [one.stage for one in page.report.incidents] == [PageStage.RESOLVED]
    page.clock.move(90_000)
    assert (await page.read()).incidents == (), "for a day"


async def test_an_end_that_is_announced_is_none_yet(scene: Make) -> None:
    page = scene("google")
    now = page.clock.now()
    await _serve(page, lambda told: [told[0] | {"end": moment(now + 3600)}])
    assert [(one.stage, one.resolved_at) for one in page.report.incidents] == [(PageStage.INVESTIGATING, None)]
    assert page.opinion("chat").light is Light.RED


async def test_a_product_that_is_not_listed_is_not_well(scene: Make) -> None:
    page = scene("google")
    await page.show("healthy")
    assert page.opinion("retired").light is Light.GREY
    assert page.opinion("retired").reasons[0].params["health"] == "missing_component"


async def test_products_are_asked_for_once_an_hour(scene: Make) -> None:
    page = scene("google")
    await page.show("healthy")
    for _ in range(30):
        page.clock.move(120)
        await page.read()
    assert (page.server.asked(INCIDENTS), page.server.asked("/products.json")) == (31, 2)


@pytest.mark.parametrize(
    ("status", "state", "stage"),
    [
        ("AVAILABLE", PageLight.OPERATIONAL, PageStage.MONITORING),
        ("SERVICE_INFORMATION", PageLight.OPERATIONAL, PageStage.INVESTIGATING),
        ("SERVICE_DISRUPTION", PageLight.PARTIAL, PageStage.INVESTIGATING),
        ("SERVICE_OUTAGE", PageLight.MAJOR, PageStage.INVESTIGATING),
        ("SERVICE_ON_FIRE", PageLight.UNKNOWN, PageStage.UNKNOWN),
    ],
)
async def test_the_newest_word_counts(scene: Make, status: str, state: PageLight, stage: PageStage) -> None:
    page = scene("google")

    def change(told: list[Any]) -> list[Any]:
        told[0]["most_recent_update"]["status"] = told[0]["updates"][0]["status"] = status
        return told

    await _serve(page, change)
    assert (page.report.components[0].state, page.report.incidents[0].stage) == (state, stage)


async def test_of_two_incidents_the_worse_counts(scene: Make) -> None:
    page = scene("google")
    calm = {"when": None, "status": "AVAILABLE"}
    await _serve(page, lambda told: [told[0], {**told[0], "id": "two", "most_recent_update": calm, "updates": []}])
    assert page.report.components[0].state is PageLight.MAJOR


@pytest.mark.parametrize(
    ("broken", "states"),
    [
        ({"begin": None}, ["unknown", "operational"]),
        ({"end": 7}, ["unknown", "operational"]),
        ({"end": ""}, ["unknown", "operational"]),
        ({"begin": None, "affected_products": None}, ["unknown", "unknown"]),
        ({"affected_products": None}, ["unknown", "unknown"]),
    ],
)
async def test_a_record_that_makes_no_sense(scene: Make, broken: dict[str, Any], states: list[str]) -> None:
    page = scene("google")
    await _serve(page, lambda told: [told[0] | broken, told[1]])
    assert [part.state for part in page.report.components] == states


async def test_an_old_record_that_makes_no_sense_is_only_counted(scene: Make) -> None:
    page = scene("google")
    await _serve(page, lambda told: [told[0], told[1] | {"begin": None, "affected_products": 7}, None])
    assert page.report.health is PageHealth.INCOMPLETE
    assert [part.state for part in page.report.components] == ["major", "unknown"], "what is no record may be open"
    await _serve(page, lambda told: [told[0], told[1] | {"begin": None, "affected_products": 7}])
    assert (page.report.health, page.opinion("login").light) == (PageHealth.OK, Light.GREEN)


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Chat customers see errors.", "Chat customers see errors."),
        ("**Title**\nNo replies in Chat.\n**Description**\nWe see an issue.", "No replies in Chat."),
        ("**Summary:**\nNo replies in Chat.\n**Description:**\nWe see an issue.", "No replies in Chat."),
        ("**Title:** No replies in Chat.\nMore.", "No replies in Chat."),
        ("## Summary\n\nNo replies in [Chat](https://chat.example).", "No replies in Chat."),
        ("Summary pages of Chat are empty.", "Summary pages of Chat are empty."),
        ("**Title**", "Chat"),
        ("", "Chat"),
        (None, "Chat"),
    ],
)
async def test_a_title_is_one_line(scene: Make, said: str | None, title: str) -> None:
    """Workspace writes paragraphs with headings where Cloud writes a line."""
    page = scene("google")
    await _serve(page, lambda told: [told[0] | {"external_desc": said, "service_name": "Chat"}])
    assert page.report.incidents[0].name == title


@pytest.mark.parametrize(
    ("about", "newest", "light"),
    [
        ("Customers experience elevated error rates.", "Looking into it.", Light.YELLOW),
        ("A new region is open.", "Requests to Chat are failing.", Light.YELLOW),
        ("A new region is open.", "See the documentation.", Light.GREEN),
        ("Billing reports move to another place.", "", Light.GREEN),
        ("", "", Light.YELLOW),
    ],
)
async def test_information_is_trouble_where_its_words_are(scene: Make, about: str, newest: str, light: Light) -> None:
    page = scene("google")

    def change(told: list[Any]) -> list[Any]:
        told[0]["most_recent_update"] |= {"status": "SERVICE_INFORMATION", "text": newest}
        told[0]["updates"][0]["status"] = "SERVICE_INFORMATION"
        told[0]["external_desc"] = about
        return told

    await _serve(page, change)
    assert page.opinion("chat").light is light
    assert page.opinion("chat").incidents == page.report.incidents, "listed"
