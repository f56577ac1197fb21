"""The guard with real processes: who dies when, and who does not stay behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.support.processes import wait_for
from trayapp.local import guard

# Writes its process id, then lives until it is ended; `stubborn` ignores the polite way.
_CHILD = """
import os, pathlib, signal, sys, threading
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "family" in sys.argv:
    import subprocess
    subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait()"])
file = pathlib.Path(sys.argv[1])
file.with_suffix(".new").write_text(str(os.getpid()))
file.with_suffix(".new").rename(file)
threading.Event().wait()
"""


def _guarded(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", guard.__file__, *command],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _started(pid_file: Path, *ways: str) -> tuple[subprocess.Popen[bytes], psutil.Process]:
    process = _guarded(sys.executable, "-c", _CHILD, str(pid_file), *ways)
    wait_for(pid_file.exists, "the child")
    return process, psutil.Process(int(pid_file.read_text()))


def _gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_the_end_of_its_input_ends_the_child_and_what_the_child_started(tmp_path: Path) -> None:
    process, child = _started(tmp_path / "pid", "family")
    family = wait_for(child.children, "the grandchild")
    with process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0
        assert not child.is_running()
        wait_for(lambda: all(_gone(one) for one in family), "the end of the grandchild")


def test_who_does_not_listen_is_killed_after_the_grace(tmp_path: Path) -> None:
    process, child = _started(tmp_path / "pid", "stubborn")
    with process:
        assert process.stdin is not None
        begun = time.monotonic()
        process.stdin.close()
        assert process.wait(guard.GRACE_S + 10) == 0
        assert time.monotonic() - begun >= guard.GRACE_S
        assert not child.is_running()


def test_ended_itself_it_takes_the_child_along(tmp_path: Path) -> None:
    process, child = _started(tmp_path / "pid")
    with process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert not child.is_running()


@pytest.mark.parametrize(
    ("code", "seen"), [("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", 137), ("", 0)]
)
def test_the_exit_code_is_the_childs(code: str, seen: int) -> None:
    with _guarded(sys.executable, "-c", code) as process:
        assert process.wait(10) == seen


def test_a_file_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a program")
    file.chmod(0o755)
    with _guarded(str(file)) as process:
        assert process.wait(10) == guard.NOT_FOUND
        assert process.stderr is not None
        assert b"notes.txt: Exec format error" in process.stderr.read()
