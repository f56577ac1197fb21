"""Targets of the kind `openai-compatible`: the real llama.cpp as a server of its own, LM Studio, and any other."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.loopback.local.conftest import MakeTarget
from tests.support import llama_server
from tests.support.httpserver import BAD_GATEWAY, Server, answer, hang_up
from tests.support.lm_studio import LmStudio
from tests.support.ollama import Ollama
from trayapp.core.switching.target import TargetState
from trayapp.errors import Problem
from trayapp.local.client import Client
from trayapp.local.detect import detect
from trayapp.local.target import LocalTarget
from trayapp.settings.schema import Local
from trayapp.text.senses import target_line


def _local(url: str, model: str | None = None, start: tuple[str, ...] = (), *, confirmed: bool = False) -> Local:
    return Local(server="openai-compatible", url=url, model=model, start=start, confirmed=confirmed)


async def _failure(target: LocalTarget) -> Problem:
    with pytest.raises(Problem) as caught:
        await target.prepare()
    return caught.value


async def test_a_llama_server_of_the_users_is_used_as_it_is_and_never_stopped(
    make_target: MakeTarget, tiny_gguf: Path
) -> None:
    async with llama_server.running(tiny_gguf) as url:
        target = make_target(_local(url + "/v1"))
        assert (await target.check()).state is TargetState.READY
        status = await target.prepare()
        assert (status.state, status.url, status.model, status.context) == (
            TargetState.READY,
            url,
            str(tiny_gguf),
            1024,
        )
        assert not await target.stop()
        async with Client(url) as client:
            assert (await client.get("/health")).status == 200


async def test_a_llama_server_is_started_by_the_users_command_and_stopped(
    make_target: MakeTarget, tiny_gguf: Path, free_port: int
) -> None:
    url = f"http://127.0.0.1:{free_port}"
    target = make_target(_local(url, start=llama_server.command(tiny_gguf, free_port)))
    status = await target.prepare()
    assert (status.state, status.model) == (TargetState.READY, str(tiny_gguf))
    assert await target.stop()
    async with Client(url) as client:
        with pytest.raises(Problem) as caught:
            await client.get("/health")
    assert caught.value.code == "local_unreachable"
    assert (await target.prepare()).state is TargetState.READY


async def test_a_command_with_a_bad_file_ends_with_llama_cpps_own_reason(
    make_target: MakeTarget, tmp_path: Path, free_port: int
) -> None:
    file = tmp_path / "absent.gguf"
    target = make_target(_local(f"http://127.0.0.1:{free_port}", start=llama_server.command(file, free_port)))
    problem = await _failure(target)
    assert problem.code == "local_exited"
    assert "failed to" in str(problem.params["reason"])


async def test_a_model_that_the_server_does_not_have(make_target: MakeTarget, tiny_gguf: Path) -> None:
    async with llama_server.running(tiny_gguf) as url:
        problem = await _failure(make_target(_local(url, "qwen3:8b")))
        assert (problem.code, problem.params["available"]) == ("local_model_missing", str(tiny_gguf))


async def test_a_llama_server_that_is_still_loading_is_waited_for(make_target: MakeTarget) -> None:
    head = {"server": "llama.cpp"}
    loading = answer(503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}, head)
    async with Server() as server:
        server.on("/health", *[loading] * 4, answer(200, {"status": "ok"}, head))
        server.on("/v1/models", answer(200, {"object": "list", "data": [{"id": "m", "meta": {"n_ctx": 4096}}]}))
        server.on("/props", answer(401, {"error": {"message": "Invalid API Key"}}))
        server.on("/v1/chat/completions", answer(200, _completion("m")))
        target = make_target(_local(server.url))
        assert (await target.check()).state is TargetState.LOADING
        status = await target.prepare()
        assert (status.state, status.context) == (TargetState.READY, 4096)
        assert server.asked("/v1/chat/completions") == 1


def _completion(model: str, tokens: int = 1) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": "H"}, "finish_reason": "length"}
    return {"object": "chat.completion", "model": model, "choices": [choice], "usage": {"completion_tokens": tokens}}


async def test_lm_studio_is_asked_to_load(make_target: MakeTarget) -> None:
    async with LmStudio(qwen=False) as server:
        target = make_target(_local(server.url, "qwen"))
        assert (await target.check()).state is TargetState.READY
        assert server.models == {"qwen": False}
        status = await target.prepare()
        assert (status.state, status.context) == (TargetState.READY, 8192)
        assert server.requests.count("/api/v1/models/load") == 1
        await target.prepare()
        assert server.requests.count("/api/v1/models/load") == 1


async def test_lm_studios_embedding_models_are_no_targets(make_target: MakeTarget) -> None:
    async with LmStudio() as server:
        assert (await make_target(_local(server.url)).check()).code == "local_no_model"


async def test_an_older_lm_studio_loads_with_the_first_question(make_target: MakeTarget) -> None:
    async with Server() as server:
        server.on("/lmstudio-greeting", answer(200, {"lmstudio": True}))
        server.on("/v1/models", answer(200, {"object": "list", "data": [{"id": "qwen", "object": "model"}]}))
        server.on("/v1/chat/completions", answer(200, _completion("qwen")))
        assert (await make_target(_local(server.url)).prepare()).model == "qwen"


async def test_any_other_server_proves_itself_by_its_list_of_models(make_target: MakeTarget) -> None:
    async with Server() as server:
        rows = [{"id": "mistral", "object": "model", "max_model_len": 32768}]
        server.on("/v1/models", answer(200, {"object": "list", "data": rows}))
        server.on("/v1/chat/completions", answer(200, _completion("mistral")))
        status = await make_target(_local(server.url)).prepare()
        assert (status.model, status.context, status.server) == ("mistral", 32768, "openai-compatible")
        assert server.asked("/v1/chat/completions") == 2, "loaded by the first question, timed by the second"


async def test_a_server_that_was_named_must_be_that_one(make_target: MakeTarget) -> None:
    async with LmStudio(qwen=True) as studio, Server() as llama:
        llama.on("/health", answer(200, {"status": "ok"}, {"server": "llama.cpp"}))
        llama.on("/v1/models", answer(200, {"object": "list", "data": [{"id": "m"}]}))
        codes = {
            (server, name): (await make_target(Local(server=server, url=url)).check()).code
            for server in ("lm-studio", "llama-server", "ollama")
            for name, url in (("LM Studio", studio.url), ("llama.cpp", llama.url))
        }
    right = {("lm-studio", "LM Studio"), ("llama-server", "llama.cpp")}
    assert codes == {pair: None if pair in right else "local_wrong_server" for pair in codes}


async def test_ollama_behind_the_general_kind_still_has_no_cloud(make_target: MakeTarget) -> None:
    async with Ollama("kimi:cloud") as server:
        assert (await _failure(make_target(_local(server.url, "kimi:cloud")))).code == "local_cloud_model"


@pytest.mark.parametrize(
    "body", [b'{"data": [{"id": "\xff"}]}', b'{"data": ' + b"[" * 200_000], ids=["bytes", "depths"]
)
async def test_what_is_no_json_is_not_a_server(make_target: MakeTarget, body: bytes) -> None:
    async with Server() as server:
        server.on("/v1/models", answer(200, body))
        assert (await make_target(_local(server.url)).check()).code == "local_wrong_server"
        assert await detect([server.url]) == []


async def test_a_strange_list_of_models_is_read_as_far_as_it_goes(make_target: MakeTarget) -> None:
    async with Server() as server:
        server.on("/health", answer(200, {"status": "ok"}, {"server": "llama.cpp"}))
        rows = [{"id": "m", "aliases": 7, "meta": [], "status": "loaded"}, {"id": ["n"]}, "o"]
        server.on("/v1/models", answer(200, {"data": rows}))
        status = await make_target(_local(server.url)).check()
        assert (status.state, status.model) == (TargetState.READY, "m")


async def test_a_web_page_is_not_a_server(make_target: MakeTarget) -> None:
    async with Server() as server:
        server.always(answer(200, "<!doctype html><title>Router</title>"))
        assert (await _failure(make_target(_local(server.url)))).code == "local_wrong_server"


async def test_a_server_that_wants_a_key_says_so(make_target: MakeTarget) -> None:
    async with Server() as server:
        server.on("/v1/models", answer(401, {"error": {"message": "Invalid API Key"}}))
        assert (await _failure(make_target(_local(server.url)))).code == "local_needs_key"


@pytest.mark.parametrize(
    ("behaviour", "code", "reason"),
    [
        (
            answer(500, {"error": {"message": "CUDA error: out of memory"}}),
            "local_no_token",
            "CUDA error: out of memory",
        ),
        (answer(400, {"error": "does not support chat"}), "local_no_token", "does not support chat"),
        (BAD_GATEWAY, "local_no_token", "HTTP 502"),
        (answer(200, "<html>"), "local_no_token", "HTTP 200"),
        (answer(200, {"choices": []}), "local_no_token", "HTTP 200"),
        (answer(200, _completion("m", 0)), "local_no_token", "HTTP 200"),
        (hang_up, "local_cut", None),
    ],
    ids=["500", "400", "proxy", "page", "no-choice", "no-token", "hang-up"],
)
async def test_ready_is_only_who_generates(
    make_target: MakeTarget, behaviour: Any, code: str, reason: str | None
) -> None:
    async with Server() as server:
        server.on("/v1/models", answer(200, {"object": "list", "data": [{"id": "m"}]}))
        server.on("/v1/chat/completions", behaviour)
        target = make_target(_local(server.url))
        assert (await target.check()).state is TargetState.READY
        problem = await _failure(target)
        assert (problem.code, problem.params.get("reason")) == (code, reason)
        status = await target.check()
        assert (status.state, status.code) == (TargetState.FAILED, code), "a listing does not clear a failed answer"


async def test_a_command_that_hands_over_to_a_service_leaves_it_running(
    make_target: MakeTarget, tiny_gguf: Path, free_port: int, tmp_path: Path
) -> None:
    daemon = (
        "import subprocess, sys;"
        "child = subprocess.Popen(sys.argv[2:], start_new_session=True);"
        "open(sys.argv[1], 'w').write(str(child.pid))"
    )
    note = tmp_path / "pid"
    url = f"http://127.0.0.1:{free_port}"
    start = (sys.executable, "-c", daemon, str(note), *llama_server.command(tiny_gguf, free_port))
    target = make_target(_local(url, start=start))
    try:
        assert (await target.prepare()).state is TargetState.READY
        assert not await target.stop()
        async with Client(url) as client:
            assert (await client.get("/health")).status == 200
    finally:
        os.kill(int(note.read_text()), signal.SIGKILL)


@pytest.mark.parametrize("name", ["kimi:CLOUD", "kimi:Cloud", "gpt-oss:120b-CLOUD"])
@pytest.mark.parametrize("kind", ["ollama", "openai-compatible"])
async def test_a_cloud_model_is_one_in_any_case(make_target: MakeTarget, kind: str, name: str) -> None:
    async with Ollama(name, "qwen3:8b") as server:
        settings = Local(server=kind, url=server.url, model=name)
        assert (await _failure(make_target(settings))).code == "local_cloud_model"
        assert (await make_target(Local(server=kind, url=server.url)).check()).model == "qwen3:8b"
        assert (await detect([server.url]))[0].models == ("qwen3:8b",)


async def test_a_cloud_model_behind_another_server_is_none_of_its_own(make_target: MakeTarget) -> None:
    async with Server() as server:
        server.on("/v1/models", answer(200, {"data": [{"id": "kimi:cloud"}, {"id": "mistral"}]}))
        assert (await _failure(make_target(_local(server.url, "kimi:Cloud")))).code == "local_cloud_model"
        assert (await make_target(_local(server.url)).check()).model == "mistral"


LITELLM = {"x-litellm-version": "1.95.0", "x-litellm-model-id": "a1"}


def _litellm(server: Server, base: str | None) -> None:
    """What its documentation says of headers, https://docs.litellm.ai/docs/proxy/response_headers."""
    headers = LITELLM | ({} if base is None else {"x-litellm-model-api-base": base})
    server.on("/v1/models", answer(200, {"data": [{"id": "gpt"}]}, LITELLM))
    server.on("/v1/chat/completions", answer(200, _completion("gpt"), headers))


@pytest.mark.parametrize(
    "base", ["https://api.openai.com/v1", "https://my.openai.azure.com/openai/v1/", "HTTPS://1.1.1.1"]
)
@pytest.mark.parametrize("confirmed", [False, True])
async def test_a_server_that_says_that_it_asked_a_cloud_is_refused(
    make_target: MakeTarget, base: str, confirmed: bool
) -> None:
    async with Server() as server:
        _litellm(server, base)
        target = make_target(_local(server.url, confirmed=confirmed))
        problem = await _failure(target)
        assert (problem.code, problem.params["model"]) == ("local_forwards", "gpt")
        assert str(problem.params["host"]) in base.lower()
        # A look costs no token, and remembers.
        assert (await target.check()).code == "local_forwards"


@pytest.mark.parametrize("base", [None, "http://127.0.0.1:11434", "http://10.0.0.7:8000/v1", "nonsense", "http://[::1"])
async def test_a_proxy_in_front_is_said(make_target: MakeTarget, base: str | None) -> None:
    async with Server() as server:
        _litellm(server, base)
        target = make_target(_local(server.url))
        assert (await target.check()).through == "LiteLLM"
        status = await target.prepare()
        assert (status.state, status.through) == (TargetState.READY, "LiteLLM")
        assert target_line(status).endswith("through LiteLLM, which can pass requests on to a cloud")
