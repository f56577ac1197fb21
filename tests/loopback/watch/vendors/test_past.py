"""What pages tell of their past: over for days, and no news any more, but known of every vendor that keeps it."""

import json
import math
from collections.abc import Callable

import pytest

from tests.support.httpserver import Server, answer
from tests.support.pagefiles import PAGE_ID, component, components_file, impact, incident, incidents_file, update
from tests.support.vendorfiles import MAKERS, WELL, Told
from tests.support.vendorpages import BEGAN_S, KINDS, Files, files
from tests.support.vendorscene import VendorScene
from trayapp.core.catalogue import Page
from trayapp.core.incident.past import PastIncident, past_incident
from trayapp.watch.pages.reader import PAST_WITHIN_S, PageReader
from trayapp.watch.pages.registry import page_kinds
from trayapp.watch.schedule.budget import Budget

Make = Callable[[str], VendorScene]
KEEPING = ("feed", "onlineornot", "betterstack", "cloudflare", "datadog", "flashduty", "google", "xai")
FORGETFUL = frozenset({"aws", "azure", "checkly", "instatus", "microsoft", "rootly"})
"""No list of what is over is known of these, beside what the readings themselves bring."""


@pytest.mark.parametrize("kind", KEEPING)
async def test_what_was_over_days_ago(scene: Make, kind: str) -> None:
    page = scene(kind)
    shown_at = page.clock.now()
    await page.serve(shelf(kind, "resolved", shown_at))
    history = await page.past()
    assert history.incidents
    # Google's has something years old, too.
    since = shown_at - 86400.0
    found = [one for one in map(past_incident, history.incidents) if one is not None and one.started_at > since]
    assert len(found) == 1
    assert found[0].started_at == pytest.approx(shown_at - BEGAN_S, abs=1)
    # Some feeds say of an item that it is over, and not since when: how long it took is not known.
    assert found[0].ended_at > found[0].started_at or kind in ("feed", "onlineornot")
    assert kind == "onlineornot" or [one.removeprefix("id-").lower() for one in found[0].components] == ["chat"]
    report = await page.read()
    assert not report.incidents, "it is no news any more"


async def test_incident_io_tells_in_its_records_what_an_incident_touched_and_until_when(scene: Make) -> None:
    page = scene("incidentio")
    began = page.clock.now() - 30 * 86400.0
    parts = [component("id-chat", "Chat"), component("id-login", "Login")]
    told = incident("i1", "Errors", "resolved", began, updates=[update("resolved", began + 7200)])
    await page.serve(
        {
            "/api/v2/components.json": json.dumps(components_file(parts)).encode(),
            "/api/v2/incidents.json": json.dumps(incidents_file([told])).encode(),
        }
    )
    assert not page.report.incidents
    records = [impact("id-chat", "full_outage", began, "i1", began + 3600), impact("id-login", "x", began, "another")]
    page.server.on("/proxy/127.0.0.1/component_impacts", answer(200, {"component_impacts": records}))
    (found,) = (await page.past()).incidents or ()
    assert past_incident(found) == PastIncident(began, began + 3600, ("id-chat",))
    page.server.on("/proxy/127.0.0.1/component_impacts", answer(500))
    (found,) = (await page.past()).incidents or ()
    assert past_incident(found) == PastIncident(began, began + 7200)


@pytest.mark.parametrize("kind", KEEPING)
@pytest.mark.parametrize("said", [b"", b"{}", b"[]", b"null", b"<html>Sorry</html>", b'{"incidents": 7}', b"\xff\xfe"])
async def test_of_a_damaged_past_nothing_is_learned(scene: Make, kind: str, said: bytes) -> None:
    page = scene(kind)
    healthy = shelf(kind, "healthy", page.clock.now())
    await page.serve(healthy)
    for path in healthy:
        page.server.on(path or "/", answer(200, said))
    page.server.always(answer(200, said))
    history = await page.past()
    assert not history.incidents


def shelf(kind: str, state: str, now: float) -> Files:
    if kind in KINDS:
        return files(kind, state, now)
    told = Told("i1", now - BEGAN_S, stage="resolved", until=now)
    made = MAKERS[kind](WELL, [told] if state == "resolved" else [], PAGE_ID)
    return {path: body if isinstance(body, bytes) else json.dumps(body).encode() for path, body in made.items()}


def test_every_vendor_is_one_of_both() -> None:
    assert {*KEEPING, "incidentio", "statuspage"} | FORGETFUL == set(page_kinds())


async def test_it_is_asked_of_the_mirror_that_can_be_read(scene: Make) -> None:
    page = scene("datadog")
    async with Server() as refusing:
        refusing.always(answer(403, "not you"))
        shelved = shelf("datadog", "resolved", page.clock.now())
        await page.serve(shelved)
        watched = Page("datadog", refusing.url, mirrors=(page.server.url,), page_id=page.page_id)
        reader = PageReader("acme", watched, 120.0, page.http, Budget(page.clock), page.clock)
        assert await reader.read() is not None
        before = len(refusing.requests)
        history = await reader.read_past()
    assert history.incidents
    assert len(refusing.requests) == before


async def test_a_past_has_a_minute_of_its_own(scene: Make) -> None:
    page = scene("datadog")
    await page.serve(shelf("datadog", "resolved", page.clock.now()))
    watched = Page("datadog", page.server.url, page_id=PAGE_ID)
    reader = PageReader("acme", watched, 60.0, page.http, Budget(page.clock), page.clock)
    assert reader.past_at() == math.inf, "not before the page could be read"
    await reader.read()
    began = page.clock.now()
    assert began + 60.0 <= reader.past_at() <= began + PAST_WITHIN_S
    page.clock.move(reader.past_at() - began)
    assert (await reader.read_past()).incidents
    assert reader.next_at() >= page.clock.now() + 60.0
