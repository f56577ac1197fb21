"""`llm-ampel watch`: engine, gateway and control socket without a tray, for servers and for a terminal."""

import argparse
import asyncio
import signal
import sys
from datetime import datetime
from typing import Any

from trayapp.app.users_files import load_users_files
from trayapp.cli.common import Complaints, as_text, begin, say_problem
from trayapp.clock import SystemClock
from trayapp.control import answers
from trayapp.control.instance import Lock
from trayapp.control.report import gist, report
from trayapp.control.service import Broadcast, ControlService
from trayapp.core.snapshot import Snapshot
from trayapp.engine.engine import Engine
from trayapp.engine.loading import Loaded
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.text import sentences


def run(arguments: argparse.Namespace) -> int:
    home, loaded = begin(arguments)
    lock = Lock(home)
    if not lock.acquire():
        raise Problem("already_running")
    try:
        return asyncio.run(watch(home, loaded, as_json=arguments.json))
    finally:
        lock.release()


class Output:
    """The lines of one `watch`.

    Whoever read them and has left ends it, as with any command in a pipe. A file that takes no more does not: whoever
    asks this instance and the tools behind its gateway lose nothing by that.
    """

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._failing = False
        self.left: BrokenPipeError | None = None

    def tell(self, line: str) -> None:
        try:
            print(line, flush=True)
            self._failing = False
        except BrokenPipeError as error:
            self.left = error
            self._stop.set()
        except OSError as error:
            if not self._failing:
                self._failing = True
                say_problem(Problem("output_full", reason=error.strerror))


async def watch(home: Home, loaded: Loaded, *, as_json: bool) -> int:
    """Run until a signal, printing a line per change."""
    last: Any = None
    complaints = Complaints(loaded)

    def show(snapshot: Snapshot) -> None:
        nonlocal last
        if as_json:
            state = report(snapshot)
            seen = gist(state)
            line = as_text(state, one_line=True)
        else:
            sentence = sentences.headline(snapshot)
            seen = sentence + "".join(f"{service.light}{service.finding}" for service in snapshot.judgement.services)
            line = f"{datetime.now().astimezone():%H:%M:%S}  {sentence}"
        if seen != last:
            last = seen
            output.tell(line)

    stop = asyncio.Event()
    output = Output(stop)
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
    broadcast = Broadcast()

    def publish(snapshot: Snapshot) -> None:
        complaints.tell(answers.notices(snapshot))
        show(snapshot)
        broadcast.publish(snapshot)

    async with Engine(
        home,
        SystemClock(),
        loaded,
        reload=lambda: load_users_files(home),
        publish=publish,
        look_around=True,
    ) as engine:
        server = ControlService(engine, broadcast, show=None, end=stop.set).server()
        await server.start()
        complaints.tell(answers.notices(engine.snapshot()))
        try:
            engine.start_watching()
            await stop.wait()
        finally:
            await server.close()
    if output.left is not None:
        raise output.left
    return 0
