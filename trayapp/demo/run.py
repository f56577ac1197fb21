"""`llm-ampel demo`: the whole night with the real engine, the real tray, real notifications and the real switch.

Everything lives in a home of its own that is removed at the end: settings, memory, socket, keyring entries. The
catalogue is the shipped one with its hosts replaced by simulated providers on loopback; nothing else differs.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec

from trayapp import logs
from trayapp.app.main import has_display
from trayapp.clock import SystemClock
from trayapp.core.switching.target import TargetState
from trayapp.demo.clock import StagedClock
from trayapp.demo.ending import Ending
from trayapp.demo.night import DAWN, DEFAULT_NIGHT_S, MIN_STAGE_S, NIGHT
from trayapp.demo.providers import SimulatedProviders
from trayapp.demo.target import SimulatedTarget
from trayapp.engine.loading import Loaded, load_all
from trayapp.errors import Problem
from trayapp.paths import Home, home
from trayapp.secrets.key_index import read_index
from trayapp.secrets.keys import Keys
from trayapp.settings.schema import CatalogueSettings, GatewaySettings, Local, NetworkSettings, Settings
from trayapp.text import language, terminal

log = logging.getLogger(__name__)

MAX_SPEED = 1000.0
"""Beyond this every stage is at its three seconds anyway."""
KEYRING_TIMEOUT_S = 10.0
"""Real seconds for the keyring at the end: it was open when the user stored something, so it does not ask."""


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
        try:
            _forget_keys(here)
        finally:
            if before is None:
                del os.environ["LLM_AMPEL_HOME"]
            else:
                os.environ["LLM_AMPEL_HOME"] = before
            shutil.rmtree(base, ignore_errors=True)
            shutil.rmtree(here.runtime, ignore_errors=True)


def _forget_keys(here: Home) -> None:
    """Take out of the keyring what the user stored while trying the settings of the demo."""

    async def forget() -> None:
        keys = Keys(here, timeout_s=KEYRING_TIMEOUT_S)
        for name in keys.names():
            await keys.forget(name)

    try:
        if read_index(here).hosts:
            asyncio.run(forget())
    except Problem as problem:
        log.warning("a key that was stored in the demo may be in the keyring still: %s", problem)


async def _model_of(local: Local, users: Home) -> str | None:
    """The name of a target's model, if a click would find it ready. Looks, and changes nothing."""
    from trayapp.local.embedded import model_file
    from trayapp.local.target import LocalTarget

    if local.server == "embedded":
        return (await asyncio.to_thread(model_file, local)).name
    target = LocalTarget(local, SystemClock(), users, lambda status: None)
    try:
        status = await target.check()
        return status.model if status.state in (TargetState.READY, TargetState.LOADING) else None
    finally:
        await target.close()


@asynccontextmanager
async def choose_target(users: Loaded, users_home: Home, say: Callable[[str], None]) -> AsyncIterator[Local]:
    """The user's target if it is ready, else the user's GGUF file embedded, else a simulated one; `say` which."""
    local = users.settings.local
    embedded = Local(server="embedded", file=local.file, context=local.context)
    for one in (local, embedded):
        if one.server is None:
            continue
        with contextlib.suppress(Problem):
            if (model := await _model_of(one, users_home)) is not None:
                say(terminal.demo_target(model, simulated=False))
                yield one
                return
    simulated = SimulatedTarget()
    await simulated.start()
    try:
        say(terminal.demo_target(simulated.model, simulated=True))
        yield Local(server="openai-compatible", url=simulated.url, model=simulated.model)
    finally:
        await simulated.close()


@asynccontextmanager
async def simulated_night(
    users: Loaded, users_home: Home, clock: StagedClock, say: Callable[[str], None] = lambda line: None
) -> AsyncIterator[Loaded]:
    """What the engine runs on in the demo, with the servers that stand behind it. `say`: told which target it has."""
    shipped = load_all(home()).catalogue
    providers = SimulatedProviders(shipped, Settings().network.controls, clock)
    try:
        await providers.start()
        async with choose_target(users, users_home, say) as local:
            settings = msgspec.structs.replace(
                Settings(),
                local=local,
                gateway=GatewaySettings(port=_free_port()),
                network=NetworkSettings(controls=providers.controls),
                ui=users.settings.ui,
                catalogue=CatalogueSettings(),
            )
            yield Loaded(settings, providers.replaced)
    finally:
        await providers.close()


def run(arguments: argparse.Namespace) -> int:
    users_home = home()
    users = load_all(users_home)
    language.set_language(users.settings.ui.language)
    if not arguments.text and not has_display():
        language.set_language(users.settings.ui.language)
        raise Problem("no_display", command="demo --text")
    clock = night_clock(arguments.speed)
    with Ending() as ending, own_home() as demo_home:
        print(terminal.demo_begins(), flush=True)  # noqa: T201 - the demo speaks to whoever started it
        if arguments.text:
            from trayapp.demo.terminal import run_in_terminal

            log_file = logs.setup(demo_home, verbose=arguments.verbose)
            try:
                code = asyncio.run(run_in_terminal(users, users_home, demo_home, clock, ending))
            finally:
                log_file.close()
        else:
            from trayapp.demo.tray import run_in_tray

            code = run_in_tray(users, users_home, demo_home, clock, ending, verbose=arguments.verbose)
    print(terminal.demo_over(), flush=True)  # noqa: T201 - the demo speaks to whoever started it
    return code
