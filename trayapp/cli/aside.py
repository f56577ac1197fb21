"""`llm-ampel aside`: what the light of the running instance is to leave out, for how long, and what it leaves out."""

import argparse
import asyncio
from contextlib import suppress
from datetime import datetime

from trayapp.cli.common import begin
from trayapp.cli.service_names import ids_of
from trayapp.control import client
from trayapp.control.messages import AskAside
from trayapp.core.light.aside import Lasts
from trayapp.core.mine.until import LONGEST, until
from trayapp.engine.loading import Loaded
from trayapp.errors import Problem


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    lasts, moment = _until(arguments.until) if arguments.until is not None else (None, None)
    if (arguments.undo or arguments.until is not None) and not arguments.target:
        raise Problem("aside_of_nothing")
    request = AskAside(
        target=_target(loaded, arguments.target or ""),
        lasts=lasts.value if lasts is not None else "",
        until=moment.timestamp() if moment is not None else None,
        undo=arguments.undo,
    )
    print("\n".join(asyncio.run(client.ask(home, request)).lines))
    return 0


def _target(loaded: Loaded, name: str) -> str:
    """A service by the name that is shown, too; else what may be an incident."""
    with suppress(Problem):
        return ids_of(loaded.catalogue, (name,))[0]
    return name


def _until(text: str) -> tuple[Lasts, datetime | None]:
    now = datetime.now().astimezone()
    try:
        lasts, moment = until(text, now)
    except ValueError as error:
        raise Problem("bad_until", text=text) from error
    if moment is not None and moment <= now:
        raise Problem("until_past", text=text)
    if moment is not None and moment - now > LONGEST:
        raise Problem("until_far", text=text, years=LONGEST.days // 365)
    return lasts, moment
