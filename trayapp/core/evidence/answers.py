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
from trayapp.core.evidence.answer_shapes import Holds, holds
from trayapp.core.evidence.error_words import (
    ENDED_TEXT,
    about_model,
    error_of,
    is_anothers,
    is_overload,
    is_quota,
    json_of,
    lacks_model,
    meant,
    message_of,
    names_account,
    refuses_address,
    shaped,
    status_named,
    status_of_kind,
    told,
)
from trayapp.core.evidence.observation import Badge, Depth, Outcome
from trayapp.core.evidence.reach import Reach, reach_of_url

MAX_RETRY_AFTER_S = 3600.0
"""A provider may ask for patience, not for silence: a longer Retry-After is cut to an hour."""

# What a stranger in between sends: a login page (2xx, 3xx, 401), a block page (403, 451), a captive portal (511).
_FOREIGN_STATUSES = frozenset({401, 403, 451, 511})
# In these words outages came as well, to everybody (https://github.com/openai/codex/issues/42559).
_REFUSING = frozenset({401, 403, 404, 410})
_KEY_TEXT = re.compile(r"api[ _-]?key", re.I)
# Anthropic's 400 (https://github.com/anthropics/claude-code/issues/8327), and Groq's
# (https://github.com/NVIDIA-NeMo/Guardrails/issues/563).
_ACCOUNT_TEXT = re.compile(r"organization has been (disabled|restricted)|credential is only authorized", re.I)
# OpenAI answers 400 when a reasoning model has spent the allowed tokens before it wrote one: the model did run.
_RAN_TEXT = re.compile(r"output limit was reached", re.I)
# The announced end of a model, in headers (RFC 8594, 9745).
_ENDED_HEADERS = frozenset({"sunset", "deprecation"})
# About what was asked, not about who asked: OpenRouter's 403 for what its moderation flagged, and xAI's
# (https://github.com/Wei-Shaw/sub2api/issues/4785).
_REQUEST_TEXT = re.compile(r"flagged|moderation|violates (our )?usage", re.I)
LOADING = "loading"
"""The code of a server that says that it is not ready yet."""
# llama-server's 503 while it reads a model, LocalAI's while it starts.
_LOADING_TEXT = re.compile(r"^loading model|^starting\b|startup preload|model is (still )?loading", re.I)
# Cloudflare refuses an address (1006, 1007, 1008), a country (1009), or what its owner's rule says (1020, or a page
# without a number: https://github.com/n3d1117/chatgpt-telegram-bot/issues/460); CloudFront refuses a country.
_REGION_PAGE = re.compile(
    rb"error.?code[^0-9]{0,60}(100[6-9]|1020)\b|>Sorry, you have been blocked<|block access from your country", re.I
)
# Any of its numbers, in a page, a line or JSON.
_CLOUDFLARES_PAGE = re.compile(rb"\berror.?code[^0-9]{0,60}1\d{3}\b", re.I)
_ADDRESS_LIMITED_PAGE = re.compile(rb"error.?code[^0-9]{0,60}1015\b", re.I)
# Of Cloudflare, AWS WAF (202, or 405 for a captcha) and Vercel (429, or 403), whatever the status.
_CHALLENGES = ("cf-mitigated", "x-amzn-waf-action", "x-vercel-mitigated")
_CLOUDFLARES_OWN = range(520, 528)
# Groq's, of its cheaper tier (https://console.groq.com/docs/flex-processing); Cohere has another use for it.
_FLEX_FULL = 498
_OUTCOME_OF_FAILURE = {
    "timeout": Outcome.FAIL,
    "connect": Outcome.FAIL,
    "dns": Outcome.FAIL,
    "dns_timeout": Outcome.FAIL,
    "tls": Outcome.FAIL,
    "expired": Outcome.FAIL,
    "no_name": Outcome.FOREIGN,
    "untrusted": Outcome.FOREIGN,
    "proxy_refused": Outcome.FOREIGN,
    "cut": Outcome.FAIL,
    "malformed": Outcome.FAIL,
    "proxy_login": Outcome.PROXY,
    "proxy_settings": Outcome.PROXY,
}


class Reading(NamedTuple):
    """`depth`: how much the answer proves, which can be less than was asked for (a challenge proves the edge).

    `accepted`: whether the provider took what it was asked, or refused it for what may be no fault of the request's;
    None where it did neither. `edge`: a failure of the provider's edge alone.
    """

    outcome: Outcome
    code: str
    depth: Depth
    badge: Badge | None = None
    accepted: bool | None = None
    edge: bool = False


def outcome_of_failure(code: str) -> Outcome:
    """What a request counts as that got no answer: a strike, somebody in between, trouble with the proxy, or nothing
    (our own fault)."""
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
    proven: bool = False,
    asked: str = "",
) -> Reading:
    """Classify a whole answer.

    `headers` have lower-case names; `body` is its start, `truncated` when there was more; `depth` is what the request
    to `url` was meant to prove; `keyed`: it carried the user's key, so that a refusal of the key is the user's to
    know; `up`: answers that count as good by the catalogue's word; `proven`: nobody in between can have made it;
    `asked`: the path that was asked, where `url` is not given.
    """
    json = None if truncated else json_of(body)
    theirs = proven or shaped(json) or "cf-ray" in headers
    status = meant(json, status)
    code = f"http_{status}"
    if status == 407 and not proven:
        return Reading(Outcome.PROXY, "proxy_login", depth)
    if challenges(headers) or (status == 403 and b"<title>Just a moment" in body):
        return Reading(Outcome.GOOD, "challenge", Depth.EDGE)
    error = error_of(json)
    if theirs and _refuses_address(status, json, body):
        return Reading(Outcome.GOOD, code, Depth.EDGE, Badge.REGION)
    # A status alone is anybody's out there, and so is a page for people; of the provider it is its front's.
    for_people = is_html(headers, body) and reach_of_url(url) is Reach.PUBLIC
    page = for_people and not theirs
    known = not (page if depth is Depth.EDGE else for_people or _CLOUDFLARES_PAGE.search(body))
    held = Holds.ANSWER
    if status < 300 and depth is not Depth.EDGE and json is not None and not error_within(json):
        held = holds(asked or urlsplit(url).path, json)
        known = known and held is not Holds.NOTHING
    if any(status == good.status and (known if good.json is None else _has(json, good.json)) for good in up):
        if not keyed:
            return Reading(Outcome.GOOD, code, depth, accepted=True)
        return Reading(Outcome.GOOD, code, depth, _badge(status, json), _accepted(status, headers, json, keyed=True))
    if error.get("type") == "cf_bad_gateway":
        return Reading(Outcome.FAIL, "http_502", depth, edge=True)
    if status == 511 and not proven:
        return Reading(Outcome.FOREIGN, "foreign_page", depth)
    if status == 503 and _LOADING_TEXT.search(told(error)):
        return Reading(Outcome.FAIL, LOADING, depth)
    if status >= 500 and is_anothers(error):
        # The router answers, and the others whose models it sells; of one model more says only who had been answered.
        return Reading(Outcome.NEUTRAL, code, depth, accepted=False)
    if status >= 500 or status == 408:
        edge = depth is Depth.EDGE or status in _CLOUDFLARES_OWN or not shaped(json)
        return Reading(Outcome.FAIL, code, depth, edge=edge)
    if status == _FLEX_FULL and theirs and is_overload(error):
        return Reading(Outcome.NEUTRAL, code, depth, accepted=False)
    if status == 429:
        return _too_many(headers, body, json, depth, theirs=theirs, keyed=keyed)
    if depth is Depth.EDGE:
        foreign = Reading(Outcome.FOREIGN, "foreign_page", depth)
        reading = foreign if page and up else _edge(status, headers, body, url, theirs=theirs)
    else:
        # What answers everybody with something else than the catalogue knows does not answer as it should.
        taken = held is not Holds.WORDS and (held is not Holds.ANYTHING or keyed or not up)
        reading = _api(
            status, headers, body, json, depth, theirs=theirs, truncated=truncated, keyed=keyed, held=held, taken=taken
        )
    if reading.accepted is not None or reading.outcome is not Outcome.GOOD:
        return reading
    if status < 300 or (status < 400 and depth is Depth.EDGE):
        return reading._replace(accepted=not up)
    return reading._replace(accepted=_accepted(status, headers, json, keyed=keyed))


def _accepted(status: int, headers: Mapping[str, str], json: Any, *, keyed: bool) -> bool | None:
    """What a refusal says of who asked; without a key it is news whatever it says, but for an account's."""
    refused = _refuses_key(status, headers, json) if keyed else status != 402
    return False if refused else None


def _too_many(
    headers: Mapping[str, str], body: bytes, json: Any, depth: Depth, *, theirs: bool, keyed: bool
) -> Reading:
    """A 429: an empty account, a limit of this key or address, or words for everybody."""
    error = error_of(json)
    if is_quota(error) or lacks_model(429, error):
        good = Reading(Outcome.GOOD, "http_429", min(depth, Depth.API))
        if not keyed:
            # Whoever asks without a key has no account that could be empty.
            return good._replace(accepted=False)
        return good._replace(badge=Badge.QUOTA if is_quota(error) else Badge.MODEL)
    if is_anothers(error):
        return Reading(Outcome.NEUTRAL, "http_429", depth)
    limited = shaped(json) or "retry-after" in headers or _ADDRESS_LIMITED_PAGE.search(body)
    if theirs and (not limited or is_overload(error)):
        # https://github.com/anthropics/claude-code/issues/10698: "Rate exceeded", on any device.
        return Reading(Outcome.NEUTRAL, "http_429", depth, accepted=False)
    return Reading(Outcome.NEUTRAL, "http_429", depth, Badge.RATE_LIMIT)


def challenges(headers: Mapping[str, str]) -> bool:
    """Does somebody's edge want to know whether a person asks?"""
    return any(headers.get(name, "").lower() in ("challenge", "captcha") for name in _CHALLENGES)


def _refuses_address(status: int, json: Any, body: bytes) -> bool:
    if status == 451 or refuses_address(status, error_of(json)):
        return True
    return status in (400, 403) and not shaped(json) and bool(_REGION_PAGE.search(body))


def _refuses_key(status: int, headers: Mapping[str, str], json: Any) -> bool:
    """Whether this refuses whoever asked, or the model, and not merely what the request says.

    Quota and the announced end of a model are no news; a parameter other than the model is the request's own.
    """
    error = error_of(json)
    message = message_of(error)
    if is_quota(error) or is_anothers(error) or _REQUEST_TEXT.search(message):
        return False
    if status == 400:
        return bool(_KEY_TEXT.search(message))
    if status in (404, 410) and (ENDED_TEXT.search(f"{message} {error.get('code')}") or _ENDED_HEADERS & set(headers)):
        return False
    # Whoever leads an API's request elsewhere does not take it, either.
    return 300 <= status < 400 or (status in _REFUSING and about_model(error))


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
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    return min(seconds, MAX_RETRY_AFTER_S) if seconds >= 0 else None


def same_site(url: str, other: str) -> bool:
    """Do both addresses belong to one host, give or take `www.`?"""
    host, another = (urlsplit(address).hostname or "" for address in (url, other))
    return host.removeprefix("www.") == another.removeprefix("www.")


def redirected(url: str, headers: Mapping[str, str]) -> str:
    """Where the answer from `url` sends whoever asked; empty where its address makes no sense."""
    try:
        target = urljoin(url, headers.get("location", ""))
        urlsplit(target)
    except ValueError:
        return ""
    return target


def over_tls(url: str, *, proven: bool) -> bool:
    """Whether an answer is the provider's own beyond doubt: one of this machine may be a filter's, in its place."""
    return proven and url.startswith("https:")


def is_html(headers: Mapping[str, str], body: bytes) -> bool:
    """Is this a page for people? By what it says of itself, or by its first character."""
    return "html" in headers.get("content-type", "").lower() or body[:64].lstrip().startswith(b"<")


def _edge(status: int, headers: Mapping[str, str], body: bytes, url: str, *, theirs: bool) -> Reading:
    good = Reading(Outcome.GOOD, f"http_{status}", Depth.EDGE)
    foreign = good if theirs else Reading(Outcome.FOREIGN, "foreign_page", Depth.EDGE)
    if urlsplit(url).path == "/cdn-cgi/trace":
        # Cloudflare's own answer is a list that starts so; anything else comes from somebody in between.
        return good if body.startswith(b"fl=") else foreign
    if status in (403, 451):
        return foreign
    if 300 <= status < 400 and not same_site(url, redirected(url, headers)):
        return foreign
    return good


def _api(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    json: Any,
    depth: Depth,
    *,
    theirs: bool,
    truncated: bool,
    keyed: bool,
    held: Holds,
    taken: bool,
) -> Reading:
    code = f"http_{status}"
    malformed = Reading(Outcome.FAIL, "malformed", depth)
    foreign = Reading(Outcome.FOREIGN, "foreign_page", depth)
    # Its front answers, not its API: that is no strike, and proves no more than the edge.
    front = Reading(Outcome.GOOD, code, Depth.EDGE)
    if 300 <= status < 400:
        return front if theirs else foreign
    if status < 300:
        if is_html(headers, body):
            return malformed if theirs else foreign
        if held is Holds.EMPTY:
            return Reading(Outcome.NEUTRAL, "empty", depth)
        if held is Holds.NOTHING:
            return malformed
        if isinstance(json, (dict, list)) or (truncated and body.lstrip()[:1] in (b"{", b"[")):
            return _inner(json, depth, keyed=keyed) or Reading(Outcome.GOOD, code, depth, accepted=taken)
        return malformed
    if not shaped(json):
        if theirs:
            # A firewall's 405, a 413 for what is too long to be passed on; a front that asks for the key itself.
            return front._replace(badge=Badge.KEY if keyed and status == 401 else None)
        return foreign if status in _FOREIGN_STATUSES else malformed
    if status == 400 and _RAN_TEXT.search(message_of(error_of(json))):
        return Reading(Outcome.GOOD, code, depth, accepted=True)
    return Reading(Outcome.GOOD, code, Depth.API, _badge(status, json) if keyed else None)


def read_within(error: object, depth: Depth, *, keyed: bool) -> Reading | None:
    """What an error counts as that came with a good status, in a body or a stream; None where it does not say."""
    if not isinstance(error, dict) or (status := status_named(error) or status_of_kind(error)) is None:
        return None
    return read_answer(status, {}, msgspec.json.encode({"error": error}), depth=depth, keyed=keyed)


def error_within(json: Any) -> dict[str, Any] | str | None:
    """The error that a body tells of itself, whatever came with it; None, or nothing in it, where it tells none."""
    error = json.get("error") if isinstance(json, dict) else None
    return error if isinstance(error, (dict, str)) else None


def _inner(json: Any, depth: Depth, *, keyed: bool) -> Reading | None:
    """Some providers put an error, with or without its status, into a body that came with 200."""
    if not (error := error_within(json)):
        return None
    return read_within(error, depth, keyed=keyed) or Reading(Outcome.FAIL, "malformed", depth)


def _badge(status: int, json: Any) -> Badge | None:
    error = error_of(json)
    if status == 402 or is_quota(error):
        return Badge.QUOTA
    if lacks_model(status, error):
        return Badge.MODEL
    message = message_of(error)
    if is_anothers(error) or _REQUEST_TEXT.search(message):
        return None
    if status == 403 and not names_account(error):
        # Groq's "Forbidden" comes for a key that may not, as for an address behind a VPN.
        return Badge.FORBIDDEN
    if status in (401, 403) or (status == 400 and (_KEY_TEXT.search(message) or _ACCOUNT_TEXT.search(message))):
        return Badge.KEY
    return None


def _has(json: Any, dotted: str) -> bool:
    for name in dotted.split("."):
        if not isinstance(json, dict) or name not in json:
            return False
        json = json[name]
    return True
