"""Many at once, and a machine that has no descriptors left: whoever has a token gets an answer or a clear refusal."""

import asyncio
import contextlib
import json

import pytest

from tests.support.descriptors import is_out_of_descriptors, no_descriptors_left
from tests.support.gatewaybed import CHAT, END, ROLE, SAID, Bed, Client, begin
from tests.support.httpserver import Request, answer
from tests.support.until import until
from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.route import To
from trayapp.gateway.limits import GatewayLimits


async def is_closed(client: Client) -> bool:
    """Has the gateway closed this connection?"""
    with contextlib.suppress(ConnectionError):
        return await client.reader.read() == b""
    return True


async def test_strangers_make_room_for_each_other_and_for_tools() -> None:
    async with (
        Bed(limits=GatewayLimits(strangers=5, stranger_s=0.05)) as bed,
        contextlib.AsyncExitStack() as stack,
        asyncio.timeout(20),
    ):
        bed.cloud.on(CHAT, answer(200, {}))
        known = await stack.enter_async_context(bed.client())
        await known.send(bed.request())
        assert (await known.receive()).status == 200
        strangers = [await stack.enter_async_context(bed.client()) for _ in range(30)]
        await strangers[7].send(b"POST /v1/chat")
        for stranger in strangers[:-5]:
            assert await is_closed(stranger)
        # The latest are still there, and so is everybody who has shown a token.
        for client in (strangers[-1], known):
            await client.send(bed.request())
            assert (await client.receive()).status == 200


async def test_tools_that_keep_connections_for_nothing_make_room_as_well() -> None:
    async with Bed(limits=GatewayLimits(requests=4, unused=2)) as bed, contextlib.AsyncExitStack() as stack:
        bed.cloud.on(CHAT, answer(200, {}))
        clients = []
        async with asyncio.timeout(20):
            for _ in range(10):
                clients.append(await stack.enter_async_context(bed.client()))
                await clients[-1].send(bed.request())
                assert (await clients[-1].receive()).status == 200
            for client in clients[:4]:
                assert await is_closed(client)
            await clients[-1].send(bed.request())
            assert (await clients[-1].receive()).status == 200


async def test_who_comes_too_much_is_told_to_come_later_and_let_go() -> None:
    release = asyncio.Event()

    async def wait(writer: asyncio.StreamWriter, request: Request) -> None:
        await release.wait()
        await answer(200, {})(writer, request)

    async with Bed(limits=GatewayLimits(requests=2)) as bed, asyncio.timeout(20):
        bed.cloud.on(CHAT, wait)
        async with asyncio.TaskGroup() as group:
            for _ in range(2):
                group.create_task(bed.post())
            await bed.cloud.wait_asked(CHAT, 2)
            async with bed.client() as client:
                await client.send(bed.request())
                got = await client.receive()
                assert (got.status, got.error["code"], got.headers["retry-after"]) == (503, "too_many_requests", "2")
                assert await is_closed(client)
            release.set()


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
async def test_without_descriptors_the_gateway_says_so_and_blames_nobody(route: To) -> None:
    async with Bed() as bed, bed.client() as client, asyncio.timeout(20):
        bed.switch(route)
        bed.cloud.on(CHAT, answer(200, {}))
        bed.local.on(CHAT, answer(200, SAID))
        await client.send(bed.request("GET", "/v1/"))
        await client.receive()
        with no_descriptors_left():
            assert is_out_of_descriptors()
            await client.send(bed.request())
            got = await client.receive()
        assert (got.status, got.error["code"]) == (503, "gateway_busy")
        assert "x-should-retry" not in got.headers
        assert bed.cloud.requests == bed.local.requests == []
        if route is To.CLOUD:
            found = await bed.told()
            assert (found.outcome, found.code) == (Outcome.NEUTRAL, "no_descriptors")
        assert (await bed.post()).status == 200


async def test_five_hundred_streams_at_once_lose_nothing() -> None:
    async def numbered(writer: asyncio.StreamWriter, request: Request) -> None:
        name = json.loads(request.body)["name"]
        if (waiting := bed.cloud.asked(CHAT)) == 500:
            all_here.set()
        await begin(writer, [ROLE])
        await all_here.wait()
        pieces = [b"data: %d-%d\n\n" % (name, number) for number in range(10)]
        for piece in (*pieces, END):
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await asyncio.sleep(0)
        writer.write(b"0\r\n\r\n")
        assert waiting

    all_here = asyncio.Event()
    async with Bed() as bed:
        bed.cloud.on(CHAT, numbered)
        all_got = await asyncio.gather(*(bed.post({"name": name}) for name in range(500)))
        for name, got in enumerate(all_got):
            assert got.whole
            assert got.body == ROLE + b"".join(b"data: %d-%d\n\n" % (name, number) for number in range(10)) + END
        await until(lambda: len(bed.tries) == 500, "the evidence")
        assert {one.outcome for one in bed.tries} == {Outcome.GOOD}
