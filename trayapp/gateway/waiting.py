"""A tool that waits for the local model: held while that starts or loads, and kept alive where it wants a stream."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

import msgspec
from aiohttp import web
from multidict import CIMultiDict

from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.gateway.dialects.dialect import ToolDialect
from trayapp.gateway.given import Streamed
from trayapp.gateway.headers import ROUTE
from trayapp.tasks import Tasks

POLL_S = 0.1
"""Real seconds between two looks at a target that is on its way: a tenth of what the shortest start takes."""
BUSY = (TargetState.STARTING, TargetState.LOADING)


class _Wish(msgspec.Struct):
    stream: bool = False


class Waiting:
    """Keeps one tool alive until its answer begins, as an async context.

    `down` is the stream that was begun for it, if it had to wait: what comes then, an error too, belongs into that.
    `streams`: it asks for one. `headers`: of a stream that is none of the server's; what is added before it has begun
    is in them.
    """

    def __init__(self, request: web.BaseRequest, dialect: ToolDialect, body: bytes, route: str, every_s: float) -> None:
        self.down: Streamed | None = None
        self._request = request
        self._dialect = dialect
        self.streams = _wants_stream(body)
        self.headers: CIMultiDict[str] = CIMultiDict({ROUTE: route})
        self._every_s = every_s
        self._tasks = Tasks("waiting")
        self._over = False

    async def __aenter__(self) -> Self:
        if self.streams:
            self._tasks.spawn(self._words(), "words")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.close()

    async def begin(self, status: int, headers: CIMultiDict[str]) -> Streamed:
        """The stream for the answer with this head; the one that was begun already, if there is one."""
        if self.down is None:
            begun = Streamed(status=status, headers=headers)
            await begun.prepare(self._request)
            self.down = begun
        return self.down

    async def begin_ours(self) -> Streamed:
        """The stream for an answer that is none of the server's."""
        head = CIMultiDict(self.headers)
        head.extend({"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        return await self.begin(200, head)

    async def word(self) -> None:
        """Let it hear that somebody is at work. Raises ConnectionError when it has left."""
        down = await self.begin_ours()
        await down.write(self._dialect.KEEP_ALIVE)

    def over(self) -> None:
        """The answer begins; nothing may come in between its pieces."""
        self._over = True

    async def _words(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            if self._over:
                return
            try:
                await self.word()
            except ConnectionError:
                # Whoever left has the request cancelled.
                return


async def usable(target: Callable[[], TargetStatus], stays: Callable[[], bool], limit_s: float) -> TargetStatus:
    """The target as soon as it is on its way no more, or after `limit_s`, or when the route no longer `stays`."""
    loop = asyncio.get_running_loop()
    until = loop.time() + limit_s
    while True:
        status = target()
        if status.state not in BUSY or not stays() or loop.time() >= until:
            return status
        await asyncio.sleep(POLL_S)


def _wants_stream(body: bytes) -> bool:
    try:
        return msgspec.json.decode(body, type=_Wish).stream
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
