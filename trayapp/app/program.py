"""The tray program: Qt on this thread, the engine on the other, and the wires between them.

Only what draws is imported here: the rest comes with `trayapp.app.backstage`, in its own thread, after the icon.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import structs
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from trayapp.app.commands import CoreCommands
from trayapp.app.core_thread import CoreThread
from trayapp.app.run import Run
from trayapp.app.surface import Surface
from trayapp.app.ui_thread import UiThread
from trayapp.clock import Clock
from trayapp.core.catalogue import Catalogue
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import NetworkState
from trayapp.core.light.severity import Light
from trayapp.core.light.verdicts import Judgement
from trayapp.core.snapshot import Circumstances, DemoScene, Snapshot, compose
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.offer import Offer
from trayapp.core.switching.routes import Routes
from trayapp.errors import Problem, problems_of
from trayapp.ui.bridge import Bridge
from trayapp.ui.commands import Leave
from trayapp.ui.signals import UnixSignals
from trayapp.ui.tray.icon import Tray

if TYPE_CHECKING:
    import asyncio

    from trayapp.engine.engine import Engine

log = logging.getLogger(__name__)


def before_the_first_look(clock: Clock, demo: DemoScene | None = None) -> Snapshot:
    """The picture until the engine has one: nothing is known, and nothing is claimed."""
    now = clock.now()
    judgement = Judgement(now, Light.GREY, (), (), NetworkStatus(NetworkState.UNKNOWN, now))
    offset_s = clock.wall(now).timestamp() - now
    picture = compose(judgement, (), Routes(Catalogue({})), AutoMode(), Circumstances(demo=demo), now, offset_s)
    # What the user has chosen to watch is not known either.
    return structs.replace(picture, offer=Offer())


def _scene(run: Run) -> DemoScene | None:
    return run.demo() if run.demo is not None else None


class Program:
    """One surface and its engine. Create and `run` it on the main thread; `tray` is on the screen already.

    `commands`: what the user can ask of the engine, from the UI thread.
    """

    def __init__(self, application: QApplication, run: Run, tray: Tray) -> None:
        self._application = application
        self._run = run
        self._engine: Engine | None = None
        self._leave: Leave | None = None
        self._failure: Problem | None = None
        self._bridge = Bridge()
        self._core = CoreThread(self._live, lambda failure: self._bridge.call(self._died, failure))
        self.commands = CoreCommands(
            self._core, self._bridge, self._get_engine, end=self.end, on_switched=self._switched
        )
        self.surface = Surface(self.commands, before_the_first_look(run.clock, _scene(run)), tray)
        self._bridge.snapshot.connect(self.surface.draw)
        self._signals = UnixSignals(lambda: self.end(Leave.NOTHING_TO_KEEP))

    def run(self) -> Leave:
        """Show the icon, start the engine, and draw until the end; says what is to become of the gateway.

        Raises the Problem that ended the engine, once the user has seen it and quit.
        """
        self.surface.show()
        # After the icon: what the engine imports takes longer than all that came before.
        QTimer.singleShot(0, self._begin)
        if self._run.welcome:
            QTimer.singleShot(0, self.surface.welcome)
        elif self._run.demo is not None:
            QTimer.singleShot(0, self.surface.open_apart)
        self._application.exec()
        self.surface.close()
        if not self._core.stop():
            log.error("the engine did not end in time")
        self._signals.close()
        if self._failure is not None:
            raise self._failure
        return self._leave or Leave.NOTHING_TO_KEEP

    def _begin(self) -> None:
        # Qt forgets a quit that comes before its loop runs.
        if self._leave is not None:
            self._application.quit()
        else:
            self._core.start()

    def _died(self, failure: Exception) -> None:
        """Without an engine nothing is known any more; that, and why, is what there is to show."""
        if self._leave is not None:
            return
        self._failure = next(iter(problems_of(failure)), Problem("internal", kind=type(failure).__name__))
        problem = self._failure.code, dict(self._failure.params)
        unknown = before_the_first_look(self._run.clock, _scene(self._run))
        self.surface.draw(structs.replace(unknown, problems=(problem,)))
        self.surface.open_panel()

    def end(self, leave: Leave) -> None:
        """End the program soon. Who asks first says what becomes of the gateway."""
        self._leave = self._leave or leave
        self._application.quit()

    def _switched(self, tools: int) -> None:
        # Whoever has no tool behind the gateway gets something to work with.
        if tools == 0:
            self.surface.open_chat()

    # The other thread

    def _get_engine(self) -> "Engine":
        if self._engine is None:
            raise Problem("not_running")
        return self._engine

    async def _live(self, stop: "asyncio.Event", ready: Callable[[], None]) -> None:
        from trayapp.app.backstage import live

        def begun(engine: "Engine") -> None:
            self._engine = engine
            ready()
            if self._run.page:
                ui.show(self._run.page)

        ui = UiThread(self._bridge, self.surface, self.end)
        await live(self._run, ui, stop, begun)
        ui.end()
