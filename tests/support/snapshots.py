"""Snapshots as the engine publishes them, one for every light and finding: what the UI's tests and pictures draw."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from trayapp.core.catalogue import Api, Catalogue, Dialect, Provider
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import NetworkState, NetworkStep, Source
from trayapp.core.evidence.page_report import Impact, PageHealth, PageStage, PageUpdate
from trayapp.core.incident.forecast import Forecast
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.light.claim import Claim, ClaimKind
from trayapp.core.light.reasons import Code, Reason
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.core.light.verdicts import ComponentVerdict, Judgement, PageStatus, ServiceVerdict, overall
from trayapp.core.snapshot import Circumstances, Snapshot, compose
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.route import Route, To, Until
from trayapp.core.switching.routes import Routes, RoutesMemory
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.errors import Param

NOW = datetime(2026, 2, 3, 21, 22, tzinfo=UTC).timestamp()
MINUTE_S = 60.0


_PROVIDERS = {"openai": ("OpenAI", Dialect.OPENAI), "anthropic": ("Anthropic", Dialect.ANTHROPIC)}
CATALOGUE = Catalogue(
    {
        name: Provider(name, title, (), api=Api(f"https://api.{name}.com", (dialect,)))
        for name, (title, dialect) in _PROVIDERS.items()
    }
)
PAGE_LINKS = {"openai": "https://status.openai.com", "anthropic": "https://status.claude.com"}

# Service id: its name, provider, provider's name, components (id, name, main, seen), host of its probe.
SERVICES: dict[str, tuple[str, str, str, tuple[tuple[str, str, bool, bool], ...], str]] = {
    "chatgpt": (
        "ChatGPT",
        "openai",
        "OpenAI",
        (
            ("chat", "Chat", True, False),
            ("login", "Login", True, False),
            ("history", "History and projects", True, False),
            ("files", "File uploads", False, False),
        ),
        "chatgpt.com",
    ),
    "openai-api": (
        "OpenAI API",
        "openai",
        "OpenAI",
        (
            ("chat-completions", "Chat Completions", True, True),
            ("responses", "Responses", True, True),
            ("embeddings", "Embeddings", False, True),
        ),
        "api.openai.com",
    ),
    "claude": (
        "Claude",
        "anthropic",
        "Anthropic",
        (("claude-ai", "claude.ai", True, False),),
        "claude.ai",
    ),
    "claude-api": (
        "Claude API",
        "anthropic",
        "Anthropic",
        (("messages", "Messages", True, True),),
        "api.anthropic.com",
    ),
}
READY = TargetStatus(
    TargetState.READY,
    server="ollama",
    server_name="Ollama",
    model="qwen3:8b",
    url="http://127.0.0.1:11434",
    ready_s=3.0,
    first_token_s=0.8,
    context=32_768,
)
NO_TARGET = TargetStatus(TargetState.NONE)
GREEN_REASONS: tuple[Reason, ...] = (
    Reason(Code.PAGE_OPERATIONAL, Source.PAGE, NOW - 70),
    Reason(Code.NETWORK_FINE, Source.NETWORK, NOW - 15, {"hosts": 4}),
)


def page_link(provider: str) -> str:
    return PAGE_LINKS[provider]


def service(
    service_id: str,
    light: Light = Light.GREEN,
    finding: Finding = Finding.OK,
    *,
    age_s: float = 6 * 3600,
    confidence: Confidence | None = None,
    reasons: tuple[Reason, ...] | None = None,
    hurt: tuple[str, ...] | None = None,
    **more: Any,
) -> ServiceVerdict:
    """One service's verdict. `hurt`: ids of the components that share its light; None means all."""
    name, provider, provider_name, parts, host = SERVICES[service_id]
    since = NOW - age_s
    seen_any = any(seen for *_, seen in parts)
    if light is Light.GREEN and confidence is None:
        confidence = Confidence.ANSWERING if seen_any else Confidence.REPORTED
    if reasons is None:
        answer = Reason(Code.ANSWERS, Source.PROBE, NOW - 25, {"depth": "api", "latency_s": 0.7, "host": host})
        reasons = (*((answer,) if seen_any else ()), *_linked(GREEN_REASONS, provider))
    components = tuple(
        ComponentVerdict(one, part_name, main, light, finding, since, seen)
        if hurt is None or one in hurt
        else ComponentVerdict(one, part_name, main, Light.GREEN, Finding.OK, NOW - 6 * 3600, seen)
        for one, part_name, main, seen in parts
    )
    fields: dict[str, Any] = {
        "latency_s": 0.7 if seen_any and light is Light.GREEN else None,
        "unseen": tuple(one for one, _, _, seen in parts if not seen),
        "website": f"https://{host}",
        "last_known": None if light is Light.GREY else light,
        "last_known_at": None,
        "claim": Claim(ClaimKind.NOT_YOU) if light is Light.RED else None,
    }
    return ServiceVerdict(
        service_id,
        provider,
        name,
        provider_name,
        light,
        finding,
        confidence,
        since,
        components,
        reasons,
        **(fields | more),
    )


def _linked(reasons: tuple[Reason, ...], provider: str) -> tuple[Reason, ...]:
    return tuple(
        msgspec.structs.replace(one, link=page_link(provider)) if one.source is Source.PAGE else one for one in reasons
    )


def failures(service_id: str, *, what: str = "http_502", status: int | None = 502, tries: int = 3) -> Reason:
    host = SERVICES[service_id][4]
    params: dict[str, Param] = {
        "failed": tries,
        "tries": tries,
        "what": what,
        "status": status,
        "host": host,
        "since_at": NOW - 18 * MINUTE_S,
    }
    return Reason(Code.FAILURES, Source.PROBE, NOW - 12, params)


def page_incident(provider: str = "openai", *, stage: PageStage = PageStage.IDENTIFIED) -> Reason:
    params: dict[str, Param] = {
        "title": "Elevated Error Rates",
        "stage": stage,
        "impact": Impact.MAJOR,
        "started_at": NOW - 14 * MINUTE_S,
    }
    return Reason(
        Code.PAGE_INCIDENT, Source.PAGE, NOW - 4 * MINUTE_S, params, link=f"{page_link(provider)}/incidents/01NIGHT"
    )


FINE_NETWORK = Reason(Code.NETWORK_FINE, Source.NETWORK, NOW - 15, {"hosts": 4})
ONLINE = NetworkStatus(
    NetworkState.ONLINE,
    NOW - 6 * 3600,
    None,
    (NetworkStep.INTERFACE, NetworkStep.DNS, NetworkStep.TCP, NetworkStep.TLS, NetworkStep.CLOCK),
    4,
)
INCIDENT = Incident(
    "i-openai-1",
    "openai",
    ("chatgpt", "openai-api"),
    ("chatgpt", "openai-api"),
    IncidentStage.OPEN,
    NOW - 18 * MINUTE_S,
    NOW - 17 * MINUTE_S,
    "Elevated Error Rates",
    PageStage.IDENTIFIED,
    None,
    "https://status.openai.com/incidents/01NIGHT",
    (
        PageUpdate(NOW - 4 * MINUTE_S, PageStage.IDENTIFIED, "We have identified the issue and are working on a fix."),
        PageUpdate(NOW - 14 * MINUTE_S, PageStage.INVESTIGATING, "We are investigating elevated error rates."),
    ),
)


def pages(health: PageHealth = PageHealth.OK, *, age_s: float = 70.0, **more: Any) -> tuple[PageStatus, ...]:
    """OpenAI's page in this health, Anthropic's fine."""
    return (
        PageStatus("openai", health, None if health is PageHealth.NEVER else NOW - age_s, page_link("openai"), **more),
        PageStatus("anthropic", PageHealth.OK, NOW - 95, page_link("anthropic")),
    )


def snapshot(
    *services: ServiceVerdict,
    light: Light | None = None,
    network: NetworkStatus = ONLINE,
    incidents: tuple[Incident, ...] = (),
    page_states: tuple[PageStatus, ...] | None = None,
    target: TargetStatus = READY,
    local: tuple[str, ...] = (),
    catalogue: Catalogue | None = None,
    auto: AutoMode | None = None,
    forecasts: dict[str, Forecast] | None = None,
    hushed: tuple[str, ...] = (),
    **more: Any,
) -> Snapshot:
    """The four services, those given in their place; `local` names providers whose route is local."""
    given = {one.id: one for one in services}
    shown = tuple(given.get(one) or service(one) for one in SERVICES)
    judgement = Judgement(NOW, light or overall(shown), shown, page_states or pages(), network)
    flipped = (Route(one, To.LOCAL, Until.BACK, "user", NOW - 10 * MINUTE_S, 7) for one in local)
    routes = Routes(catalogue or CATALOGUE, RoutesMemory(tuple(flipped)))
    routes.judged(judgement)
    listens = "http://127.0.0.1:17502" if target.state is TargetState.READY else None
    circumstances = Circumstances(target=target, **(dict[str, Any](gateway_url=listens) | more))
    return compose(judgement, incidents, routes, auto or AutoMode(), circumstances, NOW, 0.0, forecasts, hushed=hushed)
