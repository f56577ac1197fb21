"""How a provider speaks in each dialect: whole answers, the parts of its streams, and its errors, in its own words.

Whatever it writes holds a mark, by which everybody can tell later whose words they are.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

WORDS = ("one ", "two ", "Grüße €")
"""What it writes; in a stream each is an event of its own, in front of it the mark."""
TOO_LONG = 200_000
"""Tokens of a request that is too long."""


class Parts(NamedTuple):
    """Of a stream, each an event: signs of life, what the model writes, and the end."""

    life: list[bytes]
    content: list[bytes]
    end: list[bytes]

    @property
    def all(self) -> list[bytes]:
        return [*self.life, *self.content, *self.end]


class Voice(NamedTuple):
    """One dialect. `plain`, `parts`: an answer with a mark. `filtered`: both of one that a filter has ended, before
    anything was written or after all was. `error`: the body of an error, by its kind, in which the mark stands, too;
    `error_event`: the same in a stream, `error_end`: as its last event, where that is another.
    """

    name: str
    path: str
    question: dict[str, Any]
    plain: Callable[[str], dict[str, Any]]
    parts: Callable[[str], Parts]
    filtered: Callable[[str, bool], tuple[dict[str, Any], Parts]]
    error: Callable[[str, str], dict[str, Any]]
    error_event: Callable[[str, str], bytes]
    error_end: Callable[[str, str], bytes]


def text_of(mark: str) -> str:
    return "".join(_pieces(mark))


def _pieces(mark: str) -> list[str]:
    return [f"[{mark}] {word}" for word in WORDS]


def data(fields: Any) -> bytes:
    return b"data: " + json.dumps(fields, ensure_ascii=False).encode() + b"\n\n"


def named(fields: Any) -> bytes:
    return f"event: {fields['type']}\n".encode() + data(fields)


# Chat Completions.


def _chat_plain(mark: str, text: str | None = None, finish: str = "stop") -> dict[str, Any]:
    message = {"role": "assistant", "content": text_of(mark) if text is None else text, "refusal": None}
    return {
        "id": f"chatcmpl-{mark}",
        "object": "chat.completion",
        "created": 1790000000,
        "model": "big-1-2026-08-01",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
    }


def _chunk(mark: str, delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return data(
        {
            "id": f"chatcmpl-{mark}",
            "object": "chat.completion.chunk",
            "created": 1790000000,
            "model": "big-1-2026-08-01",
            "choices": [choice],
        }
    )


DONE = b"data: [DONE]\n\n"


def _chat_parts(mark: str, finish: str = "stop") -> Parts:
    content = [_chunk(mark, {"content": piece}) for piece in _pieces(mark)]
    life = [_chunk(mark, {"role": "assistant", "content": "", "refusal": None})]
    return Parts(life, content, [_chunk(mark, {}, finish), DONE])


def _chat_filtered(mark: str, written: bool) -> tuple[dict[str, Any], Parts]:
    parts = _chat_parts(mark, "content_filter")
    plain = _chat_plain(mark, text_of(mark) if written else "", "content_filter")
    return plain, parts if written else parts._replace(content=[])


_OPENAI: dict[str, tuple[str, str | None, str]] = {
    "server": ("server_error", None, "The server had an error while processing your request. Sorry about that!"),
    "overloaded": ("server_error", None, "The engine is currently overloaded, please try again later"),
    "timeout": ("invalid_request_error", "timeout", "Request timed out."),
    "conflict": ("invalid_request_error", "conflict", "The resource was updated by another request."),
    "rate": ("requests", "rate_limit_exceeded", "Rate limit reached for big-1 on requests per min (RPM): Limit 500."),
    "quota": ("insufficient_quota", "insufficient_quota", "You exceeded your current quota, please check your plan."),
    "request": ("invalid_request_error", "unknown_parameter", "Unknown parameter: 'temprature'."),
    "key": ("invalid_request_error", "invalid_api_key", "Incorrect API key provided: sk-a...89."),
    "missing": ("invalid_request_error", "model_not_found", "The model `big-1` does not exist."),
    "filter": (
        "invalid_request_error",
        "content_filter",
        "The response was filtered due to the prompt triggering the content management policy.",
    ),
    "overflow": (
        "invalid_request_error",
        "context_length_exceeded",
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 200000 tokens. "
        "Please reduce the length of the messages.",
    ),
    "long": (
        "invalid_request_error",
        "context_length_exceeded",
        "Your input exceeds the context window of this model. Please adjust your input and try again.",
    ),
    "foreign": (
        "invalid_request_error",
        "invalid_encrypted_content",
        "The encrypted content gAAA...Zz== could not be verified. Reason: Encrypted content could not be decrypted or "
        "parsed.",
    ),
    "prefill": ("invalid_request_error", None, "Cannot have 2 or more assistant messages at the end of the list."),
}


def _openai_error(kind: str, mark: str) -> dict[str, Any]:
    type_, code, message = _OPENAI[kind]
    return {"error": {"message": f"{message} [{mark}]", "type": type_, "param": None, "code": code}}


def _chat_event(kind: str, mark: str) -> bytes:
    return data(_openai_error(kind, mark))


CHAT = Voice(
    "chat",
    "/v1/chat/completions",
    {"model": "big-1", "messages": [{"role": "user", "content": "Hello?"}]},
    _chat_plain,
    _chat_parts,
    _chat_filtered,
    _openai_error,
    _chat_event,
    _chat_event,
)


# Responses.


def _response(mark: str, status: str, text: str | None = None, **more: Any) -> dict[str, Any]:
    item_status = status if status in ("completed", "incomplete") else "completed"
    output = [] if text is None else [_item(mark, text, item_status)]
    usage = {
        "input_tokens": 9,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 3,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 12,
    }
    return {
        "id": f"resp_{mark}",
        "object": "response",
        "created_at": 1790000000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "model": "big-1-2026-08-01",
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": usage if status in ("completed", "incomplete") else None,
    } | more


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}


def _item(mark: str, text: str | None, status: str) -> dict[str, Any]:
    content = [] if text is None else [_part(text)]
    return {"id": f"msg_{mark}", "type": "message", "status": status, "role": "assistant", "content": content}


def _responses_plain(mark: str) -> dict[str, Any]:
    return _response(mark, "completed", text_of(mark))


def _responses_parts(mark: str) -> Parts:
    return _numbered(_responses_events(mark), "response.completed", _responses_plain(mark))


def _responses_events(mark: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    at = {"item_id": f"msg_{mark}", "output_index": 0, "content_index": 0}
    begun = _response(mark, "in_progress")
    life: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": _item(mark, None, "in_progress")},
        {"type": "response.content_part.added", **at, "part": _part("")},
    ]
    content = [{"type": "response.output_text.delta", **at, "delta": one, "logprobs": []} for one in _pieces(mark)]
    text = text_of(mark)
    end: list[dict[str, Any]] = [
        {"type": "response.output_text.done", **at, "text": text, "logprobs": []},
        {"type": "response.content_part.done", **at, "part": _part(text)},
        {"type": "response.output_item.done", "output_index": 0, "item": _item(mark, text, "completed")},
    ]
    return life, content, end


def _numbered(
    events: tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]], kind: str, last: dict[str, Any]
) -> Parts:
    parts, number = [], 0
    for part in (*events[:2], [*events[2], {"type": kind, "response": last}]):
        parts.append([named(one | {"sequence_number": number + n}) for n, one in enumerate(part)])
        number += len(part)
    return Parts(*parts)


def _responses_filtered(mark: str, written: bool) -> tuple[dict[str, Any], Parts]:
    why = {"incomplete_details": {"reason": "content_filter"}}
    plain = _response(mark, "incomplete", text_of(mark) if written else None, **why)
    events = _responses_events(mark)
    events = events if written else (events[0][:2], [], [])
    return plain, _numbered(events, "response.incomplete", plain)


def _responses_event(kind: str, mark: str) -> bytes:
    return named({"type": "error", "sequence_number": 0} | _openai_error(kind, mark))


def _responses_failed(kind: str, mark: str) -> bytes:
    type_, code, message = _OPENAI[kind]
    error = {"code": code or type_, "message": f"{message} [{mark}]"}
    return named(
        {"type": "response.failed", "sequence_number": 9, "response": _response(mark, "failed") | {"error": error}}
    )


RESPONSES = Voice(
    "responses",
    "/v1/responses",
    {"model": "big-1", "input": [{"type": "message", "role": "user", "content": "Hello?"}]},
    _responses_plain,
    _responses_parts,
    _responses_filtered,
    lambda kind, mark: _openai_error("long" if kind == "overflow" else kind, mark),
    _responses_event,
    _responses_failed,
)


# Messages.

PING = named({"type": "ping"})


def _message(mark: str, text: str | None, stop: str | None) -> dict[str, Any]:
    return {
        "id": f"msg_01{mark}",
        "type": "message",
        "role": "assistant",
        "model": "claude-9",
        "content": [] if text is None else [{"type": "text", "text": text}],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": 9, "output_tokens": 3},
    }


def _messages_parts(mark: str, stop: str = "end_turn") -> Parts:
    block = {"type": "text", "text": ""}
    life: list[dict[str, Any]] = [
        {"type": "message_start", "message": _message(mark, None, None)},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "ping"},
    ]
    deltas = [{"type": "text_delta", "text": piece} for piece in _pieces(mark)]
    ended = {"stop_reason": stop, "stop_sequence": None}
    end: list[dict[str, Any]] = [
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ended, "usage": {"input_tokens": 9, "output_tokens": 3}},
        {"type": "message_stop"},
    ]
    content = [named({"type": "content_block_delta", "index": 0, "delta": delta}) for delta in deltas]
    return Parts([named(one) for one in life], content, [named(one) for one in end])


def _messages_filtered(mark: str, written: bool) -> tuple[dict[str, Any], Parts]:
    parts = _messages_parts(mark, "refusal")
    if not written:
        parts = Parts([parts.life[0], parts.life[2]], [], parts.end[1:])
    return _message(mark, text_of(mark) if written else None, "refusal"), parts


_ANTHROPIC: dict[str, tuple[str, str]] = {
    "server": ("api_error", "Internal server error"),
    "overloaded": ("overloaded_error", "Overloaded"),
    "timeout": ("timeout_error", "Request timed out"),
    "conflict": ("invalid_request_error", "The resource was updated by another request"),
    "rate": ("rate_limit_error", "This request would exceed your organization's rate limit of 50 requests per minute."),
    "request": ("invalid_request_error", "temprature: Extra inputs are not permitted"),
    "key": ("authentication_error", "invalid x-api-key"),
    "missing": ("not_found_error", "model: claude-9"),
    "filter": ("invalid_request_error", "Output blocked by content filtering policy"),
    "overflow": ("invalid_request_error", "prompt is too long: 200000 tokens > 128000 maximum"),
    "long": ("invalid_request_error", "Prompt is too long"),
    "prefill": ("invalid_request_error", "This model does not support assistant message prefill."),
    "foreign": ("invalid_request_error", "messages.1.content.0: Invalid `signature` in `thinking` block"),
}


def _anthropic_error(kind: str, mark: str) -> dict[str, Any]:
    type_, message = _ANTHROPIC[kind]
    return {"type": "error", "error": {"type": type_, "message": message}, "request_id": f"req_{mark}"}


def _messages_event(kind: str, mark: str) -> bytes:
    return named(_anthropic_error(kind, mark))


MESSAGES = Voice(
    "messages",
    "/v1/messages",
    {"model": "claude-9", "max_tokens": 32000, "messages": [{"role": "user", "content": "Hello?"}]},
    lambda mark: _message(mark, text_of(mark), "end_turn"),
    _messages_parts,
    _messages_filtered,
    _anthropic_error,
    _messages_event,
    _messages_event,
)

VOICES = {voice.name: voice for voice in (CHAT, RESPONSES, MESSAGES)}
