"""A playbook for the newsroom: what is true at each minute of a night, and what was told."""

from typing import Any

import msgspec

from tests.support.snapshots import NOW, ONLINE, READY, SERVICES, pages, service
from trayapp.core.evidence.observation import Source
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.light.reasons import Reason
from trayapp.core.light.severity import Finding, Light, worst
from trayapp.core.light.verdicts import Judgement, NetworkStatus, ServiceVerdict
from trayapp.core.notify.banner import Announcement, Banner, BannerStage, Withdraw
from trayapp.core.notify.policy import NotificationMemory, NotificationPolicy
from trayapp.core.switching.route import Route, To, Until
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


class Desk:
    """One user's newsroom. State stays as it is until it is told otherwise; `at` is minutes since the start."""

    def __init__(self) -> None:
        self.newsroom = NotificationPolicy()
        self.lights: dict[str, tuple[Light, Finding]] = dict.fromkeys(SERVICES, GREEN)
        self.more: dict[str, dict[str, Any]] = {}
        self.incidents: dict[str, Incident] = {}
        self.network: NetworkStatus = ONLINE
        self.pages = pages()
        self.target: TargetStatus = READY
        self.routes: dict[str, Route] = {}
        self.tools = 0
        self.local_answers = 0

    def set(self, light: tuple[Light, Finding], *services: str, **more: Any) -> None:
        for one in services:
            self.lights[one] = light
            self.more[one] = more

    def incident(self, *services: str, id: str = "i1", provider: str = "openai", **more: Any) -> None:
        """Open or change an incident; `down` follows the lights unless given."""
        fields: dict[str, Any] = {
            "down": tuple(one for one in services if self.lights[one][0] is Light.RED),
            "stage": IncidentStage.OPEN,
            "started_at": START + STARTED_S,
            "red_at": None,
        }
        self.incidents[id] = Incident(id=id, provider=provider, services=services, **(fields | more))

    def over(self, id: str = "i1", **more: Any) -> None:
        changed: dict[str, Any] = {"stage": IncidentStage.OVER, "down": (), **more}
        self.incidents[id] = msgspec.structs.replace(self.incidents[id], **changed)

    def local(self, provider: str, until: Until = Until.BACK, answered: int = 0) -> None:
        self.routes[provider] = Route(provider, To.LOCAL, until, "user", START, answered)

    def restart(self) -> None:
        """What a stored memory makes of it."""
        stored = msgspec.json.encode(self.newsroom.remember())
        self.newsroom = NotificationPolicy(msgspec.json.decode(stored, type=NotificationMemory))

    def judgement(self, minute: float) -> Judgement:
        services = tuple(self._verdict(one) for one in SERVICES)
        light = worst(one.light for one in services)
        return Judgement(START + minute * 60, light, services, self.pages, self.network, tuple(self.incidents.values()))

    def _verdict(self, service_id: str) -> ServiceVerdict:
        light, finding = self.lights[service_id]
        incident = next((one.id for one in self.incidents.values() if service_id in one.services), None)
        return service(service_id, light, finding, **({"incident": incident} | self.more.get(service_id, {})))

    def report(self, minute: float) -> tuple[Announcement, ...]:
        return self.newsroom.report(
            self.judgement(minute),
            self.routes,
            self.target,
            START + minute * 60,
            local_answers=self.local_answers,
            tools=self.tools,
        )

    def told(self, minute: float) -> list[str]:
        """The report in short: "down! i1" pops up, "confirmed i1" replaces silently, "withdraw i1" takes away."""
        return [gist(one) for one in self.report(minute)]

    def banner(self, minute: float, stage: BannerStage) -> Banner:
        """The one banner of this report, which has this stage."""
        (found,) = self.report(minute)
        assert isinstance(found, Banner)
        assert found.stage is stage
        return found


def gist(one: Announcement) -> str:
    if isinstance(one, Withdraw):
        return f"withdraw {one.key}"
    return f"{one.stage}{'!' if one.pops_up else ''} {one.key}"


def because(code: str, **more: Any) -> dict[str, Any]:
    """For `Desk.set`: a verdict that rests on this reason."""
    return {"reasons": (Reason(code, more.pop("source", Source.PROBE), START, more),)}
