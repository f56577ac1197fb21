"""Pages whose files have been spoilt in one place, in every way: never green for what is not said, never an exception.

A whole page of each vendor, with trouble on it, is mutated at every one of its places: dropped, doubled, of another
type, another value, in another order.
"""

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

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
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageHealth, PageReport
from trayapp.core.light.page_opinion import Opinions
from trayapp.core.light.severity import Light
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.vendor import MakeVendor, Reading, Vendor
from trayapp.watch.pages.vendors.incidentio import IncidentIo
from trayapp.watch.pages.vendors.statuspage import Statuspage

CLOCK = FakeClock()
AT = CLOCK.now() - 300
Path = tuple[str | int, ...]
JUNK: tuple[Any, ...] = (None, 7, "", "nonsense", [], {}, [None], True)


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
FILES: dict[str, dict[str, Any]] = {
    "statuspage": {"/api/v2/summary.json": summary(_parts(), [_told()], [_planned()])},
    "incidentio": {
        "/api/v2/components.json": components_file(_parts()),
        "/api/v2/incidents.json": incidents_file([_told()]),
        "/proxy/status.example": native(_parts(), NATIVE),
    },
}
VENDORS: dict[str, MakeVendor] = {"statuspage": Statuspage, "incidentio": IncidentIo}


class Shelf:
    """Hands out files as the fetcher would."""

    def __init__(self, files: dict[str, Any]) -> None:
        self._files = files

    async def json(self, url: str, kind: type) -> Any:
        file = self._files.get(url.removeprefix("https://status.example").partition("?")[0])
        if not isinstance(file, kind):
            raise Unfit(PageHealth.UNREADABLE, "shape")
        return copy.deepcopy(file)


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


def _said(files: dict[str, Any], name: str) -> set[object]:
    """All states that the page gives to this component: in its first file, or in its own data where that lists none."""
    records = next(iter(files.values())).get("components")
    if records == [] and "/proxy/status.example" in files:
        affected = files["/proxy/status.example"]["summary"]["affected_components"]
        records = _parts()[1:2] + [{"id": one["component_id"], "status": one["status"]} for one in affected]
    records = records if isinstance(records, list) else []
    return {json.dumps(one.get("status")) for one in records if isinstance(one, dict) and one.get("id") == name}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, files in FILES.items() for name in files])
def test_a_file_spoilt_in_one_place(kind: str, name: str) -> None:
    first = next(iter(FILES[kind]))
    whole = Opinions(_report(_read(kind, FILES[kind]))).of(("chat",), CLOCK.now())
    assert whole.light is Light.RED
    unread = []
    for path, how, spoilt in _mutations(FILES[kind][name]):
        files = FILES[kind] | {name: spoilt}
        try:
            reading = _read(kind, files)
        except Unfit:
            unread.append(path)
            continue
        opinions = Opinions(_report(reading))
        for part in ("chat", "login", "api"):
            opinion = opinions.of((part,), CLOCK.now())
            if opinion.light is Light.GREEN:
                assert _said(files, part) == {'"operational"'}, f"{part} is green: {how} at {path}"
            for reason in opinion.reasons:
                calm = reason.code == "page_operational" and not reason.params
                assert not calm, f"everything is said to be well: {how} at {path}"
    # Neither one record nor anything in it takes the page with it: only the page's own id and its lists can.
    lists = {("page",), ("page", "id"), ("components",)}
    assert {path for path in unread if name == first} <= lists
    assert name == first or not unread


def _report(reading: Reading) -> PageReport:
    return PageReport(
        CLOCK.now(),
        "acme",
        PageHealth.OK,
        "https://status.example",
        tuple(reading.components),
        tuple(reading.incidents),
    )
