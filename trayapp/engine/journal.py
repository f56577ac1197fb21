"""Writes down in the journal what the engine sees and says, without ever waiting for a disk.

What happened is written as soon as it did, so that a kill -9 leaves nothing out that was shown; what is only counted
waits for `tick`, since adding to it every time would write megabytes a day.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from trayapp.core.evidence.observation import Try
from trayapp.core.journal.batch import Batch
from trayapp.core.journal.recorder import Recorder
from trayapp.core.snapshot import LocalAnswer
from trayapp.engine.state import Result
from trayapp.errors import Problem
from trayapp.store.journal import Journal
from trayapp.tasks import Tasks

COUNT_S = 3600.0
"""Steady seconds after which what is counted is written: a disk may sleep."""
PRESSING_S = 600.0
"""The same of services in trouble, whose hours are looked at. Each costs some pages of the file."""


class Diary:
    """The journal of one run, from `now` on. `tick` now and then, `close` at the end."""

    def __init__(self, file: Path, now: float) -> None:
        self._journal = Journal(file)
        self._recorder = Recorder(lambda at: time.localtime(at).tm_gmtoff)
        self._tasks = Tasks("journal")
        # When all that is counted was written, and when what is pressing.
        self._counted_at = self._pressed_at = now
        self._writing: asyncio.Task[None] | None = None
        self._writing_news: asyncio.Task[None] | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What a person should know of the journal now."""
        return self._journal.problems

    def observed(self, one: Try) -> None:
        self._recorder.observed(one)

    def answered(self, answer: LocalAnswer) -> None:
        self._recorder.answered(answer)

    def advanced(self, result: Result, diverted: tuple[str, ...]) -> None:
        self._recorder.advanced(result.snapshot, result.transitions, frozenset(diverted))
        if self._recorder.has_news and (self._writing_news is None or self._writing_news.done()):
            self._writing_news = self._tasks.spawn(self._write_news(), "write news")

    async def _write_news(self) -> None:
        while self._recorder.has_news:
            await self._journal.write(self._recorder.take_news())

    def tick(self, now: float, *, calm: bool) -> None:
        """Have written what has come together, once it is time for it."""
        if now - self._counted_at >= COUNT_S:
            self._counted_at = self._pressed_at = now
            self._write_soon(self._recorder.take)
        elif not calm and now - self._pressed_at >= PRESSING_S:
            self._pressed_at = now
            self._write_soon(self._recorder.take_pressing)

    def _write_soon(self, take: Callable[[], Batch]) -> None:
        """While a slow disk is at it, it goes on coming together."""

        async def write() -> None:
            await self._journal.write(take())

        if self._writing is None or self._writing.done():
            self._writing = self._tasks.spawn(write(), "write")

    async def write(self) -> None:
        """Write what has come together, after all that is being written."""
        await self._journal.write(self._recorder.take())

    async def forget(self, services: frozenset[str] | None, providers: Mapping[str, frozenset[str]]) -> bool:
        """Forget these services of these providers, or all, for good; False where the disk does not allow it."""
        if services is None:
            self._recorder.take()
        else:
            self._recorder.forget(services)
        return await self._journal.forget(services, providers)

    async def close(self) -> None:
        """Write what is left."""
        await self.write()
        await self._tasks.close()
        await self._journal.close()
