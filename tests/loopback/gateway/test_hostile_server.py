"""A local server that means harm, in every dialect, direct and behind translation: nothing grows, nothing hangs, the
tool is told, and nobody else is asked. A provider that does is left in auto mode.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import psutil
import pytest
from msgspec import structs

from tests.support.gatewaybed import CHAT, Got, chunks
from tests.support.httpserver import Behaviour, Request, Server, answer, drip, garbage, hang_up, packed_spaces, silent
from tests.support.messagesbed import MESSAGES, MessagesBed, event
from tests.support.tagged import RESPONSES, SPEECH, Speech, tag_of
from trayapp.core.switching.limits import Limits
from trayapp.core.switching.route import Endpoint, Mode, To
from trayapp.gateway.limits import GatewayLimits, Patience
from trayapp.settings.schema import ProviderSettings
from trayapp.tasks import Tasks

LIMITS = GatewayLimits(local=Patience(1.0, 1.0, 1.0), answer_s=1.0)
"""Short, as whoever wants to be waited for is waited for so long."""
MAX_GROWTH_BYTES = 150_000_000
"""Of the whole process, servers and tools in it: a fraction of what is sent."""
AT_ONCE = 8
PATIENCE_S = 90.0
"""Whoever is not answered by then hangs: eight at once that pour as fast as they can share one busy processor."""
SENT_BYTES = 10_000_000
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
JSON_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
NATIVE = (Endpoint.CHAT_COMPLETIONS, Endpoint.RESPONSES, Endpoint.MESSAGES)
DEEP = b"[" * 200_000


def pours(head: bytes, piece: bytes, size: int | None = SENT_BYTES, end: bytes = b"") -> Behaviour:
    """So many bytes of this after the head, or without an end, as fast as they are read; then the connection ends."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(head)
        block, sent = piece * max(1, 65_536 // len(piece)), 0
        while size is None or sent < size:
            writer.write(block)
            await writer.drain()
            sent += len(block)
        writer.write(end)
        writer.close()

    return behave


def says(raw: bytes) -> Behaviour:
    return pours(raw, b" ", 0)


BOMB = packed_spaces(200)
GZIP = b"content-encoding: gzip\r\n\r\n"
CHUNKED = b"transfer-encoding: chunked\r\n\r\n"
ANY: dict[str, Behaviour] = {
    "nothing": hang_up,
    "silence": silent,
    "no HTTP": garbage,
    "a head by drops": drip,
    "a head of headers without an end": pours(b"HTTP/1.1 200 OK\r\n", b"x-more: 1\r\n", None),
    "a header without an end": pours(b"HTTP/1.1 200 OK\r\nx-more: ", b"x", None),
    "a reason without an end": pours(b"HTTP/1.1 200 ", b"x", None),
    "interim answers without an end": pours(b"", b"HTTP/1.1 100 Continue\r\n\r\n", None),
    "another protocol": says(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nboo"),
    "no content": says(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "not modified": says(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    "a status that is none": says(b"HTTP/1.1 999 Boo\r\ncontent-length: 0\r\n\r\n"),
    "two lengths": says(JSON_HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}x"),
    "a negative length": says(JSON_HEAD + b"content-length: -1\r\n\r\n{}"),
    "a chunk that is none": says(JSON_HEAD + CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n"),
    "a chunk without an end": pours(JSON_HEAD + CHUNKED + b"ffffffffffffffff\r\n", b" "),
    "a chunk's extension without an end": pours(JSON_HEAD + CHUNKED + b"2;", b"x", None),
    "trailers without an end": pours(JSON_HEAD + CHUNKED + b"2\r\n{}\r\n0\r\n", b"x: 1\r\n", None),
    "another coding": says(JSON_HEAD + b"transfer-encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
    "to the cloud": answer(307, b"", {"location": "{cloud}"}),
    "too long a length": says(JSON_HEAD + b'content-length: 9000\r\n\r\n{"choices": ['),
    "no JSON": answer(200, "<html>"),
    "an error without an end": pours(
        b"HTTP/1.1 400 Bad\r\ncontent-type: application/json\r\n\r\n" + b'{"error":{"message":"', b"x", None
    ),
    "a deep error": answer(400, b'{"error":' + DEEP),
    "no error of ours": answer(500, b"\xff\xfe" * 1000, {"content-type": "text/\xff"}),
}
PLAIN: dict[str, Behaviour] = {
    "an answer without an end": pours(JSON_HEAD + b'\r\n{"choices":[{"message":{"content":"', b"x", None),
    "a bomb": says(JSON_HEAD + b"content-length: %d\r\n" % len(BOMB) + GZIP + BOMB),
    "too short a length": says(JSON_HEAD + b'content-length: 9\r\n\r\n{"choices":[{"message":{"content":"Hello"}}]}'),
    "deep": answer(200, b'{"choices":' + DEEP),
    "no letters": answer(200, b'{"choices":[{"message":{"content":"\xff\xfe\xc3"}}],"output":[],"type":"message"}'),
}


def word(path: str) -> bytes:
    """One event with a word, that goes on with whatever follows the last one."""
    if path == CHAT:
        return b'data: {"choices":[{"index":0,"delta":{"content":"word "},"finish_reason":null}]}\n\n'
    if path == MESSAGES:
        return event(type="content_block_delta", index=0, delta={"type": "text_delta", "text": "word "})
    return event(type="response.output_text.delta", item_id="msg_1", output_index=0, content_index=0, delta="word ")


def arguments(path: str) -> bytes:
    if path == CHAT:
        call = b'{"index":0,"id":"c1","function":{"name":"f","arguments":"[[[[[[[["}}'
        return b'data: {"choices":[{"index":0,"delta":{"tool_calls":[%s]}}]}\n\n' % call
    if path == MESSAGES:
        return event(type="content_block_delta", index=0, delta={"type": "input_json_delta", "partial_json": "[[[["})
    return event(type="response.function_call_arguments.delta", item_id="fc_1", output_index=0, delta="[[[[")


def streamed(path: str, speech: Speech) -> dict[str, Behaviour]:
    head = STREAM_HEAD + b"\r\n"
    begins = b"".join(speech.stream(["Hello "])[: {CHAT: 2, MESSAGES: 3}.get(path, 5)])
    begun = head + begins
    ping = {CHAT: b": ping\n\n", MESSAGES: b'event: ping\ndata: {"type": "ping"}\n\n'}.get(path, b": x\n\n")
    return {
        "words without an end": pours(begun, word(path), None),
        "arguments without an end": pours(begun, arguments(path), None),
        "pings": pours(head, ping),
        "pings by drops": pours(head, ping, 100_000),
        "an event without an end": pours(begun + b"data: ", b"x"),
        "a line without an end": pours(begun, b"x"),
        "lines without an end": pours(begun, b"data: x\n"),
        "a packed bomb": says(STREAM_HEAD + GZIP + BOMB),
        "no packed stream": says(STREAM_HEAD + GZIP + begins),
        "deep events": says(begun + (b'data: {"choices":' + DEEP + b"\n\n") * 3),
        "no letters": says(begun + b'data: {"choices":[{"delta":{"content":"\xff\xc3"}}]}\n\n' * 3),
        "numbers": says(begun + b'data: {"choices":[{"index":1e999,"delta":{"content":%s}}]}\n\n' % (b"9" * 5000)),
        "an end in the middle": says(begun + b"data: [DONE]\n\n"),
        "a clean end in the middle": says(STREAM_HEAD + CHUNKED + b"1\r\n\n\r\n0\r\n\r\n"),
        "a stream that is too long for its length": says(
            STREAM_HEAD + b"content-length: 30\r\n\r\n" + b"".join(speech.stream(["Hello "]))
        ),
    }


def is_told(path: str, got: Got) -> bool:
    """Does the tool see an error?"""
    if got.status >= 400 or not got.whole:
        return True
    if not got.headers["content-type"].startswith("text/event-stream"):
        return False
    last = got.body.rstrip().rpartition(b"\ndata: ")[2].removeprefix(b"data: ")
    try:
        said: Any = json.loads(last)
    except (ValueError, RecursionError):
        return False
    kind = {MESSAGES: said.get("type") == "error", RESPONSES: said.get("type") in ("response.failed", "error")}
    return bool(kind.get(path, "error" in said))


@contextlib.asynccontextmanager
async def growth() -> AsyncIterator[list[int]]:
    """The most memory that this process has had meanwhile beyond what it had before, in bytes."""
    own, most = psutil.Process(), [0]
    before = own.memory_info().rss

    async def watch() -> None:
        while True:
            most[0] = max(most[0], own.memory_info().rss - before)
            await asyncio.sleep(0.02)

    async with Tasks("test") as tasks:
        tasks.spawn(watch(), "memory")
        yield most


@pytest.mark.parametrize("streams", [True, False], ids=["streamed", "plain"])
@pytest.mark.parametrize(
    ("dialect", "speaks"),
    [
        ("chat", NATIVE),
        ("responses", NATIVE),
        ("responses", NATIVE[:1]),
        ("messages", NATIVE),
        ("messages", NATIVE[:1]),
    ],
    ids=["chat", "responses", "responses-translated", "messages", "messages-translated"],
)
async def test_no_local_server_can_hold_up_fill_or_fool_anybody(
    dialect: str, speaks: tuple[Endpoint, ...], streams: bool
) -> None:
    speech = SPEECH[dialect]
    local = SPEECH["chat"] if len(speaks) == 1 else speech
    bad = ANY | (streamed(local.path, local) if streams else PLAIN)
    names = list(bad)
    failed: dict[str, object] = {}
    async with MessagesBed(limits=LIMITS) as bed:
        bed.patience_s = PATIENCE_S
        bed.switch(To.LOCAL)
        bed.target = structs.replace(bed.target, speaks=speaks)
        bad["to the cloud"] = answer(307, b"", {"location": bed.cloud.url + speech.path})

        async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
            await bad[names[int(tag_of(request.body).removeprefix("tag-"))]](writer, request)

        bed.local.always(behave)
        room = asyncio.Semaphore(AT_ONCE)

        async def ask(number: int) -> None:
            body = speech.ask(f"tag-{number}") | ({"stream": True} if streams else {})
            async with room:
                try:
                    got = await bed.post(body, path=speech.path)
                except Exception as error:  # noqa: BLE001 - each is told below by its name
                    failed[names[number]] = repr(error)
                    return
            if not is_told(speech.path, got):
                failed[names[number]] = got._replace(body=got.body[:300])

        async with growth() as most:
            await asyncio.gather(*map(ask, range(len(names))))
        assert failed == {}
        assert most[0] < MAX_GROWTH_BYTES
        assert bed.cloud.requests == bed.brain.requests == []
        assert bed.answers == []
        # And the next good answer is a good one.
        bed.local.always(answer(200, local.plain(["fine"])))
        got = await bed.post(speech.ask("tag-0"), path=speech.path)
        assert speech.told(got.body, False) == "fine"
        assert bed.gateway.problem is None


PASSED_ON = ("deep", "a packed bomb", "not modified", "to the cloud", "a deep error")
"""A provider's word, as far as anybody can tell who passes it on."""
POURED = ("words", "arguments", "lines", "a line", "an event", "an answer", "an error", "a chunk")
"""What is passed on once it has begun, as long as it comes."""


@pytest.mark.parametrize("streams", [True, False], ids=["streamed", "plain"])
@pytest.mark.parametrize("dialect", SPEECH)
async def test_a_provider_that_means_harm_is_left_in_auto_mode(dialect: str, streams: bool) -> None:
    speech = SPEECH[dialect]
    bad = ANY | (streamed(speech.path, speech) if streams else PLAIN)
    names = [name for name in bad if name not in {f"{poured} without an end" for poured in POURED}]
    got: dict[str, Got] = {}
    async with Server() as elsewhere, MessagesBed() as bed:
        bed.patience_s = PATIENCE_S
        impatient = ProviderSettings(limits=Limits(1.0, 1.0, 1.0, 1.0, 1.0))
        bed.settings = structs.replace(bed.settings, providers={"acme": impatient, "brain": impatient})
        bed.target = structs.replace(bed.target, speaks=NATIVE)
        bad["to the cloud"] = answer(307, b"", {"location": elsewhere.url + speech.path})

        async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
            await bad[names[int(tag_of(request.body).removeprefix("tag-"))]](writer, request)

        async def help_out(writer: asyncio.StreamWriter, request: Request) -> None:
            says = ["fine ", tag_of(request.body)]
            await (chunks(speech.stream(says)) if streams else answer(200, speech.plain(says)))(writer, request)

        for cloud in (bed.cloud, bed.brain):
            cloud.always(behave)
        bed.local.always(help_out)
        room = asyncio.Semaphore(AT_ONCE)

        async def ask(number: int) -> None:
            async with room:
                # Its breakers begin anew, so that the provider is asked each time.
                bed.auto.switch(Mode.AUTO)
                body = speech.ask(f"tag-{number}") | ({"stream": True} if streams else {})
                got[names[number]] = await bed.post(body, path=speech.path)

        await asyncio.gather(*map(ask, range(len(names))))
        for number, name in enumerate(names):
            one = got[name]
            moved = one.headers["x-llm-ampel-route"].startswith("local")
            assert moved or not one.whole or name in PASSED_ON, (name, one)
            assert not moved or speech.told(one.body, streams) == f"fine tag-{number}", (name, one)
        assert len(bed.local.requests) > len(names) / 2
        assert elsewhere.requests == []
        assert bed.gateway.problem is None
