"""`llm-ampel history` and `forget`: what was, as this machine saw it, and how it is deleted."""

import argparse
import asyncio
import sys
import time
from contextlib import suppress

from trayapp.cli.common import as_text, begin, say, say_problem
from trayapp.cli.service_names import id_of
from trayapp.control import client
from trayapp.control.history_report import history_csv, history_report, names_of, provider_of
from trayapp.control.messages import AskForget, AskWrite
from trayapp.core.catalogue import Catalogue
from trayapp.engine.forgetting import forget
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.store.history import read_history
from trayapp.text import history as words


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    asyncio.run(_have_written(home))
    service = None if arguments.service is None else _service(home, loaded.catalogue, arguments.service)
    names = names_of(loaded.catalogue)
    if arguments.command == "forget":
        return asyncio.run(_forget(home, service, loaded.catalogue, sure=arguments.yes))
    history = read_history(
        home.journal_file,
        service,
        arguments.since,
        time.time(),
        _offset_s,
        provider=provider_of(loaded.catalogue, service),
        changes=arguments.json,
    )
    if arguments.json:
        print(as_text(history_report(history, time.time())))
    elif arguments.csv:
        history_csv(history, sys.stdout)
    else:
        narrowed = service is not None or arguments.since is not None
        print("\n".join(words.lines(history, names, narrowed=narrowed)))
    return 0


def _service(home: Home, catalogue: Catalogue, name: str) -> str:
    """Raises Problem as `service_names.id_of`; what is in no catalogue any more may have its past."""
    try:
        return id_of(catalogue, name)
    except Problem as unknown:
        with suppress(Problem):
            past = read_history(home.journal_file, None, None, time.time(), _offset_s, changes=False)
            if name in {one.service for one in past.months}:
                return name
        raise unknown from None


def _offset_s(at: float) -> float:
    return time.localtime(at).tm_gmtoff


async def _have_written(home: Home) -> None:
    """A running instance may have an hour in its memory."""
    try:
        await client.ask(home, AskWrite())
    except Problem as problem:
        if problem.code != "not_running":
            say_problem(problem)


async def _forget(home: Home, service: str | None, catalogue: Catalogue, *, sure: bool) -> int:
    called = None if service is None else names_of(catalogue).get(service, service)
    if not sure:
        print(words.forget_question(called), end="", flush=True)
        if sys.stdin.readline().strip().lower() not in ("yes", "ja"):
            say(words.nothing_forgotten())
            return 1
    try:
        done = await client.ask(home, AskForget(service=service))
    except Problem as problem:
        if problem.code != "not_running":
            raise
        services = None if service is None else frozenset({service})
        done = await forget(home.store_file, home.journal_file, catalogue, services)
    if not done:
        raise Problem("journal_not_forgotten", path=str(home.journal_file))
    print(words.forgotten(called))
    return 0
