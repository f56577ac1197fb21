"""The cloud route: byte for byte both ways, and nothing hidden."""

import asyncio
import contextlib
import gzip
import json
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.gatewaybed import CHAT, KEY, MODELS, Bed, Got, acme
from tests.support.httpserver import (
    Authority,
    Behaviour,
    Request,
    answer,
    cut,
    drip,
    garbage,
    hang_up,
    redirect,
    silent,
)
from trayapp.core.catalogue import Catalogue, Part
from trayapp.core.light import Badge, Depth, Source
from trayapp.core.observation import Outcome, Reach
from trayapp.errors import Problem
from trayapp.gateway.limits import Limits, Patience

STREAM = b"text/event-stream"
ROLE = b'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\n\n'
TOKEN = 'data: {"choices":[{"delta":{"content":"Grüße €"}}]}\r\n\r\n'.encode()
END = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


async def begin(writer: asyncio.StreamWriter, pieces: Sequence[bytes], kind: bytes = STREAM) -> None:
    """A chunked answer in exactly these pieces, without its end."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: " + kind + b"\r\ntransfer-encoding: chunked\r\n\r\n")
    for piece in pieces:
        writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        await writer.drain()
        await asyncio.sleep(0)


def chunks(pieces: Sequence[bytes], *, kind: bytes = STREAM, end: bool = True) -> Behaviour:
    """The same with its end; without `end` the connection just closes."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, pieces, kind)
        if end:
            writer.write(b"0\r\n\r\n")
        else:
            writer.close()
            await writer.wait_closed()

    return behave


def raw(content: bytes) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(content)

    return behave


async def test_one_request_there_and_back() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, answer(200, b'{"id": 1,   "choices": [] }', {"x-request-id": "abc"}))
        body = b'{ "model":"big-1",\n "messages":[] , "x": 1.50 }'
        got = await bed.post(body, User_Agent="Tool/1", X_Odd="1")
        assert (got.status, got.body, got.whole) == (200, b'{"id": 1,   "choices": [] }', True)
        assert got.headers["x-llm-ampel-route"] == "cloud; default"
        assert got.headers["x-request-id"] == "abc"
        [asked] = bed.cloud.requests
        assert asked.body == body
        assert dict(asked.headers) == {
            "host": bed.cloud.netloc,
            "authorization": f"Bearer {KEY}",
            "content-type": "application/json",
            "content-length": str(len(body)),
            "user-agent": "Tool/1",
            "x-odd": "1",
        }
        found = await bed.told()
        assert (found.outcome, found.code, found.depth, found.source) == (
            Outcome.GOOD,
            "http_200",
            Depth.COMPLETION,
            Source.TRAFFIC,
        )
        assert found.parts == (Part("acme-api", "chat-completions"),)
        assert (found.host, found.provider, found.reach) == (bed.cloud.netloc, "acme", Reach.LOOPBACK)
        assert found.request is not None
        assert found.latency_s is not None
        assert bed.gateway.last_seen.keys() == {"editor"}


async def test_models_and_addresses_by_provider_name() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {"data": []}))
        for path in (MODELS, "/acme/v1/models", f"/t/{bed.token}/acme/v1/models?limit=1", "/v1/models/big-1"):
            assert (await bed.get(path)).status == 200
        assert [one.path for one in bed.cloud.requests] == [MODELS, MODELS, MODELS + "?limit=1", "/v1/models/big-1"]
        found = await bed.told(4)
        assert found.depth is Depth.API
        assert [part.component for part in found.parts] == ["chat-completions", "embeddings"]


@pytest.mark.parametrize(
    "pieces",
    [
        [ROLE, TOKEN, END],
        [ROLE + TOKEN + END],
        [bytes([one]) for one in ROLE + TOKEN + END],
        [(ROLE + TOKEN)[:80], (ROLE + TOKEN)[80:], END],
        [b": ping\n\n", ROLE, b"\r\n", TOKEN * 5000, END],
    ],
    ids=["events", "at-once", "byte-by-byte", "in-the-middle", "large"],
)
async def test_a_stream_stays_the_bytes_that_it_was(pieces: list[bytes]) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, chunks(pieces))
        got = await bed.post()
        assert (got.body, got.whole) == (b"".join(pieces), True)
        assert got.headers["content-type"] == STREAM.decode()
        found = await bed.told()
        assert (found.outcome, found.code) == (Outcome.GOOD, "http_200")
        assert found.first_token_s is not None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(min_size=1, max_size=3000), min_size=1, max_size=20))
def test_any_bytes_in_any_pieces(pieces: list[bytes]) -> None:
    async def there_and_back() -> None:
        async with Bed() as bed:
            bed.cloud.on(CHAT, chunks(pieces, kind=b"application/octet-stream"))
            got = await bed.post()
            assert (got.body, got.whole) == (b"".join(pieces), True)

    asyncio.run(there_and_back())


async def test_compressed_answers_stay_compressed() -> None:
    packed = gzip.compress(b'{"choices": []}')
    async with Bed() as bed:
        bed.cloud.on(CHAT, answer(200, packed, {"content-encoding": "gzip"}))
        got = await bed.post(Accept_Encoding="gzip, br;q=0.1")
        assert (got.body, got.headers["content-encoding"]) == (packed, "gzip")
        assert bed.cloud.requests[0].headers["accept-encoding"] == "gzip, br;q=0.1"
        assert (await bed.told()).outcome is Outcome.GOOD


async def test_a_compressed_request_stays_compressed() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        packed = gzip.compress(b'{"model": "big-1"}')
        await bed.post(packed, Content_Encoding="gzip")
        assert bed.cloud.requests[0].body == packed
        assert bed.cloud.requests[0].headers["content-encoding"] == "gzip"


async def test_a_chunked_request_arrives_whole() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        head = bed.request(headers={"Content-Length": None, "Transfer-Encoding": "chunked"}, body=b"")
        got = await bed.send(head + b'5\r\n{"mod\r\n6\r\nel":1}\r\n0\r\n\r\n')
        assert got.status == 200
        assert bed.cloud.requests[0].body == b'{"model":1}'


async def test_the_first_event_comes_before_the_second_is_made() -> None:
    async with Bed() as bed:
        go_on = asyncio.Event()

        async def one_then_wait(writer: asyncio.StreamWriter, request: Request) -> None:
            await begin(writer, [ROLE])
            await go_on.wait()
            writer.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(END), END))

        bed.cloud.on(CHAT, one_then_wait)
        async with bed.client() as client:
            await client.send(bed.request())
            async with asyncio.timeout(10):
                assert (await client.head())[0] == 200
                assert await client.chunk() == ROLE
                go_on.set()
                assert await client.chunk() == END


async def test_an_interim_answer_is_not_the_answer() -> None:
    async with Bed() as bed:
        bed.cloud.on(
            CHAT,
            raw(
                b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"
                b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
            ),
        )
        assert (await bed.post()).body == b"{}"


async def test_expect_continue_is_answered_here() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        head, _, body = bed.request(headers={"Expect": "100-continue"}).partition(b"\r\n\r\n")
        async with bed.client() as client:
            await client.send(head + b"\r\n\r\n")
            async with asyncio.timeout(10):
                assert (await client.head())[0] == 100
                await client.send(body)
                assert (await client.receive()).status == 200
            assert "expect" not in bed.cloud.requests[0].headers


@pytest.mark.parametrize(
    ("status", "content", "headers", "outcome", "badge"),
    [
        (400, {"error": {"message": "x", "type": "invalid_request_error"}}, {}, Outcome.GOOD, None),
        (401, {"error": {"code": "invalid_api_key"}}, {}, Outcome.GOOD, Badge.KEY),
        (429, {"error": {"code": "rate_limit_exceeded"}}, {"retry-after": "7"}, Outcome.NEUTRAL, Badge.RATE_LIMIT),
        (429, {"error": {"code": "insufficient_quota"}}, {}, Outcome.GOOD, Badge.QUOTA),
        (500, {"error": {"message": "oh"}}, {}, Outcome.FAIL, None),
        (502, "<html>502 Bad Gateway</html>", {}, Outcome.FAIL, None),
        (503, {"error": {}}, {"retry-after-ms": "7000", "x-should-retry": "true"}, Outcome.FAIL, None),
        (403, "<html>Just a moment...</html>", {"cf-mitigated": "challenge"}, Outcome.GOOD, None),
        (200, "<html>Sign in to Wi-Fi</html>", {}, Outcome.FOREIGN, None),
        (204, b"", {}, Outcome.FAIL, None),
    ],
)
async def test_errors_of_the_provider_are_the_providers(
    status: int, content: object, headers: dict[str, str], outcome: Outcome, badge: Badge | None
) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, answer(status, content, headers))
        got = await bed.post()
        assert got.status == status
        assert got.whole
        if status != 204:
            assert got.body == (content.encode() if isinstance(content, str) else json.dumps(content).encode())
        for name, value in headers.items():
            assert got.headers[name] == value
        found = await bed.told()
        assert (found.outcome, found.badge, found.status) == (outcome, badge, status)
        assert found.retry_after_s == (7.0 if any("retry-after" in name for name in headers) else None)


async def test_no_redirect_is_followed() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, redirect(bed.local.url + "/steal", 307))
        got = await bed.post()
        assert (got.status, got.headers["location"]) == (307, bed.local.url + "/steal")
        assert bed.local.requests == []
        assert (await bed.told()).outcome is Outcome.FOREIGN


@pytest.mark.parametrize(
    ("behaviour", "status", "code"),
    [(hang_up, 502, "cut"), (garbage, 502, "malformed"), (silent, 504, "timeout")],
)
async def test_without_an_answer_the_tool_hears_it_in_its_dialect(behaviour: Behaviour, status: int, code: str) -> None:
    async with Bed(limits=Limits(cloud=Patience(1.0, 0.3, 0.3))) as bed:
        bed.cloud.on(CHAT, behaviour)
        got = await bed.post()
        assert (got.status, got.error["code"]) == (status, f"upstream_{code}")
        assert "Acme" in got.error["message"]
        assert got.headers["x-llm-ampel-route"] == "cloud; default"
        found = await bed.told()
        assert (found.outcome, found.code, found.status) == (Outcome.FAIL, code, None)


async def test_nobody_listens() -> None:
    async with Bed() as bed:
        await bed.cloud.__aexit__()
        got = await bed.post()
        assert (got.status, got.error["code"]) == (502, "upstream_connect")
        assert (await bed.told()).code == "connect"
        await bed.cloud.__aenter__()


@pytest.mark.parametrize("behaviour", [cut, chunks([ROLE, TOKEN], end=False), chunks([ROLE, TOKEN[:20]], end=False)])
async def test_a_cut_is_a_cut_for_the_tool_too(behaviour: Behaviour) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, behaviour)
        got = await bed.post()
        assert got.status == 200
        assert not got.whole
        assert (ROLE + TOKEN).startswith(got.body) or got.body == b'{"data": ['
        found = await bed.told()
        assert (found.outcome, found.code) == (Outcome.FAIL, "cut")


async def test_a_stream_that_ends_early_but_politely_counts_as_cut() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, chunks([ROLE, TOKEN]))
        got = await bed.post()
        assert (got.body, got.whole) == (ROLE + TOKEN, True)
        assert (await bed.told()).code == "cut"


async def test_silence_in_the_middle_is_cut_at_the_limit() -> None:
    async def stuck(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, [ROLE])
        await asyncio.Event().wait()

    async with Bed(limits=Limits(cloud=Patience(1.0, 5.0, 0.3))) as bed:
        bed.cloud.on(CHAT, stuck)
        got = await bed.post()
        assert (got.status, got.body, got.whole) == (200, ROLE, False)
        assert (await bed.told()).code == "timeout"


async def test_a_kept_connection_that_was_closed_meanwhile_costs_nothing() -> None:
    async def answer_then_close(writer: asyncio.StreamWriter, request: Request) -> None:
        await answer(200, {"n": 1})(writer, request)

    async def close_on_sight(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.transport.abort()

    async with Bed() as bed:
        bed.cloud.on(CHAT, answer_then_close, close_on_sight, answer(200, {"n": 2}))
        assert (await bed.post()).json == {"n": 1}
        assert (await bed.post()).json == {"n": 2}
        assert bed.cloud.asked(CHAT) == 3
        await bed.told(2)
        assert [one.outcome for one in bed.tries] == [Outcome.GOOD, Outcome.GOOD]


async def test_a_fresh_connection_that_is_closed_is_a_failure_at_once() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, hang_up)
        assert (await bed.post()).status == 502
        assert bed.cloud.asked(CHAT) == 1


async def test_retries_of_one_request_have_one_name() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, answer(500, {"error": {}}), answer(500, {"error": {}}), answer(200, {}))
        for _ in range(3):
            await bed.post()
        await bed.post({"another": 1})
        await bed.told(4)
        names = [one.request for one in bed.tries]
        assert len(set(names[:3])) == 1
        assert names[3] != names[0]
        assert None not in names


# Credentials


async def test_the_tools_own_key_passes_when_the_token_is_in_the_path() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        await bed.post(path=f"/t/{bed.token}/v1/chat/completions", Authorization="Bearer sk-own", OpenAI_Project="p")
        asked = bed.cloud.requests[0]
        assert (asked.headers["authorization"], asked.headers["openai-project"]) == ("Bearer sk-own", "p")
        assert bed.keyring.asked == []
        assert bed.token not in asked.path


async def test_without_own_credentials_the_keyrings_key_is_used() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        await bed.post(path=f"/t/{bed.token}/v1/chat/completions", Authorization=None)
        await bed.post(Authorization=None, X_Api_Key=bed.token)
        for asked in bed.cloud.requests:
            assert asked.headers["authorization"] == f"Bearer {KEY}"
            assert bed.token not in str(asked)


async def test_without_any_key_it_says_so() -> None:
    async with Bed() as bed:
        bed.keyring.keys.clear()
        got = await bed.post()
        assert (got.status, got.error["code"]) == (401, "no_key")
        assert got.error["type"] == "authentication_error"
        assert "key set acme" in got.error["message"]
        assert bed.cloud.requests == []
        assert bed.tries == []


async def test_a_locked_keyring_is_told() -> None:
    async with Bed() as bed:
        bed.keyring.keys["acme", bed.cloud.netloc] = Problem("keyring_locked")
        got = await bed.post()
        assert (got.status, got.error["code"], got.headers["x-should-retry"]) == (503, "keyring_locked", "false")
        assert bed.cloud.requests == []


async def test_a_stored_key_does_not_go_over_plain_http_to_another_machine() -> None:
    async with Bed() as bed:
        bed.keyring.keys["acme", "acme.invalid"] = KEY
        bed.catalogue = Catalogue({"acme": acme("http://acme.invalid")})
        got = await bed.post()
        assert (got.status, got.error["code"]) == (401, "no_key")


async def test_tls_is_verified_and_spoken() -> None:
    authority = Authority()
    async with Bed(tls=authority.server(), trust=authority.trust) as bed:
        bed.cloud.always(answer(200, {"fine": True}))
        assert (await bed.post()).json == {"fine": True}
        assert bed.cloud.requests[0].headers["authorization"] == f"Bearer {KEY}"


async def test_a_certificate_of_nobody_gets_no_key() -> None:
    async with Bed(tls=Authority().server(), trust=Authority().trust) as bed:
        got = await bed.post()
        assert (got.status, got.error["code"]) == (502, "upstream_tls")
        assert bed.cloud.requests == []
        assert (await bed.told()).code == "tls"


# Odd answers


@pytest.mark.parametrize(
    "content",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n{}",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_no_answer_is_not_passed_on(content: bytes) -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, raw(content))
        got = await bed.post()
        assert (got.status, got.error["code"]) == (502, "upstream_malformed")
        found = await bed.told()
        assert (found.outcome, found.code) == (Outcome.FAIL, "malformed")


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 \xff\xfe odd\r\nx-odd: caf\xe9\r\ncontent-length: 2\r\n\r\n",
        b"HTTP/1.1 299\r\ncontent-length: 2\r\n\r\n",
        b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n",
    ],
)
async def test_odd_heads_cost_no_answer(head: bytes) -> None:
    async def once(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(head + b"{}")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with Bed() as bed:
        bed.cloud.on(CHAT, once)
        got = await bed.post()
        assert (got.body, got.whole) == (b"{}", True)


async def test_queries_and_prefixes_stay_as_they_are() -> None:
    async with Bed() as bed:
        bed.catalogue = Catalogue({"acme": acme(bed.cloud.url + "/openai/")})
        bed.cloud.always(answer(200, {}))
        odd = "a=%2e%2e&b=c+d&&=%C3%BC&c=[1]&d='x'&%zz"
        assert (await bed.get(f"/v1/models?{odd}")).status == 200
        assert bed.cloud.requests[0].path == f"/openai/v1/models?{odd}"


# Proxies


async def through_proxy(bed: Bed, monkeypatch: pytest.MonkeyPatch, behave: bytes | None) -> Got:
    """Ask https://acme.invalid by a proxy that says `behave` to CONNECT, or else connects to the bed's cloud."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"CONNECT acme.invalid:443 HTTP/1.1\r\n")
        if behave is not None:
            writer.write(behave)
            writer.close()
            return
        host, _, port = bed.cloud.netloc.partition(":")
        there = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        async with asyncio.TaskGroup() as group:
            group.create_task(pipe(reader, there[1]))
            group.create_task(pipe(there[0], writer))

    async def pipe(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await source.read(65_536):
                to.write(piece)
        to.close()

    proxy = await asyncio.start_server(serve, "127.0.0.1", 0)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
    bed.keyring.keys["acme", "acme.invalid"] = KEY
    bed.catalogue = Catalogue({"acme": acme("https://acme.invalid")})
    try:
        return await bed.post()
    finally:
        await bed.gateway.stop()
        proxy.close()


async def test_the_machines_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    authority = Authority()
    async with Bed(tls=authority.server("acme.invalid"), trust=authority.trust) as bed:
        bed.cloud.always(answer(200, {"fine": True}))
        got = await through_proxy(bed, monkeypatch, None)
        assert got.json == {"fine": True}
        assert bed.cloud.requests[0].headers["host"] == "acme.invalid"


@pytest.mark.parametrize(
    ("said", "code", "outcome"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n", "proxy_login", Outcome.PROXY),
        (b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n", "connect", Outcome.FAIL),
    ],
)
async def test_a_proxy_that_refuses_is_told(
    monkeypatch: pytest.MonkeyPatch, said: bytes, code: str, outcome: Outcome
) -> None:
    async with Bed() as bed:
        got = await through_proxy(bed, monkeypatch, said)
        assert (got.status, got.error["code"]) == (502, f"upstream_{code}")
        found = await bed.told()
        assert (found.outcome, found.code, found.reach) == (outcome, code, Reach.PUBLIC)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "http://127.0.0.1:9"])
async def test_a_proxy_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    async with Bed() as bed:
        bed.keyring.keys["acme", "acme.invalid"] = KEY
        bed.catalogue = Catalogue({"acme": acme("https://acme.invalid")})
        assert (await bed.post()).error["code"] == "upstream_proxy_settings"
        assert (await bed.told()).outcome is Outcome.PROXY


# Leaving, stalling


async def test_a_tool_that_leaves_before_the_answer_cancels_it() -> None:
    gone = asyncio.Event()

    async def notice(writer: asyncio.StreamWriter, request: Request) -> None:
        try:
            await drip(writer, request)
        except ConnectionError:
            gone.set()

    async with Bed() as bed:
        bed.cloud.on(CHAT, notice)
        async with bed.client() as client:
            await client.send(bed.request())
            await bed.cloud.wait_asked(CHAT, 1)
            await client.leave()
            async with asyncio.timeout(10):
                await gone.wait()
            found = await bed.told()
            assert (found.outcome, found.code) == (Outcome.NEUTRAL, "left")


async def test_a_tool_that_leaves_in_the_middle_cancels_it_and_proves_what_it_heard() -> None:
    gone = asyncio.Event()

    async def endless(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, [ROLE, TOKEN])
        try:
            while True:
                writer.write(b"%x\r\n%s\r\n" % (len(TOKEN), TOKEN))
                await writer.drain()
                await asyncio.sleep(0.005)
        except ConnectionError:
            gone.set()

    async with Bed() as bed:
        bed.cloud.on(CHAT, endless)
        async with bed.client() as client:
            await client.send(bed.request())
            await client.head()
            while TOKEN not in await client.chunk():
                pass
            await client.leave()
            async with asyncio.timeout(10):
                await gone.wait()
            found = await bed.told()
            assert (found.outcome, found.code, found.depth) == (Outcome.GOOD, "http_200", Depth.COMPLETION)


async def test_a_tool_that_does_not_read_holds_the_provider_back_and_is_given_up() -> None:
    sent = 0

    async def pour(writer: asyncio.StreamWriter, request: Request) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900000000\r\n\r\n")
        while True:
            writer.write(b" " * 65_536)
            await writer.drain()
            sent += 65_536

    async with Bed(limits=Limits(client_stall_s=0.5)) as bed:
        bed.cloud.on(CHAT, pour)
        async with bed.client() as client:
            client.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport has it
            await client.send(bed.request())
            found = await bed.told()
            assert (found.outcome, found.code) == (Outcome.NEUTRAL, "left")
            # Socket buffers of three connections; not the hundreds of megabytes that the provider would have sent.
            assert sent < 40_000_000


async def test_two_hundred_streams_at_once_lose_nothing() -> None:
    async def numbered(writer: asyncio.StreamWriter, request: Request) -> None:
        name = json.loads(request.body)["name"]
        await chunks([b"data: %d-%d\n\n" % (name, number) for number in range(30)] + [END])(writer, request)

    async with Bed() as bed:
        bed.cloud.on(CHAT, numbered)
        all_got = await asyncio.gather(*(bed.post({"name": name}) for name in range(200)))
        for name, got in enumerate(all_got):
            assert got.whole
            assert got.body == b"".join(b"data: %d-%d\n\n" % (name, number) for number in range(30)) + END
