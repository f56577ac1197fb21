"""The lines of the socket: one JSON object each; a request is answered by a line, or by a stream of them.

A request is `{"v": 2, "do": "status", …}`; an answer `{"v": 2, "ok": …}`, or `{"v": 2, "problem": {…}}` with code,
parameters and words. `{"v": 2, "doing": "…"}` may come any time before: the instance is alive and busy with that.

Another version is refused by a `control_version` in which `theirs` is the instance's and `ours` the asker's. The
refusal is a line of the asker's own version, whose `v` and `problem` with `code` and `params` no version may change.
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from trayapp.control.messages import Notice, Request
from trayapp.errors import Problem

VERSION = 2
MAX_REQUEST_BYTES = 64 * 1024
"""The longest request names some dozen services."""
MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""A status of all services is some 100 kB; more than this is not ours."""

_BAD_JSON = (msgspec.MsgspecError, ValueError, RecursionError)


class _Start(Struct):
    """`v`: any JSON, since strangers may say anything."""

    v: Any = None
    do: Any = None


class Reply(Struct):
    """One line of the instance's; one of the three is set."""

    ok: Raw = Raw()
    problem: Notice | None = None
    doing: str | None = None


def read(line: bytes | Raw, kind: Any) -> Any:
    """A `kind` from JSON. Raises Problem("control_garbled")."""
    try:
        return msgspec.json.decode(line, type=kind)
    except _BAD_JSON as error:
        raise Problem("control_garbled") from error


def _line(**message: Any) -> bytes:
    return msgspec.json.encode(message) + b"\n"


def ask(request: Request[Any]) -> bytes:
    return _line(v=VERSION, **msgspec.to_builtins(request))


def asked(line: bytes, kinds: dict[str, type[Request[Any]]]) -> Request[Any]:
    """The request of a line, one of `kinds` by its word.

    Raises Problem("control_garbled"), Problem("control_version") or Problem("control_unknown").
    """
    head = read(line, _Start)
    if head.v != VERSION:
        ours = head.v if isinstance(head.v, int | str) else None
        raise Problem("control_version", theirs=str(VERSION), ours=ours)
    name = str(head.do)
    try:
        request: Request[Any] = msgspec.json.decode(line, type=kinds[name])
    except (KeyError, *_BAD_JSON) as error:
        raise Problem("control_unknown", name=name) from error
    return request


def answer(value: Any) -> bytes:
    return _line(v=VERSION, ok=value)


def refusal(notice: Notice) -> bytes:
    version = notice.params.get("ours") if notice.code == "control_version" else VERSION
    return _line(v=version, problem=notice)


def life(doing: str) -> bytes:
    return _line(v=VERSION, doing=doing)


def said(line: bytes) -> Reply:
    """A line of the instance's. Raises Problem("control_version") or Problem("control_garbled")."""
    theirs = read(line, _Start).v
    if theirs != VERSION:
        raise Problem("control_version", theirs=str(theirs), ours=VERSION)
    reply: Reply = read(line, Reply)
    return reply
