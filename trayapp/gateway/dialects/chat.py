"""OpenAI's Chat Completions, with its list of models, its embeddings, and whatever else lies beside them.

Completions, which came before, are said in the same words but for one.

The shape of errors is OpenAI's error object, https://platform.openai.com/docs/guides/error-codes; an event of a
stream is one `data:` line with a chunk or, as many servers have it, with an error object in its place.
"""

import json
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
from trayapp.gateway.dialects.errors import is_the_requests_own, read_refusal, said_of, status_in
from trayapp.gateway.dialects.paths import MODELS, OTHER_METHODS, endpoint_at
from trayapp.gateway.refusal import Refused

NAME = "OpenAI's Chat Completions"
API = Dialect.OPENAI
# One line's end: openai-python up to 2.37 breaks on a comment that is an event of its own.
KEEP_ALIVE = b": ping\n"
CREDENTIAL_HEADERS: tuple[str, ...] = ("authorization", "x-api-key", "api-key")
HIDES: Container[int] = ()
METHODS: Mapping[Endpoint, tuple[str, ...]] = {
    Endpoint.CHAT_COMPLETIONS: ("POST",),
    Endpoint.COMPLETIONS: ("POST",),
    Endpoint.EMBEDDINGS: ("POST",),
    Endpoint.MODELS: ("GET",),
    Endpoint.OTHER: OTHER_METHODS,
}

_ENDPOINTS = {
    "/v1/chat/completions": Endpoint.CHAT_COMPLETIONS,
    "/v1/completions": Endpoint.COMPLETIONS,
    "/v1/embeddings": Endpoint.EMBEDDINGS,
    MODELS: Endpoint.MODELS,
}
_CONTENT = ("content", "reasoning_content", "reasoning", "refusal", "audio")
_BROKE_OFF = "error"
_INDEX_CHARS = 20
_MOST_CHOICES = 1000
"""OpenAI gives 128 at most; what is more counts as one, as nobody may have us keep whatever he sends."""
_ERROR_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error"}
_OWN_FAULT = re.compile(r"invalid_request|authentication|permission|not_found|rate_limit|quota|billing|content", re.I)


def speaks(target: str, headers: Container[str]) -> bool:
    """Everything that shows no other dialect is taken for this one; so it is asked last."""
    return True


def endpoint(path: str) -> Endpoint:
    return endpoint_at(path, _ENDPOINTS)


def credential(key: str) -> tuple[str, str]:
    return "Authorization", f"Bearer {key}"


def refusal(refused: Refused) -> bytes:
    kind = _ERROR_TYPES.get(refused.status, "invalid_request_error" if refused.status < 500 else "api_error")
    error = {"message": refused.message, "type": kind, "param": None, "code": refused.code}
    return msgspec.json.encode({"error": error})


def refusal_event(refused: Refused) -> bytes:
    # No `[DONE]` follows.
    return b"data: " + refusal(refused) + b"\n\n"


class Stream:
    """A stream is whole when every choice that began has its `finish_reason`; `[DONE]` behind it is custom, and some
    servers leave it out. `[DONE]` is all that there is to say without a choice, and for servers that know no
    `finish_reason` (https://github.com/alfredapp/openai-workflow/pull/52); from one that does, not even null, it hides
    a cut (https://github.com/vaadin/flow-components/pull/9195)."""

    def __init__(self) -> None:
        self.content = False
        self.error: object = None
        self.filtered = False
        self._begun: set[object] = set()
        self._ended: set[object] = set()
        self._knows_finish = False
        self._done = False

    @property
    def finished(self) -> bool:
        ended = bool(self._begun) and self._begun <= self._ended
        return ended or (self._done and not (self._begun and self._knows_finish))

    @property
    def cut_short(self) -> bool:
        return self._done and not self.finished and self.error is None

    @property
    def empty(self) -> bool:
        return self._done and not self._begun and self.error is None

    def event(self, data: bytes) -> None:
        if data.strip() == b"[DONE]":
            self._done = True
            return
        try:
            chunk = read_json(data)
        except ValueError:
            return
        if not isinstance(chunk, dict):
            return
        self.error = self.error or _error(chunk)
        choices = chunk.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                self._choice(choice)

    def _choice(self, choice: dict[str, Any]) -> None:
        index = str(choice.get("index") or 0)[:_INDEX_CHARS]
        if len(self._begun) >= _MOST_CHOICES and index not in self._begun:
            index = "more"
        self._knows_finish |= "finish_reason" in choice
        self._begun.add(index)
        delta = choice.get("delta")
        if not self.content and isinstance(delta, dict):
            self.content = any(delta.get(name) for name in _CONTENT) or _has_arguments(delta)
        self.content = self.content or bool(choice.get("text"))
        if finish := choice.get("finish_reason"):
            self._ended.add(index)
            self.filtered |= finish == "content_filter"
            if finish == _BROKE_OFF:
                self.error = self.error or _broken(choice)


def stream() -> Stream:
    return Stream()


def _has_arguments(delta: dict[str, Any]) -> bool:
    calls = delta.get("tool_calls")
    functions = [call.get("function") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    functions.append(delta.get("function_call"))
    return any(isinstance(function, dict) and function.get("arguments") for function in functions)


def error_in(answer: Mapping[str, Any]) -> object:
    return _error(answer) or next(
        (_broken(choice) for choice in _choices(answer) if choice.get("finish_reason") == _BROKE_OFF), None
    )


def _error(answer: Mapping[str, Any]) -> object:
    return answer.get("error") or (answer if answer.get("object") == "error" else None)


def _broken(choice: Mapping[str, Any]) -> object:
    # OpenRouter's, of a model that broke off (https://openrouter.ai/docs/api/reference/overview).
    return choice.get("error") or {"type": "server_error"}


def answers(answer: Mapping[str, Any]) -> bool:
    return any(choice.get("finish_reason") != _BROKE_OFF for choice in _choices(answer))


def _choices(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    choices = answer.get("choices")
    return [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []


def read_error(error: object, depth: Depth) -> Reading:
    fields = error if isinstance(error, dict) else {"message": str(error)}
    if (status := status_in(fields)) is not None:
        return read_answer(status, {}, json.dumps({"error": fields}).encode(), depth=depth, keyed=True)
    own = _OWN_FAULT.search(f"{fields.get('type')} {fields.get('code')}") or is_the_requests_own(fields)
    return read_refusal(fields, depth) if own else Reading(Outcome.FAIL, "cut", depth)


def said(status: int, error: object) -> Said | None:
    return said_of(status, error, read_error)


def told(status: int, error: object) -> tuple[int, str] | None:
    """Whatever speaks this dialect says its errors in it."""
    return None


def beginning(events: bytes, model: str, name: str) -> bytes | None:
    return b""


def models(path: str, model: str, owner: str) -> bytes:
    # One model of the list is the target's whatever was asked for: a tool that checks its model's name goes on.
    entry = {"id": model, "object": "model", "created": 0, "owned_by": owner}
    # Codex takes no list without `models`, and describes those that are not in it by its own list.
    return msgspec.json.encode({"object": "list", "data": [entry], "models": []} if path == MODELS else entry)
