"""What a request rests on that only its provider has."""

from typing import Any

import msgspec
import pytest

from trayapp.gateway.dialects.kept import fields_of, rests_on, runs_there

SEARCH = {"type": "file_search", "vector_store_ids": ["vs_1"]}
RUN = {"type": "code_interpreter", "container": "cntr_1"}


def said(*parts: Any) -> dict[str, Any]:
    return {"input": [{"type": "message", "role": "user", "content": list(parts)}]}


def deep(levels: int) -> Any:
    value: Any = {"call_id": "call_1"}
    for _ in range(levels):
        value = [value]
    return value


def read(request: dict[str, Any]) -> str | None:
    return rests_on(raw(request))


@pytest.mark.parametrize(
    ("request_", "what"),
    [
        ({"previous_response_id": "resp_1", "input": "x"}, "an earlier response"),
        ({"conversation": "conv_1"}, "a stored conversation"),
        ({"conversation": {"id": "conv_1"}}, "a stored conversation"),
        ({"background": True}, "being worked on in the background"),
        ({"prompt": {"id": "pmpt_1"}}, "a stored prompt"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "an item of an earlier response"),
        (said({"type": "input_file", "file_id": "file-1"}), "an uploaded file"),
        (said({"type": "input_text", "text": "x"}, {"type": "input_image", "file_id": "file-1"}), "an uploaded file"),
        ({"messages": [{"content": [{"type": "file", "file": {"file_id": "file-1"}}]}]}, "an uploaded file"),
        (
            {"messages": [{"content": [{"type": "document", "source": {"type": "file", "file_id": "file_1"}}]}]},
            "an uploaded file",
        ),
        ({"input": [{"type": "function_call_output", "output": [{"file_id": "file-1"}]}]}, "an uploaded file"),
        ({"input": [{"type": "image_generation_call", "id": "ig_1"}]}, "a picture that it made"),
        ({"messages": [{"role": "assistant", "audio": {"id": "audio_1"}}]}, "something that it spoke"),
        ({"tools": [SEARCH]}, "a vector store"),
        ({"tools": [RUN]}, "a container"),
        ({"tools": [RUN | {"container": {"type": "auto", "file_ids": ["file-1"]}}]}, "an uploaded file"),
    ],
)
def test_what_only_a_provider_has(request_: dict[str, Any], what: str) -> None:
    assert read(request_) == what


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"model": "m", "input": "previous_response_id", "stream": True},
        {"previous_response_id": None, "conversation": None, "background": False, "prompt": None},
        {"prompt": "Say hi", "store": True},
        {"prompt": ["one", "two"]},
        said({"type": "input_text", "text": '{"file_id": "file-1"}'}),
        said({"type": "input_image", "file_id": None, "image_url": "data:image/png;base64,AA"}),
        {"input": [{"type": "function_call", "call_id": "call_1", "arguments": '{"file_id":"x"}'}]},
        {"messages": [{"content": [{"type": "tool_use", "id": "toolu_1", "input": {"file_id": "x"}}]}]},
        {"tools": [{"type": "function", "parameters": {"properties": {"file_id": {"default": "x"}}}}]},
        {"tools": [{"type": "web_search"}, RUN | {"container": {"type": "auto"}}]},
        {"input": [{"type": "image_generation_call", "id": "ig_1", "result": "iVBO"}]},
        {"messages": [{"role": "user", "content": [{"type": "input_audio", "audio": {"data": "UklGR"}}]}]},
        {"messages": [{"role": "assistant", "audio": None}], "audio": {"id": "voice"}},
        {"tools": "file_id"},
        {"input": [None, 1, [[]], {"content": {}}]},
        {"input": deep(900)},
    ],
)
def test_what_holds_all_that_it_needs(request_: dict[str, Any]) -> None:
    assert read(request_) is None


def raw(request: dict[str, Any]) -> dict[str, msgspec.Raw]:
    return msgspec.json.decode(msgspec.json.encode(request), type=dict[str, msgspec.Raw])


FUNCTION = {"type": "function", "name": "mcp", "parameters": {"properties": {"type": {"enum": ["mcp", "computer"]}}}}


@pytest.mark.parametrize(
    ("request_", "tool"),
    [
        ({"tools": [FUNCTION, {"type": "mcp", "server_label": "x", "server_url": "https://x"}]}, "mcp"),
        ({"tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]}, "code_interpreter"),
        ({"tools": [{"type": "image_generation"}]}, "image_generation"),
        ({"tools": [{"type": "computer_use_preview"}]}, "computer_use_preview"),
        ({"tools": [{"type": "file_search", "vector_store_ids": []}]}, "file_search"),
        ({"tools": [{"type": "web_search"}], "tool_choice": {"type": "web_search"}}, "web_search"),
        ({"tool_choice": {"type": "web_search_preview"}}, "web_search_preview"),
        ({"web_search_options": {}}, "web_search_options"),
        ({"search_parameters": {"mode": "auto"}}, "search_parameters"),
        # Codex offers its search in every request.
        ({"tools": [FUNCTION, {"type": "web_search"}], "tool_choice": "auto"}, None),
        ({"tools": [FUNCTION], "tool_choice": {"type": "function", "name": "mcp"}}, None),
        ({"tools": [None, "mcp", {"type": ["mcp"]}], "tool_choice": ["mcp"], "web_search_options": None}, None),
        ({"tools": "mcp"}, None),
        ({}, None),
    ],
)
def test_tools_that_run_there(request_: dict[str, Any], tool: str | None) -> None:
    assert runs_there(raw(request_)) == tool


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b'{"model": "m", "input": [1,  2]}', {"model": b'"m"', "input": b"[1,  2]"}),
        # Half of a pair of surrogates, as whoever cuts a text in two leaves it.
        (b'{"input": "\\ud83d"}', {"input": b'"\\ud83d"'}),
        (b"[1]", None),
        (b"{", None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_fields_stay_the_bytes_that_they_were(body: bytes, fields: dict[str, bytes] | None) -> None:
    read = fields_of(body)
    assert (None if read is None else {name: bytes(value) for name, value in read.items()}) == fields
