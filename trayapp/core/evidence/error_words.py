"""What the body of an error says of itself: whose shape it has, and by name or in words what it is about."""

import re
from collections.abc import Mapping
from typing import Any

from trayapp.core.json_text import read_json

_READ_CHARS = 2000
"""What an error is about stands at its beginning; what somebody hostile goes on with would take seconds to search."""
_SHAPE_KEYS = frozenset({"error", "errors", "code", "message", "detail", "type", "base_resp"})
# MiniMax's own numbers (platform.minimax.io/docs/api-reference/errorcode) as what HTTP has for them; others are a 400.
_BASE_RESP = {
    1000: 500,
    1001: 504,
    1002: 429,
    1004: 401,
    1008: 402,
    1013: 500,
    1024: 500,
    1033: 500,
    1039: 429,
    1041: 429,
    2045: 429,
    2049: 401,
    2056: 429,
    2061: 403,
}
_QUOTA_CODES = frozenset(
    {
        "insufficient_quota",
        "credit_balance_exhausted",
        "enforced_spend_limit_reached",
        "billing_error",
        "billing_hard_limit_reached",
        "billing_not_active",
        # Moonshot; Qwen; ElevenLabs and GitHub Copilot; Z.ai (docs.z.ai/api-reference/api-code).
        "exceeded_current_quota_error",
        "Arrearage",
        "AllocationQuota.FreeTierOnly",
        "quota_exceeded",
        "payment_issue",
        # Groq, whose limit of a month was reached (https://console.groq.com/docs/spend-limits).
        "blocked_api_access",
        # LiteLLM.
        "budget_exceeded",
        "1113",
        "1309",
    }
)
_QUOTA_TEXT = re.compile(
    r"credit balance|insufficient (balance|credits|quota|funds)|spend(ing)? (limit|cap)|specified api usage limits"
    r"|(used|run out of) (all )?(your |available |api )*credits|n.t have any credits|credits are depleted"
    # Google and Bedrock, of an account that cannot pay; OpenRouter, of a key; Azure, of a tier.
    r"|billing to be enabled|payment[ _]instrument|^key limit exceeded|call volume quota",
    re.I,
)
# What Qwen calls insufficient_quota is a limit of the minute (https://github.com/can1357/oh-my-pi/pull/8476).
_BRIEF_TEXT = re.compile(r"error-code#token-limit|per (second|minute)|concurren", re.I)
# The provider has too little of it for everybody: Moonshot, Cerebras, Mistral, Azure, Vertex AI, ElevenLabs, Z.ai.
_OVERLOAD_CODES = frozenset(
    # The last is Groq's, of its cheaper tier, with a status of its own: 498.
    {"engine_overloaded_error", "queue_exceeded", "service_tier_capacity_exceeded", "1305", "capacity_exceeded"}
)
_OVERLOAD_TEXT = re.compile(
    r"\boverloaded\b|high (traffic|demand|load)\b|\btier capacity exceeded|\b(at|over) capacity\b"
    # Bedrock.
    r"|\bnot ready for inference"
    r"|^resource exhausted\. please try again later"
    # LiteLLM, while all that could answer cool down.
    r"|no deployments available",
    re.I,
)
# OpenAI's, Anthropic's at Bedrock, and ElevenLabs', which suspects a VPN.
_ADDRESS_CODES = frozenset(
    {
        "unsupported_country_region_territory",
        "unsupported_country",
        "ip_not_authorized",
        "detected_unusual_activity",
    }
)
# What a refusal has to be about to be the account's: its key, or what that one may do.
_ACCOUNT_TEXT = re.compile(
    r"\bkeys?\b|api_?key|token|credential|signature|authenti|authori[sz]|log ?in|permission|privilege|\bscope"
    r"|\broles?\b"
    r"|account|organi[sz]ation|project|workspace|\bteam\b|subscri|billing|\bplan\b|licen[sc]e|terms|verif|caller",
    re.I,
)
_ADDRESS_TEXT = re.compile(
    # Gemini's 400, and Anthropic's 403 (https://github.com/anthropics/claude-code/issues/1613).
    r"location is not supported|request not allowed|(country|region)[^.]* not supported"
    # Bedrock, Gemini's free tier, Groq, Azure's networks.
    r"|unsupported countr|not available in your (country|region|location)|check your network settings"
    r"|virtual network/firewall|public access is disabled"
    # A key that Google, or an organisation that OpenAI, answers from some addresses only.
    r"|ip address restriction|\bip\b[^.]{0,30}\bnot (allowed|authorized)",
    re.I,
)
# Z.ai's numbers as what HTTP has for them; the endpoint for Anthropic's dialect and some paths send them with a 200.
_NUMBERS = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004), 401),
    **dict.fromkeys((1210, 1211, 1212, 1213, 1214, 1261, 1301), 400),
    **dict.fromkeys((1113, 1302, 1303, 1304, 1305, 1308, 1309, 1310, 1311, 1313), 429),
    **dict.fromkeys((1220,), 403),
    **dict.fromkeys((1230, 1234), 500),
}
# What OpenAI and Anthropic call what is no failure of theirs.
_KINDS = {
    **dict.fromkeys(("rate_limit_error", "rate_limit_exceeded", "insufficient_quota"), 429),
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    **dict.fromkeys(_ADDRESS_CODES, 403),
    "not_found_error": 404,
    # Some call all of these so, and tell them apart by the code.
    "invalid_request_error": 400,
}
# Spring's, in Z.ai's answer to a path that it has not: 200, code 500, and this.
_STATUS_TEXT = re.compile(r"([45]\d\d) [A-Z_]+")
# The model is not there, or not for this key: OpenAI, Groq, Together, Hugging Face, Mistral and Perplexity by name;
# the others in words (Anthropic says no more than "model: claude-2").
_NO_MODEL_CODES = frozenset(
    {
        "model_not_found",
        "model_decommissioned",
        "model_deprecated",
        "model_not_available",
        "model_not_supported",
        "invalid_model",
        "DeploymentNotFound",
        # Qwen; Z.ai, of a plan that does not include it.
        "Model.AccessDenied",
        # LiteLLM, of a key or a team.
        "key_model_access_denied",
        "team_model_access_denied",
        "1311",
        # Groq, of an organisation or a project (https://console.groq.com/docs/model-permissions).
        "model_permission_blocked_org",
        "model_permission_blocked_project",
        "model_terms_required",
    }
)
_NO_MODEL_TEXT = re.compile(
    r"\bmodel\b([^.]|\.\S){0,120}?\b(does(n.t| not) exist|not (exist|found))|\bmodels/\S+ is not found"
    # Bedrock.
    r"|model identifier is invalid|could not resolve the foundation model|model version has reached the end of its life"
    # ChatGPT's, of what its accounts do not include (https://github.com/openai/codex/issues/6603).
    r"|model is not supported when using"
    r"|\b(invalid|unknown) model\b|not a valid model|unable to access model|no endpoints found for|^model: \S+\s*$"
    # Moonshot.
    r"|^not found the model\b"
    r"|\bmodel (\S+ )?(is|was|has been) (now )?"
    r"(no longer|deprecated|retired|decommissioned|discontinued|sunset|removed|marked by provider as legacy)",
    re.I,
)
# MiniMax's, which comes with a 500 as well (https://github.com/liliMozi/openhanako/issues/452).
_PLAN_TEXT = re.compile(r"\bplan (does )?not support (the |this )?model\b", re.I)
# Of whoever may not use it: Bedrock, and Qwen of what was not bought.
_OTHERS_MODEL_TEXT = re.compile(rf"\baccess to (the )?model\b|{_PLAN_TEXT.pattern}", re.I)
# The end of a model that was announced long ago.
ENDED_TEXT = re.compile(
    r"deprecated|retired|decommissioned|discontinued|no longer (available|supported|offered)|sunset|end[- ]of[- ]life"
    r"|was removed on|marked by provider as legacy",
    re.I,
)


def is_quota(error: Mapping[str, Any]) -> bool:
    """Does an error object say that the account is empty?"""
    if _BRIEF_TEXT.search(message_of(error)):
        return False
    return bool(named(error) & _QUOTA_CODES) or bool(_QUOTA_TEXT.search(message_of(error)))


def is_overload(error: Mapping[str, Any]) -> bool:
    """Does it say that there is too little for everybody, and not that this key or address asks too much?"""
    return bool(named(error) & _OVERLOAD_CODES) or bool(_OVERLOAD_TEXT.search(message_of(error)))


def is_anothers(error: Mapping[str, Any]) -> bool:
    """Is it about somebody behind a router, who serves one model of many? OpenRouter names them."""
    metadata = error.get("metadata")
    return isinstance(metadata, dict) and bool(metadata.get("provider_name"))


def refuses_address(status: int, error: Mapping[str, Any]) -> bool:
    """Does it refuse the address or the country that asks?"""
    if status not in (400, 401, 403):
        return False
    if named(error) & _ADDRESS_CODES:
        return True
    return status != 401 and bool(_ADDRESS_TEXT.search(message_of(error)))


def names_account(error: Mapping[str, Any]) -> bool:
    """Does it say that it is about who asks, and not about from where?"""
    named_so = (error.get(name) for name in ("type", "code", "status"))
    return bool(_ACCOUNT_TEXT.search(" ".join([*filter(None, map(_text, named_so)), message_of(error)])))


def _text(value: object) -> str:
    # Names of errors are written with underlines and dashes.
    return re.sub(r"[_-]", " ", value)[:_READ_CHARS] if isinstance(value, str) else ""


def message_of(error: Mapping[str, Any]) -> str:
    """What it says to a person, as far as that says what it is about; empty where it says nothing."""
    return str(error.get("message") or "")[:_READ_CHARS]


def named(error: Mapping[str, Any]) -> set[str]:
    """The words by which it names itself; whatever else stands in their place is none."""
    details = error.get("details")
    codes = (error.get("type"), error.get("code"), details.get("error_code") if isinstance(details, dict) else None)
    return {code for code in codes if isinstance(code, str)}


def error_of(json: Any) -> Mapping[str, Any]:
    """The error object, wherever a provider puts it; empty when there is none."""
    if isinstance(json, list) and json:
        json = json[0]
    if not isinstance(json, dict):
        return {}
    if base_resp(json) is not None:
        return {"message": json["base_resp"].get("status_msg")}
    if json.get("success") is False and "msg" in json:
        return {"message": json["msg"], "code": str(json.get("code"))}
    if isinstance(detail := json.get("detail"), dict) and "error" not in json:
        # ElevenLabs calls its code a status.
        return error_of(detail) if "error" in detail else {"code": detail.get("status"), **detail}
    match json.get("error"):
        case dict() as error:
            return error
        case str() as text:
            return {"message": text, "code": json.get("code")}
        case _:
            return json


def told(error: Mapping[str, Any]) -> str:
    """Its message, or the state that stands in place of one."""
    return message_of(error) or str(error.get("status") or "")


def json_of(body: bytes) -> Any:
    """What it says; None where that is no JSON."""
    try:
        return read_json(body)
    except ValueError:
        return None


def shaped(json: Any) -> bool:
    """Is this what an API says, and not anybody's?"""
    if isinstance(json, list) and json:
        json = json[0]
    # Cloudflare's pages in JSON, for programs (developers.cloudflare.com/support/troubleshooting/http-status-codes).
    return isinstance(json, dict) and not _SHAPE_KEYS.isdisjoint(json) and json.get("cloudflare_error") is not True


def about_model(error: Mapping[str, Any]) -> bool:
    """Is it about no part of the request, or about the model? LiteLLM says the word None."""
    return error.get("param") in (None, "", "None", "model")


def lacks_model(status: int, error: Mapping[str, Any]) -> bool:
    """Does an error object say that the model is not offered, any more or to this key?"""
    if not about_model(error):
        return False
    if status in (401, 403, 429):
        # OpenAI, of a project that may not use it; by other words it may be about anything.
        return bool(named(error) & _NO_MODEL_CODES or (status == 403 and _OTHERS_MODEL_TEXT.search(message_of(error))))
    # Gateways of one's own (vLLM, LiteLLM) call it a detail.
    message = message_of(error) or str(error.get("detail") or "")[:_READ_CHARS]
    # Google speaks of an ended model by its name alone.
    ended = status in (404, 410) and "model" in message.lower() and ENDED_TEXT.search(message)
    return bool(named(error) & _NO_MODEL_CODES or ended or _NO_MODEL_TEXT.search(message))


def meant(json: Any, status: int) -> int:
    """The status that a body says it should have had, where it came with another one, with 200 as well."""
    if not isinstance(json, dict):
        return status
    if status >= 500:
        return 403 if _PLAN_TEXT.search(message_of(error_of(json))) else status
    if (number := base_resp(json)) is not None:
        return _BASE_RESP.get(number, max(status, 400))
    if status < 300 and json.get("success") is False and "msg" in json:
        spelt = _STATUS_TEXT.fullmatch(str(json["msg"]))
        return int(spelt[1]) if spelt else status_named(json) or 400
    return status


def status_named(error: Mapping[str, Any]) -> int | None:
    """The status that an error's code is, or stands for; None where it is none. Some write the number as a word."""
    # MiniMax calls it so.
    code = error.get("code", error.get("http_code"))
    if isinstance(code, str) and code.isascii() and code.isdecimal() and len(code) <= 4:
        code = int(code)
    if not isinstance(code, int) or isinstance(code, bool):
        return None
    return code if 400 <= code <= 599 else _NUMBERS.get(code)


def status_of_kind(error: Mapping[str, Any]) -> int | None:
    """The status that belongs to what an error calls itself, of those that are the request's or the account's own."""
    return next((status for kind, status in _KINDS.items() if kind in named(error)), None)


def base_resp(json: Any) -> int | None:
    """The number of MiniMax's own error, which comes with any status, 200 as well; None where there is none."""
    answer = json.get("base_resp") if isinstance(json, dict) else None
    number = answer.get("status_code") if isinstance(answer, dict) else None
    return number if isinstance(number, int) and number else None
