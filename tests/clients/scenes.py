"""What is played with each tool, and what it has to come to."""

import asyncio
import contextlib
import os
import signal
import time
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from tests.clients.desk import Desk, Where
from tests.clients.door import Door
from tests.clients.install import installed
from tests.clients.model import WORDS, Script, ScriptedServer
from tests.clients.stand import Route, Stand
from tests.clients.tools import Tool
from trayapp.tasks import Tasks

PATIENCE_S = 90.0
"""For an answer. The slowest tool takes ten seconds to start where others use the cores, too."""
FAILING_S = 30.0
"""So long a tool may go on asking a provider that fails; some never stop."""
LEAVING_S = 10.0
"""For a tool to go after Ctrl-C; then it is killed."""
UPSTREAM_S = 1.0
_TRIES = 2
"""A failing provider hears no more of one request."""


class Scene(StrEnum):
    PROMPT = "first prompt"
    TOOL = "tool round trip"
    CANCEL = "cancel"
    FAIL = "500 for ever"
    RESCUE = "500 in auto mode"


class Outcome(NamedTuple):
    """`works`; `asked`: requests that reached whoever answers; `told`: what is worth knowing; `output`: the tool's."""

    works: bool
    asked: int
    told: str
    output: str


_SCRIPTS = {Scene.PROMPT: Script.SPEAK, Scene.TOOL: Script.CALL, Scene.CANCEL: Script.ENDLESS, Scene.FAIL: Script.FAIL,
            Scene.RESCUE: Script.FAIL}  # fmt: skip


def playable(tool: Tool, scene: Scene, route: Route, *, straight: bool) -> bool:
    """Whether there is such a cell. A random model calls no tool and never fails; a server that speaks Chat
    Completions alone has nothing to say straight to a tool that does not."""
    if scene is Scene.RESCUE:
        return route is Route.CLOUD and not straight
    if route is Route.LLAMA:
        return scene in (Scene.PROMPT, Scene.CANCEL)
    return route is Route.CLOUD or not straight or tool.path == "/chat/completions"


async def play(stand: Stand, tool: Tool, scene: Scene, route: Route, folder: Path, *, straight: bool) -> Outcome:
    """One cell, in a new `folder`."""
    outcome = await _once(stand, tool, scene, route, folder, straight=straight)
    if route is Route.LLAMA and scene is Scene.PROMPT and not outcome.works:
        # Now and then a random model says nothing at all.
        outcome = await _once(stand, tool, scene, route, folder / "again", straight=straight)
    return outcome


async def _once(stand: Stand, tool: Tool, scene: Scene, route: Route, folder: Path, *, straight: bool) -> Outcome:
    await asyncio.to_thread(installed, tool.package)
    script = _SCRIPTS[scene]
    server = stand.play(tool, route, script)
    if scene is Scene.RESCUE:
        stand.rescue()
    where: Where = stand.straight(tool, route, script) if straight else stand.through(tool)
    desk = Desk(folder, where)
    desk.work.mkdir(parents=True)
    started = tool.start(desk)
    process = await asyncio.create_subprocess_exec(
        *started.command, cwd=desk.work, env={**desk.environment, **started.env}, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    tasks = Tasks("tool")
    reading = tasks.spawn(process.stdout.read(), "output")
    try:
        if scene is Scene.CANCEL:
            told = await _cancelled(process, server, tasks)
            _kill(process)
            output = (await reading).decode(errors="replace")
            return Outcome(told.startswith("upstream"), _asked(server), told, output)
        begun = time.monotonic()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await (_failed(process, server) if scene is Scene.FAIL else process.wait())
        took_s, code = time.monotonic() - begun, process.returncode
        _kill(process)
        output = (await reading).decode(errors="replace")
    finally:
        _kill(process)
        await process.wait()
        await tasks.close()
    asked = _asked(server)
    if scene is Scene.FAIL:
        how = "goes on" if code is None else f"exit code {code}"
        return Outcome(asked > 0, asked, f"{asked} requests, {how} after {took_s:.0f} s", output)
    works = code == 0 and _said(tool, scene, route, output, desk)
    if scene is Scene.RESCUE:
        works = works and asked <= _TRIES * len(stand.chat.asked)
    failing = f"{asked} requests to the provider, " if scene is Scene.RESCUE else ""
    return Outcome(works, asked, f"{failing}exit code {code} after {took_s:.0f} s", output)


def fair(straight: Outcome | None, through: Outcome) -> bool:
    """Whether the gateway takes nothing away: what works straight works through it, and nothing is asked more often.
    Where a tool goes on until it is stopped, one more or less is chance."""
    if straight is None:
        return through.works
    return not straight.works or (through.works and through.asked <= straight.asked + 1)


def _said(tool: Tool, scene: Scene, route: Route, output: str, desk: Desk) -> bool:
    """Whether the tool shows what the model said."""
    if route is Route.LLAMA:
        return bool(output.strip())
    if scene is Scene.TOOL:
        return tool.called(output, desk)
    return WORDS in " ".join(output.split())


async def _failed(process: asyncio.subprocess.Process, server: Door | ScriptedServer) -> None:
    """Until the tool gives up, or for so long from its first request on: some take long to start."""
    async with Tasks("failing") as tasks:
        gone, asked = tasks.spawn(process.wait(), "gone"), tasks.spawn(server.began.wait(), "asked")
        await asyncio.wait([gone, asked], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait([gone], timeout=FAILING_S)


async def _cancelled(process: asyncio.subprocess.Process, server: Door | ScriptedServer, tasks: Tasks) -> str:
    """Ctrl-C in mid-stream; how long the server went on after the tool was gone."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await server.began.wait()
    except TimeoutError:
        return "no answer began"
    # Something of it has arrived at the tool.
    await asyncio.sleep(UPSTREAM_S / 2)
    how = "Ctrl-C"
    if process.returncode is not None:
        return f"exit code {process.returncode} in mid-stream"
    os.killpg(process.pid, signal.SIGINT)
    ended = tasks.spawn(server.ended.wait(), "ended")
    gone = tasks.spawn(process.wait(), "gone")
    begun = time.monotonic()
    await asyncio.wait([ended, gone], timeout=LEAVING_S, return_when=asyncio.FIRST_COMPLETED)
    if not ended.done() and not gone.done():
        how, begun = "kill", time.monotonic()
        _kill(process)
    elif not ended.done():
        begun = time.monotonic()
    await asyncio.wait([ended], timeout=UPSTREAM_S)
    took_s = time.monotonic() - begun
    return f"upstream ended {took_s:.2f} s after {how}" if server.ended.is_set() else f"goes on after {how}"


def _kill(process: asyncio.subprocess.Process) -> None:
    """The tool and whatever it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _asked(server: Door | ScriptedServer) -> int:
    return server.asked if isinstance(server, Door) else len(server.asked)
