"""Connections that are kept: when a request may be sent again, and when they are worth nothing any more."""

import asyncio

from tests.support.gatewaybed import CHAT, END, TOKEN, Bed, begin
from tests.support.httpserver import Behaviour, Request, answer
from trayapp.core.evidence.observation import Outcome

GOOD = answer(200, {"n": 1})


def closes(after_s: float, beginning: bytes = b"") -> Behaviour:
    """No answer, or only the beginning of one, and the connection's end after so long."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(beginning)
        await writer.drain()
        await asyncio.sleep(after_s)
        writer.close()

    return behave


async def test_a_connection_that_breaks_at_once_costs_nothing() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, GOOD, closes(0.0), GOOD)
        assert [(await bed.post()).status for _ in range(2)] == [200, 200]
        assert bed.cloud.asked(CHAT) == 3


async def test_a_request_that_was_worked_on_is_not_sent_twice() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, GOOD, closes(1.5), GOOD)
        assert [(await bed.post()).status for _ in range(2)] == [200, 502]
        assert bed.cloud.asked(CHAT) == 2
        assert ((await bed.told(2)).outcome, bed.tries[1].code) == (Outcome.FAIL, "cut")


async def test_a_request_that_was_half_answered_is_not_sent_twice() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, GOOD, closes(0.0, b"HTTP/1.1 200 OK\r\ncontent-type: applic"), GOOD)
        assert [(await bed.post()).status for _ in range(2)] == [200, 502]
        assert bed.cloud.asked(CHAT) == 2


async def test_several_stale_connections_cost_nothing() -> None:
    async with Bed() as bed:
        together = asyncio.Barrier(3)

        async def wait_for_all(writer: asyncio.StreamWriter, request: Request) -> None:
            await together.wait()
            await GOOD(writer, request)

        bed.cloud.on(CHAT, wait_for_all)
        got = await asyncio.gather(*(bed.post() for _ in range(3)))
        assert [one.status for one in got] == [200] * 3
        assert bed.cloud.connections == 3
        kept = bed.cloud.connections

        async def closes_the_kept(writer: asyncio.StreamWriter, request: Request) -> None:
            await (closes(0.0) if bed.cloud.connections == kept else GOOD)(writer, request)

        asked = bed.cloud.asked(CHAT)
        bed.cloud.on(CHAT, closes_the_kept)
        assert (await bed.post()).status == 200
        assert bed.cloud.asked(CHAT) == asked + 2


async def test_a_provider_that_closes_every_connection_hears_a_request_twice_at_most() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, GOOD, closes(0.0))
        assert [(await bed.post()).status for _ in range(2)] == [200, 502]
        assert bed.cloud.asked(CHAT) == 3


async def test_after_a_disturbance_it_connects_anew() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, GOOD)
        await bed.post()
        await bed.post()
        assert bed.cloud.connections == 1
        for number in (2, 3):
            bed.gateway.disturbed()
            await bed.post()
            await bed.post()
            assert bed.cloud.connections == number


async def test_a_disturbance_cuts_no_stream() -> None:
    async with Bed() as bed, bed.client() as client:
        go_on = asyncio.Event()

        async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
            await begin(writer, [TOKEN])
            await go_on.wait()
            writer.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(END), END))

        bed.cloud.on(CHAT, behave, GOOD)
        async with asyncio.timeout(10):
            await client.send(bed.request())
            await client.head()
            first = await client.chunk()
            bed.gateway.disturbed()
            assert (await bed.post()).status == 200
            go_on.set()
            rest = b""
            while piece := await client.chunk():
                rest += piece
        assert first + rest == TOKEN + END
