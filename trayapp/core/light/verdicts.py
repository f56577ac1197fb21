"""What the rules say: the types that `core.light.judge` returns and everything above draws from.

No prose here: reasons are codes with parameters, which `trayapp.text` turns into sentences. Times are steady seconds.
"""

from collections.abc import Iterable

from msgspec import Struct

from trayapp.core.catalogue import Ability
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import Badge, Disturbance
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.evidence.phases import Phases
from trayapp.core.light.aside import Aside
from trayapp.core.light.claim import Claim
from trayapp.core.light.reasons import Reason
from trayapp.core.light.severity import Confidence, Finding, Light, worst
from trayapp.errors import Param


class ComponentVerdict(Struct, frozen=True):
    """`seen`: a probe or traffic of depth api or more can speak for it; otherwise only the page can.

    `shares`: the name of the part whose entry on the page is this one's, too.
    """

    id: str
    name: str
    main: bool
    light: Light
    finding: Finding
    since: float
    seen: bool
    reasons: tuple[Reason, ...] = ()
    shares: str | None = None


class ServiceVerdict(Struct, frozen=True):
    """The verdict on one watched service.

    `last_known`: the last light that was not grey; `last_known_at`: until when it was, None while it still is.
    `unseen`: ids of components that only the page can speak for. `incident`: id of the open incident. `latency_s`: the
    latest good answer's time to the first byte, and `phases` where it went. `flapping`: it keeps changing, whatever its
    finding. `claim`: what may be said of it while it is red. `unverified`: ids of components that are asked for with
    requests which decide nothing alone. `website`, `reports`, `abilities`: the catalogue's. `aside`: the user does not
    want it to count.
    """

    id: str
    provider: str
    name: str
    provider_name: str
    light: Light
    finding: Finding
    confidence: Confidence | None
    since: float
    components: tuple[ComponentVerdict, ...]
    reasons: tuple[Reason, ...] = ()
    badges: tuple[Badge, ...] = ()
    unseen: tuple[str, ...] = ()
    incident: str | None = None
    last_known: Light | None = None
    last_known_at: float | None = None
    latency_s: float | None = None
    phases: Phases | None = None
    website: str | None = None
    flapping: bool = False
    claim: Claim | None = None
    reports: str | None = None
    abilities: tuple[Ability, ...] = ()
    aside: Aside | None = None
    unverified: tuple[str, ...] = ()


class PageStatus(Struct, frozen=True):
    """The page's own health. `fetched_at`: the last good reading."""

    provider: str
    health: PageHealth
    fetched_at: float | None
    link: str
    reason: str | None = None
    params: dict[str, Param] = {}


class Judgement(Struct, frozen=True):
    """Everything the rules say at `at`. `light`: the worst of the services that count (`overall`)."""

    at: float
    light: Light
    services: tuple[ServiceVerdict, ...]
    pages: tuple[PageStatus, ...]
    network: NetworkStatus
    disturbance: Disturbance | None = None

    def service(self, service_id: str) -> ServiceVerdict | None:
        return next((service for service in self.services if service.id == service_id), None)


def overall(services: Iterable[ServiceVerdict]) -> Light:
    """The worst light of those that count; grey when none does."""
    return worst(verdict.light for verdict in services if verdict.aside is None)


class Transition(Struct, frozen=True):
    """One change of a service's verdict, before any coalescing, for logs, history and tests."""

    at: float
    service: str
    light: Light
    finding: Finding
    was_light: Light
    was_finding: Finding
