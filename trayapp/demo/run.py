"""`llm-ampel demo`: the whole night with the real engine, the real tray, real notifications and the real switch.

Everything lives in a home of its own that is removed at the end: settings, memory, socket, keyring entries. The
catalogue is the shipped one with its hosts replaced by simulated providers on loopback; nothing else differs.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec

from trayapp.clock import SystemClock
from trayapp.core.route import TargetState
from trayapp.demo.clock import StagedClock
from trayapp.demo.night import DAWN, DEFAULT_NIGHT_S, MIN_STAGE_S, NIGHT
from trayapp.demo.providers import SimulatedProviders
from trayapp.demo.target import SimulatedTarget
from trayapp.engine.loading import Loaded, load_all
from trayapp.errors import Problem
from trayapp.paths import Home, home
from trayapp.settings.schema import CatalogueSettings, Gateway, Local, Network, ServerKind, Settings

MAX_SPEED = 1000.0
"""Beyond this every stage is at its three seconds anyway."""


def night_clock(speed: float) -> StagedClock:
    """The demo's clock, started now. Raises Problem("bad_speed")."""
    if not 0.01 <= speed <= MAX_SPEED:
        raise Problem("bad_speed", speed=speed, most=MAX_SPEED)
    return StagedClock([stage.begins for stage in NIGHT] + [DAWN], DEFAULT_NIGHT_S / speed, MIN_STAGE_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def own_home() -> Iterator[Home]:
    """A home for this demo alone, in `LLM_AMPEL_HOME` so that child processes share it; gone afterwards."""
    base = Path(tempfile.mkdtemp(prefix="llm-ampel-demo-"))
    before = os.environ.get("LLM_AMPEL_HOME")
    os.environ["LLM_AMPEL_HOME"] = str(base)
    here = home()
    try:
        yield here
    finally:
        if before is None:
            del os.environ["LLM_AMPEL_HOME"]
        else:
            os.environ["LLM_AMPEL_HOME"] = before
        shutil.rmtree(base, ignore_errors=True)
        shutil.rmtree(here.runtime, ignore_errors=True)


def _has_file(local: Local) -> bool:
    return local.file is not None and Path(local.file).expanduser().is_file()


async def _is_ready(local: Local, users: Home) -> bool:
    """Is the user's own target up and the right one? Looks, and changes nothing."""
    from trayapp.local.target import LocalTarget

    if local.server is ServerKind.EMBEDDED:
        return _has_file(local)
    target = LocalTarget(local, SystemClock(), users, lambda status: None)
    try:
        status = await target.check()
        return status.state in (TargetState.READY, TargetState.LOADING)
    finally:
        await target.close()


@asynccontextmanager
async def choose_target(users: Loaded, users_home: Home) -> AsyncIterator[Local]:
    """The user's target if it is ready (an embedded one counts when its file is there), else a simulated one."""
    local = users.settings.local
    if local.server is not None:
        with contextlib.suppress(Problem):
            if await _is_ready(local, users_home):
                yield local
                return
    simulated = SimulatedTarget()
    await simulated.start()
    try:
        yield Local(server=ServerKind.OPENAI_COMPATIBLE, url=simulated.url, model=simulated.model)
    finally:
        await simulated.close()


@asynccontextmanager
async def simulated_night(users: Loaded, users_home: Home, clock: StagedClock) -> AsyncIterator[Loaded]:
    """What the engine runs on in the demo, with the servers that stand behind it."""
    shipped = load_all(home()).catalogue
    providers = SimulatedProviders(shipped, Settings().network.controls, clock)
    await providers.start()
    try:
        async with choose_target(users, users_home) as local:
            settings = msgspec.structs.replace(
                Settings(),
                local=local,
                gateway=Gateway(port=_free_port()),
                network=Network(controls=providers.controls),
                ui=users.settings.ui,
                catalogue=CatalogueSettings(),
            )
            yield Loaded(settings, providers.replaced)
    finally:
        await providers.close()


def run(arguments: argparse.Namespace) -> int:
    users_home = home()
    users = load_all(users_home)
    clock = night_clock(arguments.speed)
    with own_home() as demo_home:
        if arguments.text:
            from trayapp.demo.terminal import run_in_terminal

            return asyncio.run(run_in_terminal(users, users_home, demo_home, clock))
        from trayapp.demo.tray import run_in_tray

        return run_in_tray(users, users_home, demo_home, clock, verbose=arguments.verbose)
