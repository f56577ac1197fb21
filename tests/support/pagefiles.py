"""Files of status pages in the shapes that the vendors publish, with words and ids of our own."""

import time
from datetime import UTC, datetime
from typing import Any

PAGE_ID = "testpage0001"


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def page(page_id: str = PAGE_ID, updated_at: float | None = None) -> dict[str, Any]:
    """Edited just now, unless told otherwise."""
    return {
        "id": page_id,
        "name": "Acme AI",
        "url": "https://status.acme.example",
        "time_zone": "Etc/UTC",
        "updated_at": moment(time.time() if updated_at is None else updated_at),
    }


def component(
    component_id: str, name: str, status: str = "operational", updated_at: float = 1_770_000_000.0, **more: Any
) -> dict[str, Any]:
    return {
        "id": component_id,
        "name": name,
        "status": status,
        "created_at": moment(1_700_000_000.0),
        "updated_at": moment(updated_at),
        "position": 1,
        "description": None,
        "showcase": True,
        "group": False,
        "group_id": None,
        "only_show_if_degraded": False,
        **more,
    }


def update(status: str, at: float, body: str = "We are on it.", **more: Any) -> dict[str, Any]:
    return {
        "id": f"update-{status}-{at:.0f}",
        "status": status,
        "body": body,
        "created_at": moment(at),
        "updated_at": moment(at),
        "display_at": moment(at),
        "affected_components": None,
        **more,
    }


def incident(
    incident_id: str,
    name: str,
    status: str,
    at: float,
    *,
    impact: str = "major",
    updates: list[dict[str, Any]] | None = None,
    components: list[dict[str, Any]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """`at`: created. Updates newest first, as the vendors list them."""
    return {
        "id": incident_id,
        "name": name,
        "status": status,
        "impact": impact,
        "created_at": moment(at),
        "started_at": moment(at),
        "updated_at": moment(at),
        "resolved_at": None,
        "shortlink": f"https://stspg.example/{incident_id}",
        "incident_updates": [update(status, at)] if updates is None else updates,
        "components": components or [],
        **more,
    }


def summary(
    components: list[dict[str, Any]],
    incidents: list[dict[str, Any]] | None = None,
    maintenances: list[dict[str, Any]] | None = None,
    indicator: str = "none",
    page_id: str = PAGE_ID,
) -> dict[str, Any]:
    """Atlassian's `summary.json`."""
    return {
        "page": page(page_id),
        "components": components,
        "incidents": incidents or [],
        "scheduled_maintenances": maintenances or [],
        "status": {"indicator": indicator, "description": ""},
    }


def components_file(components: list[dict[str, Any]], page_id: str = PAGE_ID) -> dict[str, Any]:
    return {"page": page(page_id), "components": components}


def incidents_file(incidents: list[dict[str, Any]], page_id: str = PAGE_ID) -> dict[str, Any]:
    return {"page": page(page_id), "incidents": incidents}


def affected(component_id: str, new: str, old: str = "operational") -> dict[str, Any]:
    """What an update of Atlassian's says of a component."""
    return {"code": component_id, "name": component_id, "old_status": old, "new_status": new}


def impact(
    component_id: str, status: str, start_at: float, incident_id: str, end_at: float | None = None
) -> dict[str, Any]:
    """A record of incident.io's on how an incident touches a component."""
    record = {
        "id": f"impact-{component_id}-{start_at:.0f}",
        "component_id": component_id,
        "status_page_incident_id": incident_id,
        "status": status,
        "start_at": moment(start_at),
    }
    return record if end_at is None else record | {"end_at": moment(end_at)}


def native_incident(
    incident_id: str,
    name: str,
    status: str,
    at: float,
    *,
    impacts: list[dict[str, Any]] | None = None,
    updates: list[dict[str, Any]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """An incident in incident.io's own page data. `at`: published."""
    told = {
        "id": f"{incident_id}-{status}",
        "published_at": moment(at),
        "to_status": status,
        "message_string": "We are on it.",
        "component_statuses": [],
    }
    return {
        "id": incident_id,
        "name": name,
        "status": status,
        "type": "incident",
        "published_at": moment(at),
        "updates": [told] if updates is None else updates,
        "component_impacts": impacts or [],
        "affected_components": [],
        **more,
    }


def native(
    components: list[dict[str, Any]],
    ongoing: list[dict[str, Any]] | None = None,
    maintenances: list[dict[str, Any]] | None = None,
    page_id: str = PAGE_ID,
) -> dict[str, Any]:
    """incident.io's own page data, as under `/proxy/<host>`: what it does not list as affected is operational."""
    return {
        "summary": {
            "id": page_id,
            "name": "Acme AI",
            "public_url": "https://status.acme.example/",
            "components": [{"id": one["id"], "name": one["name"], "status_page_id": page_id} for one in components],
            "affected_components": [
                {"component_id": one["id"], "status": one["status"]}
                for one in components
                if one["status"] != "operational"
            ],
            "ongoing_incidents": ongoing or [],
            "scheduled_maintenances": maintenances or [],
            "structure": {"items": []},
        }
    }
