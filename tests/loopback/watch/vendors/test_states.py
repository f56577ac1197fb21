"""Every vendor's page when all is well, in trouble, under maintenance and over it, as rule 4 judges it."""

from collections.abc import Callable

import pytest

from tests.support.vendorpages import KINDS, STATES, files
from tests.support.vendorscene import VendorScene
from trayapp.core.evidence.page_report import PageHealth, PageStage
from trayapp.core.light.severity import Light

Make = Callable[[str], VendorScene]
G, Y, R, GREY = Light.GREEN, Light.YELLOW, Light.RED, Light.GREY
PART = {"xai": "chat", "aws": "chat-us-east-1"}
TROUBLE = {
    # degraded, major, maintenance
    "cloudflare": (Y, R, G),
    "flashduty": (Y, R, G),
    "rootly": (Y, R, G),
    # What Google calls information is listed for as long as states lag, and colours like any incident meanwhile.
    "google": (Y, R, Y),
    # Its numbers are read in several ways: none makes red.
    "aws": (Y, Y, G),
    "xai": (Y, R, G),
    "feed": (Y, R, G),
    # They do not say how grave it is: neither well nor trouble.
    "onlineornot": (GREY, GREY, GREY),
    "azure": (GREY, GREY, GREY),
    # It has no word for a maintenance, and one that nobody knows is no state.
    "microsoft": (Y, R, GREY),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", STATES)
async def test_a_page_in_each_state(scene: Make, kind: str, state: str) -> None:
    page = scene(kind)
    report = await page.show(state)
    assert (report.health, report.reason) == (PageHealth.OK, None)
    part, other = PART.get(kind, "chat"), "login-us-east-1" if kind == "aws" else "login"
    lights = dict(zip(STATES[1:4], TROUBLE[kind], strict=True))
    assert page.opinion(part).light is lights.get(state, G)
    # What names no part may mean any.
    unnamed = kind in ("onlineornot", "azure")
    assert page.opinion(other).light is (lights.get(state, G) if unnamed else G)
    open_ones = [one for one in report.incidents if one.stage is not PageStage.RESOLVED]
    assert bool(open_ones) is (state not in ("healthy", "resolved"))
    # Who never saw it open finds nothing of it in Flashduty's list.
    told = [one.stage for one in report.incidents]
    assert told == ([PageStage.RESOLVED] if kind != "flashduty" else []) or state != "resolved"


@pytest.mark.parametrize("kind", KINDS)
async def test_what_has_not_changed_is_not_sent_again(scene: Make, kind: str) -> None:
    page = scene(kind)
    first = await page.show("degraded")
    asked = len(page.server.requests)
    page.clock.move(120)
    again = await page.read()
    assert again.components == first.components
    assert again.incidents == first.incidents
    later = page.server.requests[asked:]
    assert later
    assert all("if-none-match" in request.headers for request in later)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_outage_from_beginning_to_end(scene: Make, kind: str) -> None:
    page = scene(kind)
    part = PART.get(kind, "chat")
    lights = []
    for state in ("healthy", "major", "healthy"):
        await page.show(state)
        lights.append(page.opinion(part).light)
        page.clock.move(600)
    assert lights == [G, TROUBLE[kind][1], G]


async def test_the_last_words_on_an_incident_that_is_no_longer_listed(scene: Make) -> None:
    page = scene("flashduty")
    opened = files("flashduty", "major", page.clock.now())
    await page.serve(opened)
    assert page.server.asked("/api/status-page/4711/change/list") == 0
    page.clock.move(600)
    report = await page.serve(files("flashduty", "resolved", page.clock.now() - 600))
    assert [(one.id, one.stage) for one in report.incidents] == [("815", PageStage.RESOLVED)]
    page.clock.move(600)
    again = await page.read()
    assert again.incidents == report.incidents, "they are repeated"
    assert page.server.asked("/api/status-page/4711/change/list") == 1
