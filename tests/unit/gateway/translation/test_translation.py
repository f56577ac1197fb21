"""Plain answers of a chat server, and that a stream says the same."""

from typing import Any

import pytest

from tests.support.chat_stream import USAGE, answered, calls, chunk
from tests.support.strict_readers import messages_answer, responses_answer
from trayapp.gateway.translation.asked import Minted
from trayapp.gateway.translation.translation import MESSAGES, RESPONSES

MINTED = Minted("0123456789abcdef01234567", 1000.0)
MESSAGE = {
    "role": "assistant",
    "reasoning_content": "Hm.",
    "content": "I do.",
    "tool_calls": [
        {"id": "x", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}},
        {"id": "y", "type": "function", "function": {"name": "f", "arguments": ""}},
    ],
}
DIRECT = {"type": "tool_use", "caller": {"type": "direct"}}
CHUNKS = [
    chunk({"reasoning_content": "Hm."}),
    chunk({"content": "I do."}),
    calls((0, "x", "f", '{"a":1}'), (1, "y", "f", "")),
]
MESSAGES_ASKED = MESSAGES.request({"messages": [{"role": "user", "content": "Go."}]}, model="small:1b")
RESPONSES_ASKED = RESPONSES.request({"input": "Go."}, model="small:1b")


def whole(message: dict[str, Any], finish: str | None = "stop", **more: Any) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "message": message, "finish_reason": finish}], **more}


def test_a_message() -> None:
    got = MESSAGES.answer(MESSAGES_ASKED, MINTED, whole(MESSAGE, "tool_calls", usage=USAGE))
    assert got == {
        "id": "msg_0123456789abcdef0123456700",
        "type": "message",
        "role": "assistant",
        "model": "small:1b",
        "content": [
            {"type": "thinking", "thinking": "Hm.", "signature": ""},
            {"type": "text", "text": "I do.", "citations": None},
            DIRECT | {"id": "toolu_0123456789abcdef0123456702", "name": "f", "input": {"a": 1}},
            DIRECT | {"id": "toolu_0123456789abcdef0123456703", "name": "f", "input": {}},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "stop_details": None,
        "container": None,
        "usage": {
            "input_tokens": 10,
            "cache_creation": None,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 40,
            "output_tokens": 9,
            "output_tokens_details": None,
            "inference_geo": None,
            "server_tool_use": None,
            "service_tier": None,
        },
    }


def test_a_response() -> None:
    got = RESPONSES.answer(RESPONSES_ASKED, MINTED, whole(MESSAGE, "tool_calls", usage=USAGE))
    assert (got["object"], got["status"], got["model"], got["error"]) == ("response", "completed", "small:1b", None)
    assert [item["type"] for item in got["output"]] == ["reasoning", "message", "function_call", "function_call"]
    assert [item.get("arguments") for item in got["output"]] == [None, None, '{"a":1}', "{}"]
    assert got["usage"]["input_tokens_details"] == {"cached_tokens": 40, "cache_write_tokens": 0}


def test_a_stream_says_the_same() -> None:
    plain = whole(MESSAGE, "tool_calls", usage=USAGE)
    stream = answered(*CHUNKS, finish="tool_calls")
    messages = MESSAGES.stream(MESSAGES_ASKED, MINTED).feed(stream)
    assert messages_answer(messages) == MESSAGES.answer(MESSAGES_ASKED, MINTED, plain)
    responses = RESPONSES.stream(RESPONSES_ASKED, MINTED).feed(stream)
    assert responses_answer(responses) == RESPONSES.answer(RESPONSES_ASKED, MINTED, plain)


@pytest.mark.parametrize("arguments", ["{bad", "[1]", '"x"', "{} {}"])
def test_arguments_that_are_no_object_are_left_for_the_tool_to_find_wrong(arguments: str) -> None:
    message = {"content": None, "tool_calls": [{"id": "x", "function": {"name": "f", "arguments": arguments}}]}
    (call,) = MESSAGES.answer(MESSAGES_ASKED, MINTED, whole(message))["content"]
    assert call["input"] == {"unreadable_arguments": arguments}
    (item,) = RESPONSES.answer(RESPONSES_ASKED, MINTED, whole(message))["output"]
    assert item["arguments"] == arguments


@pytest.mark.parametrize("answer", [{}, {"choices": []}, {"choices": "x"}, {"choices": [{}]}, {"choices": [None]}])
def test_what_is_no_answer(answer: dict[str, Any]) -> None:
    for translation, asked in ((MESSAGES, MESSAGES_ASKED), (RESPONSES, RESPONSES_ASKED)):
        with pytest.raises(ValueError, match="no message"):
            translation.answer(asked, MINTED, answer)


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": None}, "x", {"prompt_tokens": "5"}])
def test_usage_is_estimated_where_nobody_counted(usage: object) -> None:
    message = {"content": "word " * 40}
    got = MESSAGES.answer(MESSAGES_ASKED, MINTED, whole(message, usage=usage))["usage"]
    assert got["input_tokens"] == MESSAGES_ASKED.prompt_tokens > 0
    assert 25 <= got["output_tokens"] <= 75


@pytest.mark.parametrize(("context", "most"), [(None, 32000), (32000, None), (40000, 32000), (10, None)])
def test_a_limit_that_the_model_cannot_promise_is_left_to_the_server(context: int | None, most: int | None) -> None:
    asked = RESPONSES.request({"input": "Go.", "max_output_tokens": 32000}, model="small:1b", context=context)
    assert asked.chat.get("max_tokens") == most
