"""What will not work however often it is tried: 400 in dialect, since that is what tools show at once."""

import pytest

from tests.support.gatewaybed import CHAT, LOCAL_MODEL, Bed
from tests.support.httpserver import answer
from trayapp.core.switching.route import To
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.errors import Problem
from trayapp.gateway.limits import GatewayLimits

NOBODY = "http://127.0.0.1:9"


@pytest.mark.parametrize("path", [CHAT, "/v1/models"])
@pytest.mark.parametrize(
    ("target", "words"),
    [
        (TargetStatus(TargetState.NONE), "Choose one in LLM Ampel"),
        (TargetStatus(TargetState.DOWN, "ollama", LOCAL_MODEL, NOBODY), "Start it"),
        (TargetStatus(TargetState.FAILED, "ollama", "big:cloud", NOBODY, "cloud_model"), "big:cloud"),
        (TargetStatus(TargetState.READY, "ollama", None, None), "Choose one in LLM Ampel"),
    ],
)
async def test_a_target_that_cannot_answer(path: str, target: TargetStatus, words: str) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.target = target
        got = await (bed.post() if path == CHAT else bed.get())
        assert (got.status, got.error["code"], got.headers["x-should-retry"]) == (400, "local_not_ready", "false")
        assert got.error["type"] == "invalid_request_error"
        assert words in got.error["message"]
        assert "switch cloud" in got.error["message"]


async def test_a_keyring_that_does_not_open() -> None:
    async with Bed() as bed:
        bed.keyring.keys["acme", bed.cloud.netloc] = Problem("keyring_locked")
        got = await bed.post()
        assert (got.status, got.error["code"], got.headers["x-should-retry"]) == (400, "keyring_locked", "false")


async def test_a_request_that_is_too_large() -> None:
    async with Bed(limits=GatewayLimits(body_bytes=1000)) as bed:
        got = await bed.post({"x": "y" * 2000})
        assert (got.status, got.error["code"], got.headers["x-should-retry"]) == (400, "request_too_large", "false")
        assert "1000 bytes" in got.error["message"]


async def test_a_compressed_request_on_the_local_route() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        got = await bed.post(Content_Encoding="compress")
        assert (got.status, got.error["code"]) == (400, "encoding_not_supported")


async def test_an_old_http() -> None:
    async with Bed() as bed:
        got = await bed.send(bed.request().replace(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n"))
        assert (got.status, got.error["code"]) == (400, "http_version")


async def test_a_web_page_does_not_hide_behind_a_second_header() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        got = await bed.send(
            bed.request().replace(b"Host:", b"Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\nHost:")
        )
        assert (got.status, got.error["code"]) == (403, "origin_refused")
        assert bed.cloud.requests == []


@pytest.mark.parametrize("coding", ["gzip, chunked", "identity, chunked", "gzip,chunked"])
async def test_a_body_in_another_transfer_coding(coding: str) -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        head = bed.request(headers={"Content-Length": None, "Transfer-Encoding": coding}, body=b"")
        got = await bed.send(head + b"2\r\n{}\r\n0\r\n\r\n")
        assert got.status == 400
        assert bed.cloud.requests == []
