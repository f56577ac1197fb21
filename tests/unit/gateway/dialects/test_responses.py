"""OpenAI's Responses: what its streams and plain answers say."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.evidence.observation import Badge, Depth, Outcome
from trayapp.core.switching.route import Endpoint
from trayapp.gateway.dialects import chat, responses
from trayapp.gateway.events import Events
from trayapp.gateway.reading import AnswerReading
from trayapp.gateway.refusal import Refused

MESSAGE = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}
SAID = MESSAGE | {"content": [{"type": "output_text", "text": "Grüße €"}]}
THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}
CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "now", "arguments": ""}
SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "in_progress"}


def response(status: str = "in_progress", **fields: Any) -> dict[str, Any]:
    return {"id": "resp_1", "object": "response", "status": status, "error": None, "output": []} | fields


def event(kind: str, **fields: Any) -> bytes:
    return json.dumps({"type": kind, "sequence_number": 1, **fields}).encode()


CREATED = event("response.created", response=response())
GOING_ON = event("response.in_progress", response=response())
DELTA = event("response.output_text.delta", item_id="msg_1", output_index=0, content_index=0, delta="Grüße €")
COMPLETED = event("response.completed", response=response("completed", output=[SAID]))
FAILED = event("response.failed", response=response("failed", error={"code": "server_error", "message": "Oh"}))
DONE = b"[DONE]"
STREAM = b"".join(b"event: x\r\ndata: %s\r\n\r\n" % data for data in (CREATED, GOING_ON, DELTA, COMPLETED))
CUT_SHORT = b"".join(b"data: %s\n\n" % data for data in (CREATED, DELTA, DONE))


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/v1/responses", Endpoint.RESPONSES),
        ("/v1/responses/resp_1", Endpoint.STORED_RESPONSES),
        ("/v1/responses/resp_1/cancel", Endpoint.STORED_RESPONSES),
        ("/v1/responses/resp_1/input_items", Endpoint.STORED_RESPONSES),
        ("/v1/responses/compact", Endpoint.OTHER),
        ("/v1/responses/input_tokens", Endpoint.OTHER),
        ("/v1/responses/resp_1/else", Endpoint.OTHER),
        ("/v1/models", Endpoint.MODELS),
    ],
)
def test_paths(path: str, endpoint: Endpoint) -> None:
    assert responses.endpoint(path) is endpoint


@pytest.mark.parametrize("path", ["/v1/responses/", "/v1/responses/..", "/v1/responses/%2e%2e/files"])
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(Refused):
        responses.endpoint(path)


def read(*events: bytes) -> responses.Stream:
    stream = responses.stream()
    for data in events:
        stream.event(data)
    return stream


@pytest.mark.parametrize(
    "life",
    [
        CREATED,
        GOING_ON,
        event("response.queued", response=response("queued")),
        event("response.created", response=response("completed")),
        event("response.output_item.added", item=MESSAGE),
        event("response.output_item.added", item=MESSAGE | {"content": [{"type": "output_text", "text": ""}]}),
        event("response.output_item.added", item=THOUGHT),
        event("response.output_item.added", item=CALL),
        event("response.content_part.added", part={"type": "output_text", "text": "", "annotations": []}),
        event("response.reasoning_summary_part.added", part={"type": "summary_text", "text": ""}),
        event("response.output_text.delta", delta=""),
        event("response.output_item.added", item=None),
        event("response.output_item.added", item="message"),
        event("response.content_part.added", part=[]),
        event("keepalive"),
        event("codex.rate_limits", rate_limits={"allowed": True}),
        b'{"type": 7}',
        b"{}",
        b"[]",
        b"null",
        b"",
        b"\xff{",
        b'{"type":"response.output_text.delta","delta":"Gr',
    ],
)
def test_life_is_no_content(life: bytes) -> None:
    stream = read(CREATED, life)
    assert (stream.content, stream.finished, stream.error, stream.cut_short) == (False, False, None, False)


@pytest.mark.parametrize(
    "content",
    [
        DELTA,
        event("response.refusal.delta", delta="I"),
        event("response.reasoning_text.delta", delta="Hm"),
        event("response.reasoning_summary_text.delta", delta="Hm"),
        event("response.function_call_arguments.delta", delta="{"),
        event("response.custom_tool_call_input.delta", delta="*** Begin"),
        event("response.code_interpreter_call_code.delta", delta="print"),
        event("response.audio.delta", delta="UklGR"),
        event("response.output_text.done", text="Hi"),
        event("response.refusal.done", refusal="No"),
        event("response.function_call_arguments.done", arguments="{}"),
        event("response.content_part.done", part={"type": "output_text", "text": "Hi"}),
        event("response.output_item.added", item=SAID),
        event("response.output_item.added", item=CALL | {"arguments": "{}"}),
        event("response.output_item.added", item=SEARCH),
        event("response.output_item.added", item={"type": "mcp_call", "id": "mcp_1"}),
        event("response.output_item.added", item={"type": "image_generation_call", "id": "ig_1"}),
        event("response.output_item.done", item=CALL),
        event("response.output_item.done", item=THOUGHT),
        event("response.output_item.done", item=THOUGHT | {"summary": [{"type": "summary_text", "text": "Hm"}]}),
        event("response.web_search_call.searching", item_id="ws_1"),
        event("response.mcp_list_tools.in_progress", item_id="mcpl_1"),
        event("response.image_generation_call.partial_image", partial_image_b64="iVBOR"),
        COMPLETED,
    ],
)
def test_content(content: bytes) -> None:
    assert read(CREATED, content).content


@pytest.mark.parametrize(
    ("events", "finished", "cut_short", "failed"),
    [
        ((CREATED, DELTA, COMPLETED), True, False, False),
        ((CREATED, DELTA, COMPLETED, DONE), True, False, False),
        ((CREATED, event("response.completed", response=response("completed"))), True, False, False),
        ((event("response.completed"),), True, False, False),
        ((CREATED, DELTA, event("response.incomplete", response=response("incomplete"))), True, False, False),
        ((CREATED, event("response.cancelled", response=response("cancelled"))), True, False, False),
        ((CREATED, event("response.done", response=response("completed"))), True, False, False),
        ((CREATED, DELTA, FAILED), True, False, True),
        ((CREATED, event("response.failed", response=response("failed"))), True, False, True),
        ((event("response.failed"),), True, False, True),
        ((CREATED, event("error", code="server_error", message="Oh", param=None)), False, False, True),
        ((CREATED, event("error", error={"type": "invalid_request_error", "code": "x"}), DONE), False, False, True),
        ((b'{"error": {"code": 500, "message": "Oh", "type": "server_error"}}',), False, False, True),
        ((CREATED, DELTA), False, False, False),
        ((CREATED, DELTA, event("response.output_text.done", text="Hi")), False, False, False),
        ((CREATED, DELTA, event("response.output_item.done", item=SAID)), False, False, False),
        ((CREATED, DELTA, DONE), False, True, False),
        ((CREATED, DONE), False, True, False),
        ((DONE,), False, True, False),
        ((), False, False, False),
    ],
)
def test_ends(events: tuple[bytes, ...], finished: bool, cut_short: bool, failed: bool) -> None:
    stream = read(*events)
    assert (stream.finished, stream.cut_short, stream.error is not None) == (finished, cut_short, failed)
    assert not stream.empty


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"code": "server_error", "message": "Oh"}, (Outcome.FAIL, "cut", None)),
        ({"type": "error", "code": None, "message": "Oh"}, (Outcome.FAIL, "cut", None)),
        ({"type": "server_error", "code": None}, (Outcome.FAIL, "cut", None)),
        ({"code": "server_is_overloaded"}, (Outcome.FAIL, "cut", None)),
        ({"code": "vector_store_timeout"}, (Outcome.FAIL, "cut", None)),
        ("Oh", (Outcome.FAIL, "cut", None)),
        ({"type": "usage_limit_reached", "message": "Later"}, (Outcome.NEUTRAL, "http_429", Badge.RATE_LIMIT)),
        ({"code": "429", "message": "Slower"}, (Outcome.NEUTRAL, "http_429", Badge.RATE_LIMIT)),
        ({"code": 503, "message": "Oh", "type": "unavailable"}, (Outcome.FAIL, "http_503", None)),
        ({"code": "rate_limit_exceeded", "message": "Slower"}, (Outcome.NEUTRAL, "http_429", Badge.RATE_LIMIT)),
        ({"type": "insufficient_quota", "code": "insufficient_quota"}, (Outcome.GOOD, "http_429", Badge.QUOTA)),
        ({"code": "invalid_prompt", "message": "No"}, (Outcome.NEUTRAL, "refused", None)),
        ({"type": "invalid_request_error", "code": "context_length_exceeded"}, (Outcome.NEUTRAL, "refused", None)),
        ({"code": "image_content_policy_violation"}, (Outcome.NEUTRAL, "refused", None)),
    ],
)
def test_errors(error: object, expected: tuple[Outcome, str, Badge | None]) -> None:
    reading = responses.read_error(error, Depth.COMPLETION)
    assert (reading.outcome, reading.code, reading.badge) == expected


@pytest.mark.parametrize(
    ("answer", "answers", "error"),
    [
        (response("completed", output=[SAID]), True, None),
        (response("incomplete", incomplete_details={"reason": "max_output_tokens"}), True, None),
        (response("queued", background=True), True, None),
        (response("failed", error={"code": "server_error"}), False, {"code": "server_error"}),
        (response("failed"), False, {"code": "server_error"}),
        ({"error": {"type": "invalid_request_error"}}, False, {"type": "invalid_request_error"}),
        ({"choices": []}, False, None),
        ({}, False, None),
    ],
)
def test_plain_answers(answer: dict[str, Any], answers: bool, error: object) -> None:
    assert (responses.answers(answer), responses.error_in(answer)) == (answers, error)


@pytest.mark.parametrize(
    ("refused", "code"),
    [
        (Refused(503, "local_cut", "It closed the connection."), "server_error"),
        (Refused(504, "local_timeout", "Too late."), "server_error"),
        (Refused(400, "local_not_ready", "Grüße\nand more"), "invalid_prompt"),
        (Refused(429, "local_http_429", "Slower"), "rate_limit_exceeded"),
        (Refused(400, "local_http_400", "request exceeds the available context size"), "context_length_exceeded"),
    ],
)
def test_a_refusal_inside_a_stream_fails_it_in_the_words_of_every_library(refused: Refused, code: str) -> None:
    told, failed = (json.loads(data) for data in Events().feed(responses.refusal_event(refused)))
    assert (told["type"], told["code"], told["message"]) == ("error", refused.code, refused.message)
    assert told["error"] == json.loads(chat.refusal(refused))["error"]
    assert (failed["type"], failed["response"]["status"]) == ("response.failed", "failed")
    assert failed["response"]["error"] == {"code": code, "message": refused.message}
    stream = read(CREATED, DELTA, *Events().feed(responses.refusal_event(refused)))
    assert stream.finished
    assert stream.error == told["error"]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12), st.sampled_from([STREAM, STREAM[:-40], CUT_SHORT]))
def test_any_chunking_gives_the_same(cuts: list[int], sent: bytes) -> None:
    def read_in(places: list[int]) -> tuple[Any, ...]:
        reading = AnswerReading(responses, 200, {"content-type": "text/event-stream"}, Depth.COMPLETION)
        for start, end in pairwise([0, *places, len(sent)]):
            reading.feed(sent[start:end], float(end))
        return reading.whole, reading.is_cut_short, reading.result(), reading.first_token_at is not None

    assert read_in(sorted(min(cut, len(sent)) for cut in cuts)) == read_in([])


@given(st.lists(st.sampled_from([CREATED, GOING_ON, DELTA, COMPLETED, FAILED, DONE, b"{}", b"x"])))
def test_a_stream_never_takes_back_what_it_said(events: list[bytes]) -> None:
    stream = responses.stream()
    content = finished = failed = False
    for data in events:
        stream.event(data)
        assert stream.content >= content
        assert stream.finished >= finished
        assert (stream.error is not None) >= failed
        assert not (stream.cut_short and stream.finished)
        content, finished, failed = stream.content, stream.finished, stream.error is not None
