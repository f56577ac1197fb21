"""A request in Responses, asked of a chat server."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.gateway.refusal import Refused
from trayapp.gateway.translation.asked import Asked
from trayapp.gateway.translation.conversation import chat_id
from trayapp.gateway.translation.responses_request import request

SHELL = {"type": "function", "name": "exec_command", "description": "Runs it.", "parameters": {"type": "object"}}
PATCH = {"type": "custom", "name": "apply_patch", "description": "Patches.", "format": {"type": "text"}}
AGENTS = {
    "type": "namespace",
    "name": "multi_agent_v1",
    "tools": [{"type": "function", "name": "spawn_agent", "parameters": {"type": "object"}}],
}
SEARCH = {"type": "web_search", "external_web_access": False}


def asked(images: bool | None = None, **fields: Any) -> Asked:
    return request({"model": "gpt-5", "input": "Hello?"} | fields, model="small:1b", images=images)


def said(*items: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked(input=list(items), **fields).chat["messages"]
    return found


def message(role: str, *words: str) -> dict[str, Any]:
    kind = "output_text" if role == "assistant" else "input_text"
    return {"type": "message", "id": "msg_1", "role": role, "content": [{"type": kind, "text": one} for one in words]}


def call(number: int, **more: Any) -> dict[str, Any]:
    fields = {"name": "exec_command", "arguments": "{}", "call_id": f"call_{number}", "id": f"fc_{number}"}
    return {"type": "function_call", "status": "completed", **fields, **more}


def output(number: int, gave: Any) -> dict[str, Any]:
    return {"type": "function_call_output", "id": f"fco_{number}", "call_id": f"call_{number}", "output": gave}


def called(*calls: tuple[int, str, str], **more: Any) -> dict[str, Any]:
    functions = [
        {"id": chat_id(f"call_{number}"), "type": "function", "function": {"name": name, "arguments": arguments}}
        for number, name, arguments in calls
    ]
    return {"role": "assistant", "content": "", "tool_calls": functions, **more}


def result(number: int, words: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": chat_id(f"call_{number}"), "content": words}


def test_as_codex_asks() -> None:
    got = asked(
        instructions="Be Codex.",
        input=[message("developer", "The sandbox."), message("developer", "a", "b"), message("user", "Hi.")],
        tools=[SHELL | {"strict": False}, AGENTS, SEARCH, PATCH, {"type": "tool_search"}],
        tool_choice="auto",
        parallel_tool_calls=True,
        reasoning={"summary": "auto", "effort": "high"},
        store=False,
        include=["reasoning.encrypted_content"],
        prompt_cache_key="k",
        client_metadata={"a": "b"},
        stream=True,
    )
    assert {name: value for name, value in got.chat.items() if name != "tools"} == {
        "model": "small:1b",
        "messages": [
            {"role": "system", "content": "Be Codex.\n\nThe sandbox.\n\na\n\nb"},
            {"role": "user", "content": "Hi."},
        ],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    functions = [tool["function"] for tool in got.chat["tools"]]
    assert [one["name"] for one in functions] == ["exec_command", "multi_agent_v1__spawn_agent", "apply_patch"]
    assert functions[2]["parameters"]["required"] == ["input"]
    assert got.left_out == ("reasoning", "tool_search", "web_search")


def test_calls_and_their_results() -> None:
    thought = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]}
    patch = {"type": "custom_tool_call", "call_id": "call_3", "name": "apply_patch", "input": "*** Begin"}
    assert said(
        message("user", "Go."),
        thought | {"encrypted_content": "gAAA"},
        call(1),
        call(2),
        # Codex puts a word between a call and its result.
        message("assistant", "Running."),
        output(2, [{"type": "input_text", "text": "b"}]),
        output(1, "a"),
        patch,
        {"type": "custom_tool_call_output", "call_id": "call_3", "output": "Done."},
        call(4, name="spawn_agent", namespace="multi_agent_v1"),
        output(4, "ok"),
    )[1:] == [
        called((1, "exec_command", "{}"), (2, "exec_command", "{}"), reasoning_content="Hm.") | {"content": "Running."},
        result(2, "b"),
        result(1, "a"),
        called((3, "apply_patch", '{"input":"*** Begin"}')),
        result(3, "Done."),
        called((4, "multi_agent_v1__spawn_agent", "{}")),
        result(4, "ok"),
    ]


def test_as_opencode_asks() -> None:
    items: list[dict[str, Any]] = [
        {"role": "system", "content": "Rules."},
        {"role": "user", "content": [{"type": "input_text", "text": "Hi."}]},
    ]
    assert said(*items) == [{"role": "system", "content": "Rules."}, {"role": "user", "content": "Hi."}]


def test_a_result_without_its_call_is_told_as_text() -> None:
    assert said(message("user", "Go."), output(9, "late")) == [
        {"role": "user", "content": "Go.\n\nAn earlier tool call returned:\nlate"}
    ]


def test_what_others_said() -> None:
    refusal = {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}
    secret = {"type": "encrypted_content", "encrypted_content": "x"}
    agent = {"type": "agent_message", "content": [{"type": "input_text", "text": "I am done."}, secret]}
    assert asked(input=[agent]).left_out == ("agent_message",)
    assert said(message("user", "Go."), refusal, agent)[1:] == [
        {"role": "assistant", "content": "No."},
        {"role": "user", "content": "I am done."},
    ]


def test_what_servers_did_is_left_out_and_said() -> None:
    got = asked(
        input=[
            message("user", "Find it."),
            {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search"}},
            {"type": "local_shell_call", "call_id": "c", "action": {}},
            {"type": "local_shell_call_output", "call_id": "c", "output": "x"},
            message("assistant", "Found."),
        ]
    )
    assert got.chat["messages"][1:] == [{"role": "assistant", "content": "Found."}]
    assert got.left_out == ("local_shell", "web_search")


ALL = ["exec_command", "apply_patch", "multi_agent_v1__spawn_agent"]


@pytest.mark.parametrize(
    ("choice", "expected", "offered"),
    [
        ("auto", "auto", ALL),
        ("none", "none", ALL),
        ("required", "required", ALL),
        ({"type": "function", "name": "exec_command"}, "required", ["exec_command"]),
        ({"type": "custom", "name": "apply_patch"}, "required", ["apply_patch"]),
        ({"type": "function", "name": "spawn_agent", "namespace": "multi_agent_v1"}, "required", ALL[2:]),
    ],
)
def test_what_the_model_may_choose(choice: Any, expected: str, offered: list[str]) -> None:
    chat = asked(tools=[SHELL, PATCH, AGENTS, SEARCH], tool_choice=choice).chat
    assert chat["tool_choice"] == expected
    assert [tool["function"]["name"] for tool in chat["tools"]] == offered
    assert "tool_choice" not in asked(tool_choice=choice).chat


def test_the_model_is_offered_only_what_is_allowed() -> None:
    allowed = {
        "type": "allowed_tools",
        "mode": "required",
        "tools": [SEARCH, {"type": "custom", "name": "apply_patch"}],
    }
    chat = asked(tools=[SHELL, PATCH, SEARCH], tool_choice=allowed).chat
    assert [tool["function"]["name"] for tool in chat["tools"]] == ["apply_patch"]
    assert chat["tool_choice"] == "required"


def test_a_custom_tools_grammar_is_told() -> None:
    form = {"type": "grammar", "syntax": "lark", "definition": "start: /x+/"}
    (tool,) = asked(tools=[PATCH | {"format": form}]).chat["tools"]
    assert tool["function"]["description"].endswith("(lark):\nstart: /x+/")


def test_figures_and_the_form_of_the_answer() -> None:
    schema = {"type": "json_schema", "name": "title", "strict": True, "schema": {"type": "object"}}
    chat = asked(max_output_tokens=99, temperature=0.0, top_p=0.9, text={"format": schema, "verbosity": "low"}).chat
    assert (chat["max_tokens"], chat["temperature"], chat["top_p"]) == (99, 0.0, 0.9)
    wanted = {"name": "title", "strict": True, "schema": {"type": "object"}}
    assert chat["response_format"] == {"type": "json_schema", "json_schema": wanted}
    assert asked(text={"format": {"type": "json_object"}}).chat["response_format"] == {"type": "json_object"}
    assert "response_format" not in asked(text={"format": {"type": "text"}}).chat
    assert request({"input": "Hello?"}, model="small:1b").chat["model"] == "small:1b"


def test_pictures_where_the_model_sees() -> None:
    picture = {"type": "input_image", "image_url": "data:image/png;base64,AA", "detail": "auto"}
    got = asked(input=[{"role": "user", "content": [picture]}])
    part = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}
    assert got.chat["messages"] == [{"role": "user", "content": [part]}]
    with pytest.raises(Refused, match="local_cannot_read"):
        asked(images=False, input=[{"role": "user", "content": [picture]}])


def _user(**part: Any) -> dict[str, Any]:
    return {"input": [{"role": "user", "content": [part]}]}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an earlier answer": ({"previous_response_id": "resp_1"}, "needs_provider"),
    "a conversation": ({"conversation": {"id": "c"}}, "needs_provider"),
    "in the background": ({"background": True}, "needs_provider"),
    "a kept prompt": ({"prompt": {"id": "p"}}, "needs_provider"),
    "a kept item": ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "needs_provider"),
    "a kept summary": ({"input": [{"type": "compaction", "encrypted_content": "x"}]}, "needs_provider"),
    "a kept file": (_user(type="input_file", file_id="f"), "needs_provider"),
    "a kept picture": (_user(type="input_image", file_id="f"), "needs_provider"),
    "a file": (_user(type="input_file", file_data="data:application/pdf;base64,AA"), "cannot_read"),
    "sound": (_user(type="input_audio", input_audio={}), "cannot_read"),
    "MCP": ({"tools": [SHELL, {"type": "mcp", "server_label": "x"}]}, "needs_provider"),
    "search alone": ({"tools": [SEARCH]}, "needs_provider"),
    "forced search": ({"tools": [SHELL, SEARCH], "tool_choice": {"type": "web_search"}}, "needs_provider"),
    "search alone allowed": (
        {"tools": [SHELL, SEARCH], "tool_choice": {"type": "allowed_tools", "tools": [SEARCH]}},
        "needs_provider",
    ),
    "no input": ({"input": []}, "invalid_request"),
    "a strange input": ({"input": 5}, "invalid_request"),
    "a strange role": ({"input": [{"role": "tool", "content": "x"}]}, "invalid_request"),
    "strange tools": ({"tools": ["x"]}, "invalid_request"),
    "an unknown tool": ({"tools": [SHELL], "tool_choice": {"type": "function", "name": "x"}}, "invalid_request"),
    "a strange choice": ({"tools": [SHELL], "tool_choice": 5}, "invalid_request"),
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
            st.sampled_from(["type", "text", "content", "output", "summary", "name", "call_id", "role", "tools"])
            | st.text(max_size=3),
            inner
            | st.sampled_from(["message", "function_call", "function_call_output", "reasoning", "input_text", "user"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["input", "instructions", "tools", "tool_choice", "reasoning", "text", "stream"]), ANYTHING
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
