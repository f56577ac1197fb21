"""Every row of rule 3 and of the failure signatures, as answers."""

import json
from typing import Any

import pytest

from trayapp.core.catalogue import Up
from trayapp.core.evidence.answers import is_html, outcome_of_failure, read_answer, retry_after_s, same_site
from trayapp.core.evidence.observation import Badge, Depth, Outcome

GOOD, FAIL, NEUTRAL, FOREIGN, PROXY = Outcome.GOOD, Outcome.FAIL, Outcome.NEUTRAL, Outcome.FOREIGN, Outcome.PROXY
EDGE, API, COMPLETION = Depth.EDGE, Depth.API, Depth.COMPLETION
HTML = {"content-type": "text/html"}
PAGE = "<!doctype html><title>Welcome</title>"
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"


def _error(kind: str | None = None, message: str = "", code: Any = None, **more: Any) -> dict[str, Any]:
    return {"error": {"type": kind, "message": message, "code": code, **more}}


UNUSED_QUOTA = _error("insufficient_quota", "You exceeded your current quota", "insufficient_quota")
SPEND_LIMIT = _error("rate_limit_error", "limit", details={"error_code": "enforced_spend_limit_reached"})
LOW_CREDIT = _error("invalid_request_error", "Your credit balance is too low")
GEMINI_KEY = {"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}
XAI_KEY = {"code": "invalid-argument", "error": "Incorrect API key provided: xx."}
REGION = _error("request_forbidden", "Country not supported", "unsupported_country_region_territory")
RAN = _error("invalid_request_error", "Could not finish: max_tokens or model output limit was reached.")
CF_502 = {"error": {"code": 502, "message": "Bad gateway.", "param": None, "type": "cf_bad_gateway"}}

ROWS: list[tuple[str, int, dict[str, str], Any, Depth, Outcome, str, Depth, Badge | None]] = [
    # what, status, headers, body, asked depth -> outcome, code, proven depth, badge (with a key)
    ("models listed", 200, {}, {"data": []}, API, GOOD, "http_200", API, None),
    ("wrong key", 401, {}, _error("invalid_request_error"), API, GOOD, "http_401", API, Badge.KEY),
    ("Anthropic's wrong key", 401, {}, _error("authentication_error"), API, GOOD, "http_401", API, Badge.KEY),
    ("no permission", 403, {}, _error("permission_error"), API, GOOD, "http_403", API, Badge.KEY),
    ("Gemini's wrong key", 400, {}, GEMINI_KEY, API, GOOD, "http_400", API, Badge.KEY),
    ("Gemini's wrong key in a list", 400, {}, [GEMINI_KEY], API, GOOD, "http_400", API, Badge.KEY),
    ("xAI's wrong key", 400, {}, XAI_KEY, API, GOOD, "http_400", API, Badge.KEY),
    ("xAI without key", 401, {}, {"code": "unauthenticated:no-credentials"}, API, GOOD, "http_401", API, Badge.KEY),
    ("Cohere's refusal", 401, {}, {"message": "invalid api token"}, API, GOOD, "http_401", API, Badge.KEY),
    ("region", 403, {}, REGION, API, GOOD, "http_403", API, None),
    ("payment required", 402, {}, _error("billing_error"), API, GOOD, "http_402", API, Badge.QUOTA),
    ("used up", 429, {}, UNUSED_QUOTA, API, GOOD, "http_429", API, Badge.QUOTA),
    ("used up, completion", 429, {}, UNUSED_QUOTA, COMPLETION, GOOD, "http_429", API, Badge.QUOTA),
    ("spend limit", 429, {}, SPEND_LIMIT, API, GOOD, "http_429", API, Badge.QUOTA),
    ("low credit", 400, {}, LOW_CREDIT, COMPLETION, GOOD, "http_400", API, Badge.QUOTA),
    ("throttled", 429, {}, _error("rate_limit_error"), API, NEUTRAL, "http_429", API, Badge.RATE_LIMIT),
    ("throttled in HTML", 429, HTML, PAGE, API, NEUTRAL, "http_429", API, Badge.RATE_LIMIT),
    ("throttled at the edge", 429, HTML, PAGE, EDGE, NEUTRAL, "http_429", EDGE, Badge.RATE_LIMIT),
    ("unknown path", 404, {}, _error("invalid_request_error"), API, GOOD, "http_404", API, None),
    ("wrong method", 405, {}, _error("invalid_request_error"), API, GOOD, "http_405", API, None),
    ("unknown model", 404, {}, _error("invalid_request_error"), COMPLETION, GOOD, "http_404", API, None),
    ("model ran out of tokens", 400, {}, RAN, COMPLETION, GOOD, "http_400", COMPLETION, None),
    ("server error", 500, {}, _error("server_error"), API, FAIL, "http_500", API, None),
    ("bad gateway of Cloudflare", 502, HTML, BAD_GATEWAY, API, FAIL, "http_502", API, None),
    ("bad gateway of Cloudflare in JSON", 502, {}, CF_502, API, FAIL, "http_502", API, None),
    ("the same with another status", 400, {}, CF_502, API, FAIL, "http_502", API, None),
    ("overload of OpenAI", 503, {}, _error("server_error", code="slow_down"), API, FAIL, "http_503", API, None),
    ("origin timed out", 524, HTML, PAGE, API, FAIL, "http_524", API, None),
    ("overload of Anthropic", 529, {}, _error("overloaded_error"), API, FAIL, "http_529", API, None),
    ("request timed out", 408, HTML, PAGE, API, FAIL, "http_408", API, None),
    ("error inside a 200", 200, {}, _error(code=502), API, FAIL, "http_502", API, None),
    ("error without a status inside a 200", 200, {}, _error("server_error"), API, FAIL, "malformed", API, None),
    ("no error inside a 200", 200, {}, {"id": "x", "error": None}, API, GOOD, "http_200", API, None),
    ("throttled inside a 200", 200, {}, _error(code=429), API, NEUTRAL, "http_429", API, Badge.RATE_LIMIT),
    ("nothing", 200, {}, b"", API, FAIL, "malformed", API, None),
    ("half a JSON", 200, {}, b'{"data": [', API, FAIL, "malformed", API, None),
    ("depths of JSON", 200, {}, b"[" * 100_000, API, FAIL, "malformed", API, None),
    ("bytes that are no text", 200, {}, b'{"data": "\xff"}', API, FAIL, "malformed", API, None),
    ("a number", 200, {}, 7, API, FAIL, "malformed", API, None),
    ("HTML 404", 404, HTML, PAGE, API, FAIL, "malformed", API, None),
    ("login page", 200, HTML, PAGE, API, FOREIGN, "foreign_page", API, None),
    ("login page that does not say so", 200, {}, PAGE, API, FOREIGN, "foreign_page", API, None),
    ("moved to a portal", 302, {"location": "http://portal.lan/"}, b"", API, FOREIGN, "foreign_page", API, None),
    ("block page", 403, HTML, PAGE, API, FOREIGN, "foreign_page", API, None),
    ("legal block page", 451, HTML, PAGE, API, FOREIGN, "foreign_page", API, None),
    ("login asked by a stranger", 401, HTML, PAGE, API, FOREIGN, "foreign_page", API, None),
    ("captive portal", 511, HTML, PAGE, API, FOREIGN, "foreign_page", API, None),
    ("proxy login", 407, HTML, PAGE, API, PROXY, "proxy_login", API, None),
    ("challenge", 403, {"cf-mitigated": "challenge"}, PAGE, API, GOOD, "challenge", EDGE, None),
    ("challenge with 503", 503, {"cf-mitigated": "challenge"}, PAGE, API, GOOD, "challenge", EDGE, None),
    ("challenge at the edge", 403, {"cf-mitigated": "challenge"}, PAGE, EDGE, GOOD, "challenge", EDGE, None),
    ("challenge known by its page", 403, HTML, "<title>Just a moment...</title>", EDGE, GOOD, "challenge", EDGE, None),
    ("website", 200, HTML, PAGE, EDGE, GOOD, "http_200", EDGE, None),
    ("website moved within", 302, {"location": "/login"}, b"", EDGE, GOOD, "http_302", EDGE, None),
    ("website to www", 301, {"location": "https://www.a.example/"}, b"", EDGE, GOOD, "http_301", EDGE, None),
    ("website to a portal", 302, {"location": "http://portal.lan/"}, b"", EDGE, FOREIGN, "foreign_page", EDGE, None),
    ("website blocked", 403, HTML, PAGE, EDGE, FOREIGN, "foreign_page", EDGE, None),
    ("website gone", 404, HTML, PAGE, EDGE, GOOD, "http_404", EDGE, None),
    ("website down", 502, HTML, BAD_GATEWAY, EDGE, FAIL, "http_502", EDGE, None),
]


def _raw(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


@pytest.mark.parametrize(
    ("status", "headers", "body", "asked", "outcome", "code", "depth", "badge"),
    [row[1:] for row in ROWS],
    ids=[row[0] for row in ROWS],
)
def test_answers(
    status: int,
    headers: dict[str, str],
    body: Any,
    asked: Depth,
    outcome: Outcome,
    code: str,
    depth: Depth,
    badge: Badge | None,
) -> None:
    url = "https://a.example/x"
    assert read_answer(status, headers, _raw(body), depth=asked, url=url, keyed=True) == (outcome, code, depth, badge)


def test_a_refusal_without_a_key_is_no_badge() -> None:
    got = read_answer(401, {}, _raw(_error("invalid_request_error")), depth=API)
    assert (got.outcome, got.badge) == (GOOD, None)


class TestUp:
    up = (Up(status=401, json="error.type"),)

    def test_what_the_catalogue_names_is_up(self) -> None:
        got = read_answer(401, {}, _raw(_error("x")), depth=API, up=self.up)
        assert (got.outcome, got.code, got.badge) == (GOOD, "http_401", None)

    def test_with_a_key_it_still_is_a_badge(self) -> None:
        got = read_answer(401, {}, _raw(_error("x")), depth=API, up=self.up, keyed=True)
        assert (got.outcome, got.badge) == (GOOD, Badge.KEY)

    def test_the_path_must_be_there(self) -> None:
        got = read_answer(401, HTML, b"<p>who are you", depth=API, up=self.up)
        assert got.outcome is FOREIGN

    def test_a_status_alone_is_enough_when_nothing_more_is_asked(self) -> None:
        assert read_answer(404, HTML, b"<p>", depth=API, up=(Up(status=404),)).outcome is GOOD

    def test_a_challenge_still_proves_the_edge_only(self) -> None:
        got = read_answer(403, {"cf-mitigated": "challenge"}, b"", depth=API, up=(Up(status=403),))
        assert got.depth is EDGE


class TestTrace:
    url = "https://chat.example/cdn-cgi/trace"

    def test_cloudflares_own_list_is_good(self) -> None:
        got = read_answer(200, {"content-type": "text/plain"}, b"fl=1f1\nh=chat.example\n", depth=EDGE, url=self.url)
        assert got.outcome is GOOD

    def test_anything_else_there_is_foreign(self) -> None:
        assert read_answer(200, HTML, PAGE.encode(), depth=EDGE, url=self.url).outcome is FOREIGN


def test_the_start_of_a_long_list_is_enough() -> None:
    got = read_answer(200, {}, b'{"data": [{"id": "a"', depth=API, truncated=True)
    assert got.outcome is GOOD


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(code, FAIL) for code in ("timeout", "connect", "dns", "tls", "cut", "malformed")]
    + [("proxy_login", PROXY), ("proxy_settings", PROXY), ("unsendable", NEUTRAL)],
)
def test_failures(code: str, outcome: Outcome) -> None:
    assert outcome_of_failure(code) is outcome


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        (
            {"retry-after": "Wed, 04 Feb 2026 01:00:30 GMT", "date": "Wed, 04 Feb 2026 01:00:00 GMT"},
            30.0,
        ),
        ({"retry-after": "Wed, 04 Feb 2026 01:00:30 GMT"}, None),
        ({"retry-after": "99999999"}, 3600.0),
        ({"retry-after": "-4"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


def test_sites() -> None:
    assert same_site("http://a.example/x", "https://www.a.example/y")
    assert same_site("http://127.0.0.1:1/", "http://127.0.0.1:1/y")
    assert not same_site("https://a.example", "https://b.example")


def test_pages_for_people() -> None:
    assert is_html({"content-type": "Text/HTML; charset=utf-8"}, b"")
    assert is_html({}, b"  <!doctype html>")
    assert not is_html({"content-type": "application/json"}, b"{}")
