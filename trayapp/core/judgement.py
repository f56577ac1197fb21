"""What the rules say: the types that `core.verdict` returns and everything above draws from.

No prose here: reasons are codes with parameters, which `trayapp.text` turns into sentences. Times are steady seconds.
"""

from enum import StrEnum

from msgspec import Struct

from trayapp.core.light import Badge, Confidence, Finding, Light, Source
from trayapp.core.observation import Disturbance, NetworkState, PageHealth, PageUpdate, Stage, Step
from trayapp.errors import Param


class Reason(Struct, frozen=True):
    """One reason for a verdict. `code` and `params` name the words; `text` quotes a provider, plain and bounded."""

    code: str
    source: Source
    at: float
    params: dict[str, Param] = {}
    link: str | None = None


class ComponentVerdict(Struct, frozen=True):
    """`seen`: a probe or traffic of depth api or more can speak for it; otherwise only the page can."""

    id: str
    name: str
    main: bool
    light: Light
    finding: Finding
    since: float
    seen: bool
    reasons: tuple[Reason, ...] = ()


class ServiceVerdict(Struct, frozen=True):
    """The verdict on one watched service.

    `last_known`: the last light that was not grey. `unseen`: ids of components that only the page can speak for.
    `incident`: id of the open incident. `latency_s`: the latest good answer's time to the first byte.
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
    website: str | None = None


class PageStatus(Struct, frozen=True):
    """The page's own health. `fetched_at`: the last good reading."""

    provider: str
    health: PageHealth
    fetched_at: float | None
    link: str
    reason: str | None = None
    params: dict[str, Param] = {}


class NetworkStatus(Struct, frozen=True):
    """The own connection. `answering`: how many other hosts answered lately. `since`: of this state."""

    state: NetworkState
    since: float
    step: Step | None = None
    passed: tuple[Step, ...] = ()
    answering: int = 0


class IncidentStage(StrEnum):
    """Our own view of an incident, which the page cannot end."""

    OPEN = "open"
    PARTLY_BACK = "partly_back"
    RECOVERING = "recovering"
    OVER = "over"


class Incident(Struct, frozen=True):
    """An outage from first trouble to confirmed recovery.

    `services`: every service it touched; `down`: those that are red now. `started_at`: the first failure or the
    page's own start, whichever is earlier and believable; `red_at`: when it was called red, None while only yellow.
    `title`, `page_stage`, `updates`, `link`: the provider's words, once it has said something. `cause`: as stated
    by the provider, None for "not stated". `ended_from`/`ended_at`: the end lies between the two.
    `shared`: several providers at once.
    """

    id: str
    provider: str
    services: tuple[str, ...]
    down: tuple[str, ...]
    stage: IncidentStage
    started_at: float
    red_at: float | None = None
    title: str | None = None
    page_stage: Stage | None = None
    cause: str | None = None
    link: str | None = None
    updates: tuple[PageUpdate, ...] = ()
    ended_from: float | None = None
    ended_at: float | None = None
    shared: bool = False


class Judgement(Struct, frozen=True):
    """Everything the rules say at `at`."""

    at: float
    light: Light
    services: tuple[ServiceVerdict, ...]
    pages: tuple[PageStatus, ...]
    network: NetworkStatus
    incidents: tuple[Incident, ...] = ()
    disturbance: Disturbance | None = None

    def service(self, service_id: str) -> ServiceVerdict | None:
        return next((one for one in self.services if one.id == service_id), None)


class Pace(StrEnum):
    """How eagerly a host may be asked (rule 2 and Politeness)."""

    CALM = "calm"
    TROUBLE = "trouble"
    RED = "red"


class Transition(Struct, frozen=True):
    """One change of a service's verdict, before any coalescing, for logs, history and tests."""

    at: float
    service: str
    light: Light
    finding: Finding
    was_light: Light
    was_finding: Finding
