"""Tools that leave, and tools that do not read."""

import asyncio

from tests.support.gatewaybed import CHAT, ROLE, TOKEN, Bed, begin
from tests.support.httpserver import (
    Request,
    drip,
)
from trayapp.core.evidence.observation import Depth, Outcome
from trayapp.gateway.limits import GatewayLimits


async def test_a_tool_that_leaves_before_the_answer_cancels_it() -> None:
    gone = asyncio.Event()

    async def notice(writer: asyncio.StreamWriter, request: Request) -> None:
        try:
            await drip(writer, request)
        except ConnectionError:
            gone.set()

    async with Bed() as bed:
        bed.cloud.on(CHAT, notice)
        async with bed.client() as client:
            await client.send(bed.request())
            await bed.cloud.wait_asked(CHAT, 1)
            await client.leave()
            async with asyncio.timeout(10):
                await gone.wait()
            found = await bed.told()
            assert (found.outcome, found.code) == (Outcome.NEUTRAL, "left")


async def test_a_tool_that_leaves_in_the_middle_cancels_it_and_proves_what_it_heard() -> None:
    gone = asyncio.Event()

    async def endless(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, [ROLE, TOKEN])
        try:
            while True:
                writer.write(b"%x\r\n%s\r\n" % (len(TOKEN), TOKEN))
                await writer.drain()
                await asyncio.sleep(0.005)
        except ConnectionError:
            gone.set()

    async with Bed() as bed:
        bed.cloud.on(CHAT, endless)
        async with bed.client() as client:
            await client.send(bed.request())
            await client.head()
            while TOKEN not in await client.chunk():
                pass
            await client.leave()
            async with asyncio.timeout(10):
                await gone.wait()
            found = await bed.told()
            assert (found.outcome, found.code, found.depth) == (Outcome.GOOD, "http_200", Depth.COMPLETION)


async def test_a_tool_that_does_not_read_holds_the_provider_back_and_is_given_up() -> None:
    sent = 0

    async def pour(writer: asyncio.StreamWriter, request: Request) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900000000\r\n\r\n")
        while True:
            writer.write(b" " * 65_536)
            await writer.drain()
            sent += 65_536

    async with Bed(limits=GatewayLimits(client_stall_s=0.5)) as bed:
        bed.cloud.on(CHAT, pour)
        async with bed.client() as client:
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport has it
            await client.send(bed.request())
            found = await bed.told()
            assert (found.outcome, found.code) == (Outcome.NEUTRAL, "left")
            # Socket buffers of three connections; not the hundreds of megabytes that the provider would have sent.
            assert sent < 40_000_000
