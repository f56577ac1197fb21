"""The cloud route with any bodies, headers and pieces, in every dialect and on a path that is only passed on: what one
side wrote is what the other side reads.
"""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.gatewaybed import STREAM
from tests.support.httpserver import Request
from tests.support.messagesbed import MessagesBed
from tests.support.tagged import SPEECH

FILES = "/v1/files/file-1/content"
TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from("\u2028\x85\r\n🚦€"), max_size=40)
NAMES = st.from_regex(r"x-[a-z][a-z0-9-]{0,20}[a-z]", fullmatch=True).filter(lambda name: not name.startswith("x-llm"))
"""No hop-by-hop header and no credential begins like that, but for x-api-key."""
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60).map(str.strip)
HEADERS = st.dictionaries(NAMES.filter(lambda name: name != "x-api-key"), VALUES, max_size=5)
STATUSES = st.sampled_from([200, 201, 206, 400, 401, 404, 429, 500, 503, 529])
CUTS = st.lists(st.integers(0, 4000), max_size=8)
KINDS = st.sampled_from(["application/octet-stream", "application/json", "audio/mpeg", "text/html; charset=utf-8"])


class Sides(NamedTuple):
    """What goes either way. `chunked`: measured by pieces, else by a length."""

    path: str
    asked: bytes
    asked_headers: dict[str, str]
    asked_cuts: list[int]
    asked_chunked: bool
    status: int
    kind: str
    answer: bytes
    answer_headers: dict[str, str]
    answer_cuts: list[int]
    answer_chunked: bool


@st.composite
def sides(draw: st.DrawFn) -> Sides:
    speech = draw(st.sampled_from([*SPEECH.values(), None]))
    asked = json.dumps({"model": draw(TEXTS), "x": draw(TEXTS)}, ensure_ascii=draw(st.booleans())).encode()
    if speech is None or draw(st.booleans()):
        asked = draw(st.binary(max_size=3000))
    status, kind, answer = draw(STATUSES), draw(KINDS), draw(st.binary(max_size=5000))
    if speech is not None and draw(st.booleans()):
        status, kind = 200, STREAM.decode()
        answer = b"".join(speech.stream(draw(st.lists(TEXTS.filter(bool), min_size=1, max_size=4))))
        answer = answer.replace(b"\n", draw(st.sampled_from([b"\n", b"\r\n", b"\r"])))
    elif status < 300 and speech is not None:
        # What is no answer is passed on as it is, but this is about what is.
        answer = json.dumps(speech.plain([draw(TEXTS)])).encode()
    return Sides(
        speech.path if speech else FILES,
        asked, draw(HEADERS), draw(CUTS), draw(st.booleans()),
        status, kind, answer, draw(HEADERS), draw(CUTS), draw(st.booleans()),
    )  # fmt: skip


def pieces(body: bytes, cuts: Sequence[int]) -> list[bytes]:
    places = sorted(min(cut, len(body)) for cut in cuts)
    return [body[begin:end] for begin, end in zip([0, *places], [*places, len(body)], strict=True) if begin < end]


async def write(writer: asyncio.StreamWriter, head: str, body: bytes, cuts: Sequence[int], *, chunked: bool) -> None:
    """A message in these pieces, each of which has the time to arrive alone."""
    writer.write(head.encode() + (b"transfer-encoding: chunked" if chunked else b"content-length: %d" % len(body)))
    writer.write(b"\r\n\r\n")
    for piece in pieces(body, cuts):
        writer.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        await writer.drain()
        await asyncio.sleep(0)
    writer.write(b"0\r\n\r\n" if chunked else b"")


async def there_and_back(bed: MessagesBed, both: Sides) -> None:
    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        more = "".join(f"{name}: {value}\r\n" for name, value in both.answer_headers.items())
        head = f"HTTP/1.1 {both.status} Thus\r\ncontent-type: {both.kind}\r\n{more}"
        await write(writer, head, both.answer, both.answer_cuts, chunked=both.answer_chunked)

    servers = (bed.cloud, bed.brain)
    for server in servers:
        server.requests.clear()
        server.always(behave)
    more = "".join(f"{name}: {value}\r\n" for name, value in both.asked_headers.items())
    head = (
        f"POST {both.path} HTTP/1.1\r\nHost: 127.0.0.1:{bed.port}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {bed.token}\r\n{more}"
    )
    async with bed.client() as client, asyncio.timeout(20):
        await write(client.writer, head, both.asked, both.asked_cuts, chunked=both.asked_chunked)
        got = await client.receive()
    [asked] = [one for server in servers for one in server.requests]
    assert asked.path == both.path
    assert asked.body == both.asked
    assert both.asked_headers.items() <= asked.headers.items()
    assert (got.status, got.whole, got.headers["content-type"]) == (both.status, True, both.kind)
    assert got.body == both.answer
    assert both.answer_headers.items() <= {name.lower(): value for name, value in got.headers.items()}.items()


def test_any_bytes_in_any_pieces_either_way() -> None:
    with asyncio.Runner() as runner, contextlib.ExitStack() as stack:
        bed = runner.run(MessagesBed().__aenter__())
        stack.callback(lambda: runner.run(bed.__aexit__(None, None, None)))

        @settings(max_examples=250, suppress_health_check=list(HealthCheck))
        @given(sides())
        def there_and_back_again(both: Sides) -> None:
            runner.run(there_and_back(bed, both))

        there_and_back_again()
