"""What a request rests on that only its provider has."""

from typing import Any

import msgspec
import pytest

from trayapp.gateway.dialects.kept import rests_on

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
    return rests_on(msgspec.json.decode(msgspec.json.encode(request), type=dict[str, msgspec.Raw]))


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
        {"tools": "file_id"},
        {"input": [None, 1, [[]], {"content": {}}]},
        {"input": deep(900)},
    ],
)
def test_what_holds_all_that_it_needs(request_: dict[str, Any]) -> None:
    assert read(request_) is None
