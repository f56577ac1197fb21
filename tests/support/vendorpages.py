"""Pages of vendors that are not like Statuspage, in the shapes that they publish, with words and ids of our own.

Each has two parts, `chat` and `login`, unless it is told others; what happens happens to the first, and began
`BEGAN_S` ago.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, NamedTuple

from tests.support.pagefiles import moment

STATES = ("healthy", "degraded", "major", "maintenance", "resolved")
PAGE_IDS = {"flashduty": "4711", "rootly": "ae27f3c4", "xai": "Acme System Status"}
BEGAN_S = 600.0
Files = dict[str, bytes]

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
CHAT, LOGIN = {"chat": "Chat"}, {"login": "Login"}


class Story(NamedTuple):
    """What a page tells: its state, since when, and the parts, names by id, that are `hit` by it, or not."""

    state: str
    at: float
    hit: Mapping[str, str]
    calm: Mapping[str, str]
    page_id: str | None

    @property
    def parts(self) -> dict[str, str]:
        return {**self.hit, **self.calm}

    def states(self, word: str, well: str) -> dict[str, str]:
        return dict.fromkeys(self.hit, word) | dict.fromkeys(self.calm, well)


_RSS = (
    '<?xml version="1.0" encoding="UTF-8" ?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
    '<title>Acme System Status</title><link>https://status.acme.example</link><atom:link href="https://status.acme.exa'
    'mple/feed.xml" rel="self" type="application/rss+xml" /><description>History.</description>{}</channel></rss>'
)


def files(
    kind: str,
    state: str,
    now: float,
    hit: Mapping[str, str] = CHAT,
    calm: Mapping[str, str] = LOGIN,
    page_id: str | None = None,
) -> Files:
    """What a page of that kind answers, by path, when it is in that state. `page_id`: another than `PAGE_IDS` has."""
    return _MAKERS[kind](Story(state, now - BEGAN_S, hit, calm, page_id or PAGE_IDS.get(kind)))


def cloudflare(story: Story) -> Files:
    state, at = story.state, story.at
    word = {"degraded": "degraded_performance", "major": "major_outage", "maintenance": "under_maintenance"}
    open_one = state in ("degraded", "major")
    touched = [{"id": name, "name": title} for name, title in story.hit.items()]
    planned = {
        "id": "m1", "name": "Upgrade", "status": "in_progress", "impact": "maintenance", "created_at": moment(at),
        "starts_at": moment(at), "ends_at": moment(at + 3600), "components": touched,
    }  # fmt: skip
    told = {
        "id": "i1",
        "name": "Errors",
        "status": "investigating" if open_one else "resolved",
        "impact": "critical" if state == "major" else "minor",
        "created_at": moment(at + 60),
        "starts_at": moment(at),
        "resolved_at": None if open_one else moment(at + 300),
        "components": touched,
        "last_update": {
            "status": "investigating" if open_one else "resolved",
            "message": "Looking into it." if open_one else "A bad certificate was replaced.",
            "created_at": moment(at + 120),
            "display_at": moment(at + 120),
        },
    }
    states = story.states(word.get(state, "operational"), "operational")
    return _json(
        "/api/v3/summary",
        {
            "success": True,
            "errors": [],
            "result": {
                "components": [
                    {"id": name, "name": title, "status": states[name], "updated_at": moment(at)}
                    for name, title in story.parts.items()
                ],
                "active_incidents": [told] if open_one else [],
                "recent_incidents": [told] if state == "resolved" else [],
                "active_maintenances": [planned] if state == "maintenance" else [],
            },
        },
    )


def flashduty(story: Story) -> Files:
    state, at = story.state, story.at
    word = {"degraded": "degraded", "major": "full_outage", "maintenance": "under_maintenance"}.get(
        state, "operational"
    )
    touched = story.hit.items()
    change: dict[str, Any] = {
        "change_id": 815,
        "type": "maintenance" if state == "maintenance" else "incident",
        "title": "Störung / Errors",
        "status": {"maintenance": "ongoing", "resolved": "resolved"}.get(state, "investigating"),
        "affected_components": [{"component_id": name, "name": title, "status": word} for name, title in touched],
        "start_at_seconds": int(at),
        "updates": [
            {
                "update_id": "u1",
                "at_seconds": int(at + 60),
                "status": "investigating",
                "description": "Looking into it.",
                "component_changes": [
                    {"component_id": name, "component_name": title, "status": word} for name, title in touched
                ],
            }
        ],
    }
    if state == "maintenance":
        change |= {"end_at_seconds": int(at + 3600), "updates": []}
    if state == "resolved":
        change["close_at_seconds"] = int(at + 300)
    parts = [{"component_id": name, "name": title, "section_id": "s1"} for name, title in story.parts.items()]
    about = {
        "page_id": int(story.page_id or 0),
        "custom_domain": "status.acme.example",
        "components": parts,
        "sections": [],
    }
    active = [change] if state not in ("healthy", "resolved") else []
    base = f"/api/status-page/{story.page_id}"
    return _json(f"{base}/summary/active", {"data": {"page": about, "active_changes": active}}) | _json(
        f"{base}/change/list", {"data": {"items": [change] if state == "resolved" else []}}
    )


def rootly(story: Story) -> Files:
    state, at = story.state, story.at
    word = {"degraded": "Affected", "major": "Major Outage", "maintenance": "Under maintenance"}.get(
        state, "Operational"
    )
    states = story.states(word, "Operational")
    cards = "".join(
        f'<details class="card"><summary><div><span class="dot"><svg></svg></span><h2 class="text-primary-900">{title}'
        f'</h2></div>\n<span class="text-green-400">{states[name]}</span></summary>'
        f'<div><turbo-frame id="uptime-chart-{name}"><svg><rect style="fill: #3CB878;"></rect></svg></turbo-frame>'
        "</div></details>"
        for name, title in story.parts.items()
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
    about = {"id": story.page_id, "name": "Acme", "time_zone": "Etc/UTC", "updated_at": moment(at)}
    file = {
        "page": about,
        "status": {"indicator": indicator, "description": "Words"},
        "incidents": [] if state == "healthy" else [told],
    }
    return _json("/api/v1/status.json", file) | {"": f"<!doctype html><html><body>{cards}</body></html>".encode()}


def google(story: Story) -> Files:
    state, at = story.state, story.at
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
        "affected_products": [{"title": title, "id": name} for name, title in story.hit.items()],
        "uri": "incidents/J5ia5t9p3g9Q5Wi7r8Ev",
    }  # fmt: skip
    if over:
        told["end"] = _offset(at + 300)
    # Whatever is closed has been called available last; the words on it are as old as it is.
    last = {"created": _offset(at - 8.9e6), "when": _offset(at - 8.9e6), "text": "Over.", "status": "AVAILABLE"}
    old = {
        **told, "id": "old", "begin": _offset(at - 9e6), "created": _offset(at - 9e6), "end": _offset(at - 8.9e6),
        "modified": _offset(at - 8e6), "updates": [last], "most_recent_update": last,
    }  # fmt: skip
    products = {"products": [{"id": name, "title": title} for name, title in story.parts.items()]}
    told_now = [] if state == "healthy" else [told]
    return _json("/products.json", products) | _json("/incidents.json", [*told_now, old])


def aws(story: Story) -> Files:
    state, at = story.state, story.at
    number = {"degraded": "2", "major": "3", "maintenance": "1"}.get(state, "2")
    log = [{"summary": "Increased errors", "message": "Looking into it.", "status": 1, "timestamp": int(at + 60)}]
    if state == "resolved":
        over = {"summary": "[RESOLVED] Increased errors", "message": "Over.", "status": 1, "timestamp": int(at + 300)}
        log.append(over)
    # A service anywhere is one in some region.
    named = [name if name[-1:].isdecimal() else f"{name}-us-east-1" for name in story.hit]
    told = {
        "arn": "arn:aws:health:us-east-1::event/CHAT/AWS_CHAT_OPERATIONAL_ISSUE/AWS_CHAT_1",
        "date": str(int(at)),
        "region_name": "N. Virginia",
        "service": next(iter(named), "chat-us-east-1"),
        "service_name": "Amazon Chat",
        "status": number,
        "summary": "Increased errors",
        "event_log": log,
        "impacted_services": {
            name: {"service_name": "Amazon Chat", "current": number, "max": number} for name in named
        },
    }
    body = json.dumps([] if state == "healthy" else [told])
    return {"/public/currentevents": body.encode("utf-16")}


def xai(story: Story) -> Files:
    state, at = story.state, story.at
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
    items = "".join(
        f"<item><title>[{title} (Web)] Models outage</title><link>https://status.acme.example/{name}/INC1</link>"
        f'<guid isPermaLink="false">INC1</guid><description><![CDATA[{body}]]></description>'
        f"<pubDate>{mail_date(start - 9e6)}</pubDate><category>{severity}</category>"
        f"<category>{'resolved' if over else 'active'}</category></item>"
        # A feed that is well tells of the past.
        for name, title in (story.hit or story.calm).items()
    )
    file = _RSS.format(items).replace(PAGE_IDS["xai"], story.page_id or PAGE_IDS["xai"])
    return {"/feed.xml": file.encode()}


def onlineornot(story: Story) -> Files:
    state, at = story.state, story.at
    word = "RESOLVED" if state == "resolved" else "INVESTIGATING"
    body = f"<![CDATA[<p><small>Aug 28, 10:33 PM UTC</small><br/><strong>{word}</strong> - <p>Some words.</p></p>]]>"
    item = (
        "<item><title>Web application degraded</title><link>status.acme.example/incidents/l4G</link>"
        f"<description>{body}</description><pubDate>{mail_date(at)}</pubDate></item>"
    )
    return {"/incidents.rss": _RSS.format("" if state == "healthy" else item).encode()}


def azure(story: Story) -> Files:
    state, at = story.state, story.at
    title = "Resolved: Issues in West US" if state == "resolved" else "Issues in West US"
    item = (
        f"<item><title>{title}</title><link>https://azure.example/status/</link><category>Chat</category>"
        f"<category>West US</category><description>&lt;p&gt;Some words.&lt;/p&gt;</description>"
        f"<pubDate>{mail_date(at)[:-4]} Z</pubDate></item>"
    )
    return {"": _RSS.format("" if state == "healthy" else item).encode()}


def feed(story: Story) -> Files:
    """In the manner of incident.io's."""
    state, at = story.state, story.at
    part = {"degraded": "Partial outage", "major": "Full outage", "maintenance": "Under maintenance"}
    said = part.get(state, "Operational")
    word = {"resolved": "Resolved", "maintenance": "In progress"}.get(state, "Investigating")
    body = (
        f"<b>Status: {word}</b><br/><br/>Some words.<br/><br/><b>Affected components</b>"
        f"<ul>{''.join(f'<li>{name} ({said})</li>' for name in story.hit)}</ul>"
    )
    entry = (
        "<entry><title><![CDATA[Elevated errors]]></title><id>https://status.acme.example//incidents/01M1</id>"
        '<link href="https://status.acme.example//incidents/01M1"/>'
        f'<updated>{moment(at)}</updated><summary type="html"><![CDATA[{body}]]></summary></entry>'
    )
    head = '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Acme status</title>'
    return {"": f"{head}{'' if state == 'healthy' else entry}</feed>".encode()}


def microsoft(story: Story) -> Files:
    """It has no word for a maintenance: this one is none that is known."""
    state, at = story.state, story.at
    word = {
        "degraded": "Service degradation",
        "major": "Service interruption",
        "maintenance": "Planned work",
        "resolved": "Service restored",
    }.get(state, "Operational")
    states = story.states(word, "Operational")
    over = f"\r\n\r\nEnd time: {_spoken(at + 300)}" if state == "resolved" else ""
    rows = []
    for name, title in story.parts.items():
        row = {
            "ServiceDisplayName": title, "ServiceWorkloadName": name, "Id": None,
            "AuthoredDateTime": "0001-01-01T00:00:00+00:00", "InternalDateTime": "0001-01-01T00:00:00+00:00",
            "LastUpdatedTime": _offset(at + BEGAN_S), "Title": "", "Message": "", "Status": states[name],
        }  # fmt: skip
        if name in story.hit and state != "healthy":
            row["LastUpdatedTime"] = _offset(at + 360)
            row["Title"] = "Some users may encounter failures"
            row["Message"] = f"User impact: Failures.\r\n\r\nStart time: {_spoken(at)}{over}\r\n\r\nMore will follow."
        rows.append(row)
    return _json("/api/posts/m365Consumer", rows)


def mail_date(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)


def _offset(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _spoken(at: float) -> str:
    """As it is said in sentences, to the minute."""
    _, day, month, year, clock, _ = mail_date(at).split()
    hour, minute, _ = map(int, clock.split(":"))
    named = MONTHS[[each[:3] for each in MONTHS].index(month)]
    return f"Thursday, {named} {int(day)}, {year}, at {hour % 12 or 12}:{minute:02} {'AP'[hour > 11]}M UTC"


def _json(path: str, value: Any) -> Files:
    return {path: json.dumps(value).encode()}


_MAKERS: dict[str, Callable[[Story], Files]] = {
    made.__name__: made
    for made in (cloudflare, flashduty, rootly, google, aws, xai, onlineornot, azure, feed, microsoft)
}
KINDS = tuple(_MAKERS)
