"""Tasks that somebody owns, and the rounds of those that go on for ever.

`asyncio` keeps only a weak reference to a task and reports its death when it is collected, if ever. An owner
here holds its tasks, logs the first failure of each at once, and ends them all with itself. What is done again and
again must not end with one bad time: `Rounds` is the one place that says what happens then.
"""

import asyncio
import logging
import traceback
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

log = logging.getLogger(__name__)


class Tasks:
    """An owner of background tasks; leaving the `async with` cancels and awaits what still runs."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._running: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Start `work`; a crash of it is logged with its name and takes nobody else down."""
        task = asyncio.get_running_loop().create_task(work, name=f"{self.name}/{name}")
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.error("%s failed", task.get_name(), exc_info=failure)

    async def close(self) -> None:
        """Cancel and await everything that still runs."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class Rounds:
    """Something that is done again and again: a mistake of ours in one round is logged, and the next one comes.

    Each mistake is logged once with its trace, however often it is made; the wait between two rounds is the caller's,
    and stands outside of `round`, so that a mistake does not turn it into a race. `failed`: the last round did.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.failed = False
        self._told: set[tuple[type[Exception], str, int | None]] = set()

    @contextmanager
    def round(self) -> Iterator[None]:
        """One round; what it raises, short of a cancellation, ends here."""
        self.failed = False
        try:
            yield
        except Exception as mistake:
            if self.is_new(mistake):
                log.exception("%s failed by a mistake of ours; it goes on", self.name)

    def is_new(self, mistake: Exception) -> bool:
        """Note a `mistake` that ended a round. Has it never been made before?"""
        self.failed = True
        place = traceback.extract_tb(mistake.__traceback__)[-1]
        kind = type(mistake), place.filename, place.lineno
        if kind in self._told:
            log.debug("%s failed again", self.name)
            return False
        self._told.add(kind)
        return True
