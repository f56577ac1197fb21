"""Answers with something wrong in them, from the provider and from the local server."""

import asyncio
import gzip
import json
from typing import Any

import brotli
import pytest

from tests.support.gatewaybed import CHAT, END, LOCAL_MODEL, QUESTION, ROLE, SAID, TOKEN, Bed, begin, chunks, raw
from tests.support.httpserver import Behaviour, Request, answer, redirect
from tests.support.until import until
from trayapp.core.evidence.observation import Badge, Outcome
from trayapp.core.switching.route import To

OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
PLAIN = b"\r\ncontent-length: %d\r\n\r\n%s" % (len(json.dumps(SAID)), json.dumps(SAID).encode())


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
@pytest.mark.parametrize(
    "odd", [b"a\x01b", b"a\x1b[31mb", b"\x7f", b"a\x0bb", b"a\xc2\x85b", b"a\xc2\x9b31mb", b"\xe9 \xe2\x82\xac"]
)
async def test_control_bytes_in_a_header_stay_where_they_are(route: To, odd: bytes) -> None:
    async with Bed() as bed:
        bed.switch(route)
        head = OK + b"x-odd: " + odd + b"\r\nx-fine: caf\xc3\xa9\tx" + PLAIN
        bed.cloud.on(CHAT, raw(head))
        bed.local.on(CHAT, raw(head))
        got = await bed.post()
        assert (got.status, got.json) == (200, SAID)
        assert "x-odd" not in got.headers
        assert got.headers["x-fine"].encode("latin-1") == b"caf\xc3\xa9\tx"


async def test_latin_1_in_a_header_is_not_left_out() -> None:
    """Python's requests, for one, sends it so; what arrives is the same text in UTF-8."""
    async with Bed() as bed:
        bed.cloud.on(CHAT, raw(OK + b"x-name: caf\xe9 \xff\r\ncontent-length: 2\r\n\r\n{}"))
        got = await bed.post(X_Title="caf\xe9 \xff")
        assert got.headers["x-name"].encode("latin-1").decode() == "caf\xe9 \xff"
        assert bed.cloud.requests[0].headers["x-title"].encode("latin-1").decode() == "caf\xe9 \xff"


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
async def test_control_bytes_beside_the_status_stay_where_they_are(route: To) -> None:
    async with Bed() as bed:
        bed.switch(route)
        for server in (bed.cloud, bed.local):
            server.on(CHAT, raw(b"HTTP/1.1 200 O\x1bK\r\ncontent-type: application/json" + PLAIN))
        async with bed.client() as client:
            await client.send(bed.request())
            line = await client.reader.readuntil(b"\r\n")
        assert line.startswith(b"HTTP/1.1 200")
        assert b"\x1b" not in line


ODD_DATES = {"retry-after": "Mon, 01 Jan 2026 00:00:00 +9999999999999999", "date": "Mon, 01 Jan 2026 00:00:00 GMT"}


@pytest.mark.parametrize(
    ("status", "body", "headers", "outcome"),
    [
        (503, {"error": {"type": "server_error"}}, ODD_DATES, Outcome.FAIL),
        (400, {"error": {"type": ["x"], "code": "y"}}, {}, Outcome.GOOD),
        (403, {"error": {"type": "x", "code": {"a": 1}}}, {}, Outcome.GOOD),
    ],
)
async def test_words_of_another_kind_are_passed_on_and_count(
    status: int, body: dict[str, Any], headers: dict[str, str], outcome: Outcome
) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, answer(status, body, headers))
        got = await bed.post()
        assert (got.status, got.json) == (status, body)
        assert (await bed.told()).outcome is outcome


@pytest.mark.parametrize("status", [b"101 Switching Protocols", b"000 Nothing"])
async def test_a_status_that_is_no_answer_is_told_in_dialect_locally(status: bytes) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        head = b"HTTP/1.1 " + status + b"\r\nconnection: upgrade\r\nupgrade: x\r\ncontent-length: 2\r\n\r\n{}"
        bed.local.on(CHAT, raw(head))
        got = await bed.post()
        assert (got.status, got.error["code"]) == (503, "local_malformed")


@pytest.mark.parametrize("coding", [b"gzip, chunked", b"gzip", b"identity, chunked"])
@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
async def test_an_answer_in_another_transfer_coding_is_not_passed_on_as_plain(route: To, coding: bytes) -> None:
    async def once(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(OK + b"transfer-encoding: " + coding + b"\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with Bed() as bed:
        bed.switch(route)
        bed.cloud.on(CHAT, once)
        bed.local.on(CHAT, once)
        got = await bed.post()
        assert got.status in (502, 503)
        assert got.error["code"].endswith("_malformed")


async def test_an_error_event_is_told_once() -> None:
    error = b'data: {"error":{"message":"out of memory","type":"server_error"}}\n\n'
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, chunks([ROLE, TOKEN, error]))
        got = await bed.post()
        assert got.body == ROLE + TOKEN + error
        assert got.whole
        assert bed.answers == []


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
async def test_an_error_in_an_event_without_its_end_is_not_lost(route: To, end: bytes) -> None:
    error = b'data: {"error":{"message":"out of memory","type":"server_error"}}'
    async with Bed() as bed:
        bed.switch(route)
        for server in (bed.cloud, bed.local):
            server.on(CHAT, chunks([ROLE, TOKEN, error + end]))
        got = await bed.post()
        if route is To.CLOUD:
            assert (got.body, got.whole) == (ROLE + TOKEN + error + end, False)
            assert (await bed.told()).outcome is Outcome.FAIL
        else:
            assert got.body.startswith(ROLE + TOKEN + error + end + b"\n\n"[len(end) :])
            assert got.body.count(b'"error"') == 1
        assert bed.answers == []


@pytest.mark.parametrize("event", [b'{"choices":[null]}', b'{"choices":null}', b'{"choices":[{"delta":null}]}', b"[1]"])
async def test_an_event_without_content_is_no_token(event: bytes) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, chunks([b"data: " + event + b"\n\n", END]))
        assert (await bed.post()).whole
        found = await bed.told()
        assert (found.outcome, found.first_token_s) == (Outcome.GOOD, None)


@pytest.mark.parametrize("kind", ["provider", "refusal", "local"])
async def test_nothing_says_what_the_gateway_is_made_of(kind: str) -> None:
    async with Bed() as bed:
        for server in (bed.cloud, bed.local):
            server.on(CHAT, raw(b"HTTP/1.1 200 OK" + PLAIN))
        if kind == "local":
            bed.switch(To.LOCAL)
        got = await bed.post(Authorization="Bearer nobody" if kind == "refusal" else f"Bearer {bed.token}")
        assert got.status == (401 if kind == "refusal" else 200)
        assert "server" not in got.headers
        assert ("content-type" in got.headers) == (kind == "refusal")


HALF = '"caf\\ud83d"'


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
async def test_half_a_character_spoils_no_answer(route: To) -> None:
    """JSON may spell half of a pair of surrogates, and models and tools do, where they cut a text in two."""
    event = b'data: {"choices":[{"delta":{"content":' + HALF.encode() + b"}}]}\n\n"
    async with Bed() as bed:
        bed.switch(route)
        for server in (bed.cloud, bed.local):
            server.on(
                CHAT, chunks([event, END]), answer(200, b'{"choices":[{"message":{"content":' + HALF.encode() + b"}}]}")
            )
        body = b'{"model":"big-1","messages":[{"role":"user","content":' + HALF.encode() + b"}]}"
        for _ in range(2):
            got = await bed.post(body)
            assert (got.status, got.whole) == (200, True)
        if route is To.CLOUD:
            await bed.told(2)
            assert [one.outcome for one in bed.tries] == [Outcome.GOOD, Outcome.GOOD]
            assert bed.tries[0].first_token_s is not None
        else:
            sent = json.loads(bed.local.requests[0].body)
            assert (sent["model"], sent["messages"][0]["content"]) == (LOCAL_MODEL, "caf\ud83d")


@pytest.mark.parametrize("ahead", [b"", b"5\r\n"], ids=["length", "chunked"])
async def test_a_client_that_has_said_all_still_hears_the_answer(ahead: bytes) -> None:
    """`nc -N` and many small programs close their side behind the request."""
    async with Bed() as bed:
        go_on = asyncio.Event()

        async def later(writer: asyncio.StreamWriter, request: Request) -> None:
            await go_on.wait()
            await answer(200, {"n": 1, "choices": [{}]})(writer, request)

        bed.cloud.on(CHAT, later)
        request = bed.request()
        if ahead:
            request = bed.request(headers={"Content-Length": None, "Transfer-Encoding": "chunked"}, body=b"") + (
                b'5\r\n{"mod\r\n6\r\nel":1}\r\n0\r\n\r\n'
            )
        async with bed.client() as client, asyncio.timeout(20):
            await client.send(request)
            client.writer.write_eof()
            await bed.cloud.wait_asked(CHAT, 1)
            await asyncio.sleep(0.05)
            go_on.set()
            got = await client.receive()
            while got.status == 100:
                got = await client.receive()
            assert (got.status, got.json) == (200, {"n": 1, "choices": [{}]})
            assert await client.reader.read() == b""
            assert (await bed.told()).outcome is Outcome.GOOD


@pytest.mark.parametrize("politely", [True, False], ids=["closed", "reset"])
async def test_a_client_that_closes_whole_ends_the_request(politely: bool) -> None:
    gone = asyncio.Event()

    async def notice(writer: asyncio.StreamWriter, request: Request) -> None:
        try:
            while True:
                writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            gone.set()

    async with Bed() as bed:
        bed.cloud.on(CHAT, notice)
        async with bed.client() as client, asyncio.timeout(10):
            await client.send(bed.request())
            await bed.cloud.wait_asked(CHAT, 1)
            if politely:
                client.writer.close()
            else:
                await client.leave()
            await gone.wait()
            assert (await bed.told()).code == "left"


@pytest.mark.parametrize(("status", "words"), [(401, "wants a key"), (403, "does not let LLM Ampel in")])
async def test_a_local_server_that_keeps_the_tool_out_is_told_as_such(status: int, words: str) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, answer(status, {"error": {"message": "Invalid API key"}}))
        got = await bed.post()
        assert (got.status, got.error["code"]) == (400, f"local_http_{status}")
        assert bed.local.url in got.error["message"]
        assert words in got.error["message"]


async def test_a_local_server_that_hangs_up_while_it_writes_is_not_called_unreachable() -> None:
    async def hang_up(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, [])
        writer.close()

    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, hang_up)
        got = await bed.post(QUESTION)
        told = json.loads(got.body.removeprefix(b"data: "))["error"]
        assert told["code"] == "local_cut"
        assert "closed the connection before its answer was whole" in told["message"]
        assert "Start it" not in told["message"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_local_server_sends_no_question_away(status: int) -> None:
    """Tools follow a 307 and send the whole conversation again, to anybody."""
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, redirect("https://elsewhere.example/v1/chat/completions", status))
        got = await bed.post()
        assert (got.status, got.error["code"]) == (400, f"local_http_{status}")
        assert "location" not in got.headers
        assert bed.local.url in got.error["message"]
        assert "elsewhere.example" not in got.error["message"]
        assert bed.answers == []


@pytest.mark.parametrize(
    "behaviour",
    [
        answer(200, "<html><title>My router</title></html>"),
        answer(200, "hello"),
        answer(200, b""),
        answer(200, [1]),
        answer(200, b'{"choices": [{"message"'),
        answer(204),
        answer(200, b"hello", {"content-encoding": "gzip"}),
        answer(200, gzip.compress(b"<html>" + b" " * 100_000), {"content-encoding": "gzip"}),
        raw(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n"
            b"content-length: 5\r\n\r\nhello"),
    ],
)  # fmt: skip
async def test_what_is_no_answer_is_not_taken_for_the_local_models(behaviour: Behaviour) -> None:
    """Another program may have taken the port since the last look."""
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, behaviour)
        got = await bed.post()
        assert not got.whole or got.error["code"] == "local_malformed"
        assert bed.answers == []


@pytest.mark.parametrize("coding", ["", "gzip", "br", "compress"])
async def test_a_long_local_answer_is_one_whatever_its_coding(coding: str) -> None:
    body = b' {"choices": [{"message": {"content": "' + b"a" * 200_000 + b'"}}]}'
    sent = {"gzip": gzip.compress, "br": brotli.compress}.get(coding, bytes)(body)
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, answer(200, sent, {"content-encoding": coding} if coding else None))
        got = await bed.post()
        assert (got.status, got.body) == (200, sent)
        await until(lambda: bed.answers, "the answer to be told")


@pytest.mark.parametrize("streams", [False, True])
async def test_an_answer_that_a_cloud_gave_is_no_local_one(streams: bool) -> None:
    """LiteLLM falls back to a cloud when the local model fails, long after the look at it."""
    headers = {"x-litellm-version": "1.95.0", "x-litellm-model-api-base": "https://api.elsewhere.example/v1"}
    head = "".join(f"\r\n{name}: {value}" for name, value in headers.items()).encode()
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, chunks([END], kind=b"text/event-stream" + head) if streams else answer(200, {}, headers))
        got = await bed.post(QUESTION | {"stream": streams})
        assert (got.status, got.error["code"]) == (400, "local_forwards")
        assert "api.elsewhere.example" in got.error["message"]
        assert bed.answers == []


@pytest.mark.parametrize("base", ["http://127.0.0.1:11434", "http://192.168.1.5:8000/v1", "nonsense", "http://[::1"])
async def test_an_answer_of_the_same_house_is_a_local_one(base: str) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, answer(200, SAID, {"x-litellm-model-api-base": base}))
        assert (await bed.post()).status == 200


async def test_why_a_stream_breaks_off_is_told_by_its_last_words() -> None:
    """The tool hears of a cut, as its library would; an empty account is still the user's own."""
    empty = b'data: {"choices":null,"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}\n\n'
    async with Bed() as bed:
        bed.cloud.on(CHAT, chunks([empty]), chunks([ROLE]))
        assert not (await bed.post()).whole
        assert not (await bed.post()).whole
        own, theirs = await bed.told(1), await bed.told(2)
        assert (own.outcome, own.badge) == (Outcome.GOOD, Badge.QUOTA)
        assert (theirs.outcome, theirs.code, theirs.badge) == (Outcome.FAIL, "cut", None)
