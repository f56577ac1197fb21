"""AWS Health: UTF-16, two shapes of one file, and all services and regions of the world in it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.vendorpages import files
from tests.support.vendorscene import VendorScene
from trayapp.core.evidence.page_report import Impact, PageHealth, PageStage
from trayapp.core.light.severity import Light

Make = Callable[[str], VendorScene]
EVENTS = "/public/currentevents"


def _event(now: float, **changed: Any) -> dict[str, Any]:
    """In the other shape, whose log is JSON within a text."""
    at = int(now - 600)
    log = [
        {"summary": "Increased <b>errors</b>", "message": "Looking.", "status": 1, "timestamp": at},
        {"summary": "Increased errors", "message": "A cause was found.", "status": 2, "timestamp": at + 60},
    ]
    event = {
        "service": "CHAT",
        "region": "us-east-1",
        "typeCode": "AWS_CHAT_OPERATIONAL_ISSUE",
        "startTime": at * 1000,
        "lastUpdatedTime": (at + 61) * 1000,
        "metadata": {"EVENT_LOG": json.dumps(log)},
    }
    return event | changed


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig"])
async def test_encodings(scene: Make, encoding: str) -> None:
    page = scene("aws")
    body = files("aws", "major", page.clock.now())[EVENTS].decode("utf-16")
    report = await page.serve({EVENTS: body.encode(encoding)})
    assert report.incidents[0].components == ("chat-us-east-1", "chat")


async def test_half_a_character(scene: Make) -> None:
    page = scene("aws")
    report = await page.serve({EVENTS: files("aws", "major", page.clock.now())[EVENTS][:-1]})
    assert (report.health, report.reason) == (PageHealth.UNREADABLE, "json")


async def test_the_other_shape(scene: Make) -> None:
    page = scene("aws")
    now = page.clock.now()
    report = await page.serve({EVENTS: json.dumps([_event(now)]).encode("utf-16")})
    (told,) = report.incidents
    assert (told.id, told.name) == (f"chat-us-east-1-{now - 600:.0f}", "Increased <b>errors</b>")
    assert (told.stage, told.impact) == (PageStage.INVESTIGATING, Impact.MAJOR)
    assert [update.text for update in told.updates] == ["A cause was found.", "Looking."]
    assert page.opinion("chat-us-east-1").light is Light.YELLOW


@pytest.mark.parametrize(
    ("part", "light"),
    [
        ("chat-us-east-1", Light.YELLOW),
        ("chat", Light.YELLOW),
        ("chat-eu-west-1", Light.GREEN),
        ("mail-us-east-1", Light.GREEN),
        ("mail", Light.GREEN),
    ],
)
async def test_services_and_regions(scene: Make, part: str, light: Light) -> None:
    page = scene("aws")
    await page.show("major")
    assert page.opinion(part).light is light


@pytest.mark.parametrize("service", ["chat-us-gov-west-1", "chat-global", "chat-ap-northeast-2"])
async def test_every_region_is_told_from_its_service(scene: Make, service: str) -> None:
    page = scene("aws")
    report = await page.serve({EVENTS: json.dumps([_event(page.clock.now(), service=service, region=None)]).encode()})
    assert report.incidents[0].components == (service, "chat")


@pytest.mark.parametrize(
    "changed", [{"endTime": 1_770_152_000_000}, {"metadata": {"EVENT_LOG": '[{"summary": "[RESOLVED] Errors"}]'}}]
)
async def test_over(scene: Make, changed: dict[str, Any]) -> None:
    page = scene("aws")
    report = await page.serve({EVENTS: json.dumps([_event(page.clock.now(), **changed)]).encode()})
    (told,) = report.incidents
    assert (told.stage, told.name) == (PageStage.RESOLVED, "Errors" if "metadata" in changed else told.name)
    assert told.resolved_at is not None


async def test_an_event_that_cannot_be_read_leaves_nobody_well(scene: Make) -> None:
    page = scene("aws")
    events = [_event(page.clock.now()), _event(page.clock.now(), startTime=None)]
    report = await page.serve({EVENTS: json.dumps(events).encode()})
    assert (report.health, report.reason, report.params) == (PageHealth.INCOMPLETE, "records", {"lost": 1})
    assert page.opinion("chat-us-east-1").light is Light.YELLOW
    assert page.opinion("mail-us-east-1").light is Light.GREY


@pytest.mark.parametrize("log", [None, "nonsense", [7], [{"message": "Over."}], [{"summary": 7}]])
async def test_an_event_that_may_be_over_is_neither_well_nor_trouble(scene: Make, log: object) -> None:
    page = scene("aws")
    (event,) = json.loads(files("aws", "resolved", page.clock.now())[EVENTS].decode("utf-16"))
    report = await page.serve({EVENTS: json.dumps([event | {"event_log": log}]).encode()})
    assert report.incidents[0].stage is PageStage.UNKNOWN
    assert page.opinion("chat-us-east-1").light is Light.GREY


@pytest.mark.parametrize(
    "changed",
    [
        {"end_time": "1770152000", "status": "0"},
        {"summary": "[RESOLVED] Increased errors"},
        {"summary": "[Resolved] Increased errors", "end_time": None},
    ],
)
async def test_an_event_that_has_ended(scene: Make, changed: dict[str, Any]) -> None:
    """It stays in the file for hours, and its log need not say so."""
    page = scene("aws")
    (event,) = json.loads(files("aws", "major", page.clock.now())[EVENTS].decode("utf-16"))
    report = await page.serve({EVENTS: json.dumps([event | changed]).encode("utf-16")})
    assert [one.stage for one in report.incidents if one.stage is not PageStage.RESOLVED] == []
    assert page.opinion("chat-us-east-1").light is Light.GREEN


@pytest.mark.parametrize(
    ("current", "light"),
    [("3", Light.YELLOW), (2, Light.YELLOW), ("0", Light.GREEN), (0, Light.GREEN), (None, Light.YELLOW)],
)
async def test_a_service_that_an_event_touches_no_more(scene: Make, current: object, light: Light) -> None:
    page = scene("aws")
    (event,) = json.loads(files("aws", "major", page.clock.now())[EVENTS].decode("utf-16"))
    event |= {
        "service": "multipleservices-us-east-1",
        "impacted_services": {
            "mail-us-east-1": {"service_name": "Mail", "current": "3", "max": "3"},
            "chat-us-east-1": {"service_name": "Chat", "current": current, "max": "3"},
        },
    }
    await page.serve({EVENTS: json.dumps([event]).encode("utf-16")})
    assert page.opinion("mail-us-east-1").light is Light.YELLOW
    assert page.opinion("chat-us-east-1").light is light


def _well(*services: str) -> dict[str, Any]:
    return {name: {"service_name": "Chat", "current": "0", "max": "3"} for name in services}


@pytest.mark.parametrize(
    ("changed", "light"),
    [
        # Its own state stays that of its worst hour.
        ({"impacted_services": _well("chat-us-east-1", "mail-us-east-1")}, Light.GREEN),
        ({"impacted_services": {}, "status": "0"}, Light.GREEN),
        ({"impacted_services": {}, "event_log": [{"summary": "Errors", "status": 0, "timestamp": 9}]}, Light.GREEN),
        # A service that is touched still is so, whatever its log or its own number say.
        ({"status": "0"}, Light.GREY),
        ({"event_log": [{"summary": "Errors", "status": 0, "timestamp": 9}]}, Light.YELLOW),
        ({"impacted_services": {}, "status": None}, Light.GREY),
        ({"impacted_services": {}, "status": False}, Light.GREY),
    ],
)
async def test_an_event_that_is_over_without_a_mark(scene: Make, changed: dict[str, Any], light: Light) -> None:
    page = scene("aws")
    (event,) = json.loads(files("aws", "major", page.clock.now())[EVENTS].decode("utf-16"))
    await page.serve({EVENTS: json.dumps([event | changed]).encode("utf-16")})
    assert page.opinion("chat-us-east-1").light is light
