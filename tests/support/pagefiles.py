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
