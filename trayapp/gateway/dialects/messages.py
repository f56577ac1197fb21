"""Anthropic's Messages, with their counting of tokens, the list of models, and whatever else lies
beside them.

Every event of a stream says its kind once more in its data, and a stream is whole with its `message_stop`:
https://docs.anthropic.com/en/docs/build-with-claude/streaming. The shape of errors, which may come as an event too:
https://docs.anthropic.com/en/api/errors
"""

import re
from collections.abc import Container, Mapping
from typing import Any

import msgspec

from trayapp.core.catalogue import Dialect
from trayapp.core.evidence.answers import Reading, read_answer
from trayapp.core.evidence.observation import Depth, Outcome
from trayapp.core.json_text import read_json
from trayapp.core.switching.failure import Said
from trayapp.core.switching.route import Endpoint
from trayapp.gateway.dialects.errors import (
    is_the_requests_own,
    overflow_in,
    read_refusal,
    said_of,
    status_in,
    too_long,
    words_of,
)
from trayapp.gateway.dialects.paths import MODELS, OTHER_METHODS, endpoint_at
from trayapp.gateway.events import Events
from trayapp.gateway.refusal import Refused

NAME = "Anthropic's Messages"
API = Dialect.ANTHROPIC
KEEP_ALIVE = b'event: ping\ndata: {"type": "ping"}\n\n'
CREDENTIAL_HEADERS: tuple[str, ...] = ("x-api-key", "authorization")
HIDES: Container[int] = (404,)
"""Claude Code says of every 404 that there is an issue with the selected model."""
METHODS: Mapping[Endpoint, tuple[str, ...]] = {
    Endpoint.MESSAGES: ("POST",),
    Endpoint.COUNT_TOKENS: ("POST",),
    Endpoint.MODELS: ("GET",),
    Endpoint.OTHER: OTHER_METHODS,
}

_PATH = re.compile(r"/v1/(?:messages|complete)(?![\w-])")
_ENDPOINTS = {
    "/v1/messages": Endpoint.MESSAGES,
    "/v1/messages/count_tokens": Endpoint.COUNT_TOKENS,
    MODELS: Endpoint.MODELS,
}
_ERROR_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_STATUSES = {kind: status for status, kind in _ERROR_TYPES.items()} | {"api_error": 500, "billing_error": 402}
_OWN_FAULT = re.compile(r"invalid_request|authentication|permission|not_found|too_large", re.I)
_PLAIN_BLOCKS = ("text", "thinking", "tool_use")
"""They begin empty; every other block (an item of a server's tool, redacted thinking) is all there as it begins."""
_WRITTEN = ("text", "thinking", "partial_json", "citation", "content")
"""What a delta adds, by its name in it; a signature is nothing that anybody reads."""
_NO_DATE = "1970-01-01T00:00:00Z"
"""Anthropic's own for a model whose release is not known."""


def speaks(target: str, headers: Container[str]) -> bool:
    """Its libraries send `anthropic-version` with everything, also with what has a path of OpenAI's."""
    return "anthropic-version" in headers or "anthropic-beta" in headers or bool(_PATH.search(target))


def endpoint(path: str) -> Endpoint:
    return endpoint_at(path, _ENDPOINTS)


def credential(key: str) -> tuple[str, str]:
    return "x-api-key", key


def refusal(refused: Refused) -> bytes:
    kind = _ERROR_TYPES.get(refused.status, "invalid_request_error" if refused.status < 500 else "api_error")
    return msgspec.json.encode({"type": "error", "error": {"type": kind, "message": refused.message}})


def refusal_event(refused: Refused) -> bytes:
    # No `message_stop` follows.
    return b"event: error\ndata: " + refusal(refused) + b"\n\n"


class Stream:
    def __init__(self) -> None:
        self.content = False
        self.error: object = None
        self.finished = False
        self.filtered = False
        self._begun = False

    @property
    def cut_short(self) -> bool:
        """The libraries read on to the end, whatever was said."""
        return False

    @property
    def empty(self) -> bool:
        return self.finished and not self._begun and self.error is None

    def event(self, data: bytes) -> None:
        try:
            event = read_json(data)
        except ValueError:
            return
        if not isinstance(event, dict):
            return
        match event.get("type"):
            case "message_start":
                self._begun = True
            case "content_block_start":
                self._begun = True
                self.content = self.content or _is_content(event.get("content_block"))
            case "content_block_delta":
                self._begun = True
                delta = event.get("delta")
                self.content = self.content or (isinstance(delta, dict) and any(map(delta.get, _WRITTEN)))
            case "message_delta":
                delta = event.get("delta")
                self.filtered |= isinstance(delta, dict) and delta.get("stop_reason") == "refusal"
            case "message_stop":
                self.finished = True
            case "error":
                self.error = self.error or error_in(event)


def stream() -> Stream:
    return Stream()


def _is_content(block: object) -> bool:
    if not isinstance(block, dict):
        return False
    if block.get("type") in _PLAIN_BLOCKS:
        return any(block.get(name) for name in ("text", "thinking", "input"))
    return True


def error_in(answer: Mapping[str, Any]) -> object:
    return answer.get("error") or (dict(answer) if answer.get("type") == "error" else None)


def answers(answer: Mapping[str, Any]) -> bool:
    return isinstance(answer.get("content"), list) or isinstance(answer.get("input_tokens"), int)


def read_error(error: object, depth: Depth) -> Reading:
    fields = error if isinstance(error, dict) else {"type": "", "message": str(error)}
    kind = str(fields.get("type"))
    own_fault = bool(_OWN_FAULT.search(kind))
    if (status := status_in(fields) or (None if own_fault else _STATUSES.get(kind))) is not None:
        return read_answer(status, {}, msgspec.json.encode({"error": fields}), depth=depth, keyed=True)
    own = own_fault or is_the_requests_own(fields)
    return read_refusal(fields, depth) if own else Reading(Outcome.FAIL, "cut", depth)


def said(status: int, error: object) -> Said | None:
    return said_of(status, error, read_error)


def told(status: int, error: object) -> tuple[int, str] | None:
    """Most local servers say their errors in OpenAI's shape, and none of them says "prompt is too long", by which
    Claude Code compacts: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md."""
    overflow = overflow_in(error)
    return (status, words_of(error)) if overflow is None else (400, too_long(overflow))


def beginning(events: bytes, model: str, name: str) -> bytes | None:
    """llama.cpp leaves `message_start` out where the first token is only a part of a letter, and the libraries fail."""
    kinds = (_kind(data) for data in Events().feed(events))
    first = next((kind for kind in kinds if kind not in (None, "ping")), None)
    if first is None:
        return None
    if first in ("message_start", "error"):
        return b""
    message: dict[str, Any] = {"id": f"msg_{name}", "type": "message", "role": "assistant", "model": model}
    message |= {"content": [], "stop_reason": None, "stop_sequence": None}
    message["usage"] = {"input_tokens": 0, "output_tokens": 0}
    start = msgspec.json.encode({"type": "message_start", "message": message})
    return b"event: message_start\ndata: " + start + b"\n\n"


def _kind(data: bytes) -> object:
    try:
        event = read_json(data)
    except ValueError:
        return None
    return event.get("type") if isinstance(event, dict) else None


def models(path: str, model: str, owner: str) -> bytes:
    # One model of the list is the target's whatever was asked for: a tool that checks its model's name goes on.
    entry = {"type": "model", "id": alias_of(model), "display_name": f"{model} ({owner})", "created_at": _NO_DATE}
    if path != MODELS:
        return msgspec.json.encode(entry)
    return msgspec.json.encode({"data": [entry], "has_more": False, "first_id": entry["id"], "last_id": entry["id"]})


def alias_of(model: str) -> str:
    """The id under which tools of this dialect take up a model of somebody else's: Claude Code leaves out of its list
    whatever does not name Claude or Anthropic (https://code.claude.com/docs/en/llm-gateway)."""
    named = model.lower()
    return model if "claude" in named or "anthropic" in named else f"claude-local-{model}"
