"""`llm-ampel setup openai-env [--undo]`: points the tools that know OPENAI_BASE_URL at the gateway, and back."""

import argparse
import asyncio
import os

from trayapp.cli.common import begin, say_problem
from trayapp.control import client
from trayapp.control.messages import AskReload
from trayapp.errors import Problem
from trayapp.net.loopback_proxy import loopback_proxy
from trayapp.text import terminal
from trayapp.tools import openai_env as setup_env


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    gateway = loaded.settings.gateway
    done = setup_env.undo(home) if arguments.undo else setup_env.apply(home, gateway.port, provider=gateway.openai)
    for change in done.changes:
        print(terminal.setup_changed(str(change.path), change.outcome))
    print(terminal.setup_done() if done.url is not None else terminal.setup_undone())
    if done.url is not None and (proxy := loopback_proxy(os.environ)) is not None:
        print(terminal.setup_proxy(proxy))
    # A running instance listens from its first tool on; without one there is nobody to tell.
    try:
        asyncio.run(client.ask(home, AskReload()))
    except Problem as problem:
        if problem.code != "not_running":
            say_problem(problem)
    return 0
