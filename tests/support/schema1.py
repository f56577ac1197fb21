"""Schema 1 of `check` and `status`, as types that refuse what is missing, too much, or of another kind."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Moment = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")]
Light = Literal["green", "yellow", "red", "grey"]
Finding = Literal[
    "ok",
    "starting",
    "checking",
    "down",
    "degraded",
    "reported_only",
    "slow",
    "recovering",
    "maintenance",
    "flapping",
    "blocked",
    "shared",
    "own_network",
    "no_evidence",
]
Text = Annotated[str, Meta(min_length=1)]
Seconds = Annotated[float, Meta(ge=0.0)] | None


class Reason(Struct, forbid_unknown_fields=True):
    code: Text
    params: dict[str, str | int | float | None]
    source: Literal["page", "probe", "traffic", "network", "user"]
    text: Text
    at: Moment
    link: Text | None


class Component(Struct, forbid_unknown_fields=True):
    id: Text
    light: Light
    finding: Finding


class Concerns(Struct, forbid_unknown_fields=True):
    families: list[Text]
    used: list[Text]
    plans: list[Text]
    regions: list[Text]


class Incident(Struct, forbid_unknown_fields=True):
    id: Text
    stage: Literal["open", "partly_back", "recovering", "over"]
    title: Text | None
    page_stage: Literal["investigating", "identified", "monitoring", "resolved", "unknown"] | None
    since: Moment
    cause: Text | None
    link: Text | None
    silent_since: Moment | None
    concerns: Concerns | None


class Forecast(Struct, forbid_unknown_fields=True):
    basis: Literal["component", "provider", "published"]
    outages: Annotated[int, Meta(ge=10)]
    alike: Annotated[int, Meta(ge=10)]
    low_s: Annotated[float, Meta(gt=0.0)]
    median_s: Annotated[float, Meta(gt=0.0)]
    high_s: Annotated[float, Meta(gt=0.0)]
    again: Annotated[float, Meta(ge=0.0, le=1.0)] | None


class Timing(Struct, forbid_unknown_fields=True):
    dns_s: Seconds
    connect_s: Seconds
    tls_s: Seconds
    answer_s: Seconds
    token_s: Seconds


class Aside(Struct, forbid_unknown_fields=True):
    lasts: Literal["changed", "time", "undone"]
    until: Moment | None
    since: Moment
    incident: Text | None


class Service(Struct, forbid_unknown_fields=True):
    id: Text
    provider: Text
    name: Text
    light: Light
    finding: Finding
    confidence: Literal["answering", "reported", "reachable"] | None
    claim: Literal["not_you", "edge", "errors", "refused", "silent", "none"] | None
    since: Moment
    badges: list[Literal["key", "quota", "rate_limit", "region", "model", "forbidden"]]
    incident: Incident | None
    reasons: list[Reason]
    unseen: list[Text]
    unverified: list[Text]
    components: Annotated[list[Component], Meta(min_length=1)]
    forecast: Forecast | None
    timing: Timing | None
    aside: Aside | None
    reports: Text | None


class Page(Struct, forbid_unknown_fields=True):
    provider: Text
    health: Literal["ok", "incomplete", "stale", "unreadable", "refused", "moved", "wrong_page", "empty", "never"]
    fetched_at: Moment | None
    reason: Text | None


class NetworkStretch(Struct, forbid_unknown_fields=True):
    step: Literal["interface", "router", "vpn", "dns", "proxy", "tcp", "captive_portal", "tls", "clock", "hosts"]
    state: Literal["ok", "slow", "failed", "unknown"]
    ms: Annotated[float, Meta(ge=0.0)] | None
    detail: Text | None


class Network(Struct, forbid_unknown_fields=True):
    state: Literal["online", "offline", "captive", "unknown"]
    step: Literal["interface", "dns", "tcp", "tls", "clock", "proxy", "captive_portal"] | None
    steps: Annotated[list[NetworkStretch], Meta(min_length=10, max_length=10)]
    metered: bool | None
    power_saver: bool | None
    spared: list[Literal["metered", "power_saver", "battery"]]


class Breaker(Struct, forbid_unknown_fields=True):
    state: Literal["closed", "open", "half_open", "held"]
    why: Literal["failures", "red"] | None
    since: Moment | None
    trial_at: Moment | None
    good: int
    good_wanted: int


class Route(Struct, forbid_unknown_fields=True):
    to: Literal["cloud", "local"]
    until: Literal["until_back", "until_changed"] | None
    reason: Text
    breaker: Breaker | None


class Target(Struct, forbid_unknown_fields=True):
    state: Literal["none", "down", "starting", "loading", "ready", "failed"]
    server: Text | None
    model: Text | None


class Spending(Struct, forbid_unknown_fields=True):
    tokens: Annotated[int, Meta(ge=0)]
    daily_tokens: Annotated[int, Meta(ge=0)]
    cost: Annotated[float, Meta(ge=0.0)]
    daily_cost: Annotated[float, Meta(ge=0.0)]


class Check(Struct, forbid_unknown_fields=True):
    item: Literal[
        "connection", "names", "between", "clock", "page", "probes", "others", "keys", "local", "tools"
    ]  # fmt: skip
    mark: Literal["tick", "cross", "unknown"]
    text: Text


class Report(Struct, forbid_unknown_fields=True):
    schema: Literal[1]
    generated_at: Moment
    light: Light
    services: list[Service]
    pages: list[Page]
    network: Network
    routes: dict[str, Route]
    checklist: Annotated[list[Check], Meta(min_length=10, max_length=10)]
    mode: Literal["manual", "auto"]
    target: Target
    spent_today: dict[str, Spending]
