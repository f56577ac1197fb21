"""The scripted model speaks as real ones do, so that what a tool makes of it is worth something."""

import json
from typing import Any

import httpx
import pytest

from tests.clients.model import RESULT, SAW, WORDS, Script, ScriptedServer, turn_of
from tests.support.messagesbed import PING
from tests.support.strict_readers import messages_answer, responses_answer

USER = {"role": "user", "content": "Please add."}
ASKED: dict[str, dict[str, Any]] = {
    "/messages": {"messages": [USER], "tools": [{"name": "add", "input_schema": {"type": "object"}}]},
    "/responses": {"input": [USER], "tools": [{"type": "function", "name": "add"}]},
    "/chat/completions": {"messages": [USER], "tools": [{"type": "function", "function": {"name": "add"}}]},
}
CALLED: dict[str, dict[str, Any]] = {
    "/messages": {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_01A", "content": RESULT}]},
    "/responses": {"type": "function_call_output", "call_id": "call_1", "output": RESULT},
    "/chat/completions": {"role": "tool", "tool_call_id": "call_1", "content": RESULT},
}


def words_and_calls(path: str, answer: dict[str, Any]) -> tuple[str, list[Any]]:
    if path == "/messages":
        blocks = answer["content"]
        return blocks[0]["text"], [block["input"] for block in blocks[1:]]
    if path == "/responses":
        message, *calls = answer["output"]
        return message["content"][0]["text"], [json.loads(call["arguments"]) for call in calls]
    message = answer["choices"][0]["message"]
    return message["content"], [json.loads(c["function"]["arguments"]) for c in message.get("tool_calls", ())]


def chat_answer(stream: bytes) -> dict[str, Any]:
    """The answer that chunks come to."""
    *lines, done = stream.decode().strip().split("\n\n")
    assert done == "data: [DONE]"
    text, arguments = "", ""
    for line in lines:
        for choice in json.loads(line.removeprefix("data: "))["choices"]:
            delta = choice["delta"]
            text += delta.get("content") or ""
            arguments += "".join(call["function"]["arguments"] for call in delta.get("tool_calls", ()))
    calls = {"tool_calls": [{"function": {"arguments": arguments}}]} if arguments else {}
    return {"choices": [{"message": {"content": text, **calls}}]}


def without_pings(stream: bytes) -> dict[str, Any]:
    return messages_answer(stream.replace(PING, b""))


READERS = {"/messages": without_pings, "/responses": responses_answer, "/chat/completions": chat_answer}


@pytest.mark.parametrize("path", ASKED)
async def test_it_says_the_same_streamed_and_whole(path: str) -> None:
    async with ScriptedServer(*ASKED) as server, httpx.AsyncClient(base_url=f"{server.url}/v1") as client:
        for script, said in ((Script.SPEAK, (WORDS, [])), (Script.CALL, ("I add.", [{"a": 4100, "b": 71}]))):
            server.play(script)
            whole = (await client.post(path, json=ASKED[path])).json()
            streamed = (await client.post(path, json=ASKED[path] | {"stream": True})).content
            assert words_and_calls(path, whole) == words_and_calls(path, READERS[path](streamed)) == said
            assert len(server.asked) == 2


@pytest.mark.parametrize("path", ASKED)
def test_it_tells_what_the_tool_said(path: str) -> None:
    turns = "input" if path == "/responses" else "messages"
    body = ASKED[path] | {turns: [USER, CALLED[path]]}
    assert turn_of(body, Script.CALL).text == f"{SAW} {RESULT}"


async def test_it_fails_for_ever() -> None:
    async with ScriptedServer(*ASKED) as server, httpx.AsyncClient(base_url=f"{server.url}/v1") as client:
        server.play(Script.FAIL)
        for path, body in ASKED.items():
            assert (await client.post(path, json=body)).status_code == 500
        assert server.began.is_set()
