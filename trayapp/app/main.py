"""The composition root of the tray: `llm-ampel` without a command."""

import argparse
from typing import TYPE_CHECKING

from trayapp.app.screen import make_application, require_screen
from trayapp.errors import Problem
from trayapp.paths import Home, home

if TYPE_CHECKING:
    from trayapp.control.instance import Lock

ANSWER_TIMEOUT_S = 3.0
"""Real seconds; an instance that is alive answers at once, also on a busy machine."""
SET_UP_PAGE = "local"
"""The page of the settings on which a local model is set up."""
TAKE_OVER_S = 15.0
"""Real seconds for the instance that runs to show itself or to end: its gateway and local server have their grace."""


def run(arguments: argparse.Namespace) -> int:
    """Start the tray, or bring up what is wanted in the one that runs already. Raises Problem("no_display")."""
    require_screen("watch")
    here = home()
    from trayapp.control.instance import Lock

    lock = Lock(here)
    page = SET_UP_PAGE if arguments.set_up else ""
    if not lock.acquire() and not take_over(here, lock, page):
        return 0
    try:
        keep_gateway = _run_tray(here, page, verbose=arguments.verbose)
    finally:
        lock.release()
    if keep_gateway:
        from trayapp.app.spawn import spawn

        # The same engine and gateway without the tray; it takes the lock that was just released.
        spawn("watch")
    return 0


def take_over(here: Home, lock: "Lock", page: str = "") -> bool:
    """Bring up the panel of the instance that runs, or this page of its settings.

    True when it has no tray and gave its place to this one. Raises Problem("already_running") when it does neither in
    time, and Problem("control_version").
    """
    import asyncio
    import time

    from trayapp.control import client
    from trayapp.control.messages import AskQuit, AskShow

    async def shown() -> bool:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            if await client.ask(here, AskShow(page=page)):
                return True
            await client.ask(here, AskQuit())
            return False

    end = time.monotonic() + TAKE_OVER_S
    while time.monotonic() < end:
        # It may be on its way in or out: the lock is held before the socket is there, and after it is gone.
        try:
            if asyncio.run(shown()):
                return False
        except (Problem, TimeoutError) as failure:
            if getattr(failure, "code", "") == "control_version":
                raise
        if lock.acquire():
            return True
        # Nothing runs yet that this could hold up, and nobody tells when another process lets go of a lock.
        time.sleep(0.1)
    raise Problem("already_running")


def _run_tray(here: Home, page: str, *, verbose: bool) -> bool:
    """True when the user wants the gateway to go on without the tray."""
    application = make_application("llm-ampel", "LLM Ampel")
    application.setDesktopFileName("llm-ampel")
    from PySide6.QtWidgets import QMenu

    from trayapp.ui.tray.icon import Tray

    tray = Tray(QMenu())
    tray.show()
    newcomer = _is_newcomer(here)
    if newcomer:
        from trayapp.text import terminal

        print(terminal.welcome(tray.available), flush=True)  # noqa: T201 - the icon alone is easily overlooked
    # All that follows is imported while the icon is on its way to the panel.
    from trayapp.app.program import Program
    from trayapp.app.run import Run
    from trayapp.clock import SystemClock
    from trayapp.ui.commands import Leave

    leave = Program(application, Run(here, SystemClock(), verbose=verbose, welcome=newcomer, page=page), tray).run()
    if leave is Leave.SET_TOOLS_BACK:
        from trayapp.tools.openai_env import undo

        undo(here)
    return leave is Leave.KEEP_GATEWAY


def _is_newcomer(here: Home) -> bool:
    """Whether the tray starts for the first time; the next time it does not. False where nothing can be remembered."""
    try:
        here.data.mkdir(parents=True, exist_ok=True)
        here.welcomed_file.open("x").close()
    except OSError:
        return False
    return True
