"""Streams of a chat server, chunk by chunk."""

import json
from typing import Any

USAGE = {
    "prompt_tokens": 50,
    "completion_tokens": 9,
    "total_tokens": 59,
    "prompt_tokens_details": {"cached_tokens": 40},
}
DONE = b"data: [DONE]\n\n"


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    """One chunk of the first choice."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "x.gguf", "choices": [choice], **more}


def calls(*deltas: tuple[int | None, str | None, str | None, str]) -> dict[str, Any]:
    """A chunk with pieces of calls: index, id, name, arguments; None is left out."""
    pieces = []
    for index, call_id, name, arguments in deltas:
        function = {"arguments": arguments} | ({} if name is None else {"name": name})
        piece: dict[str, Any] = {"function": function} | ({} if index is None else {"index": index})
        pieces.append(piece | ({} if call_id is None else {"id": call_id, "type": "function"}))
    return chunk({"tool_calls": pieces})


def usage() -> dict[str, Any]:
    """The chunk behind the last one of the choice."""
    return {**chunk({}), "choices": [], "usage": USAGE}


def stream(*chunks: dict[str, Any]) -> bytes:
    """The bytes of these, without an end."""
    return b"".join(b"data: " + json.dumps(one, ensure_ascii=False).encode() + b"\n\n" for one in chunks)


def answered(*chunks: dict[str, Any], finish: str = "stop") -> bytes:
    """The bytes of a whole answer of these."""
    return stream(chunk({"role": "assistant", "content": None}), *chunks, chunk({}, finish), usage()) + DONE
