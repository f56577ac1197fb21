"""A provider's status page on loopback, and the whole rules over what is read from it, with a clock of our own."""

from datetime import UTC, datetime
from typing import Any, Self

import msgspec

from tests.support.fakeclock import FakeClock
from tests.support.httpserver import Server, answer
from tests.support.pagefiles import PAGE_ID, component, components_file, incidents_file, native, summary
from trayapp.core.catalogue import Catalogue, Component, Page, Part, Probe, ProbeKind, Provider, Service
from trayapp.core.evidence.observation import Depth, Outcome, Source, Try
from trayapp.core.evidence.page_report import PageReport
from trayapp.core.evidence.reach import Reach
from trayapp.core.light.verdicts import ComponentVerdict, PageStatus, ServiceVerdict
from trayapp.core.notify.banner import Announcement
from trayapp.engine.state import Memory, State
from trayapp.watch.http import Http
from trayapp.watch.pages.reader import PageReader
from trayapp.watch.schedule.budget import Budget

MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86_400.0
NAMES = {"id-chat": "Chat", "id-login": "Login", "id-history": "History", "id-api": "API", "id-sora": "Sora"}
"""What the page lists; Sora is no part of any service."""
SITE = Service(
    "site",
    "Site",
    components=(
        Component("chat", "Chat", True, ("id-chat",)),
        Component("login", "Login", True, ("id-login",)),
        Component("history", "History", False, ("id-history",)),
    ),
)
"""Only the page speaks for it."""
API = Service(
    "api",
    "API",
    components=(Component("api", "API", True, ("id-api",)),),
    probes=(Probe(ProbeKind.API, ("api",), "http://127.0.0.1:1/v1/models"),),
)


class PageScene:
    """Reads Acme's page over HTTP and lets the rules judge it.

    `show` says what the page says from now on, with `head` along with every answer, `read` reads it and gives the
    verdict on `site`, `move` lets time pass.
    """

    def __init__(
        self,
        kind: str = "statuspage",
        *,
        services: tuple[Service, ...] = (SITE, API),
        path: str = "",
        page_id: str | None = PAGE_ID,
    ) -> None:
        self.kind = kind
        self._path = path
        self._page_id = page_id
        self.clock = FakeClock(datetime(2026, 10, 7, 12, 0, tzinfo=UTC))
        self.server = Server()
        self.head: dict[str, str] = {}
        self.announcements: list[Announcement] = []
        self._services = services
        self._http = Http()

    async def __aenter__(self) -> Self:
        await self.server.__aenter__()
        self._page = Page(self.kind, self.server.url + self._path, page_id=self._page_id)
        self._catalogue = Catalogue({"acme": Provider("acme", "Acme", self._services, self._page)})
        self.reader = self._new_reader()
        self.state = State(self._catalogue, self._watched, self.now)
        self._advance()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()
        await self.server.__aexit__(*_)

    @property
    def now(self) -> float:
        return self.clock.now()

    def show(
        self,
        states: dict[str, str] | None = None,
        incidents: list[dict[str, Any]] | None = None,
        maintenances: list[dict[str, Any]] | None = None,
        *,
        changed_at: float | None = None,
        ongoing: list[dict[str, Any]] | None = None,
        file: dict[str, Any] | None = None,
    ) -> None:
        """From now on the page says this: states by id, operational where not given, changed a day ago.

        `ongoing`: incidents of incident.io's own page data. `file`: more of the first file.
        """
        changed = self.now - DAY_S if changed_at is None else changed_at
        parts = [component(one, NAMES[one], (states or {}).get(one, "operational"), changed) for one in NAMES]
        if self.kind == "statuspage":
            closed = [one for one in incidents or [] if one["status"] == "resolved"]
            opened = [one for one in incidents or [] if one["status"] != "resolved"]
            self.serve("/api/v2/summary.json", summary(parts, opened, maintenances) | (file or {}))
            self.serve("/api/v2/incidents.json", incidents_file([*opened, *closed]))
        else:
            told = [{k: v for k, v in one.items() if k != "components"} for one in incidents or []]
            self.serve("/api/v2/components.json", components_file(parts) | (file or {}))
            self.serve("/api/v2/incidents.json", incidents_file(told))
            self.serve("/proxy/127.0.0.1", native(parts, ongoing, maintenances))

    def serve(self, path: str, body: Any, status: int = 200) -> None:
        """From now on this is at `path`."""
        self.server.on(path, answer(status, body, self.head))

    def die(self) -> None:
        """From now on the page cannot be read."""
        for path in ("/api/v2/summary.json", "/api/v2/components.json"):
            self.serve(path, "no", 503)

    async def read(self, service: str = "site") -> ServiceVerdict:
        """The verdict after another reading."""
        await self.report()
        return self.verdict(service)

    async def report(self) -> PageReport:
        """Another reading; the rules have followed it."""
        report = await self.reader.read()
        assert report is not None
        self.state.observe(report)
        self._advance()
        return report

    async def watch(self, seconds: float, every: float = 120.0) -> ServiceVerdict:
        """Let time pass with a reading every two minutes."""
        until = self.now + seconds
        while self.now < until:
            self.move(min(every, until - self.now))
            await self.report()
        return self.verdict()

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.move(seconds)
        self._advance()

    def answers(self, depth: Depth = Depth.API, status: int = 200) -> None:
        """The API's host answers a request of ours, or (from 500 on) fails it."""
        outcome = Outcome.FAIL if status >= 500 else Outcome.GOOD
        self.state.observe(
            Try(
                self.now, self.now - 0.3, Source.PROBE, "acme", "127.0.0.1:1", (Part("api", "api"),), depth, outcome,
                f"http_{status}", Reach.LOOPBACK, status, latency_s=0.3,
            )
        )  # fmt: skip
        self._advance()

    def restart(self) -> None:
        """The program ends and starts again with what it remembered."""
        kept = msgspec.json.decode(msgspec.json.encode(self.state.remember()), type=Memory)
        self.reader = self._new_reader()
        self.state = State(self._catalogue, self._watched, self.now, kept)
        self._advance()

    def verdict(self, service: str = "site") -> ServiceVerdict:
        found = self.state.result.snapshot.judgement.service(service)
        assert found is not None
        return found

    def light(self, service: str = "site") -> str:
        """`light finding` of a service."""
        verdict = self.verdict(service)
        return f"{verdict.light} {verdict.finding}"

    def part(self, name: str, service: str = "site") -> ComponentVerdict:
        return next(one for one in self.verdict(service).components if one.id == name)

    @property
    def health(self) -> PageStatus:
        (status,) = self.state.result.snapshot.judgement.pages
        return status

    @property
    def _watched(self) -> tuple[str, ...]:
        return tuple(service.id for service in self._services)

    def _new_reader(self) -> PageReader:
        return PageReader("acme", self._page, 120.0, self._http, Budget(self.clock), self.clock)

    def _advance(self) -> None:
        result = self.state.advance(self.now)
        self.announcements += result.announcements


def codes(verdict: ServiceVerdict | ComponentVerdict) -> list[str]:
    """The codes of its reasons."""
    return [reason.code for reason in verdict.reasons]
