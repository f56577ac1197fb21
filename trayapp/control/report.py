"""The stable JSON of `check` and `status`: schema 1, times in RFC 3339 and UTC, absent values null.

What the snapshot holds may change from release to release; this may not.
"""

from datetime import UTC, datetime
from typing import Any

from trayapp.core.incident.incident import Incident
from trayapp.core.light.reasons import Reason
from trayapp.core.light.verdicts import PageStatus, ServiceVerdict
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.route import Route
from trayapp.core.switching.target import TargetStatus
from trayapp.text import reasons

SCHEMA = 1


def report(snapshot: Snapshot) -> dict[str, Any]:
    """The snapshot in the words of schema 1, ready for any JSON encoder."""

    def moment(at: float | None) -> str | None:
        if at is None:
            return None
        wall = datetime.fromtimestamp(at + snapshot.wall_offset_s, UTC)
        return wall.isoformat(timespec="seconds").replace("+00:00", "Z")

    def reason(one: Reason) -> dict[str, Any]:
        return {
            "code": one.code,
            "params": one.params,
            "source": one.source,
            "text": reasons.reason(one, snapshot),
            "at": moment(one.at),
            "link": one.link,
        }

    def incident(one: Incident) -> dict[str, Any]:
        return {
            "id": one.id,
            "stage": one.stage,
            "title": one.title,
            "page_stage": one.page_stage,
            "since": moment(one.started_at),
            "cause": one.cause,
            "link": one.link,
        }

    incidents = {one.id: one for one in snapshot.incidents}

    def service(one: ServiceVerdict) -> dict[str, Any]:
        open_incident = incidents.get(one.incident) if one.incident else None
        return {
            "id": one.id,
            "provider": one.provider,
            "name": one.name,
            "light": one.light,
            "finding": one.finding,
            "confidence": one.confidence,
            "since": moment(one.since),
            "badges": list(one.badges),
            "incident": incident(open_incident) if open_incident else None,
            "reasons": [reason(each) for each in one.reasons],
            "unseen": list(one.unseen),
            "components": [{"id": part.id, "light": part.light, "finding": part.finding} for part in one.components],
            "forecast": None,
        }

    def page(one: PageStatus) -> dict[str, Any]:
        return {
            "provider": one.provider,
            "health": one.health,
            "fetched_at": moment(one.fetched_at),
            "reason": one.reason,
        }

    judgement = snapshot.judgement
    return {
        "schema": SCHEMA,
        "generated_at": moment(snapshot.at),
        "light": judgement.light,
        "services": [service(one) for one in judgement.services],
        "pages": [page(one) for one in judgement.pages],
        "network": {"state": judgement.network.state, "step": judgement.network.step},
        "routes": {provider: _route(one) for provider, one in snapshot.routes.items()},
        "mode": snapshot.mode,
        "target": _target(snapshot.target),
    }


_NO_CHANGE = frozenset({"generated_at", "at", "since", "fetched_at", "text", "params"})
"""What runs on by itself, or with every answer, while all stays as it is."""


def gist(told: Any) -> Any:
    """A report without what says nothing new: two reports with the same gist tell of no change."""
    if isinstance(told, dict):
        return {name: gist(value) for name, value in told.items() if name not in _NO_CHANGE}
    return [gist(one) for one in told] if isinstance(told, list) else told


def _route(route: Route) -> dict[str, Any]:
    return {"to": route.to, "until": route.until, "reason": route.reason}


def _target(target: TargetStatus) -> dict[str, Any]:
    return {"state": target.state, "server": target.server, "model": target.model}
