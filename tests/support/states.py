"""A snapshot for every light and finding, by name."""

from collections.abc import Callable
from typing import Any

import msgspec

from tests.support.breakers import half_open, held, tripped
from tests.support.snapshots import (
    FINE_NETWORK,
    GREEN_REASONS,
    INCIDENT,
    MINUTE_S,
    NO_TARGET,
    NOW,
    SERVICES,
    failures,
    page_incident,
    page_link,
    pages,
    service,
    snapshot,
)
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import Badge, NetworkState, NetworkStep, Source
from trayapp.core.evidence.page_report import PageHealth, PageStage, PageUpdate
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.light.aside import Aside, Lasts
from trayapp.core.light.reasons import SEPARATOR, Code, Reason
from trayapp.core.light.severity import Finding, Light
from trayapp.core.snapshot import LocalAnswer, Snapshot, ToolStatus
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.route import Mode, Policy
from trayapp.errors import Param


def fine(**more: Any) -> Snapshot:
    return snapshot(**more)


def down(**more: Any) -> Snapshot:
    """The night, 18 minutes in: ChatGPT and the API are down, OpenAI says so."""
    reasons = (page_incident(), failures("openai-api"), FINE_NETWORK)
    site = (page_incident(), Reason(Code.CHALLENGE, Source.PROBE, NOW - 20, {"host": "chatgpt.com"}), FINE_NETWORK)
    fields: dict[str, Any] = {"incidents": (INCIDENT,)}
    return snapshot(
        service(
            "chatgpt",
            Light.RED,
            Finding.DOWN,
            age_s=18 * MINUTE_S,
            reasons=site,
            incident=INCIDENT.id,
            hurt=("chat", "login", "history"),
        ),
        service("openai-api", Light.RED, Finding.DOWN, age_s=18 * MINUTE_S, reasons=reasons, incident=INCIDENT.id),
        **(fields | more),
    )


def aside(**more: Any) -> Snapshot:
    """The API is down, and the user has set it aside."""
    api = service(
        "openai-api",
        Light.RED,
        Finding.DOWN,
        age_s=18 * MINUTE_S,
        reasons=(page_incident(), failures("openai-api"), FINE_NETWORK),
        incident=INCIDENT.id,
        aside=Aside(NOW - 60, Lasts.TIME, NOW + 38 * MINUTE_S),
    )
    fields: dict[str, Any] = {"incidents": (INCIDENT,)}
    return snapshot(api, **(fields | more))


def _yellow(finding: Finding, *reasons: Reason, **more: Any) -> Snapshot:
    return snapshot(
        service("openai-api", Light.YELLOW, finding, age_s=6 * MINUTE_S, reasons=(*reasons, FINE_NETWORK)), **more
    )


def checking(**more: Any) -> Snapshot:
    failed = failures("openai-api", tries=2)
    silent = Reason(Code.PAGE_SILENT, Source.PAGE, NOW - 40, link=page_link("openai"))
    return _yellow(Finding.CHECKING, failed, silent, **more)


def degraded(**more: Any) -> Snapshot:
    some = msgspec.structs.replace(
        failures("openai-api", tries=10), code=Code.SOME_FAILURES, params=failures("openai-api").params | {"tries": 10}
    )
    return _yellow(Finding.DEGRADED, some, **more)


def reported_only(**more: Any) -> Snapshot:
    contradicted = Reason(Code.PAGE_CONTRADICTED, Source.PAGE, NOW - 60, {"answers": 3}, page_link("openai"))
    return _yellow(Finding.REPORTED_ONLY, page_incident(), contradicted, **more)


def slow(**more: Any) -> Snapshot:
    late = Reason(Code.SLOW, Source.TRAFFIC, NOW - 30, {"first_token_s": 6.4, "baseline_s": 0.9})
    return _yellow(Finding.SLOW, late, **more)


def recovering(**more: Any) -> Snapshot:
    back = Reason(
        Code.RECOVERING, Source.PROBE, NOW - 20, {"back_at": NOW - 4 * MINUTE_S, "until_at": NOW + 6 * MINUTE_S}
    )
    open_page = Reason(
        Code.PAGE_NOT_CLOSED,
        Source.PAGE,
        NOW - 90,
        {"title": "Elevated Error Rates", "stage": PageStage.IDENTIFIED},
        page_link("openai"),
    )
    incident = msgspec.structs.replace(INCIDENT, stage=IncidentStage.RECOVERING, down=())
    return _yellow(Finding.RECOVERING, back, open_page, **({"incidents": (incident,)} | more))


def maintenance(**more: Any) -> Snapshot:
    params: dict[str, Param] = {"title": "Database upgrade", "started_at": NOW - 20 * MINUTE_S}
    declared = Reason(Code.PAGE_MAINTENANCE, Source.PAGE, NOW - 20 * MINUTE_S, params, page_link("openai"))
    return _yellow(Finding.MAINTENANCE, declared, failures("openai-api"), **more)


def flapping(**more: Any) -> Snapshot:
    return _yellow(Finding.FLAPPING, Reason(Code.FLAPPING, Source.PROBE, NOW - 20, {"percent": 42}), **more)


def shared(**more: Any) -> Snapshot:
    names = SEPARATOR.join(("OpenAI", "Anthropic"))
    together = Reason(Code.SHARED, Source.PROBE, NOW - 30, {"providers": names, "count": 2})
    red = [
        service(
            one,
            Light.RED,
            Finding.SHARED,
            age_s=4 * MINUTE_S,
            reasons=(together, failures("openai-api"), FINE_NETWORK),
            incident="i-shared",
        )
        for one in SERVICES
    ]
    incident = Incident(
        "i-shared",
        "",
        tuple(SERVICES),
        tuple(SERVICES),
        IncidentStage.OPEN,
        NOW - 4 * MINUTE_S,
        NOW - 3 * MINUTE_S,
        shared=True,
    )
    return snapshot(*red, **({"incidents": (incident,)} | more))


def _grey(finding: Finding, reason: Reason, known_at: float = NOW - 90, **more: Any) -> Snapshot:
    services = [
        service(
            one,
            Light.GREY,
            finding,
            age_s=90,
            reasons=(reason,),
            last_known=Light.GREEN,
            last_known_at=known_at,
        )
        for one in SERVICES
    ]
    return snapshot(*services, **more)


def offline(
    *, state: NetworkState = NetworkState.OFFLINE, step: NetworkStep = NetworkStep.DNS, **more: Any
) -> Snapshot:
    reason = Reason(Code.NETWORK_DOWN, Source.NETWORK, NOW - 30, {"step": step, "state": state})
    order = list(NetworkStep)
    network = NetworkStatus(state, NOW - 90, step, tuple(order[: order.index(step)]), 0)
    return _grey(Finding.OWN_NETWORK, reason, network=network, **more)


def captive(**more: Any) -> Snapshot:
    return offline(state=NetworkState.CAPTIVE, step=NetworkStep.CAPTIVE_PORTAL, **more)


def starting(**more: Any) -> Snapshot:
    unknown = NetworkStatus(NetworkState.UNKNOWN, NOW - 2)
    services = [
        service(
            one,
            Light.GREY,
            Finding.STARTING,
            age_s=2,
            reasons=(Reason(Code.STARTING, Source.PROBE, NOW - 2),),
        )
        for one in SERVICES
    ]
    return snapshot(*services, **(dict[str, Any](network=unknown, page_states=pages(PageHealth.NEVER)) | more))


def blocked(**more: Any) -> Snapshot:
    params: dict[str, Param] = {"host": "api.openai.com", "what": "foreign_page", "status": 200}
    foreign = Reason(Code.BLOCKED, Source.PROBE, NOW - 25, params)
    return snapshot(
        service("openai-api", Light.GREY, Finding.BLOCKED, age_s=9 * MINUTE_S, reasons=(foreign, FINE_NETWORK)), **more
    )


def no_evidence(**more: Any) -> Snapshot:
    page = Reason(
        Code.PAGE_UNKNOWN,
        Source.PAGE,
        NOW - 60,
        {"health": PageHealth.REFUSED, "reason": "http", "fetched_at": NOW - 3600},
        page_link("openai"),
    )
    edge = Reason(Code.EDGE_ONLY, Source.PROBE, NOW - 25, {"host": "chatgpt.com"})
    return snapshot(
        service("chatgpt", Light.GREY, Finding.NO_EVIDENCE, age_s=58 * MINUTE_S, reasons=(page, edge)),
        page_states=pages(PageHealth.REFUSED, age_s=3600, reason="http", params={"status": 403}),
        **more,
    )


def badged(**more: Any) -> Snapshot:
    quota = Reason(Code.BADGE_QUOTA, Source.PROBE, NOW - 25)
    return snapshot(service("openai-api", reasons=(quota, *GREEN_REASONS), badges=(Badge.QUOTA,)), **more)


def hostile(**more: Any) -> Snapshot:
    """A provider's page full of markup and very long words."""
    nasty = "<img src=x onerror=alert(1)> & <b>bold</b> <a href='javascript:1'>here</a> " + "W" * 400
    reason = msgspec.structs.replace(
        page_incident(), params=page_incident().params | {"title": nasty}, link="file:///etc/passwd"
    )
    incident = msgspec.structs.replace(
        INCIDENT, title=nasty, link="javascript:alert(1)", updates=(PageUpdate(NOW - 60, PageStage.IDENTIFIED, nasty),)
    )
    return snapshot(
        service("chatgpt", Light.RED, Finding.DOWN, age_s=1080, reasons=(reason,), incident=incident.id),
        **({"incidents": (incident,)} | more),
    )


def odd_name(**more: Any) -> Snapshot:
    """A service that its file has given a name like markup."""
    odd = msgspec.structs.replace(service("chatgpt", Light.RED, Finding.DOWN, age_s=1080), name="<b>Chat</b> & Co")
    return snapshot(odd, **more)


def local_now(**more: Any) -> Snapshot:
    """Down, and OpenAI's requests go to the local target."""
    answers = tuple(LocalAnswer(NOW - 60 * n, "openai", "editor", "qwen3:8b") for n in range(7, 0, -1))
    tools = (ToolStatus("editor", Policy.SWITCH, NOW - 60), ToolStatus("nightly", Policy.FAIL, NOW - 7200))
    return down(**({"local": ("openai",), "local_answers": answers, "tools": tools} | more))


def offered(**more: Any) -> Snapshot:
    """OpenAI is well again, its route is still local."""
    tools = (ToolStatus("editor", Policy.SWITCH, NOW - 60),)
    return snapshot(**({"local": ("openai",), "tools": tools} | more))


_EDITOR = ToolStatus("editor", Policy.SWITCH, NOW - 60)


def moved(**more: Any) -> Snapshot:
    """Down, and OpenAI's requests have moved by themselves."""
    return down(**({"auto": tripped("openai", NOW - 20), "tools": (_EDITOR,)} | more))


def coming_home(**more: Any) -> Snapshot:
    """They have moved by themselves, and two of three good answers are there."""
    return recovering(**({"auto": half_open("openai", NOW - 18 * MINUTE_S, good=2), "tools": (_EDITOR,)} | more))


def held_in_cloud(**more: Any) -> Snapshot:
    """They had moved by themselves, and were sent back."""
    return down(**({"auto": held("openai", NOW - 60), "tools": (_EDITOR,)} | more))


def nothing_to_move(**more: Any) -> Snapshot:
    """Auto mode is on, and there is no target."""
    fields: dict[str, Any] = {"auto": AutoMode(Mode.AUTO), "target": NO_TARGET, "tools": (_EDITOR,)}
    return snapshot(**(fields | more))


STATES: dict[str, Callable[..., Snapshot]] = {
    "fine": fine,
    "down": down,
    "aside": aside,
    "checking": checking,
    "degraded": degraded,
    "reported_only": reported_only,
    "slow": slow,
    "recovering": recovering,
    "maintenance": maintenance,
    "flapping": flapping,
    "shared": shared,
    "offline": offline,
    "captive": captive,
    "starting": starting,
    "blocked": blocked,
    "no_evidence": no_evidence,
    "badged": badged,
    "odd_name": odd_name,
    "local_now": local_now,
    "offered": offered,
    "moved": moved,
    "coming_home": coming_home,
    "held_in_cloud": held_in_cloud,
    "nothing_to_move": nothing_to_move,
    "hostile": hostile,
}
