"""How many tokens an answer took."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Usage(NamedTuple):
    """Tokens of the prompt, how many of them a server knew already, of the answer, and how many of those were
    reasoning."""

    prompt: int
    cached: int
    answer: int
    reasoning: int


def usage_of(answer: Mapping[str, Any]) -> Usage | None:
    """What a chat answer, or the chunk of a stream, says; None where it says nothing."""
    said = answer.get("usage")
    if not isinstance(said, dict) or not isinstance(said.get("prompt_tokens"), int):
        return None
    cached = _within(said, "prompt_tokens_details", "cached_tokens")
    reasoning = _within(said, "completion_tokens_details", "reasoning_tokens")
    return Usage(
        said["prompt_tokens"], min(cached, said["prompt_tokens"]), _count(said, "completion_tokens"), reasoning
    )


def _within(said: Mapping[str, Any], name: str, count: str) -> int:
    details = said.get(name)
    return _count(details, count) if isinstance(details, dict) else 0


def _count(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name)
    return value if isinstance(value, int) and value > 0 else 0
