"""What a tool is told where a request cannot be translated, or where a chat server answers with an error."""

from trayapp.gateway.dialects.errors import fields_of, overflow_in, too_long, words_of
from trayapp.gateway.refusal import Refused

CONTEXT_OVERFLOW = "context_length_exceeded"
"""Codex compacts a conversation on it."""
HOME = "or send this provider's requests back to the cloud: `llm-ampel switch cloud`."


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
    if (overflow := overflow_in(error)) is not None:
        return Refused(400, CONTEXT_OVERFLOW, too_long(overflow), retry=False)
    code = fields_of(error).get("code")
    told = code if isinstance(code, int) and 400 <= code <= 599 else None
    status = status if status >= 400 else told or 500
    words = words_of(error) or "The local model answered with an error."
    return Refused(status, f"local_http_{status}", words, retry=False)
