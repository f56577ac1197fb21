"""Commands to the running instance: `status`, `wait` and `switch`."""

import argparse
import asyncio
import json
from typing import Any

import msgspec

from trayapp.cli.check import lines
from trayapp.cli.common import EXIT_CODE, Complaints, begin, check_ids
from trayapp.control import client
from trayapp.control.report import gist, report
from trayapp.core.light.severity import Light
from trayapp.core.snapshot import Snapshot
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.text import terminal


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    match arguments.command:
        case "status":
            return asyncio.run(_status(home, Complaints(loaded), as_json=arguments.json, watch=arguments.watch))
        case "wait":
            check_ids(loaded, (arguments.service,))
            return asyncio.run(_wait(home, arguments.service, arguments.timeout))
        case _:
            return asyncio.run(_switch(home, arguments))


def _show(snapshot: Snapshot, *, as_json: bool, one_line: bool) -> None:
    if as_json:
        print(json.dumps(report(snapshot), ensure_ascii=False, indent=None if one_line else 2, default=str), flush=True)
    else:
        print("\n".join(lines(snapshot)), flush=True)


async def _status(home: Home, complaints: Complaints, *, as_json: bool, watch: bool) -> int:
    light = Light.GREY
    last: Any = None
    async for raw in client.stream(home, "watch" if watch else "snapshot"):
        snapshot = msgspec.convert(raw, Snapshot)
        light = snapshot.judgement.light
        complaints.tell(snapshot)
        if (seen := gist(report(snapshot))) != last:
            last = seen
            _show(snapshot, as_json=as_json, one_line=watch)
    return EXIT_CODE[light]


async def _wait(home: Home, service: str, timeout_s: float | None) -> int:
    """0 as soon as `service` is green; the light's exit code when the time is over before."""
    light = Light.GREY
    try:
        async with asyncio.timeout(timeout_s):
            async for raw in client.stream(home, "watch"):
                verdict = msgspec.convert(raw, Snapshot).judgement.service(service)
                if verdict is None:
                    raise Problem("not_watched", name=service)
                light = verdict.light
                if light is Light.GREEN:
                    return 0
    except TimeoutError:
        return EXIT_CODE[light]
    raise Problem("not_running")


async def _switch(home: Home, arguments: argparse.Namespace) -> int:
    answer: dict[str, Any] = await client.ask(
        home,
        "switch",
        to=arguments.to,
        providers=arguments.providers,
        until="until_changed" if arguments.until_changed else "until_back",
    )
    providers = ", ".join(answer["providers"])
    if answer["to"] == "local":
        print(terminal.switched_to_local(providers, str(answer["model"]), answer["tools"]))
    else:
        print(terminal.switched_to_cloud(providers) if providers else terminal.nothing_was_local())
    return 0
