"""One attempt at a provider, whose answer can be held back and is passed on byte for byte.

An answer that breaks off breaks off for the tool as well: the connection is closed without the end that HTTP asks
for, which every library takes for the error that it is. An event of our own would not be the provider's bytes.
"""

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

from trayapp.core.evidence.answers import over_tls
from trayapp.core.evidence.observation import Try
from trayapp.core.switching.route import Endpoint
from trayapp.gateway.evidence import Exchange, depth_of
from trayapp.gateway.fence import Fence, FencedReading
from trayapp.gateway.given import Streamed, Whole
from trayapp.gateway.headers import phrase, to_client
from trayapp.gateway.limits import GatewayLimits, Patience
from trayapp.gateway.outgoing import Answer, Note, Outgoing, Unanswered, code_of
from trayapp.gateway.reading import SAMPLE_BYTES
from trayapp.gateway.relay import ClientGone, relay
from trayapp.gateway.tool_request import ToolRequest, break_off, give_up

ERROR_BODY_S = 1.0
"""An error comes in one piece with its words; whoever lets them wait has said enough."""


class CloudAttempt:
    """`exchange`: what it proves, where it is to prove anything; `tell` takes that, once. Use it as a context: what is
    cancelled inside has been left by its tool, and its connection ends with it.

    `up`, `reading`: the answer, from `ask` on. `held`: what has come of its body and was not passed on. `ended`:
    nothing more comes.
    """

    up: Answer
    reading: FencedReading

    def __init__(
        self,
        asked: ToolRequest,
        url: str,
        headers: CIMultiDict[str],
        exchange: Exchange | None,
        limits: GatewayLimits,
        fence: Fence,
        tell: Callable[[Try], None],
    ) -> None:
        self.held = bytearray()
        self.ended = False
        self._asked = asked
        self._url = url
        self._headers = headers
        self._exchange = exchange
        self._limits = limits
        self._fence = fence
        self._tell = tell

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is asyncio.CancelledError:
            self.left()
        self.close()

    def close(self) -> None:
        """Nothing more is wanted of it."""
        if self.has_begun:
            self.up.close()

    @property
    def has_begun(self) -> bool:
        return hasattr(self, "up")

    async def ask(
        self, outgoing: Outgoing, body: bytes, patience: Patience, note: Note | None = None, *, once: bool = False
    ) -> None:
        """Ask, and wait for the answer's head. `note`, `once`: as `Outgoing.ask` has them. Raises `Unanswered`."""
        method = self._asked.request.method
        up = self.up = await outgoing.ask(method, self._url, self._headers, body, patience, note, once=once)
        endpoint = self._asked.endpoint
        theirs = over_tls(self._url, proven=up.proven)
        known = None if endpoint is Endpoint.OTHER else self._asked.dialect
        self.reading = FencedReading(
            self._fence,
            known,
            up.status,
            up.headers,
            depth_of(endpoint),
            proven=theirs,
            asked=urlsplit(self._url).path,
        )
        if self._exchange is not None:
            self._exchange = self._fence.ask(partial(self._exchange.head, self.reading, up), None)
        if up.content.is_eof():
            self._take(up.content.read_nowait())
            self.ended = True

    async def hold(self) -> int:
        """Wait for the next piece of the body and hold it back; its bytes, 0 at the end. Raises `Unanswered`."""
        if self.ended:
            return 0
        try:
            piece = await self.up.piece()
        except (aiohttp.ClientError, OSError) as error:
            raise Unanswered(code_of(error)) from error
        self.ended = not piece
        self._take(piece)
        return len(piece)

    async def hear_out(self) -> None:
        """Hold back what an error says: it belongs to it, whatever is made of it."""
        # Whether it broke off is seen when it goes on.
        with contextlib.suppress(TimeoutError, Unanswered):
            async with asyncio.timeout(ERROR_BODY_S):
                while len(self.held) < SAMPLE_BYTES and await self.hold():
                    pass

    async def pass_on(
        self, down: web.StreamResponse | None = None, *, silence_s: float | None = None
    ) -> web.StreamResponse:
        """Give the tool what was held back, then the rest as it comes. `down`: a stream that was begun for it.
        `silence_s`: between two pieces, real seconds; the gateway's own limit without."""
        asked, up, reading = self._asked, self.up, self.reading
        try:
            if down is None:
                headers, reason = to_client(up.headers, asked.route), phrase(up.reason)
                if reading.is_stream:
                    # It is measured in pieces, so that it can be broken off whatever it said of its length.
                    headers.popall("Content-Length", None)
                if self.ended and reading.whole:
                    # Head and body go out in one piece, and then what they prove is seen to.
                    self._over_soon()
                    return Whole(status=up.status, reason=reason, headers=headers, body=bytes(self.held))
                down = Streamed(status=up.status, reason=reason, headers=headers)
                await down.prepare(asked.request)
            await self._relay(down, silence_s or self._limits.cloud.silence_s)
            self.over()
        except Unanswered as failure:
            self.failed(failure.code)
            break_off(asked.request)
        except (ClientGone, ConnectionError):
            self.left()
            give_up(asked.request)
        assert down is not None
        return down

    def over(self) -> None:
        """The answer has come to its end."""
        self._prove(Exchange.ended)

    def _over_soon(self) -> None:
        if self._asked.proved is None:
            asyncio.get_running_loop().call_soon(self.over)
        else:
            # Auto mode counts it before the request is over.
            self.over()

    def failed(self, code: str) -> None:
        """There is no whole answer."""
        self._prove(partial(Exchange.failed, code=code))

    def left(self) -> None:
        """The tool went away."""
        self._prove(Exchange.left)

    def _prove(self, how: Callable[[Exchange], Try]) -> None:
        exchange, self._exchange = self._exchange, None
        if exchange is not None and (seen := self._fence.ask(lambda: how(exchange), None)) is not None:
            self._tell(seen)

    def _take(self, piece: bytes) -> None:
        if piece:
            self.held += piece
            self.reading.feed(piece, asyncio.get_running_loop().time())

    async def _relay(self, down: web.StreamResponse, silence_s: float) -> None:
        limits, reading = self._limits, self.reading
        held, self.held = bytes(self.held), bytearray()
        await down.write(b"" if reading.is_cut_short else held)
        if not self.ended:
            await relay(
                self.up,
                down,
                reading,
                silence_s=silence_s,
                stall_s=limits.client_stall_s,
                answer_s=limits.answer_s,
            )
        if not reading.whole:
            raise Unanswered("cut")
        await down.write_eof()
