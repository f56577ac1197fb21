"""The embedded target with the real llama.cpp and a model of half a megabyte."""

import asyncio
import errno
import importlib.util
import os
import re
import shlex
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from tests.loopback.local.conftest import MakeTarget
from tests.support.fakeclock import RateClock
from tests.support.processes import wait_for
from tests.support.until import until
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.errors import Problem
from trayapp.local import embedded
from trayapp.local.client import Client
from trayapp.local.preparation import PreparationLimits, PreparationStep
from trayapp.local.target import LocalTarget
from trayapp.paths import home
from trayapp.settings.schema import Local

LONG_PAUSE = PreparationLimits(pauses_s=(3600.0,))
"""A server that died stays dead for as long as a test takes."""


def _local(file: Path | str | None, context: int = 1024) -> Local:
    return Local(server="embedded", file=None if file is None else str(file), context=context)


def _servers() -> list[psutil.Process]:
    return [one for one in psutil.Process().children(recursive=True) if one.status() != psutil.STATUS_ZOMBIE]


def _log() -> str:
    return (home().data / "log" / "local-server.log").read_text()


async def test_it_becomes_ready_and_answers_under_the_name_of_its_file(
    make_target: MakeTarget, statuses: list[TargetStatus], tiny_gguf: Path
) -> None:
    target, steps = make_target(_local(tiny_gguf)), list[PreparationStep]()
    assert (await target.check()).code == "local_not_running"
    statuses.clear()
    status = await target.prepare(steps.append)
    assert (status.state, status.server, status.model, status.context) == (
        TargetState.READY,
        "embedded",
        "tiny.gguf",
        1024,
    )
    assert status.first_token_s is not None
    assert status.first_token_s == status.ready_s
    assert status.url is not None
    tasks_before = _log().count("processing task")
    async with Client(status.url) as client:
        question = {"model": status.model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4}
        answer = await client.post("/v1/chat/completions", question, limit_s=30)
    assert answer.json()["model"] == "tiny.gguf"
    assert answer.json()["usage"]["completion_tokens"] == 4
    await until(lambda: _log().count("processing task") == tasks_before + 1, "the request in llama.cpp's own log")
    await until(lambda: re.search(r"eval time = .* /     4 tokens", _log()), "its tokens in llama.cpp's own log")
    assert [one.state for one in statuses] == [TargetState.STARTING, TargetState.LOADING, TargetState.READY]
    assert [step for n, step in enumerate(steps) if step not in steps[:n]] == [
        PreparationStep.STARTING,
        PreparationStep.LOADING,
        PreparationStep.VERIFYING,
    ]


async def test_a_check_starts_nothing_and_asks_nothing_of_the_model(make_target: MakeTarget, tiny_gguf: Path) -> None:
    target = make_target(_local(tiny_gguf))
    status = await target.check()
    assert (status.state, status.model, status.ready_s) == (TargetState.DOWN, "tiny.gguf", None)
    assert _servers() == []
    await target.prepare()
    worked = _log().count("processing task")
    for _ in range(3):
        assert (await target.check()).state is TargetState.READY
    assert _log().count("processing task") == worked


async def test_stopped_it_is_gone_and_says_how_long_the_next_start_will_take(
    make_target: MakeTarget, tiny_gguf: Path
) -> None:
    target = make_target(_local(tiny_gguf))
    await target.prepare()
    assert await target.stop()
    assert _servers() == []
    assert (target.status.state, target.status.code) == (TargetState.DOWN, "local_not_running")
    assert target.status.url is None
    assert target.status.ready_s is not None
    assert not await target.stop()
    again = await target.prepare()
    assert again.state is TargetState.READY
    assert len([one for one in _servers() if "embedded_child" in " ".join(one.cmdline())]) >= 1


async def test_a_second_preparation_asks_the_running_server_once_more(
    make_target: MakeTarget, statuses: list[TargetStatus], tiny_gguf: Path
) -> None:
    target = make_target(_local(tiny_gguf))
    first, second = await asyncio.gather(target.prepare(), target.prepare())
    assert first.url == second.url
    statuses.clear()
    await target.prepare()
    assert {one.state for one in statuses} <= {TargetState.READY}


async def test_the_next_program_knows_how_long_it_takes(make_target: MakeTarget, tiny_gguf: Path) -> None:
    first = make_target(_local(tiny_gguf))
    await first.prepare()
    await first.close()
    status = await make_target(_local(tiny_gguf)).check()
    assert status.ready_s is not None
    assert 0 < status.ready_s < 60


async def test_its_death_is_told_at_once_and_a_click_brings_it_back(make_target: MakeTarget, tiny_gguf: Path) -> None:
    target = make_target(_local(tiny_gguf), LONG_PAUSE)
    await target.prepare()
    server = next(one for one in _servers() if "embedded_child" in one.cmdline()[2])
    server.kill()
    await until(lambda: target.status.state is TargetState.FAILED, "the news of its death")
    assert target.status.code == "local_exited"
    assert target.status.params["exit_code"] == 137
    assert (await target.check()).state is TargetState.FAILED
    assert (await target.prepare()).state is TargetState.READY


async def test_a_server_that_died_is_started_again(make_target: MakeTarget, tiny_gguf: Path) -> None:
    target = make_target(_local(tiny_gguf))
    first = await target.prepare()
    for _ in range(2):
        server = next(one for one in _servers() if "embedded_child" in one.cmdline()[2])
        server.kill()
        await until(lambda: target.status.code == "local_exited", "the news of its death")
        assert target.status.state is TargetState.STARTING
        await until(lambda: target.status.state is TargetState.READY, "the next one")
        async with Client(str(target.status.url)) as client:
            assert (await client.get("/health")).status == 200
    assert target.status.url != first.url


async def test_a_server_that_keeps_dying_is_started_less_and_less_often(
    make_target: MakeTarget, tmp_path: Path, free_port: int, statuses: list[TargetStatus]
) -> None:
    # It dies a moment after its first token, and counts its lives.
    program = tmp_path / "server.py"
    program.write_text(
        "import http.server, json, os, threading\n"
        f"open({str(tmp_path / 'lives')!r}, 'a').write('x')\n"
        "class One(http.server.BaseHTTPRequestHandler):\n"
        "    protocol_version = 'HTTP/1.1'\n"
        "    def log_message(self, *a): pass\n"
        "    def say(self, body):\n"
        "        raw = json.dumps(body).encode()\n"
        "        self.send_response(200); self.send_header('content-length', str(len(raw))); self.end_headers()\n"
        "        self.wfile.write(raw)\n"
        "    def do_GET(self):\n"
        "        self.say({'data': [{'id': 'm'}]})\n"
        "    def do_POST(self):\n"
        "        self.rfile.read(int(self.headers['content-length']))\n"
        "        threading.Timer(0.6, os._exit, [7]).start()\n"
        "        self.say({'choices': [{'message': {'content': 'H'}}]})\n"
        f"http.server.ThreadingHTTPServer(('127.0.0.1', {free_port}), One).serve_forever()\n"
    )
    settings = Local(
        server="openai-compatible", url=f"http://127.0.0.1:{free_port}", start=(sys.executable, str(program))
    )
    target = make_target(settings, PreparationLimits(pauses_s=(0.05, 0.1, 0.3, 3600.0)))
    await target.prepare()
    await until(lambda: len((tmp_path / "lives").read_text()) == 4, "three more lives")
    await until(lambda: target.status.state is TargetState.FAILED, "the long pause")
    assert (target.status.code, target.status.params["exit_code"]) == ("local_exited_silently", 7)
    # A click does not wait for the pause, and a stop ends it.
    await target.prepare()
    assert len((tmp_path / "lives").read_text()) == 5
    await target.stop()


async def test_a_stop_while_it_is_dead_leaves_it_dead(make_target: MakeTarget, tiny_gguf: Path) -> None:
    target = make_target(_local(tiny_gguf), PreparationLimits(pauses_s=(0.2,)))
    await target.prepare()
    next(one for one in _servers() if "embedded_child" in one.cmdline()[2]).kill()
    await until(lambda: target.status.code == "local_exited", "the news of its death")
    assert await target.stop()
    assert target.status.code == "local_not_running"
    await asyncio.sleep(0.6)
    assert not _servers()


async def test_a_click_at_the_moment_of_its_death_starts_it_again(make_target: MakeTarget, tiny_gguf: Path) -> None:
    target = make_target(_local(tiny_gguf))
    first = await target.prepare()
    for one in _servers():
        if "embedded_child" in " ".join(one.cmdline()[:3]):
            one.kill()
            one.wait()
    again = await target.prepare()
    assert (again.state, again.model) == (TargetState.READY, "tiny.gguf")
    assert again.url != first.url
    assert (await target.check()).state is TargetState.READY


async def test_its_file_may_be_renamed_while_it_serves(
    make_target: MakeTarget, tmp_path: Path, tiny_gguf: Path
) -> None:
    file = tmp_path / "model.gguf"
    file.symlink_to(tiny_gguf)
    target = make_target(_local(file))
    await target.prepare()
    file.rename(tmp_path / "other.gguf")
    assert (await target.check()).state is TargetState.READY
    await target.stop()
    assert target.status.code == "local_file_missing"


async def test_the_death_of_the_guard_takes_the_server_along(make_target: MakeTarget, tiny_gguf: Path) -> None:
    target = make_target(_local(tiny_gguf), LONG_PAUSE)
    await target.prepare()
    guard, server = psutil.Process().children(recursive=True)
    guard.kill()
    await until(lambda: not server.is_running(), "the end of the server")
    await until(lambda: target.status.state is TargetState.FAILED, "the news of its death")


def _bad(name: str, tmp_path: Path, tiny: Path) -> Path | None:
    file = tmp_path / name
    if name == "text.gguf":
        file.write_text("<html>404 Not Found</html>")
    elif name == "cut.gguf":
        file.write_bytes(tiny.read_bytes()[:200_000])
    elif name == "empty.gguf":
        file.touch()
    elif name == "folder.gguf":
        file.mkdir()
    return None if name == "none" else file


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("none", "local_no_file", ""),
        ("absent.gguf", "local_file_missing", errno.ENOENT),
        ("folder.gguf", "local_file_missing", "Is a directory"),
        ("empty.gguf", "local_file_bad", ""),
        ("text.gguf", "local_file_bad", ""),
        ("cut.gguf", "local_exited", "corrupted or incomplete"),
    ],
)
async def test_a_file_that_is_no_model_is_refused_with_its_reason(
    make_target: MakeTarget, tmp_path: Path, tiny_gguf: Path, name: str, code: str, says: str | int
) -> None:
    target = make_target(_local(_bad(name, tmp_path, tiny_gguf)))
    with pytest.raises(Problem) as caught:
        await target.prepare()
    assert caught.value.code == code
    # The system's own words are in the language in which this process first heard them.
    words = os.strerror(says) if isinstance(says, int) else says
    assert words in str(caught.value.params.get("reason", ""))
    assert (target.status.state, target.status.code) == (TargetState.FAILED, code)
    assert ((await target.check()).state, target.status.code) == (TargetState.FAILED, code)
    assert _servers() == []


async def test_a_file_that_comes_back_is_found_again(make_target: MakeTarget, tmp_path: Path, tiny_gguf: Path) -> None:
    target = make_target(_local(tmp_path / "later.gguf"))
    with pytest.raises(Problem):
        await target.prepare()
    (tmp_path / "later.gguf").symlink_to(tiny_gguf)
    assert (await target.check()).code == "local_not_running"


async def test_without_the_extra_the_exact_command_is_said(
    make_target: MakeTarget, tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "ENGINE", "xllamacpp_is_not_here")
    target = make_target(_local(tiny_gguf))
    with pytest.raises(Problem) as caught:
        await target.prepare()
    assert caught.value.code == "embedded_missing"


def test_the_command_names_this_interpreter_and_the_engine() -> None:
    words = shlex.split(embedded.install_command())
    assert sys.executable in words
    assert words[-1].startswith("xllamacpp>=")
    assert importlib.util.find_spec(words[-1].partition(">")[0]) is not None


async def test_a_cancelled_preparation_leaves_nothing(
    make_target: MakeTarget, statuses: list[TargetStatus], tiny_gguf: Path
) -> None:
    target = make_target(_local(tiny_gguf))
    before = await target.check()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(target.prepare())
        await until(_servers, "the server's process")
        task.cancel()
    assert _servers() == []
    assert target.status.code == before.code


async def test_stop_breaks_a_preparation_off(make_target: MakeTarget, tiny_gguf: Path) -> None:
    target = make_target(_local(tiny_gguf))

    async def prepared() -> str:
        with pytest.raises(Problem) as caught:
            await target.prepare()
        return caught.value.code

    async with asyncio.TaskGroup() as group:
        task = group.create_task(prepared())
        await until(_servers, "the server's process")
        assert await target.stop()
    assert task.result() == "local_stopped"
    assert _servers() == []
    assert target.status.code == "local_not_running"


async def test_it_works_under_a_clock_that_runs_fast(tiny_gguf: Path) -> None:
    clock = RateClock(datetime(2026, 2, 3, 21, 4, tzinfo=UTC), 300.0)
    target = LocalTarget(_local(tiny_gguf), clock, home(), lambda _status: None)
    try:
        status = await target.prepare()
        assert status.ready_s is not None
        assert status.ready_s < 60
    finally:
        await target.close()


async def test_no_web_page_may_read_its_answers(make_target: MakeTarget, tiny_gguf: Path) -> None:
    status = await make_target(_local(tiny_gguf)).prepare()
    assert status.url is not None
    async with Client(status.url) as client:
        assert (await client.get("/health")).headers["access-control-allow-origin"] == ""
        assert (await client.get("/slots")).status >= 400
        assert (await client.get("/")).status == 404


_PARENT = """
import asyncio, sys
from trayapp.clock import SystemClock
from trayapp.local.target import LocalTarget
from trayapp.paths import home
from trayapp.settings.schema import Local

async def main():
    local = Local(server="embedded", file=sys.argv[1], context=512)
    target = LocalTarget(local, SystemClock(), home(), lambda status: None)
    print((await target.prepare()).url, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_kill_9_of_the_program_leaves_no_server(tiny_gguf: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT, str(tiny_gguf)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().startswith(b"http://127.0.0.1:")
        family = psutil.Process(parent.pid).children(recursive=True)
        assert any("embedded_child" in " ".join(one.cmdline()) for one in family)
        os.kill(parent.pid, signal.SIGKILL)
        wait_for(lambda: not any(one.is_running() for one in family), "the end of the server", 15)
