"""The cloud route when the provider fails: nothing hidden, nothing made up, and what it counts as."""

import asyncio
import json

import pytest

from tests.support.gatewaybed import CHAT, ROLE, TOKEN, Bed, acme, begin, chunks, raw
from tests.support.httpserver import (
    Behaviour,
    Request,
    answer,
    cut,
    garbage,
    hang_up,
    redirect,
    silent,
)
from trayapp.core.catalogue import Catalogue
from trayapp.core.evidence.observation import Badge, Outcome
from trayapp.gateway.limits import GatewayLimits, Patience


@pytest.mark.parametrize(
    ("status", "content", "headers", "outcome", "badge"),
    [
        (400, {"error": {"message": "x", "type": "invalid_request_error"}}, {}, Outcome.GOOD, None),
        (401, {"error": {"code": "invalid_api_key"}}, {}, Outcome.GOOD, Badge.KEY),
        (429, {"error": {"code": "rate_limit_exceeded"}}, {"retry-after": "7"}, Outcome.NEUTRAL, Badge.RATE_LIMIT),
        (429, {"error": {"code": "insufficient_quota"}}, {}, Outcome.GOOD, Badge.QUOTA),
        (500, {"error": {"message": "oh"}}, {}, Outcome.FAIL, None),
        (502, "<html>502 Bad Gateway</html>", {}, Outcome.FAIL, None),
        (503, {"error": {}}, {"retry-after-ms": "7000", "x-should-retry": "true"}, Outcome.FAIL, None),
        (403, "<html>Just a moment...</html>", {"cf-mitigated": "challenge"}, Outcome.GOOD, None),
        (200, "<html>Sign in to Wi-Fi</html>", {}, Outcome.FOREIGN, None),
        (204, b"", {}, Outcome.FAIL, None),
    ],
)
async def test_errors_of_the_provider_are_the_providers(
    status: int, content: object, headers: dict[str, str], outcome: Outcome, badge: Badge | None
) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, answer(status, content, headers))
        got = await bed.post()
        assert got.status == status
        assert got.whole
        if status != 204:
            assert got.body == (content.encode() if isinstance(content, str) else json.dumps(content).encode())
        for name, value in headers.items():
            assert got.headers[name] == value
        found = await bed.told()
        assert (found.outcome, found.badge, found.status) == (outcome, badge, status)
        assert found.retry_after_s == (7.0 if any("retry-after" in name for name in headers) else None)


async def test_no_redirect_is_followed() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, redirect(bed.local.url + "/steal", 307))
        got = await bed.post()
        assert (got.status, got.headers["location"]) == (307, bed.local.url + "/steal")
        assert bed.local.requests == []
        assert (await bed.told()).outcome is Outcome.FOREIGN


@pytest.mark.parametrize(
    ("behaviour", "status", "code"),
    [(hang_up, 502, "cut"), (garbage, 502, "malformed"), (silent, 504, "timeout")],
)
async def test_without_an_answer_the_tool_hears_it_in_its_dialect(behaviour: Behaviour, status: int, code: str) -> None:
    async with Bed(limits=GatewayLimits(cloud=Patience(1.0, 0.3, 0.3))) as bed:
        bed.cloud.on(CHAT, behaviour)
        got = await bed.post()
        assert (got.status, got.error["code"]) == (status, f"upstream_{code}")
        assert "Acme" in got.error["message"]
        assert got.headers["x-llm-ampel-route"] == "cloud; default"
        found = await bed.told()
        assert (found.outcome, found.code, found.status) == (Outcome.FAIL, code, None)


async def test_nobody_listens() -> None:
    async with Bed() as bed:
        await bed.cloud.__aexit__()
        got = await bed.post()
        assert (got.status, got.error["code"]) == (502, "upstream_connect")
        assert (await bed.told()).code == "connect"
        await bed.cloud.__aenter__()


@pytest.mark.parametrize("behaviour", [cut, chunks([ROLE, TOKEN], end=False), chunks([ROLE, TOKEN[:20]], end=False)])
async def test_a_cut_is_a_cut_for_the_tool_too(behaviour: Behaviour) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, behaviour)
        got = await bed.post()
        assert got.status == 200
        assert not got.whole
        assert (ROLE + TOKEN).startswith(got.body) or got.body == b'{"data": ['
        found = await bed.told()
        assert (found.outcome, found.code) == (Outcome.FAIL, "cut")


async def test_silence_in_the_middle_is_cut_at_the_limit() -> None:
    async def stuck(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, [ROLE])
        await asyncio.Event().wait()

    async with Bed(limits=GatewayLimits(cloud=Patience(1.0, 5.0, 0.3))) as bed:
        bed.cloud.on(CHAT, stuck)
        got = await bed.post()
        assert (got.status, got.body, got.whole) == (200, ROLE, False)
        assert (await bed.told()).code == "timeout"


async def test_a_kept_connection_that_was_closed_meanwhile_costs_nothing() -> None:
    async def answer_then_close(writer: asyncio.StreamWriter, request: Request) -> None:
        await answer(200, {"n": 1, "choices": [{}]})(writer, request)

    async def close_on_sight(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.transport.abort()

    async with Bed() as bed:
        bed.cloud.on(CHAT, answer_then_close, close_on_sight, answer(200, {"n": 2, "choices": [{}]}))
        assert (await bed.post()).json == {"n": 1, "choices": [{}]}
        assert (await bed.post()).json == {"n": 2, "choices": [{}]}
        assert bed.cloud.asked(CHAT) == 3
        await bed.told(2)
        assert [one.outcome for one in bed.tries] == [Outcome.GOOD, Outcome.GOOD]


async def test_a_fresh_connection_that_is_closed_is_a_failure_at_once() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, hang_up)
        assert (await bed.post()).status == 502
        assert bed.cloud.asked(CHAT) == 1


async def test_retries_of_one_request_have_one_name() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, answer(500, {"error": {}}), answer(500, {"error": {}}), answer(200, {}))
        for _ in range(3):
            await bed.post()
        await bed.post({"another": 1})
        await bed.told(4)
        names = [one.request for one in bed.tries]
        assert len(set(names[:3])) == 1
        assert names[3] != names[0]
        assert None not in names


@pytest.mark.parametrize(
    "content",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n{}",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_no_answer_is_not_passed_on(content: bytes) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, raw(content))
        got = await bed.post()
        assert (got.status, got.error["code"]) == (502, "upstream_malformed")
        found = await bed.told()
        assert (found.outcome, found.code) == (Outcome.FAIL, "malformed")


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 \xff\xfe odd\r\nx-odd: caf\xe9\r\ncontent-length: 2\r\n\r\n",
        b"HTTP/1.1 299\r\ncontent-length: 2\r\n\r\n",
        b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n",
    ],
)
async def test_odd_heads_cost_no_answer(head: bytes) -> None:
    async def once(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(head + b"{}")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with Bed() as bed:
        bed.cloud.on(CHAT, once)
        got = await bed.post()
        assert (got.body, got.whole) == (b"{}", True)


async def test_queries_and_prefixes_stay_as_they_are() -> None:
    async with Bed() as bed:
        bed.catalogue = Catalogue({"acme": acme(bed.cloud.url + "/openai/")})
        bed.cloud.always(answer(200, {}))
        odd = "a=%2e%2e&b=c+d&&=%C3%BC&c=[1]&d='x'&%zz"
        assert (await bed.get(f"/v1/models?{odd}")).status == 200
        assert bed.cloud.requests[0].path == f"/openai/v1/models?{odd}"
