"""The second thread: everything that is not drawing, in one asyncio loop.

The UI thread sends coroutines in and never waits for them; what comes back goes through `ui.bridge`.
"""

import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Any, TypeVar

from trayapp.errors import Problem

# Imported where it is used, in the thread: the object itself is made before the icon shows.
if TYPE_CHECKING:
    import asyncio

log = logging.getLogger(__name__)

T = TypeVar("T")

STOP_TIMEOUT_S = 8.0
"""Real seconds for the thread to end: longer than any child's last grace, shorter than a user's patience."""


class CoreThread:
    """Runs `main` until `stop`. `main` gets an event that says when to end, and calls `ready` once it can be used.

    `died` is told, in this thread, when `main` or what starts it fails; it is logged here.
    """

    def __init__(
        self,
        main: "Callable[[asyncio.Event, Callable[[], None]], Awaitable[None]]",
        died: Callable[[Exception], None] = lambda failure: None,
    ) -> None:
        self._main = main
        self._died = died
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._started = threading.Event()
        # What is sent before `main` is ready; None from then on.
        self._waiting: list[Callable[[], None]] | None = []
        self._over = False
        self._lock = threading.Lock()
        self._tasks: dict[Future[Any], asyncio.Task[Any]] = {}
        self._thread = threading.Thread(target=self._run, name="core", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, work: Callable[[], Coroutine[Any, Any, T]]) -> Future[T]:
        """Run `work()` in the loop as soon as `main` is ready; never blocks.

        The answer is Problem("not_running") when the thread has ended or ends before.
        """
        answer: Future[T] = Future()

        def begin() -> None:
            import asyncio

            if not answer.set_running_or_notify_cancel():
                return
            if self._over:
                answer.set_exception(Problem("not_running"))
                return
            task = self._tasks[answer] = asyncio.get_running_loop().create_task(work(), name="command")
            task.add_done_callback(lambda done: self._ended(done, answer))

        with self._lock:
            if not self._over:
                if self._waiting is None:
                    self._call(begin)
                else:
                    self._waiting.append(begin)
                return answer
        answer.set_exception(Problem("not_running"))
        return answer

    def cancel(self, answer: Future[Any]) -> None:
        """Break off the work behind `answer`, which is then answered with a CancelledError, as its last word."""

        def end() -> None:
            if (task := self._tasks.get(answer)) is not None:
                task.cancel()

        with self._lock:
            if self._waiting is not None:
                answer.cancel()
            elif not self._over:
                self._call(end)

    def stop(self) -> bool:
        """Ask `main` to end and wait for it; False when it did not in time."""
        if self._thread.ident is None:
            return True
        self._started.wait(STOP_TIMEOUT_S)
        with self._lock:
            if self._stop is not None and not self._over:
                self._call(self._stop.set)
        self._thread.join(STOP_TIMEOUT_S)
        return not self._thread.is_alive()

    def _call(self, function: Callable[[], None]) -> None:
        """With the lock held, and before `_over`: then the loop is there."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(function)

    def _is_ready(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting or [], None
        for begin in waiting:
            begin()

    def _run(self) -> None:
        import asyncio

        try:
            asyncio.run(self._live())
        except Exception as failure:
            log.exception("the core thread died")
            self._died(failure)

    async def _live(self) -> None:
        import asyncio

        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._started.set()
        try:
            await self._main(self._stop, self._is_ready)
        finally:
            with self._lock:
                self._over = True
                waiting, self._waiting = self._waiting or [], None
            for begin in waiting:
                begin()
            # What was sent a moment ago is in the loop's queue already, and is answered in this turn of it.
            await asyncio.sleep(0)
            running = list(self._tasks.values())
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _ended(self, done: "asyncio.Task[T]", answer: Future[T]) -> None:
        del self._tasks[answer]
        if done.cancelled():
            # A running future cannot be cancelled; its follower hears of the end all the same.
            answer.set_exception(CancelledError())
        elif (failure := done.exception()) is not None:
            answer.set_exception(failure)
        else:
            answer.set_result(done.result())
