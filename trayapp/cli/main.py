"""The command line: every word that can follow `llm-ampel`. Without one, the tray starts.

Subcommands are imported when they are called, so that none waits for what it does not need.
"""

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import NoReturn

import trayapp
from trayapp.cli import streams
from trayapp.errors import Problem, problems_of

log = logging.getLogger(__name__)

USAGE = 64
"""sysexits' EX_USAGE, told apart from the states 0 to 3 that monitoring plugins know."""
FAILED = 1
CANNOT_TELL = 3
"""The grey of those commands whose exit code is a light: a failure must not read as yellow."""
MAX_ARGUMENTS_CHARACTERS = 8_000
"""A long address and what somebody sees, at length; the running instance takes 64 kB in one request."""


def _seconds(text: str) -> float:
    with suppress(ValueError):
        value = float(text)
        if 0.0 < value < float("inf"):
            return value
    raise _refused("seconds", text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _refused("number", text) from None


def day(text: str) -> date:
    from datetime import datetime

    from trayapp.core.journal.since import since

    try:
        return since(text, datetime.now().astimezone())
    except ValueError:
        raise _refused("day", text) from None


def _refused(wanted: str, text: str) -> argparse.ArgumentTypeError:
    from trayapp.text import terminal

    return argparse.ArgumentTypeError(terminal.bad_argument(wanted, text))


def _add_check(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    check = commands.add_parser("check", help="one round without a tray; the exit code tells the light")
    check.add_argument("services", nargs="*", metavar="SERVICE")
    check.add_argument("--json", action="store_true", help="the stable JSON of schema 1")
    check.add_argument("--timeout", type=_seconds, default=60.0, metavar="SECONDS")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        try:
            super().error(message)
        except OSError:
            # Nobody takes the complaint: the argparse of Python 3.11.2 raises where later ones go on to the exit code.
            raise SystemExit(USAGE) from None


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = _Parser(
        prog="llm-ampel",
        description="A traffic light for LLM services, with a one-click switch to your local LLM.",
    )
    parser.add_argument("--version", action="version", version=f"llm-ampel {trayapp.__version__}")
    parser.add_argument("--verbose", action="store_true", help="log more")
    parser.add_argument("--set-up", action="store_true", help="start where a local LLM is set up")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_check(commands)

    status = commands.add_parser("status", help="what the running instance sees")
    status.add_argument("--json", action="store_true")
    status.add_argument("--watch", action="store_true", help="go on, one report per change")

    watch = commands.add_parser("watch", help="engine and gateway without a tray")
    watch.add_argument("--json", action="store_true", help="one JSON line per change")

    wait = commands.add_parser("wait", help="wait until a service is green")
    wait.add_argument("service", metavar="SERVICE")
    wait.add_argument("--timeout", type=_seconds, default=None, metavar="SECONDS")

    switch = commands.add_parser("switch", help="move tools to the local LLM, or home; by a click or by itself")
    switch.add_argument(
        "to",
        choices=("local", "cloud", "auto", "manual"),
        help="auto: what a provider fails to answer is answered locally, until it is back; manual: only this command"
        " and your clicks move anything",
    )
    switch.add_argument("providers", nargs="*", metavar="PROVIDER")
    switch.add_argument("--until-changed", action="store_true", help="stay local even when the cloud is back")

    fails = commands.add_parser(
        "fails", help="“fails for me”: them, you, or neither can be seen, and what to do; within 20 s"
    )
    fails.add_argument("service", metavar="SERVICE")
    fails.add_argument("words", nargs="*", metavar="WORDS", help="what you see: 502, login loops, history is empty")
    fails.add_argument("--json", action="store_true", help="the stable JSON of schema 1")

    aside = commands.add_parser("aside", help="what the light leaves out; without a name, what it leaves out now")
    aside.add_argument("target", nargs="?", metavar="SERVICE|INCIDENT")
    how = aside.add_mutually_exclusive_group()
    how.add_argument("--until", metavar="WHEN", help="18:00, 2h, a day, changed (an incident's usual), or undone")
    how.add_argument("--undo", action="store_true", help="let it count again")

    local = commands.add_parser("local", help="the local LLM")
    local.add_argument("what", choices=("list", "check", "start", "stop"))

    key = commands.add_parser("key", help="API keys in the system's keyring")
    key.add_argument("what", choices=("set", "forget", "list"))
    key.add_argument("name", nargs="?", metavar="NAME")

    setup = commands.add_parser("setup", help="point a tool at the gateway, and back")
    setup.add_argument("tool", choices=("openai-env",))
    setup.add_argument("--undo", action="store_true")

    demo = commands.add_parser("demo", help="the night of 3 February 2026, time-lapsed, without any network")
    demo.add_argument("--speed", type=_number, default=1.0, metavar="N", help="N times as fast (default: 80 seconds)")
    demo.add_argument("--text", action="store_true", help="in the terminal, without a tray")

    commands.add_parser("doctor", help="what to know when something is odd; holds no secret")

    history = commands.add_parser("history", help="uptime and outages, as observed by this machine")
    history.add_argument("service", nargs="?", metavar="SERVICE")
    history.add_argument("--since", type=day, metavar="DAY", help="from then on: 2026-02-03, 2026-02, 90d, yesterday")
    form = history.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="everything, with each change and every update")
    form.add_argument("--csv", action="store_true", help="one line per service and month")

    forget = commands.add_parser("forget", help="delete the history of a service, or all of it, for good")
    forget.add_argument("service", nargs="?", metavar="SERVICE")
    forget.add_argument("--yes", action="store_true", help="without asking")

    config = commands.add_parser("config", help="the settings file")
    what = config.add_subparsers(dest="what", metavar="WHAT", required=True)
    what.add_parser("path", help="where it is")
    what.add_parser("check", help="its mistakes, and those of your service files")
    add = what.add_parser("add", help="look at an address, and watch what answers there")
    add.add_argument("url", metavar="URL", help="of an API, of a local LLM server, or of a status page")
    add.add_argument("--name", metavar="NAME", help="what you call it")
    add.add_argument("--replace", action="store_true", help="also where it has a service file already")
    return parser


_MODULES = {
    None: "trayapp.app.main",
    "check": "trayapp.cli.check",
    "status": "trayapp.cli.running",
    "wait": "trayapp.cli.running",
    "switch": "trayapp.cli.running",
    "watch": "trayapp.cli.watch",
    "aside": "trayapp.cli.aside",
    "fails": "trayapp.cli.fails",
    "local": "trayapp.cli.local",
    "key": "trayapp.cli.key",
    "setup": "trayapp.cli.setup",
    "demo": "trayapp.demo.run",
    "doctor": "trayapp.cli.config",
    "config": "trayapp.cli.config",
    "history": "trayapp.cli.history",
    "forget": "trayapp.cli.history",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (without the program's name); returns the exit code."""
    streams.prepare()
    failed, command = FAILED, None
    try:
        arguments = _parsed(sys.argv[1:] if argv is None else argv)
        if isinstance(arguments, int):
            code = arguments
        else:
            command = arguments.command
            failed = CANNOT_TELL if command in _TELL_A_LIGHT else FAILED
            code = importlib.import_module(_MODULES[command]).run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read has left, and misses nothing.
        return failed
    except Exception as error:  # noqa: BLE001 - whatever it is, a person is told in words
        return USAGE if _told(error, command) & _USAGE_PROBLEMS else failed
    else:
        return code
    finally:
        streams.leave()


def _parsed(argv: Sequence[str]) -> argparse.Namespace | int:
    """What is asked for, or the exit code where argparse has answered. Raises Problem for what nobody can read."""
    text = "".join(argv)
    if len(text) > MAX_ARGUMENTS_CHARACTERS:
        raise Problem("arguments_long", most=MAX_ARGUMENTS_CHARACTERS)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        # Bytes that are no text in this locale; neither the socket nor an address can carry them.
        raise Problem("arguments_not_text")
    try:
        return _parser().parse_args(argv)
    except SystemExit as stop:
        # argparse ends with 2 on bad usage, which would read as "red".
        return USAGE if stop.code not in (0, None) else 0


def _told(error: Exception, command: str | None) -> set[str]:
    """Say what went wrong; the codes of what was said."""
    from trayapp.cli.common import say_problem

    problems = problems_of(error)
    if not problems and isinstance(error, OSError) and error.filename is None and error.errno in streams.FULL:
        problems = (Problem("output_full", reason=error.strerror),)
    if not problems:
        log.error("llm-ampel %s failed", command or "", exc_info=error)
        problems = (Problem("internal", kind=type(error).__name__),)
    for problem in problems:
        say_problem(problem)
    return {problem.code for problem in problems}


_TELL_A_LIGHT = {"check", "fails", "status", "wait"}
_USAGE_PROBLEMS = {
    *("unknown_service", "which_service", "unknown_provider", "unknown_key", "bad_speed", "mode_of_one"),
    *("bad_until", "until_past", "until_far", "aside_of_nothing", "arguments_long", "arguments_not_text"),
}
