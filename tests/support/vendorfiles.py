"""Files of the status pages of further vendors, in the shapes that they publish, with words and ids of our own.

Each vendor's function tells the same story in its own way: states of components by id, and what is going on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tests.support.pagefiles import PAGE_ID, component, components_file, incidents_file, moment, summary
from tests.support.pagescene import NAMES
from trayapp.core.evidence.page_report import PageLight

Files = dict[str, Any]
"""By path. The first is the one that tells whose page it is."""


class Told(NamedTuple):
    """An incident or, with `planned`, a maintenance: since `at`, over at `until`. `stage`: as Statuspage calls it."""

    id: str
    at: float
    state: PageLight = PageLight.MAJOR
    parts: tuple[str, ...] = ("id-chat",)
    stage: str = "investigating"
    until: float | None = None
    planned: bool = False


States = Mapping[str, PageLight]
Maker = Callable[[States, Sequence[Told], str], Files]
WELL = dict.fromkeys(NAMES, PageLight.OPERATIONAL)

_ATLASSIAN = {
    PageLight.OPERATIONAL: "operational",
    PageLight.DEGRADED: "degraded_performance",
    PageLight.PARTIAL: "partial_outage",
    PageLight.MAJOR: "major_outage",
    PageLight.MAINTENANCE: "under_maintenance",
}
_INSTATUS = {state: word.upper().replace("_", "") for state, word in _ATLASSIAN.items()}
_BETTERSTACK = {
    PageLight.OPERATIONAL: "operational",
    PageLight.DEGRADED: "degraded",
    PageLight.MAJOR: "downtime",
    PageLight.MAINTENANCE: "maintenance",
}
_CHECKLY = {
    PageLight.OPERATIONAL: "OPERATIONAL",
    PageLight.DEGRADED: "MEDIUM",
    PageLight.PARTIAL: "MAJOR",
    PageLight.MAJOR: "CRITICAL",
    PageLight.MAINTENANCE: "MAINTENANCE",
}
_DATADOG = _ATLASSIAN | {PageLight.DEGRADED: "degraded", PageLight.MAINTENANCE: "maintenance"}


def _name(part: str) -> str:
    """What is not one of ours goes by its id."""
    return NAMES.get(part, part)


def statuspage(states: States, told: Sequence[Told] = (), page_id: str = PAGE_ID) -> Files:
    parts = [component(one, _name(one), _ATLASSIAN[state]) for one, state in states.items()]
    return {"/api/v2/summary.json": summary(parts, page_id=page_id)}


def incidentio(states: States, told: Sequence[Told] = (), page_id: str = PAGE_ID) -> Files:
    parts = [component(one, _name(one), _ATLASSIAN[state]) for one, state in states.items()]
    return {
        "/api/v2/components.json": components_file(parts, page_id),
        "/api/v2/incidents.json": incidents_file([], page_id),
    }


def instatus(states: States, told: Sequence[Told] = (), page_id: str = PAGE_ID) -> Files:
    """Its summary leaves lists out that are empty, and forgets what is over."""
    going_on = [one for one in told if one.until is None or one.planned]
    page = {"id": page_id, "name": "Acme AI", "url": "https://status.acme.example"}
    up = all(state is PageLight.OPERATIONAL for state in states.values())
    incidents = [
        {
            "id": one.id, "name": "Errors", "started": moment(one.at), "status": one.stage.upper(),
            "impact": _INSTATUS[one.state], "url": f"https://status.acme.example/{one.id}", "updatedAt": moment(one.at),
        }
        for one in going_on if not one.planned
    ]  # fmt: skip
    plans = [
        {
            "id": one.id, "name": "Upgrade", "start": moment(one.at), "status": "INPROGRESS",
            "duration": "60", "url": f"https://status.acme.example/{one.id}",
        }
        for one in going_on if one.planned
    ]  # fmt: skip
    lists = {"activeIncidents": incidents, "activeMaintenances": plans}
    return {
        "/v2/components.json": {"components": [_instatus_part(one, states[one], going_on) for one in states]},
        "/summary.json": {"page": page | {"status": "UP" if up else "HASISSUES"}}
        | {name: one for name, one in lists.items() if one},
    }


def _instatus_part(name: str, state: PageLight, told: Iterable[Told]) -> dict[str, Any]:
    part = {"id": name, "name": _name(name), "status": _INSTATUS[state], "isParent": False, "group": None}
    for key, planned in (("activeIncidents", False), ("activeMaintenances", True)):
        carried = [
            {"id": one.id, "status": one.stage.upper(), "impact": _INSTATUS[one.state]}
            for one in told if name in one.parts and one.planned is planned
        ]  # fmt: skip
        part |= {key: carried} if carried else {}
    return part


def betterstack(states: States, told: Sequence[Told] = (), page_id: str = PAGE_ID) -> Files:
    included: list[dict[str, Any]] = [
        {"id": "s1", "type": "status_page_section", "attributes": {"name": "All", "position": 0}}
    ]
    history = [{"day": f"2026-09-{day:02}", "status": "operational", "downtime_duration": 0} for day in range(1, 31)]
    for name, state in states.items():
        attributes = {
            "public_name": _name(name), "status": _BETTERSTACK[state], "availability": 1, "status_history": history,
        }  # fmt: skip
        included.append({"id": name, "type": "status_page_resource", "attributes": attributes})
    for one in told:
        over = one.until is not None and not one.planned
        word = "resolved" if over else _BETTERSTACK[one.state]
        named = [{"status_page_resource_id": part, "status": word} for part in one.parts]
        updates = [(f"{one.id}-1", one.at, _BETTERSTACK[one.state])]
        if over:
            updates.append((f"{one.id}-2", one.until or 0.0, "resolved"))
        for ref, at, state_word in updates:
            touched = [{"status_page_resource_id": part, "status": state_word} for part in one.parts]
            said = {"message": "We are on it.", "published_at": moment(at), "affected_resources": touched}
            included.append({"id": ref, "type": "status_update", "attributes": said})
        report = {
            "title": "Errors", "report_type": "maintenance" if one.planned else "manual", "starts_at": moment(one.at),
            "ends_at": None if one.until is None else moment(one.until), "aggregate_state": word,
            "affected_resources": named,
        }  # fmt: skip
        refs = [{"id": ref, "type": "status_update"} for ref, _, _ in updates]
        included.append(
            {"id": one.id, "type": "status_report", "attributes": report,
             "relationships": {"status_updates": {"data": refs}}}
        )  # fmt: skip
    page = {"company_name": "Acme AI", "aggregate_state": "operational", "timezone": "UTC"}
    return {"/index.json": {"data": {"id": page_id, "type": "status_page", "attributes": page}, "included": included}}


def checkly(states: States, told: Sequence[Told] = (), page_id: str = PAGE_ID) -> Files:
    going_on = [one for one in told if one.until is None or one.planned]
    url = f"https://{page_id}.checkly-status-page.com"
    made = [
        {
            "id": one.id, "name": "Errors", "startedAt": moment(one.at), "status": one.stage.upper(),
            "severity": _CHECKLY[one.state], "url": f"{url}/incident/{one.id}", "updatedAt": moment(one.at),
            "affectedServices": [{"id": part, "name": _name(part), "group": "All"} for part in one.parts],
        } | ({"endsAt": moment(one.until)} if one.until else {})
        for one in going_on
    ]  # fmt: skip
    plans = [record for record, one in zip(made, going_on, strict=True) if one.planned]
    incidents = [record for record in made if record not in plans]
    page = {"name": "Acme AI", "url": url, "status": "HAS_ISSUES" if incidents else "OPERATIONAL"}
    root = f"/api/status-page/{page_id}"
    return {
        f"{root}/services": [
            {"id": one, "name": _name(one), "status": _CHECKLY[state], "group": "All"} for one, state in states.items()
        ],
        f"{root}/summary": {"page": page, "activeIncidents": incidents, "activeMaintenances": plans},
    }


def checkly_uptime(states: States, told: Sequence[Told] = (), page_id: str = PAGE_ID) -> Files:
    """The other set of files, which gives services no states."""
    made = [
        {
            "id": one.id, "name": "Errors", "created_at": moment(one.at), "severity": _CHECKLY[one.state],
            "lastUpdateStatus": one.stage.upper(),
            "services": [{"id": part, "name": _name(part)} for part in one.parts],
            "incidentUpdates": [{"status": one.stage.upper(), "description": "Looking.", "created_at": moment(one.at)}],
        }
        for one in told if one.until is None
    ]  # fmt: skip
    plans = [
        {"id": one.id, "name": "Upgrade", "startsAt": moment(one.at), "endsAt": moment(one.until or one.at),
         "services": [{"id": part} for part in one.parts]}
        for one in told if one.planned
    ]  # fmt: skip
    root = f"/api/status-page/{page_id}"
    services = [{"id": one, "name": _name(one)} for one in states]
    return {
        f"{root}/uptime": {"metadata": [{"name": "All", "services": services}], "uptime": [], "partialError": False},
        f"{root}/unresolved-incidents": {"incidents": made},
        f"{root}/maintenance-windows": {"active": plans, "upcoming": []},
    }


def datadog(states: States, told: Sequence[Told] = (), page_id: str = PAGE_ID) -> Files:
    def leaf(name: str, state: PageLight) -> dict[str, Any]:
        return {"id": name, "name": _name(name), "position": 0, "status": _DATADOG[state], "type": "Component"}

    made = []
    for one in told:
        over = one.until is not None and not one.planned
        touched = [leaf(part, one.state) for part in one.parts]
        steps = [{"status": one.stage, "description": "Looking.", "startedAt": moment(one.at),
                  "createdAt": moment(one.at + 60), "componentsAffected": touched}]  # fmt: skip
        if over:
            well = [leaf(part, PageLight.OPERATIONAL) for part in one.parts]
            steps.insert(0, {"status": "resolved", "description": "Over.", "startedAt": moment(one.until or 0.0),
                             "createdAt": moment(one.until or 0.0), "componentsAffected": well})  # fmt: skip
        made.append({
            "id": one.id, "title": "Errors", "currentStatus": "resolved" if over else one.stage, "resolved": over,
            "publishedDate": moment(one.at), "startDate": moment(one.at),
            "resolvedDate": moment(one.until) if over and one.until else None,
            "endDate": moment(one.until) if one.until else None,
            "componentsAffected": [leaf(part, states[part]) for part in one.parts], "timeline": steps,
        })  # fmt: skip
    plans = [record for record, one in zip(made, told, strict=True) if one.planned]
    names = list(states)
    group = {"id": "g1", "name": "API", "position": 0, "type": "ComponentGroup",
             "components": [leaf(name, states[name]) for name in names[:2]]}  # fmt: skip
    return {
        "/config.json": {
            "id": page_id, "name": "Acme AI", "domainPrefix": "acme", "enabled": True, "public": True,
            "components": [group, *(leaf(name, states[name]) for name in names[2:])],
            "incidents": [record for record in made if record not in plans], "maintenances": plans or None,
        }
    }  # fmt: skip


MAKERS: dict[str, Maker] = {
    "statuspage": statuspage,
    "incidentio": incidentio,
    "instatus": instatus,
    "betterstack": betterstack,
    "checkly": checkly,
    "datadog": datadog,
}
"""By the kind of page."""
