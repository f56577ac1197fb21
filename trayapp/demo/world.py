"""What the engine runs on in the demo: the night's providers, and a target.

The catalogue is the shipped one with its hosts replaced by simulated providers on loopback; nothing else differs.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from trayapp.clock import SystemClock
from trayapp.core.switching.target import TargetState
from trayapp.demo.clock import StagedClock
from trayapp.demo.providers import SimulatedProviders
from trayapp.demo.target import SimulatedTarget
from trayapp.demo.tool import TOOL_NAME, SimulatedTool
from trayapp.engine.loading import Loaded, load_all
from trayapp.errors import Problem
from trayapp.paths import Home, home
from trayapp.secrets.tokens import Tokens
from trayapp.settings.schema import CatalogueSettings, GatewaySettings, Local, NetworkSettings, Settings
from trayapp.text import terminal


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
    for candidate in (local, embedded):
        if candidate.server is None:
            continue
        with contextlib.suppress(Problem):
            if (model := await _model_of(candidate, users_home)) is not None:
                say(terminal.demo_target(model, simulated=False))
                yield candidate
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
    users: Loaded,
    users_home: Home,
    clock: StagedClock,
    tool: SimulatedTool,
    say: Callable[[str], None] = lambda line: None,
) -> AsyncIterator[Loaded]:
    """What the engine runs on in the demo, with the servers that stand behind it, and with `tool` behind its gateway.

    `say`: told which target it has.
    """
    shipped = load_all(home()).catalogue
    providers = SimulatedProviders(shipped, Settings().network.controls, clock)
    try:
        await providers.start()
        port = _free_port()
        token = Tokens(home()).add(TOOL_NAME)
        at_work = tool.at_work(f"http://127.0.0.1:{port}/t/{token}/{providers.troubled}/v1")
        async with choose_target(users, users_home, say) as local, at_work:
            settings = msgspec.structs.replace(
                Settings(),
                local=local,
                gateway=GatewaySettings(port=port),
                network=NetworkSettings(controls=providers.controls),
                ui=users.settings.ui,
                catalogue=CatalogueSettings(),
            )
            # A slow machine takes seconds to come here, which would be missing at the beginning of the night.
            clock.begin()
            yield Loaded(settings, providers.replaced)
    finally:
        await providers.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
