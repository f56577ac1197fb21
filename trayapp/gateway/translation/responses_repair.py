"""Responses of local servers, with what they leave out and strict readers want, and with ids that OpenAI takes back.

llama.cpp says no `output_index`, `content_index` or `sequence_number`, and gives calls no id; opencode then finds no
"text part": https://github.com/ggml-org/llama.cpp/issues/20607
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from trayapp.core.json_text import read_json
from trayapp.gateway.events import MAX_EVENT_BYTES, EventCutter, Events
from trayapp.gateway.translation.asked import Minted
from trayapp.gateway.translation.encoding import event

_KIND = re.compile(r"response\.([a-z_.]+)")
_LIFE = frozenset({"created", "queued", "in_progress", "completed", "incomplete", "failed"})
_TEXTS = frozenset({"content_part", "output_text", "refusal", "reasoning_text"})
_SUMMARIES = frozenset({"reasoning_summary_part", "reasoning_summary_text"})
_BEGINS = {"message": "msg", "reasoning": "rs", "function_call": "fc", "custom_tool_call": "ctc"}
"""How ids begin that OpenAI takes back: https://github.com/langchain-ai/langchain/issues/39113."""
_TAKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CALLS = frozenset({"function_call_arguments", "custom_tool_call_input"})


def repaired(response: Mapping[str, Any], model: str, minted: Minted) -> dict[str, Any]:
    """A response with what every reader expects. `model`: who answers, where it does not say so."""
    whole: dict[str, Any] = {
        "id": minted.id("resp", 0),
        "object": "response",
        "created_at": int(minted.at),
        "model": model,
        "output": [],
        "error": None,
        "incomplete_details": None,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }
    whole |= response
    items = whole["output"] if isinstance(whole["output"], list) else []
    whole["output"] = [
        _known(item, number, minted) if isinstance(item, dict) else item for number, item in enumerate(items)
    ]
    if isinstance(usage := whole.get("usage"), dict):
        details: dict[str, Any] = {
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        }
        whole["usage"] = details | {name: value for name, value in usage.items() if value is not None}
    return whole


def _known(item: Mapping[str, Any], number: int, minted: Minted) -> dict[str, Any]:
    """An item with ids that OpenAI takes back; the same ones each time it is told."""
    fitted = dict(item) | {"id": _id(item, number, minted)}
    if isinstance(call := item.get("call_id"), str) and not _TAKEN.fullmatch(call):
        fitted["call_id"] = f"call_{_digest(call)}"
    return fitted


def _id(item: Mapping[str, Any], number: int, minted: Minted) -> str:
    # What is written into a call names it by its `call_id` then.
    told = str(item.get("id") or item.get("call_id") or "")
    begins = _BEGINS.get(str(item.get("type")))
    if not told:
        return minted.id(begins or "item", number)
    if begins is None or (_TAKEN.fullmatch(told) and told.startswith(f"{begins}_")):
        return told
    return f"{begins}_{_digest(told)}"


def _digest(told: str) -> str:
    return hashlib.blake2b(told.encode(errors="surrogatepass"), digest_size=12).hexdigest()


class ResponsesRepair:
    """Takes the bytes of a stream, however cut, and gives whole events; what needs nothing stays the bytes it was."""

    def __init__(self, model: str, minted: Minted) -> None:
        self._model = model
        self._minted = minted
        self._reader = Events()
        self._cutter = EventCutter()
        self._number = -1
        self._places: dict[str, int] = {}
        self._renamed: dict[str, str] = {}
        self._parts: dict[tuple[str, bool], int] = {}

    def __call__(self, piece: bytes) -> bytes:
        """What is whole by now."""
        out = b"".join(map(self._event, self._cutter.feed(piece)))
        held = self._cutter.held
        if len(held) > MAX_EVENT_BYTES:
            # Nothing that is written is that large; it passes as it is.
            out += held
            held.clear()
        return out

    def rest(self) -> bytes:
        """The beginning of an event whose end has not come."""
        return bytes(self._cutter.held)

    def _event(self, raw: bytes) -> bytes:
        told = self._reader.feed(raw)
        try:
            fields = read_json(told[0]) if len(told) == 1 else None
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            return raw
        kind = _KIND.fullmatch(str(fields.get("type")))
        if kind is None:
            return raw
        before, whole = self._whole(fields, kind[1])
        events = [self._numbered(one) for one in (*before, whole)]
        return raw if events == [fields] else b"".join(map(event, events))

    def _whole(self, fields: dict[str, Any], kind: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """What has to come before an event, and the event."""
        noun, _, verb = kind.partition(".")
        if noun in _LIFE:
            response = fields.get("response")
            if isinstance(response, dict):
                fields = fields | {"response": repaired(response, self._model, self._minted)}
            return [], fields
        if noun == "output_item" and isinstance(fields.get("item"), dict):
            return self._item(fields, verb)
        if noun in _TEXTS or noun in _SUMMARIES or noun in _CALLS:
            return self._within(fields, noun, verb)
        return [], fields

    def _item(self, fields: dict[str, Any], verb: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        item = fields["item"]
        known = self._places.get(_id(item, -1, self._minted))
        told = str(item.get("id") or item.get("call_id") or "")
        item = _known(item, len(self._places) if known is None else known, self._minted)
        self._renamed[told] = item["id"]
        before = []
        if known is None:
            known = self._place(item["id"], fields)
            if verb == "done":
                added = {"output_index": known, "item": item | {"status": "in_progress"}}
                before.append({"type": "response.output_item.added"} | added)
        return before, {"output_index": known} | fields | {"item": item}

    def _within(self, fields: dict[str, Any], noun: str, verb: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        before: list[dict[str, Any]] = []
        told = self._renamed.get(str(fields.get("item_id")))
        item_id = told if told in self._places else next(reversed(self._places), None)
        if item_id is None:
            if noun not in ("content_part", "output_text"):
                return [], fields
            item_id = self._minted.id("msg", 0)
            item = {"type": "message", "id": item_id, "role": "assistant", "status": "in_progress", "content": []}
            before.append(
                {"type": "response.output_item.added", "output_index": self._place(item_id, {}), "item": item}
            )
        place = {"item_id": item_id, "output_index": self._places[item_id]}
        if noun in _CALLS:
            return before, place | fields | {"item_id": item_id}
        index = "summary_index" if noun in _SUMMARIES else "content_index"
        part = (item_id, noun in _SUMMARIES)
        if verb == "added" or (verb == "delta" and part not in self._parts):
            self._parts[part] = self._parts.get(part, -1) + 1
            if noun == "output_text":
                empty = {"type": "output_text", "text": "", "annotations": []}
                before.append(
                    {"type": "response.content_part.added"} | place | {index: self._parts[part], "part": empty}
                )
        return before, place | {index: self._parts.get(part, 0)} | fields | {"item_id": item_id}

    def _place(self, item_id: str, fields: Mapping[str, Any]) -> int:
        told = fields.get("output_index")
        self._places[item_id] = told if isinstance(told, int) else len(self._places)
        return self._places[item_id]

    def _numbered(self, fields: dict[str, Any]) -> dict[str, Any]:
        told = fields.get("sequence_number")
        self._number = told if isinstance(told, int) and told > self._number else self._number + 1
        return fields | {"sequence_number": self._number}
