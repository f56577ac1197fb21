"""`llm-ampel history` and `forget`: what was, as this machine saw it, and how it is deleted."""

import argparse
import asyncio
import csv
import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

import msgspec

from trayapp.cli.common import begin, say, say_problem
from trayapp.control import client
from trayapp.control.messages import AskForget, AskWrite
from trayapp.core.catalogue import Catalogue
from trayapp.core.journal.history import History, Month
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.store.history import read_history
from trayapp.store.journal import Journal
from trayapp.text import history as words


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    names = _names(loaded.catalogue)
    if arguments.command == "forget":
        return asyncio.run(_forget(home, arguments.service, names, sure=arguments.yes))
    asyncio.run(_have_written(home))
    history = read_history(
        home.journal_file,
        arguments.service,
        arguments.since,
        time.time(),
        lambda at: time.localtime(at).tm_gmtoff,
        changes=arguments.json,
    )
    known = {one.service for one in history.months}
    if arguments.service not in (None, *names, *known):
        raise Problem(
            "unknown_service", name=arguments.service, known=", ".join(sorted({*known, *_services(loaded.catalogue)}))
        )
    if arguments.json:
        print(json.dumps(report(history, time.time()), ensure_ascii=False, indent=2))
    elif arguments.csv:
        _write_csv(history)
    else:
        print("\n".join(words.lines(history, names)))
    return 0


def report(history: History, now: float) -> dict[str, Any]:
    """Schema 1: times in RFC 3339 and UTC, durations in seconds, absent is null."""
    return {
        "schema": 1,
        "generated_at": _time(now),
        "months": [_row(one) for one in history.months],
        "incidents": [
            {
                "id": one.id,
                "provider": one.provider,
                "providers": list(one.providers),
                "services": list(one.services),
                "stage": one.stage,
                "title": one.title,
                "cause": one.cause,
                "link": one.link,
                "started_at": _time(one.started_at),
                "red_at": _time(one.red_at),
                "ended_from": _time(one.ended_from),
                "ended_at": _time(one.ended_at),
                "updates": [{"at": _time(said.at), "stage": said.stage, "text": said.text} for said in one.updates],
            }
            for one in history.incidents
        ],
        "changes": [_dated(one) for one in history.changes],
        "switches": [_dated(one) for one in history.switches],
        "local_answers": [msgspec.to_builtins(one) for one in history.local_answers],
        "lost_hours": history.lost_hours,
    }


def _row(month: Month) -> dict[str, Any]:
    row = {name: _rounded(value) for name, value in msgspec.to_builtins(month).items()}
    return {"service": row.pop("service"), "month": row.pop("month"), "uptime": _rounded(month.uptime, 6)} | row


def _rounded(value: Any, digits: int = 3) -> Any:
    return round(value, digits) if isinstance(value, float) else value


def _dated(one: Any) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(one)
    return row | {"at": _time(one.at)}


def _time(at: float | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _write_csv(history: History) -> None:
    table = csv.writer(sys.stdout, lineterminator="\n")
    names = [name for name in Month.__struct_fields__ if name not in ("service", "month")]
    table.writerow(["service", "month", "uptime", *names])
    for month in history.months:
        row = _row(month)
        table.writerow([row[name] for name in ("service", "month", "uptime", *names)])


def _services(catalogue: Catalogue) -> list[str]:
    return [service.id for _, service in catalogue.services()]


def _names(catalogue: Catalogue) -> dict[str, str]:
    providers = {name: provider.name for name, provider in catalogue.providers.items()}
    # A service may be called like its provider; it is what people ask for.
    return providers | {service.id: service.name for _, service in catalogue.services()}


async def _have_written(home: Home) -> None:
    """A running instance may have an hour in its memory."""
    try:
        await client.ask(home, AskWrite())
    except Problem as problem:
        if problem.code != "not_running":
            say_problem(problem)


async def _forget(home: Home, service: str | None, names: dict[str, str], *, sure: bool) -> int:
    called = None if service is None else names.get(service, service)
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
        done = await _forget_here(home, service)
    if not done:
        raise Problem("journal_not_forgotten", path=str(home.journal_file))
    print(words.forgotten(called))
    return 0


async def _forget_here(home: Home, service: str | None) -> bool:
    journal = Journal(home.journal_file)
    try:
        return await journal.forget(None if service is None else frozenset({service}))
    finally:
        await journal.close()
