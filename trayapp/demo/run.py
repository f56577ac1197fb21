"""`llm-ampel demo`: the whole night with the real engine, the real tray, real notifications and the real switch.

Everything lives in a home of its own that is removed at the end: settings, memory, socket, keyring entries.
"""

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from trayapp import logs
from trayapp.app.screen import require_screen
from trayapp.app.spawn import spawn
from trayapp.app.users_files import load_users_files
from trayapp.demo.clock import night_clock
from trayapp.demo.ending import Ending
from trayapp.demo.home import own_home
from trayapp.paths import Home, home
from trayapp.text import terminal


@contextmanager
def _night_home() -> Iterator[Home]:
    with own_home() as demo_home:
        print(terminal.demo_begins(), flush=True)  # noqa: T201 - the demo speaks to whoever started it
        yield demo_home


def run(arguments: argparse.Namespace) -> int:
    users_home = home()
    users = load_users_files(users_home)
    if not arguments.text:
        require_screen("demo --text")
    clock = night_clock(arguments.speed)
    following = ""
    with Ending() as ending:
        if arguments.text:
            from trayapp.demo.terminal import run_in_terminal

            with _night_home() as demo_home:
                log_file = logs.setup(demo_home, verbose=arguments.verbose)
                try:
                    asyncio.run(run_in_terminal(users, users_home, demo_home, clock, ending))
                finally:
                    log_file.close()
        else:
            from trayapp.demo.tray import demo_application, run_in_tray

            # Where the screen is gone this ends the process, which would leave a home behind.
            application = demo_application()
            with _night_home() as demo_home:
                following = run_in_tray(
                    application, users, users_home, demo_home, clock, ending, verbose=arguments.verbose
                )
    print(terminal.demo_over(), flush=True)  # noqa: T201 - the demo speaks to whoever started it
    # In the user's own home again.
    if following == "again":
        spawn("demo", "--speed", f"{arguments.speed:g}")
    elif following == "set_up":
        spawn("--set-up")
    return 0
