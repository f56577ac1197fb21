"""The chat's stream, with the real llama.cpp and with servers that break in the middle."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest

from tests.loopback.local.conftest import MakeTarget
from tests.support.httpserver import Server, answer, endless, events
from tests.support.ollama import Ollama
from tests.support.until import until
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.errors import Problem
from trayapp.local import chat
from trayapp.settings.schema import Local

ANSWERED = b'data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\n'
HELLO: list[chat.Message] = [{"role": "user", "content": "Hello"}]


def _status(url: str, model: str = "qwen3:8b") -> TargetStatus:
    return TargetStatus(TargetState.READY, url=url, model=model)


async def _said(status: TargetStatus, messages: list[chat.Message] | None = None) -> tuple[str, str | None]:
    """Everything that came, and the code of the problem that ended it."""
    pieces = []
    try:
        async for piece in chat.stream(status, messages or HELLO):
            pieces.append(piece)  # noqa: PERF401 - what came before a problem counts
    except Problem as problem:
        return "".join(pieces), problem.code
    return "".join(pieces), None


async def test_the_answer_comes_piece_by_piece() -> None:
    async with Ollama("qwen3:8b") as server:
        pieces = [piece async for piece in chat.stream(_status(server.url), HELLO)]
        assert pieces == ["It", " is", " not", " you", "."]
        assert server.requests == [
            ("POST", "/v1/chat/completions", {"model": "qwen3:8b", "messages": HELLO, "stream": True})
        ]


async def test_the_real_server_streams_and_refuses_a_conversation_that_is_too_long(
    make_target: MakeTarget, tiny_gguf: Path
) -> None:
    target = make_target(Local(server="embedded", file=str(tiny_gguf), context=512))
    status = await target.prepare()
    async with contextlib.aclosing(chat.stream(status, HELLO)) as pieces:
        first = await anext(pieces)
    assert first
    text, code = await _said(status, [{"role": "user", "content": "Hello " * 2000}])
    assert (text, code) == ("", "local_context_full")


async def test_closing_the_stream_stops_the_server() -> None:
    async with Ollama("qwen3:8b") as server:
        server.token_s = 0.05
        server.tokens = ("word ",) * 1000
        async with contextlib.aclosing(chat.stream(_status(server.url), HELLO)) as pieces:
            assert await anext(pieces) == "word "
        async with asyncio.timeout(5):
            await server.hung_up.wait()


async def test_cancelling_the_reader_stops_the_server() -> None:
    async with Ollama("qwen3:8b") as server:
        server.token_s = 0.05
        server.tokens = ("word ",) * 1000
        async with asyncio.TaskGroup() as group:
            task = group.create_task(_said(_status(server.url)))
            await until(lambda: server.requests, "the question")
            task.cancel()
        async with asyncio.timeout(5):
            await server.hung_up.wait()


async def test_a_cut_answer_is_no_whole_one() -> None:
    async with Ollama("qwen3:8b") as server:
        server.cut_after = 2
        assert await _said(_status(server.url)) == ("It is", "local_chat_cut")
        server.cut_after, server.error_after = None, 3
        assert await _said(_status(server.url)) == ("It is not", "local_chat_failed")


@pytest.mark.parametrize(
    ("behaviour", "result"),
    [
        (events('{"choices":[{"delta":{"content":"a"}}]}', end=False), ("a", "local_cut")),
        (events('{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}'), ("a", None)),
        (events('{"choices":[{"delta":{"content":7}}]}', "[DONE]"), ("", None)),
        (events("not json"), ("", "local_wrong_server")),
        (events("[" * 200_000), ("", "local_wrong_server")),
        (events('"text"'), ("", "local_wrong_server")),
        (answer(404, {"error": {"message": "model not found"}}), ("", "local_chat_failed")),
        (answer(400, {"error": {"message": "request exceeds the available context size"}}), ("", "local_context_full")),
        (answer(200, "<html>"), ("", "local_chat_cut")),
        (endless, ("", "local_wrong_server")),
    ],
    ids=["cut", "no-done", "odd", "no-json", "depths", "no-object", "404", "context", "page", "endless"],
)
async def test_what_is_not_an_answer_is_told(behaviour: Any, result: tuple[str, str | None]) -> None:
    async with Server() as server:
        server.on("/v1/chat/completions", behaviour)
        assert await _said(_status(server.url)) == result


@pytest.mark.parametrize(
    ("behaviour", "result"),
    [
        (events('{"choices":[{"delta":{"content":"a"},"finish_reason":null}]}', "[DONE]"), ("a", "local_chat_cut")),
        (events('{"choices":[{"delta":{"content":"a"},"finish_reason":""}]}'), ("a", "local_chat_cut")),
        (events("[DONE]"), ("", "local_chat_cut")),
        (events('{"choices":[]}', '{"usage":{}}', "[DONE]"), ("", "local_chat_cut")),
        (events('{"object":"error","message":"out of memory"}', "[DONE]"), ("", "local_chat_failed")),
    ],
    ids=["no-finish", "empty-finish", "only-done", "usage", "object-error"],
)
async def test_a_cut_behind_a_last_word_is_told(behaviour: Any, result: tuple[str, str | None]) -> None:
    async with Server() as server:
        server.on("/v1/chat/completions", behaviour)
        assert await _said(_status(server.url)) == result


async def test_an_answer_that_a_cloud_gave_is_not_shown_as_a_local_one() -> None:
    """LiteLLM falls back to a cloud when the local model fails, long after the look at it."""
    asked = {"x-litellm-version": "1.95.0", "x-litellm-model-api-base": "https://api.elsewhere.example/v1"}
    async with Server() as server:
        server.on("/v1/chat/completions", answer(200, ANSWERED, asked))
        with pytest.raises(Problem, match="local_forwards") as told:
            await anext(chat.stream(_status(server.url), HELLO))
        assert told.value.params == {
            "model": "qwen3:8b", "url": server.url, "product": "LiteLLM", "host": "api.elsewhere.example"
        }  # fmt: skip
        server.on("/v1/chat/completions", answer(200, ANSWERED, asked | {"x-litellm-model-api-base": server.url}))
        assert await _said(_status(server.url)) == ("a", None)


async def test_a_server_that_falls_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat, "IDLE_LIMIT_S", 0.2)
    async with Server() as server:
        server.on("/v1/chat/completions", events('{"choices":[{"delta":{"content":"a"}}]}', gap_s=30))
        assert await _said(_status(server.url)) == ("a", "local_timeout")


async def test_nothing_to_talk_to() -> None:
    assert await _said(TargetStatus(TargetState.NONE)) == ("", "local_no_target")
