"""`llm-ampel check`: one round, a verdict, an exit code as monitoring plugins have it."""

import argparse
import asyncio
import contextlib
import json
from dataclasses import replace
from typing import Any

import msgspec

from trayapp.cli.common import EXIT_CODE, begin, check_ids, watched_ids
from trayapp.clock import SystemClock
from trayapp.control import client
from trayapp.control.report import report
from trayapp.core.light.severity import Light, worst
from trayapp.core.snapshot import Snapshot
from trayapp.engine.engine import Engine
from trayapp.engine.loading import Loaded
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.text import reasons, sentences
from trayapp.text.rows import service_line
from trayapp.text.senses import network_line

FRESH_S = 60.0
"""A running instance's picture of this age is as good as a round of our own, and costs nobody anything."""
ANSWER_TIMEOUT_S = 3.0
"""Real seconds; an instance that is alive answers at once, also on a busy machine."""


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    check_ids(loaded, tuple(arguments.services))
    services = tuple(arguments.services) or watched_ids(loaded)
    snapshot = asyncio.run(_look(home, loaded, services, arguments.timeout))
    if arguments.json:
        print(json.dumps(report(snapshot), ensure_ascii=False, indent=2, default=str))
    else:
        print("\n".join(lines(snapshot)))
    return EXIT_CODE[snapshot.judgement.light]


def lines(snapshot: Snapshot) -> list[str]:
    """A snapshot for the terminal: the sentence, then a line a service, then why where there is trouble."""
    out = [sentences.headline(snapshot)]
    for service in snapshot.judgement.services:
        out.append(f"  {service_line(service, snapshot)}")
        if service.light is not Light.GREEN:
            out += [f"      {reasons.reason(one, snapshot)}" for one in service.reasons]
    out.append(network_line(snapshot))
    return out


async def _look(home: Home, loaded: Loaded, services: tuple[str, ...], timeout_s: float) -> Snapshot:
    # Without an instance, with one that watches something else, or one that hangs: a round of our own.
    with contextlib.suppress(Problem, TimeoutError):
        return only(await _ask_running(home, services, timeout_s), services)
    watch = msgspec.structs.replace(loaded.settings.watch, services=services)
    narrowed = replace(loaded, settings=msgspec.structs.replace(loaded.settings, watch=watch))
    async with Engine(home, SystemClock(), narrowed, watch_machine=False, remember=False) as engine:
        await engine.one_round(timeout_s)
        return engine.snapshot()


async def _ask_running(home: Home, services: tuple[str, ...], timeout_s: float) -> Snapshot:
    """What the running instance sees; where that is too old, after a round of its own, out of its budget.

    Raises Problem("not_running"), Problem("not_watched"), TimeoutError.
    """
    wanted = {"services": services, "max_age_s": FRESH_S}
    async with asyncio.timeout(ANSWER_TIMEOUT_S):
        seen = await client.ask(home, "snapshot", **wanted)
    if seen is None:
        async with asyncio.timeout(timeout_s + ANSWER_TIMEOUT_S):
            seen = await client.ask(home, "round", timeout_s=timeout_s, **wanted)
    return msgspec.convert(seen, Snapshot)


def only(snapshot: Snapshot, services: tuple[str, ...]) -> Snapshot:
    """The snapshot as if only `services` were watched, in that order."""
    by_id = {one.id: one for one in snapshot.judgement.services}
    kept = tuple(by_id[one] for one in services)
    providers = {one.provider for one in kept}
    parts: dict[str, Any] = {
        "services": kept,
        "light": worst(one.light for one in kept),
        "pages": tuple(page for page in snapshot.judgement.pages if page.provider in providers),
        "incidents": tuple(one for one in snapshot.judgement.incidents if one.provider in providers or one.shared),
    }
    return msgspec.structs.replace(snapshot, judgement=msgspec.structs.replace(snapshot.judgement, **parts))
