"""Pages with an outage on them, spoilt in one place in every way: never green for what is not said, never an exception.

As in `test_mutations`, for the vendors whose components have no states of their own, where well is what nobody names.
"""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any, cast

import pytest

from tests.support.fakeclock import FakeClock
from tests.support.mutations import mutations
from tests.support.vendorpages import PAGE_IDS, Files, files
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageHealth, PageReport
from trayapp.core.light.page_opinion import Opinions
from trayapp.core.light.severity import Light
from trayapp.watch.pages.fetch import Fetcher, Unfit, decoded
from trayapp.watch.pages.registry import make_vendor
from trayapp.watch.pages.vendor import Reading

CLOCK = FakeClock()
BASE = "https://status.example"


class Shelf:
    """Hands out files as the fetcher would."""

    def __init__(self, shelf: Files) -> None:
        self._shelf = shelf

    async def json(self, url: str, kind: type) -> Any:
        return decoded(self._body(url), kind)

    async def made(self, url: str, _accept: str, make: Callable[[bytes], Any]) -> Any:
        return make(self._body(url))

    def _body(self, url: str) -> bytes:
        return self._shelf[url.removeprefix(BASE).partition("?")[0].rstrip("/")]


def _light(kind: str, shelf: Files) -> Light:
    page = Page(kind, BASE, page_id=PAGE_IDS.get(kind))
    try:
        reading = asyncio.run(make_vendor(cast(Fetcher, Shelf(shelf)), page, CLOCK).read(BASE))
    except Unfit:
        return Light.GREY
    part = "chat-us-east-1" if kind == "aws" else "chat"
    return Opinions(_report(reading)).of((part,), CLOCK.now()).light


def _report(reading: Reading) -> PageReport:
    health = PageHealth.INCOMPLETE if reading.lost or reading.missing else PageHealth.OK
    return PageReport(
        CLOCK.now(),
        "acme",
        health,
        BASE,
        tuple(reading.components),
        tuple(reading.incidents),
        stated=reading.stated,
    )


def _decoded(kind: str, body: bytes) -> Any:
    return json.loads(body.decode("utf-16" if kind == "aws" else "utf-8"))


# Where what is left says honestly that nothing is touched, or something else.
NOTHING_SAID = {
    "flashduty": {("data.active_changes", "[]"), ("data.active_changes.0", "dropped")},
    "google": {
        ("0", "dropped"),
        ("0.affected_products", "[]"),
        ("0.affected_products.0", "dropped"),
        ("0.affected_products.0.id", "'nonsense'"),
    },
    "aws": {("0", "dropped")},
}


@pytest.mark.parametrize("kind", ["cloudflare", "flashduty", "rootly", "google", "aws", "microsoft"])
def test_data_spoilt_in_one_place(kind: str) -> None:
    shelf = files(kind, "major", CLOCK.now())
    assert _light(kind, shelf) in (Light.RED, Light.YELLOW)
    green = set()
    for name, body in shelf.items():
        if not body.startswith(b"<"):
            for path, how, spoilt in mutations(_decoded(kind, body)):
                if _light(kind, {**shelf, name: json.dumps(spoilt).encode()}) is Light.GREEN:
                    green.add((".".join(map(str, path)), how))
    assert green <= NOTHING_SAID.get(kind, set())


@pytest.mark.parametrize("kind", ["xai", "onlineornot", "azure", "feed", "rootly"])
def test_markup_spoilt_in_one_place(kind: str) -> None:
    shelf = files(kind, "major", CLOCK.now())
    (name, body), *_ = [one for one in shelf.items() if one[1].startswith(b"<")]
    assert _light(kind, shelf) is not Light.GREEN
    pieces = [piece for piece in re.split(rb"(<[^<>]*>)", body) if piece]
    green = set()
    for number, piece in enumerate(pieces):
        for junk in (b"", piece * 2, b"nonsense", b"<b>", b"\xff", piece[::-1]):
            spoilt = b"".join([*pieces[:number], junk, *pieces[number + 1 :]])
            if _light(kind, {**shelf, name: spoilt}) is Light.GREEN:
                green.add((piece, junk))
    assert not green
