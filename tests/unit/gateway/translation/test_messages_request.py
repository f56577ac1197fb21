"""A request in Messages, asked of a chat server."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.gateway.refusal import Refused
from trayapp.gateway.translation.asked import Asked
from trayapp.gateway.translation.conversation import chat_id
from trayapp.gateway.translation.messages_request import request

PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
PICTURE_URL = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
BASH = {"name": "Bash", "description": "Runs it.", "input_schema": {"type": "object", "properties": {"command": {}}}}
SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 5}


def asked(images: bool | None = None, **fields: Any) -> Asked:
    body = {"model": "opus", "max_tokens": 99, "messages": [{"role": "user", "content": "Hello?"}]} | fields
    return request(body, model="small:1b", images=images)


def said(*messages: dict[str, Any], images: bool | None = None, **fields: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked(images, messages=list(messages), **fields).chat["messages"]
    return found


def user(*blocks: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def assistant(*blocks: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def call(number: int) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{number}", "name": "Bash", "input": {"command": f"echo {number}"}}


def called(*numbers: int, content: str = "", **more: Any) -> dict[str, Any]:
    calls = [
        {
            "id": chat_id(f"toolu_{number}"),
            "type": "function",
            "function": {"name": "Bash", "arguments": f'{{"command":"echo {number}"}}'},
        }
        for number in numbers
    ]
    return {"role": "assistant", "content": content, "tool_calls": calls, **more}


def result(number: int, content: Any, **more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": f"toolu_{number}", "content": content, **more}


def test_as_claude_code_asks() -> None:
    cached = {"cache_control": {"type": "ephemeral"}}
    got = asked(
        messages=[user(text("<env>"), text("Say hi.", **cached)), {"role": "system", "content": "The rules."}],
        system=[text("x-anthropic-billing-header: cc_version=2.1.197; cch=1f"), text("You are.", **cached)],
        tools=[BASH | cached, SEARCH],
        metadata={"user_id": "u"},
        thinking={"type": "adaptive"},
        context_management={"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        output_config={"effort": "high"},
        betas=["context-management-2025-06-27"],
        stream=True,
    )
    function = {"name": "Bash", "description": "Runs it.", "parameters": BASH["input_schema"]}
    assert got.chat == {
        "model": "small:1b",
        "max_tokens": 99,
        "messages": [
            {"role": "system", "content": "You are.\n\nThe rules."},
            {"role": "user", "content": "<env>\n\nSay hi."},
        ],
        "tools": [{"type": "function", "function": function}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert got.left_out == ("thinking", "web_search")


def test_calls_and_their_results() -> None:
    assert said(
        user(text("Run both.")),
        assistant({"type": "thinking", "thinking": "Hm.", "signature": "s"}, text("I do."), call(1), call(2)),
        user(result(2, [text("b")]), result(1, "no", is_error=True), text("Go on.")),
    ) == [
        {"role": "user", "content": "Run both."},
        called(1, 2, content="I do.", reasoning_content="Hm."),
        {"role": "tool", "tool_call_id": chat_id("toolu_2"), "content": "b"},
        {"role": "tool", "tool_call_id": chat_id("toolu_1"), "content": "This tool call failed:\n\nno"},
        {"role": "user", "content": "Go on."},
    ]


def test_pictures_behind_a_result_are_the_users() -> None:
    assert said(assistant(call(1)), user(result(1, [text("a.png"), PICTURE])), images=True)[1:] == [
        {"role": "tool", "tool_call_id": chat_id("toolu_1"), "content": "a.png"},
        {"role": "user", "content": [text("What Bash returned:"), PICTURE_URL]},
    ]


def test_the_system_speaks_later_where_it_spoke() -> None:
    late = {"role": "system", "content": [text("Be brief.")]}
    assert said(user(text("a")), assistant(call(1)), user(result(1, "x")), late, user(text("b"))) == [
        {"role": "user", "content": "a"},
        called(1),
        {"role": "tool", "tool_call_id": chat_id("toolu_1"), "content": "x"},
        {"role": "user", "content": "<system>\nBe brief.\n</system>\n\nb"},
    ]


def test_a_summary_is_what_the_assistant_said() -> None:
    assert said(assistant({"type": "compaction", "content": "They asked."}), user(text("And?")))[0] == {
        "role": "assistant",
        "content": "They asked.",
    }


def test_what_servers_did_is_left_out_and_said() -> None:
    got = asked(
        messages=[
            user(text("Find it.")),
            assistant(
                {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
                {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
                text("It says "),
                text("so.", citations=[]),
                {"type": "redacted_thinking", "data": "x"},
            ),
        ]
    )
    assert got.chat["messages"][1:] == [{"role": "assistant", "content": "It says so."}]
    assert got.left_out == ("web_search", "web_search_tool_result")


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"type": "auto"}, {"tool_choice": "auto"}),
        ({"type": "any"}, {"tool_choice": "required"}),
        ({"type": "none"}, {"tool_choice": "none"}),
        (
            {"type": "tool", "name": "Bash", "disable_parallel_tool_use": True},
            {"tool_choice": "required", "parallel_tool_calls": False},
        ),
    ],
)
def test_what_the_model_may_choose(choice: dict[str, Any], expected: dict[str, Any]) -> None:
    chat = asked(tools=[BASH, BASH | {"name": "Read"}, SEARCH], tool_choice=choice).chat
    offered = [tool["function"]["name"] for tool in chat["tools"]]
    assert offered == (["Bash"] if choice["type"] == "tool" else ["Bash", "Read"])
    assert {name: chat[name] for name in expected} == expected
    assert "tool_choice" not in asked(tool_choice=choice).chat


def test_figures_and_the_form_of_the_answer() -> None:
    chat = asked(
        temperature=0.0,
        top_p=0.9,
        top_k=40,
        stop_sequences=["END"],
        output_config={"format": {"type": "json_schema", "schema": {"type": "object"}}},
    ).chat
    assert (chat["temperature"], chat["top_p"], chat["top_k"], chat["stop"]) == (0.0, 0.9, 40, ["END"])
    assert chat["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert asked(model=None, max_tokens=None).chat["model"] == "small:1b"


@pytest.mark.parametrize(
    ("block", "part"),
    [
        (PICTURE, PICTURE_URL),
        (
            {"type": "image", "source": {"type": "url", "url": "https://acme.example/a.png"}},
            {"type": "image_url", "image_url": {"url": "https://acme.example/a.png"}},
        ),
    ],
)
def test_pictures_where_the_model_sees(block: dict[str, Any], part: dict[str, Any]) -> None:
    for images in (True, None):
        (message,) = said(user(block, text("What is it?")), images=images)
        assert message["content"] == [part, text("What is it?")]
    with pytest.raises(Refused, match="local_cannot_read"):
        said(user(block), images=False)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"type": "tool_reference", "tool_name": "Read"}, "Read"),
        ({"type": "document", "title": "T", "source": {"type": "text", "data": "Plain."}}, "T\nPlain."),
        ({"type": "document", "source": {"type": "content", "content": [text("Part.")]}}, "Part."),
        ({"type": "search_result", "title": "T", "source": "u", "content": [text("Found.")]}, "T\nu\nFound."),
    ],
)
def test_documents_of_text_are_text(block: dict[str, Any], words: str) -> None:
    assert said(user(block)) == [{"role": "user", "content": words}]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a PDF": ({"messages": [user({"type": "document", "source": {"type": "base64", "data": ""}})]}, "cannot_read"),
    "a PDF by its address": ({"messages": [user({"type": "document", "source": {"type": "url"}})]}, "cannot_read"),
    "a kept file": ({"messages": [user({"type": "image", "source": {"type": "file"}})]}, "needs_provider"),
    "an upload": ({"messages": [user({"type": "container_upload", "file_id": "f"})]}, "cannot_read"),
    "a container": ({"container": "c"}, "needs_provider"),
    "MCP servers": ({"mcp_servers": [{"url": "https://acme.example"}]}, "needs_provider"),
    "search alone": ({"tools": [SEARCH]}, "needs_provider"),
    "forced search": (
        {"tools": [BASH, SEARCH], "tool_choice": {"type": "tool", "name": "web_search"}},
        "needs_provider",
    ),
    "no messages": ({"messages": []}, "invalid_request"),
    "messages as text": ({"messages": "Hello?"}, "invalid_request"),
    "a strange role": ({"messages": [{"role": "tool", "content": "x"}]}, "invalid_request"),
    "a strange content": ({"messages": [{"role": "user", "content": 5}]}, "invalid_request"),
    "strange tools": ({"tools": ["Bash"]}, "invalid_request"),
    "an unknown tool": ({"tools": [BASH], "tool_choice": {"type": "tool", "name": "x"}}, "invalid_request"),
    "a choice without a name": ({"tools": [BASH], "tool_choice": {"type": "tool", "name": [1]}}, "invalid_request"),
    "a strange choice": ({"tools": [BASH], "tool_choice": {"type": "some"}}, "invalid_request"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_refused_for_good(name: str) -> None:
    fields, code = REFUSED[name]
    with pytest.raises(Refused, match=code) as caught:
        asked(**fields)
    assert (caught.value.status, caught.value.headers["x-should-retry"]) == (400, "false")
    assert len(caught.value.message) > 30


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "content", "source", "input", "name", "id", "tool_use_id", "role"])
            | st.text(max_size=3),
            inner | st.sampled_from(["text", "image", "document", "tool_use", "tool_result", "thinking", "user"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["messages", "system", "tools", "tool_choice", "thinking", "output_config", "stream"]), ANYTHING
    )
)
@settings(max_examples=50)
def test_whatever_comes_is_asked_or_refused(body: dict[str, Any]) -> None:
    try:
        got = request(body, model="small:1b")
    except Refused as refused:
        status = refused.status
    else:
        status = 200
        assert json.dumps(got.chat)
        assert got.chat["messages"]
    assert status in (200, 400)
