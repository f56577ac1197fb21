"""Each fault of the provider that the tests put in front of the gateway is what it says: asked directly, twice."""

import asyncio
import contextlib
import json
import ssl

import pytest

from tests.support.fault_provider import FaultProvider
from tests.support.faults import FAULTS, Door
from tests.support.gatewaybed import Client, Got
from tests.support.httpserver import Authority
from tests.support.leftovers import nothing_left_open
from tests.support.strict_readers import messages_answer, responses_answer
from tests.support.voices import CHAT, MESSAGES, PING, RESPONSES, VOICES, WORDS, Voice

SILENCE_S, PATIENCE_S = 0.3, 20.0
"""For what is to be silent for ever, and for everything else."""
WELL = "200 words end"
SEEN: dict[str, tuple[str, ...]] = {
    "nothing": (WELL,),
    "429 once, Retry-After soon": ("429 error", WELL),
    "429 for ever, Retry-After soon": ("429 error",),
    "429, Retry-After 60": ("429 error",),
    "429, no Retry-After": ("429 error",),
    "429, an empty account, Retry-After soon": ("429 error",),
    "500 once": ("500 error", WELL),
    "500 for ever": ("500 error",),
    "503 once": ("503 error", WELL),
    "503 for ever": ("503 error",),
    "503 for ever, Retry-After 60": ("503 error",),
    "529 for ever": ("529 error",),
    "408 for ever": ("408 error",),
    "409 once": ("409 error", WELL),
    "409 for ever": ("409 error",),
    "400": ("400 error",),
    "401": ("401 error",),
    "404": ("404 error",),
    "500, then 400": ("500 error", "400 error"),
    "500, then 429 with Retry-After soon": ("500 error", "429 error"),
    "500, then a reset before the head": ("500 error", "no head"),
    "HTML 502": ("502 page",),
    "HTML 200": ("200 page",),
    "200 with nothing in it": ("200",),
    "200 with other JSON": ("200 end",),
    "redirect": ("307",),
    "connection refused": ("refused",),
    "TLS failure": ("tls CERTIFICATE_VERIFY_FAILED",),
    "TLS failure once": ("reset", WELL),
    "TLS silence": ("silence",),
    "somebody else's certificate": ("tls CERTIFICATE_VERIFY_FAILED",),
    "reset before the head": ("no head",),
    "a kept connection ends, then 503": (WELL, "no head"),
    "a kept connection ends, so does a new one": (WELL, "no head"),
    "no HTTP": ("no head",),
    "silence before the head": ("silence",),
    "silence before the first event": ("200 silence",),
    "silence in mid-stream": ("200 words silence",),
    "slow first token, signs of life": (WELL,),
    "life, then silence for longer than a hold": ("200 silence",),
    "life, then a cut": ("200 cut",),
    "cut after two thirds, clean HTTP end": ("200 words",),
    "cut after two thirds, no HTTP end": ("200 words cut",),
    "missing end": ("200 words",),
    "[DONE] in place of the end": ("200 words",),
    "no [DONE] behind the end": (WELL,),
    "wrong length, more than comes": ("200 words end cut",),
    "wrong length, less than comes": ("200 words",),
    "malformed first event": ("200",),
    "malformed event in mid-stream": (WELL,),
    "gzip damage": ("200",),
    "gzip damage in mid-stream": ("200",),
    "first event an error": ("200 error",),
    "life, then an error": ("200 error",),
    "error event in mid-stream": ("200 words error",),
    "first event a rate limit": ("200 error",),
    "200 with an error body": ("200 error",),
    "200 with a rate limit in its body": ("200 error",),
    "context overflow": ("400 error",),
    "context overflow, nobody knows by how much": ("400 error",),
    "content filter, cut": ("400 error cut",),
    "content filter": ("400 error",),
    "content filter, first event": ("200 error",),
    "content filter, first event, then a cut": ("200 error cut",),
    "content filter instead of content, then a cut": ("200 end cut",),
    "content filter instead of content": ("200 end",),
    "content filter in mid-stream": (WELL,),
    "500, then content filter": ("500 error", "400 error"),
    "what another model wrote, refused once": ("400 error", WELL),
    "what another model wrote, refused twice": ("400 error",),
    "every second request fails": ("503 error", WELL),
    "refuses prefill": ("400 error",),
}
"""What is seen of the first request and of the next; the last is repeated."""
STREAMS_ONLY = {
    "life, then silence for longer than a hold",
    "life, then a cut",
    "missing end",
    "[DONE] in place of the end",
    "no [DONE] behind the end",
    "malformed event in mid-stream",
    "first event an error",
    "life, then an error",
    "error event in mid-stream",
    "first event a rate limit",
    "content filter, first event",
    "content filter, first event, then a cut",
    "content filter instead of content, then a cut",
}
ONLY: dict[str, tuple[Voice, ...]] = {
    "[DONE] in place of the end": (CHAT, RESPONSES),
    "no [DONE] behind the end": (CHAT,),
    "429, an empty account, Retry-After soon": (CHAT, RESPONSES),
}
ENDS = {
    "chat": ('"finish_reason": "stop"', '"finish_reason": "content_filter"'),
    "responses": ("event: response.completed", "event: response.incomplete"),
    "messages": ("event: message_stop", '"stop_reason": "refusal"'),
}
"""Of a stream."""
AUTHORITY = Authority()


async def asked(provider: FaultProvider, voice: Voice, streams: bool) -> str:
    """What one request meets."""
    patience_s = SILENCE_S if "silence" in provider.fault else PATIENCE_S
    host, _, port = provider.netloc.partition(":")
    tls = AUTHORITY.trust() if provider.url.startswith("https") else None
    try:
        async with asyncio.timeout(patience_s):
            client = Client(*await asyncio.open_connection(host, int(port), ssl=tls))
    except TimeoutError:
        return "silence"
    except ssl.SSLError as error:
        return f"tls {error.reason}"
    except ConnectionRefusedError:
        return "refused"
    except ConnectionResetError:
        return "reset"
    body = json.dumps(voice.question | {"stream": streams}).encode()
    head = f"POST {voice.path} HTTP/1.1\r\nhost: {provider.netloc}\r\ncontent-length: {len(body)}\r\n\r\n"
    try:
        await client.send(head.encode() + body)
        try:
            async with asyncio.timeout(patience_s):
                status, headers = await client.head()
        except TimeoutError:
            return "silence"
        except (asyncio.IncompleteReadError, ConnectionError, ValueError, IndexError):
            return "no head"
        return words(await rest(client, Got(status, headers, b"", whole=True), patience_s), voice)
    finally:
        await client.leave()


async def rest(client: Client, got: Got, patience_s: float) -> Got:
    """The body that comes, piece by piece. The status is below zero where nothing more comes and nothing ends."""
    body, whole = bytearray(), True
    left = int(got.headers.get("content-length", 0))
    try:
        if "chunked" in got.headers.get("transfer-encoding", ""):
            while piece := await asyncio.wait_for(client.chunk(), patience_s):
                body += piece
        while left and (piece := await asyncio.wait_for(client.reader.read(left), patience_s)):
            body += piece
            left -= len(piece)
        whole = left == 0
    except (asyncio.IncompleteReadError, ConnectionError):
        whole = False
    except TimeoutError:
        return got._replace(body=bytes(body), status=-got.status)
    return got._replace(body=bytes(body), whole=whole)


def words(got: Got, voice: Voice) -> str:
    text = got.body.decode(errors="replace")
    seen = [str(abs(got.status))]
    if text.startswith("<"):
        seen.append("page")
    if f"] {WORDS[0]}" in text:
        seen.append("words")
    if '"error": {' in text:
        seen.append("error")
    elif any(end in text for end in ENDS[voice.name]) or is_answer(text):
        seen.append("end")
    if got.status < 0:
        seen.append("silence")
    elif not got.whole:
        seen.append("cut")
    return " ".join(seen)


def is_answer(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def test_every_fault_is_looked_at() -> None:
    assert list(SEEN) == list(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
async def test_each_is_what_it_says(fault: str) -> None:
    async def look(voice: Voice, streams: bool) -> None:
        async with FaultProvider(voice, fault, authority=_authority(fault)) as provider:
            expected = SEEN[fault]
            found = [await asked(provider, voice, streams) for _ in range(2)]
            assert found == [expected[0], expected[-1]], (voice.name, streams)
            reached = sum(one not in ("refused", "reset", "silence") and "tls" not in one for one in found)
            if "before the head" not in fault:
                assert len(provider.requests) == reached

    kinds = [True] if fault in STREAMS_ONLY else [True, False]
    with nothing_left_open() if FAULTS[fault].door is not Door.OPEN else contextlib.nullcontext():
        await asyncio.gather(
            *(look(voice, streams) for voice in ONLY.get(fault, tuple(VOICES.values())) for streams in kinds)
        )


async def test_a_second_fault_begins_with_its_first_answer() -> None:
    async with FaultProvider(CHAT, "503 for ever") as provider:
        assert await asked(provider, CHAT, True) == "503 error"
        provider.begin("500 once")
        assert [await asked(provider, CHAT, True) for _ in range(3)] == ["500 error", WELL, WELL]


def test_whole_streams_are_whole_to_strict_readers() -> None:
    said = responses_answer(b"".join(RESPONSES.parts("A").all))
    assert said == RESPONSES.plain("A")
    message = messages_answer(b"".join(one for one in MESSAGES.parts("A").all if one != PING))
    assert message == MESSAGES.plain("A")


def _authority(fault: str) -> Authority | None:
    return AUTHORITY if "TLS" in fault or "certificate" in fault else None
