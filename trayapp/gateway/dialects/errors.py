"""What an error says, in the words that providers and local servers have for it: whose fault it is, and whether the
request is too long for the model. Many speak another's dialect and keep their own words, so one table reads them all.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from trayapp.core.evidence.answer_shapes import is_words
from trayapp.core.evidence.answers import Reading, read_answer, read_within
from trayapp.core.evidence.error_words import is_quota, meant, status_named, status_of_kind
from trayapp.core.evidence.observation import Badge, Depth, Outcome
from trayapp.core.remote_text import plain
from trayapp.core.switching.failure import Fault, Said

_WORDS_CHARS = 1000
_READ_CHARS = 4000
"""What an error is about stands at its beginning; some repeat the request in it."""
_NAMES = ("type", "code", "status", "param", "message", "detail", "error")
_BAD_REQUEST = 400
_PAYMENT_REQUIRED = 402
_NOT_ABOUT_LENGTH = (401, 403, 404, 429)
_NOT_ABOUT_OTHERS_WORK = (401, 403, 429)

_OVERFLOW = re.compile(
    # llama.cpp, OpenAI, and whoever passes their codes on.
    r"exceed_context|context_(?:length|window)_exceeded"
    # OpenAI, vLLM, LM Studio, Ollama, Mistral, DeepSeek, OpenRouter.
    r"|context (?:length|size|window|overflow)|exceeds? [\w' ]*context"
    # Anthropic; OpenAI's newer models; Google; xAI; SGLang.
    r"|prompt is too long|exceed context limit|input tokens exceed|input token count|maximum prompt length"
    r"|exceeds? (?:the )?maximum input length",
    re.I,
)
# What may be written was asked for in vain: a shorter conversation would not mend it.
_TOO_MUCH_ASKED = re.compile(r"max_(?:completion_|output_)?tokens\W[^.]{0,60}too (?:large|high)", re.I)
_NUMBER = r"([\d,]{1,12})"
_TOKENS = tuple(
    re.compile(words.replace("N", _NUMBER), re.I)
    for words in (
        r"too long: N tokens",
        r"resulted in N tokens",
        r"requested (?:about )?N tokens",
        r"request \(N tokens\)",
        r"input token count(?: of)? \(?N",
        r"(?:request|prompt) (?:contains|has) (?:at least )?N (?:input )?tokens",
        r"input length N exceeds",
    )
)
_SUM = re.compile(rf"context limit: {_NUMBER} \+ {_NUMBER} >", re.I)
_MOST = tuple(
    re.compile(words.replace("N", _NUMBER), re.I)
    for words in (
        r"> N maximum",
        r"tokens > N",
        r"\d \+ [\d,]+ > N",
        r"maximum context length (?:is|of) N",
        r"context size \(N",
        r"(?:limit|length) of (?:only )?N tokens",
        r"maximum prompt length is N",
        r"N maximum context length",
        r"tokens allowed \(?N",
        r"maximum input length N",
    )
)

_NOT_TAKEN = "(?:unsupported|unknown|unrecognized|unexpected|not permitted|not allowed|extra_forbidden)"
_OTHERS_WORK = re.compile(
    # Anthropic, of thinking that is not its own, no longer where it was, or missing.
    r"invalid\W{1,3}(?:signature|data)\W{1,3}in\W{1,3}(?:redacted_)?thinking"
    r"|expected\W{1,3}(?:redacted_)?thinking\b.{0,60}but found"
    r"|thinking\W{1,3}blocks in the latest assistant message cannot be modified"
    r"|cannot contain\W{1,3}(?:redacted_)?thinking"
    r"|content\.\d+\.(?:(?:redacted_)?thinking\b|signature\b)"
    # Anthropic, of the ids of calls, and of turns in which nothing was said.
    r"|\btool_use(?:\.id|_id): string should"
    r"|text content blocks must (?:be non-empty|contain non-whitespace)|messages must have non-empty content"
    # OpenAI's Responses, of what is encrypted, of items that it does not keep, and of what an item may hold.
    r"|invalid_encrypted_content|encrypted content\b.{0,160}could not be"
    r"|item with id\W.{1,600}not found"
    r"|of type\W{1,3}\w+\W{1,3}was provided without its required"
    r"|(?:invalid|unknown parameter)\W{1,4}input\[\d+\]\.(?:id|call_id|status|encrypted_content)\b"
    r"|missing required parameter\W{1,4}input\[\d+\]\.(?:id|summary|encrypted_content)\b"
    r"|input\[\d+\]\.content\b.{0,60}maximum length 0\b"
    # Chat, of the ids of calls, and of reasoning in earlier turns.
    r"|messages\[\d+\]\.(?:tool_calls\[\d+\]\.id|tool_call_id)\b.{0,20}(?:string|expected|too long)"
    r"|tool call id was .{1,200}but must be"
    rf"|\b(?:messages\b.{{0,60}}\breasoning|reasoning_content)\b.{{0,80}}{_NOT_TAKEN}"
    rf"|{_NOT_TAKEN}.{{0,80}}\b(?:messages\b.{{0,60}}\breasoning|reasoning_content)\b",
    re.I | re.S,
)
"""The request holds what another model wrote, which this one does not take. As reported for Anthropic
(https://github.com/anthropics/anthropic-sdk-python/issues/1598, https://github.com/maximhq/bifrost/issues/5097,
https://github.com/anomalyco/opencode/issues/48637), OpenAI (https://github.com/openai/codex/issues/8145,
https://github.com/vercel/ai/issues/7543, https://github.com/musistudio/claude-code-router/issues/1783,
https://github.com/BerriAI/litellm/issues/13420), and Cerebras and Mistral
(https://github.com/Kilo-Org/kilocode/issues/10375, https://github.com/BerriAI/litellm/issues/30835)."""
# An error of the request's own that some tell without a name for it.
_FILTERED = re.compile(
    r"content.?(?:filter|policy|management)|flagged|moderation|usage (?:policy|guidelines)"
    # Qwen.
    r"|data.?inspection.?failed|inappropriate content",
    re.I,
)


class Overflow(NamedTuple):
    """`tokens`: of the request. `most`: what the model can read. None where it does not say so. `words`: its own."""

    tokens: int | None
    most: int | None
    words: str


def fields_of(error: object) -> Mapping[str, Any]:
    """The error as an object, be it one, a text, or a whole answer with one in it."""
    if not isinstance(error, dict):
        return {"message": error} if isinstance(error, str) else {}
    inner = error.get("error")
    return inner if isinstance(inner, dict) else error


def words_of(error: object) -> str:
    """What it says to a person; empty where it says nothing."""
    message = fields_of(error).get("message")
    return plain(message, _WORDS_CHARS) if isinstance(message, str) else ""


def overflow_in(error: object) -> Overflow | None:
    """Does it say that the request is too long for the model?"""
    fields, text = fields_of(error), _text(error)
    if not _OVERFLOW.search(text) or _TOO_MUCH_ASKED.search(text):
        return None
    tokens, most = fields.get("n_prompt_tokens"), fields.get("n_ctx")
    if both := _SUM.search(text):
        tokens = sum(_number(group) for group in both.groups())
    tokens = tokens if isinstance(tokens, int) else next(_numbers(_TOKENS, text), None)
    most = most if isinstance(most, int) else next(_numbers(_MOST, text), None)
    return Overflow(tokens, most, words_of(error))


def too_long(overflow: Overflow) -> str:
    """In the words by which Claude Code compacts a conversation."""
    if overflow.words.startswith("prompt is too long"):
        return overflow.words
    if overflow.tokens is not None and overflow.most is not None:
        return f"prompt is too long: {overflow.tokens} tokens > {overflow.most} maximum"
    return f"prompt is too long: {overflow.words or 'the local model cannot read as much at once'}"


def is_the_requests_own(error: object) -> bool:
    """Is it about what the request says, whatever its kind is called? An account's quota is, too."""
    text = _text(error)
    filtered_or_foreign = _FILTERED.search(text) or _OTHERS_WORK.search(text)
    return bool(filtered_or_foreign) or is_quota(fields_of(error)) or overflow_in(error) is not None


def read_refusal(fields: Mapping[str, Any], depth: Depth) -> Reading:
    """What a stream counts as that ends on what is the request's own, or its account's."""
    return Reading(Outcome.NEUTRAL, "refused", depth, Badge.QUOTA if is_quota(fields) else None)


def status_in(fields: Mapping[str, Any]) -> int | None:
    """The status that an error in a stream would have had; None where it does not say, or is called a bad request, as
    most things are by some."""
    of_kind = status_of_kind(fields)
    return status_named(fields) or (None if of_kind == _BAD_REQUEST else of_kind)


def muttered_in(event: object) -> object:
    """What an event of a stream says went wrong, in whatever words; None where it says nothing of that.

    Of what is not in the words of their dialect the libraries hear nothing, and wait for the end.
    """
    event = event[0] if isinstance(event, list) and event else event
    if not isinstance(event, dict):
        return None
    if isinstance(error := event.get("error"), dict | str) and error:
        return error
    return event if meant(event, 200) != 200 or is_words(event) or event.get("object") == "error" else None


def read_muttered(error: object, depth: Depth) -> Reading:
    """What a stream counts as that has ended on this."""
    fields = error if isinstance(error, dict) else {"message": str(error)}
    if meant(fields, 200) != 200:
        return read_answer(200, {}, msgspec.json.encode(fields), depth=depth, keyed=True)
    if is_the_requests_own(fields):
        return read_refusal(fields, depth)
    return read_within(fields, depth, keyed=True) or Reading(Outcome.FAIL, "cut", depth)


def said_of(status: int, error: object, in_stream: Callable[[object, Depth], Reading]) -> Said | None:
    """What an error says of whose fault it is; None where there is none.

    `status`: of the answer, 200 of an event in a stream. `in_stream`: reads an error that came with a good status.
    """
    if error is None:
        return None
    fields, text = fields_of(error), _text(error)
    if status < 300:
        reading = in_stream(error, Depth.COMPLETION)
    else:
        body = msgspec.json.encode({"error": fields})
        reading = read_answer(status, {}, body, depth=Depth.COMPLETION, keyed=True)
    code = reading.code
    if reading.badge is Badge.QUOTA or status == _PAYMENT_REQUIRED or is_quota(fields):
        return Said(Fault.QUOTA, code)
    if (status >= 500 or status == 408) and reading.badge is None:
        return Said(Fault.SERVER, code)
    told = fields.get("code") if status < 300 else status
    if told not in _NOT_ABOUT_LENGTH and (overflow := overflow_in(error)) is not None:
        return Said(Fault.OVERFLOW, code, overflow.tokens)
    if told not in _NOT_ABOUT_OTHERS_WORK and _OTHERS_WORK.search(text):
        return Said(Fault.FOREIGN, code)
    servers = reading.outcome is Outcome.FAIL or code.startswith("http_5")
    return Said(Fault.SERVER if servers else Fault.REQUEST, code)


def _text(error: object) -> str:
    """All that it says, in a bounded text."""
    fields = fields_of(error)
    said = (fields.get(name) for name in _NAMES)
    return " ".join(str(value)[:_READ_CHARS] for value in said if value not in (None, ""))


def _numbers(patterns: tuple[re.Pattern[str], ...], text: str) -> Iterator[int]:
    return (_number(found[1]) for pattern in patterns if (found := pattern.search(text)))


def _number(text: str) -> int:
    return int(text.replace(",", "") or 0)
