"""What a tool is told where a request cannot be translated, or where a chat server answers with an error."""

import re
from typing import Any

from trayapp.core.remote_text import plain
from trayapp.gateway.refusal import Refused

CONTEXT_OVERFLOW = "context_length_exceeded"
"""Codex compacts a conversation on it."""
HOME = "or send this provider's requests back to the cloud: `llm-ampel switch cloud`."
_WORDS_CHARS = 1000
_OVERFLOW = re.compile(
    r"exceed_context_size|context_length_exceeded|context (?:length|size|window)|context overflow", re.I
)
"""As llama.cpp, OpenAI, vLLM and LM Studio have it, in a type, a code or words."""


def malformed(what: str) -> Refused:
    return Refused(400, "invalid_request", f"The request's `{what}` is not what it should be.", retry=False)


def rests_on_provider(what: str) -> Refused:
    message = f"This request needs {what}, which only the provider has. Start a new conversation without it, {HOME}"
    return Refused(400, "local_needs_provider", message, retry=False)


def not_taken(what: str) -> Refused:
    message = f"The local model takes no {what}. Take it out of the conversation, {HOME}"
    return Refused(400, "local_cannot_read", message, retry=False)


def lost(words: str = "The local model's answer broke off.") -> Refused:
    return Refused(503, "local_cut", f"{words} Ask again, {HOME}")


def of_error(error: object, status: int) -> Refused:
    """What a chat server says against a request, in its words; an overflow in those by which tools know it.

    `error`: the error object of a plain answer or an event, or its text. `status`: of the answer, 200 in a stream.
    """
    fields: dict[str, Any] = error if isinstance(error, dict) else {"message": error}
    code = fields.get("code")
    told = code if isinstance(code, int) and 400 <= code <= 599 else None
    said = fields.get("message")
    words = plain(said, _WORDS_CHARS) if isinstance(said, str) else ""
    if "max_tokens" not in words and _OVERFLOW.search(f"{fields.get('type')} {code} {words}"):
        return Refused(400, CONTEXT_OVERFLOW, _too_long(fields, words), retry=False)
    status = status if status >= 400 else told or 500
    return Refused(status, f"local_http_{status}", words or "The local model answered with an error.", retry=False)


def _too_long(fields: dict[str, Any], words: str) -> str:
    """Claude Code compacts a conversation on how this begins alone."""
    tokens, most = fields.get("n_prompt_tokens"), fields.get("n_ctx")
    if isinstance(tokens, int) and isinstance(most, int):
        return f"prompt is too long: {tokens} tokens > {most} maximum"
    return f"prompt is too long: {words or 'the local model cannot read as much at once'}"
