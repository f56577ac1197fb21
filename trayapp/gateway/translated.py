"""The local route where the target speaks Chat Completions and not the tool's dialect: the request is asked as a chat,
and its answer is told in the tool's dialect while it comes.

Whatever happens to a stream that has begun is told in it, in the order in which the tool's dialect has its events.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from aiohttp import web

from trayapp.core.evidence.observation import Depth
from trayapp.core.json_text import read_json
from trayapp.core.switching.route import Endpoint
from trayapp.core.switching.target import TargetStatus
from trayapp.gateway.decoding import TooMuch, Undecodable, decoder_for, unpacked
from trayapp.gateway.dialects import chat
from trayapp.gateway.fence import Fence, FencedReading
from trayapp.gateway.given import Whole
from trayapp.gateway.headers import LEFT_OUT
from trayapp.gateway.limits import GatewayLimits
from trayapp.gateway.local_refusals import check_server, dead, lacks, not_spoken, told
from trayapp.gateway.local_request import movable_fields, said_in
from trayapp.gateway.outgoing import Answer, Unanswered
from trayapp.gateway.refusal import Refused
from trayapp.gateway.relay import ClientGone, relay
from trayapp.gateway.tool_request import ToolRequest, give_up
from trayapp.gateway.translation.answer_stream import AnswerStream
from trayapp.gateway.translation.asked import Asked, Minted
from trayapp.gateway.translation.encoding import encode
from trayapp.gateway.translation.refusals import malformed, of_error
from trayapp.gateway.translation.translation import MESSAGES, RESPONSES
from trayapp.gateway.waiting import Waiting

T = TypeVar("T")
TRANSLATIONS = {Endpoint.MESSAGES: MESSAGES, Endpoint.RESPONSES: RESPONSES}
_PATH = "/v1/chat/completions"
_LARGE_BYTES = 256 * 1024
"""To translate so much takes 7 ms, and everybody else's streams would stand still for it; more is done in a thread."""
_NAMED_CHARS = 1000
"""Of what was left out. Some tools send hundreds of tools, and no library takes a header of any length."""

Head = Callable[[str, bytes], Awaitable[Answer | None]]
"""Asks the target for the head of an answer; None where the route leads elsewhere by then. Raises `Unanswered`."""
Body = Callable[[Answer, FencedReading], Awaitable[bytes]]
"""All of a plain answer. Raises `Unanswered`."""


class Told(NamedTuple):
    """`answer`: what the tool got. `good`: it is what the model wrote, and whole."""

    answer: web.StreamResponse
    good: bool


class TranslatedExchange:
    """One request. `minted`: what its answer is known by."""

    def __init__(
        self,
        target: TargetStatus,
        asked: ToolRequest,
        waiting: Waiting,
        minted: Minted,
        limits: GatewayLimits,
        fence: Fence,
    ) -> None:
        self._target = target
        self._asked = asked
        self._waiting = waiting
        self._minted = minted
        self._limits = limits
        self._fence = fence
        self._translation = TRANSLATIONS[asked.endpoint]

    async def answer(self, head: Head, body: Body) -> Told | None:
        """Ask, and tell what comes; None where nothing was asked because the route leads elsewhere by then. Raises
        `Refused` while nothing of an answer has been sent."""
        chatted, raw = await _aside(self._chatted, len(self._asked.said))
        if chatted.left_out:
            named = ", ".join(quote(name, safe=" /:", errors="replace") for name in chatted.left_out)
            self._waiting.headers[LEFT_OUT] = named[:_NAMED_CHARS]
        stream = self._translation.stream(chatted, self._minted) if chatted.chat.get("stream") else None
        try:
            try:
                up = await head(str(self._target.url).rstrip("/") + _PATH, raw)
                if up is None:
                    return None
                self._asked.body = self._asked.said = b""
                try:
                    check_server(self._target, up)
                    reading = FencedReading(self._fence, chat, up.status, up.headers, Depth.COMPLETION)
                    if stream is not None and reading.is_stream:
                        return await self._relayed(up, stream)
                    return await self._whole(up, await body(up, reading), reading, chatted, stream)
                finally:
                    up.close()
            except Unanswered as failure:
                raise dead(self._target, failure.code) from failure
        except Refused as refused:
            if stream is None or self._waiting.down is None:
                raise
            return await self._ended(stream, stream.fail(refused))

    def _chatted(self) -> tuple[Asked, bytes]:
        """The request as a chat, and as the bytes of one. Raises `Refused`."""
        movable_fields(self._asked)
        target = self._target
        chatted = self._translation.request(said_in(self._asked.said), model=str(target.model), context=target.context)
        try:
            return chatted, encode(chatted.chat)
        except ValueError as error:
            raise malformed("nesting") from error

    async def _relayed(self, up: Answer, stream: AnswerStream) -> Told:
        """A stream that the tool asked for."""
        limits = self._limits
        coding = up.headers.get("content-encoding", "").strip().lower()
        decoder = decoder_for(coding)
        if decoder is None and coding not in ("", "identity"):
            raise Unanswered("malformed")

        def change(piece: bytes) -> bytes:
            try:
                return stream.feed(piece if decoder is None else decoder.feed(piece))
            except Undecodable as error:
                raise Unanswered("malformed") from error

        down = await self._waiting.begin_ours()
        try:
            try:
                await relay(
                    up,
                    down,
                    # `stream` reads it by itself, and says how it ended.
                    FencedReading(self._fence, None, up.status, up.headers, Depth.COMPLETION),
                    silence_s=limits.local.silence_s,
                    stall_s=limits.client_stall_s,
                    answer_s=limits.answer_s,
                    change=change,
                    over=lambda: stream.over,
                )
                rest = stream.end()
            except Unanswered as failure:
                rest = stream.fail(dead(self._target, failure.code))
        except (ClientGone, ConnectionError):
            give_up(self._asked.request)
            return Told(down, good=False)
        return await self._ended(stream, rest)

    async def _whole(
        self, up: Answer, body: bytes, reading: FencedReading, chatted: Asked, stream: AnswerStream | None
    ) -> Told:
        """A plain answer, which may also come to a tool that asked for a stream."""
        target, asked = self._target, self._asked
        if lacks(up.status, reading.error_within):
            raise not_spoken(target, asked)
        if not 200 <= up.status < 300:
            raise of_error(reading.error_within, up.status)
        try:
            answer = await _aside(lambda: self._read(up, body), len(body))
            if (error := chat.error_in(answer)) is not None:
                raise told(target, asked, up.status, error)
            if stream is not None:
                rest = stream.feed(b"data: %s\n\n" % encode(answer)) + stream.end()
                if stream.failed and self._waiting.down is None:
                    raise Unanswered("malformed")
                return await self._ended(stream, rest)
            said = await _aside(lambda: encode(self._translation.answer(chatted, self._minted, answer)), len(body))
        except (ValueError, Undecodable, TooMuch) as error:
            # Whoever has the port now, or a model that gave nothing.
            raise Unanswered("malformed") from error
        return Told(Whole(body=said, content_type="application/json", headers=self._waiting.headers), good=True)

    def _read(self, up: Answer, body: bytes) -> dict[str, Any]:
        coding = up.headers.get("content-encoding", "").strip().lower()
        if coding not in ("", "identity"):
            body = unpacked(body, coding, self._limits.local_answer_bytes)
        answer = read_json(body)
        if not isinstance(answer, dict):
            raise ValueError("no object")
        return answer

    async def _ended(self, stream: AnswerStream, rest: bytes) -> Told:
        """Its last words."""
        down = await self._waiting.begin_ours()
        self._waiting.over()
        try:
            await down.write(rest)
            await down.write_eof()
        except ConnectionError:
            give_up(self._asked.request)
        return Told(down, good=not stream.failed)


async def _aside(work: Callable[[], T], size: int) -> T:
    return work() if size <= _LARGE_BYTES else await asyncio.to_thread(work)
