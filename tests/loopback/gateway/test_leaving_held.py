"""Tools that leave while auto mode holds their answer back, asks once more, or has moved them: nobody works on."""

import asyncio

import pytest
from msgspec import structs

from tests.support.gatewaybed import CHAT, QUESTION, ROLE, Bed, begin
from tests.support.httpserver import Behaviour, Request, Server, answer, drip, drip_body
from tests.support.until import until
from trayapp.core.switching.asked import Rescue
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.route import Mode
from trayapp.settings.schema import ToolSettings

DOWN = answer(503, {"error": {"message": "overloaded", "type": "server_error"}})


async def written(writer: asyncio.StreamWriter, request: Request) -> None:
    """A stream that never ends."""
    await begin(writer, [ROLE])
    while True:
        writer.write(b"5\r\n: a\n\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def hurried(writer: asyncio.StreamWriter, request: Request) -> None:
    """A plain answer of which something has always just come."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9000000\r\n\r\n{")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0)


def noticing(behaviour: Behaviour, gone: asyncio.Event) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        try:
            await behaviour(writer, request)
        except ConnectionError:
            gone.set()

    return behave


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize("rescue", Rescue)
@pytest.mark.parametrize("behaviour", [drip, drip_body, hurried, written])
@pytest.mark.parametrize("whose", ["cloud", "local"])
async def test_nobody_works_for_a_tool_that_has_left(
    whose: str, behaviour: Behaviour, rescue: Rescue, streams: bool
) -> None:
    gone = asyncio.Event()
    async with Bed(auto=AutoMode(Mode.AUTO)) as bed, bed.client() as client:
        bed.settings = structs.replace(bed.settings, tools={"editor": ToolSettings(rescue=rescue)})
        asked: Server = getattr(bed, whose)
        bed.cloud.on(CHAT, DOWN)
        asked.on(CHAT, noticing(behaviour, gone))
        await client.send(bed.request(body=QUESTION | {"stream": streams}))
        await asked.wait_asked(CHAT, 1)
        await client.leave()
        async with asyncio.timeout(10):
            await gone.wait()
        await until(lambda: bed.gateway.running == 0, "the request to be over")
        assert bed.auto.deadline is None
        assert len(asked.requests) == 1


async def test_nothing_is_asked_again_for_a_tool_that_has_left() -> None:
    async with Bed(auto=AutoMode(Mode.AUTO)) as bed, bed.client() as client:
        bed.cloud.on(CHAT, DOWN)
        await client.send(bed.request())
        await bed.told()
        await client.leave()
        await until(lambda: bed.gateway.running == 0, "the request to be over")
        assert (bed.cloud.asked(CHAT), bed.local.requests) == (1, [])
