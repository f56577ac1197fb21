"""What an HTTP answer of a provider counts as (rule 3), decided by body and headers, never by the status alone.

Shapes of error bodies as the providers document them: OpenAI's `error.type` and `error.code`, Anthropic's
`error.type`, Gemini's `error.status` with `details[].reason`, xAI's bare `code`. Cloudflare marks every bot
challenge with the header `cf-mitigated: challenge`, whatever the status.
"""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import msgspec

from trayapp.core.catalogue import Up
from trayapp.core.evidence.observation import Badge, Depth, Outcome
from trayapp.core.json_text import read_json

MAX_RETRY_AFTER_S = 3600.0
"""A provider may ask for patience, not for silence: a longer Retry-After is cut to an hour."""

_SHAPE_KEYS = frozenset({"error", "errors", "code", "message", "detail", "type"})
# What a stranger in between sends: a login page (2xx, 3xx, 401), a block page (403, 451), a captive portal (511).
_FOREIGN_STATUSES = frozenset({401, 403, 451, 511})
_QUOTA_CODES = frozenset(
    {
        "insufficient_quota",
        "credit_balance_exhausted",
        "enforced_spend_limit_reached",
        "billing_error",
        "billing_hard_limit_reached",
        "billing_not_active",
    }
)
_QUOTA_TEXT = re.compile(r"credit balance|insufficient (balance|credits|quota|funds)", re.I)
_KEY_TEXT = re.compile(r"api[ _-]?key", re.I)
# OpenAI answers 400 when a reasoning model has spent the allowed tokens before it wrote one: the model did run.
_RAN_TEXT = re.compile(r"output limit was reached", re.I)
_REGION_CODES = frozenset({"unsupported_country_region_territory"})
_OUTCOME_OF_FAILURE = {
    "timeout": Outcome.FAIL,
    "connect": Outcome.FAIL,
    "dns": Outcome.FAIL,
    "dns_timeout": Outcome.FAIL,
    "no_name": Outcome.FAIL,
    "tls": Outcome.FAIL,
    "untrusted": Outcome.FAIL,
    "proxy_refused": Outcome.FAIL,
    "cut": Outcome.FAIL,
    "malformed": Outcome.FAIL,
    "proxy_login": Outcome.PROXY,
    "proxy_settings": Outcome.PROXY,
}


class Reading(NamedTuple):
    """`depth`: how much the answer proves, which can be less than was asked for (a challenge proves the edge)."""

    outcome: Outcome
    code: str
    depth: Depth
    badge: Badge | None = None


def outcome_of_failure(code: str) -> Outcome:
    """What a request counts as that got no answer: a strike, trouble with the proxy, or nothing (our own fault)."""
    return _OUTCOME_OF_FAILURE.get(code, Outcome.NEUTRAL)


def read_answer(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    depth: Depth,
    url: str = "",
    truncated: bool = False,
    keyed: bool = False,
    up: tuple[Up, ...] = (),
) -> Reading:
    """Classify a whole answer.

    `headers` have lower-case names; `body` is its start, `truncated` when there was more; `depth` is what the request
    to `url` was meant to prove; `keyed`: it carried the user's key, so that a refusal of the key is the user's to
    know; `up`: answers that count as good by the catalogue's word.
    """
    json = None if truncated else _json(body)
    if status == 407:
        return Reading(Outcome.PROXY, "proxy_login", depth)
    if headers.get("cf-mitigated", "").lower() == "challenge" or (status == 403 and b"<title>Just a moment" in body):
        return Reading(Outcome.GOOD, "challenge", Depth.EDGE)
    code = f"http_{status}"
    if any(status == good.status and (good.json is None or _has(json, good.json)) for good in up):
        return Reading(Outcome.GOOD, code, depth, _badge(status, json) if keyed else None)
    error = _error(json)
    if error.get("type") == "cf_bad_gateway":
        return Reading(Outcome.FAIL, "http_502", depth)
    if status == 511:
        return Reading(Outcome.FOREIGN, "foreign_page", depth)
    if status >= 500 or status == 408:
        return Reading(Outcome.FAIL, code, depth)
    if status == 429:
        if _is_quota(error):
            return Reading(Outcome.GOOD, code, min(depth, Depth.API), Badge.QUOTA)
        return Reading(Outcome.NEUTRAL, code, depth, Badge.RATE_LIMIT)
    if depth is Depth.EDGE:
        return _edge(status, headers, body, url, json)
    return _api(status, headers, body, json, depth, truncated=truncated, keyed=keyed)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that `retry-after-ms` or `Retry-After` asks for (seconds, or a date measured against `Date`)."""
    try:
        if "retry-after-ms" in headers:
            seconds = float(headers["retry-after-ms"]) / 1000
        elif (patience := headers.get("retry-after", "").strip()) and not patience[0].isalpha():
            seconds = float(patience)
        elif patience:
            seconds = (parsedate_to_datetime(patience) - parsedate_to_datetime(headers["date"])).total_seconds()
        else:
            return None
    except (ValueError, TypeError, KeyError):
        return None
    return min(seconds, MAX_RETRY_AFTER_S) if seconds >= 0 else None


def same_site(url: str, other: str) -> bool:
    """Do both addresses belong to one host, give or take `www.`?"""
    host, another = (urlsplit(address).hostname or "" for address in (url, other))
    return host.removeprefix("www.") == another.removeprefix("www.")


def is_html(headers: Mapping[str, str], body: bytes) -> bool:
    """Is this a page for people? By what it says of itself, or by its first character."""
    return "html" in headers.get("content-type", "").lower() or body[:64].lstrip().startswith(b"<")


def _edge(status: int, headers: Mapping[str, str], body: bytes, url: str, json: Any) -> Reading:
    good = Reading(Outcome.GOOD, f"http_{status}", Depth.EDGE)
    foreign = Reading(Outcome.FOREIGN, "foreign_page", Depth.EDGE)
    if urlsplit(url).path == "/cdn-cgi/trace":
        # Cloudflare's own answer is a list that starts so; anything else comes from somebody in between.
        return good if body.startswith(b"fl=") else foreign
    if status in (403, 451) and not _shaped(json):
        return foreign
    if 300 <= status < 400 and not same_site(url, urljoin(url, headers.get("location", ""))):
        return foreign
    return good


def _api(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    json: Any,
    depth: Depth,
    *,
    truncated: bool,
    keyed: bool,
) -> Reading:
    code = f"http_{status}"
    malformed = Reading(Outcome.FAIL, "malformed", depth)
    if 300 <= status < 400:
        return Reading(Outcome.FOREIGN, "foreign_page", depth)
    if status < 300:
        if is_html(headers, body):
            return Reading(Outcome.FOREIGN, "foreign_page", depth)
        if isinstance(json, (dict, list)) or (truncated and body.lstrip()[:1] in (b"{", b"[")):
            return _inner(json, depth) or Reading(Outcome.GOOD, code, depth)
        return malformed
    if not _shaped(json):
        return Reading(Outcome.FOREIGN, "foreign_page", depth) if status in _FOREIGN_STATUSES else malformed
    if status == 400 and _RAN_TEXT.search(str(_error(json).get("message", ""))):
        return Reading(Outcome.GOOD, code, depth)
    return Reading(Outcome.GOOD, code, Depth.API, _badge(status, json) if keyed else None)


def _inner(json: Any, depth: Depth) -> Reading | None:
    """Some providers put an error, with or without its status, into a body that came with 200."""
    if not isinstance(json, dict) or not isinstance(json.get("error"), dict):
        return None
    inner = json["error"].get("code")
    if isinstance(inner, int) and 400 <= inner <= 599:
        return read_answer(inner, {}, msgspec.json.encode({"error": json["error"]}), depth=depth)
    return Reading(Outcome.FAIL, "malformed", depth)


def _badge(status: int, json: Any) -> Badge | None:
    error = _error(json)
    if status == 402 or _is_quota(error):
        return Badge.QUOTA
    if error.get("code") in _REGION_CODES:
        return None
    if status in (401, 403):
        return Badge.KEY
    if status == 400 and _KEY_TEXT.search(str(error.get("message", ""))):
        return Badge.KEY
    return None


def _is_quota(error: Mapping[str, Any]) -> bool:
    details = error.get("details")
    codes = {error.get("type"), error.get("code"), details.get("error_code") if isinstance(details, dict) else None}
    named = {code for code in codes if isinstance(code, str)}
    return bool(named & _QUOTA_CODES) or bool(_QUOTA_TEXT.search(str(error.get("message", ""))))


def _error(json: Any) -> Mapping[str, Any]:
    """The error object, wherever a provider puts it; empty when there is none."""
    if isinstance(json, list) and json:
        json = json[0]
    if not isinstance(json, dict):
        return {}
    match json.get("error"):
        case dict() as error:
            return error
        case str() as text:
            return {"message": text, "code": json.get("code")}
        case _:
            return json


def _json(body: bytes) -> Any:
    try:
        return read_json(body)
    except ValueError:
        return None


def _shaped(json: Any) -> bool:
    if isinstance(json, list) and json:
        json = json[0]
    return isinstance(json, dict) and not _SHAPE_KEYS.isdisjoint(json)


def _has(json: Any, dotted: str) -> bool:
    for name in dotted.split("."):
        if not isinstance(json, dict) or name not in json:
            return False
        json = json[name]
    return True
