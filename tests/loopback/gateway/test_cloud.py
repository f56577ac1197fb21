"""The cloud route: byte for byte both ways, and nothing hidden."""

from tests.support.gatewaybed import CHAT, KEY, Bed
from tests.support.httpserver import answer
from trayapp.core.catalogue import Part
from trayapp.core.light import Depth, Source
from trayapp.core.observation import Outcome, Reach


async def test_one_request_there_and_back() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, answer(200, b'{"id": 1,   "choices": [] }', {"x-request-id": "abc"}))
        got = await bed.post()
        assert (got.status, got.body, got.whole) == (200, b'{"id": 1,   "choices": [] }', True)
        assert got.headers["x-llm-ampel-route"] == "cloud; default"
        assert got.headers["x-request-id"] == "abc"
        [asked] = bed.cloud.requests
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert asked.headers["host"] == bed.cloud.netloc
        found = await bed.told()
        assert (found.outcome, found.code, found.depth, found.source) == (
            Outcome.GOOD,
            "http_200",
            Depth.COMPLETION,
            Source.TRAFFIC,
        )
        assert found.parts == (Part("acme-api", "chat-completions"),)
        assert (found.host, found.provider, found.reach) == (bed.cloud.netloc, "acme", Reach.LOOPBACK)
