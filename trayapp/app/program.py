"""The tray program: Qt on this thread, the engine on the other, and the wires between them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from trayapp.app.commands import CoreCommands
from trayapp.app.core_thread import CoreThread
from trayapp.app.surface import Surface
from trayapp.clock import Clock
from trayapp.core.judgement import Judgement, NetworkStatus, Transition
from trayapp.core.light import Light
from trayapp.core.news import Button
from trayapp.core.observation import NetworkState
from trayapp.core.route import Mode, TargetState, TargetStatus
from trayapp.core.snapshot import Snapshot
from trayapp.engine.loading import Loaded
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.text import language
from trayapp.ui.bridge import Bridge
from trayapp.ui.commands import Leave
from trayapp.ui.signals import UnixSignals

if TYPE_CHECKING:
    from trayapp.desktop.notify import Note
    from trayapp.engine.engine import Engine

log = logging.getLogger(__name__)


def _nothing(transition: Transition) -> None:
    return


@dataclass(frozen=True)
class Run:
    """What the program runs on. `load` brings settings and catalogue and keeps up what stands behind them.

    `reload`: read the user's files again; None where they are not the user's. `end`: ends the program when it
    returns, for a run that has an end.
    """

    home: Home
    clock: Clock
    load: Callable[[], AbstractAsyncContextManager[Loaded]]
    reload: Callable[[], Loaded] | None = None
    end: Callable[["Engine"], Awaitable[None]] | None = None
    demo: bool = False
    on_transition: Callable[[Transition], None] = field(default=_nothing)


def before_the_first_look(clock: Clock, *, demo: bool) -> Snapshot:
    """The picture until the engine has one: nothing is known, and nothing is claimed."""
    now = clock.now()
    judgement = Judgement(now, Light.GREY, (), (), NetworkStatus(NetworkState.UNKNOWN, now))
    offset_s = clock.wall(now).timestamp() - now
    return Snapshot(now, offset_s, judgement, {}, Mode.MANUAL, TargetStatus(TargetState.NONE), demo=demo)


class Program:
    """One surface and its engine. Create and `run` it on the main thread."""

    def __init__(self, application: QApplication, run: Run) -> None:
        self._application = application
        self._run = run
        self._engine: Engine | None = None
        self._leave = Leave.NOTHING_TO_KEEP
        self._ending = False
        self._bridge = Bridge()
        self._core = CoreThread(self._live)
        self._commands = CoreCommands(
            self._core, self._bridge, self._get_engine, end=self.end, on_switched=self._switched
        )
        self._surface = Surface(self._commands, before_the_first_look(run.clock, demo=run.demo))
        self._bridge.snapshot.connect(self._surface.draw)
        self._signals = UnixSignals(lambda: self.end(Leave.NOTHING_TO_KEEP))

    def run(self) -> Leave:
        """Show the icon, start the engine, and draw until the end; says what is to become of the gateway."""
        self._surface.show()
        # After the icon: what the engine imports takes longer than all that came before.
        QTimer.singleShot(0, self._core.start)
        self._application.exec()
        self._surface.close()
        if not self._core.stop():
            log.error("the engine did not end in time")
        self._signals.close()
        return self._leave

    def end(self, leave: Leave) -> None:
        """End the program soon."""
        self._leave = leave
        self._ending = True
        self._application.quit()

    def _switched(self, tools: int) -> None:
        # Whoever has no tool behind the gateway gets something to work with.
        if tools == 0:
            self._surface.open_chat()

    # The other thread

    def _get_engine(self) -> "Engine":
        if self._engine is None:
            raise Problem("not_running")
        return self._engine

    async def _live(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        from trayapp.app.tell import Teller
        from trayapp.control.service import Broadcast, Service
        from trayapp.desktop.notify import Delivered, Handed, notifiers
        from trayapp.engine.engine import Engine

        broadcast = Broadcast()

        def publish(snapshot: Snapshot) -> None:
            broadcast.publish(snapshot)
            self._bridge.publish(snapshot)

        async with self._run.load() as loaded:
            language.set_language(loaded.settings.ui.language)
            teller = Teller(self._run.clock, lambda: engine.loaded.settings.notify.enabled)
            engine = Engine(
                self._run.home,
                self._run.clock,
                loaded,
                reload=self._run.reload,
                publish=publish,
                announce=teller.announce,
                on_transition=self._run.on_transition,
                watch_machine=not self._run.demo,
                demo=self._run.demo,
            )
            async with engine:
                self._engine = engine

                def remember(delivered: Delivered) -> None:
                    engine.delivered = delivered

                teller.notifiers = notifiers(
                    "LLM Ampel",
                    self._button,
                    Handed("tray balloon", self._balloon),
                    Handed("panel", self._in_panel),
                    delivered=engine.delivered,
                    on_delivered=remember,
                )
                server = Service(
                    engine,
                    broadcast,
                    show=lambda: self._bridge.call(self._surface.open_panel),
                    end=lambda: self._bridge.call(self.end, Leave.NOTHING_TO_KEEP),
                ).server()
                await server.start()
                ready()
                engine.start_watching()
                try:
                    await self._until_the_end(engine, stop)
                finally:
                    await server.close()
                    await teller.notifiers.close()
        if not self._ending:
            self._bridge.call(self.end, Leave.NOTHING_TO_KEEP)

    async def _until_the_end(self, engine: "Engine", stop: asyncio.Event) -> None:
        if self._run.end is None:
            await stop.wait()
            return
        async with asyncio.TaskGroup() as group:
            ends = {group.create_task(stop.wait()), group.create_task(_finish(self._run.end, engine))}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for one in ends:
                one.cancel()

    # Notes, as the core thread hands them over

    def _balloon(self, note: "Note") -> bool:
        if self._surface.has_tray:
            self._bridge.call(self._show_balloon, note)
        return self._surface.has_tray

    def _show_balloon(self, note: "Note") -> None:
        self._surface.tray.message(note.title, note.body, important=note.urgency == "critical")

    def _in_panel(self, note: "Note") -> bool:
        self._bridge.call(self._surface.open_panel)
        return True

    def _button(self, key: str, button: str, activation: str | None) -> None:
        self._bridge.call(self._do_button, key, button)

    def _do_button(self, key: str, button: str) -> None:
        surface = self._surface
        match button:
            case Button.SWITCH_LOCAL:
                surface.switch_local(())
            case Button.SET_UP_FALLBACK:
                surface.open_settings("local")
            case Button.ONLY_WHEN_BACK:
                self._commands.only_when_back(key)
            case Button.BACK_TO_CLOUD:
                surface.switch_cloud(())
            case Button.STAY_LOCAL:
                surface.keep_local()
            case _:
                surface.open_panel()


async def _finish(end: Callable[["Engine"], Awaitable[None]], engine: "Engine") -> None:
    await end(engine)
