"""`llm-ampel watch`: engine, gateway and control socket without a tray, for servers and for a terminal."""

import argparse
import asyncio
import json
import signal
import sys
from datetime import datetime
from typing import Any

from trayapp.app.users_files import load_users_files
from trayapp.cli.common import Complaints, begin
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


async def watch(home: Home, loaded: Loaded, *, as_json: bool) -> int:
    """Run until a signal, printing a line per change."""
    last: Any = None
    complaints = Complaints(loaded)

    def show(snapshot: Snapshot) -> None:
        nonlocal last
        if as_json:
            state = report(snapshot)
            seen = gist(state)
            line = json.dumps(state, ensure_ascii=False, default=str)
        else:
            sentence = sentences.headline(snapshot)
            seen = sentence + "".join(f"{service.light}{service.finding}" for service in snapshot.judgement.services)
            line = f"{datetime.now().astimezone():%H:%M:%S}  {sentence}"
        if seen != last:
            last = seen
            print(line, flush=True)

    stop = asyncio.Event()
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
    return 0
