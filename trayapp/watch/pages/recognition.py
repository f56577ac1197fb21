"""What answers in place of a page's data: another vendor's page, one that is switched off, or one that wants a login.

An explanation for people, never a state: nothing of what is recognised here is read any further.
"""

import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec

NAMES = {
    "statuspage": "Statuspage",
    "incidentio": "incident.io",
    "instatus": "Instatus",
    "betterstack": "Better Stack",
    "checkly": "Checkly",
    "datadog": "Datadog",
    "flashduty": "Flashduty",
    "rootly": "Rootly",
    "cloudflare": "Cloudflare",
}
"""Vendors by the kind of their pages, as they call themselves."""

_DATA_BYTES = 1_000_000
"""More is nobody's summary, and decoding it twice would cost the time of a reading."""
_HEAD_BYTES = 200_000
"""Web pages name their vendor where they load its scripts and pictures."""

# The hosts of the vendors' own scripts, pictures and feeds; a bare name might be that of a customer.
_MARKS = (
    ("statuspage", (b".statuspage.io", b"dka575ofm4ao0.cloudfront.net")),
    ("incidentio", (b"incident-io-status-page", b"status.incident.io", b"incident.io/")),
    ("instatus", (b"instatus.com",)),
    ("betterstack", (b"betteruptime.com", b"betterstack.com")),
    ("checkly", (b"checkly-status-page.com", b"checklyhq.com")),
    ("datadog", (b"statuspage.datadoghq.com", b".datadoghq.com/statuspage")),
    ("flashduty", (b"flashduty.com", b"flashcat.cloud")),
    ("rootly", (b"rootly.com", b"rootly.io")),
    ("cloudflare", (b"cloudflarestatus.com",)),
)
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_ATLASSIAN_ID = re.compile(r"[0-9a-z]{12}")
# <https://instatus.com/help/api/status-pages>: "UP", "HASISSUES", and for example "ONEMAJOROUTAGE".
_INSTATUS_WORD = re.compile(
    r"UP|HASISSUES|(?:ALL|SOME|ONE)?(?:UNDERMAINTENANCE|DEGRADEDPERFORMANCE|(?:MINOR|PARTIAL|MAJOR)OUTAGE)"
)
_TITLE = re.compile(rb"<title[^>]*>([^<]{0,300})</title", re.IGNORECASE)
_CANONICAL = re.compile(rb"""rel=["']canonical["'][^>]*href=["']([^"']{0,300})["']""", re.IGNORECASE)
_PASSWORD = re.compile(rb"""<input[^>]{0,300}type=["']?password""", re.IGNORECASE)
_ASKS_FOR_A_PERSON = (
    b"just a moment",
    b"attention required",
    b"human verification",
    b"security checkpoint",
    b"captcha",
    b"verify you are",
    b"one more step",
    b"checking your browser",
    b"ddos-guard",
    b"access to this page has been denied",
)
# What DataDome, Imperva, Human and Google put into theirs, and nobody into a page of his own.
_WALLS = re.compile(
    rb"captcha-delivery\.com|_incapsula_resource|captcha\.px-cdn\.net|have detected unusual traffic", re.IGNORECASE
)
_WALL_BYTES = 20_000
_FEEDS = (b"<?xml", b"<rss", b"<feed", b"<rdf")
_DOORS = frozenset({"login", "signin", "sign-in", "sign_in", "sso", "saml", "oauth", "oauth2", "authorize"})


_ABSENT = msgspec.Raw(b"null")


class _Marks(msgspec.Struct):
    """The fields that tell one vendor's data from another's; they are looked at only so far as they must be."""

    page: msgspec.Raw = _ABSENT
    data: msgspec.Raw = _ABSENT
    summary: msgspec.Raw = _ABSENT
    result: msgspec.Raw = _ABSENT
    components: msgspec.Raw = _ABSENT
    status: msgspec.Raw = _ABSENT
    incidents: msgspec.Raw = _ABSENT
    prefix: msgspec.Raw = msgspec.field(default=_ABSENT, name="domainPrefix")
    active: msgspec.Raw = msgspec.field(default=_ABSENT, name="activeMaintenances")


def vendor_of(body: bytes) -> str | None:
    """The kind of page that such an answer comes from, so far as it can be told."""
    if _is_web_page(body):
        head = body[:_HEAD_BYTES].lower()
        return next((kind for kind, marks in _MARKS if any(mark in head for mark in marks)), None)
    if len(body) > _DATA_BYTES:
        return None
    try:
        marks = msgspec.json.decode(body, type=_Marks)
        return _by_data(marks)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def barrier(body: bytes, *, wanted_html: bool) -> str | None:
    """What keeps readers out, by the web page that is there instead: `inactive`, `login`, `challenge`."""
    if not _is_web_page(body):
        if body[:200].lower().startswith(b"your page is inactive"):
            return "inactive"
        # DataDome asks programs for a captcha in JSON.
        return "challenge" if body.startswith(b'{"url":"https://geo.captcha-delivery.com/') else None
    head = body[:_HEAD_BYTES]
    title = _found(_TITLE, head).strip().lower()
    path = pieces(_found(_CANONICAL, head).decode("ascii", "replace")).path
    if title.endswith(b"page inactive") or path == "/inactive":
        return "inactive"
    if title.endswith((b"- login", b"- log in", b"- sign in")) or path == "/access/login":
        return "login"
    if not wanted_html and title.startswith((b"login", b"log in", b"sign in")):
        return "login"
    if any(word in title for word in _ASKS_FOR_A_PERSON) or _WALLS.search(head[:_WALL_BYTES]):
        return "challenge"
    return "login" if not wanted_html and _PASSWORD.search(head) else None


def pieces(url: str | None) -> SplitResult:
    """An address that somebody else has written, in its pieces: empty ones where it makes no sense."""
    try:
        return urlsplit(url or "")
    except ValueError:
        return urlsplit("")


def is_door(url: str) -> bool:
    """Whether this is where people sign in, by its address."""
    parts = pieces(url)
    return not _DOORS.isdisjoint(parts.path.lower().split("/"))


def is_ulid(ident: str | None) -> bool:
    """Whether an id is of incident.io's form."""
    return bool(ident and _ULID.fullmatch(ident))


def is_instatus_word(status: object) -> bool:
    """Whether this is how Instatus calls the state of a page."""
    return isinstance(status, str) and _INSTATUS_WORD.fullmatch(status) is not None


def _is_web_page(body: bytes) -> bool:
    """A feed has titles, too, which are those of incidents."""
    head = body[:300].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return head.startswith(b"<") and (b"<!doctype html" in head or b"<html" in head or not head.startswith(_FEEDS))


def _found(pattern: re.Pattern[bytes], head: bytes) -> bytes:
    met = pattern.search(head)
    return met[1] if met else b""


def _by_data(marks: _Marks) -> str | None:
    page = _record(marks.page)
    ident, status = page.get("id"), page.get("status")
    if "ongoing_incidents" in _record(marks.summary) or (isinstance(ident, str) and is_ulid(ident)):
        return "incidentio"
    data = _record(marks.data)
    if data.get("type") == "status_page":
        return "betterstack"
    if isinstance(data.get("page"), dict) and "active_changes" in data:
        return "flashduty"
    if {"components", "active_incidents"} <= _record(marks.result).keys():
        return "cloudflare"
    if _ABSENT not in (marks.prefix, marks.components):
        return "datadog"
    if is_instatus_word(status):
        return "instatus"
    if isinstance(status, str) and marks.active != _ABSENT:
        return "checkly"
    if "indicator" in _record(marks.status) and marks.incidents != _ABSENT and marks.components == _ABSENT:
        return "rootly"
    if isinstance(ident, str) and _ATLASSIAN_ID.fullmatch(ident) and "time_zone" in page:
        return "statuspage"
    return None


def _record(raw: msgspec.Raw) -> dict[str, Any]:
    value = msgspec.json.decode(raw)
    return value if isinstance(value, dict) else {}
