"""Messages and Responses on the local route, where the target speaks Chat Completions alone."""

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec import structs

from tests.support import llama_server
from tests.support.gatewaybed import CHAT, KEY, LOCAL_MODEL, Got, begin, chunks, raw
from tests.support.gguf import write_tiny_gguf
from tests.support.httpserver import Behaviour, Request, Server, answer, hang_up, silent
from tests.support.messagesbed import (
    ASKED,
    BLOCK,
    BLOCK_STOP,
    BRAIN_KEY,
    COUNT,
    MESSAGES,
    SAID_SO,
    START,
    MessagesBed,
    delta,
    event,
)
from tests.support.messagesbed import STOP as STOP_EVENT
from tests.support.strict_readers import messages_answer, responses_answer
from tests.support.until import until
from trayapp.core.switching.route import Endpoint, To
from trayapp.core.switching.target import TargetState
from trayapp.gateway.limits import GatewayLimits, Patience

RESPONSES = "/v1/responses"
INPUT = {"model": "big-1", "input": "Hello?", "store": False}
BODIES: dict[str, dict[str, Any]] = {MESSAGES: ASKED, RESPONSES: INPUT}
BOTH = pytest.mark.parametrize("path", [MESSAGES, RESPONSES])
EITHER_WAY = pytest.mark.parametrize("streams", [True, False])
SHORT = GatewayLimits(local=Patience(1.0, 0.3, 0.3))
USAGE = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
OVERFLOW = {
    "code": 400,
    "message": "request (5219 tokens) exceeds the available context size (512 tokens), try increasing it",
    "type": "exceed_context_size_error",
    "n_prompt_tokens": 5219,
    "n_ctx": 512,
}
DONE = b"data: [DONE]\n\n"
SCHEMA = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}


def chunk(finish: str | None = None, **delta: Any) -> bytes:
    said = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return f"data: {json.dumps(said, ensure_ascii=False)}\n\n".encode()


def calling(name: str, arguments: str, call_id: str = "x9") -> bytes:
    function = {"name": name, "arguments": arguments}
    return chunk(tool_calls=[{"index": 0, "id": call_id, "type": "function", "function": function}])


ROLE = chunk(role="assistant", content=None)
WORD = chunk(content="Grüße\u2028€")
STOP = chunk("stop")
COUNTED = f"data: {json.dumps({'choices': [], 'usage': USAGE})}\n\n".encode()
WHOLE = (ROLE, WORD, STOP, COUNTED, DONE)


def saying(text: str = "Grüße\u2028€", **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": text} | more
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": USAGE}


class ChatBed(MessagesBed):
    """Both providers are local, and the target speaks Chat Completions alone."""

    async def __aenter__(self) -> "ChatBed":
        await super().__aenter__()
        self.target = structs.replace(self.target, speaks=(Endpoint.CHAT_COMPLETIONS,))
        self.switch(To.LOCAL)
        return self

    async def say(self, path: str, streams: bool = False, **more: Any) -> Got:
        body = BODIES[path] | more | ({"stream": True} if streams else {})
        return await (self.ask(body) if path == MESSAGES else self.post(body, path=path))

    @property
    def chats(self) -> list[Any]:
        """What was asked of the local server."""
        assert {one.path for one in self.local.requests} <= {CHAT}
        return [json.loads(one.body) for one in self.local.requests]


def told(path: str, got: Got) -> dict[str, Any]:
    """What a strict reader of the dialect reads."""
    assert got.whole
    if got.headers["content-type"] != "text/event-stream":
        return dict(got.json)
    return messages_answer(got.body) if path == MESSAGES else responses_answer(got.body)


def texts(path: str, read: dict[str, Any]) -> list[str]:
    parts = read["content"] if path == MESSAGES else [p for item in read["output"] for p in item.get("content", ())]
    return [part["text"] for part in parts]


@BOTH
@EITHER_WAY
async def test_the_chat_server_answers_in_the_tools_dialect(path: str, streams: bool) -> None:
    async with ChatBed() as bed:
        bed.local.on(CHAT, chunks(WHOLE) if streams else answer(200, saying()))
        got = await bed.say(path, streams)
        assert (got.status, got.headers["x-llm-ampel-route"]) == (200, "local; user")
        assert "x-llm-ampel-left-out" not in got.headers
        read = told(path, got)
        assert (texts(path, read), read["model"]) == (["Grüße\u2028€"], LOCAL_MODEL)
        usage = read["usage"]
        assert (usage["input_tokens"], usage["output_tokens"]) == (9, 3)
        [chat] = bed.chats
        assert (chat["model"], chat["messages"]) == (LOCAL_MODEL, [{"role": "user", "content": "Hello?"}])
        assert bool(chat.get("stream")) == streams
        [asked] = bed.local.requests
        assert not {"authorization", "x-api-key", "accept-encoding", "cookie"} & set(asked.headers)
        assert not any(secret in str(asked) for secret in (bed.token, KEY, BRAIN_KEY))
        assert bed.cloud.requests == bed.brain.requests == []
        await until(lambda: bed.answers, "the answer to be told")
        [given] = bed.answers
        provider = {MESSAGES: "brain", RESPONSES: "acme"}[path]
        assert (given.provider, given.tool, given.model) == (provider, "editor", LOCAL_MODEL)
        assert bed.tries == []


@BOTH
@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_a_stream_is_the_same_however_it_is_cut(path: str, size: int) -> None:
    stream = b"".join(WHOLE)
    async with ChatBed() as bed:
        bed.local.on(CHAT, chunks([stream[at : at + size] for at in range(0, len(stream), size)]))
        read = told(path, await bed.say(path, streams=True))
        assert texts(path, read) == ["Grüße\u2028€"]


@EITHER_WAY
async def test_a_tool_is_called_and_its_result_taken_in_messages(streams: bool) -> None:
    tools = {"tools": [{"name": "Read", "input_schema": SCHEMA}]}
    calls = [{"id": "x9", "type": "function", "function": {"name": "Read", "arguments": '{"path": "/a"}'}}]
    streamed = chunks([ROLE, calling("Read", '{"path"'), calling("", ': "/a"}'), chunk("tool_calls"), COUNTED, DONE])
    async with ChatBed() as bed:
        bed.local.on(CHAT, streamed if streams else answer(200, saying("", tool_calls=calls)))
        read = told(MESSAGES, await bed.say(MESSAGES, streams, **tools))
        [called] = read["content"]
        assert (called["name"], called["input"], read["stop_reason"]) == ("Read", {"path": "/a"}, "tool_use")
        assert called["id"].startswith("toolu_")
        result = {"type": "tool_result", "tool_use_id": called["id"], "content": "all of it"}
        turns = [{"role": "assistant", "content": [called]}, {"role": "user", "content": [result]}]
        bed.local.on(CHAT, chunks(WHOLE) if streams else answer(200, saying()))
        read = told(
            MESSAGES,
            await bed.say(MESSAGES, streams, messages=[{"role": "user", "content": "Hello?"}, *turns], **tools),
        )
        assert texts(MESSAGES, read) == ["Grüße\u2028€"]
        _, call, given = bed.chats[-1]["messages"]
        assert json.loads(call["tool_calls"][0]["function"]["arguments"]) == {"path": "/a"}
        assert (given["role"], given["content"]) == ("tool", "all of it")
        assert given["tool_call_id"] == call["tool_calls"][0]["id"]


@EITHER_WAY
async def test_a_tool_is_called_and_its_result_taken_in_responses(streams: bool) -> None:
    """One in a namespace, as Codex has them."""
    inner = {"type": "function", "name": "read", "parameters": SCHEMA}
    tools: dict[str, Any] = {
        "tools": [{"type": "namespace", "name": "files", "tools": [inner]}, {"type": "web_search"}]
    }
    async with ChatBed() as bed:

        async def call(writer: asyncio.StreamWriter, request: Request) -> None:
            name = json.loads(request.body)["tools"][0]["function"]["name"]
            function = {"name": name, "arguments": '{"path": "/a"}'}
            plain = saying("", tool_calls=[{"id": "x9", "type": "function", "function": function}])
            events = [ROLE, calling(name, '{"path": "/a"}'), chunk("tool_calls"), COUNTED, DONE]
            await (chunks(events) if streams else answer(200, plain))(writer, request)

        bed.local.on(CHAT, call)
        got = await bed.say(RESPONSES, streams, **tools)
        assert got.headers["x-llm-ampel-left-out"] == "web_search"
        [called] = told(RESPONSES, got)["output"]
        assert (called["type"], called["namespace"], called["name"]) == ("function_call", "files", "read")
        assert called["call_id"].startswith("call_")
        result = {"type": "function_call_output", "call_id": called["call_id"], "output": "all of it"}
        bed.local.on(CHAT, chunks(WHOLE) if streams else answer(200, saying()))
        asked = [{"role": "user", "content": "Hello?"}, called, result]
        assert texts(RESPONSES, told(RESPONSES, await bed.say(RESPONSES, streams, input=asked, **tools)))
        given = bed.chats[-1]["messages"][-1]
        assert (given["role"], given["content"]) == ("tool", "all of it")


@BOTH
@pytest.mark.parametrize("politely", [True, False])
@pytest.mark.parametrize("pieces", [(), (ROLE,), (ROLE, WORD), (ROLE, WORD, DONE), (ROLE, WORD, STOP[:-9])])
async def test_a_cut_is_told_in_the_dialect(path: str, pieces: tuple[bytes, ...], politely: bool) -> None:
    async with ChatBed() as bed:
        bed.local.on(CHAT, chunks(pieces, end=politely))
        got = await bed.say(path, streams=True)
        assert failure(path, got)["message"]
        assert bed.answers == []


def failure(path: str, got: Got) -> dict[str, Any]:
    """What a failed stream says went wrong."""
    read = told(path, got)
    assert (read["type"] == "error") if path == MESSAGES else (read["status"] == "failed")
    return dict(read["error"])


@BOTH
async def test_an_error_in_the_stream_is_told_once(path: str) -> None:
    async with ChatBed() as bed:
        error = {"error": {"code": 500, "message": "It broke.", "type": "server_error"}}
        bed.local.on(CHAT, chunks([ROLE, f"data: {json.dumps(error)}\n\n".encode(), STOP, DONE]))
        assert failure(path, await bed.say(path, streams=True))["message"] == "It broke."
        assert bed.answers == []


@BOTH
@EITHER_WAY
@pytest.mark.parametrize(
    ("behaviour", "status", "words"),
    [
        (hang_up, 503, LOCAL_MODEL),
        (silent, 504, LOCAL_MODEL),
        (answer(200, {"choices": []}), 503, LOCAL_MODEL),
        (answer(200, {}), 503, LOCAL_MODEL),
        (answer(200, "<html>"), 503, LOCAL_MODEL),
        (answer(200, b"[" * 100_000), 503, LOCAL_MODEL),
        (answer(200, {"error": {"message": "It broke."}}), 400, "It broke."),
        (answer(400, {"error": OVERFLOW}), 400, "prompt is too long: 5219 tokens > 512 maximum"),
        (answer(500, {"error": {"code": 500, "message": "image input is not supported"}}), 500, "image input is not"),
        (answer(404, {"error": {"message": "model 'small:1b' not found"}}), 400, "not found"),
        (answer(404, "404 page not found"), 400, "does not speak"),
        (answer(400, {"detail": [{"msg": "x"}]}), 400, "answered with an error"),
        (answer(502, "<html>"), 502, "answered with an error"),
        (answer(401, {}), 400, "wants a key"),
        (answer(307, "", {"Location": "http://elsewhere.example/"}), 400, "another address"),
        (answer(200, {}, {"x-llm-ampel-route": "cloud; default"}), 400, "LLM Ampel's own gateway"),
        (answer(200, {}, {"x-litellm-model-api-base": "https://api.openai.com"}), 400, "api.openai.com"),
    ],
    ids=range(17),
)
async def test_what_goes_wrong_is_told_in_the_dialect(
    path: str, streams: bool, behaviour: Behaviour, status: int, words: str
) -> None:
    async with ChatBed(limits=SHORT) as bed:
        bed.local.on(CHAT, behaviour)
        got = await bed.say(path, streams)
        assert (got.status, got.headers["x-should-retry"]) == (status, "false")
        assert words in got.error["message"]
        assert got.json.keys() == ({"type", "error"} if path == MESSAGES else {"error"})
        if "too long" in words and path == RESPONSES:
            assert got.error["code"] == "context_length_exceeded"
        assert bed.answers == []


@BOTH
async def test_who_waited_is_told_in_the_stream_that_was_begun(path: str) -> None:
    async with ChatBed(limits=GatewayLimits(keep_alive_s=0.05)) as bed:
        heard = asyncio.Event()

        async def overflow(writer: asyncio.StreamWriter, request: Request) -> None:
            await heard.wait()
            await answer(400, {"error": OVERFLOW})(writer, request)

        bed.local.on(CHAT, overflow)
        async with asked(bed, path) as client:
            assert b"ping" in await client.chunk()
            heard.set()
            rest = b""
            while piece := await client.chunk():
                rest += piece
        rest = without_pings(rest)
        if path == MESSAGES:
            assert messages_answer(rest)["error"]["message"].startswith("prompt is too long: 5219")
        else:
            assert responses_answer(rest)["error"]["code"] == "context_length_exceeded"


def without_pings(stream: bytes) -> bytes:
    return stream.replace(b'event: ping\ndata: {"type": "ping"}\n\n', b"").replace(b": ping\n", b"")


@contextlib.asynccontextmanager
async def asked(bed: ChatBed, path: str, **more: Any) -> AsyncIterator[Any]:
    """A connection on which a stream was asked for and has begun."""
    headers = {"Authorization": None, "x-api-key": bed.token}
    async with bed.client() as client, asyncio.timeout(10):
        await client.send(bed.request(path=path, body=BODIES[path] | {"stream": True} | more, headers=headers))
        status, head = await client.head()
        assert (status, head["content-type"]) == (200, "text/event-stream")
        yield client


@BOTH
async def test_who_waits_in_the_middle_hears_pings(path: str) -> None:
    """While a call is held until it is whole, nothing else may come for minutes."""
    async with ChatBed(limits=GatewayLimits(keep_alive_s=0.05)) as bed:
        heard = asyncio.Event()

        async def slowly(writer: asyncio.StreamWriter, request: Request) -> None:
            await begin(writer, [ROLE, WORD])
            await heard.wait()
            for piece in (chunk(content=" So."), STOP, DONE):
                writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            writer.write(b"0\r\n\r\n")

        bed.local.on(CHAT, slowly)
        async with asked(bed, path) as client:
            got = b""
            while "€" not in got.decode(errors="replace") or got.rpartition("€".encode())[2].count(b"ping") < 2:
                got += await client.chunk()
            heard.set()
            while piece := await client.chunk():
                got += piece
        read = messages_answer(without_pings(got)) if path == MESSAGES else responses_answer(without_pings(got))
        assert texts(path, read) == ["Grüße\u2028€ So."]


@BOTH
async def test_a_tool_that_leaves_ends_the_local_request(path: str) -> None:
    gone = asyncio.Event()

    async def generate(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, [ROLE])
        try:
            while True:
                writer.write(b"%x\r\n%s\r\n" % (len(WORD), WORD))
                await writer.drain()
                await asyncio.sleep(0.005)
        except ConnectionError:
            gone.set()

    async with ChatBed() as bed:
        bed.local.on(CHAT, generate)
        async with asked(bed, path) as client:
            await client.leave()
            await gone.wait()
        assert bed.answers == []


@BOTH
async def test_a_tool_that_leaves_before_the_answer_ends_the_local_request(path: str) -> None:
    gone = asyncio.Event()

    async def think(writer: asyncio.StreamWriter, request: Request) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            gone.set()

    async with ChatBed() as bed:
        bed.local.on(CHAT, think)
        async with bed.client() as client, asyncio.timeout(10):
            headers = {"Authorization": None, "x-api-key": bed.token}
            await client.send(bed.request(path=path, body=BODIES[path], headers=headers))
            await bed.local.wait_asked(CHAT, 1)
            await client.leave()
            await until(lambda: bed.gateway.running == 0, "the request to be over")
        assert bed.answers == []


@BOTH
async def test_a_server_that_does_not_hang_up_behind_its_end_holds_nobody(path: str) -> None:
    async def linger(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, WHOLE)
        await asyncio.Event().wait()

    async with ChatBed() as bed:
        bed.local.on(CHAT, linger)
        assert texts(path, told(path, await bed.say(path, streams=True))) == ["Grüße\u2028€"]
        await until(lambda: bed.answers, "the answer to be told")


@BOTH
async def test_silence_in_the_middle_is_told(path: str) -> None:
    async def stop(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, [ROLE, WORD])
        await asyncio.Event().wait()

    async with ChatBed(limits=SHORT) as bed:
        bed.local.on(CHAT, stop)
        assert "did not answer in time" in failure(path, await bed.say(path, streams=True))["message"]


def packed(pieces: Sequence[bytes], kind: bytes) -> Behaviour:
    body = gzip.compress(b"".join(pieces))
    head = b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n"
    return raw(head % (kind, len(body)) + body)


@BOTH
async def test_what_was_compressed_unasked_is_read(path: str) -> None:
    async with ChatBed() as bed:
        plain = json.dumps(saying()).encode()
        bed.local.on(CHAT, packed(WHOLE, b"text/event-stream"), packed([plain], b"application/json"))
        for streams in (True, False):
            got = await bed.say(path, streams)
            assert texts(path, told(path, got)) == ["Grüße\u2028€"]
            assert "content-encoding" not in got.headers
        damaged = b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd"
        bed.local.on(CHAT, raw(damaged % b"text/event-stream"), raw(damaged % b"application/json"))
        assert failure(path, await bed.say(path, streams=True))
        assert (await bed.say(path)).status == 503


@BOTH
async def test_a_plain_answer_to_who_asked_for_a_stream_becomes_one(path: str) -> None:
    async with ChatBed() as bed:
        bed.local.on(CHAT, answer(200, saying()))
        assert texts(path, told(path, await bed.say(path, streams=True))) == ["Grüße\u2028€"]


async def test_what_is_left_out_is_named_whatever_it_is_called() -> None:
    names = ["web_search", "a\r\nb: c", "größe\ud83d", "x" * 5000]
    async with ChatBed() as bed:
        bed.local.on(CHAT, answer(200, saying()))
        tools = [{"type": "function", "name": "read", "parameters": SCHEMA}, *({"type": name} for name in names)]
        got = await bed.say(RESPONSES, tools=tools)
        assert (got.status, texts(RESPONSES, got.json)) == (200, ["Grüße\u2028€"])
        left_out = got.headers["x-llm-ampel-left-out"]
        assert left_out.startswith("a%0D%0Ab: c, gr%C3%B6%C3%9Fe%3F, web_search, xxx")
        assert len(left_out) == 1000
        assert "b" not in got.headers


async def test_who_waits_is_told_at_once_what_was_left_out() -> None:
    async with ChatBed(limits=GatewayLimits(keep_alive_s=0.05)) as bed:
        bed.local.on(CHAT, silent)
        async with bed.client() as client, asyncio.timeout(10):
            tools = [{"type": "function", "name": "read", "parameters": SCHEMA}, {"type": "web_search"}]
            await client.send(bed.request(path=RESPONSES, body=INPUT | {"stream": True, "tools": tools}))
            _, head = await client.head()
        assert head["x-llm-ampel-left-out"] == "web_search"
        assert (head["content-type"], head["x-llm-ampel-route"]) == ("text/event-stream", "local; user")


@pytest.mark.parametrize(
    ("path", "more"),
    [
        (RESPONSES, {"previous_response_id": "resp_1"}),
        (RESPONSES, {"background": True}),
        (RESPONSES, {"tools": [{"type": "mcp", "server_label": "x", "server_url": "https://x.example"}]}),
        (RESPONSES, {"input": [{"type": "message", "content": [{"type": "input_file", "file_id": "file-1"}]}]}),
        (MESSAGES, {"container": "container_1"}),
        (MESSAGES, {"mcp_servers": [{"type": "url", "url": "https://x.example", "name": "x"}]}),
        (MESSAGES, {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}),
    ],
)
@EITHER_WAY
async def test_what_rests_on_the_provider_is_refused(path: str, more: dict[str, Any], streams: bool) -> None:
    async with ChatBed() as bed:
        bed.local.always(answer(200, saying()))
        got = await bed.say(path, streams, **more)
        assert (got.status, got.headers["x-should-retry"]) == (400, "false")
        assert "llm-ampel switch cloud" in got.error["message"]
        assert bed.local.requests == []


async def test_embeddings_stay_and_tokens_are_estimated() -> None:
    async with ChatBed() as bed:
        got = await bed.post({"model": "vec", "input": "x"}, path="/v1/embeddings")
        assert (got.status, got.error["code"]) == (400, "local_not_there")
        got = await bed.ask(path=COUNT)
        assert (got.status, got.headers["x-llm-ampel-tokens"]) == (200, "estimated")
        assert bed.local.requests == []


@BOTH
async def test_one_that_has_lost_a_dialect_that_it_was_seen_to_speak_is_asked_as_a_chat(path: str) -> None:
    async with ChatBed() as bed:
        every = (Endpoint.CHAT_COMPLETIONS, Endpoint.MESSAGES, Endpoint.RESPONSES)
        bed.target = structs.replace(bed.target, speaks=every)
        bed.local.on(CHAT, answer(200, saying()))
        assert texts(path, (await bed.say(path)).json) == ["Grüße\u2028€"]
        assert [one.path for one in bed.local.requests] == [path, CHAT]


@BOTH
async def test_a_target_that_loads_is_waited_for(path: str) -> None:
    async with ChatBed(limits=GatewayLimits(keep_alive_s=0.05)) as bed:
        bed.target = structs.replace(bed.target, state=TargetState.LOADING)
        bed.local.on(CHAT, answer(503, {"error": {"message": "Loading model"}}), chunks(WHOLE))
        async with asked(bed, path) as client:
            got = await client.chunk()
            bed.target = structs.replace(bed.target, state=TargetState.READY)
            while piece := await client.chunk():
                got += piece
        got = without_pings(got)
        assert texts(path, messages_answer(got) if path == MESSAGES else responses_answer(got)) == ["Grüße\u2028€"]
        assert len(bed.chats) == 2


@BOTH
async def test_a_long_conversation_is_translated(path: str) -> None:
    words = "word " * 120_000
    async with ChatBed() as bed:
        bed.local.on(CHAT, answer(200, saying("so " * 120_000)))
        more = {"messages": [{"role": "user", "content": words}]} if path == MESSAGES else {"input": words}
        assert texts(path, (await bed.say(path, **more)).json) == ["so " * 120_000]
        assert bed.chats[0]["messages"] == [{"role": "user", "content": words}]


@BOTH
async def test_chats_are_still_asked_byte_for_byte(path: str) -> None:
    async with ChatBed() as bed:
        bed.local.on(CHAT, answer(200, saying()))
        got = await bed.post(b'{"temperature": 1e0,  "model": "big-1", "messages": [ "\\u20ac" ]}')
        assert got.json == saying()
        assert bed.local.requests[0].body == b'{"temperature":1e0,"model":"small:1b","messages":[ "\\u20ac" ]}'


@pytest.mark.parametrize(
    "body",
    [
        b'{"messages": [{"role": "user", "content": "half a pair: \\ud83d"}], "input": "half a pair: \\ud83d"}',
        b'{"messages": 5, "input": 5}',
        b'{"messages": [{"role": "user", "content": null}], "input": [null]}',
        b'{"messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"input": ' + b'{"a":' * 900 + b"1" + b"}" * 900 + b', "messages": []}',
        b'{"tools": [{"name": "x", "type": "function", "input_schema": ' + b'{"a":' * 900 + b"1" + b"}" * 901 + b"]}",
        b"[]",
        b"\xff",
    ],
    ids=range(8),
)
@BOTH
async def test_no_odd_text_breaks_the_gateway(body: bytes, path: str) -> None:
    async with ChatBed() as bed:
        bed.local.always(answer(200, saying()))
        got = await bed.ask(body, path=path, anthropic_version="2023-06-01" if path == MESSAGES else None)
        assert got.status in (200, 400)
        assert got.json.get("error") or got.json["model"] == LOCAL_MODEL


async def test_who_waits_for_a_server_that_loads_goes_home_with_the_route() -> None:
    async with ChatBed() as bed:
        bed.brain.on(MESSAGES, answer(200, SAID_SO))

        async def load(writer: asyncio.StreamWriter, request: Request) -> None:
            bed.switch(To.CLOUD)
            await answer(503, {"error": {"message": "Loading model"}})(writer, request)

        bed.local.on(CHAT, load)
        got = await bed.say(MESSAGES)
        assert (got.json, got.headers["x-llm-ampel-route"].partition(";")[0]) == (SAID_SO, "cloud")
        assert json.loads(bed.brain.requests[0].body) == ASKED


async def test_flips_lose_double_and_mix_nothing() -> None:
    """Each stream is all the provider's or all the local model's, and says every word once."""
    words = [f" {number}" for number in range(20)]

    async def locally(writer: asyncio.StreamWriter, request: Request) -> None:
        await spoken(writer, [ROLE, *(chunk(content=word) for word in words), STOP, COUNTED, DONE])

    async def there(writer: asyncio.StreamWriter, request: Request) -> None:
        said = [delta(type="text_delta", text=word) for word in words]
        usage = {"input_tokens": 9, "output_tokens": 20}
        ended = event(type="message_delta", delta={"stop_reason": "end_turn"}, usage=usage)
        await spoken(writer, [START, BLOCK, *said, BLOCK_STOP, ended, STOP_EVENT])

    async def spoken(writer: asyncio.StreamWriter, events: Sequence[bytes]) -> None:
        await begin(writer, [])
        for one in events:
            writer.write(b"%x\r\n%s\r\n" % (len(one), one))
            await writer.drain()
            await asyncio.sleep(0.002)
        writer.write(b"0\r\n\r\n")

    async with ChatBed() as bed:
        bed.local.on(CHAT, locally)
        bed.brain.on(MESSAGES, there)
        stop = asyncio.Event()
        models: list[str] = []

        async def ask() -> None:
            while not stop.is_set():
                got = await bed.say(MESSAGES, streams=True)
                read = told(MESSAGES, got)
                assert texts(MESSAGES, read)[0].split() == "".join(words).split()
                where = got.headers["x-llm-ampel-route"].partition(";")[0]
                assert where == ("local" if read["model"] == LOCAL_MODEL else "cloud")
                models.append(read["model"])

        def reaching(number: int) -> Callable[[], bool]:
            return lambda: len(models) >= number

        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            for _ in range(8):
                group.create_task(ask())
            for turn in range(40):
                bed.switch(To.CLOUD if turn % 2 else To.LOCAL)
                await until(reaching(len(models) + 2), "two more answers")
            stop.set()
        assert len(set(models)) == 2
        await until(lambda: len(bed.answers) == models.count(LOCAL_MODEL), "every local answer to be told once")


@contextlib.asynccontextmanager
async def chat_alone(url: str) -> AsyncIterator[Server]:
    """A server in front of another, of which it has the chat and nothing else."""

    async def forward(writer: asyncio.StreamWriter, request: Request) -> None:
        async with session.post(url + CHAT, data=request.body) as up:
            kind = up.headers["content-type"].encode()
            writer.write(
                b"HTTP/1.1 %d OK\r\ncontent-type: %s\r\ntransfer-encoding: chunked\r\n\r\n" % (up.status, kind)
            )
            async for piece in up.content.iter_any():
                writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                await writer.drain()
            writer.write(b"0\r\n\r\n")

    async with aiohttp.ClientSession() as session, Server() as server:
        server.on(CHAT, forward)
        yield server


async def test_llama_cpp_answers_though_its_own_messages_and_responses_are_hidden(tmp_path: Path) -> None:
    file = write_tiny_gguf(tmp_path / "tiny.gguf")
    async with llama_server.running(file) as url, chat_alone(url) as front, ChatBed() as bed:
        bed.target = structs.replace(bed.target, url=front.url)
        limits: dict[str, Any] = {"max_tokens": 16, "max_output_tokens": 16, "temperature": 0}
        tools = {
            MESSAGES: [{"name": "count", "input_schema": SCHEMA}],
            RESPONSES: [{"type": "function", "name": "count", "parameters": SCHEMA}],
        }
        for path in (MESSAGES, RESPONSES):
            plain = told(path, await bed.say(path, **limits))
            streamed = told(path, await bed.say(path, streams=True, **limits))
            assert texts(path, streamed) == texts(path, plain) != []
            assert plain["usage"]["output_tokens"] == streamed["usage"]["output_tokens"] == 16
            assert told(path, await bed.say(path, streams=True, tools=tools[path], **limits))
            words = "the light is green " * 2000
            more = {"system": words} if path == MESSAGES else {"instructions": words}
            got = await bed.say(path, streams=True, **more)
            assert (got.status, got.error["message"].partition(":")[0]) == (400, "prompt is too long")
        assert {one.path for one in front.requests} == {CHAT}
        await until(lambda: len(bed.answers) == 6, "the answers to be told")
