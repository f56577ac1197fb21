"""What another model wrote, left out of what a provider is asked."""

import json
import re
from typing import Any

import pytest

from trayapp.core.switching.route import Endpoint
from trayapp.gateway.way_home import stripped

CHAT, RESPONSES, MESSAGES = Endpoint.CHAT_COMPLETIONS, Endpoint.RESPONSES, Endpoint.MESSAGES
LONG = "functions.Bash:0|" + "x" * 60


def fit(endpoint: Endpoint, request: dict[str, Any]) -> Any:
    body = stripped(endpoint, json.dumps(request).encode())
    return None if body is None else json.loads(body)


def said(*content: Any, role: str = "assistant") -> dict[str, Any]:
    return {"role": role, "content": list(content)}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


THOUGHT = {"type": "thinking", "thinking": "Hm", "signature": ""}
REDACTED = {"type": "redacted_thinking", "data": "x"}
USE = {"type": "tool_use", "id": "toolu_1", "name": "ls", "input": {"signature": "x"}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "a.txt"}
ASK = {"role": "user", "content": "Hi"}


@pytest.mark.parametrize(
    ("messages", "kept"),
    [
        ([ASK, said(THOUGHT, text("Ho")), ASK], [ASK, said(text("Ho")), ASK]),
        ([ASK, said(REDACTED, THOUGHT, text("Ho"), THOUGHT, USE), said(RESULT, role="user")],
         [ASK, said(text("Ho"), USE), said(RESULT, role="user")]),
        # A turn in which nothing is left goes; two of the user's are one to Anthropic.
        ([ASK, said(THOUGHT), ASK], [ASK, ASK]),
        ([ASK, said(text(" \n")), ASK], [ASK, ASK]),
        ([ASK, {"role": "assistant", "content": ""}, ASK], [ASK, ASK]),
        ([ASK, said(text("Ho") | {"signature": "x"}), ASK], [ASK, said(text("Ho")), ASK]),
        # The user's own words are nobody's to mend.
        ([said(text(""), role="user"), said(THOUGHT, text("Ho"))], [said(text(""), role="user"), said(text("Ho"))]),
        ([said(text("half \ud83d"), role="user"), said(THOUGHT, text("Ho"))],
         [said(text("half \ud83d"), role="user"), said(text("Ho"))]),
    ],
)  # fmt: skip
def test_thinking_of_another_model(messages: Any, kept: Any) -> None:
    rest = {"model": "claude-9", "stream": True, "system": [text("Be good.")]}
    for endpoint in (MESSAGES, Endpoint.COUNT_TOKENS):
        assert fit(endpoint, rest | {"messages": messages}) == rest | {"messages": kept}


CLEARING = {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}, {"type": "clear_tool_uses_20250919"}]}
BUDGET = {"type": "enabled", "budget_tokens": 2048}


@pytest.mark.parametrize("thought", [True, False])
def test_an_older_model_goes_on_with_a_turn_only_without_thinking(thought: bool) -> None:
    turn = said(THOUGHT, USE) if thought else said(USE)
    request = {"messages": [ASK, turn, said(RESULT, role="user")], "thinking": BUDGET, "context_management": CLEARING}
    assert fit(MESSAGES, request) == {
        "messages": [ASK, said(USE), said(RESULT, role="user")],
        "context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]},
    }


@pytest.mark.parametrize(
    ("thinking", "last"),
    [
        (BUDGET, [ASK]),
        ({"type": "adaptive"}, [said(RESULT, role="user")]),
        ({"type": "disabled"}, [said(RESULT, role="user")]),
        (None, [said(RESULT, role="user")]),
    ],
)
def test_whoever_may_begin_without_thinking_goes_on_thinking(thinking: Any, last: Any) -> None:
    request = {"messages": [ASK, said(THOUGHT, USE), *last], "thinking": thinking, "context_management": CLEARING}
    kept = request | {"messages": [ASK, said(USE), *last]}
    assert fit(MESSAGES, request) == {name: value for name, value in kept.items() if value is not None} | (
        {"thinking": None} if thinking is None else {}
    )


def test_calls_have_ids_that_anthropic_takes_and_results_follow_them() -> None:
    """https://github.com/maximhq/bifrost/issues/5097"""
    calls = [USE | {"id": known} for known in ("toolu_1", LONG, "call.2", "")]
    results = [RESULT | {"tool_use_id": call["id"]} for call in calls]
    first = fit(MESSAGES, {"messages": [ASK, said(*calls), said(*results, role="user")]})["messages"]
    ids = [block["id"] for block in first[1]["content"]]
    assert ids[0] == "toolu_1"
    assert all(re.fullmatch("toolu_[a-z0-9]{24}", each) for each in ids[1:])
    assert len(set(ids)) == 4
    assert [block["tool_use_id"] for block in first[2]["content"]] == ids
    # Asked again later they are the same, so that what the provider keeps of the conversation is still it.
    again = fit(MESSAGES, {"messages": [ASK, said(*calls), said(*results, role="user"), said(text("Ho")), ASK]})
    assert again["messages"][1:3] == first[1:3]


def test_a_server_that_counts_calls_anew_in_every_answer() -> None:
    """https://github.com/anthropics/claude-code/issues/28515"""
    turn = [said(USE | {"id": "call_0"}), said(RESULT | {"tool_use_id": "call_0"}, role="user")]
    messages = fit(MESSAGES, {"messages": [ASK, *turn, *turn, *turn]})["messages"]
    used = [message["content"][0]["id"] for message in messages[1::2]]
    assert len(set(used)) == 3
    assert [message["content"][0]["tool_use_id"] for message in messages[2::2]] == used


ENCRYPTED = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA", "status": "completed"}
CALLED = {"type": "function_call", "id": "item_1", "call_id": "call_1", "name": "ls", "arguments": "{}"}
GAVE = {"type": "function_call_output", "call_id": "call_1", "output": "a.txt"}
SPOKE = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Ho"}]}
SEARCHED = {"type": "web_search_call", "id": "ws_1", "status": "completed"}


@pytest.mark.parametrize(
    ("items", "kept"),
    [
        ([ASK, ENCRYPTED, SPOKE | {"id": "msg_1", "status": "completed"}], [ASK, SPOKE]),
        ([ASK, ENCRYPTED, CALLED, GAVE | {"id": "fco_1"}], [ASK, {k: v for k, v in CALLED.items() if k != "id"}, GAVE]),
        ([ASK, CALLED | {"status": "completed"}, GAVE], [ASK, {k: v for k, v in CALLED.items() if k != "id"}, GAVE]),
        # The provider's own work keeps what it has to have.
        ([ASK, SEARCHED, ENCRYPTED], [ASK, SEARCHED]),
        ([ASK | {"id": "msg_0"}, SPOKE], [ASK, SPOKE]),
        ([{"type": "custom_tool_call", "id": "ctc_1", "call_id": "c", "name": "x", "input": "y"}],
         [{"type": "custom_tool_call", "call_id": "c", "name": "x", "input": "y"}]),
    ],
)  # fmt: skip
def test_items_of_another_model(items: Any, kept: Any) -> None:
    rest = {
        "model": "gpt-5",
        "store": False,
        "include": ["reasoning.encrypted_content"],
        "reasoning": {"effort": "low"},
    }
    assert fit(RESPONSES, rest | {"input": items}) == rest | {"input": kept}


def test_ids_of_calls_that_are_too_long_for_openai() -> None:
    request = {"input": [ASK, CALLED | {"call_id": LONG}, GAVE | {"call_id": LONG}]}
    _, call, output = fit(RESPONSES, request)["input"]
    assert re.fullmatch("call_[a-z0-9]{24}", call["call_id"])
    assert output["call_id"] == call["call_id"]


def asks(*ids: str, **more: Any) -> dict[str, Any]:
    calls = [{"id": each, "type": "function", "function": {"name": "ls", "arguments": "{}"}} for each in ids]
    return {"role": "assistant", "content": None, "tool_calls": calls} | more


def tool(known: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": known, "content": "a.txt"}


@pytest.mark.parametrize(
    ("messages", "kept"),
    [
        ([ASK, {"role": "assistant", "content": "Ho", "reasoning_content": "Hm"}],
         [ASK, {"role": "assistant", "content": "Ho"}]),
        ([ASK, {"role": "assistant", "content": "Ho", "reasoning": "Hm", "reasoning_details": [],
                "thinking_blocks": []}],
         [ASK, {"role": "assistant", "content": "Ho"}]),
        ([ASK, {"role": "assistant", "content": "", "reasoning_content": "Hm"}, ASK], [ASK, ASK]),
        ([ASK, {"role": "assistant", "content": None, "function_call": {"name": "ls"}, "reasoning": "Hm"}],
         [ASK, {"role": "assistant", "content": None, "function_call": {"name": "ls"}}]),
        ([ASK, asks("abcDEF123", reasoning_content="Hm"), tool("abcDEF123")],
         [ASK, asks("abcDEF123"), tool("abcDEF123")]),
    ],
)  # fmt: skip
def test_reasoning_in_a_chat(messages: Any, kept: Any) -> None:
    assert fit(CHAT, {"model": "m", "messages": messages}) == {"model": "m", "messages": kept}


def test_calls_in_a_chat_have_ids_that_everybody_takes() -> None:
    messages = fit(
        CHAT, {"messages": [ASK, asks("call_1", LONG), tool("call_1"), tool(LONG), asks("call_1"), tool("call_1")]}
    )
    ids = [call["id"] for message in messages["messages"] for call in message.get("tool_calls", ())]
    assert all(re.fullmatch("[a-z0-9]{9}", each) for each in ids)
    assert len(set(ids)) == 3
    assert [message["tool_call_id"] for message in messages["messages"] if message["role"] == "tool"] == ids


@pytest.mark.parametrize(
    ("endpoint", "request_"),
    [
        (MESSAGES, {"messages": [ASK]}),
        (MESSAGES, {"messages": [ASK, said(text("Ho"), USE), said(RESULT, role="user")]}),
        (MESSAGES, {"messages": [ASK, {"role": "assistant", "content": "Ho"}, ASK], "thinking": BUDGET}),
        # Nothing would be left to ask.
        (MESSAGES, {"messages": [said(THOUGHT)]}),
        (MESSAGES, {"messages": []}),
        (MESSAGES, {}),
        (RESPONSES, {"input": "Hi"}),
        (RESPONSES, {"input": [ASK, SPOKE, GAVE, SEARCHED]}),
        (RESPONSES, {"input": [ENCRYPTED]}),
        (CHAT, {"messages": [ASK, {"role": "assistant", "content": "Ho"}]}),
        (CHAT, {"messages": [ASK, asks("abcDEF123"), tool("abcDEF123")]}),
        (Endpoint.COMPLETIONS, {"prompt": "Hi"}),
        (Endpoint.EMBEDDINGS, {"input": [ENCRYPTED]}),
    ],
)
def test_where_nothing_of_anothers_is(endpoint: Endpoint, request_: dict[str, Any]) -> None:
    assert fit(endpoint, request_) is None


@pytest.mark.parametrize(
    "conversation",
    [7, None, "x", {}, [7], [None], [[]], [{"role": "assistant"}], [{"role": "assistant", "content": 7}]]
    + [
        [{"role": "assistant", "content": [each]}]
        for each in (7, None, {}, {"type": None}, {"type": "text"}, {"type": "tool_use"})
    ]
    + [[{"role": "assistant", "tool_calls": each}] for each in (7, [7], "x")],
)
@pytest.mark.parametrize("endpoint", [CHAT, RESPONSES, MESSAGES])
def test_what_is_no_conversation_is_left_to_the_provider(endpoint: Endpoint, conversation: Any) -> None:
    named = {"messages": conversation, "input": conversation, "thinking": BUDGET}
    body = stripped(endpoint, json.dumps(named).encode())
    assert body is None or isinstance(json.loads(body), dict)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"\xff", b"{" * 99_999, b'{"messages":' + b"[" * 5000 + b"]" * 5000 + b"}"]
)
@pytest.mark.parametrize("endpoint", [CHAT, RESPONSES, MESSAGES])
def test_what_nobody_can_read_stays(endpoint: Endpoint, body: bytes) -> None:
    assert stripped(endpoint, body) is None


def test_what_nobody_had_to_touch_stays_the_bytes_that_it_was() -> None:
    body = b'{"model" : "m","n":1.0e2,"messages":[{"role":"user","content":"Gr\\u00fc\xc3\x9fe"} ,'
    body += json.dumps(said(THOUGHT, text("Ho"))).encode() + b'], "temperature":0.10}'
    fitted = stripped(MESSAGES, body)
    assert fitted is not None
    assert b'{"role":"user","content":"Gr\\u00fc\xc3\x9fe"}' in fitted
    assert b"1.0e2" in fitted
    assert b"0.10" in fitted
