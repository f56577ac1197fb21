"""Auto mode through the gateway: one request moves, the breaker opens, everybody moves, a trial, the way home."""

import asyncio
import contextlib
import gzip
from typing import Any

import pytest
from msgspec import structs

from tests.support.gatewaybed import CHAT, END, QUESTION, ROLE, SAID, TOKEN, Bed, Got, chunks
from tests.support.httpserver import Request, answer, hang_up, silent
from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching import failover, limits
from trayapp.core.switching.asked import Rescue
from trayapp.core.switching.auto_mode import AutoMode, Happened
from trayapp.core.switching.breaker import BreakerState
from trayapp.core.switching.first_content import ENOUGH
from trayapp.core.switching.limits import Limits
from trayapp.core.switching.route import Mode
from trayapp.gateway.automatic import UNDECIDED
from trayapp.gateway.dialects import chat
from trayapp.settings import schema

STREAMED = QUESTION | {"stream": True}
LOCALLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Here."}, "finish_reason": "stop"}]}
FAILS = answer(503, {"error": {"message": "overloaded", "type": "server_error"}})
GOOD = answer(200, SAID)


def auto_bed(**tool: Any) -> Bed:
    bed = Bed(auto=AutoMode(Mode.AUTO))
    bed.settings = structs.replace(bed.settings, tools={"editor": schema.ToolSettings(**tool)})
    return bed


def with_limits(bed: Bed, **limits: float) -> None:
    bed.settings = structs.replace(bed.settings, providers={"acme": schema.ProviderSettings(limits=Limits(**limits))})


def source(got: Got) -> str:
    return got.headers["x-llm-ampel-route"]


async def test_a_good_answer_is_the_providers_byte_for_byte() -> None:
    async with auto_bed() as bed:
        bed.cloud.on(CHAT, chunks([ROLE, TOKEN, END]), GOOD)
        streamed, plain = await bed.post(STREAMED), await bed.post()
    assert (streamed.body, streamed.whole, source(streamed)) == (ROLE + TOKEN + END, True, "cloud; default")
    assert (plain.json, source(plain)) == (SAID, "cloud; default")
    assert not bed.local.requests


async def test_a_request_that_fails_twice_is_answered_by_the_target() -> None:
    async with auto_bed() as bed:
        bed.cloud.on(CHAT, FAILS)
        bed.local.on(CHAT, answer(200, LOCALLY))
        got = await bed.post()
        tries = [await bed.told(1), await bed.told(2)]
    assert (got.status, got.json["choices"], source(got)) == (200, LOCALLY["choices"], "local; auto")
    assert bed.cloud.asked(CHAT) == 2
    assert [(seen.outcome, seen.code) for seen in tries] == [(Outcome.FAIL, "http_503")] * 2
    assert tries[0].request == tries[1].request, "one request of the tool's"
    assert [(one.happened, one.why) for one in bed.auto.notices()] == [(Happened.MOVED, "http_503")]


async def test_three_requests_that_fail_move_the_rest_until_one_tries_again() -> None:
    async with auto_bed() as bed:
        bed.cloud.on(CHAT, FAILS)
        bed.local.on(CHAT, answer(200, LOCALLY))
        for n in range(3):
            await bed.post(QUESTION | {"seed": n})
        asked = bed.cloud.asked(CHAT)
        got = await bed.post(QUESTION | {"seed": 3})
        view = bed.auto.view("acme", bed.clock.now())
    assert (source(got), bed.cloud.asked(CHAT)) == ("local; auto", asked)
    assert view.state is BreakerState.OPEN


async def test_by_hand_nothing_moves_and_nothing_is_asked_twice() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, FAILS)
        got = await bed.post()
    assert (got.status, bed.cloud.asked(CHAT), bed.local.requests) == (503, 1, [])


async def test_a_tool_that_leaves_ends_what_is_held_back() -> None:
    async with auto_bed() as bed:
        gone = asyncio.Event()

        async def waits(writer: asyncio.StreamWriter, request: Any) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{")
            with contextlib.suppress(ConnectionError):
                while True:
                    writer.write(b" ")
                    await writer.drain()
                    await asyncio.sleep(0.01)
            gone.set()

        bed.cloud.on(CHAT, waits)
        async with bed.client() as client:
            await client.send(bed.request())
            await bed.cloud.wait_asked(CHAT, 1)
        async with asyncio.timeout(5):
            await gone.wait()
        seen = await bed.told()
    assert (seen.outcome, seen.code) == (Outcome.NEUTRAL, "left")


async def test_silence_in_mid_stream_after_a_whole_rescue_keeps_the_tool_alive() -> None:
    async with auto_bed(rescue=Rescue.WHOLE) as bed:
        with_limits(bed, silence_s=1.0)
        bed.cloud.on(CHAT, chunks([ROLE, TOKEN], end=False))
        bed.local.on(CHAT, chunks([ROLE, TOKEN, END]))
        got = await bed.post(STREAMED)
    assert (source(got), got.whole) == ("local; auto", True)
    assert got.body.count(TOKEN.rstrip()) == 1


async def test_a_kept_connection_that_was_closed_costs_the_provider_no_third_request() -> None:
    async with auto_bed() as bed:
        bed.cloud.on(CHAT, GOOD, hang_up, FAILS)
        bed.local.on(CHAT, answer(200, LOCALLY))
        await bed.post()
        got = await bed.post(QUESTION | {"seed": 1})
    assert source(got) == "local; auto"
    assert bed.cloud.asked(CHAT) == 3, "one, and two for the one that failed"


async def test_who_is_quick_as_a_rule_is_given_up_when_he_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "QUICK_S", 0.3)
    async with auto_bed() as bed:
        bed.cloud.on(CHAT, *[chunks([ROLE, TOKEN, END])] * ENOUGH, silent)
        bed.local.on(CHAT, chunks([ROLE, TOKEN, END]))
        sources = [source(await bed.post(STREAMED | {"seed": n})) for n in range(ENOUGH + 1)]
    assert sources == ["cloud; default"] * ENOUGH + ["local; auto"]


@pytest.mark.parametrize("packed", [False, True])
async def test_words_that_keep_a_tool_waiting_spoil_no_answer(packed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failover, "KEEP_ALIVE_S", 0.05)
    said = ROLE + TOKEN + END
    body = gzip.compress(said) if packed else said

    async def slow(writer: asyncio.StreamWriter, request: Request) -> None:
        coding = b"content-encoding: gzip\r\n" if packed else b""
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n%s\r\n" % coding)
        writer.write(body[: len(ROLE)])
        await writer.drain()
        await asyncio.sleep(0.3)
        writer.write(body[len(ROLE) :])
        writer.close()

    async with auto_bed(rescue=Rescue.WHOLE) as bed:
        bed.cloud.on(CHAT, slow)
        got = await bed.post(STREAMED)
    if packed:
        assert (gzip.decompress(got.body), source(got)) == (said, "cloud; default")
    else:
        assert source(got) == UNDECIDED
        assert got.body.startswith(chat.KEEP_ALIVE)
        assert got.body.lstrip(chat.KEEP_ALIVE) == said
    assert got.whole
