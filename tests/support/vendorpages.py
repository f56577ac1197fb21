"""Pages of vendors that are not like Statuspage, in the shapes that they publish, with words and ids of our own.

Each has two parts, `chat` and `login`; what happens happens to `chat`, and began `BEGAN_S` ago.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from tests.support.pagefiles import moment

STATES = ("healthy", "degraded", "major", "maintenance", "resolved")
PAGE_IDS = {"flashduty": "4711", "rootly": "ae27f3c4", "xai": "Acme System Status"}
BEGAN_S = 600.0
Files = dict[str, bytes]

_PARTS = {"chat": "Chat", "login": "Login"}
_RSS = (
    '<?xml version="1.0" encoding="UTF-8" ?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
    '<title>Acme System Status</title><link>https://status.acme.example</link><atom:link href="https://status.acme.exa'
    'mple/feed.xml" rel="self" type="application/rss+xml" /><description>History.</description>{}</channel></rss>'
)


def files(kind: str, state: str, now: float) -> Files:
    """What a page of that kind answers, by path, when it is in that state."""
    return _MAKERS[kind](state, now - BEGAN_S)


def cloudflare(state: str, at: float) -> Files:
    word = {"degraded": "degraded_performance", "major": "major_outage", "maintenance": "under_maintenance"}
    open_one = state in ("degraded", "major")
    planned = {
        "id": "m1", "name": "Upgrade", "status": "in_progress", "impact": "maintenance", "created_at": moment(at),
        "starts_at": moment(at), "ends_at": moment(at + 3600), "components": [{"id": "chat", "name": "Chat"}],
    }  # fmt: skip
    told = {
        "id": "i1",
        "name": "Errors",
        "status": "investigating" if open_one else "resolved",
        "impact": "critical" if state == "major" else "minor",
        "created_at": moment(at + 60),
        "starts_at": moment(at),
        "resolved_at": None if open_one else moment(at + 300),
        "components": [{"id": "chat", "name": "Chat"}],
        "last_update": {
            "status": "investigating" if open_one else "resolved",
            "message": "Looking into it." if open_one else "A bad certificate was replaced.",
            "created_at": moment(at + 120),
            "display_at": moment(at + 120),
        },
    }
    states = {"chat": word.get(state, "operational"), "login": "operational"}
    return _json(
        "/api/v3/summary",
        {
            "success": True,
            "errors": [],
            "result": {
                "components": [
                    {"id": name, "name": title, "status": states[name], "updated_at": moment(at)}
                    for name, title in _PARTS.items()
                ],
                "active_incidents": [told] if open_one else [],
                "recent_incidents": [told] if state == "resolved" else [],
                "active_maintenances": [planned] if state == "maintenance" else [],
            },
        },
    )


def flashduty(state: str, at: float) -> Files:
    word = {"degraded": "degraded", "major": "full_outage", "maintenance": "under_maintenance"}.get(
        state, "operational"
    )
    change: dict[str, Any] = {
        "change_id": 815,
        "type": "maintenance" if state == "maintenance" else "incident",
        "title": "Störung / Errors",
        "status": {"maintenance": "ongoing", "resolved": "resolved"}.get(state, "investigating"),
        "affected_components": [{"component_id": "chat", "name": "Chat", "status": word}],
        "start_at_seconds": int(at),
        "updates": [
            {
                "update_id": "u1",
                "at_seconds": int(at + 60),
                "status": "investigating",
                "description": "Looking into it.",
                "component_changes": [{"component_id": "chat", "component_name": "Chat", "status": word}],
            }
        ],
    }
    if state == "maintenance":
        change |= {"end_at_seconds": int(at + 3600), "updates": []}
    if state == "resolved":
        change["close_at_seconds"] = int(at + 300)
    parts = [{"component_id": name, "name": title, "section_id": "s1"} for name, title in _PARTS.items()]
    about = {"page_id": 4711, "custom_domain": "status.acme.example", "components": parts, "sections": []}
    active = [change] if state not in ("healthy", "resolved") else []
    base = "/api/status-page/4711"
    return _json(f"{base}/summary/active", {"data": {"page": about, "active_changes": active}}) | _json(
        f"{base}/change/list", {"data": {"items": [change] if state == "resolved" else []}}
    )


def rootly(state: str, at: float) -> Files:
    word = {"degraded": "Affected", "major": "Major Outage", "maintenance": "Under maintenance"}.get(
        state, "Operational"
    )
    cards = "".join(
        f'<details class="card"><summary><div><span class="dot"><svg></svg></span><h2 class="text-primary-900">{title}'
        f'</h2></div>\n<span class="text-green-400">{word if name == "chat" else "Operational"}</span></summary>'
        f'<div><turbo-frame id="uptime-chart-{name}"><svg><rect style="fill: #3CB878;"></rect></svg></turbo-frame>'
        "</div></details>"
        for name, title in _PARTS.items()
    )
    told = {
        "id": "i1",
        "name": "Chat degraded",
        "impact": "critical" if state == "major" else "minor",
        "status": {"resolved": "resolved", "maintenance": "in_progress"}.get(state, "investigating"),
        "created_at": moment(at),
        "resolved_at": moment(at + 300) if state == "resolved" else None,
        "shortlink": "https://status.acme.example/incidents/i1",
    }
    if state == "maintenance":
        told["impact"] = "maintenance"
    indicator = {"degraded": "minor", "major": "major", "maintenance": "maintenance"}.get(state, "none")
    about = {"id": "ae27f3c4", "name": "Acme", "time_zone": "Etc/UTC", "updated_at": moment(at)}
    file = {
        "page": about,
        "status": {"indicator": indicator, "description": "Words"},
        "incidents": [] if state == "healthy" else [told],
    }
    return _json("/api/v1/status.json", file) | {"": f"<!doctype html><html><body>{cards}</body></html>".encode()}


def google(state: str, at: float) -> Files:
    word = {"degraded": "SERVICE_DISRUPTION", "major": "SERVICE_OUTAGE", "maintenance": "SERVICE_INFORMATION"}
    said = word.get(state, "SERVICE_DISRUPTION")
    over = state == "resolved"
    told: dict[str, Any] = {
        "id": "J5ia5t9p3g9Q5Wi7r8Ev",
        "number": "84702855",
        "begin": _offset(at),
        "created": _offset(at + 60),
        "modified": _offset(at + 120),
        "external_desc": "Chat customers see errors.",
        "updates": [
            {"created": _offset(at + 120), "when": _offset(at + 120), "text": "**Summary** Errors.",
             "status": "AVAILABLE" if over else said, "affected_locations": []}
        ],
        "most_recent_update": {"when": _offset(at + 120), "text": "Errors.", "status": "AVAILABLE" if over else said},
        "status_impact": said,
        "severity": "high",
        "service_name": "Chat",
        "affected_products": [{"title": "Chat", "id": "chat"}],
        "uri": "incidents/J5ia5t9p3g9Q5Wi7r8Ev",
    }  # fmt: skip
    if over:
        told["end"] = _offset(at + 300)
    old = {**told, "id": "old", "begin": _offset(at - 9e6), "end": _offset(at - 8.9e6), "modified": _offset(at - 8e6)}
    products = {"products": [{"id": name, "title": title} for name, title in _PARTS.items()]}
    told_now = [] if state == "healthy" else [told]
    return _json("/products.json", products) | _json("/incidents.json", [*told_now, old])


def aws(state: str, at: float) -> Files:
    number = {"degraded": "2", "major": "3", "maintenance": "1"}.get(state, "2")
    log = [{"summary": "Increased errors", "message": "Looking into it.", "status": 1, "timestamp": int(at + 60)}]
    if state == "resolved":
        over = {"summary": "[RESOLVED] Increased errors", "message": "Over.", "status": 1, "timestamp": int(at + 300)}
        log.append(over)
    told = {
        "arn": "arn:aws:health:us-east-1::event/CHAT/AWS_CHAT_OPERATIONAL_ISSUE/AWS_CHAT_1",
        "date": str(int(at)),
        "region_name": "N. Virginia",
        "service": "chat-us-east-1",
        "service_name": "Amazon Chat",
        "status": number,
        "summary": "Increased errors",
        "event_log": log,
        "impacted_services": {"chat-us-east-1": {"service_name": "Amazon Chat", "current": number, "max": number}},
    }
    body = json.dumps([] if state == "healthy" else [told])
    return {"/public/currentevents": body.encode("utf-16")}


def xai(state: str, at: float) -> Files:
    over = state in ("healthy", "resolved")
    severity = {"degraded": "disruption", "maintenance": "degraded"}.get(state, "outage")
    start = at - 9e6 if state == "healthy" else at
    closing = f"<p>Resolved: {mail_date(start + 300)}</p>" if over else ""
    resolved = f"<div><p><strong>{mail_date(start + 300)}</strong></p><h3>Resolved</h3><p>All well.</p></div>"
    body = (
        f"<h3>Status: {'RESOLVED' if over else 'ACTIVE'}</h3><p>Severity: {severity}</p>{closing}<hr />"
        f"<h4>Updates:</h4>{resolved if over else ''}<div><p><strong>{mail_date(start)}</strong></p>"
        "<h3>Investigating</h3><p>We are investigating.</p></div>"
    )
    item = (
        "<item><title>[Chat (Web)] Models outage</title><link>https://status.acme.example/chat/INC1</link>"
        f'<guid isPermaLink="false">INC1</guid><description><![CDATA[{body}]]></description>'
        f"<pubDate>{mail_date(start - 9e6)}</pubDate><category>{severity}</category>"
        f"<category>{'resolved' if over else 'active'}</category></item>"
    )
    return {"/feed.xml": _RSS.format(item).encode()}


def onlineornot(state: str, at: float) -> Files:
    word = "RESOLVED" if state == "resolved" else "INVESTIGATING"
    body = f"<![CDATA[<p><small>Aug 28, 10:33 PM UTC</small><br/><strong>{word}</strong> - <p>Some words.</p></p>]]>"
    item = (
        "<item><title>Web application degraded</title><link>status.acme.example/incidents/l4G</link>"
        f"<description>{body}</description><pubDate>{mail_date(at)}</pubDate></item>"
    )
    return {"/incidents.rss": _RSS.format("" if state == "healthy" else item).encode()}


def azure(state: str, at: float) -> Files:
    title = "Resolved: Issues in West US" if state == "resolved" else "Issues in West US"
    item = (
        f"<item><title>{title}</title><link>https://azure.example/status/</link><category>Chat</category>"
        f"<category>West US</category><description>&lt;p&gt;Some words.&lt;/p&gt;</description>"
        f"<pubDate>{mail_date(at)[:-4]} Z</pubDate></item>"
    )
    return {"": _RSS.format("" if state == "healthy" else item).encode()}


def feed(state: str, at: float) -> Files:
    """In the manner of incident.io's."""
    part = {"degraded": "Partial outage", "major": "Full outage", "maintenance": "Under maintenance"}
    word = {"resolved": "Resolved", "maintenance": "In progress"}.get(state, "Investigating")
    body = (
        f"<b>Status: {word}</b><br/><br/>Some words.<br/><br/><b>Affected components</b>"
        f"<ul><li>chat ({part.get(state, 'Operational')})</li></ul>"
    )
    entry = (
        "<entry><title><![CDATA[Elevated errors]]></title><id>https://status.acme.example//incidents/01M1</id>"
        '<link href="https://status.acme.example//incidents/01M1"/>'
        f'<updated>{moment(at)}</updated><summary type="html"><![CDATA[{body}]]></summary></entry>'
    )
    head = '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Acme status</title>'
    return {"": f"{head}{'' if state == 'healthy' else entry}</feed>".encode()}


def mail_date(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)


def _offset(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _json(path: str, value: Any) -> Files:
    return {path: json.dumps(value).encode()}


_MAKERS: dict[str, Callable[[str, float], Files]] = {
    made.__name__: made for made in (cloudflare, flashduty, rootly, google, aws, xai, onlineornot, azure, feed)
}
KINDS = tuple(_MAKERS)
