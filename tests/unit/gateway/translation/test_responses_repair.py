"""Responses of local servers, with what they leave out."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chat_stream import answered, calls, chunk
from tests.support.strict_readers import events_of, responses_answer
from trayapp.gateway.events import MAX_EVENT_BYTES
from trayapp.gateway.translation.asked import Minted
from trayapp.gateway.translation.responses_repair import ResponsesRepair, repaired
from trayapp.gateway.translation.translation import RESPONSES

MINTED = Minted("0123456789abcdef01234567", 1000.0)
ASKED = RESPONSES.request(
    {"input": "Go.", "tools": [{"type": "function", "name": "f"}], "stream": True}, model="small:1b"
)
WHOLE = RESPONSES.stream(ASKED, MINTED).feed(
    answered(
        chunk({"reasoning_content": "Hm."}),
        chunk({"content": "I "}),
        chunk({"content": "do."}),
        calls((0, "x", "f", "{}")),
    )
)
INDICES = ("sequence_number", "output_index", "content_index", "summary_index", "item_id")


def told(kind: str, **fields: Any) -> bytes:
    name = f"response.{kind}"
    return f"event: {name}\ndata: {json.dumps({'type': name} | fields)}\n\n".encode()


def without(*names: str) -> bytes:
    """A whole stream that lacks these."""
    events = [{name: value for name, value in event.items() if name not in names} for event in events_of(WHOLE)]
    return b"".join(told(event.pop("type").removeprefix("response."), **event) for event in events)


def repair(stream: bytes, *sizes: int) -> bytes:
    change = ResponsesRepair("small:1b", MINTED)
    out = b""
    for size in sizes:
        out += change(stream[:size])
        stream = stream[size:]
    return out + change(stream) + change.rest()


# As a server of October 2026 says it.
_RESPONSE = {"id": "resp_1", "object": "response", "status": "in_progress"}
_CALL = {"type": "function_call", "call_id": "fc_9", "name": "f"}
_TEXT = {"type": "output_text", "annotations": [], "logprobs": [], "text": "Hi."}
_MESSAGE = {"type": "message", "status": "completed", "id": "msg_1", "content": [_TEXT], "role": "assistant"}
_THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": [], "content": [], "encrypted_content": ""}
LLAMA_CPP = (
    told("created", response=_RESPONSE)
    + told("in_progress", response=_RESPONSE)
    + told("output_item.added", item=_THOUGHT | {"status": "in_progress"})
    + told("reasoning_text.delta", item_id="rs_1", delta="Hm.")
    + told("output_item.added", item=_MESSAGE | {"content": [], "status": "in_progress"})
    + told("content_part.added", item_id="msg_1", part={"type": "output_text", "text": ""})
    + told("output_text.delta", item_id="msg_1", delta="Hi.")
    + told("output_item.added", item=_CALL | {"arguments": "", "status": "in_progress"})
    + told("function_call_arguments.delta", item_id="fc_9", delta="{}")
    + told("output_item.done", item=_THOUGHT)
    + told("output_text.done", item_id="msg_1", text="Hi.")
    + told("content_part.done", item_id="msg_1", part=_TEXT)
    + told("output_item.done", item=_MESSAGE)
    + told("output_item.done", item=_CALL | {"arguments": "{}", "status": "completed"})
    + told(
        "completed",
        response=_RESPONSE
        | {
            "status": "completed",
            "output": [_THOUGHT, _MESSAGE, _CALL | {"arguments": "{}"}],
            "usage": {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7},
        },
    )
)


def test_as_llama_cpp_says_it() -> None:
    events = events_of(repair(LLAMA_CPP))
    assert [event["sequence_number"] for event in events] == list(range(15))
    places = [(event.get("output_index"), event.get("content_index")) for event in events]
    assert places == [
        (None, None),
        (None, None),
        (0, None),
        (0, 0),
        (1, None),
        (1, 0),
        (1, 0),
        (2, None),
        (2, None),
        (0, None),
        (1, 0),
        (1, 0),
        (1, None),
        (2, None),
        (None, None),
    ]
    assert [event["item"]["id"] for event in events if "item" in event] == ["rs_1", "msg_1", "fc_9"] * 2
    assert (events[0]["response"]["created_at"], events[0]["response"]["model"]) == (1000, "small:1b")
    response = events[-1]["response"]
    assert [item["id"] for item in response["output"]] == ["rs_1", "msg_1", "fc_9"]
    assert response["usage"]["output_tokens_details"] == {"reasoning_tokens": 0}


@pytest.mark.parametrize("names", [INDICES, *((name,) for name in INDICES if name != "item_id")])
def test_a_strict_reader_reads_what_lacked_indices(names: tuple[str, ...]) -> None:
    assert responses_answer(repair(without(*names))) == responses_answer(WHOLE)


def test_what_was_never_added_is_added_before_it_is_written() -> None:
    text = {"type": "output_text", "text": "Hi.", "annotations": []}
    message = {"type": "message", "role": "assistant", "status": "completed", "content": [text]}
    stream = (
        told("created", response=_RESPONSE)
        + told("in_progress", response=_RESPONSE)
        + told("output_text.delta", delta="Hi.")
        + told("output_text.done", text="Hi.")
        + told("output_item.done", item=message | {"id": MINTED.id("msg", 0)})
    )
    kinds = [event["type"].removeprefix("response.") for event in events_of(repair(stream))][2:]
    assert kinds == [
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "output_item.done",
    ]
    (added, done) = events_of(repair(told("output_item.done", item=message)))
    assert (added["type"], added["output_index"], done["output_index"]) == ("response.output_item.added", 0, 0)
    assert added["item"]["id"] == done["item"]["id"]


@pytest.mark.parametrize(
    "stream",
    [
        WHOLE,
        b": ping\n\n" + WHOLE,
        b": ping\n" + WHOLE,
        b"data: [DONE]\n\n",
        b'event: error\ndata: {"type":"error","message":"boom"}\n\n',
        b"data: []\n\ndata: <html>\r\n\r\n",
        told("output_item.added", item=5, sequence_number=0),
        told("something.new", sequence_number=0),
        b"data: " + b"x" * (MAX_EVENT_BYTES + 1) + b"\n\n",
        b'data: {"type":"response.created"',
    ],
)
def test_what_lacks_nothing_stays_as_it_is(stream: bytes) -> None:
    assert repair(stream) == stream


@given(st.lists(st.integers(1, 90), max_size=60))
def test_however_the_stream_is_cut(sizes: list[int]) -> None:
    assert repair(LLAMA_CPP, *sizes) == repair(LLAMA_CPP)


def test_a_large_event_in_small_pieces() -> None:
    """To look at all of it for every piece would take minutes, and everybody else's streams would stand still."""
    large = told("completed", response={"id": "resp_1", "instructions": "x" * 900_000})
    assert json.loads(repair(large, *[1400] * 600).partition(b"data: ")[2])["response"]["instructions"] == "x" * 900_000


def test_plain_responses() -> None:
    got = repaired({"output": [_CALL, {"type": "message"}], "usage": {"input_tokens": 1}}, "small:1b", MINTED)
    assert [item["id"] for item in got["output"]] == ["fc_9", "msg_0123456789abcdef0123456701"]
    assert (got["id"], got["object"], got["tools"]) == ("resp_0123456789abcdef0123456700", "response", [])
    assert repaired(got, "other", MINTED) == got


LONG = f"functions.f:0|{'x' * 60}"


@pytest.mark.parametrize(
    ("item", "begins", "call"),
    [
        ({"type": "function_call", "call_id": "call_9"}, "fc_", "call_9"),
        ({"type": "function_call", "id": "item_1", "call_id": LONG}, "fc_", None),
        ({"type": "function_call", "id": "fc_1", "call_id": "a b"}, "fc_1", None),
        ({"type": "custom_tool_call", "id": LONG, "call_id": "call_9"}, "ctc_", "call_9"),
        ({"type": "message", "id": "chatcmpl-1"}, "msg_", None),
        ({"type": "reasoning", "id": f"rs_{'x' * 400}"}, "rs_", None),
        ({"type": "web_search_call", "id": "ws.1"}, "ws.1", None),
    ],
)
def test_ids_are_such_as_the_cloud_takes_back(item: dict[str, Any], begins: str, call: str | None) -> None:
    done = {"arguments": "{}"} | item
    stream = (
        told("created", response=_RESPONSE)
        + told("output_item.added", item=item)
        + told("function_call_arguments.delta", item_id=item.get("id") or item.get("call_id"), delta="{}")
        + told("output_item.done", item=done)
        + told("completed", response=_RESPONSE | {"status": "completed", "output": [done]})
    )
    _, added, delta, over, completed = events_of(repair(stream))
    [kept] = completed["response"]["output"]
    ids = {added["item"]["id"], delta["item_id"], over["item"]["id"], kept["id"]}
    assert len(ids) == 1
    assert kept["id"].startswith(begins)
    assert len(kept["id"]) <= 64
    if "call_id" in item:
        assert {added["item"]["call_id"], over["item"]["call_id"], kept["call_id"]} == {kept["call_id"]}
        assert kept["call_id"] == call or re.fullmatch("call_[a-f0-9]{24}", kept["call_id"])


NAMES = st.sampled_from(
    ["item_id", "item", "id", "call_id", "type", "response", "output", "usage", "output_index", "part"]
)
ANYTHING = st.recursive(
    st.none() | st.integers(0, 3) | st.text(st.characters() | st.characters(categories=["Cs"]), max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=6,
)
KINDS = [*sorted({event["type"].removeprefix("response.") for event in events_of(WHOLE)}), "x\ny", "\ud800", ""]


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.dictionaries(NAMES.filter(lambda name: name != "type"), ANYTHING)))
)
@settings(max_examples=50)
def test_whatever_comes(events: list[tuple[str, dict[str, Any]]]) -> None:
    stream = b"".join(
        b"data: " + json.dumps({"type": f"response.{kind}"} | fields).encode() + b"\n\n" for kind, fields in events
    )
    got = repair(stream)
    assert got.count(b"data: ") >= len(events)
    assert got.endswith(stream[-2:])
