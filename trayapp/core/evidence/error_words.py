"""What the body of an error says of itself: whose shape it has, and by name or in words what it is about."""

import re
from collections.abc import Mapping
from typing import Any

from trayapp.core.json_text import read_json

_SHAPE_KEYS = frozenset({"error", "errors", "code", "message", "detail", "type", "base_resp"})
# MiniMax's own numbers (platform.minimax.io/docs/api-reference/errorcode) as what HTTP has for them; others are a 400.
BASE_RESP = {
    1000: 500,
    1001: 504,
    1002: 429,
    1004: 401,
    1008: 402,
    1024: 500,
    1033: 500,
    1039: 429,
    1041: 429,
    2049: 401,
    2056: 429,
}
_NO_MODEL_STATUSES = frozenset({400, 404, 410, 422})
_QUOTA_CODES = frozenset(
    {
        "insufficient_quota",
        "credit_balance_exhausted",
        "enforced_spend_limit_reached",
        "billing_error",
        "billing_hard_limit_reached",
        "billing_not_active",
        # Moonshot and Qwen.
        "exceeded_current_quota_error",
        "Arrearage",
    }
)
_QUOTA_TEXT = re.compile(
    r"credit balance|insufficient (balance|credits|quota|funds)|spending limit|specified api usage limits"
    r"|(used|run out of) (all )?(your |available |api )*credits",
    re.I,
)
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
    }
)
_NO_MODEL_TEXT = re.compile(
    r"\bmodel\b[^.]{0,120}?\b(does(n.t| not) exist|not (exist|found))|\bmodels/\S+ is not found"
    # Bedrock.
    r"|model identifier is invalid|could not resolve the foundation model|model version has reached the end of its life"
    r"|\b(invalid|unknown) model\b|not a valid model|unable to access model|no endpoints found for|^model: \S+\s*$"
    r"|\bmodel (\S+ )?(is|was|has been) (now )?(no longer|deprecated|retired|decommissioned|discontinued|sunset)",
    re.I,
)
# The end of a model that was announced long ago.
ENDED_TEXT = re.compile(
    r"deprecated|retired|decommissioned|discontinued|no longer (available|supported|offered)|sunset|end[- ]of[- ]life",
    re.I,
)


def is_quota(error: Mapping[str, Any]) -> bool:
    """Does an error object say that the account is empty?"""
    return bool(named(error) & _QUOTA_CODES) or bool(_QUOTA_TEXT.search(str(error.get("message", ""))))


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
    match json.get("error"):
        case dict() as error:
            return error
        case str() as text:
            return {"message": text, "code": json.get("code")}
        case _:
            return json


def told(error: Mapping[str, Any]) -> str:
    """Its message, or the state that stands in place of one."""
    return str(error.get("message") or error.get("status") or "")


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
    return isinstance(json, dict) and not _SHAPE_KEYS.isdisjoint(json)


def lacks_model(status: int, error: Mapping[str, Any]) -> bool:
    """Does an error object say that the model is not offered, any more or to this key?"""
    if error.get("param") not in (None, "", "model"):
        return False
    if status == 403:
        # OpenAI, of a project that may not use it; by words alone it may be about anything.
        return bool(named(error) & _NO_MODEL_CODES)
    if status not in _NO_MODEL_STATUSES:
        return False
    # Gateways of one's own (vLLM, LiteLLM) call it a detail.
    message = str(error.get("message") or error.get("detail") or "")
    # Google speaks of an ended model by its name alone.
    ended = status in (404, 410) and "model" in message.lower() and ENDED_TEXT.search(message)
    return bool(named(error) & _NO_MODEL_CODES or ended or _NO_MODEL_TEXT.search(message))


def base_resp(json: Any) -> int | None:
    """The number of MiniMax's own error, which comes with any status, 200 as well; None where there is none."""
    answer = json.get("base_resp") if isinstance(json, dict) else None
    number = answer.get("status_code") if isinstance(answer, dict) else None
    return number if isinstance(number, int) and number else None
