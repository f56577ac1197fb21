"""Requests of every form, on either route: large ones, those in pieces, those that wait first, on kept connections."""

import asyncio
import contextlib
import json

import pytest

from tests.support.gatewaybed import CHAT, LOCAL_MODEL, MODELS, QUESTION, SAID, Bed, raw
from tests.support.httpserver import Request, answer
from trayapp.core.switching.route import To


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
async def test_pictures_arrive_whole(route: To) -> None:
    """Also where the kept connection that they are first sent over has just ended."""
    body = json.dumps({"model": LOCAL_MODEL, "messages": [{"role": "user", "content": "A" * 33_000_000}]}).encode()
    async with Bed() as bed:
        bed.switch(route)
        server = bed.cloud if route is To.CLOUD else bed.local

        async def once(writer: asyncio.StreamWriter, request: Request) -> None:
            await answer(200, SAID)(writer, request)
            await writer.drain()
            writer.close()

        server.on(CHAT, once, answer(200, SAID))
        assert (await bed.post()).status == 200
        got = await bed.post(body)
        assert (got.status, got.json) == (200, SAID)
        assert json.loads(server.requests[-1].body) == json.loads(body)


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
async def test_the_trailers_of_a_request_go_nowhere(route: To) -> None:
    body = json.dumps(QUESTION, separators=(",", ":")).encode()
    async with Bed() as bed:
        bed.switch(route)
        server = bed.cloud if route is To.CLOUD else bed.local
        server.on(CHAT, answer(200, SAID))
        named = {"Content-Length": None, "Transfer-Encoding": "chunked"}
        pieces = b"9;a=b\r\n%s\r\n%x\r\n%s\r\n" % (body[:9], len(body) - 9, body[9:])
        trailers = b"0\r\nX-Sum: 1\r\nAuthorization: Bearer sk-of-the-trailer\r\n\r\n"
        async with bed.client() as client, asyncio.timeout(10):
            await client.send(bed.request(body=b"", headers=named) + pieces + trailers + bed.request())
            assert (await client.receive()).status == 200
            assert await client.reader.read() == b""
        (request,) = server.requests
        assert json.loads(request.body)["messages"] == QUESTION["messages"]
        assert not {"trailer", "x-sum"} & request.headers.keys()


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
async def test_the_trailers_of_an_answer_go_nowhere(route: To) -> None:
    """They would stand in the head of the next answer, which may be for another tool."""
    said = json.dumps(SAID).encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\ntrailer: x-of\r\n\r\n"
    async with Bed() as bed:
        bed.switch(route)
        server = bed.cloud if route is To.CLOUD else bed.local
        whole = head + b"%x\r\n%s\r\n0\r\nx-of: another\r\n\r\n" % (len(said), said)

        async def slowly(writer: asyncio.StreamWriter, request: Request) -> None:
            for at in range(0, len(whole), 50):
                writer.write(whole[at : at + 50])
                await writer.drain()
                await asyncio.sleep(0.01)

        server.on(CHAT, raw(whole), slowly, answer(200, SAID))
        for _ in range(3):
            got = await bed.post()
            assert (got.json, got.whole) == (SAID, True)
            assert not {"x-of", "trailer"} & {name.lower() for name in got.headers}


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
async def test_expect_continue_on_a_kept_connection(route: To) -> None:
    async with Bed() as bed:
        bed.switch(route)
        (bed.cloud if route is To.CLOUD else bed.local).on(CHAT, answer(200, SAID))
        head, _, body = bed.request(headers={"Expect": "100-Continue"}).partition(b"\r\n\r\n")
        async with bed.client() as client, asyncio.timeout(10):
            for _ in range(2):
                await client.send(head + b"\r\n\r\n")
                assert (await client.head())[0] == 100
                await client.send(body)
                assert (await client.receive()).json == SAID
            await client.send(bed.request())
            assert (await client.receive()).json == SAID


async def test_who_is_refused_before_his_body_spoils_nothing() -> None:
    """A body that nobody waits for is not taken for the next request."""
    async with Bed() as bed:
        head = bed.request(path="/v1/", headers={"Expect": "100-continue"}).partition(b"\r\n\r\n")[0]
        async with bed.client() as client, asyncio.timeout(10):
            await client.send(head + b"\r\n\r\n")
            assert (await client.receive()).status == 404
            with contextlib.suppress(ConnectionError):
                await client.send(b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n")
            assert await client.reader.read() == b""
        assert bed.cloud.requests == []


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
@pytest.mark.parametrize("interim", [b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n"])
async def test_a_second_answer_on_one_connection_is_nobodys(route: To, interim: bytes) -> None:
    """Who asks next must not get what another was told."""
    said = [json.dumps({"choices": [{"message": {"content": word}}]}).encode() for word in ("yours", "another's")]
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
    async with Bed() as bed:
        bed.switch(route)
        server = bed.cloud if route is To.CLOUD else bed.local
        server.on(CHAT, raw(b"".join(interim + head % (len(one), one) for one in said)))
        for _ in range(3):
            assert (await bed.post()).body == said[0]


@pytest.mark.parametrize("path", ["/", CHAT, MODELS, "/v1/messages"])
async def test_head_and_options_are_answered_here_and_end_nothing(path: str) -> None:
    """Claude Code begins with `HEAD /`, and browsers with OPTIONS."""
    async with Bed() as bed:
        bed.cloud.always(answer(200, SAID))
        async with bed.client() as client, asyncio.timeout(10):
            await client.send(bed.request("HEAD", path))
            assert (await client.head())[0] in ((200,) if path == "/" else (404, 405))
            await client.send(bed.request("OPTIONS", path))
            got = await client.receive()
            assert got.status in (404, 405)
            assert not [name for name in got.headers if name.lower().startswith("access-control-")]
            await client.send(bed.request())
            assert (await client.receive()).json == SAID
        assert len(bed.cloud.requests) == 1
