"""Rootly: a file that knows no components, and a page that does and often turns programs away."""

import json
from collections.abc import Callable

import pytest

from tests.support.httpserver import answer
from tests.support.pagefiles import moment
from tests.support.vendorpages import Files, files
from tests.support.vendorscene import VendorScene
from trayapp.core.evidence.page_report import PageHealth, PageLight
from trayapp.core.light.severity import Light

Make = Callable[[str], VendorScene]
STATUS = "/api/v1/status.json"
CHALLENGE = answer(403, "<title>Just a moment...</title>", {"cf-mitigated": "challenge"})


def _file_alone(state: str, now: float, **changed: object) -> Files:
    shelf = files("rootly", state, now)
    return {STATUS: json.dumps(json.loads(shelf[STATUS]) | changed).encode()}


@pytest.mark.parametrize(
    ("state", "light"), [("healthy", Light.GREEN), ("degraded", Light.GREEN), ("major", Light.YELLOW)]
)
async def test_without_its_page_it_is_a_feed(scene: Make, state: str, light: Light) -> None:
    page = scene("rootly")
    await page.serve({})
    page.server.always(CHALLENGE)
    report = await page.serve(_file_alone(state, page.clock.now()))
    assert (report.health, report.stated) == (PageHealth.OK, False)
    assert page.opinion("chat").light is light, "what names no part may mean any, and makes none red"


async def test_a_page_of_another_make_is_as_good_as_none(scene: Make) -> None:
    page = scene("rootly")
    report = await page.serve(_file_alone("healthy", page.clock.now()) | {"": b"<!doctype html><p>All well.</p>"})
    assert (report.health, report.stated, report.components) == (PageHealth.OK, False, ())


async def test_trouble_that_nothing_explains_is_not_well(scene: Make) -> None:
    page = scene("rootly")
    unwell = {"indicator": "major", "description": "Partial Outage"}
    report = await page.serve(_file_alone("healthy", page.clock.now(), status=unwell))
    assert (report.health, report.reason) == (PageHealth.UNREADABLE, "parts")


async def test_its_components_are_believed_before_its_headline(scene: Make) -> None:
    page = scene("rootly")
    shelf = files("rootly", "major", page.clock.now()) | _file_alone("healthy", page.clock.now())
    report = await page.serve(shelf)
    assert report.components[0].state is PageLight.MAJOR


async def test_the_large_page_is_read_now_and_then_while_all_is_well(scene: Make) -> None:
    page = scene("rootly")
    await page.show("healthy")
    for _ in range(7):
        page.clock.move(120)
        await page.read()
    assert (page.server.asked(STATUS), page.server.asked("/")) == (8, 1)
    page.clock.move(120)
    await page.read()
    assert page.server.asked("/") == 2
    await page.show("degraded")
    page.clock.move(120)
    await page.read()
    assert page.server.asked("/") == 4, "and with every reading in trouble"


@pytest.mark.parametrize("stage", ["scheduled", "in_progress", "completed"])
async def test_its_words_alone_tell_a_maintenance_among_the_incidents(scene: Make, stage: str) -> None:
    page = scene("rootly")
    shelf = files("rootly", "major", page.clock.now())
    file = json.loads(shelf[STATUS])
    file["incidents"][0] |= {"status": stage, "impact": "minor"}
    report = await page.serve(shelf | {STATUS: json.dumps(file).encode()})
    assert [one.maintenance for one in report.incidents] == [True]


@pytest.mark.parametrize(
    ("word", "light"),
    [
        ("Operational", PageLight.OPERATIONAL),
        ("\n  Operational\n", PageLight.OPERATIONAL),
        ("Affected", PageLight.DEGRADED),
        ("Degraded Performance", PageLight.DEGRADED),
        ("Partial outage", PageLight.PARTIAL),
        ("On fire", PageLight.UNKNOWN),
        ("", PageLight.UNKNOWN),
    ],
)
async def test_the_words_of_its_page(scene: Make, word: str, light: PageLight) -> None:
    page = scene("rootly")
    shelf = files("rootly", "major", page.clock.now())
    shelf[""] = shelf[""].replace(b"Major Outage", word.encode())
    report = await page.serve(shelf)
    assert [part.state for part in report.components] == [light, PageLight.OPERATIONAL]


async def test_an_old_copy_of_its_file(scene: Make) -> None:
    page = scene("rootly")
    await page.show("major")
    page.clock.move(600)
    await page.show("healthy")
    old = {"id": "ae27f3c4", "updated_at": moment(page.clock.now() - 9_000)}
    shelf = files("rootly", "healthy", page.clock.now()) | _file_alone("major", page.clock.now(), page=old)
    assert (await page.serve(shelf)).incidents == ()


@pytest.mark.parametrize(
    ("changed", "link"),
    [
        ({}, "https://status.acme.example/incidents/i1"),
        ({"shortlink": None, "url": "https://status.acme.example/i"}, "https://status.acme.example/i"),
        ({"shortlink": "https://rootly.com/account/incidents/1-errors"}, None),
        ({"shortlink": "https://[rootly.com/account"}, None),
        ({"created_at": None, "started_at": "2026-02-03T20:40:00-00:00"}, "https://status.acme.example/incidents/i1"),
    ],
)
async def test_an_incident_by_other_names(scene: Make, changed: dict[str, object], link: str | None) -> None:
    page = scene("rootly")
    shelf = files("rootly", "major", page.clock.now())
    file = json.loads(shelf[STATUS])
    file["incidents"][0] |= changed
    report = await page.serve(shelf | {STATUS: json.dumps(file).encode()})
    assert (report.health, [one.link for one in report.incidents]) == (PageHealth.OK, [link])
