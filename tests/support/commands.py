"""The real command, as the user's shell starts it: once to its end, or for as long as a block lasts."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.until import until
from trayapp.tasks import Tasks

PROGRAM = Path(sys.executable).with_name("llm-ampel")
DEADLINE_S = 100.0


class Ended(NamedTuple):
    """`took_s`: real seconds from start to end."""

    code: int
    out: str
    err: str
    took_s: float


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """This test's environment, in English unless `more` says otherwise."""
    return {**os.environ, "LANGUAGE": "en", **more}


async def run(*arguments: str, **more: str) -> Ended:
    """`llm-ampel` with these arguments and, in `more`, environment variables."""
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        *arguments,
        env=environment(more),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(DEADLINE_S):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode(), time.monotonic() - begun)


class Running:
    """A command that goes on. `lines` are all that it has printed so far; `errors` what went to stderr."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self.errors: list[str] = []

    async def read(self, stream: asyncio.StreamReader, into: list[str]) -> None:
        while line := await stream.readline():
            into.append(line.decode().rstrip("\n"))

    async def printed(self, count: int, deadline_s: float = 30.0) -> list[str]:
        """All lines, once there are so many."""
        await until(lambda: len(self.lines) >= count, f"{count} lines after {self.lines} {self.errors}", deadline_s)
        return self.lines

    async def shows(self, light: str) -> None:
        """Once the last line of `--json` has this light: the first is as often as not one of the start."""
        await self.printed(1)
        await until(
            lambda: json.loads(self.lines[-1])["light"] == light, f"{light} after {self.lines} {self.errors}", 30.0
        )

    async def end(self, number: int) -> int:
        """Send a signal; the exit code."""
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), DEADLINE_S)


@asynccontextmanager
async def running(*arguments: str | Path, program: str | Path = PROGRAM, **more: str) -> AsyncIterator[Running]:
    """A command that is killed, if it still runs, when the block is left."""
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        env=environment(more),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=4 * 1024 * 1024,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    one = Running(process)
    try:
        async with Tasks("command") as tasks:
            tasks.spawn(one.read(process.stdout, one.lines), "stdout")
            tasks.spawn(one.read(process.stderr, one.errors), "stderr")
            yield one
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
