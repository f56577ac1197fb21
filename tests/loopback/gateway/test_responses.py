"""OpenAI's Responses through the gateway: whole, cut, failed, on either route."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.support import llama_server
from tests.support.gatewaybed import KEY, LOCAL_MODEL, Bed, begin, chunks
from tests.support.gguf import write_tiny_gguf
from tests.support.httpserver import Behaviour, Request, answer, hang_up
from tests.support.strict_readers import events_of, responses_answer
from trayapp.core.catalogue import Catalogue, Component, Part, Provider, Service
from trayapp.core.evidence.observation import Badge, Depth, Outcome
from trayapp.core.switching.route import Endpoint, To
from trayapp.gateway.translation.asked import Minted
from trayapp.gateway.translation.responses_repair import repaired

RESPONSES = "/v1/responses"
ASKED = {"model": "big-1", "input": "Hello?", "stream": True}


def event(kind: str, **fields: Any) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), json.dumps({"type": kind, **fields}).encode())


def response(status: str, **fields: Any) -> dict[str, Any]:
    return {"id": "resp_1", "object": "response", "status": status, "error": None, "output": []} | fields


CREATED = event("response.created", response=response("in_progress"))
DELTA = event("response.output_text.delta", delta="Grüße €")
SAID = {"type": "message", "content": [{"type": "output_text", "text": "Grüße €"}]}
COMPLETED = event("response.completed", response=response("completed", output=[SAID]))
INCOMPLETE = event("response.incomplete", response=response("incomplete"))
FAILED = event("response.failed", response=response("failed", error={"code": "server_error", "message": "Oh"}))
TOO_MANY = event("error", code="rate_limit_exceeded", message="Slower", param=None)
PING = event("keepalive")
GOOD = (Outcome.GOOD, "http_200")
MALFORMED = (Outcome.FAIL, "malformed")
CUT = (Outcome.FAIL, "cut")


def with_responses(bed: Bed) -> None:
    """Acme has the component."""
    acme = bed.catalogue.providers["acme"]
    service = Service("acme-api", "Acme API", components=(Component("responses", "Responses", main=True),))
    bed.catalogue = Catalogue({"acme": Provider("acme", "Acme", (service,), api=acme.api)})


@pytest.mark.parametrize(
    ("pieces", "whole", "expected"),
    [
        ((CREATED, DELTA, COMPLETED), True, GOOD),
        ((CREATED, PING, DELTA, COMPLETED, b"data: [DONE]\n\n"), True, GOOD),
        ((CREATED, DELTA, INCOMPLETE), True, GOOD),
        ((CREATED, COMPLETED), True, GOOD),
        ((CREATED, FAILED), True, CUT),
        ((CREATED, DELTA, TOO_MANY), True, (Outcome.NEUTRAL, "http_429")),
        ((CREATED, DELTA), False, CUT),
        ((CREATED, DELTA, b"data: [DONE]\n\n"), False, CUT),
        ((CREATED,), False, CUT),
        ((), False, CUT),
    ],
    ids=range(10),
)
async def test_a_stream_is_whole_by_its_own_word_alone(
    pieces: tuple[bytes, ...], whole: bool, expected: tuple[Outcome, str]
) -> None:
    async with Bed() as bed:
        with_responses(bed)
        bed.cloud.on(RESPONSES, chunks(pieces))
        got = await bed.post(ASKED, path=RESPONSES)
        assert (got.status, got.whole) == (200, whole)
        sent = b"".join(pieces)
        assert got.body == (sent if whole else sent.removesuffix(b"data: [DONE]\n\n"))
        seen = await bed.told()
        assert (seen.outcome, seen.code, seen.parts) == (*expected, (Part("acme-api", "responses"),))
        assert (seen.first_token_s is not None) == bool({DELTA, COMPLETED} & set(pieces))
        assert seen.witness is not None
        assert (seen.witness.path, seen.witness.model) == (RESPONSES, "big-1")


@pytest.mark.parametrize(
    ("status", "body", "expected", "badge"),
    [
        (200, response("completed", output=[SAID]), GOOD, None),
        (200, response("incomplete", incomplete_details={"reason": "content_filter"}), GOOD, None),
        (200, response("queued", background=True), GOOD, None),
        (200, response("failed", error={"code": "server_error", "message": "Oh"}), MALFORMED, None),
        (200, response("failed"), MALFORMED, None),
        (
            200,
            response("failed", error={"code": "invalid_prompt", "message": "No"}),
            (Outcome.NEUTRAL, "refused"),
            None,
        ),
        (
            200,
            response("failed", error={"code": "rate_limit_exceeded"}),
            (Outcome.NEUTRAL, "http_429"),
            Badge.RATE_LIMIT,
        ),
        (400, {"error": {"type": "invalid_request_error", "message": "x"}}, (Outcome.GOOD, "http_400"), None),
        (503, {"error": {"type": "server_error", "message": "x"}}, (Outcome.FAIL, "http_503"), None),
    ],
    ids=range(9),
)
async def test_a_plain_answer_is_passed_on_and_counts_by_its_status_and_its_word(
    status: int, body: Any, expected: tuple[Outcome, str], badge: Badge | None
) -> None:
    async with Bed() as bed:
        bed.cloud.on(RESPONSES, answer(status, body))
        got = await bed.post({"model": "big-1", "input": "Hello?"}, path=RESPONSES)
        assert (got.status, got.json, got.whole) == (status, body, True)
        seen = await bed.told()
        assert (seen.outcome, seen.code, seen.badge) == (*expected, badge)


async def test_headers_and_bytes_travel_as_they_are() -> None:
    """As Codex sends them."""
    async with Bed() as bed:
        bed.cloud.on(RESPONSES, chunks([CREATED, DELTA, COMPLETED]))
        body = b'{"model": "big-1",  "input": [], "stream": true, "include": ["reasoning.encrypted_content"]}'
        named = {
            "originator": "codex_exec",
            "session_id": "UUID",
            "x_codex_window_id": "UUID:0",
            "accept": "text/event-stream",
        }
        got = await bed.post(body, path=f"/t/{bed.token}{RESPONSES}", Authorization="Bearer sk-own", **named)
        assert got.body == CREATED + DELTA + COMPLETED
        (asked,) = bed.cloud.requests
        assert asked.body == body
        assert asked.headers["authorization"] == "Bearer sk-own"
        for name, value in named.items():
            assert asked.headers[name.replace("_", "-")] == value


@pytest.mark.parametrize(("end", "whole"), [(COMPLETED, True), (b"", False)])
async def test_a_kept_response_is_streamed_whole_or_broken_off_and_is_no_evidence(end: bytes, whole: bool) -> None:
    async with Bed() as bed:
        bed.cloud.on(f"{RESPONSES}/resp_1", chunks([DELTA, end] if end else [DELTA]))
        got = await bed.get(f"{RESPONSES}/resp_1?stream=true&starting_after=4")
        assert (got.body, got.whole) == (DELTA + end, whole)
        assert bed.tries == []


async def test_a_refusal_before_the_answer_is_a_plain_one() -> None:
    async with Bed() as bed:
        bed.cloud.on(RESPONSES, hang_up)
        got = await bed.post(ASKED, path=RESPONSES)
        assert (got.status, got.error["code"], got.error["type"]) == (502, "upstream_cut", "api_error")


async def test_locally_only_the_model_is_another() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(RESPONSES, chunks([CREATED, DELTA, COMPLETED]))
        got = await bed.post(ASKED | {"tools": [{"type": "web_search"}]}, path=RESPONSES)
        assert got.whole
        kinds = ["response.created", "response.output_text.delta", "response.completed"]
        assert [one["type"] for one in events_of(got.body) if one["type"] in kinds] == kinds
        assert got.headers["x-llm-ampel-route"] == "local; user"
        (asked,) = bed.local.requests
        assert json.loads(asked.body) == ASKED | {"tools": [{"type": "web_search"}], "model": LOCAL_MODEL}
        assert KEY not in str(asked)
        assert "authorization" not in asked.headers
        assert len(bed.answers) == 1
        assert bed.tries == []


@pytest.mark.parametrize(
    "more",
    [
        {"previous_response_id": "resp_1"},
        {"conversation": "conv_1"},
        {"background": True},
        {"previous_response_id": "resp_1", "input": "half a pair: \ud83d"},
        {"input": [{"type": "message", "content": [{"type": "input_file", "file_id": "file-1"}]}]},
    ],
)
@pytest.mark.parametrize("streams", [True, False])
async def test_what_rests_on_the_providers_memory_never_moves(more: dict[str, Any], streams: bool) -> None:
    async with Bed() as bed:
        bed.cloud.on(RESPONSES, answer(200, response("completed")))
        assert (await bed.post(ASKED | more | {"stream": streams}, path=RESPONSES)).status == 200
        bed.switch(To.LOCAL)
        got = await bed.post(ASKED | more | {"stream": streams}, path=RESPONSES)
        assert (got.status, got.error["code"], got.headers["x-should-retry"]) == (400, "local_not_there", "false")
        assert "Only Acme has what this request rests on" in got.error["message"]
        assert "`llm-ampel switch cloud acme`" in got.error["message"]
        assert bed.local.requests == []
        assert bed.cloud.asked(RESPONSES) == 1


@pytest.mark.parametrize("streams", [True, False])
async def test_what_a_local_server_leaves_out_is_added(streams: bool, tmp_path: Path) -> None:
    """By the real llama.cpp, to a reader that takes nothing on trust."""
    async with llama_server.running(write_tiny_gguf(tmp_path / "tiny.gguf")) as url, Bed() as bed:
        bed.switch(To.LOCAL)
        bed.target = structs.replace(bed.target, url=url)
        got = await bed.post(ASKED | {"stream": streams, "max_output_tokens": 8, "temperature": 0}, path=RESPONSES)
        assert (got.status, got.whole) == (200, True)
        told = responses_answer(got.body) if streams else got.json
        assert told["status"] == "completed"
        assert told["output"][0]["content"][0]["text"]
        assert {"id", "created_at", "model", "tools", "parallel_tool_calls", "usage"} <= told.keys()
        assert len(bed.answers) == 1


async def test_what_lacks_nothing_stays_the_bytes_that_it_was() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        whole = repaired(response("completed", output=[SAID | {"id": "msg_1"}]), "small:1b", Minted("0" * 24, 1.0))
        odd = json.dumps(whole, indent=3).encode()
        bed.local.on(RESPONSES, answer(200, odd))
        got = await bed.post(ASKED | {"stream": False}, path=RESPONSES)
        assert (got.body, got.headers["content-length"]) == (odd, str(len(odd)))


@pytest.mark.parametrize("odd", [{"output": [1, None]}, {"output": [], "usage": []}, {"output": [], "id": None}])
async def test_an_odd_response_is_passed_on(odd: dict[str, Any]) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(RESPONSES, answer(200, odd), chunks([event("response.completed", response=odd)]))
        got = await bed.post(ASKED | {"stream": False}, path=RESPONSES)
        assert (got.status, got.whole, odd.items() <= got.json.items()) == (200, True, True)
        got = await bed.post(ASKED, path=RESPONSES)
        assert (got.status, got.whole) == (200, True)


@pytest.mark.parametrize("pieces", [(CREATED, DELTA), (CREATED, DELTA, b"data: [DONE]\n\n"), (CREATED, DELTA[:-9])])
async def test_a_local_stream_that_is_cut_ends_as_a_failed_one(pieces: tuple[bytes, ...]) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(RESPONSES, chunks(pieces, end=False))
        got = await bed.post(ASKED, path=RESPONSES)
        assert got.whole
        last = got.body.rstrip().rpartition(b"data: ")[2]
        failed = json.loads(last)
        assert (failed["type"], failed["response"]["error"]["code"]) == ("response.failed", "server_error")
        assert b"event: error\n" in got.body
        assert bed.answers == []


@pytest.mark.parametrize(
    "missing",
    [
        answer(404, "404 page not found"),
        answer(404, {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}),
        answer(404, {"detail": "Not Found"}),
        answer(405, ""),
        answer(501, "<html>Unsupported method"),
    ],
    ids=range(5),
)
@pytest.mark.parametrize("streams", [True, False])
async def test_a_local_server_without_responses_is_named(missing: Behaviour, streams: bool) -> None:
    """By a 400: Codex asks every other status again."""
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(RESPONSES, missing)
        got = await bed.post(ASKED | {"stream": streams}, path=RESPONSES)
        assert (got.status, got.error["code"], got.headers["x-should-retry"]) == (400, "local_dialect", "false")
        assert "does not speak OpenAI's Responses (/v1/responses)" in got.error["message"]
        assert bed.answers == []


async def test_a_model_that_a_local_server_does_not_know_is_its_own_to_say() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(RESPONSES, answer(404, {"error": {"message": "model 'small:1b' not found", "type": "api_error"}}))
        got = await bed.post(ASKED, path=RESPONSES)
        # opencode asks a 404 again and again, and shows nothing.
        assert (got.status, got.error["message"]) == (400, "model 'small:1b' not found")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"originator": "codex_exec"}, 400),
        ({"User_Agent": "opencode/1.18.33 ai-sdk/provider-utils/4.0.40 runtime/bun/1.3.14"}, 400),
        ({"User_Agent": "OpenAI/Python 3.57.0"}, 500),
        ({}, 500),
    ],
)
@pytest.mark.parametrize("speaks", [Endpoint.RESPONSES, Endpoint.CHAT_COMPLETIONS])
async def test_a_local_failure_is_told_in_words_to_who_asks_it_thirty_times(
    headers: dict[str, str], status: int, speaks: Endpoint
) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.target = structs.replace(bed.target, speaks=(Endpoint.CHAT_COMPLETIONS, speaks))
        bed.local.always(answer(500, {"error": {"code": 500, "message": "image input is not supported"}}))
        for streams in (True, False):
            got = await bed.post(ASKED | {"stream": streams}, path=RESPONSES, **headers)
            assert (got.status, got.error["message"]) == (status, "image input is not supported")
            # By a number like that opencode asks again whatever the status is.
            assert ("500" in str(got.error["code"])) == (status == 500)
        bed.local.always(hang_up)
        got = await bed.post(ASKED, path=RESPONSES, **headers)
        assert (got.status, got.error["code"]) == (400 if status == 400 else 503, "local_cut")


async def test_a_failure_that_a_local_server_tells_itself_is_told_once() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(RESPONSES, chunks([CREATED, FAILED]))
        got = await bed.post(ASKED, path=RESPONSES)
        assert got.whole
        created, failed = events_of(got.body)
        assert (created["type"], failed["type"]) == ("response.created", "response.failed")
        assert failed["response"]["error"] == {"code": "server_error", "message": "Oh"}
        assert bed.answers == []


async def test_who_leaves_after_the_first_token_has_seen_an_answer() -> None:
    async def stay(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, [CREATED, DELTA])
        await asyncio.Event().wait()

    async with Bed() as bed:
        bed.cloud.on(RESPONSES, stay)
        async with bed.client() as client:
            await client.send(bed.request(path=RESPONSES, body=ASKED))
            await client.reader.readuntil(b'response.output_text.delta"')
        seen = await bed.told()
        assert (seen.outcome, seen.depth) == (Outcome.GOOD, Depth.COMPLETION)


ASK = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello?"}]}
SPOKE = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": SAID["content"]}
THOUGHT = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}
PATCH = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_1", "name": "apply_patch", "input": "x"}
PATCHED = {"type": "custom_tool_call_output", "call_id": "call_1", "output": "Done."}
SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "x"}}


async def test_a_conversation_that_began_in_the_cloud_goes_on_at_llama_cpp(tmp_path: Path) -> None:
    """It refuses encrypted reasoning, custom tools and searches: https://github.com/ggml-org/llama.cpp/issues/29159"""
    async with llama_server.running(write_tiny_gguf(tmp_path / "tiny.gguf")) as url, Bed() as bed:
        bed.target = structs.replace(bed.target, url=url, model="tiny")
        bed.switch(To.LOCAL)
        for items in ([THOUGHT, SPOKE], [THOUGHT | {"content": []}, PATCH, PATCHED], [SEARCH, SPOKE], [SPOKE]):
            asked = {"model": "gpt-5", "input": [ASK, *items, ASK], "max_output_tokens": 8}
            got = await bed.post(asked, path=RESPONSES)
            assert (got.status, got.json["object"]) == (200, "response"), got.body


@pytest.mark.parametrize(
    ("items", "path"),
    [
        ([SPOKE], RESPONSES),
        ([THOUGHT | {"content": [{"type": "reasoning_text", "text": "Hm"}]}, SPOKE], RESPONSES),
        ([{"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}], RESPONSES),
        ([{"role": "user", "content": "x"}, {"type": 7}], RESPONSES),
        ([THOUGHT, SPOKE], "/v1/chat/completions"),
        ([PATCH, PATCHED], "/v1/chat/completions"),
    ],
)
async def test_only_what_a_local_server_would_refuse_is_translated(items: list[Any], path: str) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        await bed.post({"model": "gpt-5", "input": [ASK, *items]}, path=RESPONSES)
        assert bed.local.requests[0].path == path
