"""Three providers whose pages are red are one incident only if they fell together: through real HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from tests.support.fakeclock import FakeClock
from tests.support.httpserver import Server, answer
from tests.support.pagefiles import component, components_file, incidents_file, native, summary
from trayapp.core.catalogue import Catalogue, Component, Page, Provider, Service
from trayapp.core.incident.incident import Incident
from trayapp.engine.state import State
from trayapp.watch.http import Http
from trayapp.watch.pages.reader import PageReader
from trayapp.watch.schedule.budget import Budget

NAMES = ("one", "two", "three")
MINUTE_S = 60.0


class Pages:
    """The pages of three providers, each at its own path."""

    def __init__(self, server: Server, http: Http, kind: str) -> None:
        self.clock = FakeClock(datetime(2026, 10, 7, 12, 0, tzinfo=UTC))
        self._server = server
        self._kind = kind
        pages = {name: Page(kind, f"{server.url}/{name}") for name in NAMES}
        chat = (Component("chat", "Chat", True, ("id-chat",)),)
        self.state = State(
            Catalogue(
                {name: Provider(name, name, (Service(name, name, components=chat),), pages[name]) for name in NAMES}
            ),
            NAMES,
            self.clock.now(),
        )
        self._readers = [
            PageReader(name, page, 120.0, http, Budget(self.clock), self.clock) for name, page in pages.items()
        ]

    def show(self, state: str, *ages_s: float) -> None:
        """From now on all pages say this of their component, changed so long ago."""
        for name, age_s in zip(NAMES, ages_s, strict=True):
            parts = [component("id-chat", "Chat", state, self.clock.now() - age_s)]
            if self._kind == "statuspage":
                self._server.on(f"/{name}/api/v2/summary.json", answer(200, summary(parts)))
            else:
                self._server.on(f"/{name}/api/v2/components.json", answer(200, components_file(parts)))
                self._server.on(f"/{name}/api/v2/incidents.json", answer(200, incidents_file([])))
                self._server.on(f"/{name}/proxy/127.0.0.1", answer(200, native(parts)))

    async def read(self) -> list[Incident]:
        """The incidents after another reading of each, twenty seconds apart."""
        for reader in self._readers:
            self.clock.move(20)
            report = await reader.read()
            assert report is not None
            self.state.observe(report)
            self.state.advance(self.clock.now())
        return list(self.state.result.snapshot.incidents)


@pytest.fixture(params=["statuspage", "incidentio"])
async def pages(request: pytest.FixtureRequest) -> AsyncIterator[Pages]:
    http = Http()
    async with Server() as server:
        yield Pages(server, http, request.param)
    await http.close()


async def test_not_three_that_were_red_long_before_the_first_reading(pages: Pages) -> None:
    pages.show("major_outage", 3 * 3600, 5 * 3600, 26 * 3600)
    incidents = await pages.read()
    assert [incident.shared for incident in incidents] == [False] * 3


async def test_three_that_turned_red_between_two_readings_are(pages: Pages) -> None:
    pages.show("operational", 86_400, 86_400, 86_400)
    await pages.read()
    pages.clock.move(MINUTE_S)
    pages.show("major_outage", 50, 20, 5)
    incidents = await pages.read()
    assert [incident.shared for incident in incidents] == [True]
