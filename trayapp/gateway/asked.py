"""What the failover machine has to know of a tool's request, read once and no further than needed: a long conversation
is read in tenths of a millisecond, since its fields stay the bytes that they were."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from trayapp.core.json_text import read_json
from trayapp.core.switching.asked import Asked, Rescue
from trayapp.core.switching.route import Endpoint, Policy
from trayapp.gateway.dialects.kept import Fields, fields_of, rests_on, runs_there
from trayapp.gateway.way_home import FITTED

RETRY_COUNT = "x-stainless-retry-count"
"""How often OpenAI's and Anthropic's libraries have asked the same before; Claude Code's is in it."""
# Codex asks an error of a server 30 times, opencode for minutes, whatever the answer says about that.
_MULTIPLIES = re.compile(r"(?:codex|opencode)", re.I)
_NAMED_IN = ("originator", "user-agent")
# Names end so, or go on with a number, a date or a size.
_THINKS = re.compile(
    r"(?:^|[/:_.-])(?:o[1-9]|gpt-(?:[5-9]|\d\d)|r1|qwq|magistral|reason(?:er|ing)|think(?:er|ing))(?![a-z])", re.I
)
_SMALL_BYTES = 1000
_THINKING = ("reasoning", "reasoning_effort", "thinking", "enable_thinking")
_NO_THINKING = frozenset({"none", "disabled", "off"})


def asked_of(
    endpoint: Endpoint,
    headers: Mapping[str, str],
    body: bytes,
    policy: Policy,
    rescue: Rescue,
    quick: Callable[[str], bool] = lambda model: False,
) -> Asked:
    """`headers` find their names whatever the case. `body`: unpacked; what cannot be read says nothing. `quick`: does
    this model answer the tool that asks within seconds, as a rule?"""
    fields = fields_of(body) or {}
    # Where the user has chosen the local model, what is only offered is left out and said; nobody moves for that.
    return Asked(
        endpoint,
        streams=_small(fields, "stream") is True,
        policy=policy,
        rescue=rescue,
        rests=rests_on(fields) is not None or runs_there(fields) is not None,
        reasons=_reasons(fields),
        quick=quick(model_in(fields)),
        foreign=endpoint in FITTED,
        again=_count(headers.get(RETRY_COUNT, "")) > 0,
        multiplies=multiplies(headers),
    )


def multiplies(headers: Mapping[str, str]) -> bool:
    """Does the tool ask an error of a server again and again, whatever the answer says about that?"""
    return any(_MULTIPLIES.match(headers.get(name, "")) for name in _NAMED_IN)


def model_in(fields: Fields) -> str:
    """The model that is asked for; empty where none is named."""
    model = _small(fields, "model")
    return model if isinstance(model, str) else ""


def _reasons(fields: Fields) -> bool:
    """Does it ask for thinking, or for a model that thinks? What it says outright goes before the name."""
    for name in _THINKING:
        if name not in fields:
            continue
        how = _small(fields, name)
        if isinstance(how, dict):
            if how.get("enabled") is False:
                return False
            how = how.get("type") or how.get("effort") or True
        if how is not None:
            return how is not False and how not in _NO_THINKING
    return _THINKS.search(model_in(fields)) is not None


def _small(fields: Fields, name: str) -> Any:
    """The value of one field; None where it says nothing, or more than such a field can."""
    raw = bytes(fields.get(name, b""))
    if not raw or len(raw) > _SMALL_BYTES:
        return None
    try:
        return read_json(raw)
    except ValueError:
        return None


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
