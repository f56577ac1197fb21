"""The connections of the tools: what aiohttp itself has to say is said in dialect, and nothing of a stranger's is
logged."""

import asyncio
import contextlib
import logging
import socket
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from aiohttp import web

from trayapp.gateway.dialects.dialect import Shape
from trayapp.gateway.dialects.spoken import spoken
from trayapp.gateway.given import Whole
from trayapp.gateway.headers import ROUTE
from trayapp.gateway.limits import GatewayLimits
from trayapp.gateway.refusal import Refused
from trayapp.net.descriptors import ran_out

log = logging.getLogger(__name__)

_LINGER_S = 2.0
_PAUSE_S = 0.2
_LOOK_S = 0.1
_WORD_S = 10.0
"""Real seconds between two looks for a client that has closed its side, and between two words to it."""
_MAX_FIELD_BYTES = 16 * 1024
_MAX_FIELDS = 200
"""Codex keeps paths and ids in its headers, and company proxies add theirs; what is more is no tool's."""


def refusal_answer(refused: Refused, shape: Shape) -> Whole:
    """What a tool is told in place of an answer."""
    headers = {ROUTE: f"none; {refused.code}"} | refused.headers
    answer = Whole(status=refused.status, body=shape.refusal(refused), content_type="application/json", headers=headers)
    if refused.closes:
        answer.force_close()
    return answer


class ToolConnection(web.RequestHandler):
    """Says what aiohttp itself has to say in the dialect, and logs nothing that a stranger sent.

    A client that closes its side behind its request, as `nc -N` does, still gets its answer. One that has closed
    whole looks the same until something is sent to it; so an interim answer is, which everybody has to skip
    (RFC 9110, 15.2), and a machine where nobody reads any more refuses it at once. Once the answer has begun, to
    close one side is to leave.
    """

    answering: web.BaseRequest | None = None
    _said_all = False
    _next_word = 0.0

    @property
    def idle(self) -> bool:
        """Has everything that came over it been answered?"""
        return self.answering is None and not self._messages

    def drop(self) -> None:
        """Close at once."""
        if self.transport is not None:
            self.transport.abort()

    @property
    def last(self) -> bool:
        """Is there nothing to read behind the request that is answered?"""
        return self._said_all and not self._messages

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio keeps the connection when told so
        idle = self._waiter is not None and not self._waiter.done()
        self._said_all = bool(self._request_count) and not idle
        if self._said_all:
            self._loop.call_soon(self._look)
        return self._said_all

    def _look(self) -> None:
        """Is the client that has said all still there?"""
        transport, request = self.transport, self.answering
        if transport is None or transport.is_closing():
            return
        if request is not None:
            refused = transport.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if refused or request.writer.output_size > 0 or not request.content.is_eof():
                transport.abort()
                return
            if self._loop.time() >= self._next_word:
                self._next_word = self._loop.time() + _WORD_S
                transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._loop.call_later(_LOOK_S, self._look)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status >= 500:
            log.error("a request failed inside the gateway", exc_info=exc)
            refused = Refused(status, "gateway_error", "LLM Ampel's gateway failed. Its log says more.")
        else:
            refused = Refused(status, "bad_request", "This is not a request that can be read.", retry=False)
        if request.writer.output_size > 0:
            raise ConnectionResetError
        answer = refusal_answer(refused, spoken(request.raw_path, request.headers))
        answer.force_close()
        return answer


class ToolServer(web.Server):
    """Makes a connection of everybody who knocks, and lets `handle` answer what comes over it.

    Who has not shown a token makes room for whoever comes later, the longest there first, and so does a tool that
    keeps connections for nothing: that costs nobody an answer, and leaves the rest of the program the descriptors
    that it needs. Where all are too new to go, whoever comes waits in the kernel's queue.
    """

    def __init__(
        self, handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], limits: GatewayLimits
    ) -> None:
        # A tool that leaves cancels its request, and with it the one upstream.
        super().__init__(handle, handler_cancellation=True)
        self._limits = limits
        # In the order in which they came (real seconds), or in which the tools last asked.
        self._strangers: dict[web.RequestHandler, float] = {}
        self._tools: OrderedDict[web.RequestHandler, None] = OrderedDict()
        self._left = asyncio.Event()

    async def accept(self, listening: socket.socket) -> None:
        """Let everybody in who comes to this socket, as there is room. Cancel it to end."""
        loop = asyncio.get_running_loop()
        while True:
            await self._room()
            try:
                connection, _ = await loop.sock_accept(listening)
                try:
                    await loop.connect_accepted_socket(self, connection)
                except BaseException:
                    connection.close()
                    raise
            except OSError as error:
                # Gone again before it was let in; or there are no descriptors left, and will be.
                log.debug("nobody came in: %s", error)
                await asyncio.sleep(_PAUSE_S if ran_out(error) else 0)

    def admit(self, connection: ToolConnection) -> None:
        """A token was shown over this connection."""
        if connection in self._tools:
            self._tools.move_to_end(connection)
            return
        self._forget(connection)
        self._tools[connection] = None
        if len(self._tools) > self._limits.requests + self._limits.unused:
            unused = next((one for one in self._tools if isinstance(one, ToolConnection) and one.idle), None)
            if unused is not None:
                self._forget(unused)
                unused.drop()

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        self._strangers[handler] = asyncio.get_running_loop().time()

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        super().connection_lost(handler, exc)
        self._forget(handler)

    def _forget(self, handler: web.RequestHandler) -> None:
        self._strangers.pop(handler, None)
        self._tools.pop(handler, None)
        self._left.set()

    async def _room(self) -> None:
        """Wait for a place for one more stranger."""
        limits = self._limits
        while len(self._strangers) >= max(1, min(limits.strangers, limits.sockets - 2 * len(self._tools))):
            longest, since = next(iter(self._strangers.items()))
            wait_s = since + limits.stranger_s - asyncio.get_running_loop().time()
            if wait_s > 0:
                self._left.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._left.wait()
                continue
            self._forget(longest)
            assert isinstance(longest, ToolConnection)
            longest.drop()

    def __call__(self) -> web.RequestHandler:
        return ToolConnection(
            self,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=self._limits.idle_s,
            max_field_size=_MAX_FIELD_BYTES,
            max_headers=_MAX_FIELDS,
            lingering_time=_LINGER_S,
            logger=log,
            access_log=None,  # type: ignore[arg-type]  # aiohttp's own way to have none
            auto_decompress=False,
        )
