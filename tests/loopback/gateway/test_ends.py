"""The end of an answer: none that hides a cut, however cleanly HTTP ended, and in whatever encoding it came."""

import asyncio
import gzip
import json
import random
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd

from tests.support.gatewaybed import CHAT, END, ROLE, STREAM, TOKEN, Bed, begin, chunks
from tests.support.httpserver import Behaviour, Request, answer
from tests.support.until import until
from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.route import To

DONE = b"data: [DONE]\n\n"
PLAIN = b"application/json"
PACKED = PLAIN + b"\r\ncontent-encoding: gzip"
STOP = END.removesuffix(DONE)


def delta(index: int, text: str | None = None, finish: str | None = None) -> bytes:
    choice = {"index": index, "delta": {"content": text} if text is not None else {}, "finish_reason": finish}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


def until_closed(pieces: list[bytes], kind: bytes = STREAM) -> Behaviour:
    """An answer that ends with the connection, as HTTP/1.0 has it."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: " + kind + b"\r\nconnection: close\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        writer.close()
        await writer.wait_closed()

    return behave


def measured(body: bytes, kind: str = STREAM.decode()) -> Behaviour:
    return answer(200, body, {"content-type": kind})


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(chunks([ROLE, TOKEN]), id="chunked"),
        pytest.param(chunks([ROLE + TOKEN + TOKEN[:30]]), id="in an event"),
        pytest.param(chunks([delta(0, "a"), DONE]), id="done without a finish"),
        pytest.param(chunks([ROLE]), id="before the first word"),
        pytest.param(chunks([]), id="empty"),
        pytest.param(until_closed([ROLE, TOKEN]), id="until closed"),
        pytest.param(until_closed([ROLE + TOKEN]), id="until closed, at once"),
        pytest.param(measured(ROLE + TOKEN), id="with a length"),
        pytest.param(chunks([delta(0, "a"), delta(1, "b"), delta(0, finish="stop"), DONE]), id="one choice of two"),
        pytest.param(chunks([delta(0, "a", finish=""), DONE]), id="an empty finish"),
        pytest.param(chunks([delta(0, '"finish_reason":"stop"'), DONE]), id="a finish in words"),
        pytest.param(until_closed([b'{"choices": [{"message": {"content": "a'], b"application/json"), id="plain"),
        pytest.param(until_closed([b'{"choices": [{"messa', b'ge": {}},'], b"application/json"), id="plain, in pieces"),
        pytest.param(chunks([b'{"choices": [{"messa', b'ge": {"con'], kind=PLAIN), id="plain, chunked"),
        pytest.param(
            chunks([gzip.compress(b'{"choices": [{}]}')[:10] + b"\xff" * 99], kind=PACKED),
            id="damaged",
        ),
    ],
)
async def test_an_answer_without_its_end_is_broken_off_and_a_failure(behaviour: Behaviour) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, behaviour)
        got = await bed.post()
        assert (got.status, got.whole) == (200, False)
        found = await bed.told()
        assert (found.outcome, found.code) == (Outcome.FAIL, "cut")


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(chunks([ROLE, TOKEN, STOP]), id="without done"),
        pytest.param(until_closed([ROLE, TOKEN, END]), id="until closed"),
        pytest.param(measured(ROLE + TOKEN + END), id="with a length"),
        pytest.param(
            chunks([delta(0, "a"), delta(1, "b"), delta(0, finish="stop"), delta(1, finish="length")]), id="two"
        ),
        pytest.param(chunks([delta(0, "a", finish="stop"), delta(0), DONE]), id="a word behind the end"),
        pytest.param(chunks([ROLE, TOKEN, STOP[:-2]]), id="without the last line"),
        pytest.param(chunks([TOKEN.replace(b"data: ", b"event: x\r\nid: 1\r\ndata:"), STOP]), id="with other fields"),
        pytest.param(until_closed([b'{"choices": [{}]}\n\n'], b"application/json"), id="plain, until closed"),
        pytest.param(until_closed([b"anything"], b"text/plain"), id="no JSON, until closed"),
        pytest.param(chunks([b'{"choices": [{}]}', b" \n", b"\r\n"], kind=PLAIN), id="plain, chunked"),
        pytest.param(chunks([b'{"choices": [{}],', b'"x": NaN}'], kind=PLAIN), id="nearly JSON, chunked"),
        pytest.param(chunks([], kind=PLAIN), id="nothing, chunked"),
        pytest.param(
            chunks([gzip.compress(b'{"choices": [{}]}')[:-9]], kind=PACKED),
            id="packed, never finished",
        ),
        pytest.param(chunks([ROLE, b"data: {" + b" " * 3_000_000 + b"}\n\n", TOKEN, STOP]), id="a huge event"),
    ],
)
async def test_an_answer_with_its_end_ends(behaviour: Behaviour) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, behaviour)
        got = await bed.post()
        assert (got.status, got.whole) == (200, True)


async def test_an_error_that_says_it_is_json_and_is_not_keeps_its_status() -> None:
    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(b"HTTP/1.1 503 x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        writer.write(b"10\r\nupstream is gone\r\n0\r\n\r\n")

    async with Bed() as bed:
        bed.cloud.on(CHAT, behave)
        got = await bed.post()
        assert (got.status, got.body, got.whole) == (503, b"upstream is gone", True)


@pytest.mark.parametrize(
    "error",
    [
        b'{"error":{"message":"no","type":"server_error"}}',
        b'{"error":{"code":502,"message":"no"},"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}',
        b'{"object":"error","message":"no","code":503}',
        b'{"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}',
    ],
)
async def test_an_error_that_the_provider_tells_is_an_end_and_a_failure(error: bytes) -> None:
    sent = ROLE + TOKEN + b"data: " + error + b"\n\n" + DONE
    async with Bed() as bed:
        bed.cloud.on(CHAT, chunks([sent]))
        got = await bed.post()
        assert (got.body, got.whole) == (sent, True)
        assert (await bed.told()).outcome is Outcome.FAIL


def gzipped(pieces: list[bytes]) -> list[bytes]:
    packer = zlib.compressobj(wbits=31)
    return [packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH) for piece in pieces] + [packer.flush()]


def deflated(pieces: list[bytes]) -> list[bytes]:
    packer = zlib.compressobj(wbits=-15)
    return [packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH) for piece in pieces] + [packer.flush()]


def brotlied(pieces: list[bytes]) -> list[bytes]:
    packer = brotli.Compressor()
    return [packer.process(piece) + packer.flush() for piece in pieces] + [packer.finish()]


def zstd_packed(pieces: list[bytes]) -> list[bytes]:
    packer = zstd.ZstdCompressor()
    return [packer.compress(piece, zstd.ZstdCompressor.FLUSH_BLOCK) for piece in pieces] + [packer.flush()]


def members(pieces: list[bytes]) -> list[bytes]:
    return [gzip.compress(piece) for piece in pieces]


PACKERS = (("x-gzip", gzipped), ("deflate", deflated), ("br", brotlied), ("zstd", zstd_packed))
ALL_PACKERS = (("gzip", gzipped), ("GZip", members), *PACKERS)


def packed(coding: str, pieces: list[bytes], kind: str = STREAM.decode()) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        await chunks(pieces, kind=f"{kind}\r\ncontent-encoding: {coding}".encode())(writer, request)

    return behave


@pytest.mark.parametrize(("coding", "pack"), ALL_PACKERS)
async def test_a_compressed_stream_is_read_and_stays_compressed(
    coding: str, pack: Callable[[list[bytes]], list[bytes]]
) -> None:
    whole, cut = pack([ROLE, TOKEN, END]), pack([ROLE, TOKEN])
    async with Bed() as bed:
        bed.cloud.on(CHAT, packed(coding, whole), packed(coding, cut))
        got = await bed.post(Accept_Encoding="gzip, deflate, br, zstd")
        assert (got.body, got.whole) == (b"".join(whole), True)
        assert got.headers["content-encoding"] == coding
        found = await bed.told()
        assert found.outcome is Outcome.GOOD
        assert found.first_token_s is not None
        got = await bed.post()
        assert not got.whole
        assert (await bed.told(2)).code == "cut"


@pytest.mark.parametrize(("coding", "pack"), PACKERS)
async def test_a_compressed_error_is_read(coding: str, pack: Callable[[list[bytes]], list[bytes]]) -> None:
    body = b"".join(pack([b'{"error": {"code": "insufficient_quota", "message": "none left"}}']))
    async with Bed() as bed:
        bed.cloud.on(CHAT, answer(429, body, {"content-type": "application/json", "content-encoding": coding}))
        assert (await bed.post()).body == body
        found = await bed.told()
        assert (found.outcome, found.badge) == (Outcome.GOOD, "quota")


@pytest.mark.parametrize("coding", ["compress", "gzip, br", "dcb"])
async def test_what_cannot_be_decoded_is_believed(coding: str) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, packed(coding, [b"\x1f\x9d" + ROLE]))
        assert (await bed.post()).whole
        assert (await bed.told()).outcome is Outcome.GOOD


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize("ahead", [0, 1, 2])
async def test_a_stream_that_is_not_in_its_coding_is_broken_off(coding: str, ahead: int) -> None:
    """No tool can read it, either."""
    pieces = dict(ALL_PACKERS)[coding]([ROLE, TOKEN, END])[:ahead]
    async with Bed() as bed:
        bed.cloud.on(CHAT, packed(coding, [*pieces, b"\xffdata: no such thing\n\n" * 9]))
        got = await bed.post()
        assert not got.whole
        assert (await bed.told()).code == "cut"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
async def test_what_stands_behind_the_end_of_a_coding_spoils_nothing(coding: str) -> None:
    pieces = dict(ALL_PACKERS)[coding]([ROLE, TOKEN, END])
    async with Bed() as bed:
        bed.cloud.on(CHAT, packed(coding, [*pieces, b"\0" * 64]))
        got = await bed.post()
        assert (got.body, got.whole) == (b"".join(pieces) + b"\0" * 64, True)
        assert (await bed.told()).outcome is Outcome.GOOD


@pytest.mark.parametrize(
    "kind", ["text/event-stream\r\ncontent-type: text/event-stream", "text/event-stream, text/plain"]
)
async def test_a_stream_that_names_its_kind_twice_is_one(kind: str) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, chunks([ROLE, TOKEN], kind=kind.encode()))
        assert not (await bed.post()).whole
        assert (await bed.told()).code == "cut"


async def test_a_bomb_is_passed_on_and_not_unpacked() -> None:
    packer = brotli.Compressor()
    bomb = packer.process(b"data: " + b" " * 60_000_000) + packer.finish()
    async with Bed() as bed:
        bed.cloud.on(CHAT, packed("br", [bomb]))
        got = await bed.post()
        assert (got.body, got.whole) == (bomb, True)


async def test_the_local_route_reads_compressed_streams_as_well() -> None:
    cut = gzipped([ROLE, TOKEN])
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, packed("gzip", cut))
        got = await bed.post()
        assert not got.whole
        assert bed.answers == []


@pytest.mark.parametrize("plain", [b'{"choices": [{"message": {"content": "a', b'{"choices": [{}]},', b""])
async def test_the_local_route_knows_a_plain_answer_that_was_cut(plain: bytes) -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, until_closed([plain], b"application/json"))
        got = await bed.post()
        assert (got.status, got.error["code"]) == (503, "local_cut")
        assert bed.answers == []


async def test_the_local_route_counts_a_plain_answer_until_closed() -> None:
    async with Bed() as bed:
        bed.switch(To.LOCAL)
        bed.local.on(CHAT, until_closed([b'{"choices"', b": [{}]}"], b"application/json"))
        assert (await bed.post()).json == {"choices": [{}]}
        await until(lambda: bed.answers, "the answer to be told", 3.0)


@pytest.mark.parametrize(
    "plain",
    [
        b'{"choices": [{"message": {}',
        b'{"choices": [{}]',
        b'{"data": [{"id": "a"}, {"id": "b"}',
        b'{"choices": [{"message": {"content": "' + b"a" * 70_000,
    ],
    ids=["object", "list", "row", "long"],
)
async def test_a_plain_answer_is_whole_with_its_last_bracket(plain: bytes) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, until_closed([plain], b"application/json"))
        assert not (await bed.post()).whole
        assert (await bed.told()).code == "cut"


async def test_a_long_plain_answer_until_closed_is_whole() -> None:
    plain = b'{"choices": [{"message": {"content": "' + b"a" * 70_000 + b'"}}]}\n'
    async with Bed() as bed:
        bed.cloud.on(CHAT, until_closed([plain], b"application/json"))
        got = await bed.post()
        assert (got.body, got.whole) == (plain, True)
        assert (await bed.told()).outcome is Outcome.GOOD


async def test_an_answer_that_says_all_and_then_waits_is_not_held() -> None:
    """Its end is for HTTP to tell."""
    go_on = asyncio.Event()

    async def lingering(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, [ROLE, TOKEN, END])
        await go_on.wait()
        writer.write(b"0\r\n\r\n")

    async with Bed() as bed:
        bed.cloud.on(CHAT, lingering)
        async with bed.client() as client, asyncio.timeout(10):
            await client.send(bed.request())
            await client.head()
            while END not in await client.chunk():
                pass
            go_on.set()
            assert await client.chunk() == b""


LONG = json.dumps({"choices": [{"message": {"content": random.Random(1).randbytes(150_000).hex()}}]}).encode()


def pieces_of(body: bytes) -> list[bytes]:
    return [body[at : at + 30_000] for at in range(0, len(body), 30_000)]


@pytest.mark.parametrize(("coding", "pack"), ALL_PACKERS)
@pytest.mark.parametrize("share", [0.9, 0.9999])
async def test_a_long_compressed_answer_until_closed_that_is_cut_is_not_whole(
    coding: str, pack: Callable[[list[bytes]], list[bytes]], share: float
) -> None:
    whole = b"".join(pack([LONG[:200_000], LONG[200_000:]]))
    kind = f"application/json\r\ncontent-encoding: {coding}".encode()
    async with Bed() as bed:
        bed.cloud.on(CHAT, until_closed(pieces_of(whole[: int(share * len(whole))]), kind))
        assert not (await bed.post()).whole
        assert (await bed.told()).code == "cut"


@pytest.mark.parametrize(("coding", "pack"), ALL_PACKERS)
async def test_a_long_compressed_answer_until_closed_is_whole(
    coding: str, pack: Callable[[list[bytes]], list[bytes]]
) -> None:
    whole = b"".join(pack([LONG[:200_000], LONG[200_000:]]))
    kind = f"application/json\r\ncontent-encoding: {coding}".encode()
    async with Bed() as bed:
        bed.cloud.on(CHAT, until_closed(pieces_of(whole), kind))
        got = await bed.post()
        assert (got.body, got.whole) == (whole, True)
        assert (await bed.told()).outcome is Outcome.GOOD


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
async def test_a_coding_without_its_last_bytes_is_whole_where_its_content_is(coding: str) -> None:
    """Some servers flush and never finish; every library reads it."""
    body = b"".join(dict(ALL_PACKERS)[coding]([b'{"choices": [{}]}'])[:-1])
    async with Bed() as bed:
        bed.cloud.on(CHAT, until_closed([body], f"application/json\r\ncontent-encoding: {coding}".encode()))
        got = await bed.post()
        assert (got.body, got.whole) == (body, True)


MISLABELLED = [
    pytest.param(lambda kind: chunks([ROLE, TOKEN, END], kind=STREAM + kind), True, id="stream"),
    pytest.param(lambda kind: until_closed([b'{"choices": [', b"]}"], b"application/json" + kind), True, id="plain"),
    pytest.param(lambda kind: chunks([ROLE, TOKEN], kind=STREAM + kind), False, id="stream, cut"),
    pytest.param(lambda kind: until_closed([b'{"choices": ['], b"application/json" + kind), False, id="plain, cut"),
]


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
@pytest.mark.parametrize(("behaviour", "whole"), MISLABELLED)
async def test_what_says_wrongly_that_it_is_compressed(
    coding: str, behaviour: Callable[[bytes], Behaviour], whole: bool
) -> None:
    """Whoever looks at the label fails, and whoever does not reads it: it is passed on, and counts as a failure."""
    async with Bed() as bed:
        bed.cloud.on(CHAT, behaviour(f"\r\ncontent-encoding: {coding}".encode()))
        got = await bed.post()
        assert got.whole is whole
        found = await bed.told()
        assert (found.outcome, found.code) == (Outcome.FAIL, "malformed" if whole else "cut")


def bare(text: str | None = None, index: int | None = 0) -> bytes:
    """A piece of a server that knows no `finish_reason`."""
    choice = {"delta": {"content": text}} | ({} if index is None else {"index": index})
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\n\n'
CALL = (
    b'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":'
    b'{"name":"f","arguments":"{}"}}]},"finish_reason":null}]}\n\n'
)
FILTERED = b'data: {"choices":[],"prompt_filter_results":[{"prompt_index":0}]}\n\n'
LATE = b'data: {"choices":[{"index":0,"finish_reason":null,"content_filter_offsets":{"end_offset":9}}]}\n\n'


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([bare("a"), bare("b"), DONE], id="no finish in its dialect"),
        pytest.param([bare("a", None), bare("b", None), DONE], id="nor an index"),
        pytest.param([delta(0, "a"), delta(0, finish="stop"), USAGE, DONE], id="usage"),
        pytest.param([CALL, delta(0, finish="tool_calls"), DONE], id="tool calls"),
        pytest.param([CALL, delta(0, finish="function_call"), DONE], id="an old tool call"),
        pytest.param([delta(0, "", ""), delta(0, "a", ""), delta(0, finish="stop")], id="an empty finish before"),
        pytest.param([FILTERED, delta(0, "a"), delta(0, finish="stop"), LATE, DONE], id="azure"),
        pytest.param([delta(0, "a", finish="COMPLETE")], id="another word for it"),
        pytest.param(
            [b": OPENROUTER PROCESSING\n\n", delta(0, "a"), delta(0, finish="stop"), delta(0, ""), DONE], id="x"
        ),
        pytest.param([b"retry: 10\n\n", delta(0, "a"), delta(0, finish="content_filter"), DONE], id="filtered"),
    ],
)
async def test_the_ends_of_real_servers(pieces: list[bytes]) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, chunks(pieces))
        got = await bed.post()
        assert (got.body, got.whole) == (b"".join(pieces), True)
        assert (await bed.told()).outcome is Outcome.GOOD


@pytest.mark.parametrize(
    "pieces", [[bare("a"), bare("b")], [bare("a"), delta(0, "b"), DONE], [bare("a"), bare("b", 1)]]
)
async def test_what_real_servers_do_not_end_with(pieces: list[bytes]) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, chunks(pieces))
        assert not (await bed.post()).whole
        assert (await bed.told()).code == "cut"


@pytest.mark.parametrize("pieces", [[DONE], [FILTERED, DONE], [USAGE, DONE]])
async def test_a_stream_without_a_choice_proves_no_answering_model(pieces: list[bytes]) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, chunks(pieces))
        got = await bed.post()
        assert (got.body, got.whole) == (b"".join(pieces), True)
        found = await bed.told()
        assert (found.outcome, found.code) == (Outcome.NEUTRAL, "empty")


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(chunks([delta(0, "a"), DONE]), id="in pieces"),
        pytest.param(chunks([delta(0, "a") + DONE]), id="in one piece"),
        pytest.param(chunks([delta(0, "a"), b"data: [DO", b"NE]\n\n"]), id="torn"),
        pytest.param(measured(delta(0, "a") + DONE), id="at once"),
        pytest.param(packed("gzip", gzipped([delta(0, "a"), DONE])), id="packed"),
    ],
)
async def test_a_last_word_that_hides_a_cut_is_not_passed_on(route: To, behaviour: Behaviour) -> None:
    async with Bed() as bed:
        bed.switch(route)
        (bed.cloud if route is To.CLOUD else bed.local).on(CHAT, behaviour)
        got = await bed.post()
        body = zlib.decompressobj(31).decompress(got.body) if "content-encoding" in got.headers else got.body
        assert b"[DONE]" not in body
        assert bed.answers == []
        assert not got.whole or b'"local_cut"' in body
