"""The second thread: everything that is not drawing, in one asyncio loop.

The UI thread sends coroutines in and never waits for them; what comes back goes through `ui.bridge`.
"""

import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

# Imported where it is used, in the thread: the object itself is made before the icon shows.
if TYPE_CHECKING:
    import asyncio

log = logging.getLogger(__name__)

T = TypeVar("T")

STOP_TIMEOUT_S = 8.0
"""Real seconds for the thread to end: longer than any child's last grace, shorter than a user's patience."""


class CoreThread:
    """Runs `main` until `stop`. `main` gets an event that says when to end, and calls `ready` once it can be used."""

    def __init__(self, main: "Callable[[asyncio.Event, Callable[[], None]], Awaitable[None]]") -> None:
        self._main = main
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._started = threading.Event()
        self._waiting: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._thread = threading.Thread(target=self._run, name="core", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, work: Callable[[], Coroutine[Any, Any, T]]) -> Future[T]:
        """Run `work()` in the loop as soon as `main` is ready; never blocks."""
        answer: Future[T] = Future()

        def begin() -> None:
            import asyncio

            if not answer.set_running_or_notify_cancel():
                return
            task = asyncio.get_running_loop().create_task(work(), name="command")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            task.add_done_callback(lambda done: _copy(done, answer))

        with self._lock:
            if not self._ready.is_set():
                self._waiting.append(begin)
                return answer
        self._call(begin)
        return answer

    def stop(self) -> bool:
        """Ask `main` to end and wait for it; False when it did not in time."""
        self._started.wait(STOP_TIMEOUT_S)
        if self._stop is not None:
            self._call(self._stop.set)
        self._thread.join(STOP_TIMEOUT_S)
        return not self._thread.is_alive()

    def _call(self, function: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function)

    def _is_ready(self) -> None:
        with self._lock:
            self._ready.set()
            waiting, self._waiting = self._waiting, []
        for begin in waiting:
            begin()

    def _run(self) -> None:
        import asyncio

        try:
            asyncio.run(self._live())
        except Exception:
            log.exception("the core thread died")

    async def _live(self) -> None:
        import asyncio

        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._started.set()
        try:
            await self._main(self._stop, self._is_ready)
        finally:
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)


def _copy(done: "asyncio.Task[T]", answer: Future[T]) -> None:
    import asyncio

    if done.cancelled():
        answer.cancel()
        # A running future cannot be cancelled; its follower hears of the end all the same.
        if not answer.done():
            answer.set_exception(asyncio.CancelledError())
    elif (failure := done.exception()) is not None:
        answer.set_exception(failure)
    else:
        answer.set_result(done.result())
