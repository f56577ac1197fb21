"""`llm-ampel local`: which local LLMs there are, and the one that is configured."""

import argparse
import asyncio
from functools import partial
from typing import Literal

from trayapp.cli.common import begin, say
from trayapp.clock import SystemClock
from trayapp.control import answers, client
from trayapp.control.messages import AskLocal, TargetAnswer
from trayapp.engine.loading import Loaded
from trayapp.errors import Problem
from trayapp.local.detect import detect
from trayapp.local.target import LocalTarget
from trayapp.paths import Home
from trayapp.secrets.env_keys import env_keys
from trayapp.secrets.keys import Keys
from trayapp.secrets.local_key import local_key
from trayapp.text import terminal


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    if arguments.what == "list":
        return asyncio.run(_list())
    answer = asyncio.run(_do(home, loaded, arguments.what))
    print(answer.line)
    return 0 if answer.state == "ready" or arguments.what == "stop" else 1


async def _list() -> int:
    servers = await detect()
    if not servers:
        print(terminal.no_local_server())
    for server in servers:
        print(f"{server.server}  {server.url}")
        for model in server.models:
            print(f"    {model}")
    return 0 if servers else 1


async def _do(home: Home, loaded: Loaded, what: Literal["check", "start", "stop"]) -> TargetAnswer:
    try:
        return await client.ask(home, AskLocal(what=what), limit_s=client.WORK_LIMIT_S, doing=say)
    except Problem as problem:
        if problem.code != "not_running" or what != "check":
            raise
    if loaded.settings.local.server is None:
        raise Problem("local_no_target")
    keys = Keys(home, lambda: env_keys(loaded.catalogue, loaded.settings))
    key = partial(local_key, keys)
    target = LocalTarget(loaded.settings.local, SystemClock(), home, lambda status: None, key=key)
    try:
        return answers.target(await target.check())
    finally:
        await target.close()
        await keys.close()
