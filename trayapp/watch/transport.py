"""The way of one exchange through name, connection and TLS, followed step by step.

httpcore looks names up inside its connecting, where nobody can tell a resolver that is silent from a host that is.
So names are looked up here, for every connection anew.
"""

import ssl
from asyncio import FIRST_COMPLETED, Task, wait
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextvars import ContextVar
from functools import partial
from itertools import chain, zip_longest
from time import monotonic
from typing import Any

import httpcore
import httpx

from trayapp.core.evidence.observation import NetworkStep
from trayapp.core.evidence.phases import Phase, Phases
from trayapp.core.evidence.reach import is_address
from trayapp.net.lookup import look_up
from trayapp.tasks import Tasks

NEXT_ADDRESS_S = 0.25
"""RFC 8305: an address that has not answered by then gets company, so that broken IPv6 costs this and no more."""

Stream = httpcore.AsyncNetworkStream
_Attempt = Callable[[], Coroutine[Any, Any, Stream]]


class Trace:
    """Follows one exchange through its steps. `addresses`: of the host that was asked last. `sent`: bytes, of late.

    `late_name`: its name was looked up late. `tunnelled`: TLS through a proxy, which has to answer first. `connects`: a
    connection is made, none was kept.
    """

    def __init__(self) -> None:
        self.step: NetworkStep | None = NetworkStep.TCP
        self.addresses: tuple[str, ...] = ()
        self.tunnelled = self.connects = self.late_name = False
        self.sent = 0
        self._handshakes = 0
        self._asks_proxy = False
        self._spent: dict[Phase, float] = {}
        self._phase: Phase | None = None
        self._since = 0.0

    def new_handshakes(self) -> int:
        """Since the last time this was asked."""
        count, self._handshakes = self._handshakes, 0
        return count

    def enter(self, phase: Phase | None) -> None:
        """From now on the time is this phase's; nobody's with None."""
        now = monotonic()
        if self._phase is not None:
            self._spent[self._phase] = self._spent.get(self._phase, 0.0) + now - self._since
        self._phase, self._since = phase, now

    def phases(self) -> Phases:
        """Where the time has gone, hop by hop together."""
        return Phases(*map(self._spent.get, Phase))

    async def note(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith("connect_tcp.started"):
            self.connects = True
            self._asks_proxy = self.tunnelled
            self.step = NetworkStep.PROXY if self.tunnelled else NetworkStep.TCP
            self.enter(Phase.CONNECT)
        elif event.endswith("start_tls.started"):
            self._asks_proxy = False
            self.step = NetworkStep.TLS
            self.enter(Phase.TLS)
        elif event.endswith("start_tls.complete"):
            self._handshakes += 1
        elif event == "http11.send_request_headers.started" and not self._asks_proxy:
            self.step = None
            self.enter(Phase.ANSWER)


TRACE: ContextVar[Trace] = ContextVar("TRACE")
"""Of the exchange that the running task is about: the connecting is deep inside it."""


class Outgoing(httpx.AsyncHTTPTransport):
    """Goes out through `proxy`, or without one; then it looks names up itself."""

    def __init__(self, context: ssl.SSLContext, limits: httpx.Limits, proxy: str | None) -> None:
        super().__init__(verify=context, limits=limits, proxy=proxy)
        # httpx offers no other way: https://github.com/encode/httpx/discussions/2930
        pool: Any = self._pool
        pool._network_backend = _Direct() if proxy is None else _Noting()
        make = pool.create_connection
        pool.create_connection = lambda origin: _Whole(make(origin))


class _Whole:
    """A connection that is out of the pool and closed when a request on it ends without an answer.

    httpcore forgets both where it is cancelled between connecting and the end of the handshake, and where the
    handshake fails behind a proxy: https://github.com/encode/httpcore/issues/1023
    """

    def __init__(self, connection: httpcore.AsyncConnectionInterface) -> None:
        self._connection = connection
        self._streams: list[Stream] = []
        self._lost = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def is_closed(self) -> bool:
        return self._lost or self._connection.is_closed()

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        _OPENED.set(self._streams)
        try:
            return await self._connection.handle_async_request(request)
        except httpcore.ConnectionNotAvailable:
            raise
        except BaseException:
            self._lost = True
            for stream in self._streams:
                await stream.aclose()
            raise


_OPENED: ContextVar[list[Stream]] = ContextVar("OPENED")
"""What was opened for the connection that the running task makes."""


class _Noting(httpcore.AnyIOBackend):
    """Notes what it opens."""

    async def connect_tcp(self, *given: Any, **named: Any) -> Stream:
        stream = await super().connect_tcp(*given, **named)
        _OPENED.get().append(stream)
        return stream


class _Direct(_Noting):
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> Stream:
        trace = TRACE.get()
        if is_address(host):
            trace.addresses = (host,)
        else:
            trace.step = NetworkStep.DNS
            trace.enter(Phase.DNS)
            try:
                trace.addresses, trace.late_name = await look_up(host)
            except OSError as error:
                raise httpcore.ConnectError(str(error)) from error
            trace.step = NetworkStep.TCP
            trace.enter(Phase.CONNECT)
        connect = super().connect_tcp
        return await _first(
            [
                partial(connect, address, port, timeout, local_address, socket_options)
                for address in in_turn(trace.addresses)
            ]
        )


def in_turn(addresses: Sequence[str]) -> list[str]:
    """The two families by turns, beginning with the one that the system prefers (RFC 8305, 4)."""
    first = [address for address in addresses if (":" in address) == (":" in addresses[0])]
    other = [address for address in addresses if address not in first]
    return [address for address in chain.from_iterable(zip_longest(first, other)) if address is not None]


async def _first(attempts: Sequence[_Attempt]) -> Stream:
    """The first connection there is; raises what the last attempt failed with."""
    waiting = list(attempts)
    running: set[Task[Exception | None]] = set()
    opened: list[Stream] = []
    failure: Exception = httpcore.ConnectError("no address")
    async with Tasks("connecting") as tasks:
        while not opened and (waiting or running):
            if waiting:
                running.add(tasks.spawn(_outcome(waiting.pop(0), opened), "address"))
            await wait(running, timeout=NEXT_ADDRESS_S if waiting else None, return_when=FIRST_COMPLETED)
            for task in [task for task in running if task.done()]:
                running.remove(task)
                outcome = task.result()
                failure = outcome if isinstance(outcome, Exception) else failure
    # Two may have come through in the same moment.
    for spare in opened[1:]:
        await spare.aclose()
    if not opened:
        raise failure
    return opened[0]


async def _outcome(attempt: _Attempt, opened: list[Stream]) -> Exception | None:
    try:
        opened.append(await attempt())
    except (httpcore.NetworkError, httpcore.TimeoutException, OSError) as error:
        return error
    return None
