"""What a request rests on that its provider keeps for it, or does for it, and nobody else has."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from trayapp.core.json_text import read_json

Fields = Mapping[str, msgspec.Raw]

_NAMED = {
    "previous_response_id": "an earlier response",
    "conversation": "a stored conversation",
    "background": "being worked on in the background",
    "container": "a container",
    "mcp_servers": "a connection to MCP servers",
}
_NOTHING = (b"null", b"false", b'""', b"[]", b"{}")
_SAID_IN = ("input", "messages", "system", "tools")
_MARKS = (b'_id"', b'_ids"', b'item_reference"', b'container"', b'image_generation_call"', b'"audio"')
# Anthropic's, each of them dated; what the local server cannot do it would leave out without a word.
_SERVERS_TOOL = re.compile(
    rb'"type"\s*:\s*"((?:web_search|web_fetch|code_execution|tool_search_tool_\w+|advisor)_\d{8}|mcp_toolset)"'
)
# OpenAI's, offered to the model beside the tool's own functions. Not its search: Codex offers that in every request,
# and the model answers without it.
_OFFERED = ("file_search", "code_interpreter", "computer_use_preview", "computer", "image_generation", "mcp")
_SEARCHES = ("web_search_options", "search_parameters")
# What a tool is called with may have any names in it.
_ARGUMENTS = ("arguments", "input", "parameters", "input_schema")


def fields_of(body: bytes) -> dict[str, msgspec.Raw] | None:
    """What a request says, each value as the bytes that it was; None for what is no JSON object."""
    try:
        return msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # Spelled anew in a text that msgspec does not take.
        said = _read(body)
    return (
        {name: msgspec.Raw(json.dumps(value).encode()) for name, value in said.items()}
        if isinstance(said, dict)
        else None
    )


def rests_on(fields: Fields) -> str | None:
    """What the fields of a request, none of them read yet, need of its provider's, in words; None where nothing."""
    for name, what in _NAMED.items():
        if _is_given(fields, name):
            return what
    if bytes(fields.get("prompt", b"")).lstrip().startswith(b"{"):
        return "a stored prompt"
    if (tool := _SERVERS_TOOL.search(bytes(fields.get("tools", b"")))) is not None:
        return f"its own tool {tool[1].decode()}"
    said = (bytes(fields.get(name, b"")) for name in _SAID_IN)
    marked = (_read(raw) for raw in said if any(mark in raw for mark in _MARKS))
    return next((kept for value in marked for kept in _kept(value)), None)


def runs_there(fields: Fields) -> str | None:
    """Which tool of its own the provider may use for it, or has to; None where there is none."""
    for name in _SEARCHES:
        if bytes(fields.get(name, b"null")).strip() != b"null":
            return name
    offered: object = None
    if any(b'"%s"' % kind.encode() in bytes(fields.get("tools", b"")) for kind in _OFFERED):
        offered = _read(bytes(fields["tools"]))
    for tool in offered if isinstance(offered, list) else ():
        if isinstance(tool, dict) and (kind := tool.get("type")) in _OFFERED:
            return str(kind)
    chosen = _read(bytes(fields.get("tool_choice", b"")))
    kind = str(chosen.get("type")) if isinstance(chosen, dict) else ""
    return kind if kind in _OFFERED or kind.startswith("web_search") else None


def _is_given(fields: Fields, name: str) -> bool:
    return name in fields and bytes(fields[name]).strip() not in _NOTHING


def _read(raw: bytes) -> Any:
    """None for what nobody can read; whoever is asked says so himself."""
    try:
        return read_json(raw)
    except ValueError:
        return None


def _kept(value: Any) -> Iterator[str]:
    """What is kept elsewhere of all in `value`, however deep it lies."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, list):
            left += one
        elif isinstance(one, dict):
            if one.get("type") == "item_reference":
                yield "an item of an earlier response"
            if _is_id(one.get("file_id")) or _are_ids(one.get("file_ids")):
                yield "an uploaded file"
            if _are_ids(one.get("vector_store_ids")):
                yield "a vector store"
            if one.get("type") == "code_interpreter" and _is_id(one.get("container")):
                yield "a container"
            if one.get("type") == "image_generation_call" and not one.get("result"):
                yield "a picture that it made"
            if (
                isinstance(audio := one.get("audio"), dict)
                and one.get("role") == "assistant"
                and _is_id(audio.get("id"))
            ):
                yield "something that it spoke"
            left += (inner for name, inner in one.items() if name not in _ARGUMENTS)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _are_ids(value: object) -> bool:
    return isinstance(value, list) and any(map(_is_id, value))
