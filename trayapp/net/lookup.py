"""Looking names up, so that a resolver that says nothing holds nobody else up."""

import asyncio
import contextlib
import socket
import threading

NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
"""Numbers of a `socket.gaierror`: the resolver did answer, and knows no such name, or no address of it."""


async def look_up(host: str) -> tuple[str, ...]:
    """The addresses of `host` now, in the order in which the system would try them. Raises socket.gaierror.

    The question cannot be taken back, so it has a thread of its own: in the loop's few, a silent resolver would keep
    all other work waiting, and the end of the program too.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[tuple[str, ...]] = loop.create_future()
    threading.Thread(target=_resolve, args=(host, loop, answer), name="lookup", daemon=True).start()
    return await answer


def _resolve(host: str, loop: asyncio.AbstractEventLoop, answer: "asyncio.Future[tuple[str, ...]]") -> None:
    try:
        records = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        addresses: tuple[str, ...] | Exception = tuple(dict.fromkeys(str(record[4][0]) for record in records))
    except OSError as error:
        addresses = error
    except UnicodeError:
        addresses = socket.gaierror(socket.EAI_NONAME, "no name at all")
    # The loop may have ended meanwhile.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(_tell, answer, addresses)


def _tell(answer: "asyncio.Future[tuple[str, ...]]", addresses: tuple[str, ...] | Exception) -> None:
    if answer.done():
        return
    if isinstance(addresses, Exception):
        answer.set_exception(addresses)
    else:
        answer.set_result(addresses)
