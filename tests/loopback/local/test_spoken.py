"""What servers are seen to speak beside OpenAI's dialect."""

from pathlib import Path

import pytest

from tests.loopback.local.conftest import MakeTarget
from tests.support import llama_server
from tests.support.httpserver import Behaviour, Server, answer, hang_up
from tests.support.ports import free_port
from trayapp.core.switching.route import Endpoint
from trayapp.core.switching.target import TargetState
from trayapp.errors import Problem
from trayapp.local.client import Client
from trayapp.local.spoken import spoken
from trayapp.settings.schema import Local

MESSAGES, COUNT, RESPONSES = "/v1/messages", "/v1/messages/count_tokens", "/v1/responses"
ALONE = (Endpoint.CHAT_COMPLETIONS,)
BOTH = (Endpoint.MESSAGES, Endpoint.COUNT_TOKENS)
ALL = (*BOTH, Endpoint.RESPONSES)
MISSING = answer(400, {"type": "error", "error": {"type": "invalid_request_error", "message": "model is required"}})


@pytest.mark.parametrize(
    ("nobodys", "messages", "count", "speaks"),
    [
        # Ollama; vLLM; what only passes on, and wants to know to whom.
        (answer(404, "404 page not found"), MISSING, answer(404, "404 page not found"), (Endpoint.MESSAGES,)),
        (answer(404, {"detail": "Not Found"}), answer(422, {}), answer(422, {}), BOTH),
        (answer(404, {}), answer(400, {"error": "missing model"}), answer(400, {"error": "missing model"}), BOTH),
        # LM Studio before it had them; who says the same to everything; who wants no POST; who is not done yet.
        (answer(200, {"error": "Unexpected endpoint"}), answer(200, {"error": "Unexpected endpoint"}), answer(200), ()),
        (answer(400, {}), answer(400, {}), answer(400, {}), ()),
        (answer(500, {}), answer(500, {}), answer(500, {}), ()),
        (answer(404, {}), answer(405, {}), answer(501, {}), ()),
        (answer(404, {}), answer(503, {}), answer(401, {}), ()),
    ],
)
async def test_what_it_says_is_what_it_speaks(
    nobodys: Behaviour, messages: Behaviour, count: Behaviour, speaks: tuple[Endpoint, ...]
) -> None:
    async with Server() as server, Client(server.url) as client:
        server.always(nobodys)
        server.on(MESSAGES, messages)
        server.on(COUNT, count)
        assert await spoken(client) == speaks
        assert {one.body for one in server.requests} == {b"{}"}


async def test_responses_are_heard_by_themselves() -> None:
    """Ollama before and after it had Messages, and who has them and no Responses."""
    async with Server() as server, Client(server.url) as client:
        server.on(RESPONSES, MISSING)
        assert await spoken(client) == (Endpoint.RESPONSES,)
        server.on(MESSAGES, MISSING)
        assert await spoken(client) == (Endpoint.MESSAGES, Endpoint.RESPONSES)
        server.on(RESPONSES, answer(405, ""))
        assert await spoken(client) == (Endpoint.MESSAGES,)


async def test_one_that_has_gone_says_nothing() -> None:
    async with Server() as server:
        url = server.url
    async with Client(url) as client:
        with pytest.raises(Problem):
            await spoken(client)


async def test_llama_cpp_speaks_all(tiny_gguf: Path, make_target: MakeTarget) -> None:
    """And is known for it while it does not run, after a restart as well."""
    async with llama_server.running(tiny_gguf) as url, Client(url) as client:
        assert await spoken(client) == ALL
        local = Local(server="llama-server", url=url, model=str(tiny_gguf))
        target = make_target(local)
        assert target.status.speaks == ALONE
        for _ in range(2):
            assert (await target.check()).speaks == (*ALONE, *ALL)
    assert (await target.check()).speaks == (*ALONE, *ALL)
    assert target.status.state is TargetState.DOWN
    assert make_target(local).status.speaks == (*ALONE, *ALL)
    assert make_target(Local(server="ollama", url=url, model=str(tiny_gguf))).status.speaks == ALONE


async def test_it_is_asked_once_for_each_time_that_it_comes_up(make_target: MakeTarget) -> None:
    async with Server(port=free_port()) as server:
        server.on("/v1/models", answer(200, {"data": [{"id": "one"}]}))
        server.on(MESSAGES, answer(400, {}), answer(404, {}))
        target = make_target(Local(server="openai-compatible", url=server.url))
        for _ in range(3):
            assert (await target.check()).speaks == (*ALONE, Endpoint.MESSAGES)
        assert server.asked(MESSAGES) == 1
        server.refuse()
        assert (await target.check()).state is TargetState.DOWN
        await server.listen()
        assert (await target.check()).speaks == ALONE


async def test_one_that_does_not_say_is_not_waited_for_again(make_target: MakeTarget) -> None:
    async with Server() as server:
        server.on("/v1/models", answer(200, {"data": [{"id": "one"}]}))
        server.on(f"{MESSAGES}/nothing", hang_up)
        target = make_target(Local(server="openai-compatible", url=server.url))
        for _ in range(3):
            status = await target.check()
            assert (status.state, status.speaks) == (TargetState.READY, ALONE)
        assert len([one for one in server.requests if one.method == "POST"]) == 1
