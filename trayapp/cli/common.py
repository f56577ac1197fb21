"""What several commands share: the user's language, the log, and a light as words and exit code."""

import argparse
import sys

from trayapp import logs
from trayapp.app.users_files import load_users_files
from trayapp.core.light.severity import Light
from trayapp.core.snapshot import Snapshot
from trayapp.engine.loading import Loaded
from trayapp.errors import Problem
from trayapp.paths import Home, home
from trayapp.text import problems

EXIT_CODE = {Light.GREEN: 0, Light.YELLOW: 1, Light.RED: 2, Light.GREY: 3}
"""As monitoring plugins have it: OK, WARNING, CRITICAL, UNKNOWN."""


def begin(arguments: argparse.Namespace) -> tuple[Home, Loaded]:
    """Log, settings, catalogue and language for a command; what is wrong with them goes to stderr."""
    here = home()
    logs.setup(here, verbose=arguments.verbose)
    loaded = load_users_files(here)
    for problem in loaded.problems:
        say_problem(problem)
    return here, loaded


def say_problem(problem: Problem) -> None:
    title, message = problems.words(problem)
    print(f"{title}\n  {message}", file=sys.stderr)


class Complaints:
    """What is wrong with an instance itself, each told once on stderr; `loaded`: what `begin` has told."""

    def __init__(self, loaded: Loaded) -> None:
        self._told = {problems.words(one) for one in loaded.problems}

    def tell(self, snapshot: Snapshot) -> None:
        for one in snapshot.standing_problems:
            if (said := problems.words(one)) not in self._told:
                self._told.add(said)
                print(f"{said[0]}\n  {said[1]}", file=sys.stderr, flush=True)


def check_ids(loaded: Loaded, services: tuple[str, ...]) -> None:
    """Raises Problem("unknown_service") for the first id that is in no catalogue."""
    known = [service.id for _, service in loaded.catalogue.services()]
    for one in services:
        if one not in known:
            raise Problem("unknown_service", name=one, known=", ".join(known))


def watched_ids(loaded: Loaded) -> tuple[str, ...]:
    """The services of the settings that there are; an id that nothing has was told by `begin` already."""
    return tuple(service.id for _, service in loaded.catalogue.watched(loaded.settings.watch.services))
