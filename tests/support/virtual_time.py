"""An event loop whose time passes only while nobody has anything to do, so that days take as long as what happens in
them, and a busy machine makes nothing late.

    with Runner(loop_factory=VirtualLoop) as runner:
        runner.run(main())    # in it: VirtualClock(EPOCH)

Sockets and threads are real: time stands still while a thread works for the loop, and for a moment whenever `waiting`
says that an answer is on its way.
"""

import asyncio
import selectors
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

ON_ITS_WAY_S = 0.5
"""Real seconds in which something that was sent to this machine itself arrives, however busy it is."""
_Ready = list[tuple[selectors.SelectorKey, int]]


class _Selector(selectors.DefaultSelector):
    """Waits for nothing that cannot come, and says how long it would have waited."""

    passed: Callable[[float], None]
    patience: Callable[[], float | None]

    def select(self, timeout: float | None = None) -> _Ready:
        ready = super().select(0)
        if ready or timeout is None or timeout <= 0:
            return ready if ready or timeout is not None else super().select(None)
        patience = self.patience()
        if patience is None or patience > 0:
            ready = super().select(patience)
        if not ready and patience is not None:
            self.passed(timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at 0."""

    def __init__(self) -> None:
        selector = _Selector()
        selector.passed, selector.patience = self._pass, self._patience
        self._now = 0.0
        self._in_threads = self._on_their_way = 0
        super().__init__(selector)

    def time(self) -> float:
        return self._now

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """An answer is waited for that somebody on this machine gives."""
        self._on_their_way += 1
        try:
            yield
        finally:
            self._on_their_way -= 1

    @contextmanager
    def in_a_thread(self) -> Iterator[None]:
        """A thread works for us that the loop does not know of."""
        self._in_threads += 1
        try:
            yield
        finally:
            self._in_threads -= 1

    def run_in_executor(  # type: ignore[override]  # the type of what `func` gives is nobody's business here
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, func, *args)
        self._in_threads += 1
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, _: object) -> None:
        self._in_threads -= 1

    def _pass(self, seconds: float) -> None:
        self._now += seconds

    def _patience(self) -> float | None:
        """Real seconds for which time stands still; None: until something happens."""
        if self._in_threads:
            return None
        return ON_ITS_WAY_S if self._on_their_way else 0.0


def virtual_loop() -> VirtualLoop:
    """The one that runs."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


class VirtualClock:
    """The running loop's time, since `epoch`."""

    def __init__(self, epoch: datetime) -> None:
        self._loop = virtual_loop()
        self._epoch_s = epoch.timestamp() - self._loop.time()

    def now(self) -> float:
        return self._epoch_s + self._loop.time()

    def wall(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, UTC)

    def steady(self, moment: datetime) -> float:
        return moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))
