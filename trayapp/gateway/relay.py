"""Passing an answer on piece by piece, as it comes, no faster than the tool reads."""

import asyncio
from collections.abc import Callable

import aiohttp
from aiohttp import web

from trayapp.gateway.fence import FencedReading
from trayapp.gateway.outgoing import Unanswered, code_of


class ClientGone(Exception):
    """The tool went away, or stopped reading for too long."""


def as_it_is(piece: bytes) -> bytes:
    return piece


async def relay(
    answer: aiohttp.ClientResponse,
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
    last = loop.time() + answer_s
    writing = False
    try:
        async with asyncio.timeout_at(last) as bound:
            while True:
                bound.reschedule(min(loop.time() + silence_s, last))
                piece = await answer.content.readany()
                if not piece:
                    return
                now = loop.time()
                reading.feed(piece, now)
                if reading.is_cut_short:
                    raise Unanswered("cut")
                if changed := change(piece):
                    writing = True
                    bound.reschedule(now + stall_s)
                    await to.write(changed)
                    writing = False
                    if over is not None and over():
                        return
    except TimeoutError as error:
        raise (ClientGone() if writing else Unanswered("timeout")) from error
    except (aiohttp.ClientError, OSError) as error:
        raise (ClientGone() if writing else Unanswered(code_of(error))) from error
