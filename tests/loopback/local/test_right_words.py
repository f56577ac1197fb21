"""What is said of a target is what it is: closed, barred, keyed, of another kind, or somebody else's."""

import pytest

from tests.loopback.local.conftest import MakeTarget
from tests.support.httpserver import Behaviour, Server, answer, cut, hang_up
from tests.support.ollama import Ollama
from trayapp.core.switching.target import TargetState
from trayapp.errors import Problem
from trayapp.local.detect import detect
from trayapp.local.target import LocalTarget
from trayapp.settings.schema import Local

CHAT = "/v1/chat/completions"


def _local(server: Server, model: str | None = None) -> Local:
    return Local(server="openai-compatible", url=server.url, model=model)


def _lists(server: Server, *names: str) -> None:
    server.on("/v1/models", answer(200, {"data": [{"id": name} for name in names or ("m",)]}))


async def _failure(target: LocalTarget) -> Problem:
    with pytest.raises(Problem) as caught:
        await target.prepare()
    return caught.value


@pytest.mark.parametrize("behaviour", [hang_up, cut])
async def test_a_server_that_closes_on_a_question(make_target: MakeTarget, behaviour: Behaviour) -> None:
    async with Server() as server:
        _lists(server)
        server.on(CHAT, behaviour)
        target = make_target(_local(server))
        assert (await _failure(target)).code == "local_cut"
        assert (await target.check()).state is TargetState.FAILED


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [(CHAT, 401, "local_needs_key"), (CHAT, 403, "local_forbidden"), ("/v1/models", 403, "local_forbidden")],
)
async def test_a_server_that_lets_nobody_in(make_target: MakeTarget, path: str, status: int, code: str) -> None:
    async with Server() as server:
        _lists(server)
        server.on(path, answer(status, {"error": {"message": "no"}}))
        assert (await _failure(make_target(_local(server)))).code == code


EMBEDDERS = [
    "nomic-embed-text:latest",
    "mxbai-embed-large",
    "Qwen3-Embedding-0.6B",
    "text-embedding-nomic-embed-text-v1.5",
    "BAAI/bge-m3",
    "all-minilm:22m",
    "intfloat/e5-large-v2",
    "thenlper/gte-base",
]


@pytest.mark.parametrize("name", EMBEDDERS)
async def test_a_model_that_only_embeds_is_no_target(make_target: MakeTarget, name: str) -> None:
    async with Server() as server:
        _lists(server, name)
        status = await make_target(_local(server, name)).check()
        assert (status.state, status.code) == (TargetState.FAILED, "local_embedding_model")
        assert (await make_target(_local(server)).check()).code == "local_no_model"
        _lists(server, name, "mistral-embodied", "m")
        assert (await make_target(_local(server)).check()).model == "mistral-embodied"
        assert (await detect([server.url]))[0].models == ("mistral-embodied", "m")


async def test_ollama_tells_the_family_of_a_model(make_target: MakeTarget) -> None:
    async with Ollama("my-own:latest", "qwen3:8b") as server:
        server.families["my-own:latest"] = "nomic-bert"
        assert (await make_target(Local(server="ollama", url=server.url)).check()).model == "qwen3:8b"
        status = await make_target(Local(server="ollama", url=server.url, model="my-own")).check()
        assert status.code == "local_embedding_model"
