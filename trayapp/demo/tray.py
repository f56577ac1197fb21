"""The night on the desktop: the real tray around the simulated providers."""

from PySide6.QtWidgets import QApplication, QMenu

from trayapp.app.program import Program
from trayapp.app.run import Run
from trayapp.app.screen import make_application
from trayapp.app.ui_thread import UiThread
from trayapp.demo.clock import StagedClock
from trayapp.demo.ending import Ending
from trayapp.demo.night import DAWN
from trayapp.demo.tool import SimulatedTool
from trayapp.demo.world import simulated_night
from trayapp.engine.engine import Engine
from trayapp.engine.loading import Loaded
from trayapp.paths import Home
from trayapp.ui.commands import Leave
from trayapp.ui.panel.closing_card import Next
from trayapp.ui.tray.icon import Tray


def demo_application() -> QApplication:
    """The demo on the screen; as `make_application` where there is none."""
    return make_application("llm-ampel-demo", "LLM Ampel (demo)")


def run_in_tray(
    application: QApplication,
    users: Loaded,
    users_home: Home,
    demo_home: Home,
    clock: StagedClock,
    ending: Ending,
    *,
    verbose: bool,
) -> Next:
    """Live the night in a tray of its own; at dawn it asks what comes next, and ends with the answer."""

    def say(line: str) -> None:
        print(line, flush=True)  # noqa: T201 - the demo speaks to whoever started it

    tool = SimulatedTool(clock)
    following = Next.NOTHING

    async def dawn(engine: Engine, ui: UiThread) -> None:
        while clock.now() < DAWN:
            await clock.sleep(DAWN - clock.now())
        await engine.settle()
        # Everything goes on until then: somebody may be in the middle of a chat.
        nonlocal following
        following = await ui.close_demo()

    tray = Tray(QMenu())
    tray.show()
    night = Run(
        demo_home,
        clock,
        verbose=verbose,
        demo=tool.scene,
        load=lambda: simulated_night(users, users_home, clock, tool, say),
        end=dawn,
    )
    program = Program(application, night, tray)
    # From here on the program notices by itself.
    if ending.came:
        program.end(Leave.NOTHING_TO_KEEP)
    program.run()
    return following
