"""The demo's tool: it asks again and again, and knows who answered."""

import asyncio

from tests.support.fakeclock import RateClock
from tests.support.httpserver import Server, answer
from tests.support.ports import free_port
from tests.support.scene import EPOCH
from tests.support.until import until
from trayapp.core.snapshot import AnsweredBy
from trayapp.demo.tool import SimulatedTool

PATH = "/v1/chat/completions"


async def test_it_knows_who_answered_its_latest_request() -> None:
    tool = SimulatedTool(RateClock(EPOCH, 1000.0))
    assert tool.scene().answered is None
    async with Server() as gateway:
        gateway.on(PATH, answer(200, {}, {"x-llm-ampel-route": "cloud; default"}))
        async with tool.at_work(f"{gateway.url}/v1"):
            await until(lambda: tool.scene().answered is AnsweredBy.CLOUD, "an answer from the cloud")
            gateway.on(PATH, answer(500, {}))
            await until(lambda: tool.scene().answered is AnsweredBy.NOBODY, "an error")
            gateway.on(PATH, answer(200, {}, {"x-llm-ampel-route": "local; user"}))
            await until(lambda: tool.scene().answered is AnsweredBy.LOCAL, "an answer of the local model")
            assert tool.scene().requests >= 3
        assert tool.scene().requests == gateway.asked(PATH)


async def test_it_waits_for_a_gateway_that_is_not_there_yet() -> None:
    tool = SimulatedTool(RateClock(EPOCH, 1000.0))
    async with tool.at_work(f"http://127.0.0.1:{free_port()}/v1"):
        await asyncio.sleep(0.1)
    assert (tool.scene().answered, tool.scene().requests) == (None, 0)
