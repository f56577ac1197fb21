"""The one crossing between the asyncio thread and the UI thread: snapshots and answers in, by queued signals."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from trayapp.core.snapshot import Snapshot
from trayapp.errors import Problem, problems_of
from trayapp.ui.commands import CommandResult, Done

log = logging.getLogger(__name__)

T = TypeVar("T")


def _gone(call: Callable[..., None]) -> bool:
    """A window may have been destroyed while its answer was on the way."""
    owner = getattr(call, "__self__", None)
    return isinstance(owner, QObject) and not shiboken6.isValid(owner)


class Bridge(QObject):
    """Lives on the UI thread; `publish`, `call` and `follow` may be used from any thread.

    Signals:
        snapshot: a new `Snapshot`, on the UI thread.
    """

    snapshot = Signal(object)
    _called = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._ui_thread = threading.get_ident()
        self._called.connect(self._run)

    def publish(self, snapshot: Snapshot) -> None:
        self.call(self.snapshot.emit, snapshot)

    def call(self, function: Callable[..., None], *arguments: object) -> None:
        """Run `function(*arguments)` on the UI thread, in the order of the calls."""
        # Not by Qt.QueuedConnection: the namespace Qt with its hundreds of names takes more than a megabyte. Between
        # threads a signal is queued anyway.
        if threading.get_ident() == self._ui_thread:
            QTimer.singleShot(0, lambda: self._run((function, arguments)))
        else:
            self._called.emit((function, arguments))

    def follow(self, work: Future[T], done: Done[T] | None) -> None:
        """Bring the end of `work` to `done` as a `CommandResult`.

        A `Problem`, or each of those that it carries as `problems`, becomes part of the outcome. Anything else
        is a defect: it is logged, and told as the problem `internal`.
        """

        def ended(future: Future[T]) -> None:
            outcome = _outcome(future)
            if done is not None:
                self.call(done, outcome)

        work.add_done_callback(ended)

    def _run(self, call: tuple[Callable[..., None], tuple[Any, ...]]) -> None:
        function, arguments = call
        if not _gone(function):
            function(*arguments)


def _outcome(future: Future[T]) -> CommandResult[T]:
    failure = CancelledError() if future.cancelled() else future.exception()
    if failure is None:
        return CommandResult(future.result())
    # Work that was under way cannot be cancelled as a future; it then ends with this exception.
    if isinstance(failure, CancelledError):
        return CommandResult(problems=(Problem("cancelled"),))
    if problems := problems_of(failure):
        return CommandResult(problems=problems)
    log.error("a command failed", exc_info=failure)
    return CommandResult(problems=(Problem("internal", kind=type(failure).__name__),))
