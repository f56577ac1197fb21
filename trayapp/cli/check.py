"""`llm-ampel check`: one round, a verdict, an exit code as monitoring plugins have it."""

import argparse
import asyncio
from dataclasses import replace

import msgspec

from trayapp.cli.common import begin, exit_code, say_problem, show, watched_ids
from trayapp.cli.service_names import ids_of
from trayapp.clock import SystemClock
from trayapp.control import answers, client
from trayapp.control.messages import AskRound, AskStatus, StatusAnswer
from trayapp.engine.engine import Engine
from trayapp.engine.loading import Loaded
from trayapp.errors import Problem
from trayapp.paths import Home

FRESH_S = 60.0
"""A running instance's picture of this age is as good as a round of our own, and costs nobody anything."""
ANSWER_TIMEOUT_S = 3.0
"""Real seconds; an instance that is alive answers at once, also on a busy machine."""
_NOT_ITS_BUSINESS = {"not_running", "not_watched"}


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    services = ids_of(loaded.catalogue, arguments.services) or watched_ids(loaded)
    answer = asyncio.run(look(home, loaded, services, arguments.timeout))
    show(answer, as_json=arguments.json)
    return exit_code(answer.light)


async def look(home: Home, loaded: Loaded, services: tuple[str, ...], timeout_s: float) -> StatusAnswer:
    """What a running instance sees, else a round of our own of `timeout_s` real seconds at most."""
    try:
        return await _ask_running(home, services, timeout_s)
    except Problem as problem:
        # Without an instance, with one that watches something else, or one that cannot answer: a round of our own.
        if problem.code not in _NOT_ITS_BUSINESS:
            say_problem(problem)
    watch = msgspec.structs.replace(loaded.settings.watch, services=services)
    narrowed = replace(loaded, settings=msgspec.structs.replace(loaded.settings, watch=watch))
    async with Engine(home, SystemClock(), narrowed, watch_machine=False, look_around=True, remember=False) as engine:
        await engine.one_round(timeout_s)
        # Where this round listens for tools, nobody does once it is over.
        return answers.status(msgspec.structs.replace(engine.snapshot(), gateway_url=None), services)


async def _ask_running(home: Home, services: tuple[str, ...], timeout_s: float) -> StatusAnswer:
    """What the running instance sees; where that is too old, after a round of its own, out of its budget.

    Raises Problem("not_running"), Problem("not_watched"), or whatever else keeps it from answering.
    """
    seen = await client.ask(home, AskStatus(services=services, max_age_s=FRESH_S), silence_s=ANSWER_TIMEOUT_S)
    if seen is not None:
        return seen
    round_asked = AskRound(services=services, max_age_s=FRESH_S, timeout_s=timeout_s)
    return await client.ask(home, round_asked, limit_s=timeout_s + client.LIMIT_S)
