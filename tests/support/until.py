"""Waiting for a condition in a coroutine."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def until(condition: Callable[[], T | None], what: str, deadline_s: float = 30.0) -> T:
    """The first value of `condition` that is true; fails with `what` after the deadline."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"waited {deadline_s:.0f} s in vain for {what}"
        await asyncio.sleep(0.01)
