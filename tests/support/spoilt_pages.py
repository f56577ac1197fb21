"""Whole pages of vendors with trouble on them, spoilt at random, and what is green on them although nobody says so."""

import asyncio
import copy
import json
import random
from collections.abc import Iterator
from typing import Any, cast

import msgspec

from tests.support.fakeclock import FakeClock
from tests.support.mutations import JUNK, at, places
from tests.support.pagefiles import (
    PAGE_ID,
    affected,
    component,
    components_file,
    impact,
    incident,
    incidents_file,
    moment,
    native,
    native_incident,
    summary,
    update,
)
from tests.support.vendorfiles import Told, betterstack, checkly, checkly_uptime, datadog
from tests.support.vendorfiles import instatus as instatus_files
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageHealth, PageLight, PageReport
from trayapp.core.light.page_opinion import Opinions
from trayapp.core.light.severity import Light
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.vendor import MakeVendor, Reading, Vendor
from trayapp.watch.pages.vendors.betterstack import BetterStack
from trayapp.watch.pages.vendors.checkly import Checkly
from trayapp.watch.pages.vendors.datadog import Datadog
from trayapp.watch.pages.vendors.incidentio import IncidentIo
from trayapp.watch.pages.vendors.instatus import Instatus
from trayapp.watch.pages.vendors.statuspage import Statuspage

CLOCK = FakeClock()
AT = CLOCK.now() - 300
MEAN: tuple[Any, ...] = (
    -1, 1e308, 2**70, "operational", "OPERATIONAL", "resolved", "RESOLVED", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z", "\u202e<b>\x00", "x" * 5000, [[]] * 50, {"id": "id-chat"},
    [{"id": "id-chat", "status": "operational"}],
)  # fmt: skip


def _parts() -> list[dict[str, Any]]:
    return [
        component("chat", "Chat", "major_outage", AT),
        component("login", "Login", "operational", AT),
        component("api", "API", "degraded_performance", AT),
    ]


def _told() -> dict[str, Any]:
    words = [
        update("identified", AT + 60, affected_components=[affected("chat", "major_outage", "partial_outage")]),
        update("investigating", AT, affected_components=[affected("chat", "partial_outage")]),
    ]
    return incident("i1", "Errors", "identified", AT, impact="critical", updates=words, components=_parts()[:1])


def _planned() -> dict[str, Any]:
    times: dict[str, Any] = {"scheduled_for": moment(AT), "scheduled_until": moment(AT + 3600)}
    return incident("m1", "Upgrade", "in_progress", AT, impact="maintenance", components=_parts()[2:], **times)


NATIVE = [native_incident("i1", "Errors", "identified", AT, impacts=[impact("chat", "full_outage", AT, "i1")])]
STATES = {"id-chat": PageLight.MAJOR, "id-login": PageLight.OPERATIONAL, "id-api": PageLight.DEGRADED}
TOLD = [
    Told("i1", AT, PageLight.MAJOR, ("id-chat",)),
    Told("i2", AT, PageLight.DEGRADED, ("id-api",), "identified"),
    Told("m1", AT, PageLight.MAINTENANCE, ("id-api",), "in_progress", AT + 3600, planned=True),
]
FILES: dict[str, dict[str, Any]] = {
    "statuspage": {"/api/v2/summary.json": summary(_parts(), [_told()], [_planned()])},
    "incidentio": {
        "/api/v2/components.json": components_file(_parts()),
        "/api/v2/incidents.json": incidents_file([_told()]),
        "/proxy/status.example": native(_parts(), NATIVE),
    },
    "incidentio, its own data": {"/proxy/status.example": native(_parts(), NATIVE)},
    "instatus": instatus_files(STATES, TOLD),
    "betterstack": betterstack(STATES, TOLD),
    "checkly": checkly(STATES, TOLD),
    "checkly, by incidents": checkly_uptime(STATES, TOLD),
    "datadog": datadog(STATES, TOLD),
}
# Most of a file of Better Stack is history, and one day of it is like another.
for one in FILES["betterstack"]["/index.json"]["included"]:
    one["attributes"] |= {"status_history": one["attributes"]["status_history"][:1]} if one["id"] in STATES else {}
VENDORS: dict[str, MakeVendor] = {
    "statuspage": Statuspage,
    "incidentio": IncidentIo,
    "incidentio, its own data": IncidentIo,
    "instatus": Instatus,
    "betterstack": BetterStack,
    "checkly": Checkly,
    "checkly, by incidents": Checkly,
    "datadog": Datadog,
}


class Shelf:
    """Hands out files as the fetcher would."""

    def __init__(self, files: dict[str, Any]) -> None:
        self._files = files

    async def json(self, url: str, kind: type) -> Any:
        file = self._files.get(url.removeprefix("https://status.example").partition("?")[0])
        if file is None:
            raise Unfit(PageHealth.MOVED, "gone")
        try:
            return msgspec.convert(copy.deepcopy(file), kind)
        except msgspec.ValidationError as error:
            raise Unfit(PageHealth.UNREADABLE, "shape") from error


def read_page(kind: str, files: dict[str, Any]) -> Reading:
    page = Page(kind, "https://status.example", page_id=PAGE_ID)
    vendor: Vendor = VENDORS[kind](cast(Fetcher, Shelf(files)), page, CLOCK)
    return asyncio.run(vendor.read("https://status.example"))


def _records(value: Any, name: str, key: str = "id") -> Iterator[dict[str, Any]]:
    """All records of the component, wherever they are."""
    if isinstance(value, dict) and value.get(key) == name:
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _records(inner, name, key)


def _listed(parts: Any) -> Iterator[dict[str, Any]]:
    """The records of a list and of the groups in it."""
    for one in parts if isinstance(parts, list) else ():
        if isinstance(one, dict):
            yield one
            yield from _listed(one.get("components"))


def _incident_free(told: Any, name: str) -> bool:
    """Whether no record of an incident that is open, or may be, touches the component, or may touch it."""
    for one in told if isinstance(told, list) else [None]:
        if isinstance(one, dict) and one.get("lastUpdateStatus") == "RESOLVED":
            continue
        named = one.get("services") if isinstance(one, dict) else None
        ids = [each.get("id") if isinstance(each, dict) else None for each in named] if isinstance(named, list) else [0]
        if (name in ids or not ids or ids == [0]) and (not isinstance(one, dict) or one.get("services") != []):
            return False
    return True


def _well(kind: str, files: dict[str, Any], name: str) -> bool:
    """Whether the page says that this component is well: each of its records, and nothing else of the page."""
    first = next(iter(files.values()))
    if kind.startswith("incidentio"):
        records = first.get("components")
        whole = [one for one in _listed(records) if one.get("id") and one.get("status")]
        # A file that does not say whose it is is none of the compatible ones: the page's own data speaks then.
        named = isinstance(first.get("page"), dict) and bool(first["page"])
        readable = named and any(isinstance(one["id"], str) and isinstance(one["status"], str) for one in whole)
        if not readable or kind == "incidentio, its own data":
            affected = files["/proxy/status.example"]["summary"].get("affected_components")
            listed = isinstance(affected, list) and all(
                isinstance(one, dict) and one.get("component_id") for one in affected
            )
            records = list(_records(affected, name, "component_id"))
            return listed and all(str(one.get("status")).lower() == "operational" for one in records)
    if kind == "checkly, by incidents":
        return _incident_free(list(files.values())[1].get("incidents"), name)
    if kind == "betterstack":
        told = [
            one["attributes"] for one in _records(first["included"], name) if one.get("type") == "status_page_resource"
        ]
    else:
        told = [
            one for one in _listed(first if kind == "checkly" else first.get("components")) if one.get("id") == name
        ]
    states = {json.dumps(one.get("status")).lower() if isinstance(one, dict) else "" for one in told}
    carried = [one.get("activeIncidents") for one in told] if kind == "instatus" else []
    return states == {'"operational"'} and not any(carried)


def greens(kind: str, files: dict[str, Any], *, calm: bool = True) -> tuple[str, ...] | None:
    """The components that are green by a page which does not say so; None where it cannot be read at all.

    Not `calm`: nor may everything on it be called well.
    """
    try:
        opinions = Opinions(report_of(read_page(kind, files)))
    except Unfit:
        return None
    found = []
    for part in parts_of(kind):
        opinion = opinions.of((part,), CLOCK.now())
        all_well = any(reason.code == "page_operational" and not reason.params for reason in opinion.reasons)
        if (opinion.light is Light.GREEN and not _says(kind, files, part)) or (all_well and not calm):
            found.append(part)
    return tuple(found)


def spoilt_at_random(kind: str, rng: random.Random) -> dict[str, Any]:
    """The files of a page, spoilt in up to eight places at once, with values of other places among the junk."""
    files = copy.deepcopy(FILES[kind])
    for _ in range(rng.choice((1, 2, 3, 5, 8))):
        file = files[rng.choice(list(files))]
        path = rng.choice(list(places(file)))
        if not path:
            continue
        where: Any = at(file, path[:-1])
        match rng.randrange(4):
            case 0:
                del where[path[-1]]
            case 1:
                where[path[-1]] = copy.deepcopy(rng.choice(JUNK + MEAN))
            case 2 if isinstance(path[-1], int):
                where.insert(rng.randrange(len(where) + 1), copy.deepcopy(where[path[-1]]))
            case 2:
                where[rng.choice(list(where))] = copy.deepcopy(where[path[-1]])
            case _:
                _turn(where, rng)
    return files


def _turn(where: Any, rng: random.Random) -> None:
    if isinstance(where, list):
        rng.shuffle(where)


def parts_of(kind: str) -> tuple[str, ...]:
    first = next(iter(FILES[kind]))
    return ("chat", "login", "api") if "/api/v2/" in first or "/proxy" in first else tuple(STATES)


def _says(kind: str, files: dict[str, Any], part: str) -> bool:
    try:
        return _well(kind, files, part)
    except (AttributeError, IndexError, KeyError, TypeError):
        return False


def report_of(reading: Reading) -> PageReport:
    return PageReport(
        CLOCK.now(),
        "acme",
        PageHealth.OK,
        "https://status.example",
        tuple(reading.components),
        tuple(reading.incidents),
    )
