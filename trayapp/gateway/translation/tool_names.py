"""What a chat model's functions are called, and which of the tool's own they are.

Chat Completions has one flat list of functions with names of at most 64 of [A-Za-z0-9_-]. Responses has namespaces
with tools in them, and custom tools, which take a text and no object: https://platform.openai.com/docs/guides/tools
"""

import hashlib
import re
from typing import NamedTuple

_MOST_CHARS = 64
_OTHER = re.compile(r"[^A-Za-z0-9_-]")


class Tool(NamedTuple):
    """`custom`: it takes a text, which as a function's only argument is called `input`."""

    name: str
    namespace: str | None = None
    custom: bool = False


class ToolNames:
    """The functions of one request. A tool has the same name in every turn, so that a server knows the prompt again."""

    def __init__(self) -> None:
        self._tools: dict[str, Tool] = {}
        self._names: dict[tuple[str | None, str], str] = {}

    def name(self, tool: Tool) -> str:
        """What the model calls `tool`; it is known from now on."""
        key = (tool.namespace, tool.name)
        if key not in self._names:
            self._names[key] = name = self._new(tool)
            self._tools[name] = tool
        return self._names[key]

    def tool(self, name: str) -> Tool:
        """What the model means by `name`; a name that nobody knows is passed on for the tool to refuse."""
        if name in self._tools:
            return self._tools[name]
        # Small models forget the namespace.
        alike = [tool for tool in self._tools.values() if tool.name == name]
        return alike[0] if len(alike) == 1 else Tool(name)

    def _new(self, tool: Tool) -> str:
        full = f"{tool.namespace.rstrip('_')}__{tool.name}" if tool.namespace else tool.name
        name = _OTHER.sub("_", full)
        if len(name) <= _MOST_CHARS and name not in self._tools:
            return name
        mark = hashlib.sha256(full.encode(errors="surrogatepass")).hexdigest()[:8]
        return f"{name[: _MOST_CHARS - 9]}_{mark}"
