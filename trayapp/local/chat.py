"""One conversation with the target, for the chat window: streamed, bounded, broken off by closing it."""

import contextlib
from collections.abc import AsyncGenerator, Sequence
from typing import Any, Literal, TypedDict

import msgspec

from trayapp.core.remote_text import plain
from trayapp.core.switching.target import TargetStatus
from trayapp.errors import Problem
from trayapp.local.client import REASON_LIMIT_CHARS, Client, LocalKey

# A model that was unloaded meanwhile is loaded by the question.
FIRST_LIMIT_S = 300.0
# The slowest usable machine gives a token every few seconds.
IDLE_LIMIT_S = 60.0


class Message(TypedDict):
    role: Literal["system", "user", "assistant"]
    content: str


async def stream(
    status: TargetStatus, messages: Sequence[Message], key: LocalKey | None = None
) -> AsyncGenerator[str, None]:
    """The answer to `messages` piece by piece. Closing the iterator, or cancelling, stops the server's work too.

    Raises `Problem`: `local_no_target`, `local_chat_failed` (model, reason), `local_chat_cut` (model: the answer
    ended before its end), `local_context_full` (model, context), and what `Client` raises.
    """
    if status.url is None or status.model is None:
        raise Problem("local_no_target")
    question = {"model": status.model, "messages": list(messages), "stream": True}
    finished = knows_finish = begun = False
    async with Client(status.url, key) as client:
        lines = client.lines("/v1/chat/completions", question, first_limit_s=FIRST_LIMIT_S, idle_limit_s=IDLE_LIMIT_S)
        async with contextlib.aclosing(lines):
            try:
                async for line in lines:
                    data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
                    if data == "[DONE]":
                        # All that a server says which knows no finish_reason; of another it may hide a cut.
                        finished = finished or (begun and not knows_finish)
                        break
                    if data:
                        text, choice = _piece(data, status)
                        begun = begun or bool(choice)
                        knows_finish = knows_finish or "finish_reason" in choice
                        finished = finished or bool(choice.get("finish_reason"))
                        if text:
                            yield text
            except Problem as problem:
                raise _in_words(problem, status) from problem
    if not finished:
        raise Problem("local_chat_cut", model=status.model)


def _piece(data: str, status: TargetStatus) -> tuple[str, dict[str, Any]]:
    """The text of one event, and the choice that holds it."""
    try:
        event: Any = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem("local_wrong_server", url=status.url) from error
    if not isinstance(event, dict):
        raise Problem("local_wrong_server", url=status.url)
    if failure := event.get("error") or (event if event.get("object") == "error" else None):
        message = failure.get("message") if isinstance(failure, dict) else failure
        raise Problem("local_chat_failed", model=status.model, reason=plain(str(message), REASON_LIMIT_CHARS))
    choices = event.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    delta = choice.get("delta")
    text = delta.get("content") if isinstance(delta, dict) else None
    return text if isinstance(text, str) else "", choice


def _in_words(problem: Problem, status: TargetStatus) -> Problem:
    if problem.code != "local_refused":
        return problem
    reason = str(problem.params["reason"])
    # llama.cpp: "request (9019 tokens) exceeds the available context size (512 tokens)"; LM Studio and others likewise.
    if "context" in reason and ("exceed" in reason or "overflow" in reason or "length" in reason):
        return Problem("local_context_full", model=status.model, context=status.context)
    return Problem("local_chat_failed", model=status.model, reason=reason)
