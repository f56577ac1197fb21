"""Evidence: what one source found at one time. All times are steady seconds (see `trayapp.clock`)."""

from enum import IntEnum, StrEnum

from msgspec import Struct

from trayapp.core.catalogue import Part
from trayapp.core.evidence.page_report import PageHistory, PageReport
from trayapp.core.evidence.phases import Phases
from trayapp.core.evidence.reach import Reach


class Badge(StrEnum):
    """`forbidden`: it refuses, and says neither that it is the key nor that it is the address."""

    KEY = "key"
    QUOTA = "quota"
    RATE_LIMIT = "rate_limit"
    REGION = "region"
    MODEL = "model"
    FORBIDDEN = "forbidden"


class Source(StrEnum):
    """Where evidence comes from."""

    PAGE = "page"
    PROBE = "probe"
    TRAFFIC = "traffic"
    NETWORK = "network"
    USER = "user"


class Depth(IntEnum):
    """How much an answer proves. Traffic proves as much as a completion."""

    EDGE = 1
    API = 2
    COMPLETION = 3


TLS_CODES = frozenset({"tls", "untrusted", "expired"})
"""Codes of a `Try` or a `Control` that only an answer over TLS disproves."""


class Outcome(StrEnum):
    """What an answer counts as.

    `good`: the provider answered as it should at this depth. `fail`: a strike (connect, TLS, timeout, 5xx, 52x,
    529, malformed API body). `neutral`: neither (a rate-limit 429, something of our own making). `foreign`: somebody in
    between is in the provider's place: a page, a certificate or an address that is not its own, a resolver that knows
    no such name, a proxy that forbids it. `proxy`: 407, the proxy wants a login.
    """

    GOOD = "good"
    FAIL = "fail"
    NEUTRAL = "neutral"
    FOREIGN = "foreign"
    PROXY = "proxy"


class Witness(Struct, frozen=True):
    """By whom and for what a provider was asked: what it has accepted from there it accepts again, if all is well.

    `credential`: a salted short hash, empty where none was sent; `model`: empty where none was named.
    """

    credential: str
    path: str
    model: str = ""


class Try(Struct, frozen=True):
    """One request to a provider: a probe's, or the user's own through the gateway (`source` = traffic).

    `code` says what was seen, for reasons: `http_<status>`, `timeout`, `connect`, `dns` (the resolver fails),
    `dns_timeout` (it says nothing), `no_name` (NXDOMAIN), `private_address` (nobody's out there), `tls`, `untrusted`
    (somebody else's certificate), `expired` (not valid today), `malformed`, `challenge`, `cut`, `foreign_page`,
    `proxy_refused`, ... `step`: where on the way a try without an answer failed, None where that is not known or the
    provider's side was reached.
    `control`: did the control that ran beside this try answer; None when none was asked. `request` joins the retries
    of one request of the user's: together they count once.
    `witness`: who asked for what, and `accepted`: did the provider accept or refuse that, None where it did neither.
    `edge`: the failure is that of the provider's edge, not of what is behind it.
    `retry_after_s`: what the provider asked for. `latency_s` to the first byte, `first_token_s` to the first token.
    `proven`: an HTTP answer, whatever its status, that nobody in between can have made: it came from this machine
    itself, or over TLS whose chain verifies against the public roots (certifi) alone. It proves the own connection.
    `late_name`: its name was looked up only when it was asked for again. `phases`: where an answer's time went.
    `issuer`: who vouches for the host where no public root does, and the system does.
    `request_of`: the name of a request of ours, host and path. `unverified`: nothing shows what an answer to it tells.
    """

    at: float
    began: float
    source: Source
    provider: str
    host: str
    parts: tuple[Part, ...]
    depth: Depth
    outcome: Outcome
    code: str
    reach: Reach = Reach.PUBLIC
    status: int | None = None
    badge: Badge | None = None
    control: bool | None = None
    request: str | None = None
    retry_after_s: float | None = None
    latency_s: float | None = None
    first_token_s: float | None = None
    proven: bool = False
    step: "NetworkStep | None" = None
    witness: Witness | None = None
    accepted: bool | None = None
    edge: bool = False
    late_name: bool = False
    phases: Phases | None = None
    issuer: str | None = None
    request_of: str | None = None
    unverified: bool = False


class Control(Struct, frozen=True):
    """What a network control answered. `code` as in `Try`; `step`: the step that failed, or None when good.

    `altered`: somebody in between changed the answer. `plain`: asked over plain HTTP, which proves nothing about TLS.
    """

    at: float
    began: float
    host: str
    reach: Reach
    good: bool
    code: str
    step: "NetworkStep | None" = None
    altered: bool = False
    plain: bool = False


class NetworkStep(StrEnum):
    """The steps of the own network, in the order in which they depend on each other."""

    INTERFACE = "interface"
    DNS = "dns"
    TCP = "tcp"
    TLS = "tls"
    CLOCK = "clock"
    PROXY = "proxy"
    CAPTIVE_PORTAL = "captive_portal"


class NetworkState(StrEnum):
    ONLINE = "online"
    OFFLINE = "offline"
    CAPTIVE = "captive"
    UNKNOWN = "unknown"


class NetworkReport(Struct, frozen=True):
    """A diagnosis of the own connection. `passed`: steps that hold; `step`: the first that does not."""

    at: float
    began: float
    state: NetworkState
    step: NetworkStep | None = None
    passed: tuple[NetworkStep, ...] = ()


class DisturbanceKind(StrEnum):
    RESUME = "resume"
    NETWORK_CHANGE = "network_change"


class Disturbance(Struct, frozen=True):
    """The machine woke up or changed networks: what began before `at` says nothing about providers."""

    at: float
    kind: DisturbanceKind


class OnNetwork(Struct, frozen=True):
    """Which network the machine is on: a name that is the same whenever it comes back to it; "" when not known."""

    at: float
    name: str


Observation = Try | Control | NetworkReport | Disturbance | OnNetwork | PageReport | PageHistory
