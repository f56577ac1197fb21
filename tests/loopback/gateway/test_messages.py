"""Anthropic's Messages on the cloud route: byte for byte, with the right key, and what each answer proves."""

import asyncio
import json
from typing import Any

import pytest

from tests.support.gatewaybed import KEY, LOCAL_MODEL, MODELS, Got, begin, chunks
from tests.support.httpserver import Behaviour, Request, answer, gzipped, hang_up, silent
from tests.support.messagesbed import (
    ASKED,
    BLOCK,
    BLOCK_STOP,
    BRAIN_KEY,
    COUNT,
    MESSAGES,
    OVERLOADED,
    PING,
    SAID_SO,
    START,
    STOP,
    STOP_REASON,
    WHOLE,
    WORD,
    MessagesBed,
    event,
)
from trayapp.core.catalogue import Part
from trayapp.core.evidence.observation import Badge, Depth, Outcome
from trayapp.core.switching.route import To
from trayapp.gateway.limits import GatewayLimits, Patience

SPEAKS_FOR = (Part("brain-api", "messages"), Part("brain-code", "brain-code"))
BETAS = "claude-code-20250219,interleaved-thinking-2025-05-14,token-counting-2024-11-01"
SENT = {
    "anthropic-beta": BETAS,
    "anthropic-dangerous-direct-browser-access": "true",
    "anthropic-version": "2023-06-01",
    "x-app": "cli",
    "x-stainless-retry-count": "0",
    "x-claude-code-session-id": "5b1c",
    "user-agent": "claude-cli/2.1.197 (external, cli)",
    "accept-encoding": "gzip, deflate, br, zstd",
}


def failed(error: str, message: str = "No.") -> dict[str, Any]:
    return {"type": "error", "error": {"type": error, "message": message}, "request_id": "req_1"}


async def test_a_plain_answer_passes_byte_for_byte() -> None:
    said = b'{"type": "message", "content":[{"type":"text","text":"\\u20ac  x"}], "stop_reason": "end_turn"}\n'
    body = b'{"model": "claude-9",\n "max_tokens": 1e3, "messages": [{"role": "user", "content": "\\u20ac"}] }'
    async with MessagesBed() as bed:
        bed.brain.on(MESSAGES, answer(200, said, {"request-id": "req_7", "anthropic-ratelimit-tokens-remaining": "9"}))
        got = await bed.ask(body, path=f"{MESSAGES}?beta=true", **SENT)
        assert (got.status, got.body) == (200, said)
        assert (got.headers["request-id"], got.headers["anthropic-ratelimit-tokens-remaining"]) == ("req_7", "9")
        assert got.headers["x-llm-ampel-route"] == "cloud; default"
        [asked] = bed.brain.requests
        assert (asked.path, asked.body) == (f"{MESSAGES}?beta=true", body)
        assert {name: asked.headers[name] for name in SENT} == SENT
        assert asked.headers["x-api-key"] == BRAIN_KEY
        assert "authorization" not in asked.headers
        assert bed.cloud.requests == []
        told = await bed.told()
        assert (told.provider, told.parts, told.host) == ("brain", SPEAKS_FOR, bed.brain.netloc)
        assert (told.outcome, told.depth, told.accepted) == (Outcome.GOOD, Depth.COMPLETION, True)
        assert told.witness is not None
        assert (told.witness.path, told.witness.model) == (MESSAGES, "claude-9")


async def test_a_stream_passes_byte_for_byte_and_its_first_word_is_timed() -> None:
    go_on = asyncio.Event()
    pieces = [START, PING, BLOCK + WORD[:11], WORD[11:], BLOCK_STOP, STOP_REASON, STOP]

    async def slowly(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, pieces[:2])
        await go_on.wait()
        for piece in pieces[2:]:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
        writer.write(b"0\r\n\r\n")

    async with MessagesBed() as bed:
        bed.brain.on(MESSAGES, slowly)
        async with bed.client() as client, asyncio.timeout(10):
            headers = {"Authorization": None, "x-api-key": bed.token}
            await client.send(bed.request(path=MESSAGES, body=ASKED | {"stream": True}, headers=headers))
            await client.head()
            begun = b""
            while len(begun) < len(START + PING):
                begun += await client.chunk()
            assert begun == START + PING
            go_on.set()
            while piece := await client.chunk():
                begun += piece
        assert begun == b"".join(pieces)
        told = await bed.told()
        assert (told.outcome, told.accepted) == (Outcome.GOOD, True)
        assert told.first_token_s is not None
        assert told.latency_s is not None
        assert told.first_token_s > told.latency_s


@pytest.mark.parametrize(
    ("pieces", "code"),
    [
        ((START,), "cut"),
        ((START, PING), "cut"),
        ((START, BLOCK, WORD), "cut"),
        ((START, BLOCK, WORD, BLOCK_STOP, STOP_REASON), "cut"),
        ((START, BLOCK, WORD, BLOCK_STOP, STOP_REASON, b'event: message_stop\ndata: {"type": "mess'), "cut"),
        ((START, BLOCK, WORD, BLOCK_STOP, STOP_REASON, b"data: [DONE]\n\n"), "cut"),
    ],
)
@pytest.mark.parametrize("politely", [True, False])
async def test_no_stream_without_its_end_ends_well(pieces: tuple[bytes, ...], code: str, politely: bool) -> None:
    async with MessagesBed() as bed:
        bed.brain.on(MESSAGES, chunks(pieces, end=politely))
        got = await bed.ask(ASKED | {"stream": True})
        assert not got.whole
        assert b"".join(pieces).startswith(got.body)
        told = await bed.told()
        assert (told.outcome, told.code, told.parts) == (Outcome.FAIL, code, SPEAKS_FOR)


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        ("overloaded_error", Outcome.FAIL, "http_529"),
        ("api_error", Outcome.FAIL, "http_500"),
        ("timeout_error", Outcome.FAIL, "http_504"),
        ("an_error_of_2027", Outcome.FAIL, "cut"),
        ("rate_limit_error", Outcome.NEUTRAL, "http_429"),
        ("invalid_request_error", Outcome.NEUTRAL, "refused"),
        ("authentication_error", Outcome.GOOD, "http_401"),
    ],
)
@pytest.mark.parametrize("before", [(), (START, PING), (START, BLOCK, WORD)])
async def test_an_error_in_a_stream_is_passed_on_and_counts(
    error: str, outcome: Outcome, code: str, before: tuple[bytes, ...]
) -> None:
    pieces = (*before, event(type="error", error={"type": error, "message": "No."}))
    async with MessagesBed() as bed:
        bed.brain.on(MESSAGES, chunks(pieces))
        got = await bed.ask(ASKED | {"stream": True})
        assert (got.whole, got.body) == (True, b"".join(pieces))
        told = await bed.told()
        assert (told.outcome, told.code) == (outcome, code)


@pytest.mark.parametrize(
    ("status", "body", "outcome", "badge", "accepted"),
    [
        (529, failed("overloaded_error", "Overloaded"), Outcome.FAIL, None, None),
        (500, failed("api_error", "Internal server error"), Outcome.FAIL, None, None),
        (504, failed("timeout_error"), Outcome.FAIL, None, None),
        (429, failed("rate_limit_error"), Outcome.NEUTRAL, Badge.RATE_LIMIT, None),
        (401, failed("authentication_error", "invalid x-api-key"), Outcome.GOOD, Badge.KEY, False),
        (403, failed("permission_error"), Outcome.GOOD, Badge.KEY, False),
        (403, failed("forbidden", "Request not allowed"), Outcome.GOOD, Badge.REGION, None),
        (404, failed("not_found_error", "model: claude-9"), Outcome.GOOD, Badge.MODEL, False),
        (400, failed("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"), Outcome.GOOD, None, None),
        (400, failed("invalid_request_error", "Your credit balance is too low"), Outcome.GOOD, Badge.QUOTA, None),
        (402, failed("billing_error"), Outcome.GOOD, Badge.QUOTA, None),
        (413, failed("request_too_large"), Outcome.GOOD, None, None),
        (200, failed("overloaded_error"), Outcome.FAIL, None, None),
    ],
)
async def test_what_an_error_counts_as(
    status: int, body: Any, outcome: Outcome, badge: Badge | None, accepted: bool | None
) -> None:
    async with MessagesBed() as bed:
        bed.brain.on(MESSAGES, answer(status, body, {"x-should-retry": "true"}))
        got = await bed.ask()
        assert (got.status, got.json, got.headers["x-should-retry"]) == (status, body, "true")
        told = await bed.told()
        assert (told.outcome, told.badge, told.accepted) == (outcome, badge, accepted)


@pytest.mark.parametrize(
    ("behaviour", "status", "kind", "code"),
    [(hang_up, 502, "api_error", "upstream_cut"), (silent, 504, "timeout_error", "upstream_timeout")],
)
async def test_no_answer_is_told_in_the_dialect(behaviour: Behaviour, status: int, kind: str, code: str) -> None:
    async with MessagesBed(limits=GatewayLimits(cloud=Patience(1.0, 0.3, 0.3))) as bed:
        bed.brain.on(MESSAGES, behaviour)
        got = await bed.ask()
        assert (got.status, got.json["type"], got.error["type"]) == (status, "error", kind)
        assert "Brain" in got.error["message"]
        assert got.headers["x-llm-ampel-route"] == "cloud; default"
        assert (await bed.told()).outcome is Outcome.FAIL


async def test_tokens_are_counted_and_prove_no_model() -> None:
    async with MessagesBed() as bed:
        bed.brain.on(COUNT, answer(200, {"input_tokens": 14}), answer(500, failed("api_error")))
        assert (await bed.ask(path=f"{COUNT}?beta=true")).json == {"input_tokens": 14}
        assert (await bed.ask(path=COUNT)).status == 500
        good, bad = await bed.told(1), await bed.told(2)
        assert (good.outcome, good.depth, good.parts) == (Outcome.GOOD, Depth.API, SPEAKS_FOR)
        assert (bad.outcome, bad.depth, bad.parts) == (Outcome.FAIL, Depth.API, SPEAKS_FOR)


@pytest.mark.parametrize("path", [MODELS, f"{MODELS}?limit=1000", f"{MODELS}/claude-9", f"/brain{MODELS}"])
async def test_the_list_of_models_is_the_providers(path: str) -> None:
    async with MessagesBed() as bed:
        bed.brain.always(answer(200, {"data": [], "has_more": False}))
        bed.cloud.always(answer(200, {"object": "list", "data": []}))
        got = await bed.get(path, Authorization=None, X_Api_Key=bed.token, Anthropic_Version="2023-06-01")
        assert got.json == {"data": [], "has_more": False}
        assert bed.brain.requests[0].path == path.removeprefix("/brain")
        # Without a word of Anthropic's, the address alone says whose it is.
        got = await bed.get(f"/brain{MODELS}", Authorization=None, X_Api_Key=bed.token)
        assert got.json == {"data": [], "has_more": False}
        assert bed.cloud.requests == []
        assert (await bed.get(MODELS)).json["object"] == "list"


@pytest.mark.parametrize(
    ("path", "headers", "travels"),
    [
        ("", {"x-api-key": "{token}"}, {"x-api-key": BRAIN_KEY}),
        ("", {"Authorization": "Bearer {token}"}, {"x-api-key": BRAIN_KEY}),
        ("", {"Authorization": "Bearer {token}", "x-api-key": "{token}"}, {"x-api-key": BRAIN_KEY}),
        ("", {"Authorization": "Bearer {token}", "x-api-key": "sk-ant-own"}, {"x-api-key": BRAIN_KEY}),
        ("", {"Authorization": "Bearer sk-ant-oat01", "x-api-key": "{token}"}, {"x-api-key": BRAIN_KEY}),
        ("", {"x-api-key": "{token}", "api-key": "sk-other", "x-goog-api-key": "AIza"}, {"x-api-key": BRAIN_KEY}),
        ("/t/{token}", {}, {"x-api-key": BRAIN_KEY}),
        ("/t/{token}", {"x-api-key": "sk-ant-own"}, {"x-api-key": "sk-ant-own"}),
        ("/t/{token}/brain", {"Authorization": "Bearer sk-ant-oat01"}, {"authorization": "Bearer sk-ant-oat01"}),
        (
            "/t/{token}",
            {"Authorization": "Bearer sk-ant-oat01", "x-api-key": "sk-ant-own"},
            {"authorization": "Bearer sk-ant-oat01", "x-api-key": "sk-ant-own"},
        ),
    ],
)
async def test_whose_key_travels(path: str, headers: dict[str, str], travels: dict[str, str]) -> None:
    async with MessagesBed() as bed:
        bed.brain.always(answer(200, SAID_SO))
        filled: dict[str, str | None] = {name: one.replace("{token}", bed.token) for name, one in headers.items()}
        for endpoint in (MESSAGES, COUNT):
            raw = bed.request(
                path=path.replace("{token}", bed.token) + endpoint,
                body=ASKED,
                headers={"Authorization": None, **filled},
            )
            assert (await bed.send(raw)).status == 200
        for asked in bed.brain.requests:
            names = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
            assert {name: asked.headers[name] for name in names if name in asked.headers} == travels
            assert bed.token not in str(asked)


async def test_no_key_travels_to_the_other_providers_host() -> None:
    """Whatever the address and the headers say."""
    async with MessagesBed() as bed:
        bed.brain.always(answer(200, SAID_SO))
        bed.cloud.always(answer(200, {"choices": []}))
        for provider in ("", "/acme", "/brain"):
            for path in (MESSAGES, COUNT, MODELS, f"{MODELS}/x", "/v1/chat/completions"):
                for said in ({}, {"anthropic-version": "2023-06-01"}, {"anthropic-beta": "x"}, {"x-goog-api-key": "A"}):
                    for where in ("Authorization", "x-api-key"):
                        token = f"Bearer {bed.token}" if where == "Authorization" else bed.token
                        headers = {"Authorization": None, **said, where: token}
                        method = "GET" if path.startswith(MODELS) else "POST"
                        await bed.send(bed.request(method, provider + path, ASKED, headers))
        assert bed.cloud.requests
        assert bed.brain.requests
        assert BRAIN_KEY not in str(bed.cloud.requests)
        assert KEY not in str(bed.brain.requests)
        # What is in Anthropic's dialect goes to nobody else.
        assert not [one for one in bed.cloud.requests if "messages" in one.path or "anthropic-version" in one.headers]


def is_refused(got: Got, status: int, kind: str) -> None:
    assert (got.status, got.json["type"], got.error["type"]) == (status, "error", kind)
    assert isinstance(got.error["message"], str)
    assert set(got.json) == {"type", "error"}
    assert got.headers["content-type"].startswith("application/json")


async def test_every_refusal_is_in_the_dialect() -> None:
    async with MessagesBed(limits=GatewayLimits(body_bytes=5000)) as bed:
        is_refused(await bed.ask(x_api_key="ampel-wrong"), 401, "authentication_error")
        is_refused(await bed.ask(x_api_key=None), 401, "authentication_error")
        is_refused(await bed.ask(Origin="https://evil.example"), 403, "permission_error")
        is_refused(await bed.ask(Host="evil.example"), 403, "permission_error")
        is_refused(await bed.ask(Content_Type="text/plain"), 415, "invalid_request_error")
        is_refused(await bed.ask(ASKED | {"system": "x" * 6000}), 400, "invalid_request_error")
        is_refused(await bed.ask(path="/acme/v1/messages"), 400, "invalid_request_error")
        is_refused(await bed.ask(path="/nobody/v1/messages"), 400, "invalid_request_error")
        is_refused(await bed.get(MESSAGES, X_Api_Key=bed.token), 405, "invalid_request_error")
        bed.keyring.keys.clear()
        got = await bed.ask()
        is_refused(got, 401, "authentication_error")
        assert "llm-ampel key set brain" in got.error["message"]
        assert bed.brain.requests == bed.cloud.requests == []
        assert bed.tries == []


@pytest.mark.parametrize("path", ["/v1/v1/messages", "/v1/messages/", "/api/v1/messages", "/messages", "/V1/messages"])
async def test_who_is_nearly_right_is_told_the_address(path: str) -> None:
    """By a 400: of every 404 Claude Code says that there is an issue with the selected model, and nothing else."""
    async with MessagesBed() as bed:
        got = await bed.ask(path=path)
        is_refused(got, 400, "invalid_request_error")
        assert got.headers["x-should-retry"] == "false"
        assert got.error["message"].endswith(f":{bed.port}/v1/messages")


async def test_a_refusal_does_not_lead_to_where_it_came_from() -> None:
    async with MessagesBed() as bed:
        bed.catalogue = type(bed.catalogue)({"acme": bed.catalogue.providers["acme"]})
        got = await bed.ask()
        is_refused(got, 400, "invalid_request_error")
        assert "'brain'" in got.error["message"]


async def test_compressed_answers_are_read_as_well() -> None:
    async with MessagesBed() as bed:
        bed.brain.on(MESSAGES, gzipped(SAID_SO))
        assert (await bed.ask()).headers["content-encoding"] == "gzip"
        assert (await bed.told()).outcome is Outcome.GOOD


async def test_whole_streams_are_good_in_any_pieces() -> None:
    stream = b"".join(WHOLE)
    async with MessagesBed() as bed:
        for number, size in enumerate((1, 7, 1000), start=1):
            pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
            bed.brain.on(MESSAGES, chunks(pieces))
            got = await bed.ask(ASKED | {"stream": True})
            assert (got.whole, got.body) == (True, stream)
            assert (await bed.told(number)).outcome is Outcome.GOOD


async def test_an_overload_behind_the_last_word_is_no_whole_answer() -> None:
    async with MessagesBed() as bed:
        bed.brain.on(MESSAGES, chunks((START, BLOCK, WORD, OVERLOADED, STOP)))
        await bed.ask(ASKED | {"stream": True})
        told = await bed.told()
        assert (told.outcome, told.code) == (Outcome.FAIL, "http_529")


async def test_the_body_beside_an_offer_of_http_2_is_kept() -> None:
    """Java's HttpClient makes it with every first request; aiohttp must not take what follows for another protocol."""
    async with MessagesBed() as bed:
        bed.brain.on(MESSAGES, answer(200, SAID_SO))
        headers = {
            "Connection": "Upgrade, HTTP2-Settings",
            "Upgrade": "h2c",
            "HTTP2-Settings": "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
            "Authorization": None,
            "x-api-key": bed.token,
        }
        raw = bed.request(path=MESSAGES, body=ASKED, headers=headers)
        async with bed.client() as client, asyncio.timeout(10):
            for _ in range(2):
                await client.send(raw)
                assert (await client.receive()).json == SAID_SO
        for asked in bed.brain.requests:
            assert json.loads(asked.body) == ASKED
            assert not {"upgrade", "http2-settings"} & asked.headers.keys()


@pytest.mark.parametrize("path", ["/", "/brain", "/acme/", "/t/{token}", "/t/{token}/brain", "/t/ampel-wrong/", "/v1"])
@pytest.mark.parametrize("credential", [None, "{token}", "sk-ant-own"])
async def test_who_looks_whether_anybody_is_there_is_answered(
    path: str, credential: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    async with MessagesBed() as bed:
        with caplog.at_level("DEBUG"):
            key = credential and credential.replace("{token}", bed.token)
            headers = {"Authorization": None, "x-api-key": key}
            raw = bed.request("HEAD", path.replace("{token}", bed.token), headers=headers)
            async with bed.client() as client, asyncio.timeout(10):
                for _ in range(2):
                    await client.send(raw)
                    status, head = await client.head()
                    assert (status, head["x-llm-ampel-route"]) == (200, "none; base")
        assert not [one for one in caplog.records if one.name.startswith("trayapp.gateway")]
        assert (bed.tries, bed.gateway.last_seen) == ([], {})
        assert bed.brain.requests == bed.cloud.requests == []


@pytest.mark.parametrize("path", ["/nobody", "/v1/messages", "/brain/v1/x", "/t", "/favicon.ico"])
async def test_nobody_is_at_any_other_address(path: str) -> None:
    async with MessagesBed() as bed:
        async with bed.client() as client, asyncio.timeout(10):
            await client.send(bed.request("HEAD", path))
            assert (await client.head())[0] in (404, 405)
        for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
            async with bed.client() as client, asyncio.timeout(10):
                await client.send(bed.request("HEAD", "/", headers=dict(headers)))
                assert (await client.head())[0] == 403


async def test_a_local_server_that_speaks_nothing_of_it_is_named() -> None:
    async with MessagesBed() as bed:
        bed.switch(To.LOCAL)
        got = await bed.ask()
        is_refused(got, 400, "invalid_request_error")
        assert got.headers["x-should-retry"] == "false"
        assert LOCAL_MODEL in got.error["message"]
        assert "llm-ampel switch cloud" in got.error["message"]
        assert [one.path for one in bed.local.requests] == ["/v1/chat/completions"]
        assert bed.brain.requests == []
