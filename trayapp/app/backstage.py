"""The engine's side of the tray program: one coroutine that lives as long as the program does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from trayapp import logs
from trayapp.app.notifier_bridge import NotifierBridge
from trayapp.app.program import Program, Run
from trayapp.control.service import Broadcast, ControlService
from trayapp.core.snapshot import Snapshot
from trayapp.desktop.notifiers import notifiers
from trayapp.desktop.notify import Delivered, Handed
from trayapp.engine.engine import Engine
from trayapp.engine.loading import Loaded, load_all
from trayapp.paths import Home
from trayapp.text import language
from trayapp.ui.commands import Leave


async def live(run: Run, program: Program, stop: asyncio.Event, begun: Callable[[Engine], None]) -> None:
    """Load, watch, tell and answer the socket until `stop`, or until the run has come to its end."""
    broadcast = Broadcast()

    def publish(snapshot: Snapshot) -> None:
        broadcast.publish(snapshot)
        program.bridge.publish(snapshot)

    logs.setup(run.home, verbose=run.verbose)
    async with run.load() if run.load is not None else _users_files(run) as loaded:
        language.set_language(loaded.settings.ui.language)
        teller = NotifierBridge(run.clock, lambda: engine.loaded.settings.notify)
        engine = Engine(
            run.home,
            run.clock,
            loaded,
            reload=None if run.demo else lambda: _load(run.home),
            publish=publish,
            announce=teller.announce,
            watch_machine=not run.demo,
            demo=run.demo,
        )

        def remember(delivered: Delivered) -> None:
            engine.delivered = delivered

        try:
            async with engine:
                teller.notifiers = notifiers(
                    "LLM Ampel",
                    program.button,
                    Handed("tray balloon", program.balloon),
                    Handed("panel", program.in_panel),
                    delivered=engine.delivered,
                    on_delivered=remember,
                )
                server = ControlService(
                    engine,
                    broadcast,
                    show=lambda: program.bridge.call(program.surface.open_panel),
                    end=lambda: program.bridge.call(program.end, Leave.NOTHING_TO_KEEP),
                ).server()
                try:
                    await server.start()
                    begun(engine)
                    engine.start_watching()
                    await _until_the_end(run, engine, stop)
                finally:
                    await server.close()
        finally:
            # After the engine, which has its last words.
            if run.demo:
                await teller.notifiers.clear()
            await teller.notifiers.close()


def _load(home: Home) -> Loaded:
    loaded = load_all(home)
    language.set_language(loaded.settings.ui.language)
    return loaded


@asynccontextmanager
async def _users_files(run: Run) -> AsyncIterator[Loaded]:
    yield load_all(run.home)


async def _until_the_end(run: Run, engine: Engine, stop: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as group:
        ends: set[asyncio.Task[bool]] = {group.create_task(stop.wait())}
        if run.end is not None:
            ends.add(group.create_task(_finish(run, engine)))
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for one in ends:
            one.cancel()


async def _finish(run: Run, engine: Engine) -> bool:
    if run.end is not None:
        await run.end(engine)
    return True
