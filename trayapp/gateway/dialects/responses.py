"""OpenAI's Responses, the new ones and those that the provider keeps.

What a stream says: https://platform.openai.com/docs/api-reference/responses-streaming. Errors and credentials are as in
`chat`; a stream that has begun ends by an event of its own, whole or failed.
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
from trayapp.gateway.dialects import chat
from trayapp.gateway.dialects.errors import is_the_requests_own, overflow_in, read_refusal, said_of, status_in
from trayapp.gateway.dialects.paths import plain
from trayapp.gateway.refusal import Refused

NAME = "OpenAI's Responses"
API = Dialect.OPENAI
KEEP_ALIVE = chat.KEEP_ALIVE
CREDENTIAL_HEADERS = chat.CREDENTIAL_HEADERS
HIDES: Container[int] = (404,)
"""opencode asks it again without an end, Codex six times."""
METHODS: Mapping[Endpoint, tuple[str, ...]] = {
    **chat.METHODS,
    Endpoint.RESPONSES: ("POST",),
    Endpoint.STORED_RESPONSES: ("GET", "POST", "DELETE"),
}

_RESPONSES = "/v1/responses"
_TARGET = re.compile(rf"[^?]*{_RESPONSES}(?![\w-])")
_STORED = re.compile(rf"{_RESPONSES}/(?!compact$|input_tokens$)[\w-]+(?:/cancel|/input_items)?")
_BEGINNINGS = frozenset({"response.created", "response.queued", "response.in_progress"})
_FINAL = frozenset({"completed", "incomplete", "failed", "cancelled"})
_WRITTEN = ("delta", "text", "refusal", "arguments", "input", "transcript", "partial_image_b64")
# Which the tool has to carry out, or that hold what the model writes; every other item is the work of the server.
_TOOLS_OWN = frozenset(
    {"message", "reasoning", "function_call", "custom_tool_call", "local_shell_call", "shell_call", "apply_patch_call"}
)
_SERVERS_WORK = re.compile(r"response\.(?:\w+_call|mcp_list_tools)\.")
# The third is ChatGPT's, of a plan's hours (https://github.com/earendil-works/pi/issues/4172).
_LIMITS = frozenset({"rate_limit_exceeded", "insufficient_quota", "usage_limit_reached"})
_SERVERS_FAULT = re.compile(
    r"server|internal|overload|unavailable|timeout|slow_down|upstream|api_error|processing", re.I
)


credential = chat.credential
refusal = chat.refusal
models = chat.models
told = chat.told
beginning = chat.beginning


def speaks(target: str, headers: Container[str]) -> bool:
    return _RESPONSES in target and bool(_TARGET.match(target))


def endpoint(path: str) -> Endpoint:
    if path == _RESPONSES:
        return Endpoint.RESPONSES
    return Endpoint.STORED_RESPONSES if _STORED.fullmatch(plain(path) or "") else chat.endpoint(path)


class Stream:
    """A stream is whole when it has ended by one of the events that hold the response's last state. A `[DONE]`, which
    some servers put behind it, hides a cut where it comes in its place; openai-python reads nothing behind it."""

    empty = False

    def __init__(self) -> None:
        self.content = False
        self.finished = False
        self.error: object = None
        self.filtered = False
        self._done = False

    @property
    def cut_short(self) -> bool:
        return self._done and not self.finished and self.error is None

    def event(self, data: bytes) -> None:
        if data.strip() == b"[DONE]":
            self._done = True
            return
        try:
            event = read_json(data)
        except ValueError:
            return
        if not isinstance(event, dict):
            return
        kind, response = str(event.get("type")), event.get("response")
        if kind == "error" or event.get("error"):
            self.error = self.error or event.get("error") or event
        elif _is_end(kind, response := response if isinstance(response, dict) else {}):
            self.finished = True
            self.error = self.error or error_in({"status": kind.removeprefix("response."), **response})
            self.content = self.content or _wrote(response.get("output"))
            why = response.get("incomplete_details")
            self.filtered = isinstance(why, dict) and why.get("reason") == "content_filter"
        elif not self.content and kind not in _BEGINNINGS:
            self.content = _is_content(kind, event)


def stream() -> Stream:
    return Stream()


def _is_end(kind: str, response: Mapping[str, Any]) -> bool:
    if not kind.startswith("response.") or kind in _BEGINNINGS:
        return False
    return kind.removeprefix("response.") in _FINAL or response.get("status") in _FINAL


def _is_content(kind: str, event: Mapping[str, Any]) -> bool:
    if any(event.get(name) for name in _WRITTEN) or _SERVERS_WORK.match(kind):
        return True
    part, item = event.get("part"), event.get("item")
    return (isinstance(part, dict) and _holds(part)) or _wrote([item], done=kind == "response.output_item.done")


def _wrote(items: object, *, done: bool = True) -> bool:
    """Is there anything in one of these items? `done`: they are whole."""
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        # What is encrypted is there from the start of an item, whatever is thought in it.
        if item.get("type") not in _TOOLS_OWN or _holds(item) or (done and item.get("encrypted_content")):
            return True
        parts = [part for name in ("content", "summary") if isinstance(part := item.get(name), list)]
        if any(isinstance(one, dict) and _holds(one) for part in parts for one in part):
            return True
        if done and item["type"] not in ("message", "reasoning"):
            # A call without arguments is a call.
            return True
    return False


def _holds(part: Mapping[str, Any]) -> bool:
    return any(part.get(name) for name in _WRITTEN)


def refusal_event(refused: Refused) -> bytes:
    """Twice, as OpenAI does: openai-python and the AI SDK hear `error`, Codex only `response.failed`, and asks five
    times more unless its code is one that it knows."""
    error = msgspec.json.decode(chat.refusal(refused))["error"]
    if overflow_in(refused.message) is not None:
        code = "context_length_exceeded"
    elif refused.status == 429:
        code = "rate_limit_exceeded"
    else:
        code = "invalid_prompt" if refused.status < 500 else "server_error"
    told = {"sequence_number": 0, "error": error} | error | {"type": "error"}
    response = {
        "id": "resp_none",
        "object": "response",
        "created_at": 0,
        "model": "",
        "status": "failed",
        "error": {"code": code, "message": refused.message},
        "incomplete_details": None,
        "output": [],
        "usage": None,
    }
    failed = {"type": "response.failed", "sequence_number": 1, "response": response}
    events = (b"error", told), (b"response.failed", failed)
    return b"".join(b"event: %s\ndata: %s\n\n" % (kind, msgspec.json.encode(event)) for kind, event in events)


def error_in(answer: Mapping[str, Any]) -> object:
    return chat.error_in(answer) or ({"code": "server_error"} if answer.get("status") == "failed" else None)


def answers(answer: Mapping[str, Any]) -> bool:
    return isinstance(answer.get("output"), list) and answer.get("status") != "failed"


def said(status: int, error: object) -> Said | None:
    return said_of(status, error, read_error)


def read_error(error: object, depth: Depth) -> Reading:
    fields = error if isinstance(error, dict) else {"message": str(error)}
    code = fields.get("code") or fields.get("type")
    if status_in(fields) is not None:
        return chat.read_error(fields, depth)
    named = {str(fields.get(name)) for name in ("code", "type")}
    if named & _LIMITS:
        return read_answer(429, {}, msgspec.json.encode({"error": fields}), depth=depth, keyed=True)
    if is_the_requests_own(fields):
        return read_refusal(fields, depth)
    if code in (None, "error") or any(map(_SERVERS_FAULT.search, named)):
        return Reading(Outcome.FAIL, "cut", depth)
    return read_refusal(fields, depth)
