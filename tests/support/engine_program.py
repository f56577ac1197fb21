"""The engine as a process that can be killed, with a clock that goes on where the killed one's stopped.

Run as `python -m tests.support.engine_program RATE BEGIN`: BEGIN is the steady time at which it starts, however long
the process took to load. Every transition and announcement becomes a line of JSON; `switch` works through the socket.
"""

import asyncio
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from tests.support.fakeclock import PatientClock
from trayapp.control.messages import Request
from trayapp.control.server import ControlServer
from trayapp.control.service import Broadcast, ControlService
from trayapp.core.light.verdicts import Transition
from trayapp.core.notify.banner import Announcement, Banner
from trayapp.core.snapshot import Snapshot
from trayapp.engine.engine import Engine
from trayapp.engine.loading import load_all
from trayapp.paths import Home, home


class AskPicture(Request[Snapshot], tag="picture"):
    """The whole snapshot, for tests alone: the program's own socket tells no more than commands need."""


def beside(here: Home) -> Home:
    """Where this program listens for it."""
    return replace(here, runtime=here.runtime / "tests")


def tell(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def transition(one: Transition) -> None:
    tell(transition=one.finding, service=one.service, light=one.light, at=one.at)


async def announce(one: Announcement, snapshot: Snapshot) -> None:
    kind = one.stage if isinstance(one, Banner) else "withdrawn"
    tell(banner=kind, key=one.key, **({"details": msgspec.to_builtins(one)} if isinstance(one, Banner) else {}))


async def main(rate: float, begin: float) -> None:
    here = home()
    broadcast = Broadcast()
    engine = Engine(
        here,
        PatientClock(datetime.fromtimestamp(begin, UTC), rate),
        load_all(here),
        publish=broadcast.publish,
        announce=announce,
        on_transition=transition,
        watch_machine=False,
    )

    async def picture(ask: AskPicture) -> Snapshot:
        return engine.snapshot()

    async with engine:
        server = ControlService(engine, broadcast, show=lambda page: None, end=lambda: None).server()
        await server.start()
        await ControlServer(beside(here), {AskPicture: picture}, {}).start()
        engine.start_watching()
        tell(started=engine.clock.now())
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*map(float, sys.argv[1:])))
