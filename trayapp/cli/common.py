"""What several commands share: the user's language, the log, and a light as words and exit code."""

import argparse
import sys

from trayapp import logs
from trayapp.core.light import Light
from trayapp.engine.loading import Loaded, load_all
from trayapp.errors import Problem
from trayapp.paths import Home, home
from trayapp.text import language, problems

EXIT_CODE = {Light.GREEN: 0, Light.YELLOW: 1, Light.RED: 2, Light.GREY: 3}
"""As monitoring plugins have it: OK, WARNING, CRITICAL, UNKNOWN."""


def begin(arguments: argparse.Namespace) -> tuple[Home, Loaded]:
    """Log, settings, catalogue and language for a command; what is wrong with them goes to stderr."""
    here = home()
    logs.setup(here, verbose=arguments.verbose)
    loaded = load_all(here)
    language.set_language(loaded.settings.ui.language)
    for problem in loaded.problems:
        say_problem(problem)
    return here, loaded


def say_problem(problem: Problem) -> None:
    title, message = problems.words(problem)
    print(f"{title}\n  {message}", file=sys.stderr)


def check_ids(loaded: Loaded, services: tuple[str, ...]) -> None:
    """Raises Problem("unknown_service") for the first id that is in no catalogue."""
    known = [service.id for _, service in loaded.catalogue.services()]
    for one in services:
        if one not in known:
            raise Problem("unknown_service", name=one, known=", ".join(known))
