"""Anthropic's dialect: its paths, what is said in it, and what a stream of it holds."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.messagesbed import BLOCK, BLOCK_STOP, OVERLOADED, PING, START, STOP, STOP_REASON, WORD, delta, event
from trayapp.core.evidence.observation import Depth, Outcome
from trayapp.core.switching.route import Endpoint
from trayapp.gateway.dialects import messages
from trayapp.gateway.events import Events
from trayapp.gateway.refusal import Refused


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/v1/messages", Endpoint.MESSAGES),
        ("/v1/messages/count_tokens", Endpoint.COUNT_TOKENS),
        ("/v1/models", Endpoint.MODELS),
        ("/v1/models/claude-9", Endpoint.MODELS),
        ("/v1/messages/batches", Endpoint.OTHER),
        ("/v1/files", Endpoint.OTHER),
        ("/v1/complete", Endpoint.OTHER),
        ("/v1/messages%2Fcount_tokens", Endpoint.COUNT_TOKENS),
    ],
)
def test_paths(path: str, endpoint: Endpoint) -> None:
    assert messages.endpoint(path) is endpoint
    assert messages.METHODS[endpoint]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/",
        "/v1/messages/",
        "/v1/messages/count_tokens/",
        "/v1/messages/../models",
        "/v1//messages",
        "/v1/models/..",
        "/v1/Messages",
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(Refused) as caught:
        messages.endpoint(path)
    assert (caught.value.status, caught.value.headers["x-should-retry"]) == (404, "false")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (405, "invalid_request_error"),
        (413, "request_too_large"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (503, "api_error"),
        (504, "timeout_error"),
        (529, "overloaded_error"),
    ],
)
def test_refusals(status: int, kind: str) -> None:
    refused = Refused(status, "code", "No.")
    expected = {"type": "error", "error": {"type": kind, "message": "No."}}
    assert json.loads(messages.refusal(refused)) == expected
    (data,) = Events().feed(messages.refusal_event(refused))
    assert json.loads(data) == expected
    assert messages.refusal_event(refused).startswith(b"event: error\n")


def read(*events: bytes) -> Any:
    reader = messages.stream()
    for data in Events().feed(b"".join(events)):
        reader.event(data)
    return reader


def begun(**block: Any) -> bytes:
    return event(type="content_block_start", index=0, content_block=block)


LIFE = [
    START,
    PING,
    BLOCK,
    BLOCK_STOP,
    begun(type="thinking", thinking="", signature=""),
    begun(type="tool_use", id="toolu_1", name="Bash", input={}),
    delta(type="text_delta", text=""),
    delta(type="input_json_delta", partial_json=""),
    delta(type="thinking_delta", thinking=""),
    delta(type="signature_delta", signature="EqQB"),
    STOP_REASON,
    event(type="message_delta_of_2027"),
    b": a comment\n\n",
    b"data: {\n\n",
    b"data: [1]\n\n",
    event(type="content_block_delta", index=0, delta=None),
    event(type="content_block_start", index=0, content_block=None),
]
CONTENT = [
    WORD,
    delta(type="input_json_delta", partial_json='{"cmd'),
    delta(type="thinking_delta", thinking="Hm"),
    delta(type="citations_delta", citation={"cited_text": "x"}),
    begun(type="text", text="At once"),
    begun(type="tool_use", id="toolu_1", name="Bash", input={"cmd": "ls"}),
    begun(type="redacted_thinking", data="EqQB"),
    begun(type="server_tool_use", id="srvtoolu_1", name="web_search", input={}),
    begun(type="web_search_tool_result", tool_use_id="srvtoolu_1", content=[]),
    begun(type="mcp_tool_use", id="mcptoolu_1", name="x", server_name="y", input={}),
    begun(type="a_block_of_2027"),
]


@pytest.mark.parametrize("one", LIFE)
def test_life_is_no_content(one: bytes) -> None:
    reader = read(START, one)
    assert (reader.content, reader.finished, reader.error) == (False, False, None)


@pytest.mark.parametrize("one", CONTENT)
def test_content(one: bytes) -> None:
    reader = read(START, one)
    assert (reader.content, reader.finished, reader.error) == (True, False, None)


def test_only_its_last_event_makes_it_whole() -> None:
    assert not read(START, BLOCK, WORD, BLOCK_STOP, STOP_REASON).finished
    assert read(START, BLOCK, WORD, BLOCK_STOP, STOP_REASON, STOP).finished
    # A tool without arguments, and an answer without a word, are answers.
    assert not read(START, STOP_REASON, STOP).empty
    assert read(STOP).empty
    assert not read(OVERLOADED, STOP).empty


@given(st.lists(st.sampled_from([*LIFE, *CONTENT, OVERLOADED, STOP]), max_size=12), st.data())
def test_any_pieces_say_the_same(events: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(events)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reader, cutting = messages.stream(), Events()
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        for one in cutting.feed(stream[start:end]):
            reader.event(one)
    whole = read(stream)
    assert (reader.content, reader.finished, reader.empty, reader.error) == (
        whole.content,
        whole.finished,
        whole.empty,
        whole.error,
    )


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: (
            st.lists(x) | st.dictionaries(st.sampled_from(["type", "delta", "content_block", "error", "text"]), x)
        ),
    )
)
def test_no_event_breaks_it(what: Any) -> None:
    reader = messages.stream()
    for kind in ("content_block_start", "content_block_delta", "error", None):
        reader.event(json.dumps(what | {"type": kind} if isinstance(what, dict) else what).encode())
    if reader.error is not None:
        messages.read_error(reader.error, Depth.COMPLETION)


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        ({"type": "overloaded_error"}, Outcome.FAIL, "http_529"),
        ({"type": "rate_limit_error"}, Outcome.NEUTRAL, "http_429"),
        ({"type": "billing_error"}, Outcome.GOOD, "http_402"),
        ({"type": "request_too_large"}, Outcome.NEUTRAL, "refused"),
        ({"type": 7}, Outcome.FAIL, "cut"),
        # Z.ai's numbers, which stand there in place of a kind.
        ({"code": "1302", "message": "slower"}, Outcome.NEUTRAL, "http_429"),
        ({"code": "1113", "message": "words"}, Outcome.GOOD, "http_429"),
        ({"code": "1234", "message": "words"}, Outcome.FAIL, "http_500"),
        ({"code": "9999", "message": "words"}, Outcome.FAIL, "cut"),
        ({}, Outcome.FAIL, "cut"),
        ("Overloaded", Outcome.FAIL, "cut"),
    ],
)
def test_what_an_error_in_a_stream_counts_as(error: object, outcome: Outcome, code: str) -> None:
    reading = messages.read_error(error, Depth.COMPLETION)
    assert (reading.outcome, reading.code) == (outcome, code)


@pytest.mark.parametrize(
    ("answer", "is_one"),
    [
        ({"type": "message", "content": []}, True),
        ({"type": "message", "content": [{"type": "text", "text": "x"}]}, True),
        ({"input_tokens": 14}, True),
        ({"type": "message"}, False),
        ({"choices": []}, False),
        ({"input_tokens": None}, False),
        ({}, False),
    ],
)
def test_what_is_an_answer(answer: dict[str, Any], is_one: bool) -> None:
    assert messages.answers(answer) is is_one


@pytest.mark.parametrize(
    ("model", "alias"),
    [
        ("qwen3:8b", "claude-local-qwen3:8b"),
        ("Claude-distilled", "Claude-distilled"),
        ("x/anthropic-y", "x/anthropic-y"),
    ],
)
def test_a_local_model_has_a_name_that_claude_code_takes_up(model: str, alias: str) -> None:
    listed = json.loads(messages.models("/v1/models", model, "ollama"))
    (entry,) = listed["data"]
    assert (listed["has_more"], listed["first_id"], listed["last_id"]) == (False, alias, alias)
    assert (entry["type"], entry["id"], entry["display_name"]) == ("model", alias, f"{model} (ollama)")
    assert json.loads(messages.models("/v1/models/claude-9", model, "ollama")) == entry
