import asyncio
import stat
import sys
from pathlib import Path

import psutil
import pytest

from trayapp.errors import Problem
from trayapp.local.child import Child


async def test_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        await Child.start(["no-such-server", "serve"], tmp_path / "log")
    assert (caught.value.code, dict(caught.value.params)) == ("local_start_not_found", {"command": "no-such-server"})
    assert not (tmp_path / "log").exists()


async def test_the_last_words_of_a_server_that_ended_are_told(tmp_path: Path) -> None:
    words = "Error: listen tcp 127.0.0.1:11434: address already in use"
    code = f"import sys; print('starting', flush=True); sys.exit('{words}')"
    child = await Child.start([sys.executable, "-c", code], tmp_path / "log", name="ollama")
    assert await child.wait() == 1
    assert dict(child.exited().params) == {
        "command": "ollama",
        "exit_code": 1,
        "reason": words,
    }


async def test_a_server_that_ended_without_a_word(tmp_path: Path) -> None:
    child = await Child.start([sys.executable, "-c", "raise SystemExit(3)"], tmp_path / "log")
    await child.wait()
    assert child.exited().code == "local_exited_silently"


async def test_the_log_is_the_users_alone_and_the_one_before_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "data" / "log" / "server.log"
    for text in ("first", "second"):
        child = await Child.start([sys.executable, "-c", f"print({text!r})"], log)
        await child.wait()
    assert (log.read_text(), log.with_name("server.log.1").read_text()) == ("second\n", "first\n")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


async def test_a_log_that_cannot_be_written_is_told_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "log").touch()
    with pytest.raises(Problem) as caught:
        await Child.start([sys.executable, "-c", ""], tmp_path / "log" / "server.log")
    assert caught.value.code == "local_log_failed"


async def test_a_start_that_is_cancelled_at_any_moment_leaves_no_process(tmp_path: Path) -> None:
    alive = [sys.executable, "-c", "import threading; threading.Event().wait()"]
    for turns in range(12):
        async with asyncio.TaskGroup() as group:
            task = group.create_task(Child.start(alive, tmp_path / "log", announces=True))
            while True:
                if psutil.Process().children() or task.done():
                    break
                await asyncio.sleep(0)
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
        if not task.cancelled():
            await task.result().stop()
        assert psutil.Process().children() == []


async def test_the_environment_is_ours_and_what_is_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INHERITED", "yes")
    code = "import os; print(os.environ['INHERITED'], os.environ['OLLAMA_HOST'])"
    child = await Child.start(
        [sys.executable, "-c", code], tmp_path / "log", environment={"OLLAMA_HOST": "127.0.0.1:1"}
    )
    assert await child.wait() == 0
    assert (tmp_path / "log").read_text() == "yes 127.0.0.1:1\n"
