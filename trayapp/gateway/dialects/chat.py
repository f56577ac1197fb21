"""OpenAI's Chat Completions, with its list of models.

The shape of errors is OpenAI's error object, https://platform.openai.com/docs/guides/error-codes; an event of a
stream is one `data:` line with a chunk or, as many servers have it, with an error object in its place.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote

import msgspec

from trayapp.core.catalogue import Dialect
from trayapp.core.evidence.answers import Reading, read_answer
from trayapp.core.evidence.observation import Depth, Outcome
from trayapp.core.switching.route import Endpoint
from trayapp.gateway.refusal import Refused

NAME = "OpenAI's Chat Completions"
API = Dialect.OPENAI
CREDENTIAL_HEADERS: tuple[str, ...] = ("authorization", "x-api-key", "api-key")
METHODS: Mapping[Endpoint, str] = {Endpoint.CHAT_COMPLETIONS: "POST", Endpoint.MODELS: "GET"}
FIRST_TOKEN = re.compile(rb'"(?:content|reasoning_content|reasoning|refusal|arguments|text)"\s*:\s*"[^"]')
FINISHED = re.compile(rb'data:\s?\[DONE\]|"finish_reason"\s*:\s*"')
ERROR_EVENT = re.compile(rb'(?:^|\n)data:\s?(\{\s*"error"\s*:\s*[{"].*)', re.DOTALL)

_CHAT = "/v1/chat/completions"
_MODELS = "/v1/models"
_MODEL = re.compile(r"[A-Za-z0-9_.:@+,~ /-]{1,200}")
_ERROR_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error"}
_OWN_FAULT = re.compile(r"invalid_request|authentication|permission|not_found|rate_limit|quota|billing|content", re.I)


def endpoint(path: str) -> Endpoint:
    if path == _CHAT:
        return Endpoint.CHAT_COMPLETIONS
    if path == _MODELS or _names_a_model(path):
        return Endpoint.MODELS
    raise Refused(404, "unknown_url", f"This gateway passes on {_CHAT} and {_MODELS} only.", retry=False)


def _names_a_model(path: str) -> bool:
    if not path.startswith(f"{_MODELS}/"):
        return False
    name = unquote(path.removeprefix(f"{_MODELS}/"))
    # Decoded once it must be plain: a dot segment or a second layer of encoding could leave /v1/models upstream.
    return bool(_MODEL.fullmatch(name)) and all(part not in ("", ".", "..") for part in name.split("/"))


def credential(key: str) -> tuple[str, str]:
    return "Authorization", f"Bearer {key}"


def refusal(refused: Refused) -> bytes:
    kind = _ERROR_TYPES.get(refused.status, "invalid_request_error" if refused.status < 500 else "api_error")
    error = {"message": refused.message, "type": kind, "param": None, "code": refused.code}
    return msgspec.json.encode({"error": error})


def refusal_event(refused: Refused) -> bytes:
    # No `[DONE]` follows.
    return b"data: " + refusal(refused) + b"\n\n"


def read_error_event(data: bytes, depth: Depth) -> Reading:
    broken = Reading(Outcome.FAIL, "cut", depth)
    try:
        error = msgspec.json.decode(data.partition(b"\n")[0])["error"]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return broken
    fields = error if isinstance(error, dict) else {"message": str(error)}
    code = fields.get("code")
    if isinstance(code, int) and 400 <= code <= 599:
        return read_answer(code, {}, msgspec.json.encode({"error": fields}), depth=depth, keyed=True)
    return Reading(Outcome.NEUTRAL, "refused", depth) if _OWN_FAULT.search(f"{fields.get('type')} {code}") else broken


def models(path: str, model: str, owner: str) -> bytes:
    # One model of the list is the target's whatever was asked for: a tool that checks its model's name goes on.
    entry = {"id": model, "object": "model", "created": 0, "owned_by": owner}
    return msgspec.json.encode({"object": "list", "data": [entry]} if path == _MODELS else entry)
