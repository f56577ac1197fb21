"""The stable JSON of `check` and `status`: schema 1, times in RFC 3339 and UTC, absent values null.

What the snapshot holds may change from release to release; this may not.
"""

from datetime import UTC, datetime
from typing import Any

from trayapp.core.evidence.phases import Phases
from trayapp.core.incident.concerns import Concerns
from trayapp.core.incident.forecast import Forecast
from trayapp.core.incident.incident import Incident
from trayapp.core.light.aside import Aside
from trayapp.core.light.reasons import Reason
from trayapp.core.light.verdicts import PageStatus, ServiceVerdict
from trayapp.core.snapshot import Snapshot, Spending
from trayapp.core.switching.breaker import BACK_GOOD, BreakerState, BreakerView
from trayapp.core.switching.route import Route
from trayapp.core.switching.target import TargetStatus
from trayapp.text import checklist, reasons

SCHEMA = 1


def report(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot in the words of schema 1, ready for any JSON encoder."""

    def moment(at: float | None) -> str | None:
        if at is None:
            return None
        wall = datetime.fromtimestamp(at + snapshot.wall_offset_s, UTC)
        return wall.isoformat(timespec="seconds").replace("+00:00", "Z")

    def reason_json(reason: Reason) -> dict[str, Any]:
        return {
            "code": reason.code,
            "params": reason.params,
            "source": reason.source,
            "text": reasons.reason(reason, snapshot),
            "at": moment(reason.at),
            "link": reason.link,
        }

    def incident_json(incident: Incident) -> dict[str, Any]:
        return {
            "id": incident.id,
            "stage": incident.stage,
            "title": incident.title,
            "page_stage": incident.page_stage,
            "since": moment(incident.started_at),
            "cause": incident.cause,
            "link": incident.link,
            "silent_since": moment(incident.silent_since),
            "concerns": _concerns(snapshot.concerns.get(incident.id)),
        }

    def aside_json(aside: Aside | None) -> dict[str, Any] | None:
        if aside is None:
            return None
        return {
            "lasts": aside.lasts,
            "until": moment(aside.until),
            "since": moment(aside.at),
            "incident": aside.incident,
        }

    incidents = {incident.id: incident for incident in snapshot.incidents}

    def service_json(service: ServiceVerdict) -> dict[str, Any]:
        open_incident = incidents.get(service.incident) if service.incident else None
        return {
            "id": service.id,
            "provider": service.provider,
            "name": service.name,
            "light": service.light,
            "finding": service.finding,
            "confidence": service.confidence,
            "claim": service.claim.kind if service.claim is not None else None,
            "since": moment(service.since),
            "badges": list(service.badges),
            "incident": incident_json(open_incident) if open_incident else None,
            "reasons": [reason_json(reason) for reason in service.reasons],
            "unseen": list(service.unseen),
            "unverified": list(service.unverified),
            "components": [
                {"id": component.id, "light": component.light, "finding": component.finding}
                for component in service.components
            ],
            "forecast": _forecast(snapshot.forecasts.get(service.id)),
            "timing": _timing(service.phases),
            "aside": aside_json(service.aside),
            "reports": service.reports,
        }

    def page_json(page: PageStatus) -> dict[str, Any]:
        return {
            "provider": page.provider,
            "health": page.health,
            "fetched_at": moment(page.fetched_at),
            "reason": page.reason,
        }

    def breaker_json(breaker: BreakerView | None) -> dict[str, Any] | None:
        if breaker is None:
            return None
        # Who was held before the last start is so since a time that nobody remembers.
        known = breaker.state is not BreakerState.CLOSED and breaker.since > 0.0
        return {
            "state": breaker.state,
            "why": breaker.why,
            "since": moment(breaker.since) if known else None,
            "trial_at": moment(breaker.trial_at),
            "good": breaker.good,
            "good_wanted": BACK_GOOD,
        }

    judgement = snapshot.judgement
    return {
        "schema": SCHEMA,
        "generated_at": moment(snapshot.at),
        "light": judgement.light,
        "services": [service_json(service) for service in judgement.services],
        "pages": [page_json(page) for page in judgement.pages],
        "network": {
            "state": judgement.network.state,
            "step": judgement.network.step,
            "steps": [
                {"step": view.stretch, "state": view.holds, "ms": view.ms, "detail": view.detail}
                for view in snapshot.network.stretches
            ],
            "metered": snapshot.sparing.metered,
            "power_saver": snapshot.sparing.power_saver,
            "spared": list(snapshot.sparing.reasons),
        },
        "routes": {
            provider: _route(route) | {"breaker": breaker_json(snapshot.breakers.get(provider))}
            for provider, route in snapshot.routes.items()
        },
        "checklist": [
            {"item": one.item, "mark": one.mark, "text": one.text} for one in checklist.check_lines(snapshot)
        ],
        "mode": snapshot.mode,
        "target": _target(snapshot.target),
        "spent_today": {one.provider: _spending(one) for one in snapshot.spent_today},
    }


_NO_CHANGE = frozenset(
    {
        "generated_at",
        "at",
        "since",
        "fetched_at",
        "text",
        "params",
        "forecast",
        "timing",
        "steps",
        "checklist",
        "spent_today",
    }
)
"""What runs on by itself, or with every answer, while all stays as it is."""


def gist(data: Any) -> Any:
    """A report without what says nothing new: two reports with the same gist tell of no change."""
    if isinstance(data, dict):
        return {name: gist(value) for name, value in data.items() if name not in _NO_CHANGE}
    return [gist(entry) for entry in data] if isinstance(data, list) else data


def _concerns(concerns: Concerns | None) -> dict[str, Any] | None:
    """`used`: the model families that are used here, as far as that is known."""
    if concerns is None:
        return None
    return {
        "families": list(concerns.families),
        "used": list(concerns.used),
        "plans": list(concerns.plans),
        "regions": list(concerns.regions),
    }


def _forecast(forecast: Forecast | None) -> dict[str, Any] | None:
    """Seconds from now on within which a quarter, half and three quarters of such outages end."""
    if forecast is None:
        return None
    return {
        "basis": forecast.basis,
        "outages": forecast.outages,
        "alike": forecast.alike,
        "low_s": forecast.low_s,
        "median_s": forecast.median_s,
        "high_s": forecast.high_s,
        "again": forecast.again,
    }


def _timing(phases: Phases | None) -> dict[str, float | None] | None:
    """Seconds that the phases of the latest good answer took."""
    if phases is None:
        return None
    taken = {name: getattr(phases, name) for name in Phases.__struct_fields__}
    return {name: None if seconds is None else round(seconds, 3) for name, seconds in taken.items()}


def _spending(one: Spending) -> dict[str, float]:
    """Of completions: tokens, and money in the user's currency, at most."""
    money = {"cost": round(one.cost, 6), "daily_cost": one.daily_cost}
    return {"tokens": one.tokens, "daily_tokens": one.daily_tokens, **money}


def _route(route: Route) -> dict[str, Any]:
    return {"to": route.to, "until": route.until, "reason": route.reason}


def _target(target: TargetStatus) -> dict[str, Any]:
    return {"state": target.state, "server": target.server, "model": target.model}
