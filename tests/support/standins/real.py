"""The program as people start it, among the stand-ins of `stage`, on a desktop of its own and in real time.

`namespace.play` runs it with the SITUATIONs to play, one after the other, and with mounts of its own; what was seen of
each is a line of JSON, as `stage` has it, and how long it took. The tray watches every service of the shipped
catalogue. What it says of them comes out of its socket, as `status --json --watch` reads it, and from what it
sends to the notification server.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from contextlib import AsyncExitStack, aclosing, suppress
from pathlib import Path
from typing import Any
from unittest import mock

from tests.support.commands import Running, running
from tests.support.dbus_services import NotificationServer
from tests.support.sessionbus import private_bus
from tests.support.standins.hosts import Hosts
from tests.support.standins.stage import GREEN_S, SETTLED_S, Stage, begin_situation
from tests.support.standins.table import NOTHING, Row, mistakes, row_of, rows
from tests.support.until import until
from trayapp.control import client
from trayapp.control.messages import AskWatch
from trayapp.engine.loading import load_all
from trayapp.errors import Problem
from trayapp.paths import Home, home
from trayapp.tasks import Tasks

HELD_S = 20.0
"""Real seconds for which it stays as it is: one more try of whoever is in trouble, and whatever followed at once."""
START_S = 60.0
POLL_S = 0.2


class Tray:
    """One run of it. `report`: the latest, in schema 1. `meanwhile`: every change of a service's light or finding."""

    def __init__(self, folder: Path, services: tuple[str, ...], bus: str, runtime: Path) -> None:
        self._environment = {
            "LLM_AMPEL_HOME": str(folder),
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(runtime),
            "QT_QPA_PLATFORM": "offscreen",
            "DBUS_SESSION_BUS_ADDRESS": bus,
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={runtime}/no-system-bus",
        }
        with mock.patch.dict(os.environ, self._environment):
            self._home = home()
        self._write_files(services)
        self.server = NotificationServer(bus)
        self.report: dict[str, Any] = {}
        self.meanwhile: list[tuple[str, str, str]] = []
        self._stack = AsyncExitStack()

    def _write_files(self, services: tuple[str, ...]) -> None:
        here: Home = self._home
        for file in (here.settings_file, here.welcomed_file):
            file.parent.mkdir(parents=True, exist_ok=True)
        here.welcomed_file.touch()
        here.settings_file.write_text(f"version = 1\n[watch]\nservices = {json.dumps(services)}\n")

    async def __aenter__(self) -> "Tray":
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.server)
            self.process: Running = await stack.enter_async_context(running(**self._environment))
            tasks = await stack.enter_async_context(Tasks("tray"))
            tasks.spawn(self._listen(), "listen")
            await until(lambda: self.report, f"what it says; {self.process.errors}", START_S)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _listen(self) -> None:
        # Nobody listens at first, and on a busy machine silence is no end.
        await until(self._home.socket.exists, f"its socket; {self.process.errors}", START_S)
        while True:
            with suppress(Problem):
                await self._follow()
            await asyncio.sleep(POLL_S)

    async def _follow(self) -> None:
        async with aclosing(client.stream(self._home, AskWatch())) as answers:
            async for answer in answers:
                before = {one["id"]: _verdict(one) for one in self.report.get("services", ())}
                self.report = answer.report
                now = {one["id"]: _verdict(one) for one in self.report["services"]}
                self.meanwhile += [(name, *verdict) for name, verdict in now.items() if before.get(name) != verdict]

    def told(self, since: int) -> dict[str, Any]:
        """As `table` compares it. `since`: how many banners were shown before."""
        shown = self.server.calls[since:]
        standing = [one.title for one in shown if one.id not in self.server.closed]
        services = self.report["services"]
        return {
            "light": self.report["light"],
            "services": [(one["id"], *_verdict(one), one["claim"]) for one in services],
            "banner": standing[-1] if standing else None,
            "banners": [f"{one.title} | {one.body}" for one in shown],
            "reasons": [
                (one["id"], each["text"]) for one in services if one["light"] != "green" for each in one["reasons"]
            ],
            "pages": [(one["provider"], one["health"], one["reason"]) for one in self.report["pages"]],
            "network": {name: self.report["network"][name] for name in ("state", "step")},
            "meanwhile": self.meanwhile,
            "errors": self.process.errors,
        }

    async def until_green(self) -> None:
        end = time.monotonic() + GREEN_S
        while row_of("", self.told(0)).services != NOTHING:
            assert time.monotonic() < end, self.told(0)
            assert self.process.process.returncode is None, self.process.errors
            await asyncio.sleep(POLL_S)

    async def settled(self, row: Row, since: int) -> None:
        """Until it is as the row has it, or should be, or cannot come to be; and some seconds in which it stays so."""
        end = time.monotonic() + SETTLED_S
        while (wrong := mistakes(row, self.told(since))) and time.monotonic() < end:
            if any(one.endswith(" meanwhile") for one in wrong):
                return
            await asyncio.sleep(POLL_S)
        await asyncio.sleep(HELD_S)
        assert self.process.process.returncode is None, self.process.errors


def _verdict(service: dict[str, Any]) -> tuple[str, str]:
    return service["light"], service["finding"]


async def main(*situations: str) -> None:
    table = rows()
    this = asyncio.current_task()
    assert this is not None
    # Whoever ends this one ends what it has started.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        loaded = load_all(home())
        hosts = Hosts(loaded.catalogue, loaded.settings.network.controls, began_at=time.time() - 3600)
        services = tuple(service.id for _, service in loaded.catalogue.services())
        stage = Stage(hosts, folder)
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        async with AsyncExitStack() as stack:
            bus = stack.enter_context(private_bus(folder))
            await stage.up(stack)
            for number, situation in enumerate(situations):
                async with Tray(folder / str(number), services, bus.address, runtime) as tray:
                    started = time.monotonic()
                    await tray.until_green()
                    begun, since = time.monotonic(), len(tray.server.calls)
                    tray.meanwhile.clear()
                    begin_situation(stage, situation, time.time())
                    await tray.settled(table[situation], since)
                    took = {"green_s": begun - started, "settled_s": time.monotonic() - begun - HELD_S}
                    sys.stdout.write(json.dumps({"situation": situation, **took, **tray.told(since)}) + "\n")
                    sys.stdout.flush()
                stage.heal()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
