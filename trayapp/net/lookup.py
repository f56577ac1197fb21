"""Looking names up, so that a resolver that says nothing holds nobody else up, and a lost packet costs little."""

import asyncio
import contextlib
import socket
import threading
from typing import NamedTuple

NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
"""Numbers of a `socket.gaierror`: the resolver did answer, and knows no such name, or no address of it."""

AGAIN_S = 1.25
"""The system asks again after 5 s (resolv.conf(5), `timeout`), when a try is over: every packet that got lost would be
a failure. A resolver that works has answered long before this."""
QUESTIONS = 3
"""Of one lookup at most: the last one has half of a try left."""


class Found(NamedTuple):
    """`addresses`: in the order in which the system would try them. `late`: it had to be asked for again."""

    addresses: tuple[str, ...]
    late: bool


async def look_up(host: str) -> Found:
    """The addresses of `host` now. Raises socket.gaierror.

    Asks again while nothing is heard. A question cannot be taken back, so it has a thread of its own: in the loop's
    few, a silent resolver would keep all other work waiting, and the end of the program too.
    """
    answer = _Answer()
    try:
        while not answer.future.done() and answer.asked < QUESTIONS:
            answer.ask(host)
            await asyncio.wait([answer.future], timeout=AGAIN_S)
        return Found(await answer.future, answer.asked > 1)
    finally:
        answer.future.cancel()


class _Answer:
    """The first answer, or the failure of the last question that was still out."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.future: asyncio.Future[tuple[str, ...]] = self._loop.create_future()
        self.asked = self._failed = 0

    def ask(self, host: str) -> None:
        self.asked += 1
        threading.Thread(target=self._resolve, args=(host,), name="lookup", daemon=True).start()

    def _resolve(self, host: str) -> None:
        try:
            records = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            addresses: tuple[str, ...] | Exception = tuple(dict.fromkeys(str(record[4][0]) for record in records))
        except OSError as error:
            addresses = error
        except UnicodeError:
            addresses = socket.gaierror(socket.EAI_NONAME, "no name at all")
        # The loop may have ended meanwhile.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._take, addresses)

    def _take(self, addresses: tuple[str, ...] | Exception) -> None:
        if self.future.done():
            return
        if not isinstance(addresses, Exception):
            self.future.set_result(addresses)
            return
        self._failed += 1
        # That there is no such name is an answer; that nobody answered is news only once nobody is asked any more.
        known = isinstance(addresses, socket.gaierror) and addresses.errno in NO_SUCH_NAME
        if known or self._failed == self.asked:
            self.future.set_exception(addresses)
