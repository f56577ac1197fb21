"""What a real llama.cpp says, told to strict readers: to a translated request, and in Responses of its own."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support import llama_server
from tests.support.gguf import write_tiny_gguf
from tests.support.strict_readers import messages_answer, responses_answer
from trayapp.gateway.refusal import Refused
from trayapp.gateway.translation.asked import Minted
from trayapp.gateway.translation.encoding import encode
from trayapp.gateway.translation.refusals import of_error
from trayapp.gateway.translation.responses_repair import ResponsesRepair, repaired
from trayapp.gateway.translation.translation import MESSAGES, RESPONSES, Translation

MINTED = Minted("0123456789abcdef01234567", 1000.0)
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
LIMIT = {"max_tokens": 64, "max_output_tokens": 64, "temperature": 0}
MESSAGES_BODY: dict[str, Any] = LIMIT | {
    "system": "Be brief.",
    "messages": [{"role": "user", "content": "Count."}, {"role": "system", "content": "From 1."}],
    "thinking": {"type": "adaptive"},
    "context_management": {"edits": []},
}
RESPONSES_BODY: dict[str, Any] = LIMIT | {
    "instructions": "Be brief.",
    "input": [{"role": "developer", "content": "From 1."}, {"role": "user", "content": "Count."}],
    "store": False,
}
MESSAGES_TOOLS = {"tools": [{"name": "count", "input_schema": SCHEMA}], "tool_choice": {"type": "auto"}}
RESPONSES_TOOLS = {
    "tools": [
        {"type": "namespace", "name": "sums", "tools": [{"type": "function", "name": "count", "parameters": SCHEMA}]}
    ],
    "tool_choice": "auto",
}


@pytest.fixture(scope="module")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture
async def server(tiny_gguf: Path) -> AsyncIterator[str]:
    async with llama_server.running(tiny_gguf) as url:
        yield url


async def plain(url: str, translation: Translation, body: dict[str, Any]) -> dict[str, Any]:
    asked = translation.request(body, model="tiny")
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/v1/chat/completions", data=encode(asked.chat)) as answer,
    ):
        got = await answer.json()
        if answer.status != 200:
            raise of_error(got["error"], answer.status)
        return translation.answer(asked, MINTED, got)


async def streamed(url: str, translation: Translation, body: dict[str, Any], most: int | None = None) -> bytes:
    asked = translation.request(body | {"stream": True}, model="tiny")
    stream = translation.stream(asked, MINTED)
    out = b""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/v1/chat/completions", data=encode(asked.chat)) as answer,
    ):
        assert answer.status == 200, await answer.text()
        pieces = 0
        async for piece in answer.content.iter_any():
            out += stream.feed(piece)
            pieces += 1
            if pieces == most:
                break
    return out + stream.end()


async def test_answers_plain_and_as_a_stream_say_the_same(server: str) -> None:
    message = await plain(server, MESSAGES, MESSAGES_BODY)
    assert (message["content"][0]["type"], message["model"], message["usage"]["output_tokens"]) == ("text", "tiny", 64)
    assert messages_answer(await streamed(server, MESSAGES, MESSAGES_BODY)) | {"usage": None} == message | {
        "usage": None
    }
    response = await plain(server, RESPONSES, RESPONSES_BODY)
    assert (response["status"], response["output"][0]["type"]) == ("incomplete", "message")
    told = responses_answer(await streamed(server, RESPONSES, RESPONSES_BODY))
    assert told["output"] == response["output"]


async def test_a_conversation_with_tools_is_taken(server: str) -> None:
    call = {"type": "tool_use", "id": "toolu_1", "name": "count", "input": {"n": 1}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "1"}]}
    turns = [
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm.", "signature": "s"}, call]},
        {"role": "user", "content": [result]},
        {"role": "system", "content": "Go on."},
    ]
    asked = MESSAGES_BODY | MESSAGES_TOOLS | {"messages": MESSAGES_BODY["messages"] + turns}
    assert messages_answer(await streamed(server, MESSAGES, asked))["content"]

    item = {"type": "function_call", "call_id": "call_1", "namespace": "sums", "name": "count", "arguments": '{"n":1}'}
    items = [item, {"type": "function_call_output", "call_id": "call_1", "output": "1"}]
    more = RESPONSES_BODY | RESPONSES_TOOLS | {"input": RESPONSES_BODY["input"] + items}
    assert responses_answer(await streamed(server, RESPONSES, more))["output"]


async def test_a_stream_that_breaks_off_ends_in_an_error(server: str) -> None:
    assert messages_answer(await streamed(server, MESSAGES, MESSAGES_BODY, most=3))["type"] == "error"
    assert responses_answer(await streamed(server, RESPONSES, RESPONSES_BODY, most=3))["status"] == "failed"


async def test_an_overflow_is_told_in_the_words_by_which_tools_compact(server: str) -> None:
    with pytest.raises(Refused, match="context_length_exceeded") as caught:
        await plain(server, MESSAGES, {"messages": [{"role": "user", "content": "word " * 1000}]})
    assert caught.value.message.startswith("prompt is too long: ")
    assert caught.value.message.endswith(" > 1024 maximum")


async def test_its_own_responses_are_made_readable(server: str) -> None:
    body = RESPONSES_BODY | {"model": "tiny"}

    async def said_to(asked: dict[str, Any]) -> bytes:
        async with aiohttp.ClientSession() as session, session.post(f"{server}/v1/responses", json=asked) as answer:
            return await answer.read()

    said = await said_to(body | {"stream": True})
    plain_one = repaired(json.loads(await said_to(body)), "tiny", MINTED)
    with pytest.raises(KeyError):
        responses_answer(said)
    repair = ResponsesRepair("tiny", MINTED)
    streamed_one = responses_answer(repair(said) + repair.rest())
    assert streamed_one["output"][0]["content"] == plain_one["output"][0]["content"]
