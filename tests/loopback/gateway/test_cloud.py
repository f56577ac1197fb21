"""The cloud route: byte for byte both ways, as it comes."""

import asyncio
import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.gatewaybed import CHAT, END, KEY, MODELS, ROLE, STREAM, TOKEN, Bed, begin, chunks, raw
from tests.support.httpserver import (
    Request,
    answer,
)
from trayapp.core.catalogue import Part
from trayapp.core.evidence.observation import Depth, Outcome, Source
from trayapp.core.evidence.reach import Reach


async def test_one_request_there_and_back() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, answer(200, b'{"id": 1,   "choices": [{}] }', {"x-request-id": "abc"}))
        body = b'{ "model":"big-1",\n "messages":[] , "x": 1.50 }'
        got = await bed.post(body, User_Agent="Tool/1", X_Odd="1")
        assert (got.status, got.body, got.whole) == (200, b'{"id": 1,   "choices": [{}] }', True)
        assert got.headers["x-llm-ampel-route"] == "cloud; default"
        assert got.headers["x-request-id"] == "abc"
        [asked] = bed.cloud.requests
        assert asked.body == body
        assert dict(asked.headers) == {
            "host": bed.cloud.netloc,
            "authorization": f"Bearer {KEY}",
            "content-type": "application/json",
            "content-length": str(len(body)),
            "user-agent": "Tool/1",
            "x-odd": "1",
        }
        found = await bed.told()
        assert (found.outcome, found.code, found.depth, found.source) == (
            Outcome.GOOD,
            "http_200",
            Depth.COMPLETION,
            Source.TRAFFIC,
        )
        assert found.parts == (Part("acme-api", "chat-completions"),)
        assert (found.host, found.provider, found.reach) == (bed.cloud.netloc, "acme", Reach.LOOPBACK)
        assert found.request is not None
        assert found.latency_s is not None
        assert found.phases is not None
        assert found.phases.connect_s is not None
        assert sum(found.phases.spent().values()) <= found.latency_s
        assert bed.gateway.last_seen.keys() == {"editor"}


async def test_models_and_addresses_by_provider_name() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {"data": []}))
        for path in (MODELS, "/acme/v1/models", f"/t/{bed.token}/acme/v1/models?limit=1", "/v1/models/big-1"):
            assert (await bed.get(path)).status == 200
        assert [one.path for one in bed.cloud.requests] == [MODELS, MODELS, MODELS + "?limit=1", "/v1/models/big-1"]
        found = await bed.told(4)
        assert found.depth is Depth.API
        assert [part.component for part in found.parts] == ["chat-completions", "embeddings"]


@pytest.mark.parametrize(
    "pieces",
    [
        [ROLE, TOKEN, END],
        [ROLE + TOKEN + END],
        [bytes([one]) for one in ROLE + TOKEN + END],
        [(ROLE + TOKEN)[:80], (ROLE + TOKEN)[80:], END],
        [b": ping\n\n", ROLE, b"\r\n", TOKEN * 5000, END],
    ],
    ids=["events", "at-once", "byte-by-byte", "in-the-middle", "large"],
)
async def test_a_stream_stays_the_bytes_that_it_was(pieces: list[bytes]) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, chunks(pieces))
        got = await bed.post()
        assert (got.body, got.whole) == (b"".join(pieces), True)
        assert got.headers["content-type"] == STREAM.decode()
        found = await bed.told()
        assert (found.outcome, found.code) == (Outcome.GOOD, "http_200")
        assert found.first_token_s is not None


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(min_size=1, max_size=3000), min_size=1, max_size=20))
def test_any_bytes_in_any_pieces(pieces: list[bytes]) -> None:
    async def there_and_back() -> None:
        async with Bed() as bed:
            bed.cloud.on(CHAT, chunks(pieces, kind=b"application/octet-stream"))
            got = await bed.post()
            assert (got.body, got.whole) == (b"".join(pieces), True)

    asyncio.run(there_and_back())


async def test_compressed_answers_stay_compressed() -> None:
    packed = gzip.compress(b'{"choices": [{}]}')
    async with Bed() as bed:
        bed.cloud.on(CHAT, answer(200, packed, {"content-encoding": "gzip"}))
        got = await bed.post(Accept_Encoding="gzip, br;q=0.1")
        assert (got.body, got.headers["content-encoding"]) == (packed, "gzip")
        assert bed.cloud.requests[0].headers["accept-encoding"] == "gzip, br;q=0.1"
        assert (await bed.told()).outcome is Outcome.GOOD


async def test_a_compressed_request_stays_compressed() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        packed = gzip.compress(b'{"model": "big-1"}')
        await bed.post(packed, Content_Encoding="gzip")
        assert bed.cloud.requests[0].body == packed
        assert bed.cloud.requests[0].headers["content-encoding"] == "gzip"


async def test_a_chunked_request_arrives_whole() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        head = bed.request(headers={"Content-Length": None, "Transfer-Encoding": "chunked"}, body=b"")
        got = await bed.send(head + b'5\r\n{"mod\r\n6\r\nel":1}\r\n0\r\n\r\n')
        assert got.status == 200
        assert bed.cloud.requests[0].body == b'{"model":1}'


async def test_the_first_event_comes_before_the_second_is_made() -> None:
    async with Bed() as bed:
        go_on = asyncio.Event()

        async def one_then_wait(writer: asyncio.StreamWriter, request: Request) -> None:
            await begin(writer, [ROLE])
            await go_on.wait()
            writer.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(END), END))

        bed.cloud.on(CHAT, one_then_wait)
        async with bed.client() as client:
            await client.send(bed.request())
            async with asyncio.timeout(10):
                assert (await client.head())[0] == 200
                assert await client.chunk() == ROLE
                go_on.set()
                assert await client.chunk() == END


async def test_an_interim_answer_is_not_the_answer() -> None:
    async with Bed() as bed:
        bed.cloud.on(
            CHAT,
            raw(
                b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
            ),
        )
        assert (await bed.post()).body == b"{}"


async def test_expect_continue_is_answered_here() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        head, _, body = bed.request(headers={"Expect": "100-continue"}).partition(b"\r\n\r\n")
        async with bed.client() as client:
            await client.send(head + b"\r\n\r\n")
            async with asyncio.timeout(10):
                assert (await client.head())[0] == 100
                await client.send(body)
                assert (await client.receive()).status == 200
            assert "expect" not in bed.cloud.requests[0].headers
