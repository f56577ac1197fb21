"""Passing an answer on piece by piece, as it comes, no faster than the tool reads."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

import aiohttp
from aiohttp import web

from trayapp.gateway.fence import FencedReading
from trayapp.gateway.outgoing import Answer, Unanswered, code_of


class ClientGone(Exception):
    """The tool went away, or stopped reading for too long."""


def as_it_is(piece: bytes) -> bytes:
    return piece


@contextlib.contextmanager
def _watched(bound: asyncio.Timeout, due: Callable[[], float], least_s: float) -> Iterator[None]:
    """Let `bound` run out when it is `due`, which every piece puts off, to `least_s` from then or to the very end.

    To set `bound` anew twice a piece would be a tenth of all the work for it.
    """
    loop = asyncio.get_running_loop()
    watch: asyncio.TimerHandle

    def look() -> None:
        nonlocal watch
        now = loop.time()
        if now >= due():
            bound.reschedule(now)
        else:
            watch = loop.call_at(min(due(), now + least_s), look)

    watch = loop.call_at(min(due(), loop.time() + least_s), look)
    try:
        yield
    finally:
        watch.cancel()


async def relay(
    answer: Answer,
    to: web.StreamResponse,
    reading: FencedReading,
    *,
    silence_s: float,
    stall_s: float,
    answer_s: float,
    change: Callable[[bytes], bytes] = as_it_is,
    over: Callable[[], bool] | None = None,
) -> None:
    """Write the body of `answer` to the prepared `to`, without its end, or until what was made of it by `change` is
    `over`.

    Waiting for the tool's side holds the provider's back (TCP does the rest), so that nothing piles up. Raises
    `Unanswered` when the provider's side fails, hides a cut behind its last word, which is not passed on, is silent for
    `silence_s`, or takes `answer_s` as a whole, and `ClientGone` when the tool's side does not take a piece within
    `stall_s`.
    """
    loop = asyncio.get_running_loop()
    now = loop.time()
    last = now + answer_s
    due = min(now + silence_s, last)
    writing = False
    try:
        async with asyncio.timeout(None) as bound:
            with _watched(bound, lambda: due, min(silence_s, stall_s)):
                while True:
                    piece = await answer.piece()
                    if not piece:
                        return
                    if (now := loop.time()) >= last:
                        # Faster than the tool reads: it would run out while that is waited for, and be its fault.
                        raise Unanswered("timeout")
                    reading.feed(piece, now)
                    if reading.is_cut_short:
                        raise Unanswered("cut")
                    if changed := change(piece):
                        writing = True
                        due = min(now + stall_s, last)
                        await to.write(changed)
                        writing = False
                        if over is not None and over():
                            return
                    due = min(loop.time() + silence_s, last)
    except TimeoutError as error:
        raise (ClientGone() if writing else Unanswered("timeout")) from error
    except (aiohttp.ClientError, OSError) as error:
        raise (ClientGone() if writing else Unanswered(code_of(error))) from error
