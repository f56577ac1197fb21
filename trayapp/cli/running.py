"""Commands to the running instance: `status`, `wait` and `switch`."""

import argparse
import asyncio
from contextlib import aclosing

from trayapp.cli.common import Complaints, begin, exit_code, say, show
from trayapp.cli.service_names import ids_of
from trayapp.control import client
from trayapp.control.messages import AskLight, AskStatus, AskSwitch, AskWatch, StatusAnswer
from trayapp.errors import Problem
from trayapp.paths import Home


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    match arguments.command:
        case "status":
            return asyncio.run(_status(home, Complaints(loaded), as_json=arguments.json, watch=arguments.watch))
        case "wait":
            [service] = ids_of(loaded.catalogue, (arguments.service,))
            return asyncio.run(_wait(home, service, arguments.timeout))
        case _:
            return asyncio.run(_switch(home, arguments))


async def _status(home: Home, complaints: Complaints, *, as_json: bool, watch: bool) -> int:
    code = exit_code("grey")

    def tell(answer: StatusAnswer | None) -> None:
        nonlocal code
        if answer is not None:
            code = exit_code(answer.light)
            complaints.tell(answer.problems)
            show(answer, as_json=as_json, one_line=watch)

    if not watch:
        tell(await client.ask(home, AskStatus()))
        return code
    async with aclosing(client.stream(home, AskWatch())) as answers:
        async for answer in answers:
            tell(answer)
    return code


async def _wait(home: Home, service: str, timeout_s: float | None) -> int:
    """0 as soon as `service` is green; the light's exit code when the time is over before."""
    code = exit_code("grey")
    try:
        async with asyncio.timeout(timeout_s), aclosing(client.stream(home, AskLight(service=service))) as answers:
            async for answer in answers:
                code = exit_code(answer.light)
                if code == 0:
                    return code
    except TimeoutError:
        return code
    raise Problem("not_running")


async def _switch(home: Home, arguments: argparse.Namespace) -> int:
    if arguments.to in ("auto", "manual") and (arguments.providers or arguments.until_changed):
        raise Problem("mode_of_one", mode=arguments.to)
    request = AskSwitch(
        to=arguments.to,
        providers=tuple(arguments.providers),
        until="until_changed" if arguments.until_changed else "until_back",
    )
    print((await client.ask(home, request, limit_s=client.WORK_LIMIT_S, doing=say)).line)
    return 0
