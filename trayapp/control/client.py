"""The other end of the socket: what the command line asks of the running instance."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

from msgspec.structs import replace

from trayapp.control import protocol
from trayapp.control.instance import holder
from trayapp.control.messages import Notice, Request, answer_type
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.text.language import language

CONNECT_TIMEOUT_S = 1.0
"""Real seconds; a live instance accepts at once."""
SILENCE_S = 10.0
"""Real seconds without a line: an instance that works on something says so three times as often."""

LIMIT_S = 20.0
"""Real seconds for one answer that takes no work, whatever the instance is busy with."""
WORK_LIMIT_S = 300.0
"""Real seconds for one that does: a local server may take 180 s to start and to load its model, then it is tried."""

A = TypeVar("A")


class InstanceProblem(Problem):
    """What the instance answered instead, in its own words: this side need not know its code."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice.code)
        self.params = notice.params
        self.notice = notice


def _ignore(doing: str) -> None:
    pass


async def stream(
    home: Home, request: Request[A], *, silence_s: float = SILENCE_S, doing: Callable[[str], None] = _ignore
) -> AsyncGenerator[A, None]:
    """Every answer to one request, until the instance ends or the caller stops asking.

    `doing` hears what the instance is busy with meanwhile, whenever that changes. Raises Problem("not_running"),
    Problem("control_silent"), Problem("control_version"), Problem("control_garbled"), or InstanceProblem.
    """
    kind, busy_with, answered = answer_type(type(request)), "", False
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            reader, writer = await asyncio.open_unix_connection(str(home.socket), limit=protocol.MAX_ANSWER_BYTES)
    except (TimeoutError, BlockingIOError) as error:
        raise _silent(home, CONNECT_TIMEOUT_S) from error
    except OSError as error:
        raise Problem("not_running") from error
    try:
        writer.write(protocol.ask(replace(request, language=language())))
        while line := await _next(home, reader, silence_s):
            reply = protocol.said(line)
            if reply.problem is not None:
                raise InstanceProblem(reply.problem)
            if reply.doing is None:
                answered = True
                yield protocol.read(reply.ok, kind)
            elif reply.doing not in ("", busy_with):
                busy_with = reply.doing
                doing(busy_with)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    if not answered:
        raise Problem("not_running")


async def ask(
    home: Home,
    request: Request[A],
    *,
    silence_s: float = SILENCE_S,
    limit_s: float = LIMIT_S,
    doing: Callable[[str], None] = _ignore,
) -> A:
    """The one answer to one request. Raises as `stream` does, and Problem("control_slow") after `limit_s`."""
    try:
        async with asyncio.timeout(limit_s):
            async with contextlib.aclosing(stream(home, request, silence_s=silence_s, doing=doing)) as answers:
                return await anext(answers)
    except TimeoutError as error:
        raise Problem("control_slow", seconds=round(limit_s)) from error


async def _next(home: Home, reader: asyncio.StreamReader, silence_s: float) -> bytes:
    """The next line; nothing when the instance has ended, also in the middle of one."""
    try:
        async with asyncio.timeout(silence_s):
            return await reader.readuntil(b"\n")
    except TimeoutError as error:
        raise _silent(home, silence_s) from error
    except asyncio.LimitOverrunError as error:
        raise Problem("control_garbled") from error
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def _silent(home: Home, seconds: float) -> Problem:
    return Problem("control_silent", seconds=round(seconds), process=holder(home))
