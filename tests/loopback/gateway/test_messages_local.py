"""Anthropic's Messages on the local route, where the target speaks them itself."""

import asyncio
import json
from typing import Any

import pytest
from msgspec import structs

from tests.support.gatewaybed import LOCAL_MODEL, MODELS, begin, chunks
from tests.support.httpserver import Behaviour, Request, answer, hang_up, silent
from tests.support.messagesbed import (
    ASKED,
    BLOCK,
    BLOCK_STOP,
    BRAIN_KEY,
    COUNT,
    MESSAGES,
    OVERLOADED,
    PING,
    SAID_SO,
    START,
    STOP,
    STOP_REASON,
    WHOLE,
    WORD,
    MessagesBed,
)
from tests.support.until import until
from trayapp.core.switching.route import Endpoint, To
from trayapp.core.switching.target import TargetState
from trayapp.gateway.events import Events
from trayapp.gateway.limits import GatewayLimits, Patience

SHORT = GatewayLimits(local=Patience(1.0, 0.3, 0.3))
STREAMED = ASKED | {"stream": True}


class LocalBed(MessagesBed):
    """Both providers are local, and the target speaks all that there is."""

    speaks = (Endpoint.CHAT_COMPLETIONS, Endpoint.MESSAGES, Endpoint.COUNT_TOKENS)

    async def __aenter__(self) -> "LocalBed":
        await super().__aenter__()
        self.target = structs.replace(self.target, speaks=self.speaks)
        self.switch(To.LOCAL)
        return self


def told(body: bytes) -> Any:
    """The data of the last event."""
    return json.loads(Events().feed(body)[-1])


async def test_only_host_credentials_and_model_change() -> None:
    async with LocalBed() as bed:
        bed.local.on(MESSAGES, answer(200, SAID_SO | {"model": LOCAL_MODEL}))
        body = b'{"max_tokens": 1e3, "model": "claude-9",\n "messages": [{"role": "user", "content": "\\u20ac  x"}]}'
        got = await bed.ask(
            body,
            path=f"/t/{bed.token}{MESSAGES}?beta=true",
            x_api_key="sk-ant-own",
            Authorization="Bearer sk-ant-oat01",
            anthropic_beta="claude-code-20250219",
            x_app="cli",
            User_Agent="claude-cli/2",
        )
        assert (got.status, got.json["model"]) == (200, LOCAL_MODEL)
        assert got.headers["x-llm-ampel-route"] == "local; user"
        [asked] = bed.local.requests
        assert asked.path == MESSAGES
        assert asked.body == (
            b'{"max_tokens":1e3,"model":"small:1b","messages":[{"role": "user", "content": "\\u20ac  x"}]}'
        )
        assert set(asked.headers) == {"host", "content-type", "content-length", "user-agent", "anthropic-version"}
        assert "sk-" not in str(asked)
        assert bed.brain.requests == bed.cloud.requests == []
        await until(lambda: bed.answers, "the answer to be told")
        [given] = bed.answers
        assert (given.provider, given.tool, given.model) == ("brain", "editor", LOCAL_MODEL)
        assert bed.tries == []
        assert BRAIN_KEY not in str(bed.local.requests)


async def test_a_stream_of_the_local_model() -> None:
    async with LocalBed() as bed:
        bed.local.on(MESSAGES, chunks([START + BLOCK[:9], BLOCK[9:] + WORD, BLOCK_STOP + STOP_REASON + STOP]))
        got = await bed.ask(STREAMED)
        assert (got.whole, got.body) == (True, START + BLOCK + WORD + BLOCK_STOP + STOP_REASON + STOP)
        await until(lambda: bed.answers, "the answer to be told")


@pytest.mark.parametrize("before", [b"", PING, b": hello\n\n"])
async def test_a_stream_that_llama_cpp_began_without_its_beginning_has_one(before: bytes) -> None:
    async with LocalBed() as bed:
        pieces = [before, BLOCK, WORD + BLOCK_STOP + STOP_REASON + STOP]
        bed.local.on(MESSAGES, chunks([piece for piece in pieces if piece]))
        got = await bed.ask(STREAMED)
        kinds = [json.loads(data)["type"] for data in Events().feed(got.body)]
        assert [kind for kind in kinds if kind != "ping"] == [
            "message_start",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop",
        ]
        message = next(json.loads(data) for data in Events().feed(got.body) if b"message_start" in data)["message"]
        assert (message["model"], message["content"], message["usage"]["input_tokens"]) == (LOCAL_MODEL, [], 0)
        assert got.body.endswith(BLOCK + WORD + BLOCK_STOP + STOP_REASON + STOP)


@pytest.mark.parametrize("politely", [True, False])
@pytest.mark.parametrize("pieces", [(START,), (START, BLOCK, WORD), (START, BLOCK, WORD, BLOCK_STOP, STOP_REASON)])
async def test_a_cut_stream_ends_with_an_error_event(pieces: tuple[bytes, ...], politely: bool) -> None:
    async with LocalBed() as bed:
        bed.local.on(MESSAGES, chunks([*pieces, b"event: mess"], end=politely))
        got = await bed.ask(STREAMED)
        assert got.body.startswith(b"".join(pieces) + b"event: error\n")
        last = told(got.body)
        assert (last["type"], last["error"]["type"]) == ("error", "api_error")
        assert "llm-ampel switch cloud" in last["error"]["message"]
        assert b"message_stop" not in got.body
        assert bed.answers == []


async def test_an_error_event_of_the_servers_own_is_told_once() -> None:
    async with LocalBed() as bed:
        bed.local.on(MESSAGES, chunks([START, OVERLOADED]))
        assert (await bed.ask(STREAMED)).body == START + OVERLOADED


async def test_no_other_shape_of_an_error_in_a_stream_passes_for_an_end() -> None:
    """The libraries pass over an event without a name."""
    other = b'data: {"error": {"code": 500, "message": "No."}}\n\n'
    async with LocalBed() as bed:
        bed.local.on(MESSAGES, chunks([START, other]))
        got = await bed.ask(STREAMED)
        assert told(got.body)["type"] == "error"


@pytest.mark.parametrize(
    ("behaviour", "status", "kind"),
    [(hang_up, 503, "api_error"), (silent, 504, "timeout_error"), (answer(200, {"choices": []}), 503, "api_error")],
)
async def test_a_target_that_fails_is_told_in_the_dialect(behaviour: Behaviour, status: int, kind: str) -> None:
    async with LocalBed(limits=SHORT) as bed:
        bed.local.on(MESSAGES, behaviour)
        got = await bed.ask()
        assert (got.status, got.json["type"], got.error["type"]) == (status, "error", kind)
        assert got.headers["x-should-retry"] == "false"
        assert LOCAL_MODEL in got.error["message"]


OVERFLOW = {
    "code": 400,
    "message": "request (5219 tokens) exceeds the available context size (512 tokens), try increasing it",
    "type": "exceed_context_size_error",
}


@pytest.mark.parametrize(
    ("status", "body", "expected", "words"),
    [
        (400, {"error": OVERFLOW | {"n_prompt_tokens": 5219, "n_ctx": 512}}, 400, "5219 tokens > 512 maximum"),
        (400, {"error": OVERFLOW}, 400, "prompt is too long: 5219 tokens > 512 maximum"),
        (500, {"error": "input length exceeds the context length"}, 400, "prompt is too long: input length"),
        (500, {"error": {"code": 500, "message": "image input is not supported"}}, 500, "image input is not"),
        (400, {"type": "error", "error": {"type": "invalid_request_error", "message": "Bad."}}, 400, "Bad."),
        (400, {"detail": [{"msg": "x"}]}, 400, "answered with an error"),
        (200, {"error": {"message": "It broke."}}, 400, "It broke."),
    ],
)
@pytest.mark.parametrize("asked", [ASKED, STREAMED])
async def test_what_the_server_says_against_it_is_said_in_the_dialect(
    status: int, body: Any, expected: int, words: str, asked: Any
) -> None:
    async with LocalBed() as bed:
        bed.local.on(MESSAGES, answer(status, body))
        got = await bed.ask(asked)
        assert (got.status, got.json["type"], set(got.json)) == (expected, "error", {"type", "error"})
        assert words in got.error["message"]
        assert got.headers["x-should-retry"] == "false"
        assert bed.answers == []


async def test_who_waits_hears_pings_and_then_the_answer() -> None:
    async with LocalBed(limits=GatewayLimits(keep_alive_s=0.05)) as bed:
        bed.target = structs.replace(bed.target, state=TargetState.LOADING)
        bed.local.on(MESSAGES, chunks(WHOLE))
        async with bed.client() as client, asyncio.timeout(10):
            headers = {"Authorization": None, "x-api-key": bed.token}
            await client.send(bed.request(path=MESSAGES, body=STREAMED, headers=headers))
            status, head = await client.head()
            assert (status, head["content-type"]) == (200, "text/event-stream")
            heard = await client.chunk() + await client.chunk()
            assert heard == 2 * b'event: ping\ndata: {"type": "ping"}\n\n'
            bed.target = structs.replace(bed.target, state=TargetState.READY)
            while piece := await client.chunk():
                heard += piece
        assert heard.endswith(b"".join(WHOLE))
        assert heard.count(b"message_start") == START.count(b"message_start")


async def test_who_waits_in_vain_hears_an_error_event() -> None:
    async with LocalBed(limits=GatewayLimits(keep_alive_s=0.05, cold_s=0.3)) as bed:
        bed.target = structs.replace(bed.target, state=TargetState.LOADING)
        got = await bed.ask(STREAMED)
        assert told(got.body)["error"]["type"] == "api_error"
        assert b"still loading" in got.body


async def test_its_one_model_is_listed_under_a_name_that_claude_code_takes_up() -> None:
    async with LocalBed() as bed:
        for path in (f"{MODELS}?limit=1000", f"{MODELS}/claude-9"):
            got = await bed.get(path, Authorization=None, X_Api_Key=bed.token, Anthropic_Version="2023-06-01")
            entry = got.json if "limit" not in path else got.json["data"][0]
            assert entry["id"] == f"claude-local-{LOCAL_MODEL}"
            assert entry["display_name"] == f"{LOCAL_MODEL} (ollama)"
        # Whatever name is asked, the one model answers, and says who it is.
        bed.local.on(MESSAGES, answer(200, SAID_SO | {"model": LOCAL_MODEL}))
        assert (await bed.ask(ASKED | {"model": entry["id"]})).json["model"] == LOCAL_MODEL
        assert json.loads(bed.local.requests[0].body)["model"] == LOCAL_MODEL


async def test_tokens_are_counted_by_the_server() -> None:
    async with LocalBed() as bed:
        bed.local.on(COUNT, answer(200, {"input_tokens": 21}))
        got = await bed.ask(path=f"{COUNT}?beta=true")
        assert got.json == {"input_tokens": 21}
        assert "x-llm-ampel-tokens" not in got.headers
        assert json.loads(bed.local.requests[0].body)["model"] == LOCAL_MODEL
        # It is no answer of a model.
        assert bed.answers == []


@pytest.mark.parametrize("lies", [True, False])
async def test_tokens_are_estimated_where_it_cannot_count(lies: bool) -> None:
    async with LocalBed() as bed:
        if not lies:
            bed.target = structs.replace(bed.target, speaks=(Endpoint.CHAT_COMPLETIONS, Endpoint.MESSAGES))
        bed.local.always(answer(404, {"error": "not found"}))
        words = {"system": "word " * 100, "tools": [{"name": "Bash", "input_schema": {"type": "object"}}]}
        few = await bed.ask(path=COUNT)
        many = await bed.ask(ASKED | words, path=COUNT)
        for got in (few, many):
            assert (got.status, got.headers["x-llm-ampel-tokens"]) == (200, "estimated")
            assert got.headers["x-llm-ampel-route"] == "local; user"
        assert 100 <= many.json["input_tokens"] - few.json["input_tokens"] <= 150
        assert len(bed.local.requests) == (2 if lies else 0)
        assert (await bed.ask(b"[]", path=COUNT)).status == 400


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_one_that_does_not_speak_it_after_all_is_told_what_to_do(status: int) -> None:
    async with LocalBed() as bed:
        bed.local.always(answer(status, {"error": {"message": "File Not Found"}}))
        got = await bed.ask()
        assert (got.status, got.error["type"], got.headers["x-should-retry"]) == (400, "invalid_request_error", "false")
        assert "llm-ampel switch cloud" in got.error["message"]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "web_search_20250305"),
        ({"tools": [{"name": "Bash"}, {"type": "code_execution_20250825", "name": "x"}]}, "code_execution_20250825"),
        ({"tools": [{"type": "mcp_toolset", "mcp_server_name": "x"}]}, "mcp_toolset"),
        ({"mcp_servers": [{"type": "url", "url": "https://x.example", "name": "x"}]}, "MCP servers"),
        ({"container": "container_1"}, "a container"),
        (
            {"messages": [{"role": "user", "content": [{"type": "document", "source": {"file_id": "file_1"}}]}]},
            "an uploaded file",
        ),
    ],
)
async def test_what_only_the_provider_has_is_not_done_by_halves(more: dict[str, Any], what: str) -> None:
    async with LocalBed() as bed:
        bed.local.always(answer(200, SAID_SO))
        got = await bed.ask(ASKED | more)
        assert (got.status, got.error["type"], got.headers["x-should-retry"]) == (400, "invalid_request_error", "false")
        assert what in got.error["message"]
        assert "Brain" in got.error["message"]
        assert bed.local.requests == []


@pytest.mark.parametrize(
    "more",
    [
        {"mcp_servers": [], "container": None},
        {"tools": [{"name": "WebSearch", "description": '{"type": "web_search_20250305"}', "input_schema": {}}]},
        {"tools": [{"type": "custom", "name": "x", "input_schema": {"properties": {"type": {"type": "string"}}}}]},
        {"context_management": {"edits": [{"type": "clear_thinking_20251015"}]}, "output_config": {"effort": "high"}},
    ],
)
async def test_what_a_local_server_can_do_is_asked_of_it(more: dict[str, Any]) -> None:
    async with LocalBed() as bed:
        bed.local.always(answer(200, SAID_SO))
        assert (await bed.ask(ASKED | more)).status == 200


async def test_a_tool_that_leaves_ends_the_local_request() -> None:
    gone = asyncio.Event()

    async def generate(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, [START, BLOCK])
        try:
            while True:
                writer.write(b"%x\r\n%s\r\n" % (len(WORD), WORD))
                await writer.drain()
                await asyncio.sleep(0.005)
        except ConnectionError:
            gone.set()

    async with LocalBed() as bed:
        bed.local.on(MESSAGES, generate)
        async with bed.client() as client, asyncio.timeout(10):
            headers = {"Authorization": None, "x-api-key": bed.token}
            await client.send(bed.request(path=MESSAGES, body=STREAMED, headers=headers))
            await client.head()
            await client.leave()
            await gone.wait()
        assert bed.answers == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"messages": [{"role": "user", "content": "half a pair: \\ud83d"}]}',
        b'{"messages": [{"role": "user", "content": "file_id \\ud83d", "file_id": ""}], "max_tokens": NaN}',
        b'{"messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"messages": ' + b"[" * 100_000 + b'"file_id"' + b"]" * 100_000 + b"}",
        b'{"messages": "\xff"}',
        b'{"messages": ["\xff", {"file_id": ""}]}',
        b'{"tools": [{"name": "half a pair: \\ud83d", "input_schema": {"\\ud83d": 1}}]}',
        b'{"messages": 5, "tools": 7, "system": {"text": []}}',
    ],
    ids=range(8),
)
@pytest.mark.parametrize("path", [MESSAGES, COUNT])
async def test_no_odd_text_breaks_the_gateway(body: bytes, path: str) -> None:
    async with LocalBed() as bed:
        bed.target = structs.replace(bed.target, speaks=(Endpoint.CHAT_COMPLETIONS, Endpoint.MESSAGES))
        bed.local.always(answer(200, SAID_SO))
        got = await bed.ask(body, path=path)
        assert (got.status, got.json.get("type")) in ((200, "message"), (200, None), (400, "error"))
