"""Requests that two readers might cut differently, at every address: refused, or one request and nothing behind it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import pytest
from msgspec import structs

from tests.support.gatewaybed import CHAT, Client, Got
from tests.support.httpserver import Server, answer
from tests.support.messagesbed import MESSAGES, MessagesBed
from trayapp.core.catalogue import Catalogue, Dialect, Login

RESPONSES = "/v1/responses"
LOGIN = "{token}/acme-login/v1/responses"
ADDRESSES = (CHAT, RESPONSES, MESSAGES, "/v1/files", LOGIN)
BODY = b'{"model":"big-1","messages":[],"input":"x","max_tokens":9}'
HIDDEN = b"GET /v1/smuggled HTTP/1.1\r\n{host}\r\n"
"""What somebody would like to have asked in another's name."""
CHUNK = b"%x\r\n%s\r\n" % (len(BODY), BODY)
LENGTH = b"Content-Length: %d\r\n" % len(BODY)

REFUSED: dict[str, bytes] = {
    "length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunks and length": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n" + HIDDEN + b"\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 4\r\nContent-Length: 40\r\n\r\nabcd" + HIDDEN,
    "the same length twice": LENGTH * 2 + b"\r\n" + BODY + HIDDEN,
    "two lengths in one": b"Content-Length: 4, 40\r\n\r\nabcd" + HIDDEN,
    "a length with a sign": b"Content-Length: +4\r\n\r\nabcd" + HIDDEN,
    "a negative length": b"Content-Length: -4\r\n\r\n" + HIDDEN,
    "a length in other digits": b"Content-Length: \xb2\r\n\r\nab" + HIDDEN,
    "a hexadecimal length": b"Content-Length: 0x4\r\n\r\nabcd" + HIDDEN,
    "a length with an underscore": b"Content-Length: 1_0\r\n\r\nabcdefghij" + HIDDEN,
    "an empty length": b"Content-Length:\r\n\r\n" + HIDDEN,
    "a folded length": b"Content-Length:\r\n 4\r\n\r\nabcd" + HIDDEN,
    "a folded header": b"X-A: a\r\n folded: b\r\n" + LENGTH + b"\r\n" + BODY,
    "a folded coding": b"Transfer-Encoding:\r\n chunked\r\n\r\n" + CHUNK + b"0\r\n\r\n" + HIDDEN,
    "no coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "another coding behind": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN,
    "another coding before": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunks twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "chunks and then none": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a tab before the colon": b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a coding behind a vertical tab": b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a bare line feed": b"X-A: a\nX-B: b\r\n" + LENGTH + b"\r\n" + BODY,
    "a length behind a bare line feed": b"X-A: a\nContent-Length: 0\r\n" + LENGTH + b"\r\n" + BODY,
    "a bare line feed at the end": LENGTH + b"\n" + BODY + HIDDEN,
    "a bare carriage return": b"X-A: a\rX-B: b\r\n" + LENGTH + b"\r\n" + BODY,
    "a NUL": b"X-A: a\x00b\r\n" + LENGTH + b"\r\n" + BODY,
    "a header without a name": b": a\r\n" + LENGTH + b"\r\n" + BODY,
    "a header without a colon": b"X-A\r\n" + LENGTH + b"\r\n" + BODY,
    "a length in a trailer": b"Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 40\r\n\r\n" + HIDDEN,
    "a chunk of less than nothing": b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "a chunk that is too large": b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    "a chunk with a prefix": b"Transfer-Encoding: chunked\r\n\r\n0x4\r\nabcd\r\n0\r\n\r\n" + HIDDEN,
    "a chunk with an underscore": b"Transfer-Encoding: chunked\r\n\r\n1_0\r\nabcd\r\n0\r\n\r\n" + HIDDEN,
    "a chunk that ends too late": b"Transfer-Encoding: chunked\r\n\r\n4\r\nabcdef\r\n0\r\n\r\n" + HIDDEN,
    "a chunk with a bare line feed": b"Transfer-Encoding: chunked\r\n\r\n4\nabcd\n0\n\n" + HIDDEN,
    "an extension with a line feed": b"Transfer-Encoding: chunked\r\n\r\n4;\nx\r\nabcd\r\n0\r\n\r\n" + HIDDEN,
    "an extension with a carriage return": b"Transfer-Encoding: chunked\r\n\r\n4;\rx\r\nabcd\r\n0\r\n\r\n" + HIDDEN,
}
ONE: dict[str, bytes] = {
    "a length": LENGTH + b"\r\n" + BODY,
    "chunks": b"Transfer-Encoding: Chunked\r\n\r\n" + CHUNK + b"0\r\n\r\n",
    "a chunk for each letter": b"Transfer-Encoding: chunked\r\n\r\n"
    + b"".join(b"1\r\n%c\r\n" % one for one in BODY)
    + b"0\r\n\r\n",
    "an extension": b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK.replace(b"\r\n", b';a="b;c"\r\n', 1) + b"0;z\r\n\r\n",
    "trailers": b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK + b"0\r\nX-Sum: 4\r\nX-Host: evil.example\r\n\r\n",
    "an offer of HTTP/2": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
    + LENGTH
    + b"\r\n"
    + BODY,
    "an offer of HTTP/2 in chunks": b"Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK + b"0\r\n\r\n",
    "an offer of TLS": b"Connection: upgrade\r\nUpgrade: TLS/1.0\r\n" + LENGTH + b"\r\n" + BODY,
}


class Smuggling(MessagesBed):
    """Three providers' addresses, one of them a login's."""

    def __init__(self) -> None:
        super().__init__()
        self.login = Server()

    async def __aenter__(self) -> "Smuggling":
        await self.login.__aenter__()
        await super().__aenter__()
        login = Login("acme-login", f"{self.login.url}/codex", (Dialect.OPENAI,), ("/responses", "/models"))
        acme = structs.replace(self.catalogue.providers["acme"], logins=(login,))
        self.catalogue = Catalogue(self.catalogue.providers | {"acme": acme})
        for server in self.servers:
            server.always(answer(200, {}))
        return self

    async def __aexit__(self, *how: object) -> None:
        await super().__aexit__(*how)  # type: ignore[arg-type]  # as it came
        await self.login.__aexit__()

    @property
    def servers(self) -> tuple[Server, ...]:
        return self.cloud, self.brain, self.login, self.local

    @property
    def asked(self) -> list[bytes]:
        """The bodies of all that was asked of anybody."""
        requests = [one for server in self.servers for one in server.requests]
        assert not [one.path for one in requests if "smuggled" in one.path]
        assert not [one for one in requests if {"upgrade", "http2-settings", "trailer", "te"} & one.headers.keys()]
        return [one.body for one in requests]

    @contextlib.asynccontextmanager
    async def sent(self, path: str, rest: bytes) -> AsyncIterator[Client]:
        host = f"Host: 127.0.0.1:{self.port}\r\n"
        if path == LOGIN:
            host += "Authorization: Bearer own\r\n"
        elif path == MESSAGES:
            host += f"X-Api-Key: {self.token}\r\nAnthropic-Version: 2023-06-01\r\n"
        else:
            host += f"Authorization: Bearer {self.token}\r\n"
        named = path.replace("{token}", f"/t/{self.token}")
        head = f"POST {named} HTTP/1.1\r\n{host}Content-Type: application/json\r\n"
        async with self.client() as client, asyncio.timeout(20):
            await client.send(head.encode() + rest.replace(b"{host}", host.encode()))
            yield client


def is_refusal(got: Got) -> bool:
    """To nobody's page; of a head that cannot be read nobody knows the dialect."""
    assert isinstance(got.error["message"], str)
    assert not [name for name in got.headers if name.lower().startswith("access-control-")]
    return got.whole and got.status >= 400


@pytest.mark.parametrize("path", ADDRESSES)
async def test_what_two_might_read_differently_is_refused(path: str) -> None:
    async with Smuggling() as bed:
        for name, rest in REFUSED.items():
            async with bed.sent(path, rest) as client:
                assert is_refusal(await client.receive()), name
                # Whatever comes behind it comes over a connection of its own.
                with contextlib.suppress(ConnectionError):
                    assert await client.reader.read() == b"", name
        assert bed.asked == []


@pytest.mark.parametrize("path", ADDRESSES)
async def test_what_everybody_reads_alike_is_one_request(path: str) -> None:
    async with Smuggling() as bed:
        for number, (name, rest) in enumerate(ONE.items(), 1):
            async with bed.sent(path, rest) as client:
                got = await client.receive()
                assert (got.status, got.json, got.whole) == (200, {}, True), name
                client.writer.write_eof()
                assert await client.reader.read() == b"", name
            assert [json.loads(body) for body in bed.asked] == [json.loads(BODY)] * number
