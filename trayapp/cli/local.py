"""`llm-ampel local`: which local LLMs there are, and the one that is configured."""

import argparse
import asyncio
from typing import Any

import msgspec

from trayapp.cli.common import begin
from trayapp.clock import SystemClock
from trayapp.control import client
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.engine.loading import Loaded
from trayapp.errors import Problem
from trayapp.local.detect import detect
from trayapp.local.target import LocalTarget
from trayapp.paths import Home
from trayapp.text import terminal
from trayapp.text.senses import target_line


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    if arguments.what == "list":
        return asyncio.run(_list())
    status = asyncio.run(_do(home, loaded, arguments.what))
    print(target_line(status))
    return 0 if status.state is TargetState.READY or arguments.what == "stop" else 1


async def _list() -> int:
    found = await detect()
    if not found:
        print(terminal.no_local_server())
    for one in found:
        print(f"{one.server}  {one.url}")
        for model in one.models:
            print(f"    {model}")
    return 0 if found else 1


async def _do(home: Home, loaded: Loaded, what: str) -> TargetStatus:
    try:
        answer: dict[str, Any] = await client.ask(home, "local", what=what)
        return msgspec.convert(answer, TargetStatus)
    except Problem as problem:
        if problem.code != "not_running" or what != "check":
            raise
    if loaded.settings.local.server is None:
        raise Problem("local_no_target")
    target = LocalTarget(loaded.settings.local, SystemClock(), home, lambda status: None)
    try:
        return await target.check()
    finally:
        await target.close()
