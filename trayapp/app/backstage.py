"""The engine's side of the tray program: one coroutine that lives as long as the program does."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from trayapp import logs
from trayapp.app.notifier_bridge import NotifierBridge
from trayapp.app.run import Run
from trayapp.app.ui_thread import UiThread
from trayapp.app.users_files import load_users_files
from trayapp.control.service import Broadcast, ControlService
from trayapp.core.notify.auto_news import outlived
from trayapp.core.snapshot import Snapshot
from trayapp.desktop.notifiers import notifiers
from trayapp.desktop.notify import Delivered, Handed
from trayapp.engine.engine import Engine
from trayapp.engine.loading import Loaded


async def live(run: Run, ui: UiThread, stop: asyncio.Event, begun: Callable[[Engine], None]) -> None:
    """Load, watch, tell and answer the socket until `stop`, or until the run has come to its end."""
    broadcast = Broadcast()

    def publish(snapshot: Snapshot) -> None:
        broadcast.publish(snapshot)
        ui.publish(snapshot)

    logs.setup(run.home, verbose=run.verbose)
    async with _files(run) as loaded:
        bridge = NotifierBridge(run.clock, lambda: engine.loaded.settings.notify)
        engine = Engine(
            run.home,
            run.clock,
            loaded,
            reload=None if run.demo is not None else lambda: load_users_files(run.home),
            publish=publish,
            announce=bridge.announce,
            watch_machine=run.demo is None,
            look_around=run.demo is None,
            demo=run.demo,
        )

        def remember(delivered: Delivered) -> None:
            engine.delivered = delivered

        try:
            async with engine:
                bridge.notifiers = notifiers(
                    "LLM Ampel",
                    ui.note_clicked,
                    Handed("tray balloon", ui.balloon),
                    Handed("panel", ui.in_panel),
                    delivered=engine.delivered,
                    on_delivered=remember,
                )
                engine.announce(*outlived(engine.delivered.notes))
                server = ControlService(engine, broadcast, show=ui.show, end=ui.end).server()
                try:
                    await server.start()
                    begun(engine)
                    engine.start_watching()
                    await _until_the_end(run, engine, ui, stop)
                finally:
                    await server.close()
        finally:
            # After the engine, which has its last words.
            if run.demo is not None:
                await bridge.notifiers.clear()
            await bridge.notifiers.close()


def _files(run: Run) -> AbstractAsyncContextManager[Loaded]:
    return nullcontext(load_users_files(run.home)) if run.load is None else run.load()


async def _until_the_end(run: Run, engine: Engine, ui: UiThread, stop: asyncio.Event) -> None:
    if run.end is None:
        await stop.wait()
        return
    async with asyncio.TaskGroup() as group:
        ends: set[asyncio.Task[Any]] = {group.create_task(stop.wait()), group.create_task(run.end(engine, ui))}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
