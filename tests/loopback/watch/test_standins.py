"""The stand-ins of each vendor's page, read through the program's own reader: calm, and with an outage."""

from collections.abc import AsyncIterator

import pytest

from tests.support.fakeclock import FakeClock
from tests.support.httpserver import Server
from tests.support.standins.door import door
from tests.support.standins.hosts import Hosts
from tests.support.standins.pages import parts_of
from trayapp.core.catalogue import Catalogue, Component, Page, Provider, Service
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.light.page_opinion import Opinions
from trayapp.core.light.severity import Light
from trayapp.watch.http import Http
from trayapp.watch.pages.reader import PageReader
from trayapp.watch.pages.registry import page_kinds
from trayapp.watch.schedule.budget import Budget

CLOCK = FakeClock()
PAGE_IDS = {"flashduty": "99", "checkly": "acme", "google": None, "aws": None, "cloudflare": None}
# What tells neither how grave it is nor which parts it touches colours nothing.
OUT = dict.fromkeys(page_kinds(), Light.RED) | {"aws": Light.YELLOW, "azure": Light.GREY, "onlineornot": Light.GREY}


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    made = Http()
    yield made
    await made.close()


def provider(kind: str, url: str) -> Provider:
    parts = (Component("chat", "Chat", True, ("part-1",)), Component("login", "Login", True, ("part-2", "part-1")))
    page_id = PAGE_IDS.get(kind, "acme-page")
    if kind in ("feed", "azure", "onlineornot", "microsoft"):
        page_id = None
    return Provider(
        "acme", "Acme AI", (Service("acme-chat", "Acme Chat", components=parts),), Page(kind, url, page_id=page_id)
    )


@pytest.mark.parametrize("kind", page_kinds())
async def test_a_page_tells_what_it_stands_for(kind: str, http: Http) -> None:
    async with Server() as server:
        acme = provider(kind, server.url)
        hosts = Hosts(Catalogue({"acme": acme}), began_at=CLOCK.now() - 3600)
        server.always(door(hosts, server.url))
        assert acme.page is not None
        reader = PageReader("acme", acme.page, 120.0, http, Budget(CLOCK), CLOCK)
        for light in (Light.GREEN, OUT[kind]):
            report = await reader.read()
            assert report is not None
            assert report.health is PageHealth.OK, (report.health, report.reason, report.params)
            found = [Opinions(report).of((part,), CLOCK.now()).light for part in parts_of(acme)]
            assert found == [light, light]
            hosts.reported["acme"] = CLOCK.now() - 60
