"""A local server that says 200 and gives no answer: who hears what, and that nobody counts it as the model's."""

import json
from typing import Any

import pytest

from tests.support.gatewaybed import CHAT, QUESTION, ROLE, SAID, Bed, chunks
from tests.support.httpserver import Behaviour, answer
from tests.support.until import until
from trayapp.core.switching.route import To

DONE = b"data: [DONE]\n\n"


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"error": {"message": "CUDA out of memory", "type": "server_error"}}, 400, "CUDA out of memory"),
        ({"error": {"message": "CUDA out of memory", "code": 500}}, 500, "CUDA out of memory"),
        ({"error": "model 'x' not found"}, 400, "model 'x' not found"),
        ({"object": "error", "message": "too long", "code": 40303}, 400, "too long"),
        ({"error": {"message": "bad tool", "code": 422}, "choices": []}, 422, "bad tool"),
        ({"error": {"code": 200}}, 400, "answered with an error"),
    ],
)
async def test_an_error_with_200_is_one(body: Any, status: int, words: str, streams: bool) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, answer(200, body), answer(200, SAID))
        got = await bed.post(QUESTION | {"stream": streams})
        assert got.status == status
        assert words in got.error["message"]
        await bed.post()
        await until(lambda: bed.answers, "the answer to be told")
        assert len(bed.answers) == 1


@pytest.mark.parametrize(
    "body", [{}, {"choices": []}, {"choices": None}, {"choices": [None]}, {"object": "list", "data": []}]
)
async def test_what_holds_no_choice_is_no_answer(body: Any) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, answer(200, body), answer(200, SAID))
        got = await bed.post()
        assert (got.status, got.error["code"]) == (503, "local_malformed")
        await bed.post()
        await until(lambda: bed.answers, "the answer to be told")
        assert len(bed.answers) == 1


@pytest.mark.parametrize("pieces", [[DONE], [b'data: {"choices":[]}\n\n' + DONE]])
async def test_a_stream_without_a_choice_is_no_answer(pieces: list[bytes]) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, chunks(pieces), answer(200, SAID))
        got = await bed.post(QUESTION | {"stream": True})
        last = got.body.strip().rpartition(b"\n\n")[2]
        assert json.loads(last.removeprefix(b"data: "))["error"]["code"] == "local_malformed"
        await bed.post()
        await until(lambda: bed.answers, "the answer to be told")
        assert len(bed.answers) == 1


@pytest.mark.parametrize(
    "behaviour",
    [
        chunks([b'data: {"error":{"message":"boom"}}\n\n']),
        chunks([b'event: error\ndata: {"error":{"message":"boom"}}\n\n']),
        chunks([b'event: error\ndata: {"message":"boom","code":500}\n\n']),
        chunks([b'error: {"code":500,"message":"boom"}\n\n']),
        chunks([ROLE, b'event: error\ndata: "boom"\n\n']),
    ],
)
async def test_a_stream_that_is_only_an_error_ends_with_one_that_is_heard(behaviour: Behaviour) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, behaviour)
        got = await bed.post(QUESTION | {"stream": True})
        assert (got.status, got.whole) == (200, True)
        assert b"boom" in got.body
        last = got.body.strip().rpartition(b"\n\n")[2]
        heard = last.rpartition(b"data: ")[2]
        assert json.loads(heard)["error"]
        assert bed.answers == []


@pytest.mark.parametrize("status", [429, 500])
@pytest.mark.parametrize("headers", [{"retry-after": "3"}, {"x-should-retry": "true"}, {"x-should-retry": "false"}])
async def test_what_the_local_server_says_of_asking_again_is_passed_on(status: int, headers: dict[str, str]) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, answer(status, {"error": {"message": "busy"}}, headers))
        got = await bed.post()
        assert (got.status, got.error["message"]) == (status, "busy")
        assert headers.items() <= {name.lower(): value for name, value in got.headers.items()}.items()
        assert bed.answers == []


async def test_who_finds_all_places_taken_waits_for_one() -> None:
    """As llama.cpp has it with `--no-slots` and a full queue: it passes by itself, and nobody has to ask again."""
    busy = answer(503, {"error": {"message": "no slot available"}}, {"retry-after": "1"})
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, busy, answer(200, SAID))
        assert (await bed.post()).json == SAID
        assert bed.local.asked(CHAT) == 2
