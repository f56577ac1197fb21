"""The machine's proxies on the way out."""

import asyncio
import contextlib

import pytest
from msgspec import structs

from tests.support.gatewaybed import CHAT, KEY, SAID, Bed, Got, acme
from tests.support.httpserver import (
    Authority,
    Server,
    answer,
)
from trayapp.core.catalogue import Catalogue
from trayapp.core.evidence.observation import Outcome
from trayapp.core.evidence.reach import Reach
from trayapp.core.switching.route import To
from trayapp.net.trust import Trust


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
    async with Bed(tls=authority.server("acme.invalid"), trust=Trust(authority.trust)) as bed:
        bed.cloud.always(answer(200, {"fine": True}))
        got = await through_proxy(bed, monkeypatch, None)
        assert got.json == {"fine": True}
        assert bed.cloud.requests[0].headers["host"] == "acme.invalid"


@pytest.mark.parametrize(
    ("said", "status", "code", "outcome"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n", 400, "proxy_login", Outcome.PROXY),
        (b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n", 502, "connect", Outcome.FAIL),
    ],
)
async def test_a_proxy_that_refuses_is_told(
    monkeypatch: pytest.MonkeyPatch, said: bytes, status: int, code: str, outcome: Outcome
) -> None:
    async with Bed() as bed:
        got = await through_proxy(bed, monkeypatch, said)
        assert (got.status, got.error["code"]) == (status, f"upstream_{code}")
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


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
async def test_the_local_route_goes_through_nobody(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """What is said to a machine of the user's own is for that machine, and the look at it takes no proxy either."""
    async with Server() as proxy, Bed() as bed:
        monkeypatch.setenv(variable.lower(), proxy.url)
        bed.switch(To.LOCAL)
        # The kernel takes this for its own machine; nothing else does.
        there = bed.local.url.replace("127.0.0.1", "0.0.0.0")
        bed.target = structs.replace(bed.target, url=there)
        bed.local.on(CHAT, answer(200, SAID))
        got = await bed.post()
        assert proxy.requests == []
        assert (got.status, got.json) == (200, SAID)
