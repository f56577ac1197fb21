"""What OpenAI's API has beside chat: each its own way on the cloud route, and what is said where it is local."""

import json
from typing import Any

import pytest

from tests.support.gatewaybed import CHAT, KEY, LOCAL_MODEL, Bed, chunks
from tests.support.httpserver import Behaviour, answer, hang_up
from trayapp.core.catalogue import Part
from trayapp.core.evidence.observation import Depth, Outcome
from trayapp.core.switching.route import Policy, To
from trayapp.settings.schema import ToolSettings

EMBEDDINGS = "/v1/embeddings"
COMPLETIONS = "/v1/completions"
RESPONSES = "/v1/responses"
TEXT = {"object": "text_completion", "choices": [{"index": 0, "text": "Hi", "finish_reason": "stop"}]}
VECTORS = {"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.1]}]}
MULTIPART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n\x00\xff\r\n--x--\r\n'
EVENTS = b'event: image_generation.partial_image\ndata: {"type":"image_generation.partial_image"}\n\n'


def texts(*events: Any) -> list[bytes]:
    return [b"data: %s\n\n" % (one if isinstance(one, bytes) else json.dumps(one).encode()) for one in events]


TEXT_STREAM = texts({"choices": [{"index": 0, "text": "Hi"}]}, TEXT, b"[DONE]")


@pytest.mark.parametrize(
    ("method", "path", "kind", "body"),
    [
        ("POST", "/v1/images/generations", "application/json", b'{"prompt": "x"}'),
        ("POST", "/v1/images/edits", "multipart/form-data; boundary=x", MULTIPART),
        ("POST", "/v1/audio/transcriptions?a=%2F..%2F", "multipart/form-data; boundary=x", MULTIPART),
        ("POST", "/v1/audio/speech", "application/json", b"{}"),
        ("POST", "/v1/files", "multipart/form-data; boundary=x", MULTIPART),
        ("GET", "/v1/files?limit=2", None, b""),
        ("GET", "/v1/files/file-1/content", None, b""),
        ("DELETE", "/v1/files/file-1", None, b""),
        ("PUT", "/v1/uploads/up_1/parts", "application/octet-stream", b"\x00\xff"),
        ("PATCH", "/acme/v1/things/1", "application/json", b"{}"),
        ("POST", "/v1/batches/batch_1/cancel", None, b""),
        ("GET", "/v1/chat/completions?model=x", None, b""),
        ("DELETE", "/v1/models/ft:big-1:me::1", None, b""),
        ("GET", "/v1/responses/resp_1?include[]=x", None, b""),
        ("GET", "/v1/responses/resp_1/input_items", None, b""),
        ("DELETE", "/v1/responses/resp_1", None, b""),
        ("POST", "/v1/responses/resp_1/cancel", None, b""),
        ("POST", "/v1/responses/compact", "application/json", b"{}"),
    ],
)
async def test_every_other_path_passes_byte_for_byte_and_is_no_evidence(
    method: str, path: str, kind: str | None, body: bytes
) -> None:
    async with Bed() as bed:
        below = path.removeprefix("/acme")
        bed.cloud.on(below.partition("?")[0], answer(200, b"\x00\xfe answer", {"x-request-id": "req_1"}))
        length = str(len(body)) if body else None
        head = bed.request(method, path, b"", {"Content-Type": kind, "Content-Length": length})
        got = await bed.send(head + body)
        assert (got.status, got.body, got.whole) == (200, b"\x00\xfe answer", True)
        assert (got.headers["x-request-id"], got.headers["x-llm-ampel-route"]) == ("req_1", "cloud; default")
        (asked,) = bed.cloud.requests
        assert (asked.method, asked.path, asked.body) == (method, below, body)
        assert asked.headers.get("content-type") == kind
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert bed.token not in str(asked)
        bed.cloud.on(CHAT, answer(200, {}))
        await bed.post()
        assert len([await bed.told()]) == len(bed.tries) == 1


@pytest.mark.parametrize(
    "behaviour",
    [
        chunks([EVENTS, EVENTS]),
        chunks([b"\x00" * 100_000], kind=b"audio/mpeg"),
        chunks([b'{"cut": '], kind=b"application/json"),
        answer(500, "<html>no"),
    ],
)
async def test_nobody_judges_what_another_path_answers(behaviour: Behaviour) -> None:
    """Its streams end in ways of their own."""
    async with Bed() as bed:
        bed.cloud.on("/v1/images/generations", behaviour)
        got = await bed.post({"stream": True}, path="/v1/images/generations")
        assert got.whole
        assert bed.tries == []


async def test_what_another_path_breaks_off_is_broken_off() -> None:
    async with Bed() as bed:
        bed.cloud.on("/v1/audio/speech", chunks([b"\x00"], kind=b"audio/mpeg", end=False), hang_up)
        assert not (await bed.post(path="/v1/audio/speech")).whole
        got = await bed.post(path="/v1/audio/speech")
        assert (got.status, got.error["code"]) == (502, "upstream_cut")
        assert bed.tries == []


async def test_an_upload_in_pieces_arrives_whole() -> None:
    async with Bed() as bed:
        bed.cloud.on("/v1/files", answer(200, {"id": "file-1"}))
        named: dict[str, str | None] = {
            "Content-Length": None, "Transfer-Encoding": "chunked", "Content-Type": "multipart/form-data; boundary=x"
        }  # fmt: skip
        pieces = b"".join(b"%x\r\n%s\r\n" % (1_000_000, b"\xff" * 1_000_000) for _ in range(5)) + b"0\r\n\r\n"
        got = await bed.send(bed.request("POST", "/v1/files", b"", named) + pieces)
        assert got.json == {"id": "file-1"}
        assert bed.cloud.requests[0].body == b"\xff" * 5_000_000


@pytest.mark.parametrize("path", ["/v1/organization/users", "/v1/organization"])
async def test_an_account_is_looked_into_with_a_key_of_ones_own_alone(path: str) -> None:
    async with Bed() as bed:
        bed.cloud.on(path, answer(200, {"data": []}))
        got = await bed.get(path)
        assert (got.status, got.error["code"], got.headers["x-should-retry"]) == (403, "account_refused", "false")
        got = await bed.get(f"/t/{bed.token}{path}", Authorization="Bearer sk-admin-own")
        assert got.status == 200
        (asked,) = bed.cloud.requests
        assert asked.headers["authorization"] == "Bearer sk-admin-own"


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
@pytest.mark.parametrize("path", [RESPONSES, "/v1/realtime", "/acme/v1/responses?a=1", CHAT])
async def test_a_websocket_is_refused_at_once_by_the_status_that_codex_knows(route: To, path: str) -> None:
    async with Bed() as bed:
        bed.switch(route)
        upgrade: dict[str, str | None] = {
            "Connection": "Upgrade", "Upgrade": "WebSocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "eA=="
        }  # fmt: skip
        got = await bed.send(bed.request("GET", path, headers=upgrade))
        assert (got.status, got.error["code"]) == (426, "no_websocket")
        assert bed.cloud.requests == bed.local.requests == []
        assert bed.tries == []
        bed.cloud.on(RESPONSES, answer(200, {"object": "response", "output": []}))
        bed.local.on(RESPONSES, answer(200, {"object": "response", "output": []}))
        assert (await bed.post({"model": "m"}, path=RESPONSES)).status == 200


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
async def test_what_a_provider_keeps_is_asked_of_it_wherever_the_rest_goes(route: To) -> None:
    async with Bed() as bed:
        bed.switch(route)
        bed.cloud.on(f"{RESPONSES}/resp_1", answer(200, {"object": "response", "output": []}))
        bed.settings.tools["editor"] = ToolSettings(policy=Policy.WAIT, wait_s=1)
        got = await bed.get(f"{RESPONSES}/resp_1")
        assert got.status == 200
        assert got.headers["x-llm-ampel-route"] == ("cloud; default" if route is To.CLOUD else "cloud; stored")
        assert bed.local.requests == []


@pytest.mark.parametrize(
    ("method", "path", "word"),
    [
        ("POST", EMBEDDINGS, "vectors of another model"),
        ("POST", "/v1/images/generations", "Only Acme"),
        ("GET", "/v1/files", "Only Acme"),
        ("DELETE", "/v1/files/file-1", "Only Acme"),
        ("GET", CHAT, "Only Acme"),
        ("DELETE", "/v1/models/ft:big-1:me::1", "Only Acme"),
        ("POST", "/v1/responses/compact", "Only Acme"),
    ],
)
async def test_what_never_moves_says_why_and_what_to_do(method: str, path: str, word: str) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.cloud.always(answer(200, {}))
        bed.local.always(answer(200, VECTORS))
        got = await bed.send(bed.request(method, path))
        assert (got.status, got.error["type"], got.headers["x-should-retry"]) == (400, "invalid_request_error", "false")
        assert word in got.error["message"]
        assert "`llm-ampel switch cloud acme`" in got.error["message"]
        assert bed.cloud.requests == bed.local.requests == []


@pytest.mark.parametrize(
    ("path", "behaviour", "parts"),
    [
        (EMBEDDINGS, answer(200, VECTORS), ("embeddings",)),
        (COMPLETIONS, answer(200, TEXT), ()),
        (COMPLETIONS, chunks(TEXT_STREAM), ()),
    ],
)
async def test_an_answer_speaks_for_its_own_component(path: str, behaviour: Behaviour, parts: tuple[str, ...]) -> None:
    async with Bed() as bed:
        bed.cloud.on(path, behaviour, hang_up)
        assert (await bed.post({"model": "m", "input": "x", "prompt": "x"}, path=path)).whole
        seen = await bed.told()
        assert (seen.outcome, seen.depth, seen.witness and seen.witness.model) == (Outcome.GOOD, Depth.COMPLETION, "m")
        assert seen.parts == tuple(Part("acme-api", part) for part in parts)
        assert (await bed.post({"model": "m"}, path=path)).status == 502
        assert (await bed.told(2)).outcome is Outcome.FAIL


async def test_a_completions_stream_without_its_end_is_broken_off() -> None:
    async with Bed() as bed:
        bed.cloud.on(COMPLETIONS, chunks(texts({"choices": [{"index": 0, "text": "Hi", "finish_reason": None}]})))
        got = await bed.post({"model": "m", "stream": True}, path=COMPLETIONS)
        assert (got.body[:6], got.whole) == (b"data: ", False)
        seen = await bed.told()
        assert (seen.outcome, seen.code) == (Outcome.FAIL, "cut")
        assert seen.first_token_s is not None


@pytest.mark.parametrize(("behaviour", "whole"), [(answer(200, TEXT), TEXT), (chunks(TEXT_STREAM), None)])
async def test_completions_are_answered_locally(behaviour: Behaviour, whole: Any) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(COMPLETIONS, behaviour)
        got = await bed.post({"model": "m", "prompt": "x", "stream": whole is None}, path=COMPLETIONS)
        assert got.body == (json.dumps(whole).encode() if whole else b"".join(TEXT_STREAM))
        assert json.loads(bed.local.requests[0].body)["model"] == LOCAL_MODEL
        assert len(bed.answers) == 1
