"""At most so many pictures a second: the latest wins, and the last one always arrives."""

import asyncio
from collections.abc import Callable

MIN_GAP_S = 0.2
"""Real seconds between two snapshots: five a second is as fast as an eye follows an icon."""


class Coalescer:
    """Calls `publish` soon after `poke`, never more often than every `MIN_GAP_S` real seconds."""

    def __init__(self, publish: Callable[[], None]) -> None:
        self._publish = publish
        self._due: asyncio.TimerHandle | None = None
        self._last_s = float("-inf")
        self._closed = False

    def poke(self, *, at_once: bool = False) -> None:
        """Publish soon; `at_once`: before this returns, where the last time is long enough ago."""
        if self._due is not None or self._closed:
            return
        loop = asyncio.get_running_loop()
        wait_s = max(0.0, self._last_s + MIN_GAP_S - loop.time())
        if at_once and not wait_s:
            self.flush()
        else:
            self._due = loop.call_later(wait_s, self.flush)

    def flush(self) -> None:
        """Publish now, and forget a publication that is due."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        self._last_s = asyncio.get_running_loop().time()
        self._publish()

    def close(self) -> None:
        """Forget what is due; from now on nothing is published."""
        self._closed = True
        if self._due is not None:
            self._due.cancel()
            self._due = None
