"""The history as JSON and as CSV, for other programs: the same from the command line and from the window.

Schema 1: times in RFC 3339 and UTC, durations in seconds, absent is null.
"""

import csv
import math
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec

from trayapp.core.catalogue import Catalogue
from trayapp.core.journal.history import History, Month


def history_report(history: History, now: float) -> dict[str, Any]:
    """Schema 1: times in RFC 3339 and UTC, durations in seconds, absent is null."""
    return {
        "schema": 1,
        "generated_at": _time(now),
        "months": [_row(one) for one in history.months],
        "incidents": [
            {
                "id": one.id,
                "provider": one.provider,
                "providers": list(one.providers),
                "services": list(one.services),
                "stage": one.stage,
                "title": one.title,
                "cause": one.cause,
                "link": one.link,
                "started_at": _time(one.started_at),
                "red_at": _time(one.red_at),
                "ended_from": _time(one.ended_from),
                "ended_at": _time(one.ended_at),
                "updates": [{"at": _time(said.at), "stage": said.stage, "text": said.text} for said in one.updates],
            }
            for one in history.incidents
        ],
        "changes": [_dated(one) for one in history.changes],
        "switches": [_dated(one) for one in history.switches],
        "local_answers": [msgspec.to_builtins(one) for one in history.local_answers],
        "lost_days": list(history.lost_days),
        "lost_undated": history.lost_undated,
    }


def _row(month: Month) -> dict[str, Any]:
    row = {name: _rounded(value) for name, value in msgspec.to_builtins(month).items()}
    return {"service": row.pop("service"), "month": row.pop("month"), "uptime": _share(month.uptime)} | row


def _rounded(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value


def _share(value: float | None) -> float | None:
    """Rounded down: 1 is said only where there was no outage, however short."""
    return None if value is None else math.floor(value * 1e6) / 1e6


def _dated(one: Any) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(one)
    return row | {"at": _time(one.at)}


def _time(at: float | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def history_csv(history: History, into: TextIO) -> None:
    """A line a service and month, durations in seconds, absent is empty."""
    table = csv.writer(into, lineterminator="\n")
    names = [name for name in Month.__struct_fields__ if name not in ("service", "month")]
    table.writerow(["service", "month", "uptime", *names])
    for month in history.months:
        row = _row(month)
        table.writerow([row[name] for name in ("service", "month", "uptime", *names)])


def names_of(catalogue: Catalogue) -> dict[str, str]:
    """What services and providers are called, by id."""
    providers = {name: provider.name for name, provider in catalogue.providers.items()}
    # A service may be called like its provider; it is what people ask for.
    return providers | {service.id: service.name for _, service in catalogue.services()}


def provider_of(catalogue: Catalogue, service: str | None) -> str | None:
    """Whose service it is; nobody's, and so empty, where it is no longer in the catalogue. None for all of them."""
    return None if service is None else next((p.provider for p, one in catalogue.services() if one.id == service), "")
