"""`llm-ampel fails`: a fresh look at one service, compared with what others see, and what to do now."""

import argparse
import asyncio
from dataclasses import replace

import msgspec

from trayapp.cli.common import as_text, begin, say_problem, watched_ids
from trayapp.cli.service_names import service_and_words
from trayapp.clock import SystemClock
from trayapp.control import answers, client
from trayapp.control.messages import AskFails, FailsAnswer
from trayapp.engine.engine import Engine
from trayapp.engine.loading import Loaded
from trayapp.engine.wishes import ANSWER_S
from trayapp.errors import Problem
from trayapp.paths import Home

EXIT_CODE = {"you": 1, "them": 2, "neither": 3}
"""As of a light that is yellow, red, or cannot tell; nothing is fine where somebody asks."""
_NOT_ITS_BUSINESS = {"not_running", "not_watched"}


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    service, words = service_and_words(loaded.catalogue, arguments.service, arguments.words)
    answer = asyncio.run(_ask(home, loaded, service, words))
    print(as_text(answer.report) if arguments.json else "\n".join(answer.lines))
    return EXIT_CODE[answer.side]


async def _ask(home: Home, loaded: Loaded, service: str, words: str) -> FailsAnswer:
    """What a running instance answers, else a look of our own at this service and what may stand in for it."""
    try:
        return await client.ask(home, AskFails(service=service, words=words))
    except Problem as problem:
        if problem.code not in _NOT_ITS_BUSINESS:
            say_problem(problem)
    services = (service, *(one for one in watched_ids(loaded) if one != service))
    watch = msgspec.structs.replace(loaded.settings.watch, services=services)
    widened = replace(loaded, settings=msgspec.structs.replace(loaded.settings, watch=watch))
    async with Engine(home, SystemClock(), widened, watch_machine=False, look_around=True, remember=False) as engine:
        await engine.one_round(ANSWER_S)
        return answers.fails(engine.snapshot(), service, words)
