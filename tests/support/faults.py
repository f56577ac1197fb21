"""The ways in which a provider fails, each in every dialect: what it answers to one request and to the next.

A fault is written down by its name in `FAULTS`; `fault_provider` is the server that has it.
"""

import asyncio
import gzip
import json
import zlib
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from tests.support.httpserver import BAD_GATEWAY, Behaviour, Request, answer, garbage, hang_up, redirect
from tests.support.voices import DONE, MESSAGES, Voice

GAP_S = 0.05
"""Between two signs of life, so that each comes by itself."""
LATER_S = 0.15
"""Until what is passed on while it comes has long been passed on."""
SLOWLY = 36
"""Signs of life before a slow first token."""
SOON = {"retry-after": "1", "retry-after-ms": "100"}
LATER = {"retry-after": "60"}
PAGE = "<!DOCTYPE html><html><head><title>Sign in to Wi-Fi</title></head><body>Accept the terms.</body></html>"

Answer = Callable[[Voice, bool, str], Behaviour]
"""In this dialect, streamed or not, with this mark."""


class End(StrEnum):
    """How the transfer ends: as HTTP wants it, with the connection, or never."""

    CLEAN = "clean"
    CLOSED = "closed"
    NEVER = "never"


class Door(StrEnum):
    """Where something goes wrong before any request: nobody listens; the certificate has expired, or is another's; the
    first handshake is cut; no handshake is ever answered."""

    OPEN = "open"
    REFUSED = "refused"
    EXPIRED = "expired"
    STRANGER = "stranger"
    CUT_ONCE = "cut once"
    SILENT = "silent"


class Fault(NamedTuple):
    """`answers`: one request after the other; the last one is repeated."""

    answers: tuple[Answer, ...]
    door: Door = Door.OPEN


def pour(
    pieces: Sequence[bytes],
    kind: str,
    *,
    end: End = End.CLEAN,
    length: int | None = None,
    coding: str | None = None,
    gap_s: float = 0.0,
    then: bytes = b"",
) -> Behaviour:
    """A good head, and these pieces; chunked, unless a `length` is claimed. `then`: one that comes once the others have
    long arrived."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        measure = "transfer-encoding: chunked" if length is None else f"content-length: {length}"
        coded = f"content-encoding: {coding}\r\n" if coding else ""
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{coded}{measure}\r\n\r\n".encode())

        def write(piece: bytes) -> None:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece) if length is None else piece)

        for piece in pieces:
            write(piece)
            await writer.drain()
            await asyncio.sleep(gap_s)
        if then:
            await asyncio.sleep(LATER_S)
            write(then)
            await writer.drain()
        if end is End.NEVER:
            await asyncio.Event().wait()
        if length is None and end is End.CLEAN:
            writer.write(b"0\r\n\r\n")
        if end is End.CLOSED:
            writer.close()
            await writer.wait_closed()

    return behave


STREAM, JSON = "text/event-stream; charset=utf-8", "application/json"


def _body(voice: Voice, mark: str) -> bytes:
    return json.dumps(voice.plain(mark), ensure_ascii=False).encode()


def _cut_in_three(voice: Voice, streams: bool, mark: str) -> tuple[list[bytes], str]:
    """Two thirds of an answer: of a stream its beginning and some of its content, always."""
    if streams:
        parts = voice.parts(mark)
        return [*parts.life, *parts.content[:2]], STREAM
    body = _body(voice, mark)
    return [body[: len(body) // 3], body[len(body) // 3 : 2 * len(body) // 3]], JSON


def well(voice: Voice, streams: bool, mark: str) -> Behaviour:
    return pour(voice.parts(mark).all, STREAM) if streams else answer(200, _body(voice, mark))


def says(status: int, kind: str, headers: dict[str, str] | None = None) -> Answer:
    """An error, in the dialect's shape."""
    return lambda voice, streams, mark: answer(status, voice.error(kind, mark), headers)


def always(behaviour: Behaviour) -> Answer:
    return lambda voice, streams, mark: behaviour


def _nothing(end: End) -> Answer:
    return lambda voice, streams, mark: pour([], STREAM if streams else JSON, end=end)


def _two_thirds(end: End) -> Answer:
    return lambda voice, streams, mark: pour(*_cut_in_three(voice, streams, mark), end=end)


def _streamed(events: Callable[[Voice, str], list[bytes]], *, end: End = End.CLEAN, gap_s: float = 0.0) -> Answer:
    """Only for who asks for a stream."""

    def made(voice: Voice, streams: bool, mark: str) -> Behaviour:
        assert streams, "there is no such thing"
        return pour(events(voice, mark), STREAM, end=end, gap_s=gap_s)

    return made


def _ping(voice: Voice) -> bytes:
    return b'event: ping\ndata: {"type": "ping"}\n\n' if voice is MESSAGES else b": keep-alive\n\n"


def _slow(voice: Voice, streams: bool, mark: str) -> Behaviour:
    if streams:
        parts = voice.parts(mark)
        return pour([*parts.life, *[_ping(voice)] * SLOWLY, b"".join(parts.content + parts.end)], STREAM, gap_s=GAP_S)

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        await asyncio.sleep(SLOWLY * GAP_S / 8)
        await well(voice, streams, mark)(writer, request)

    return behave


def _more(voice: Voice, streams: bool, mark: str) -> Behaviour:
    pieces, kind = (voice.parts(mark).all, STREAM) if streams else ([_body(voice, mark)], JSON)
    return pour(pieces, kind, length=sum(map(len, pieces)) + 99, end=End.CLOSED)


def _less(voice: Voice, streams: bool, mark: str) -> Behaviour:
    kept, kind = _cut_in_three(voice, streams, mark)
    rest = b"".join(voice.parts(mark).end) if streams else _body(voice, mark)[-20:]
    # Together with what was promised it would be no HTTP.
    return pour(kept, kind, length=sum(map(len, kept)), then=rest)


def _malformed(voice: Voice) -> bytes:
    name = b"event: content_block_delta\n" if voice is MESSAGES else b""
    return name + b'data: {"id": "x", "typ\n\n'


def _malformed_first(voice: Voice, streams: bool, mark: str) -> Behaviour:
    return pour([_malformed(voice)], STREAM) if streams else answer(200, b'{"id": "x", "typ')


def _malformed_later(voice: Voice, mark: str) -> list[bytes]:
    life, content, end = voice.parts(mark)
    return [*life, content[0], _malformed(voice), *content[1:], *end]


def _damaged(voice: Voice, streams: bool, mark: str) -> Behaviour:
    """The first bytes say gzip, and no others do."""
    packed = gzip.compress(_body(voice, mark))[:10] + b"\xff" * 200
    return pour([packed], STREAM if streams else JSON, coding="gzip")


def _damaged_later(voice: Voice, streams: bool, mark: str) -> Behaviour:
    packer = zlib.compressobj(wbits=31)
    kept, kind = _cut_in_three(voice, streams, mark)
    pieces = [packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH) for piece in kept]
    return pour(pieces, kind, coding="gzip", then=b"\xff" * 200)


def _error_first(kind: str, *, life: bool = False, content: bool = False, last: bool = False) -> Answer:
    """A stream with an error in it. `last`: in the words in which it comes as the last event."""

    def made(voice: Voice, streams: bool, mark: str) -> Behaviour:
        assert streams, "there is no such thing"
        parts = voice.parts(mark)
        before = [*(parts.life if life else ()), *(parts.content[:2] if content else ())]
        return pour(before, STREAM, then=(voice.error_end if last else voice.error_event)(kind, mark))

    return made


def _filtered(*, written: bool) -> Answer:
    def made(voice: Voice, streams: bool, mark: str) -> Behaviour:
        plain, parts = voice.filtered(mark, written)
        return pour(parts.all, STREAM) if streams else answer(200, plain)

    return made


def _filtered_and_cut(*, error: bool) -> Answer:
    """All at once, so that whoever hears of the cut first hears nothing else."""
    if error:
        return _streamed(lambda voice, mark: [voice.error_event("filter", mark)], end=End.CLOSED)
    last = {"chat": 1, "responses": 0, "messages": 1}
    return _streamed(
        lambda voice, mark: _without_last(voice.filtered(mark, False)[1].all, last[voice.name]), end=End.CLOSED
    )


def _without_last(events: list[bytes], number: int) -> list[bytes]:
    return [b"".join(events[: len(events) - number])]


def _refused_and_cut(voice: Voice, streams: bool, mark: str) -> Behaviour:
    said = json.dumps(voice.error("filter", mark)).encode()
    head = b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(said)

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(head + said[:30])
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return behave


async def _never(writer: asyncio.StreamWriter, request: Request) -> None:
    await asyncio.Event().wait()


FAULTS: dict[str, Fault] = {
    "nothing": Fault((well,)),
    "429 once, Retry-After soon": Fault((says(429, "rate", SOON), well)),
    "429 for ever, Retry-After soon": Fault((says(429, "rate", SOON),)),
    "429, Retry-After 60": Fault((says(429, "rate", LATER),)),
    "429, no Retry-After": Fault((says(429, "rate"),)),
    "429, an empty account, Retry-After soon": Fault((says(429, "quota", SOON),)),
    "500 once": Fault((says(500, "server"), well)),
    "500 for ever": Fault((says(500, "server"),)),
    "503 once": Fault((says(503, "overloaded"), well)),
    "503 for ever": Fault((says(503, "overloaded"),)),
    "503 for ever, Retry-After 60": Fault((says(503, "overloaded", LATER),)),
    "529 for ever": Fault((says(529, "overloaded"),)),
    "408 for ever": Fault((says(408, "timeout"),)),
    "409 once": Fault((says(409, "conflict"), well)),
    "409 for ever": Fault((says(409, "conflict"),)),
    "400": Fault((says(400, "request"),)),
    "401": Fault((says(401, "key"),)),
    "404": Fault((says(404, "missing"),)),
    "500, then 400": Fault((says(500, "server"), says(400, "request"))),
    "500, then 429 with Retry-After soon": Fault((says(500, "server"), says(429, "rate", SOON))),
    "500, then a reset before the head": Fault((says(500, "server"), always(hang_up))),
    "HTML 502": Fault((always(BAD_GATEWAY),)),
    "HTML 200": Fault((always(answer(200, PAGE)),)),
    "200 with nothing in it": Fault((always(answer(200, b"")),)),
    "200 with other JSON": Fault((always(answer(200, {"message": "We are down for maintenance."})),)),
    "redirect": Fault((always(redirect("/v1/elsewhere", 307)),)),
    "connection refused": Fault((well,), Door.REFUSED),
    "TLS failure": Fault((well,), Door.EXPIRED),
    "TLS failure once": Fault((well,), Door.CUT_ONCE),
    "TLS silence": Fault((well,), Door.SILENT),
    "somebody else's certificate": Fault((well,), Door.STRANGER),
    "reset before the head": Fault((always(hang_up),)),
    "a kept connection ends, then 503": Fault((well, always(hang_up), says(503, "overloaded"))),
    "a kept connection ends, so does a new one": Fault((well, always(hang_up))),
    "no HTTP": Fault((always(garbage),)),
    "silence before the head": Fault((lambda *_: _never,)),
    "silence before the first event": Fault((_nothing(End.NEVER),)),
    "silence in mid-stream": Fault((_two_thirds(End.NEVER),)),
    "slow first token, signs of life": Fault((_slow,)),
    "life, then silence for longer than a hold": Fault(
        (_streamed(lambda voice, mark: voice.parts(mark).life, end=End.NEVER),)
    ),
    "life, then a cut": Fault(
        (_streamed(lambda voice, mark: voice.parts(mark).life, end=End.CLOSED, gap_s=GAP_S / 5),)
    ),
    "cut after two thirds, clean HTTP end": Fault((_two_thirds(End.CLEAN),)),
    "cut after two thirds, no HTTP end": Fault((_two_thirds(End.CLOSED),)),
    "missing end": Fault((_streamed(lambda voice, mark: voice.parts(mark).all[: -len(voice.parts(mark).end)]),)),
    "[DONE] in place of the end": Fault(
        (_streamed(lambda voice, mark: [*voice.parts(mark).life, *voice.parts(mark).content, DONE]),)
    ),
    "no [DONE] behind the end": Fault((_streamed(lambda voice, mark: voice.parts(mark).all[:-1]),)),
    "wrong length, more than comes": Fault((_more,)),
    "wrong length, less than comes": Fault((_less,)),
    "malformed first event": Fault((_malformed_first,)),
    "malformed event in mid-stream": Fault((_streamed(_malformed_later),)),
    "gzip damage": Fault((_damaged,)),
    "gzip damage in mid-stream": Fault((_damaged_later,)),
    "first event an error": Fault((_error_first("server"),)),
    "life, then an error": Fault((_error_first("overloaded", life=True, last=True),)),
    "error event in mid-stream": Fault((_error_first("server", life=True, content=True, last=True),)),
    "first event a rate limit": Fault((_error_first("rate"),)),
    "200 with an error body": Fault((says(200, "server"),)),
    "200 with a rate limit in its body": Fault((says(200, "rate"),)),
    "context overflow": Fault((says(400, "overflow"),)),
    "context overflow, nobody knows by how much": Fault((says(400, "long"),)),
    "content filter, cut": Fault((_refused_and_cut,)),
    "content filter": Fault((says(400, "filter"),)),
    "content filter, first event": Fault((_error_first("filter"),)),
    "content filter, first event, then a cut": Fault((_filtered_and_cut(error=True),)),
    "content filter instead of content, then a cut": Fault((_filtered_and_cut(error=False),)),
    "content filter instead of content": Fault((_filtered(written=False),)),
    "content filter in mid-stream": Fault((_filtered(written=True),)),
    "500, then content filter": Fault((says(500, "server"), says(400, "filter"))),
    "what another model wrote, refused once": Fault((says(400, "foreign"), well)),
    "what another model wrote, refused twice": Fault((says(400, "foreign"),)),
    "every second request fails": Fault((says(503, "overloaded"), well) * 20),
    "refuses prefill": Fault((says(400, "prefill"),)),
}
