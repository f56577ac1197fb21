"""What a tool's request says, read for the local target."""

from typing import Any

import msgspec

from trayapp.core.json_text import read_json
from trayapp.core.switching.route import Endpoint
from trayapp.gateway.dialects.kept import fields_of, rests_on
from trayapp.gateway.local_refusals import not_there
from trayapp.gateway.refusal import Refused
from trayapp.gateway.tool_request import ToolRequest

_TAKEN = ("message", "function_call", "function_call_output", "reasoning")


class _Item(msgspec.Struct):
    type: str = "message"
    content: Any = None


def with_model(asked: ToolRequest, name: str) -> bytes:
    """The body with another `model`; every other value stays the bytes that it was."""
    return msgspec.json.encode(movable_fields(asked) | {"model": name})


def movable_fields(asked: ToolRequest) -> dict[str, msgspec.Raw]:
    """What a request says, none of it read. Raises Refused (400) for what rests on its provider."""
    fields = fields_of(asked.said)
    if fields is None:
        raise _no_object()
    if (kept := rests_on(fields)) is not None:
        raise not_there(asked, f"Only {asked.provider.name} has what this request rests on, which is {kept}")
    return fields


def is_the_clouds(asked: ToolRequest) -> bool:
    """Does a conversation in Responses hold items that local servers refuse, and only a translation can say to them?

    llama.cpp takes no reasoning without its text, which OpenAI keeps encrypted, no custom tools and no searches:
    https://github.com/ggml-org/llama.cpp/issues/29159
    """
    raw = bytes((fields_of(asked.said) or {}).get("input", b""))
    if asked.endpoint is not Endpoint.RESPONSES or not raw.startswith(b"["):
        return False
    try:
        items = msgspec.json.decode(raw, type=list[_Item])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return any(item.type not in _TAKEN or (item.type == "reasoning" and not item.content) for item in items)


def said_in(body: bytes) -> dict[str, Any]:
    """What a request says, all of it read. Raises Refused (400) for what is no JSON object."""
    try:
        fields = read_json(body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise _no_object()
    return fields


def _no_object() -> Refused:
    return Refused(400, "invalid_json", "The request is not a JSON object.", retry=False)
