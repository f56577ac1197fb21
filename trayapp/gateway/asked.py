"""What a tool's request is to the failover machine, read from its head and its body."""

import re
from typing import Any

import msgspec
from msgspec import Struct

from trayapp.core.switching.asked import WRITTEN, Asked, Rescue
from trayapp.core.switching.route import Policy
from trayapp.gateway.dialects.kept import rests_on
from trayapp.gateway.tool_request import ToolRequest

_MULTIPLIES = re.compile(r"\b(?:codex|opencode)", re.I)
"""By the name that it gives itself: asks an error of a server again and again, whatever the answer says about that."""
_AGAIN = "x-stainless-retry-count"
"""How often OpenAI's and Anthropic's libraries have asked this before."""


class _Said(Struct):
    stream: bool = False
    model: str = ""
    reasoning: Any = None
    reasoning_effort: Any = None
    thinking: Any = None


def asked_of(asked: ToolRequest, policy: Policy, rescue: Rescue) -> Asked:
    """`asked.said` is read; a body that nobody can read rests on nothing and streams nothing."""
    try:
        said = msgspec.json.decode(asked.said, type=_Said)
        rests = rests_on(msgspec.json.decode(asked.said, type=dict[str, msgspec.Raw])) is not None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        said, rests = _Said(), False
    headers = asked.request.headers
    return Asked(
        asked.endpoint,
        streams=said.stream,
        policy=policy,
        rescue=rescue,
        rests=rests,
        reasons=bool(said.reasoning or said.reasoning_effort or said.thinking),
        foreign=asked.endpoint in WRITTEN,
        again=headers.get(_AGAIN, "0") != "0",
        multiplies=_MULTIPLIES.search(headers.get("user-agent", "")) is not None,
    )
