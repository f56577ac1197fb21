"""A target of the kind `ollama` against a server that answers as Ollama does."""

import asyncio
import sys

import pytest

from tests.loopback.local.conftest import MakeTarget
from tests.support.httpserver import Server, answer, drip_body, endless, garbage, hang_up, redirect, silent
from tests.support.ollama import Ollama
from tests.support.until import until
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.errors import Problem
from trayapp.local.preparation import PreparationLimits
from trayapp.local.target import LocalTarget
from trayapp.settings.schema import Local

MODEL = "qwen3:8b"


def _local(url: str, model: str | None = MODEL, start: tuple[str, ...] = ()) -> Local:
    return Local(server="ollama", url=url, model=model, start=start)


async def _failure(target: LocalTarget) -> Problem:
    with pytest.raises(Problem) as caught:
        await target.prepare()
    return caught.value


async def test_a_check_loads_nothing_and_a_preparation_everything(
    make_target: MakeTarget, statuses: list[TargetStatus]
) -> None:
    async with Ollama("llama3:latest", MODEL) as server:
        target = make_target(_local(server.url))
        status = await target.check()
        assert (status.state, status.model, status.ready_s, status.context) == (TargetState.READY, MODEL, None, None)
        assert server.loaded == set()
        # What asks for nothing does nothing.
        assert all(body == {} for method, _path, body in server.requests if method != "GET")

        server.load_s = 0.2
        status = await target.prepare()
        assert (status.state, status.context, status.url) == (TargetState.READY, 4096, server.url)
        assert server.loaded == {MODEL}
        assert status.first_token_s is not None
        assert status.first_token_s < 0.2
        assert [one.state for one in statuses] == [TargetState.READY, TargetState.LOADING, TargetState.READY]

        server.loaded.clear()
        status = await target.check()
        assert status.first_token_s is None
        assert status.ready_s is not None
        assert status.ready_s >= 0.2


async def test_the_short_name_is_the_latest(make_target: MakeTarget) -> None:
    async with Ollama("llama3:latest") as server:
        assert (await make_target(_local(server.url, "llama3")).prepare()).model == "llama3:latest"


async def test_without_a_wish_it_takes_what_is_loaded(make_target: MakeTarget) -> None:
    async with Ollama("a:1b", "b:1b", "c:120b-cloud") as server:
        server.loaded = {"b:1b", "c:120b-cloud"}
        assert (await make_target(_local(server.url, None)).check()).model == "b:1b"


async def test_while_it_loads_its_requests_know_where_to_go(
    make_target: MakeTarget, statuses: list[TargetStatus]
) -> None:
    async with Ollama("a:1b") as server:
        target = make_target(_local(server.url, None))
        await target.prepare()
        server.loaded.clear()
        await target.prepare()
        assert [(one.state, one.model, one.url) for one in statuses if one.state is TargetState.LOADING][1:] == [
            (TargetState.LOADING, "a:1b", server.url)
        ]


async def test_a_model_that_was_not_pulled_says_what_to_type(make_target: MakeTarget) -> None:
    async with Ollama("llama3:latest") as server:
        target = make_target(_local(server.url))
        problem = await _failure(target)
        assert (problem.code, dict(problem.params)) == (
            "local_model_not_pulled",
            {"model": MODEL, "server": "Ollama", "command": f"ollama pull {MODEL}"},
        )
        assert (await target.check()).state is TargetState.FAILED
        server.models[MODEL] = ""
        assert (await target.check()).state is TargetState.READY


@pytest.mark.parametrize("name", ["gpt-oss:120b-cloud", "kimi:cloud", "innocent:latest"])
async def test_a_model_that_runs_elsewhere_is_refused_and_never_asked(make_target: MakeTarget, name: str) -> None:
    async with Ollama(name) as server:
        if name.startswith("innocent"):
            server.models[name] = "https://ollama.com:443"
        target = make_target(_local(server.url, name))
        assert (await _failure(target)).code == "local_cloud_model"
        assert (await target.check()).code == "local_cloud_model"
        # What asks for nothing does nothing.
        assert all(body == {} for method, _path, body in server.requests if method != "GET")


async def test_a_failed_load_tells_what_the_server_said(make_target: MakeTarget) -> None:
    async with Ollama(MODEL) as server:
        target = make_target(_local(server.url))
        server.load_error = "model requires more system memory (5.6 GiB)\x1b[31m than is available\n(3.1 GiB)"
        problem = await _failure(target)
        assert problem.code == "local_load_failed"
        assert problem.params["reason"] == (
            "model requires more system memory (5.6 GiB)[31m than is available (3.1 GiB)"
        )
        assert (await target.check()).code == "local_load_failed"
        server.load_error = ""
        server.loaded.add(MODEL)
        assert (await target.check()).state is TargetState.READY


async def test_a_load_that_takes_too_long_ends_at_the_cold_limit(make_target: MakeTarget) -> None:
    async with Ollama(MODEL) as server:
        server.load_s = 30
        target = make_target(_local(server.url), PreparationLimits(cold_s=0.3, warm_s=0.1))
        assert (await _failure(target)).code == "local_timeout"
        assert target.status.state is TargetState.FAILED


async def test_stop_breaks_off_a_load_and_leaves_the_server_alone(make_target: MakeTarget) -> None:
    async with Ollama(MODEL) as server:
        server.load_s = 30
        target = make_target(_local(server.url))
        async with asyncio.TaskGroup() as group:
            failing = group.create_task(_failure(target))
            await until(lambda: "/api/generate" in server.paths(), "the load")
            assert await target.stop()
        assert failing.result().code == "local_stopped"
        assert (await target.check()).state is TargetState.READY
        assert not await target.stop()


async def test_a_context_too_small_for_a_conversation_is_told(make_target: MakeTarget) -> None:
    async with Ollama(MODEL) as server:
        server.context = 256
        problem = await _failure(make_target(_local(server.url)))
        assert (problem.code, problem.params["context"]) == ("local_small_context", 256)


async def test_a_server_that_goes_and_comes_is_followed(make_target: MakeTarget) -> None:
    async with Ollama(MODEL) as server:
        target = make_target(_local(server.url))
        await target.prepare()
        port = int(server.url.rpartition(":")[2])
        await server.stop()
        status = await target.check()
        assert (status.state, status.code, status.first_token_s) == (TargetState.DOWN, "local_unreachable", None)
        await server.start(port=port)
        assert (await target.check()).state is TargetState.READY


async def test_it_is_started_where_we_look_for_it_and_without_its_cloud(
    make_target: MakeTarget, free_port: int
) -> None:
    url = f"http://127.0.0.1:{free_port}"
    target = make_target(_local(url, start=(sys.executable, "-m", "tests.support.ollama")))
    assert (await target.check()).code == "local_not_running"
    status = await target.prepare()
    assert (status.state, status.url) == (TargetState.READY, url)
    assert await target.stop()
    assert target.status.code == "local_not_running"


async def test_a_start_command_that_does_not_exist(make_target: MakeTarget, free_port: int) -> None:
    target = make_target(_local(f"http://127.0.0.1:{free_port}", start=("olama", "serve")))
    assert (await _failure(target)).code == "local_start_not_found"
    assert (await target.check()).state is TargetState.FAILED


async def test_a_start_command_that_fails_tells_why(make_target: MakeTarget, free_port: int) -> None:
    start = (sys.executable, "-c", "import sys; sys.exit('Error: no such device')")
    problem = await _failure(make_target(_local(f"http://127.0.0.1:{free_port}", start=start)))
    assert (problem.code, problem.params["exit_code"], problem.params["reason"]) == (
        "local_exited",
        1,
        "Error: no such device",
    )


async def test_a_server_started_in_vain_is_ended_again(make_target: MakeTarget, free_port: int) -> None:
    start = (sys.executable, "-m", "tests.support.ollama")
    target = make_target(_local(f"http://127.0.0.1:{free_port}", "mistral:7b", start))
    assert (await _failure(target)).code == "local_model_not_pulled"
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection("127.0.0.1", free_port)


async def test_without_a_start_command_we_say_that_nothing_answers(make_target: MakeTarget, free_port: int) -> None:
    target = make_target(_local(f"http://127.0.0.1:{free_port}"))
    assert (await _failure(target)).code == "local_unreachable"
    status = await target.check()
    assert (status.state, status.code) == (TargetState.DOWN, "local_unreachable")


@pytest.mark.parametrize(
    "behaviour",
    [
        answer(200, "<html>It works!</html>"),
        answer(200, "Ollama is running, and so am I"),
        answer(500, "Ollama is running"),
        redirect("http://127.0.0.1:11434/"),
        garbage,
        endless,
    ],
    ids=["page", "imitator", "broken", "redirect", "not-http", "endless"],
)
async def test_another_program_on_the_port_is_refused_and_not_started_over(
    make_target: MakeTarget, behaviour: object
) -> None:
    async with Server() as server:
        server.always(behaviour)  # type: ignore[arg-type] # the parametrisation loses the type
        target = make_target(_local(server.url, start=("no-such-command",)))
        assert (await _failure(target)).code == "local_wrong_server"
        assert (await target.check()).state is TargetState.FAILED


@pytest.mark.parametrize("behaviour", [silent, drip_body], ids=["silent", "slow"])
async def test_a_server_that_never_finishes_is_not_waited_for(make_target: MakeTarget, behaviour: object) -> None:
    async with Server() as server:
        server.always(behaviour)  # type: ignore[arg-type] # the parametrisation loses the type
        status = await make_target(_local(server.url)).check()
        assert (status.state, status.code) == (TargetState.FAILED, "local_timeout")


async def test_a_server_that_hangs_up_is_down(make_target: MakeTarget) -> None:
    async with Server() as server:
        server.always(hang_up)
        assert (await make_target(_local(server.url)).check()).state is TargetState.DOWN


async def test_another_machine_is_not_even_asked_until_it_is_confirmed(make_target: MakeTarget) -> None:
    target = make_target(_local("http://192.0.2.1:11434"))
    assert (await _failure(target)).code == "local_not_confirmed"
    status = await target.check()
    assert (status.state, status.code) == (TargetState.FAILED, "local_not_confirmed")


async def test_proxies_of_the_environment_are_not_for_local_servers(
    make_target: MakeTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Server() as proxy, Ollama(MODEL) as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert (await make_target(_local(server.url)).prepare()).state is TargetState.READY
        assert proxy.requests == []


async def test_no_target_is_no_failure(make_target: MakeTarget, statuses: list[TargetStatus]) -> None:
    target = make_target(Local())
    assert (await target.check()).state is TargetState.NONE
    assert (await _failure(target)).code == "local_no_target"
    assert not await target.stop()
    assert statuses == []
