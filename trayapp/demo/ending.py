"""Signals that end programs, noted instead of died of, so that what the demo has made can be taken away first."""

import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

ENDING = (signal.SIGINT, signal.SIGTERM)


class Ending:
    """Notes the signals of this process while its block lasts. Main thread only.

    Nothing is raised: an exception out of a handler may come up inside Qt's imports, which end the process then.
    """

    def __init__(self) -> None:
        self.came = False
        self._then: Callable[[], object] = self._nothing
        self._before: dict[int, Any] = {}

    def then(self, do: Callable[[], object] | None) -> None:
        """Call `do` when a signal comes, from its handler, or now if one came already; None: nothing any more."""
        self._then = do or self._nothing
        if self.came:
            self._then()

    def _caught(self, number: int, frame: FrameType | None) -> None:
        self.came = True
        self._then()

    def _nothing(self) -> None: ...

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._caught) for number in ENDING}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
