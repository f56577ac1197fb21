"""Compressed requests: read where they have to be, the same bytes where not."""

import gzip
import json
from collections.abc import Callable

import pytest
from backports import zstd

from tests.support.gatewaybed import CHAT, LOCAL_MODEL, QUESTION, SAID, Bed, chunks
from tests.support.httpserver import answer
from tests.support.until import until
from trayapp.core.switching.route import To
from trayapp.core.switching.target import TargetState
from trayapp.gateway.limits import GatewayLimits

BODY = json.dumps(QUESTION).encode()
BOMB = gzip.compress(b'{"model": "' + b"x" * 50_000_000)
PACKED = pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("zstd", zstd.compress)])


@PACKED
async def test_on_the_cloud_route_the_bytes_are_the_same_and_the_model_is_known(
    coding: str, pack: Callable[[bytes], bytes]
) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, answer(200, SAID))
        packed = pack(BODY)
        assert (await bed.post(packed, Content_Encoding=coding)).json == SAID
        (asked,) = bed.cloud.requests
        assert (asked.body, asked.headers["content-encoding"]) == (packed, coding)
        seen = await bed.told()
        assert seen.witness is not None
        assert seen.witness.model == "big-1"


@pytest.mark.parametrize(
    ("coding", "body"),
    [("gzip", gzip.compress(BODY)[:-9]), ("zstd", b"nonsense"), ("gzip", BOMB), ("br, gzip", BODY), ("lzma", b"x")],
    ids=["cut", "damaged", "bomb", "twice", "unknown"],
)
async def test_on_the_cloud_route_it_is_for_the_provider_to_say_what_it_can_read(coding: str, body: bytes) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, answer(200, SAID))
        assert (await bed.post(body, Content_Encoding=coding)).json == SAID
        assert bed.cloud.requests[0].body == body
        seen = await bed.told()
        assert seen.witness is not None
        assert seen.witness.model == ""


@PACKED
@pytest.mark.parametrize("spelled", [str.lower, str.upper])
async def test_a_local_model_gets_it_unpacked(
    coding: str, pack: Callable[[bytes], bytes], spelled: Callable[[str], str]
) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, answer(200, SAID))
        assert (await bed.post(pack(BODY), Content_Encoding=spelled(coding))).json == SAID
        (asked,) = bed.local.requests
        assert json.loads(asked.body) == QUESTION | {"model": LOCAL_MODEL}
        assert "content-encoding" not in asked.headers


async def test_a_packed_wish_for_a_stream_is_heard() -> None:
    async with Bed(limits=GatewayLimits(keep_alive_s=0.05)) as bed:
        bed.switch(To.LOCAL)
        bed.target = type(bed.target)(TargetState.LOADING, "ollama", LOCAL_MODEL, bed.local.url)
        packed = zstd.compress(json.dumps(QUESTION | {"stream": True}).encode())
        async with bed.client() as client:
            await client.send(bed.request(body=packed, headers={"Content-Encoding": "zstd"}))
            assert (await client.head())[0] == 200
            assert await client.chunk() == b": ping\n"


async def test_what_was_unpacked_for_a_model_that_did_not_come_goes_home_packed() -> None:
    packed = gzip.compress(BODY)
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.cloud.on(CHAT, answer(200, SAID))
        bed.target = type(bed.target)(TargetState.LOADING, "ollama", LOCAL_MODEL, bed.local.url)
        async with bed.client() as client:
            await client.send(bed.request(body=packed, headers={"Content-Encoding": "gzip"}))
            await until(lambda: bed.gateway.running == 1, "a request that waits")
            bed.switch(To.CLOUD)
            assert (await client.receive()).json == SAID
        assert bed.cloud.requests[0].body == packed


@pytest.mark.parametrize(
    ("coding", "body", "expected"),
    [
        ("gzip", gzip.compress(BODY)[:-9], (400, "bad_request")),
        ("gzip", b"", (400, "invalid_json")),
        ("zstd", b"nonsense", (400, "bad_request")),
        ("zstd", gzip.compress(BODY), (400, "bad_request")),
        ("gzip", BODY, (400, "bad_request")),
        ("gzip", gzip.compress(b"no JSON"), (400, "invalid_json")),
        ("gzip", BOMB, (413, "request_too_large")),
        ("gzip, gzip", gzip.compress(BODY), (400, "encoding_not_supported")),
        ("lzma", BODY, (400, "encoding_not_supported")),
    ],
    ids=["cut", "empty", "damaged", "another", "plain", "no JSON", "bomb", "twice", "unknown"],
)
async def test_what_cannot_be_unpacked_is_refused_in_dialect(
    coding: str, body: bytes, expected: tuple[int, str]
) -> None:
    async with Bed(limits=GatewayLimits(body_bytes=1_000_000)) as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, chunks([]))
        got = await bed.post(body, Content_Encoding=coding)
        assert (got.status, got.error["code"]) == expected
        assert got.headers["x-should-retry"] == "false"
        assert bed.local.requests == []
