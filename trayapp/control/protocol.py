"""What the socket speaks: one JSON object a line, each request answered by one line or a stream of lines.

A request is `{"v": 1, "do": "status", …}`; an answer is `{"v": 1, "ok": …}`, or `{"v": 1, "problem": {…}}` with the
problem's code and parameters.
A request of another version is refused, so that an old command line never half-understands a new tray.
"""

import json
from typing import Any

from trayapp.errors import Problem

VERSION = 1
MAX_LINE_BYTES = 4 * 1024 * 1024
"""A status of all services with their incidents' updates is some 100 kB; more than this is not ours."""


def encode(message: dict[str, Any]) -> bytes:
    return json.dumps({"v": VERSION, **message}, ensure_ascii=False).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """The object of one line. Raises Problem("control_version") or Problem("control_garbled")."""
    try:
        message = json.loads(line)
    except ValueError as error:
        raise Problem("control_garbled") from error
    if not isinstance(message, dict):
        raise Problem("control_garbled")
    if message.get("v") != VERSION:
        raise Problem("control_version", theirs=str(message.get("v")), ours=VERSION)
    return message


def answer(value: Any) -> bytes:
    return encode({"ok": value})


def refusal(problem: Problem) -> bytes:
    return encode({"problem": {"code": problem.code, "params": dict(problem.params)}})


def result(message: dict[str, Any]) -> Any:
    """What an answer carries. Raises the Problem that it carries instead."""
    if (told := message.get("problem")) is not None:
        raise Problem(str(told["code"]), **told.get("params", {}))
    return message["ok"]
