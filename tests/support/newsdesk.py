"""A playbook for the notification policy: what is true at each minute of a night, and what is said of it."""

from typing import Any

import msgspec

from tests.support.snapshots import NOW, ONLINE, READY, SERVICES, pages, service
from trayapp.core.catalogue import Api, Catalogue, Dialect, Provider
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import Source
from trayapp.core.incident.forecast import Forecast
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.light.reasons import Code, Reason
from trayapp.core.light.severity import Finding, Light, worst
from trayapp.core.light.verdicts import Judgement, ServiceVerdict
from trayapp.core.notify.banner import Announcement, Banner, BannerStage, Withdraw
from trayapp.core.notify.news import TOGETHER_S
from trayapp.core.notify.policy import NotificationMemory, NotificationPolicy
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.offer import make_offer
from trayapp.core.switching.route import Route, To, Until
from trayapp.core.switching.routes import Routes, RoutesMemory
from trayapp.core.switching.target import TargetStatus

START = NOW
RED = (Light.RED, Finding.DOWN)
CHECKING = (Light.YELLOW, Finding.CHECKING)
DEGRADED = (Light.YELLOW, Finding.DEGRADED)
RECOVERING = (Light.YELLOW, Finding.RECOVERING)
FLAPPING = (Light.YELLOW, Finding.FLAPPING)
GREEN = (Light.GREEN, Finding.OK)
GREY = (Light.GREY, Finding.NO_EVIDENCE)
STARTED_S = -60.0
"""Incidents begin a minute before the playbook does."""
CATALOGUE = Catalogue(
    {
        "openai": Provider("openai", "OpenAI", (), api=Api("https://api.openai.com", (Dialect.OPENAI,))),
        "anthropic": Provider("anthropic", "Anthropic", ()),
    }
)
"""Requests of the second go through no gateway, so it stays where it is."""


class Desk:
    """What one user is told. Everything stays as it is until it is set otherwise; minutes count from the start."""

    def __init__(self) -> None:
        self.policy = NotificationPolicy()
        self.lights: dict[str, tuple[Light, Finding]] = dict.fromkeys(SERVICES, GREEN)
        self.more: dict[str, dict[str, Any]] = {}
        self.incidents: dict[str, Incident] = {}
        self.network: NetworkStatus = ONLINE
        self.pages = pages()
        self.target: TargetStatus = READY
        self.routes: dict[str, Route] = {}
        self.tools = 0
        self.local_answers = 0
        self.forecasts: dict[str, Forecast] = {}
        self.aftermath: tuple[Incident, ...] = ()
        self.verdicts: dict[str, ServiceVerdict] = {}

    def set(self, light: tuple[Light, Finding], *services: str, **more: Any) -> None:
        for service_id in services:
            self.lights[service_id] = light
            self.more[service_id] = more

    def falls(self, *services: str) -> None:
        """They are down, and an incident says so."""
        self.set(RED, *services)
        self.incident(*services)

    def incident(self, *services: str, id: str = "i1", provider: str = "openai", **more: Any) -> None:
        """Open or change an incident; `down` follows the lights unless given."""
        down = tuple(name for name in services if self.lights[name][0] is Light.RED)
        before = self.incidents.get(id)
        fields: dict[str, Any] = {
            "down": down,
            "stage": IncidentStage.OPEN,
            "started_at": START + STARTED_S,
            "red_at": START if down else before and before.red_at,
        }
        self.incidents[id] = Incident(id=id, provider=provider, services=services, **(fields | more))

    def over(self, id: str = "i1", **more: Any) -> None:
        changed: dict[str, Any] = {"stage": IncidentStage.OVER, "down": (), **more}
        self.incidents[id] = msgspec.structs.replace(self.incidents[id], **changed)

    def local(self, provider: str, until: Until = Until.BACK, answered: int = 0) -> None:
        self.routes[provider] = Route(provider, To.LOCAL, until, "user", START, answered)

    def restart(self) -> None:
        """What a stored memory makes of it."""
        stored = msgspec.json.encode(self.policy.remember())
        self.policy = NotificationPolicy(msgspec.json.decode(stored, type=NotificationMemory))

    def judgement(self, minute: float) -> Judgement:
        """Of the same verdicts as before where nothing about them has changed, as the judge makes it."""
        for service_id in SERVICES:
            verdict = self._verdict(service_id)
            if self.verdicts.get(service_id) != verdict:
                self.verdicts[service_id] = verdict
        services = tuple(self.verdicts[service_id] for service_id in SERVICES)
        light = worst(verdict.light for verdict in services)
        return Judgement(START + minute * 60, light, services, self.pages, self.network)

    def _verdict(self, service_id: str) -> ServiceVerdict:
        light, finding = self.lights[service_id]
        incident = next((each.id for each in self.incidents.values() if service_id in each.services), None)
        more = {"incident": incident} | self.more.get(service_id, {})
        flapping = finding is Finding.FLAPPING or any(each.code == Code.FLAPPING for each in more.get("reasons", ()))
        return service(service_id, light, finding, flapping=flapping, **more)

    def report(self, minute: float) -> tuple[Announcement, ...]:
        judgement = self.judgement(minute)
        routes = Routes(CATALOGUE, RoutesMemory(tuple(self.routes.values())))
        routes.judged(judgement)
        return self.policy.report(
            judgement,
            tuple(self.incidents.values()),
            routes.all(),
            make_offer(judgement, routes, AutoMode(), self.target),
            judgement.at,
            local_answers=self.local_answers,
            tools=lambda providers: self.tools,
            forecasts=self.forecasts,
            aftermath=self.aftermath,
        )

    def told(self, minute: float) -> list[str]:
        """The news in short: "down! i1" pops up, "confirmed i1" replaces silently, "withdraw i1" takes away."""
        return [gist(announcement) for announcement in self.news(minute)]

    def news(self, minute: float) -> tuple[Announcement, ...]:
        """What is said now, and what has only waited for a moment whether more would come."""
        said = self.report(minute)
        moment = (self.policy.news_at - START) / 60
        return said if moment > minute + TOGETHER_S / 60 else said + self.report(moment)

    def banner(self, minute: float, stage: BannerStage) -> Banner:
        """The one banner of now, which has this stage."""
        (banner,) = self.news(minute)
        assert isinstance(banner, Banner)
        assert banner.stage is stage
        return banner


def gist(announcement: Announcement) -> str:
    if isinstance(announcement, Withdraw):
        return f"withdraw {announcement.key}"
    return f"{announcement.stage}{'!' if announcement.pops_up else ''} {announcement.key}"


def because(code: str, **more: Any) -> dict[str, Any]:
    """For `Desk.set`: a verdict that rests on this reason."""
    return {"reasons": (Reason(code, more.pop("source", Source.PROBE), START, more),)}
