"""What several commands share: the user's language, the log, and a status as words, JSON and exit code."""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress

from trayapp import logs
from trayapp.app.users_files import load_users_files
from trayapp.control.client import InstanceProblem
from trayapp.control.messages import Notice, StatusAnswer
from trayapp.engine.loading import Loaded
from trayapp.errors import Problem
from trayapp.paths import Home, home

# So many words more may belong to the name of a service.
_NAME_WORDS = 3
_EXIT_CODE = {"green": 0, "yellow": 1, "red": 2, "grey": 3}


def exit_code(light: str) -> int:
    """As monitoring plugins have it: OK, WARNING, CRITICAL, UNKNOWN."""
    return _EXIT_CODE.get(light, _EXIT_CODE["grey"])


def begin(arguments: argparse.Namespace) -> tuple[Home, Loaded]:
    """Log, settings, catalogue and language for a command; what is wrong with them goes to stderr."""
    here = home()
    logs.setup(here, verbose=arguments.verbose)
    loaded = load_users_files(here)
    for problem in loaded.problems:
        say_problem(problem)
    return here, loaded


def show(answer: StatusAnswer, *, as_json: bool, one_line: bool = False) -> None:
    if as_json:
        print(json.dumps(answer.report, ensure_ascii=False, indent=None if one_line else 2), flush=True)
    else:
        print("\n".join(answer.lines), flush=True)


def say(line: str) -> None:
    """What is going on meanwhile, beside the command's own output."""
    print(line, file=sys.stderr, flush=True)


def say_problem(problem: Problem) -> None:
    theirs = problem.notice if isinstance(problem, InstanceProblem) else Notice()
    _say_notice(theirs if theirs.title else _notice(problem))


def _notice(problem: Problem) -> Notice:
    # With the answers of an instance comes all that makes a snapshot, which takes longer than most commands.
    from trayapp.control import answers

    return answers.notice(problem)


def _say_notice(notice: Notice) -> None:
    say(f"{notice.title}\n  {notice.message}")


class Complaints:
    """What is wrong with an instance itself, each told once on stderr; `loaded`: what `begin` has told."""

    def __init__(self, loaded: Loaded) -> None:
        self._notices = [_notice(problem) for problem in loaded.problems]

    def tell(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            if notice not in self._notices:
                self._notices.append(notice)
                _say_notice(notice)


def ids_of(loaded: Loaded, services: Iterable[str]) -> tuple[str, ...]:
    """The ids of these services, which may be called by id or by the name that is shown, in any letters.

    Raises Problem("unknown_service") for the first that is in no catalogue.
    """
    return tuple(_id_of(loaded, name) for name in services)


def service_and_words(loaded: Loaded, first: str, rest: Sequence[str]) -> tuple[str, str]:
    """The id of the service that somebody names, and what they say of it: names may be of several words.

    Raises Problem("unknown_service").
    """
    for more in range(min(len(rest), _NAME_WORDS), 0, -1):
        with suppress(Problem):
            return _id_of(loaded, " ".join((first, *rest[:more]))), " ".join(rest[more:])
    return _id_of(loaded, first), " ".join(rest)


def _id_of(loaded: Loaded, name: str) -> str:
    known = {service.id: service.name for _, service in loaded.catalogue.services()}
    if name in known:
        return name
    found = [ident for ident, shown in known.items() if _plain(name) in (_plain(ident), _plain(shown))]
    if len(found) != 1:
        raise Problem("unknown_service", name=name, known=", ".join(known))
    return found[0]


def _plain(name: str) -> str:
    return " ".join(re.split(r"[\s_-]+", name.strip().casefold()))


def watched_ids(loaded: Loaded) -> tuple[str, ...]:
    """The services of the settings that there are; an id that nothing has was told by `begin` already."""
    return tuple(service.id for _, service in loaded.catalogue.watched(loaded.settings.watch.services))
