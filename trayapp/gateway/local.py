"""The local route: the same request for the local target, with its model's name and nobody's credentials.

Nothing here has to be the provider's bytes, so a failure after the first of them is told as an event in the tool's
own dialect. Only whole events are passed on, so that such an event always stands by itself.
"""

import asyncio
import secrets
from collections.abc import Callable

import aiohttp
from aiohttp import web

from trayapp.clock import Clock
from trayapp.core.evidence.observation import Depth, Outcome
from trayapp.core.json_text import read_json
from trayapp.core.snapshot import LocalAnswer
from trayapp.core.switching.route import Endpoint
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.errors import Problem
from trayapp.gateway.asked import multiplies
from trayapp.gateway.events import MAX_EVENT_BYTES, EventCutter
from trayapp.gateway.fence import Fence, FencedReading
from trayapp.gateway.given import Whole
from trayapp.gateway.headers import ROUTE, TOKENS, to_client, to_local
from trayapp.gateway.limits import GatewayLimits
from trayapp.gateway.local_refusals import (
    check_server,
    dead,
    lacks,
    may_lack,
    moved,
    not_ready,
    not_spoken,
    not_there,
    still_loading,
    told,
)
from trayapp.gateway.local_request import is_the_clouds, said_in, with_model
from trayapp.gateway.outgoing import Answer, Outgoing, Unanswered, code_of
from trayapp.gateway.reading import SAMPLE_BYTES
from trayapp.gateway.refusal import Refused, for_good
from trayapp.gateway.relay import ClientGone, as_it_is, relay
from trayapp.gateway.tool_request import ToolRequest, break_off, give_up
from trayapp.gateway.translated import TRANSLATIONS, TranslatedExchange
from trayapp.gateway.translation.asked import Minted
from trayapp.gateway.translation.encoding import encode
from trayapp.gateway.translation.responses_repair import ResponsesRepair, repaired
from trayapp.gateway.translation.token_estimate import estimated
from trayapp.gateway.unpacking import plain_of
from trayapp.gateway.waiting import BUSY, Waiting, usable
from trayapp.secrets.keys import KeySource
from trayapp.secrets.local_key import local_key

_EVENT_END = b"\n\n"
_STAYS = {
    Endpoint.EMBEDDINGS: "Embeddings stay with {name}: vectors of another model would not fit into an index of its own",
    Endpoint.OTHER: "Only {name} has what this request asks for",
}
_SEEN_FIRST = (Endpoint.MESSAGES, Endpoint.COUNT_TOKENS, Endpoint.RESPONSES)
"""What can be done without is asked of a local server only where it was seen to have it."""
_NOT_EVERYWHERE = (Endpoint.COMPLETIONS, *_SEEN_FIRST)
_AGAIN_S = 1.0
"""Real seconds before a server that says itself that it is loading is asked once more; so it says at once."""


class WholeEvents:
    """Holds back the beginning of an event until its end has come."""

    def __init__(self) -> None:
        self._cutter = EventCutter()

    def __call__(self, piece: bytes) -> bytes:
        whole, held = b"".join(self._cutter.feed(piece)), self._cutter.held
        if len(held) > MAX_EVENT_BYTES:
            whole += held
            held.clear()
        return whole

    def rest(self) -> bytes:
        return bytes(self._cutter.held)


class LocalRoute:
    def __init__(
        self,
        outgoing: Outgoing,
        keys: KeySource,
        target: Callable[[], TargetStatus],
        answered: Callable[[LocalAnswer], None],
        clock: Clock,
        limits: GatewayLimits,
        fence: Fence,
    ) -> None:
        self._outgoing = outgoing
        self._fence = fence
        self._keys = keys
        self._target = target
        self._answered = answered
        self._clock = clock
        self._limits = limits

    async def answer(
        self, asked: ToolRequest, stays: Callable[[], bool], waiting: Waiting | None = None
    ) -> web.StreamResponse | None:
        """Ask the local target in the provider's place, once it is ready if it is on its way.

        `stays`: whether the route still leads here; None when it did not, before anything was sent. `waiting`: what the
        tool has heard until now. Raises `Refused` while nothing of an answer has been sent.
        """
        if (why := _STAYS.get(asked.endpoint)) is not None:
            raise not_there(asked, why.format(name=asked.provider.name))
        target = self._target()
        if (
            asked.endpoint is Endpoint.MODELS
            and target.state in (TargetState.READY, *BUSY)
            and target.model is not None
        ):
            body = asked.dialect.models(asked.address.path, target.model, target.server or "local")
            return Whole(body=body, content_type="application/json", headers={ROUTE: asked.route})
        limits = self._limits
        asked.said = asked.said or plain_of(asked.request.headers, asked.body, limits.body_bytes)
        async with waiting or self.waiting(asked) as waiting:
            try:
                target = await usable(self._target, stays, limits.cold_s)
                if not stays():
                    if waiting.down is None:
                        return None
                    raise moved(asked)
                answer = await self._of(target, asked, waiting, stays)
                if answer is None and waiting.down is not None:
                    raise moved(asked)
                return answer
            except Refused as failure:
                # Told by a 5xx, it would come thirty times, and Codex would speak of high demand at OpenAI.
                last = not failure.again and multiplies(asked.request.headers)
                refused = for_good(failure) if last else failure
                waiting.over()
                if waiting.down is None:
                    raise refused from None
                await waiting.down.write(asked.dialect.refusal_event(refused))
                await waiting.down.write_eof()
                return waiting.down

    def waiting(self, asked: ToolRequest, route: str | None = None) -> Waiting:
        """What keeps the tool alive that asked this. `route`: what is said of who answers."""
        return Waiting(asked.request, asked.dialect, asked.said, route or asked.route, self._limits.keep_alive_s)

    async def _of(
        self, target: TargetStatus, asked: ToolRequest, waiting: Waiting, stays: Callable[[], bool]
    ) -> web.StreamResponse | None:
        if target.state is not TargetState.READY or target.url is None or target.model is None:
            raise still_loading(target) if target.state in BUSY else not_ready(target)
        if asked.endpoint in _SEEN_FIRST and (asked.endpoint not in target.speaks or is_the_clouds(asked)):
            return await self._without(target, asked, waiting, stays)
        try:
            url = target.url.rstrip("/") + asked.address.path
            up = await self._head(url, asked, with_model(asked, target.model), stays)
            if up is None:
                return None
            try:
                check_server(target, up)
                reading = FencedReading(self._fence, asked.dialect, up.status, up.headers, Depth.COMPLETION)
                if may_lack(up.status) and asked.endpoint in _NOT_EVERYWHERE:
                    await self._body(up, reading)
                    if lacks(up.status, reading.error_within):
                        return await self._without(target, asked, waiting, stays)
                    raise told(target, asked, up.status, reading.error_within)
                asked.body = asked.said = b""
                if reading.is_stream and not (reading.packed and waiting.down):
                    down = await self._stream(up, reading, asked, target, waiting)
                elif waiting.down is not None or (waiting.streams and 200 <= up.status < 300):
                    # Who reads a stream finds nothing in a plain answer, and takes it for an empty one.
                    await self._body(up, reading)
                    raise told(target, asked, up.status, reading.error_within)
                else:
                    waiting.over()
                    headers = to_client(up.headers, asked.route)
                    body = await self._body(up, reading)
                    error = reading.error_within
                    telling = up.status < 300 or asked.dialect.told(up.status, error) is not None
                    if (error is not None and telling) or (up.status >= 500 and multiplies(asked.request.headers)):
                        raise told(target, asked, up.status, error)
                    if up.status < 300 and not (reading.is_answer and (reading.packed or await _is_json(body))):
                        # Whoever has the port now, or a model that gave nothing.
                        raise Unanswered("malformed")
                    if up.status < 300 and asked.endpoint is Endpoint.RESPONSES and not reading.packed:
                        body = _with_all(body, target.model, self._minted())
                        headers.popall("Content-Length", None)
                    down = Whole(status=up.status, body=body, headers=headers)
            finally:
                up.close()
        except Unanswered as failure:
            raise dead(target, failure.code) from failure
        counts = asked.endpoint is not Endpoint.COUNT_TOKENS
        if counts and 200 <= down.status < 300 and not reading.is_bomb and reading.result().outcome is Outcome.GOOD:
            self._tell(target, asked)
        return down

    async def _without(
        self, target: TargetStatus, asked: ToolRequest, waiting: Waiting, stays: Callable[[], bool]
    ) -> web.StreamResponse | None:
        """The answer where the server has no such endpoint: an estimate for a number of tokens, else a translated
        one."""
        if asked.endpoint is Endpoint.COUNT_TOKENS:
            number = estimated(said_in(asked.said))
            headers = {ROUTE: asked.route, TOKENS: "estimated"}
            return Whole(body=b'{"input_tokens":%d}' % number, content_type="application/json", headers=headers)
        if asked.endpoint not in TRANSLATIONS:
            raise not_spoken(target, asked)
        exchange = TranslatedExchange(target, asked, waiting, self._minted(), self._limits, self._fence)
        told = await exchange.answer(lambda url, body: self._head(url, asked, body, stays), self._body)
        if told is not None and told.good:
            self._tell(target, asked)
        return None if told is None else told.answer

    def _tell(self, target: TargetStatus, asked: ToolRequest) -> None:
        """Say that the local model has answered."""
        asked.answered = True
        given = LocalAnswer(self._clock.now(), asked.provider.provider, asked.caller.tool, str(target.model))
        self._fence.tell(self._answered, given)

    def _minted(self) -> Minted:
        return Minted(secrets.token_hex(12), self._clock.wall(self._clock.now()).timestamp())

    async def _head(self, url: str, asked: ToolRequest, body: bytes, stays: Callable[[], bool]) -> Answer | None:
        """The answer's head. 503 is the answer of one that loads, or whose places are all taken: it has not begun, and
        is None once the route no longer `stays`."""
        loop, limits = asyncio.get_running_loop(), self._limits
        until = loop.time() + limits.cold_s
        headers = to_local(asked.request.headers)
        try:
            key = await local_key(self._keys, url)
        except Problem as problem:
            message = f"The local server's key could not be read ({problem.code}). Look into LLM Ampel's window."
            raise Refused(400, problem.code, message, retry=False) from problem
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        while True:
            up = await self._outgoing.ask("POST", url, headers, body, limits.local, proxied=False)
            left_s = until - loop.time()
            if up.status != 503 or left_s <= 0:
                return up
            up.close()
            await asyncio.sleep(min(_AGAIN_S, left_s))
            if not stays():
                return None

    async def _body(self, up: Answer, reading: FencedReading) -> bytes:
        """A plain answer is sent once it is whole, so that until then its failure can be told as an error."""
        limits, loop = self._limits, asyncio.get_running_loop()
        last = loop.time() + limits.answer_s
        held = bytearray()
        try:
            # Not `wait_for`: until Python 3.12 it forgets a tool that leaves just as a piece comes
            # (https://github.com/python/cpython/issues/86296).
            async with asyncio.timeout_at(last) as bound:
                while True:
                    bound.reschedule(min(loop.time() + limits.local.silence_s, last))
                    if not (piece := await up.piece()):
                        break
                    reading.feed(piece, loop.time())
                    held += piece
                    if len(held) > limits.local_answer_bytes:
                        raise Unanswered("malformed")
        except (aiohttp.ClientError, OSError) as error:
            raise Unanswered(code_of(error)) from error
        if not reading.whole:
            raise Unanswered("cut")
        return bytes(held)

    async def _stream(
        self,
        up: Answer,
        reading: FencedReading,
        asked: ToolRequest,
        target: TargetStatus,
        waiting: Waiting,
    ) -> web.StreamResponse:
        limits = self._limits
        headers = to_client(up.headers, asked.route)
        headers.popall("Content-Length", None)
        events: WholeEvents | ResponsesRepair = WholeEvents()
        if asked.endpoint is Endpoint.RESPONSES:
            events = ResponsesRepair(target.model or "", self._minted())
        # What is compressed has no place for an event of ours; it is broken off as on the cloud route.
        pass_on = as_it_is if reading.packed else events

        begun = reading.packed

        def begin(piece: bytes) -> bytes:
            nonlocal begun
            waiting.over()
            if reading.is_bomb:
                raise Unanswered("malformed")
            # Behind `[DONE]` nobody would hear that there was nothing.
            whole = b"" if reading.is_empty else pass_on(piece)
            if begun or not whole:
                return whole
            lacking = asked.dialect.beginning(whole, target.model or "", secrets.token_hex(12))
            begun = lacking is not None
            return (lacking or b"") + whole

        if reading.packed:
            waiting.over()
        down = await waiting.begin(up.status, headers)
        try:
            try:
                await relay(
                    up,
                    down,
                    reading,
                    silence_s=limits.local.silence_s,
                    stall_s=limits.client_stall_s,
                    answer_s=limits.answer_s,
                    change=begin,
                )
                if reading.is_endless:
                    raise Unanswered("cut")
                if not reading.packed:
                    # The libraries leave out an event that has no end, and with it what the server says against it.
                    reading.feed(_EVENT_END, asyncio.get_running_loop().time())
                if not reading.whole:
                    raise Unanswered("cut")
                if reading.is_empty:
                    raise Unanswered("malformed")
                rest = events.rest()
                await down.write(rest + _EVENT_END if rest and reading.has_error else rest)
            except Unanswered as failure:
                waiting.over()
                if reading.packed:
                    break_off(asked.request)
                    return down
                # An error event of the server's own says it better, and an error is told once.
                if not reading.has_error:
                    # Behind half an event it would be read as more of it.
                    end = _EVENT_END if reading.is_endless else b""
                    await down.write(end + asked.dialect.refusal_event(dead(target, failure.code)))
            await down.write_eof()
        except (ClientGone, ConnectionError):
            give_up(asked.request)
        return down


async def _is_json(body: bytes) -> bool:
    """Is a large answer JSON to its end? It was judged by its beginning alone."""
    if len(body) <= SAMPLE_BYTES:
        return True
    try:
        await asyncio.to_thread(read_json, body)
    except ValueError:
        return False
    return True


def _with_all(body: bytes, model: str, minted: Minted) -> bytes:
    """A plain response with what every reader expects; the bytes that it was where it lacks nothing."""
    try:
        response = read_json(body)
    except ValueError:
        return body
    whole = repaired(response, model, minted) if isinstance(response, dict) else response
    return body if whole == response else encode(whole)
