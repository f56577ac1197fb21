"""The local route: the same request for the local target, with its model's name and nobody's credentials.

Nothing here has to be the provider's bytes, so a failure after the first of them is told as an event in the tool's
own dialect. Only whole events are passed on, so that such an event always stands by itself.
"""

import asyncio
import json
from collections.abc import Callable

import aiohttp
import msgspec
from aiohttp import web

from trayapp.clock import Clock
from trayapp.core.evidence.observation import Depth
from trayapp.core.json_text import read_json
from trayapp.core.snapshot import LocalAnswer
from trayapp.core.switching.route import Endpoint
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.gateway.cloud import ToolRequest, break_off, give_up
from trayapp.gateway.given import Streamed, Whole
from trayapp.gateway.headers import ROUTE, to_client, to_local
from trayapp.gateway.limits import GatewayLimits
from trayapp.gateway.outgoing import Outgoing, Unanswered, code_of
from trayapp.gateway.reading import AnswerReading
from trayapp.gateway.refusal import Refused, no_descriptors
from trayapp.gateway.relay import ClientGone, as_it_is, relay

_MAX_EVENT_BYTES = 1024 * 1024
_KEEPS_OUT = (401, 403)
_USABLE = (TargetState.READY, TargetState.LOADING, TargetState.STARTING)


class WholeEvents:
    """Holds back the beginning of an event until its end has come."""

    def __init__(self) -> None:
        self._held = b""

    def __call__(self, piece: bytes) -> bytes:
        joined = self._held + piece
        ends = (joined.rfind(mark) + len(mark) for mark in (b"\n\n", b"\r\n\r\n") if mark in joined)
        end = max(ends, default=len(joined) if len(joined) > _MAX_EVENT_BYTES else 0)
        self._held = joined[end:]
        return joined[:end]

    def rest(self) -> bytes:
        return self._held


class LocalRoute:
    def __init__(
        self,
        outgoing: Outgoing,
        target: Callable[[], TargetStatus],
        answered: Callable[[LocalAnswer], None],
        clock: Clock,
        limits: GatewayLimits,
    ) -> None:
        self._outgoing = outgoing
        self._target = target
        self._answered = answered
        self._clock = clock
        self._limits = limits

    async def answer(self, asked: ToolRequest) -> web.StreamResponse:
        """Ask the local target in the provider's place. Raises `Refused` while nothing of an answer has been sent."""
        target = self._target()
        if target.state not in _USABLE or target.url is None or target.model is None:
            raise _not_ready(target)
        if asked.endpoint is Endpoint.MODELS:
            body = asked.dialect.models(asked.address.path, target.model, target.server or "local")
            return Whole(body=body, content_type="application/json", headers={ROUTE: asked.route})
        url = target.url.rstrip("/") + asked.address.path
        asked.body = with_model(asked, target.model)
        try:
            up = await self._outgoing.ask("POST", url, to_local(asked.request.headers), asked.body, self._limits.local)
            asked.body = b""
            try:
                if ROUTE in up.headers:
                    raise _circle(target)
                if up.status in _KEEPS_OUT:
                    raise _kept_out(target, up.status)
                reading = AnswerReading(asked.dialect, up.status, up.headers, Depth.COMPLETION)
                pass_on = self._stream if reading.is_stream else self._whole
                down = await pass_on(up, reading, asked, target)
            finally:
                up.close()
        except Unanswered as failure:
            raise _dead(target, failure.code) from failure
        if 200 <= down.status < 300 and reading.whole and not reading.has_error:
            given = LocalAnswer(self._clock.now(), asked.provider.provider, asked.caller.tool, target.model)
            asyncio.get_running_loop().call_soon(self._answered, given)
        return down

    async def _whole(
        self, up: aiohttp.ClientResponse, _: AnswerReading, asked: ToolRequest, target: TargetStatus
    ) -> web.StreamResponse:
        """A plain answer is sent once it is whole, so that until then its failure can be told as an error."""
        limits = self._limits
        held = bytearray()
        try:
            async with asyncio.timeout(limits.answer_s):
                while piece := await asyncio.wait_for(up.content.readany(), limits.local.silence_s):
                    held += piece
                    if len(held) > limits.local_answer_bytes:
                        raise Unanswered("malformed")
        except (aiohttp.ClientError, OSError) as error:
            raise Unanswered(code_of(error)) from error
        return Whole(status=up.status, body=bytes(held), headers=to_client(up.headers, asked.route))

    async def _stream(
        self, up: aiohttp.ClientResponse, reading: AnswerReading, asked: ToolRequest, target: TargetStatus
    ) -> web.StreamResponse:
        limits = self._limits
        headers = to_client(up.headers, asked.route)
        headers.popall("Content-Length", None)
        down = Streamed(status=up.status, headers=headers)
        events = WholeEvents()
        # What is compressed has no place for an event of ours; it is broken off as on the cloud route.
        pass_on = as_it_is if reading.packed else events
        await down.prepare(asked.request)
        try:
            try:
                await relay(
                    up,
                    down,
                    reading,
                    silence_s=limits.local.silence_s,
                    stall_s=limits.client_stall_s,
                    answer_s=limits.answer_s,
                    change=pass_on,
                )
                if not reading.whole:
                    raise Unanswered("cut")
                await down.write(events.rest())
            except Unanswered as failure:
                if reading.packed:
                    break_off(asked.request)
                    return down
                # An error event of the server's own says it better, and an error is told once.
                if not reading.has_error:
                    await down.write(asked.dialect.refusal_event(_dead(target, failure.code)))
            await down.write_eof()
        except (ClientGone, ConnectionError):
            give_up(asked.request)
        return down


def with_model(asked: ToolRequest, name: str) -> bytes:
    """The body with another `model`; every other value stays the bytes that it was."""
    if asked.request.headers.get("content-encoding", "identity").lower() != "identity":
        message = "A local model takes no compressed request. Turn compression of requests off in this tool."
        raise Refused(400, "encoding_not_supported", message, retry=False)
    try:
        fields = msgspec.json.decode(asked.body, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _with_model_in_odd_text(asked.body, name, error)
    return msgspec.json.encode(fields | {"model": name})


def _with_model_in_odd_text(body: bytes, name: str, cause: Exception) -> bytes:
    """The same for a text that msgspec does not take; its values are spelled anew."""
    try:
        fields = read_json(body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Refused(400, "invalid_json", "The request is not a JSON object.", retry=False) from cause
    return json.dumps(fields | {"model": name}).encode()


def _named(target: TargetStatus) -> str:
    name = f"The local model {target.model}" if target.model else "The local model"
    return name + (f" at {target.url}" if target.url else "")


def _not_ready(target: TargetStatus) -> Refused:
    """Nothing of this passes by itself."""
    home = "or send this provider's requests back to the cloud: `llm-ampel switch cloud`."
    if target.state is TargetState.DOWN:
        message = f"{_named(target)} is not running. Start it, {home}"
    elif target.state is TargetState.NONE or target.model is None or target.url is None:
        message = f"No local model is set up. Choose one in LLM Ampel's settings, {home}"
    else:
        message = f"{_named(target)} cannot be used; LLM Ampel's window says why. Choose another one, {home}"
    return Refused(400, "local_not_ready", message, retry=False)


def _circle(target: TargetStatus) -> Refused:
    message = f"{_named(target)} is LLM Ampel's own gateway. Choose the local server itself in LLM Ampel's settings."
    return Refused(400, "local_is_gateway", message, retry=False)


def _kept_out(target: TargetStatus, status: int) -> Refused:
    why = "wants a key, which LLM Ampel does not have" if status == 401 else "does not let LLM Ampel in (403)"
    message = f"{_named(target)} {why}. Change that in the server's settings; the provider's key does not go there."
    return Refused(400, f"local_http_{status}", message, retry=False)


def _dead(target: TargetStatus, code: str) -> Refused:
    if code == "no_descriptors":
        return no_descriptors()
    why = {
        "timeout": "did not answer in time. Ask again",
        "cut": "closed the connection before its answer was whole. Ask again",
        "malformed": "sent something that is no answer. Ask again",
    }.get(code, "cannot be reached. Start it")
    message = f"{_named(target)} {why}, or send this provider's requests back to the cloud: `llm-ampel switch cloud`."
    return Refused(504 if code == "timeout" else 503, f"local_{code}", message, retry=False)
