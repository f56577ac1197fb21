"""Every row of rule 3 and of the failure signatures, as answers."""

import json
from typing import Any

import pytest

from tests.support.spelled import spelled
from trayapp.core.catalogue import Up
from trayapp.core.evidence.answers import (
    error_within,
    is_html,
    outcome_of_failure,
    over_tls,
    read_answer,
    redirected,
    retry_after_s,
    same_site,
)
from trayapp.core.evidence.observation import Badge, Depth, Outcome

GOOD, FAIL, NEUTRAL, FOREIGN, PROXY = Outcome.GOOD, Outcome.FAIL, Outcome.NEUTRAL, Outcome.FOREIGN, Outcome.PROXY
EDGE, API, COMPLETION = Depth.EDGE, Depth.API, Depth.COMPLETION
HTML = {"content-type": "text/html"}
PAGE = "<!doctype html><title>Welcome</title>"
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"


def _error(kind: str | None = None, message: str = "", code: Any = None, **more: Any) -> dict[str, Any]:
    return {"error": {"type": kind, "message": message, "code": code, **more}}


def _base_resp(number: int, words: str = "words") -> dict[str, Any]:
    return {"choices": None, "base_resp": {"status_code": number, "status_msg": words}}


def _detail(status: str) -> dict[str, Any]:
    return {"detail": {"status": status, "message": "words"}}


def _soft(code: int, words: str) -> dict[str, Any]:
    return {"code": code, "msg": words, "success": False}


def _cloudflares(number: int) -> dict[str, Any]:
    return {"type": "https://x", "title": "words", "detail": "words", "error_code": number, "cloudflare_error": True}


UNUSED_QUOTA = _error("insufficient_quota", "You exceeded your current quota", "insufficient_quota")
SPEND_LIMIT = _error("rate_limit_error", "limit", details={"error_code": "enforced_spend_limit_reached"})
LOW_CREDIT = _error("invalid_request_error", "Your credit balance is too low")
GEMINI_KEY = {"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}
XAI_KEY = {"code": "invalid-argument", "error": "Incorrect API key provided: xx."}
REGION = _error("request_forbidden", "Country not supported", "unsupported_country_region_territory")
REGION_CODE = _error("request_forbidden", "Forbidden", "unsupported_country_region_territory")
ANTHROPICS_REGION = _error("forbidden", "Request not allowed")
GEMINIS_REGION = {"error": {"code": 400, "message": "User location is not supported for the API use.", "status": "X"}}
RAY = {"content-type": "text/html", "cf-ray": "8f0a-FRA"}
CF_PAGE = "<!DOCTYPE html><title>Access denied</title><span>Error code</span> <span class='cf-code'>{}</span>"
CF_JSON = {"content-type": "application/json", "cf-ray": "8f0a-FRA"}
BLOCKED = "<!DOCTYPE html><title>Attention Required!</title><h1>Sorry, you have been blocked</h1>"
COUNTRY = "<h1>403 ERROR</h1>The distribution is configured to block access from your country."
GEMINIS_CALLER = {"error": {"code": 403, "message": "Method doesn't allow this", "status": "PERMISSION_DENIED"}}
XAIS_ENDPOINT = {"code": "permission-denied", "error": "Access to the chat endpoint is denied."}
XAIS_POLICY = {"code": "permission-denied", "error": "Content violates usage guidelines."}
GROQS_PROJECT = _error("permissions_error", "The model `x` is blocked.", "model_permission_blocked_project")
GROQS_CLOSED = _error("invalid_request_error", "Organization has been restricted.", "organization_restricted")
OTHER_IP = _error("invalid_request_error", "Not for this IP", "ip_not_authorized")
OTHER_ADDRESS = _error(None, "The key has an IP address restriction, and 192.0.2.1 violates it.", 403)
CLOSED = _error("invalid_request_error", "This organization has been disabled.")
ANOTHERS = _error(None, "Provider returned error", 403, metadata={"provider_name": "X", "raw": "no"})
LIMITED = _error("invalid_request_error", "slower", "rate_limit_exceeded")
RAN = _error("invalid_request_error", "Could not finish: max_tokens or model output limit was reached.")
GOOGLES_BILLING = {"error": {"code": 403, "message": "This method requires billing to be enabled.", "status": "X"}}
GROQS_SPENT = _error("invalid_request_error", "API access is blocked", "blocked_api_access")
GROQS_FLEX = _error("capacity_exceeded", "Flex tier capacity exceeded", "capacity_exceeded")
GROQS_TERMS = _error("invalid_request_error", "Accept the terms first", "model_terms_required")
OPENROUTERS_KEY = _error(None, "Key limit exceeded (total limit). Manage it here", 403)
PERPLEXITYS_PAGE = "<html><head><title>401 Authorization Required</title></head><hr>openresty</html>"
BEDROCKS_CLOCK = {"message": "Signature expired: 20260203T200000Z is now earlier than 20260203T205500Z"}
BEDROCKS_MODEL = {"message": "You don't have access to the model with the specified model ID."}
BEDROCKS_OLD = {"message": "Access denied. This Model is marked by provider as Legacy, and not in use by you."}
MOONSHOTS_MODEL = _error("resource_not_found_error", "Not found the model x or Permission denied")
MINIMAXS_PLAN = {"type": "error"} | _error("api_error", "your current token plan not support model, M2 (2061)")
MINIMAXS_MODEL = _base_resp(2013, "invalid params, unknown model 'x' (2013)")
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
    ("region by its code alone", 403, {}, REGION_CODE, API, GOOD, "http_403", EDGE, Badge.REGION),
    ("region", 403, {}, REGION, API, GOOD, "http_403", EDGE, Badge.REGION),
    ("Anthropic's region", 403, {}, ANTHROPICS_REGION, API, GOOD, "http_403", EDGE, Badge.REGION),
    ("Gemini's region", 400, {}, GEMINIS_REGION, COMPLETION, GOOD, "http_400", EDGE, Badge.REGION),
    ("for legal reasons", 451, {}, _error("unavailable"), API, GOOD, "http_451", EDGE, Badge.REGION),
    ("for legal reasons, at the edge", 451, RAY, PAGE, EDGE, GOOD, "http_451", EDGE, Badge.REGION),
    ("Cloudflare's rule", 403, RAY, CF_PAGE.format(1020), API, GOOD, "http_403", EDGE, Badge.REGION),
    ("Cloudflare's rule, at the edge", 403, RAY, CF_PAGE.format(1020), EDGE, GOOD, "http_403", EDGE, Badge.REGION),
    ("Cloudflare's banned address", 403, RAY, CF_PAGE.format(1006), API, GOOD, "http_403", EDGE, Badge.REGION),
    ("Cloudflare's banned country", 403, RAY, "error code: 1009", API, GOOD, "http_403", EDGE, Badge.REGION),
    ("Cloudflare's rule, as a bad request", 400, RAY, CF_PAGE.format(1020), API, GOOD, "http_400", EDGE, Badge.REGION),
    ("Cloudflare's page from somebody else", 403, HTML, CF_PAGE.format(1020), API, FOREIGN, "foreign_page", API, None),
    ("another number of Cloudflare's", 403, RAY, CF_PAGE.format(1010), API, GOOD, "http_403", EDGE, None),
    ("refused by its front", 403, RAY, PAGE, API, GOOD, "http_403", EDGE, None),
    ("nothing there, says its front", 404, RAY, b"", API, GOOD, "http_404", EDGE, None),
    ("a firewall's no", 405, RAY, PAGE, API, GOOD, "http_405", EDGE, None),
    ("too much for its front", 413, RAY, PAGE, COMPLETION, GOOD, "http_413", EDGE, None),
    ("too much for a stranger", 413, HTML, PAGE, COMPLETION, FAIL, "malformed", COMPLETION, None),
    ("Cloudflare's rule without a number", 403, RAY, BLOCKED, API, GOOD, "http_403", EDGE, Badge.REGION),
    ("that page in somebody's words", 403, {}, _error("x", BLOCKED), API, GOOD, "http_403", API, Badge.FORBIDDEN),
    ("Groq's bare no", 403, {}, _error(None, "Forbidden"), API, GOOD, "http_403", API, Badge.FORBIDDEN),
    ("a no without a word", 403, {}, {"error": {}}, API, GOOD, "http_403", API, Badge.FORBIDDEN),
    ("a no by its type alone", 403, {}, _error("forbidden"), API, GOOD, "http_403", API, Badge.FORBIDDEN),
    ("denied", 403, {}, {"message": "Access denied"}, API, GOOD, "http_403", API, Badge.FORBIDDEN),
    ("a no as text", 403, {}, {"error": "Forbidden"}, API, GOOD, "http_403", API, Badge.FORBIDDEN),
    ("a bare 401", 401, {}, {"error": {}}, API, GOOD, "http_401", API, Badge.KEY),
    ("Gemini's caller", 403, {}, GEMINIS_CALLER, API, GOOD, "http_403", API, Badge.KEY),
    ("xAI's console", 403, {}, XAIS_ENDPOINT, API, GOOD, "http_403", API, Badge.KEY),
    ("xAI's policy", 403, {}, XAIS_POLICY, COMPLETION, GOOD, "http_403", API, None),
    ("Groq's model, for a project", 403, {}, GROQS_PROJECT, COMPLETION, GOOD, "http_403", API, Badge.MODEL),
    ("Groq's organisation", 400, {}, GROQS_CLOSED, COMPLETION, GOOD, "http_400", API, Badge.KEY),
    ("that page from somebody else", 403, HTML, BLOCKED, API, FOREIGN, "foreign_page", API, None),
    ("Cloudflare's rule in JSON", 403, CF_JSON, _cloudflares(1020), API, GOOD, "http_403", EDGE, Badge.REGION),
    ("another of its numbers in JSON", 403, CF_JSON, _cloudflares(1010), API, GOOD, "http_403", EDGE, None),
    ("too many from here in JSON", 429, CF_JSON, _cloudflares(1015), API, NEUTRAL, "http_429", API, Badge.RATE_LIMIT),
    ("too many for the site in JSON", 429, CF_JSON, _cloudflares(1027), API, NEUTRAL, "http_429", API, None),
    ("a country at CloudFront", 403, RAY, COUNTRY, API, GOOD, "http_403", EDGE, Badge.REGION),
    ("AWS's challenge", 202, {"x-amzn-waf-action": "challenge"}, b"", API, GOOD, "challenge", EDGE, None),
    ("AWS's captcha", 405, HTML | {"x-amzn-waf-action": "captcha"}, PAGE, API, GOOD, "challenge", EDGE, None),
    ("Vercel's checkpoint", 429, HTML | {"x-vercel-mitigated": "challenge"}, PAGE, API, GOOD, "challenge", EDGE, None),
    ("another action of AWS's", 200, {"x-amzn-waf-action": "count"}, {"data": []}, API, GOOD, "http_200", API, None),
    ("an address that the key is not for", 401, {}, OTHER_IP, API, GOOD, "http_401", EDGE, Badge.REGION),
    ("a VPN in a detail", 401, {}, _detail("detected_unusual_activity"), API, GOOD, "http_401", EDGE, Badge.REGION),
    ("quota in a detail", 401, {}, _detail("quota_exceeded"), API, GOOD, "http_401", API, Badge.QUOTA),
    ("a wrong key in a detail", 401, {}, _detail("invalid_api_key"), API, GOOD, "http_401", API, Badge.KEY),
    ("a list as detail", 401, {}, {"detail": [{"msg": "missing"}]}, API, GOOD, "http_401", API, Badge.KEY),
    ("flagged", 403, {}, _error(None, "The input was flagged", 403), COMPLETION, GOOD, "http_403", API, None),
    ("Z.ai's plan", 429, {}, _error(None, "not in your plan", "1311"), COMPLETION, GOOD, "http_429", API, Badge.MODEL),
    ("Z.ai's empty account", 429, {}, _error(None, "余额", "1113"), COMPLETION, GOOD, "http_429", API, Badge.QUOTA),
    ("Z.ai's unknown path", 200, {}, _soft(500, "404 NOT_FOUND"), API, GOOD, "http_404", API, None),
    (
        "Z.ai's error inside a 200",
        200,
        {},
        _soft(500, "Internal error"),
        COMPLETION,
        FAIL,
        "http_500",
        COMPLETION,
        None,
    ),
    ("Z.ai's key inside a 200", 200, {}, _soft(401, "expired"), COMPLETION, GOOD, "http_401", API, Badge.KEY),
    ("Z.ai's limit inside a 200", 200, {}, _soft(1302, "slow down"), API, NEUTRAL, "http_429", API, Badge.RATE_LIMIT),
    ("what nobody knows inside a 200", 200, {}, _soft(7, "no"), COMPLETION, GOOD, "http_400", API, None),
    ("an account that was closed", 400, {}, CLOSED, COMPLETION, GOOD, "http_400", API, Badge.KEY),
    ("a key for other addresses", 403, {}, OTHER_ADDRESS, API, GOOD, "http_403", EDGE, Badge.REGION),
    ("a refusal of somebody behind a router", 403, {}, ANOTHERS, COMPLETION, GOOD, "http_403", API, None),
    ("what went well", 200, {}, {"success": True, "code": 200, "msg": "ok"}, API, GOOD, "http_200", API, None),
    ("a word of an error inside a 200", 200, {}, {"error": "out of order"}, API, FAIL, "malformed", API, None),
    ("no word of an error inside a 200", 200, {}, {"error": "", "data": []}, API, GOOD, "http_200", API, None),
    ("a wrong key inside a 200", 200, {}, _error("authentication_error"), API, GOOD, "http_401", API, Badge.KEY),
    ("a limit inside a 200", 200, {}, LIMITED, COMPLETION, NEUTRAL, "http_429", COMPLETION, Badge.RATE_LIMIT),
    ("MiniMax's status inside a 200", 200, {}, {"error": {"http_code": "529"}}, API, FAIL, "http_529", API, None),
    ("a status as a word inside a 200", 200, {}, _error(code="503"), API, FAIL, "http_503", API, None),
    ("refused by the site itself", 403, RAY, PAGE, EDGE, GOOD, "http_403", EDGE, None),
    ("words for everybody", 429, RAY, "Rate exceeded.", API, NEUTRAL, "http_429", API, None),
    ("too many from this address", 429, RAY, CF_PAGE.format(1015), API, NEUTRAL, "http_429", API, Badge.RATE_LIMIT),
    (
        "Google's prepaid account",
        429,
        {},
        _error(None, "Your prepayment credits are depleted."),
        API,
        GOOD,
        "http_429",
        API,
        Badge.QUOTA,
    ),
    (
        "Google's cap",
        429,
        {},
        _error(None, "exceeded its monthly spending cap"),
        API,
        GOOD,
        "http_429",
        API,
        Badge.QUOTA,
    ),
    ("Google's billing", 403, {}, GOOGLES_BILLING, API, GOOD, "http_403", API, Badge.QUOTA),
    ("Groq's spent month", 400, {}, GROQS_SPENT, COMPLETION, GOOD, "http_400", API, Badge.QUOTA),
    ("OpenRouter's spent key", 403, {}, OPENROUTERS_KEY, COMPLETION, GOOD, "http_403", API, Badge.QUOTA),
    (
        "Azure's spent volume",
        403,
        {},
        _error(None, "Out of call volume quota.", "403"),
        API,
        GOOD,
        "http_403",
        API,
        Badge.QUOTA,
    ),
    (
        "Bedrock's card",
        403,
        {},
        {"message": "INVALID_PAYMENT_INSTRUMENT: none"},
        API,
        GOOD,
        "http_403",
        API,
        Badge.QUOTA,
    ),
    ("a payment that failed", 401, {}, _detail("payment_issue"), API, GOOD, "http_401", API, Badge.QUOTA),
    ("Groq's cheaper tier", 498, {}, GROQS_FLEX, COMPLETION, NEUTRAL, "http_498", COMPLETION, None),
    ("Cohere's policy", 498, {}, {"message": "blocked: violates usage"}, COMPLETION, GOOD, "http_498", API, None),
    ("xAI's full model", 429, {}, {"code": "x", "error": "Model is at capacity"}, API, NEUTRAL, "http_429", API, None),
    (
        "Bedrock's cold model",
        429,
        {},
        {"message": "Model is not ready for inference."},
        API,
        NEUTRAL,
        "http_429",
        API,
        None,
    ),
    ("Groq's terms", 400, {}, GROQS_TERMS, COMPLETION, GOOD, "http_400", API, Badge.MODEL),
    (
        "Cohere's ended model",
        404,
        {},
        {"message": "model 'x' was removed on May 1."},
        COMPLETION,
        GOOD,
        "http_404",
        API,
        Badge.MODEL,
    ),
    ("Bedrock's ended model", 404, {}, BEDROCKS_OLD, COMPLETION, GOOD, "http_404", API, Badge.MODEL),
    ("Bedrock's model for others", 403, {}, BEDROCKS_MODEL, COMPLETION, GOOD, "http_403", API, Badge.MODEL),
    (
        "Qwen's model for others",
        403,
        {},
        {"message": "Access to model denied."},
        COMPLETION,
        GOOD,
        "http_403",
        API,
        Badge.MODEL,
    ),
    ("Moonshot's missing model", 404, {}, MOONSHOTS_MODEL, COMPLETION, GOOD, "http_404", API, Badge.MODEL),
    ("MiniMax's plan as its failure", 500, {}, MINIMAXS_PLAN, COMPLETION, GOOD, "http_403", API, Badge.MODEL),
    (
        "MiniMax's plan",
        200,
        {},
        _base_resp(2061, "plan not support model"),
        COMPLETION,
        GOOD,
        "http_403",
        API,
        Badge.MODEL,
    ),
    ("a clock that is wrong", 403, {}, BEDROCKS_CLOCK, API, GOOD, "http_403", API, Badge.KEY),
    ("a key that its front refuses", 401, RAY, PERPLEXITYS_PAGE, API, GOOD, "http_401", EDGE, Badge.KEY),
    ("a key refused in plain words", 401, RAY, "unauthorized: token expired", API, GOOD, "http_401", EDGE, Badge.KEY),
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
    ("server error that speaks of countries", 500, {}, REGION, API, FAIL, "http_500", API, None),
    ("MiniMax's server error", 500, {}, _base_resp(1004), API, FAIL, "http_500", API, None),
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
    ("refused inside a 200", 200, {}, _error("invalid", code=400), API, GOOD, "http_400", API, None),
    ("no error inside a 200", 200, {}, {"id": "x", "error": None}, API, GOOD, "http_200", API, None),
    ("throttled inside a 200", 200, {}, _error(code=429), API, NEUTRAL, "http_429", API, Badge.RATE_LIMIT),
    ("MiniMax's list", 200, {}, {"data": [], "base_resp": {"status_code": 0}}, API, GOOD, "http_200", API, None),
    ("MiniMax's failure", 200, {}, _base_resp(1033), API, FAIL, "http_500", API, None),
    ("MiniMax's failure with a 400", 400, {}, _base_resp(1024), API, FAIL, "http_500", API, None),
    ("MiniMax's wrong key", 200, {}, _base_resp(1004), COMPLETION, GOOD, "http_401", API, Badge.KEY),
    ("MiniMax's empty account", 200, {}, _base_resp(1008), COMPLETION, GOOD, "http_402", API, Badge.QUOTA),
    ("MiniMax's limit", 200, {}, _base_resp(1002), COMPLETION, NEUTRAL, "http_429", COMPLETION, Badge.RATE_LIMIT),
    ("MiniMax's refusal of a request", 400, {}, _base_resp(2013), COMPLETION, GOOD, "http_400", API, None),
    ("MiniMax's missing model", 200, {}, MINIMAXS_MODEL, COMPLETION, GOOD, "http_400", API, Badge.MODEL),
    ("another number of MiniMax's", 200, {}, _base_resp(9999), COMPLETION, GOOD, "http_400", API, None),
    ("a word in place of its number", 200, {}, {"base_resp": {"status_code": "x"}}, API, GOOD, "http_200", API, None),
    ("nothing", 200, {}, b"", API, FAIL, "malformed", API, None),
    ("half a JSON", 200, {}, b'{"data": [', API, FAIL, "malformed", API, None),
    ("depths of JSON", 200, {}, b"[" * 100_000, API, FAIL, "malformed", API, None),
    ("bytes that are no text", 200, {}, b'{"data": "\xff"}', API, FAIL, "malformed", API, None),
    ("a number", 200, {}, 7, API, FAIL, "malformed", API, None),
    ("HTML 404", 404, HTML, PAGE, API, FAIL, "malformed", API, None),
    ("its own page in place of an answer", 200, RAY, PAGE, API, FAIL, "malformed", API, None),
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
    ("website to nowhere", 302, {"location": "http://[::1"}, b"", EDGE, FOREIGN, "foreign_page", EDGE, None),
    ("website to no port", 302, {"location": "//[x]/"}, b"", EDGE, FOREIGN, "foreign_page", EDGE, None),
    ("website blocked", 403, HTML, PAGE, EDGE, FOREIGN, "foreign_page", EDGE, None),
    ("website blocked by law, says a stranger", 451, HTML, PAGE, EDGE, FOREIGN, "foreign_page", EDGE, None),
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
    got = read_answer(status, headers, _raw(body), depth=asked, url=url, keyed=True)
    assert (got.outcome, got.code, got.depth, got.badge) == (outcome, code, depth, badge)


def test_a_refusal_without_a_key_is_no_badge() -> None:
    got = read_answer(401, {}, _raw(_error("invalid_request_error")), depth=API)
    assert (got.outcome, got.badge) == (GOOD, None)


ENDED = _error("invalid_request_error", "The model `x` has been deprecated.", "model_not_found")
NO_MODEL = _error("invalid_request_error", "The model does not exist", "model_not_found", param="model")
NO_RESPONSE = _error("invalid_request_error", "not found", "previous_response_not_found", param="previous_response_id")


FLAGGED = _error(None, "Your chosen model requires moderation and your input was flagged", 403)
FOREIGN_PAGE = (403, HTML, PAGE)


class TestAccepted:
    """Whether a provider took what it was asked: what `refusals` compares over a day."""

    @pytest.mark.parametrize(
        ("status", "headers", "body", "with_key", "without"),
        [
            (200, {}, {"data": []}, True, True),
            (400, {}, RAN, True, True),
            (401, {}, _error("authentication_error"), False, False),
            (403, {}, _error("permission_error"), False, False),
            (404, {}, {"detail": "Unknown error"}, False, False),
            (404, RAY, b"", False, False),
            (410, {}, _error("gone"), False, False),
            (404, {}, NO_MODEL, False, False),
            (400, {}, GEMINI_KEY, False, False),
            (400, {}, XAI_KEY, False, False),
            (429, RAY, "Rate exceeded.", False, False),
            (429, CF_JSON, _cloudflares(1027), False, False),
            (405, RAY, PAGE, None, False),
            (302, RAY | {"location": "/login"}, b"", False, False),
            (307, RAY | {"location": "https://b.example/v1/models"}, b"", False, False),
            (413, RAY, PAGE, None, False),
            (200, {}, _soft(401, "expired"), False, False),
            # About the request, which a fixed one never is.
            (400, {}, _error("invalid_request_error", "max_tokens is too large"), None, False),
            (404, {}, NO_RESPONSE, None, False),
            (403, {}, FLAGGED, None, False),
            (403, {}, ANOTHERS, None, False),
            (401, {}, _error("auth_error", "No", "401", param="None"), False, False),
            (401, {}, _error("auth_error", "No", "401", param="input"), None, False),
            (422, {}, _error("invalid"), None, False),
            # Of whoever has an account.
            (429, {}, UNUSED_QUOTA, None, False),
            (429, {}, _error(None, "not in your plan", "1311"), None, False),
            (404, {}, ENDED, None, False),
            (410, {}, ENDED, None, False),
            (404, {"sunset": "Wed, 04 Feb 2026 01:00:00 GMT"}, NO_MODEL, None, False),
            # The account's own, and the place's.
            (402, {}, _error("billing_error"), None, None),
            (429, {}, _error("rate_limit_error"), None, None),
            (429, {**RAY, "retry-after": "20"}, "slow down", None, None),
            (403, {}, REGION, None, None),
            (451, RAY, PAGE, None, None),
            # Failures, and what is not the provider's.
            (503, {}, _error("server_error"), None, None),
            (408, {}, _error("timeout"), None, None),
            (200, {}, b"", None, None),
            (*FOREIGN_PAGE, None, None),
            (404, HTML, PAGE, None, None),
            (407, HTML, PAGE, None, None),
            (403, {"cf-mitigated": "challenge"}, PAGE, None, None),
            (200, {}, _error(code=401), False, False),
        ],
    )
    def test_by_whoever_asks(
        self, status: int, headers: dict[str, str], body: Any, with_key: bool | None, without: bool | None
    ) -> None:
        told = [read_answer(status, headers, _raw(body), depth=API, keyed=keyed).accepted for keyed in (True, False)]
        assert told == [with_key, without]

    up = (Up(status=401, json="error.type"),)

    @pytest.mark.parametrize(
        ("status", "body", "keyed", "accepted"),
        [
            (401, _error("x"), False, True),
            (401, _error("x"), True, False),
            (404, _error("x"), False, False),
            (401, {"message": "another shape"}, False, False),
        ],
    )
    def test_an_answer_that_the_catalogue_calls_up(self, status: int, body: Any, keyed: bool, accepted: bool) -> None:
        assert read_answer(status, {}, _raw(body), depth=API, up=self.up, keyed=keyed).accepted is accepted

    def test_at_the_edge(self) -> None:
        def told(
            status: int, headers: dict[str, str], body: Any = PAGE, up: tuple[Up, ...] = (), *, proven: bool = False
        ) -> bool | None:
            url = "https://a.example/"
            return read_answer(status, headers, _raw(body), depth=EDGE, url=url, up=up, proven=proven).accepted

        assert told(200, HTML) is True
        assert told(302, {"location": "/login"}) is True
        assert told(404, RAY) is False
        assert told(400, RAY) is False
        assert told(403, HTML) is None
        assert told(200, HTML, up=(Up(200, "issuer"),), proven=True) is False
        assert told(200, {}, {"issuer": "https://a.example"}, (Up(200, "issuer"),)) is True


@pytest.mark.parametrize(
    ("status", "headers", "body", "depth", "edge"),
    [
        (500, {}, _error("server_error"), API, False),
        (529, {}, _error("overloaded_error"), API, False),
        (502, HTML, BAD_GATEWAY, API, True),
        (503, {}, "upstream connect error", API, True),
        (522, {}, _error("x"), API, True),
        (502, {}, CF_502, API, True),
        (502, {}, _cloudflares(502), API, True),
        (502, {}, _error("server_error"), EDGE, True),
    ],
    ids=spelled,
)
def test_whose_error_it_is(status: int, headers: dict[str, str], body: Any, depth: Depth, edge: bool) -> None:
    got = read_answer(status, headers, _raw(body), depth=depth, url="https://a.example/x")
    assert (got.outcome, got.edge) == (FAIL, edge)


@pytest.mark.parametrize("body", [UNUSED_QUOTA, _error(None, "not in your plan", "1311"), _error("billing_error")])
@pytest.mark.parametrize("status", [402, 403, 429])
def test_whoever_asks_without_a_key_has_no_account(status: int, body: Any) -> None:
    assert read_answer(status, {}, _raw(body), depth=API).badge in (None, Badge.RATE_LIMIT)


def test_what_is_proven_is_the_providers_own_whatever_it_looks_like() -> None:
    """Without a mark a block page and a login page are a stranger's; over proven TLS nobody else can have made them."""
    for status, body, location in ((403, PAGE, ""), (401, PAGE, ""), (302, "", "https://b.example/"), (404, PAGE, "")):
        headers = {**HTML, "location": location}
        stranger, own = (
            read_answer(status, headers, _raw(body), depth=API, url="https://a.example/x", proven=proven)
            for proven in (False, True)
        )
        assert stranger.outcome in (FOREIGN, FAIL)
        assert (own.outcome, own.depth, own.accepted) == (GOOD, EDGE, False)


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

    def test_what_is_no_answer_is_for_answers_to_say(self) -> None:
        up = (Up(status=300),)
        assert read_answer(300, {}, b"{}", depth=API, url="https://a.example/v1/models", up=up).outcome is GOOD

    @pytest.mark.parametrize(
        ("depth", "status", "headers", "body", "proven", "outcome"),
        [
            pytest.param(API, 403, HTML, PAGE, False, FOREIGN, id="block page"),
            pytest.param(API, 403, {}, "<h1>Blocked", False, FOREIGN, id="that does not say so"),
            pytest.param(API, 401, HTML, PAGE, True, GOOD, id="proven"),
            pytest.param(API, 401, HTML | RAY, PAGE, False, GOOD, id="marked"),
            pytest.param(API, 401, {}, "no key", False, GOOD, id="no page"),
            pytest.param(API, 200, HTML, PAGE, False, FOREIGN, id="login page"),
            pytest.param(EDGE, 200, HTML, PAGE, False, FOREIGN, id="login page at the edge"),
            pytest.param(EDGE, 401, HTML, PAGE, False, FOREIGN, id="refusal at the edge"),
            pytest.param(EDGE, 200, HTML, PAGE, True, GOOD, id="proven at the edge"),
            pytest.param(EDGE, 200, {}, "GitHub lives!", False, GOOD, id="no page at the edge"),
        ],
    )
    def test_a_status_alone_is_not_enough_for_a_page_that_anybody_can_have_made(
        self, depth: Depth, status: int, headers: dict[str, str], body: str, proven: bool, outcome: Outcome
    ) -> None:
        up, raw = (Up(status=200), Up(status=401), Up(status=403)), _raw(body)
        got = read_answer(status, headers, raw, depth=depth, url="https://a.example/x", up=up, proven=proven)
        assert got.outcome is outcome
        own = read_answer(status, headers, raw, depth=depth, url="http://nas.lan/x", up=up, proven=proven)
        assert own.outcome is GOOD

    @pytest.mark.parametrize("body", [PAGE, BLOCKED])
    def test_a_page_of_its_front_is_no_answer_of_its_api(self, body: str) -> None:
        """By the status alone Cerebras would be up where Cloudflare keeps the address out."""
        up, url = (Up(status=401), Up(status=403)), "https://a.example/x"
        got = read_answer(403, RAY, body.encode(), depth=API, url=url, up=up, proven=True)
        assert (got.outcome, got.depth, got.accepted) == (GOOD, EDGE, None if body is BLOCKED else False)

    @pytest.mark.parametrize(
        "body", ["error code: 1010", json.dumps(_cloudflares(1010)), json.dumps(_cloudflares(1013))]
    )
    def test_a_number_of_its_front_is_no_answer_of_its_api(self, body: str) -> None:
        headers = {"content-type": "text/plain", "cf-ray": "8f0a-FRA"}
        got = read_answer(403, headers, body.encode(), depth=API, url="https://a.example/x", up=(Up(status=403),))
        assert (got.outcome, got.depth, got.accepted) == (GOOD, EDGE, False)

    def test_at_the_edge_a_page_of_its_own_is_what_is_asked_for(self) -> None:
        got = read_answer(
            403, HTML, _raw(PAGE), depth=EDGE, url="https://a.example/", up=(Up(status=403),), proven=True
        )
        assert (got.outcome, got.accepted) == (GOOD, True)

    def test_an_empty_account_was_not_refused(self) -> None:
        up = (Up(status=401, json="detail"),)
        got = read_answer(401, {}, _raw(_detail("quota_exceeded")), depth=API, up=up, keyed=True)
        assert (got.badge, got.accepted) == (Badge.QUOTA, None)

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
    [(code, FAIL) for code in ("timeout", "connect", "dns", "tls", "expired", "cut", "malformed")]
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
        (
            {"retry-after": "Wed, 04 Feb 2026 01:00:30 +9999999999999999", "date": "Wed, 04 Feb 2026 01:00:00 GMT"},
            None,
        ),
        ({"retry-after": ""}, None),
        ({"retry-after": "0"}, 0.0),
    ],
    ids=spelled,
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


@pytest.mark.parametrize("word", [[], {}, [[]], {"a": 1}, 1, 1e300, True, None])
@pytest.mark.parametrize("key", ["type", "code", "message", "param", "status", "details"])
def test_no_word_of_another_kind_raises(key: str, word: Any) -> None:
    for body in ({"error": {key: word}}, [{"error": {key: word}}], {key: word}, {"error": word}):
        for status in (200, 301, 400, 401, 402, 403, 404, 408, 410, 429, 451, 500):
            for keyed in (False, True):
                read_answer(status, {}, json.dumps(body).encode(), depth=API, keyed=keyed, proven=True)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/login", "https://a.example/login"),
        ("https://b.example/", "https://b.example/"),
        ("", "https://a.example/x"),
        ("https://[b.example/", ""),
        ("//[::1", ""),
    ],
)
def test_where_an_answer_leads(location: str, target: str) -> None:
    assert redirected("https://a.example/x", {"location": location}) == target


def test_a_redirect_to_nowhere_is_a_foreign_page() -> None:
    reading = read_answer(302, {"location": "https://[b/"}, b"", depth=EDGE, url="https://a.example/")
    assert reading.outcome is FOREIGN


def test_sites() -> None:
    assert same_site("http://a.example/x", "https://www.a.example/y")
    assert same_site("https://www.a.example", "https://a.example")
    assert same_site("http://127.0.0.1:1/", "http://127.0.0.1:1/y")
    assert not same_site("https://a.example", "https://b.example")


def test_pages_for_people() -> None:
    assert is_html({"content-type": "Text/HTML; charset=utf-8"}, b"")
    assert is_html({}, b"  <!doctype html>")
    assert not is_html({"content-type": "application/json"}, b"{}")


def test_a_proxys_words_over_proven_tls_are_the_providers_own() -> None:
    for proven in (False, True):
        got = read_answer(407, HTML, PAGE.encode(), depth=API, url="https://api.acme.example/v1/models", proven=proven)
        assert (got.outcome is PROXY) is not proven


@pytest.mark.parametrize(
    ("url", "proven", "beyond_doubt"),
    [("https://a.example", True, True), ("https://a.example", False, False), ("http://127.0.0.1:1", True, False)],
)
def test_its_own_beyond_doubt_over_tls_alone(url: str, proven: bool, beyond_doubt: bool) -> None:
    assert over_tls(url, proven=proven) is beyond_doubt


@pytest.mark.parametrize(
    ("json", "error"), [({"error": 7}, None), ({"error": "no"}, "no"), ({"error": {}}, {}), ([], None)]
)
def test_an_error_is_told_in_words_or_in_an_object(json: object, error: object) -> None:
    assert error_within(json) == error
