"""The way home: a request without what another model wrote into its conversation, for a provider that did not take it.

What only its writer can vouch for goes (thinking, encrypted reasoning, ids of items), and calls get ids that every
provider takes. What was said and done stays, each message that holds nothing of it as the bytes that it was.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from trayapp.core.json_text import read_json
from trayapp.core.switching.route import Endpoint
from trayapp.gateway.dialects.kept import Fields, fields_of
from trayapp.gateway.translation.encoding import encode

Item = dict[str, Any]
Changes = dict[str, msgspec.Raw | None]
"""Fields of a request with their new values; None for one that goes."""

_THINKING = ("thinking", "redacted_thinking")
_REASONING = ("reasoning_content", "reasoning", "reasoning_details", "thinking_blocks", "thinking")
"""What chat servers and those who pass them on call it in a message."""
_WITH_IDS = ("message", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output")
"""Items that need neither id nor status of their own; those of a server's own tools do."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Mistral takes nothing else, and everybody takes it.
_CHAT_ID = re.compile(r"[A-Za-z0-9]{9}")


REFUSES = (400, 404, 422)
"""What is answered to a request that holds another model's work: by Anthropic and OpenAI, by OpenAI for an item that it
does not keep, by Mistral."""


class _Calls:
    """The ids of a conversation's calls, told in their order. Some local servers count anew in every answer."""

    def __init__(self, taken: re.Pattern[str], new: Callable[[str], str]) -> None:
        self._taken = taken
        self._new = new
        self._times: dict[str, int] = {}
        self._last: dict[str, str] = {}

    def call(self, known: object) -> object:
        """Of a call. The same conversation gives the same ids each time, so that what is cached of it stays so."""
        if not isinstance(known, str):
            return known
        times = self._times[known] = self._times.get(known, 0) + 1
        if times > 1 or not self._taken.fullmatch(known):
            name = f"{known} {times}".encode(errors="surrogatepass")
            self._last[known] = self._new(hashlib.blake2b(name, digest_size=12).hexdigest())
        return self._last.get(known, known)

    def result(self, known: object) -> object:
        """Of what the last call with this id gave."""
        return self._last.get(known, known) if isinstance(known, str) else known


def stripped(endpoint: Endpoint, body: bytes) -> bytes | None:
    """`body`, unpacked, as its provider takes it; None where nothing of another model's is in it, or it cannot be
    read."""
    how = _HOW.get(endpoint)
    fields = fields_of(body) if how is not None else None
    if how is None or fields is None:
        return None
    try:
        changed = how(fields)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        # What is no conversation is for the provider to judge.
        return None
    if not changed:
        return None
    return msgspec.json.encode({name: value for name, value in {**fields, **changed}.items() if value is not None})


def _messages(fields: Fields) -> Changes:
    calls = _Calls(_ID, lambda digest: f"toolu_{digest}")

    def fit(message: Item) -> Item | None:
        content = message.get("content")
        spoken = message.get("role") == "assistant"
        if isinstance(content, str):
            return message if content.strip() or not spoken else None
        blocks = [block for block in content or () if not (spoken and _is_thought_or_nothing(block))]
        blocks = [_fit_block(block, calls) for block in blocks]
        return message | {"content": blocks} if blocks or not spoken else None

    changed = _changed(fields, "messages", fit)
    if _wants_thinking_first(fields):
        # There is none to begin the turn with, and an older model takes the turn only without.
        changed["thinking"] = None
        if (managed := _without_clearing(fields)) is not None:
            changed["context_management"] = managed
    return changed


def _is_thought_or_nothing(block: Any) -> bool:
    return block["type"] in _THINKING or (block["type"] == "text" and not block["text"].strip())


def _fit_block(block: Item, calls: _Calls) -> Item:
    match block["type"]:
        case "tool_use":
            block = block | {"id": calls.call(block.get("id"))}
        case "tool_result":
            block = block | {"tool_use_id": calls.result(block.get("tool_use_id"))}
    return {name: value for name, value in block.items() if name != "signature"}


def _wants_thinking_first(fields: Fields) -> bool:
    """Would a turn that is not over have to begin with thinking? Where the model decides by itself, it need not
    (https://docs.anthropic.com/en/docs/build-with-claude/adaptive-thinking)."""
    thinking = read_json(bytes(fields.get("thinking", b"null")))
    if not isinstance(thinking, dict) or thinking.get("type") != "enabled":
        return False
    message = read_json(bytes(_items(fields, "messages")[-1]))
    content = message["content"]
    results = isinstance(content, list) and any(block["type"] == "tool_result" for block in content)
    return message["role"] == "assistant" or results


def _without_clearing(fields: Fields) -> msgspec.Raw | None:
    """Clearing of thinking is refused without any."""
    managed = read_json(bytes(fields.get("context_management", b"null")))
    if not isinstance(managed, dict):
        return None
    edits = [edit for edit in managed.get("edits", ()) if not edit["type"].startswith("clear_thinking")]
    return msgspec.Raw(encode(managed | {"edits": edits}))


def _responses(fields: Fields) -> Changes:
    calls = _Calls(_ID, lambda digest: f"call_{digest}")

    def fit(item: Item) -> Item | None:
        kind = item.get("type", "message")
        if kind == "reasoning":
            return None
        if kind in _WITH_IDS:
            item = {name: value for name, value in item.items() if name not in ("id", "status")}
        if "call_id" in item:
            item = item | {"call_id": (calls.result if kind.endswith("_output") else calls.call)(item["call_id"])}
        return item

    return _changed(fields, "input", fit)


def _chat(fields: Fields) -> Changes:
    calls = _Calls(_CHAT_ID, lambda digest: digest[:9])

    def fit(message: Item) -> Item | None:
        if message.get("role") == "tool":
            return message | {"tool_call_id": calls.result(message.get("tool_call_id"))}
        if message.get("role") != "assistant":
            return message
        message = {name: value for name, value in message.items() if name not in _REASONING}
        if not message.get("tool_calls"):
            return (
                message if any(message.get(name) for name in ("content", "function_call", "audio", "refusal")) else None
            )
        return message | {"tool_calls": [call | {"id": calls.call(call.get("id"))} for call in message["tool_calls"]]}

    return _changed(fields, "messages", fit)


def _changed(fields: Fields, name: str, fit: Callable[[Item], Item | None]) -> Changes:
    """The list of this name with what `fit` makes of each; empty where that changes nothing, or leaves nothing."""
    raws = _items(fields, name)
    kept: list[msgspec.Raw] = []
    for raw in raws:
        item = read_json(bytes(raw))
        fitted = fit(item)
        if fitted is not None:
            kept.append(raw if fitted == item else msgspec.Raw(encode(fitted)))
    return {name: msgspec.Raw(b"[%s]" % b",".join(map(bytes, kept)))} if kept and kept != raws else {}


def _items(fields: Fields, name: str) -> list[msgspec.Raw]:
    raw = bytes(fields.get(name, b"[]"))
    try:
        return msgspec.json.decode(raw, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        # A text that msgspec does not take; or no list, over which the next one stumbles.
        return [msgspec.Raw(encode(item)) for item in read_json(raw)]


_HOW: Mapping[Endpoint, Callable[[Fields], Changes]] = {
    Endpoint.CHAT_COMPLETIONS: _chat,
    Endpoint.RESPONSES: _responses,
    Endpoint.MESSAGES: _messages,
    Endpoint.COUNT_TOKENS: _messages,
}
FITTED = frozenset(_HOW)
"""Where a request holds what models wrote."""
