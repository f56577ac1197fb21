"""Pages whose files have been spoilt in one place, in every way: never green for what is not said, never an exception.

A whole page of each vendor, with trouble on it, is mutated at every one of its places: dropped, doubled, of another
type, another value, in another order.
"""

import asyncio
import copy
import json
import random
from collections.abc import Iterator
from typing import Any, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fakeclock import FakeClock
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
Path = tuple[str | int, ...]
JUNK: tuple[Any, ...] = (None, 7, "", "nonsense", [], {}, [None], True)
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
NEEDED: dict[str, set[Path]] = {
    "statuspage": {("page",), ("page", "id"), ("components",)},
    "incidentio": {("page",), ("page", "id"), ("components",)},
    "incidentio, its own data": {
        ("summary",), ("summary", "id"), ("summary", "ongoing_incidents"),
    },
    "instatus": {
        ("components",), ("page",), ("page", "id"), ("page", "status"), ("activeIncidents",), ("activeMaintenances",),
    },
    "betterstack": {("data",), ("data", "id"), ("data", "type"), ("included",)},
    "checkly": {
        ("page",), ("page", "url"), ("page", "status"), ("activeIncidents",), ("activeMaintenances",),
    },
    "checkly, by incidents": {("metadata",), ("metadata", 0), ("metadata", 0, "services"), ("incidents",)},
    "datadog": {("id",), ("components",)},
}  # fmt: skip
"""Without these a page cannot be read: whose it is, and its lists."""


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


def _places(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _places(each, (*path, key))


def _mutations(file: Any) -> Iterator[tuple[Path, str, Any]]:
    """The file, spoilt at one place."""
    for path in _places(file):
        if not path:
            continue
        for number, junk in enumerate(JUNK):
            spoilt = copy.deepcopy(file)
            _at(spoilt, path[:-1])[path[-1]] = junk
            yield path, f"junk {number}", spoilt
        spoilt = copy.deepcopy(file)
        where = _at(spoilt, path[:-1])
        del where[path[-1]]
        yield path, "dropped", spoilt
        if isinstance(path[-1], int):
            doubled = copy.deepcopy(file)
            where = _at(doubled, path[:-1])
            where.append(copy.deepcopy(where[path[-1]]))
            yield path, "doubled", doubled
            turned = copy.deepcopy(file)
            _at(turned, path[:-1]).reverse()
            yield path, "turned", turned


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _read(kind: str, files: dict[str, Any]) -> Reading:
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
        readable = any(isinstance(one["id"], str) and isinstance(one["status"], str) for one in whole)
        if not readable or kind == "incidentio, its own data":
            affected = files["/proxy/status.example"]["summary"].get("affected_components")
            listed = isinstance(affected, list) and all(
                isinstance(one, dict) and one.get("component_id") for one in affected
            )
            records = list(_records(affected, name, "component_id"))
            return listed and all(one.get("status") == "operational" for one in records)
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
        opinions = Opinions(_report(_read(kind, files)))
    except Unfit:
        return None
    found = []
    for part in _parts_of(kind):
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
        path = rng.choice(list(_places(file)))
        if not path:
            continue
        where: Any = _at(file, path[:-1])
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


def _parts_of(kind: str) -> tuple[str, ...]:
    first = next(iter(FILES[kind]))
    return ("chat", "login", "api") if "/api/v2/" in first or "/proxy" in first else tuple(STATES)


def _says(kind: str, files: dict[str, Any], part: str) -> bool:
    try:
        return _well(kind, files, part)
    except (AttributeError, IndexError, KeyError, TypeError):
        return False


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, files in FILES.items() for name in files])
def test_a_file_spoilt_in_one_place(kind: str, name: str) -> None:
    whole = Opinions(_report(_read(kind, FILES[kind]))).of(_parts_of(kind)[:1], CLOCK.now())
    assert whole.light is Light.RED
    unread = set()
    for path, how, spoilt in _mutations(FILES[kind][name]):
        found = greens(kind, FILES[kind] | {name: spoilt}, calm=False)
        assert not found, f"{found} is green: {how} at {path}"
        unread |= {path} if found is None else set()
    # Neither one record nor anything in it takes the page with it: only the page's own id and its lists can.
    assert unread <= NEEDED[kind]
    first = next(iter(FILES[kind]))
    assert name == first or not unread or kind in ("instatus", "checkly", "checkly, by incidents")


@given(st.sampled_from(list(FILES)), st.integers(0, 2**32))
def test_files_spoilt_in_many_places(kind: str, seed: int) -> None:
    """`python -m tests.bench.page_readers` plays it at length."""
    files = spoilt_at_random(kind, random.Random(seed))
    assert not greens(kind, files), json.dumps(files)


def _report(reading: Reading) -> PageReport:
    return PageReport(
        CLOCK.now(),
        "acme",
        PageHealth.OK,
        "https://status.example",
        tuple(reading.components),
        tuple(reading.incidents),
    )
