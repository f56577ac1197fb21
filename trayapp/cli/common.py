"""What several commands share: the user's language, the log, and a status as words, JSON and exit code."""

import argparse
import json
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from trayapp import logs
from trayapp.app.users_files import load_users_files
from trayapp.control.client import InstanceProblem
from trayapp.control.messages import Notice, StatusAnswer
from trayapp.engine.loading import Loaded
from trayapp.errors import Problem
from trayapp.paths import Home, home

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
        print(as_text(answer.report, one_line=one_line), flush=True)
    else:
        print("\n".join(answer.lines), flush=True)


def as_text(state: Any, *, one_line: bool = False) -> str:
    """JSON as it may be printed: where stdout is not UTF-8, which all JSON is, it keeps to ASCII and loses nothing."""
    utf8 = (sys.stdout.encoding or "").lower().replace("_", "-") in ("utf-8", "utf8")
    return json.dumps(state, ensure_ascii=not utf8, indent=None if one_line else 2, default=str)


def say(line: str) -> None:
    """What is going on meanwhile, beside the command's own output."""
    # Whoever does not listen gets the command's answer all the same, and a gateway goes on.
    with suppress(OSError):
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


def watched_ids(loaded: Loaded) -> tuple[str, ...]:
    """The services of the settings that there are; an id that nothing has was told by `begin` already."""
    return tuple(service.id for _, service in loaded.catalogue.watched(loaded.settings.watch.services))
