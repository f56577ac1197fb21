"""What a request rests on that its provider keeps for it, and nobody else has."""

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
_MARKS = (b'_id"', b'_ids"', b'item_reference"', b'container"')
# Anthropic's, each of them dated; what the local server cannot do it would leave out without a word.
_SERVERS_TOOL = re.compile(
    rb'"type"\s*:\s*"((?:web_search|web_fetch|code_execution|tool_search_tool_\w+|advisor)_\d{8}|mcp_toolset)"'
)
# What a tool is called with may have any names in it.
_ARGUMENTS = ("arguments", "input", "parameters", "input_schema")


def rests_on(fields: Fields) -> str | None:
    """What the fields of a request, none of them read yet, need of its provider's, in words; None where nothing."""
    for name, what in _NAMED.items():
        if name in fields and bytes(fields[name]).strip() not in _NOTHING:
            return what
    if bytes(fields.get("prompt", b"")).lstrip().startswith(b"{"):
        return "a stored prompt"
    if (tool := _SERVERS_TOOL.search(bytes(fields.get("tools", b"")))) is not None:
        return f"its own tool {tool[1].decode()}"
    said = (bytes(fields.get(name, b"")) for name in _SAID_IN)
    marked = (_read(raw) for raw in said if any(mark in raw for mark in _MARKS))
    return next((kept for value in marked for kept in _kept(value)), None)


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
            left += (inner for name, inner in one.items() if name not in _ARGUMENTS)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _are_ids(value: object) -> bool:
    return isinstance(value, list) and any(map(_is_id, value))
