"""A target that is starting or loading is waited for, and whoever waits hears that it is not forgotten."""

import asyncio
import json
from collections.abc import Callable

import pytest
from msgspec import structs

from tests.support.gatewaybed import CHAT, LOCAL_MODEL, QUESTION, SAID, Bed, Client, Got
from tests.support.httpserver import Behaviour, Request, answer, events
from tests.support.until import until
from trayapp.core.switching.route import To
from trayapp.core.switching.target import TargetState
from trayapp.gateway.limits import GatewayLimits
from trayapp.tasks import Tasks

QUICK = GatewayLimits(keep_alive_s=0.05)
PING = b": ping\n"
WORDS = [json.dumps({"model": LOCAL_MODEL, "choices": [{"delta": {"content": word}}]}) for word in ("It", " is")]
WORDS.append(json.dumps({"model": LOCAL_MODEL, "choices": [{"delta": {}, "finish_reason": "stop"}]}))
STREAM = b"".join(f"data: {one}\n\n".encode() for one in (*WORDS, "[DONE]"))
STREAMED = {**QUESTION, "stream": True}
LOADING = answer(503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}})


def becomes(bed: Bed, state: TargetState, **more: str | None) -> None:
    bed.target = structs.replace(bed.target, state=state, **more)


@pytest.fixture
def change() -> Callable[[Bed], None]:
    return lambda bed: becomes(bed, TargetState.READY, url=bed.local.url, model=LOCAL_MODEL)


async def pings(client: Client, number: int) -> None:
    """The head of a stream, and so many words of it."""
    status, headers = await client.head()
    assert (status, headers["content-type"], headers["x-llm-ampel-route"]) == (200, "text/event-stream", "local; user")
    for _ in range(number):
        assert await client.chunk() == PING


async def rest(client: Client) -> bytes:
    """What follows, without further words."""
    body = b""
    while piece := await client.chunk():
        body += piece
    return body.replace(PING, b"")


@pytest.mark.parametrize("state", [TargetState.STARTING, TargetState.LOADING])
@pytest.mark.parametrize("known", [True, False])
async def test_a_request_is_held_until_the_target_is_ready(
    state: TargetState, known: bool, change: Callable[[Bed], None]
) -> None:
    async with Bed() as bed, Tasks("test") as tasks:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, answer(200, SAID | {"model": LOCAL_MODEL}))
        # The embedded server has no address before it is up.
        becomes(bed, state, **({} if known else {"url": None}))
        asking = tasks.spawn(bed.post(), "asking")
        await until(lambda: bed.gateway.last_seen, "the request to be in")
        await asyncio.sleep(0.1)
        assert not asking.done()
        assert bed.local.requests == []
        change(bed)
        got: Got = await asking
        assert (got.status, got.json["model"]) == (200, LOCAL_MODEL)
        assert bed.local.asked(CHAT) == 1


async def test_who_waits_for_a_stream_is_kept_alive(change: Callable[[Bed], None]) -> None:
    async with Bed(limits=QUICK) as bed, bed.client() as client:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, events(*WORDS, "[DONE]"))
        becomes(bed, TargetState.LOADING)
        async with asyncio.timeout(10):
            await client.send(bed.request(body=STREAMED))
            await pings(client, 3)
            change(bed)
            assert await rest(client) == STREAM
        await until(lambda: bed.answers, "the answer to be told")


async def test_a_server_that_thinks_keeps_nobody_in_silence() -> None:
    begin = asyncio.Event()

    async def think(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin.wait()
        await events(*WORDS, "[DONE]")(writer, request)

    async with Bed(limits=QUICK) as bed, bed.client() as client:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, think)
        async with asyncio.timeout(10):
            await client.send(bed.request(body=STREAMED))
            await pings(client, 2)
            begin.set()
            assert await rest(client) == STREAM


async def test_what_is_no_stream_gets_nothing_but_its_answer(change: Callable[[Bed], None]) -> None:
    async def think(writer: asyncio.StreamWriter, request: Request) -> None:
        await asyncio.sleep(0.2)
        await answer(200, SAID)(writer, request)

    async with Bed(limits=QUICK) as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, think)
        got = await bed.post()
        assert (got.status, got.json) == (200, SAID)


@pytest.mark.parametrize("state", [TargetState.FAILED, TargetState.DOWN])
async def test_a_target_that_fails_meanwhile_is_told(state: TargetState) -> None:
    async with Bed(limits=QUICK) as bed, bed.client() as client, Tasks("test") as tasks:
        bed.switch(To.LOCAL)
        becomes(bed, TargetState.LOADING)
        asking = tasks.spawn(bed.post(), "asking")
        async with asyncio.timeout(10):
            await client.send(bed.request(body=STREAMED))
            await pings(client, 1)
            becomes(bed, state)
            got: Got = await asking
            told = await rest(client)
        assert (got.status, got.error["code"]) == (400, "local_not_ready")
        # Begun as a stream, it ends as an error, and not as if it were whole.
        assert json.loads(told.removeprefix(b"data: "))["error"]["code"] == "local_not_ready"
        assert bed.local.requests == []


async def test_nobody_waits_for_ever() -> None:
    async with Bed(limits=GatewayLimits(cold_s=0.2)) as bed:
        bed.switch(To.LOCAL)
        becomes(bed, TargetState.LOADING)
        got = await bed.post()
        assert (got.status, got.error["code"]) == (503, "local_still_loading")
        assert "0.2 s" not in got.error["message"]
        assert bed.local.requests == []


@pytest.mark.parametrize("body", [QUESTION, STREAMED])
async def test_a_server_that_is_loading_is_asked_again(body: object) -> None:
    good: Behaviour = events(*WORDS, "[DONE]") if body is STREAMED else answer(200, SAID)
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, LOADING, LOADING, good)
        got = await bed.post(body)
        assert (got.status, got.whole, bed.local.asked(CHAT)) == (200, True, 3)


async def test_a_server_that_never_ends_loading_is_told_in_its_own_words() -> None:
    async with Bed(limits=GatewayLimits(cold_s=0.3)) as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, LOADING)
        got = await bed.post()
        assert (got.status, got.error["message"]) == (503, "Loading model")
        assert bed.local.asked(CHAT) > 1


async def test_an_error_after_the_first_word_is_an_event() -> None:
    begin = asyncio.Event()

    async def fail(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin.wait()
        await answer(500, {"error": {"message": "out of memory"}})(writer, request)

    async with Bed(limits=QUICK) as bed, bed.client() as client:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, fail)
        async with asyncio.timeout(10):
            await client.send(bed.request(body=STREAMED))
            await pings(client, 1)
            begin.set()
            told = await rest(client)
        assert json.loads(told.removeprefix(b"data: "))["error"]["message"] == "out of memory"


async def test_a_tool_that_leaves_while_it_is_held_asks_nobody(change: Callable[[Bed], None]) -> None:
    async with Bed(limits=QUICK) as bed:
        bed.switch(To.LOCAL)
        becomes(bed, TargetState.LOADING)
        async with bed.client() as client:
            await client.send(bed.request(body=STREAMED))
            await until(lambda: bed.gateway.last_seen, "the request to be in")
        await until(lambda: not bed.gateway.running, "the end of the request")
        change(bed)
        assert (await bed.get()).status == 200
        assert bed.local.requests == []


async def test_who_is_moved_home_while_it_is_held_is_answered_there() -> None:
    async with Bed() as bed, Tasks("test") as tasks:
        bed.switch(To.LOCAL)
        bed.cloud.on(CHAT, answer(200, {"model": "big-1", "choices": []}))
        becomes(bed, TargetState.LOADING)
        asking = tasks.spawn(bed.post(), "asking")
        await until(lambda: bed.gateway.last_seen, "the request to be in")
        await asyncio.sleep(0.05)
        bed.switch(To.CLOUD)
        async with asyncio.timeout(5):
            got: Got = await asking
        assert (got.status, got.json["model"]) == (200, "big-1")
        assert got.headers["x-llm-ampel-route"].startswith("cloud")


@pytest.mark.parametrize("body", [QUESTION, STREAMED])
async def test_who_is_moved_home_while_the_server_loads_is_answered_there(body: object) -> None:
    async with Bed() as bed, Tasks("test") as tasks:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, LOADING)
        bed.cloud.on(CHAT, answer(200, {"model": "big-1", "choices": []}))
        asking = tasks.spawn(bed.post(body), "asking")
        await bed.local.wait_asked(CHAT, 1)
        bed.switch(To.CLOUD)
        async with asyncio.timeout(5):
            got: Got = await asking
        assert (got.status, got.json["model"]) == (200, "big-1")
        assert json.loads(bed.cloud.requests[0].body) == body


async def test_a_server_that_does_not_stream_is_told() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, answer(200, SAID), answer(500, {"error": {"message": "out of memory"}}))
        got = await bed.post(STREAMED)
        assert (got.status, got.error["code"]) == (503, "local_malformed")
        assert bed.answers == []
        got = await bed.post(STREAMED)
        assert (got.status, got.error) == (500, {"message": "out of memory"})


async def test_a_list_of_models_does_not_wait() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        becomes(bed, TargetState.LOADING)
        assert [one["id"] for one in (await bed.get()).json["data"]] == [LOCAL_MODEL]
