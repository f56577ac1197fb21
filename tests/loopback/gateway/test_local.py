"""The local route: the same request for another model, nobody's credentials, and no end that hides a cut."""

import asyncio
import json

import pytest
from msgspec import structs

from tests.support.gatewaybed import CHAT, KEY, LOCAL_MODEL, SAID, Bed
from tests.support.httpserver import Behaviour, Request, answer, cut, events, garbage, hang_up, huge, silent
from tests.support.until import until
from trayapp.core.switching.route import To
from trayapp.errors import Problem
from trayapp.gateway.limits import GatewayLimits, Patience

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
SHORT = GatewayLimits(local=Patience(1.0, 0.3, 0.3), local_answer_bytes=100_000)
WORDS = [
    json.dumps({"model": LOCAL_MODEL, "choices": [{"delta": {"content": word}}]}) for word in ("Grüße", " aus", " €")
]
STOP = '{"choices": [{"delta": {}, "finish_reason": "stop"}]}'


async def test_only_host_credentials_and_model_change() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, answer(200, SAID | {"model": LOCAL_MODEL}))
        body = (
            b'{"temperature": 1.50, "model": "big-1",\n'
            b' "messages": [{"content": "\\u20ac  x", "model": "big-1"}], "n": 1e0}'
        )
        got = await bed.post(
            body,
            path=f"/t/{bed.token}/v1/chat/completions?key=sk-in-query",
            Authorization="Bearer sk-own",
            X_Api_Key="sk-own",
            OpenAI_Organization="org-1",
            Cookie="session=1",
            X_Secret="sk-own",
            User_Agent="Tool/1",
        )
        assert (got.status, got.json["model"]) == (200, LOCAL_MODEL)
        assert got.headers["x-llm-ampel-route"] == "local; user"
        [asked] = bed.local.requests
        assert asked.path == CHAT
        assert asked.body == (
            b'{"temperature":1.50,"model":"small:1b","messages":[{"content": "\\u20ac  x", "model": "big-1"}],"n":1e0}'
        )
        assert set(asked.headers) == {"host", "content-type", "content-length", "user-agent"}
        assert asked.headers["host"] == bed.local.netloc
        assert "sk-" not in str(asked)
        assert KEY not in str(asked)
        assert bed.cloud.requests == []
        await until(lambda: bed.answers, "the answer to be told")
        [told] = bed.answers
        assert (told.provider, told.tool, told.model) == ("acme", "editor", LOCAL_MODEL)
        assert bed.tries == []
        # The provider's key is not even asked for; the server's own is.
        assert bed.keyring.asked == [("local", bed.local.netloc)]


async def test_a_stream_of_the_local_model() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, events(*WORDS, STOP, "[DONE]"))
        got = await bed.post()
        assert got.whole
        assert got.body == b"".join(f"data: {one}\n\n".encode() for one in (*WORDS, STOP, "[DONE]"))
        await until(lambda: bed.answers, "the answer to be told")


async def test_models_are_the_targets() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        one = {"id": LOCAL_MODEL, "object": "model", "created": 0, "owned_by": "ollama"}
        assert (await bed.get()).json == {"object": "list", "data": [one], "models": []}
        got = await bed.get("/v1/models/big-1")
        assert got.json == one
        assert got.headers["x-llm-ampel-route"] == "local; user"
        assert bed.cloud.requests == bed.local.requests == []
        assert bed.answers == []


@pytest.mark.parametrize(
    ("behaviour", "status", "code"),
    [
        (hang_up, 503, "local_cut"),
        (garbage, 503, "local_malformed"),
        (silent, 504, "local_timeout"),
        (cut, 503, "local_cut"),
        (huge(200_000), 503, "local_malformed"),
    ],
)
async def test_a_target_that_fails_is_told_in_dialect(behaviour: Behaviour, status: int, code: str) -> None:
    async with Bed(limits=SHORT) as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, behaviour)
        got = await bed.post()
        assert (got.status, got.error["code"], got.headers["x-should-retry"]) == (status, code, "false")
        assert LOCAL_MODEL in got.error["message"]
        assert bed.answers == []
        assert bed.tries == []


async def test_a_dead_target_is_told_in_dialect() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        await bed.local.__aexit__()
        got = await bed.post()
        assert (got.status, got.error["code"], got.headers["x-should-retry"]) == (503, "local_connect", "false")
        assert "cannot be reached" in got.error["message"]
        await bed.local.__aenter__()


async def test_what_the_local_server_says_against_it_is_passed_on() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, answer(400, {"error": {"message": "no tools here"}}))
        got = await bed.post()
        assert (got.status, got.error["message"]) == (400, "no tools here")
        assert bed.answers == []


def broken_off(*pieces: bytes, politely: bool) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(HEAD)
        for piece in pieces:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        await writer.drain()
        if politely:
            writer.write(b"0\r\n\r\n")
        else:
            writer.close()
            await writer.wait_closed()

    return behave


WHOLE = f"data: {WORDS[0]}\n\n".encode()


@pytest.mark.parametrize("politely", [True, False])
@pytest.mark.parametrize("pieces", [(WHOLE,), (WHOLE[:-1], b"\n"), (WHOLE + b'data: {"model": "sm',)])
async def test_a_cut_stream_ends_with_an_error_event(pieces: tuple[bytes, ...], politely: bool) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, broken_off(*pieces, politely=politely))
        got = await bed.post()
        assert got.body.startswith(WHOLE)
        last = got.body.removeprefix(WHOLE)
        assert last.startswith(b"data: ")
        assert last.endswith(b"\n\n")
        assert json.loads(last.removeprefix(b"data: "))["error"]["code"] == "local_cut"
        assert b"[DONE]" not in got.body
        assert bed.answers == []


async def test_a_silent_stream_ends_with_an_error_event() -> None:
    async def stuck(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(HEAD + b"%x\r\n%s\r\n" % (len(WHOLE), WHOLE))
        await asyncio.Event().wait()

    async with Bed(limits=SHORT) as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, stuck)
        got = await bed.post()
        assert json.loads(got.body.removeprefix(WHOLE + b"data: "))["error"]["code"] == "local_timeout"


async def test_short_events_are_not_held_back() -> None:
    go_on = asyncio.Event()

    async def ping(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(HEAD + b"3\r\n:\n\n\r\n")
        await go_on.wait()
        writer.write(b"a\r\ndata: {}\n\n\r\n0\r\n\r\n")

    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, ping)
        async with bed.client() as client:
            await client.send(bed.request())
            async with asyncio.timeout(10):
                await client.head()
                assert await client.chunk() == b":\n\n"
                go_on.set()
                assert await client.chunk() == b"data: {}\n\n"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b'{"\xff": 1}', b"[" * 100_000])
async def test_what_is_no_json_object_cannot_get_another_model(body: bytes) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        got = await bed.post(body)
        assert (got.status, got.error["code"]) == (400, "invalid_json")
        assert bed.local.requests == []


async def test_a_tool_that_leaves_cancels_the_local_request() -> None:
    gone = asyncio.Event()

    async def generate(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(HEAD)
        try:
            while True:
                writer.write(b"%x\r\n%s\r\n" % (len(WHOLE), WHOLE))
                await writer.drain()
                await asyncio.sleep(0.005)
        except ConnectionError:
            gone.set()

    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, generate)
        async with bed.client() as client:
            await client.send(bed.request())
            await client.head()
            await client.leave()
            async with asyncio.timeout(10):
                await gone.wait()
            assert bed.answers == []


async def test_another_model_counts_from_the_next_request_on() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.always(answer(200, SAID))
        await bed.post()
        bed.target = structs.replace(bed.target, model="other:2b")
        await bed.post()
        assert [json.loads(one.body)["model"] for one in bed.local.requests] == [LOCAL_MODEL, "other:2b"]


async def test_a_server_that_wants_a_key_gets_its_own() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.keyring.keys["local", bed.local.netloc] = "jan-0123456789"
        bed.local.on(CHAT, answer(200, SAID))
        assert (await bed.post(Authorization=f"Bearer {bed.token}")).status == 200
        assert [one.headers["authorization"] for one in bed.local.requests] == ["Bearer jan-0123456789"]


async def test_a_key_that_cannot_be_read_is_told() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.keyring.keys["local", bed.local.netloc] = Problem("keyring_locked", reason="")
        got = await bed.post()
        assert (got.status, got.error["code"]) == (400, "keyring_locked")
        assert bed.local.requests == []
