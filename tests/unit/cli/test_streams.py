"""What a command does when nobody gives it streams, nobody reads on, or what it writes into is full."""

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.commands import PROGRAM, environment
from trayapp.cli.common import as_text
from trayapp.cli.watch import Output

COMPLAINTS = ("Traceback", "Exception ignored", "mistake in LLM Ampel", "Errno")


def ended(line: str, redirected: str = "", **streams: Any) -> tuple[int, str]:
    """The exit code and stderr of the program as a shell starts it with these redirections."""
    # Buffered, as it is for users: what is written at the very end is where it goes wrong.
    env = {name: value for name, value in environment({}).items() if name != "PYTHONUNBUFFERED"}
    asked = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE} | streams
    command = ["sh", "-c", f'"$0" "$@" {redirected}', str(PROGRAM), *line.split()]
    done = subprocess.run(command, env=env, text=True, check=False, timeout=60, **asked)
    assert not [one for one in COMPLAINTS if one in (done.stderr or "")], done
    return done.returncode, done.stderr


@pytest.fixture
def nobody_reads() -> Iterator[int]:
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


@pytest.mark.parametrize("line", ["config path", "--help"])
def test_a_full_disk_behind_the_output_is_told(line: str) -> None:
    code, told = ended(line, ">/dev/full")
    assert code == 1
    assert told.startswith("What was to be printed could not be written\n")
    assert "Make room" in told


@pytest.mark.parametrize("line", ["config path", "--version"])
def test_who_reads_no_further_hears_no_complaint(line: str, nobody_reads: int) -> None:
    assert ended(line, stdout=nobody_reads) == (1, "")


@pytest.mark.parametrize("line", ["check gibtsnicht", "dance"])
def test_a_complaint_that_nobody_takes_changes_no_exit_code(line: str, nobody_reads: int) -> None:
    assert ended(line, "2>/dev/full")[0] == 64
    assert ended(line, stderr=nobody_reads)[0] == 64


def test_without_any_streams_commands_work_all_the_same() -> None:
    assert ended("history --csv", "<&- >&- 2>&-")[0] == 0
    assert ended("forget", "<&-") == (1, "Nothing was deleted.\n")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("utf-8", "Ümläut 🙂"), ("cp1252", "\\u00dcml\\u00e4ut \\ud83d\\ude42"), ("ascii", "\\ud83d")],
)
def test_json_loses_nothing_wherever_it_is_written(encoding: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows what goes into a pipe is not UTF-8 unless somebody says so."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    written = as_text({"name": "Ümläut 🙂"}, one_line=True)
    assert text in written
    assert json.loads(written.encode(encoding)) == {"name": "Ümläut 🙂"}


class Taker:
    """What stands in for stdout: `failure` is what it says to each line."""

    failure: OSError | None = None

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, text: str) -> None:
        if self.failure is not None:
            raise self.failure
        self.lines.append(text.strip())

    def flush(self) -> None:
        pass


async def test_a_watch_outlives_a_full_disk_and_tells_it_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stop, taker = asyncio.Event(), Taker()
    output = Output(stop)
    taker.failure = OSError(28, "No space left on device")
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", taker)
        output.tell("one")
        output.tell("two")
        taker.failure = None
        output.tell("three")
    assert "three" in taker.lines
    assert capsys.readouterr().err.count("could not be written") == 1
    assert not stop.is_set()
    assert output.left is None


async def test_a_watch_ends_with_whoever_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, taker = asyncio.Event(), Taker()
    output = Output(stop)
    taker.failure = BrokenPipeError()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", taker)
        output.tell("one")
    assert stop.is_set()
    assert output.left is not None
