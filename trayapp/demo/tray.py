"""The night on the desktop: the real tray around the simulated providers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from PySide6.QtWidgets import QApplication, QMenu

from trayapp.app.program import Program, Run
from trayapp.demo.clock import StagedClock
from trayapp.demo.night import DAWN
from trayapp.demo.run import simulated_night
from trayapp.engine.engine import Engine
from trayapp.engine.loading import Loaded
from trayapp.paths import Home
from trayapp.text import language, terminal
from trayapp.ui.tray import Tray


def run_in_tray(users: Loaded, users_home: Home, demo_home: Home, clock: StagedClock, *, verbose: bool) -> int:
    """Live the night in a tray of its own; ends by itself at dawn."""
    language.set_language(users.settings.ui.language)
    print(terminal.demo_begins(), flush=True)  # noqa: T201 - the demo speaks to whoever started it

    @asynccontextmanager
    async def load() -> AsyncIterator[Loaded]:
        async with simulated_night(users, users_home, clock) as loaded:
            yield loaded

    async def dawn(engine: Engine) -> None:
        while clock.now() < DAWN:
            await clock.sleep(DAWN - clock.now())
        await engine.settle()

    application = QApplication(["llm-ampel-demo"])
    application.setApplicationName("llm-ampel")
    application.setApplicationDisplayName("LLM Ampel (demo)")
    application.setQuitOnLastWindowClosed(False)
    tray = Tray(QMenu())
    tray.show()
    Program(application, Run(demo_home, clock, verbose=verbose, demo=True, load=load, end=dawn), tray).run()
    print(terminal.demo_over(), flush=True)  # noqa: T201 - the demo speaks to whoever started it
    return 0
