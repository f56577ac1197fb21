"""The gateway as its own target: a circle, refused in every spelling and wherever a target can be chosen."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.loopback.engine.test_switch import settings
from tests.support.scene import Acme, Scene, free_port
from trayapp.core.switching.route import To
from trayapp.core.switching.target import TargetState
from trayapp.errors import Problem
from trayapp.local.detect import detect
from trayapp.settings.file import change
from trayapp.tasks import Tasks


def _resolves(name: str) -> bool:
    try:
        return any(found[4][0] == "127.0.0.1" for found in socket.getaddrinfo(name, None, socket.AF_INET))
    except OSError:
        return False


SPELLINGS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "0.0.0.0",
    "0x7f000001",
    "LOCALHOST",
    *filter(_resolves, [socket.gethostname()]),
]

UNUSED = ["127.1", "0177.0.0.1", "2130706433"]
"""Addresses of this machine as resolvers know them, which the HTTP library does not take at all."""


@asynccontextmanager
async def forwarded(port: int) -> AsyncIterator[int]:
    """Another port that leads to this one, as `ssh -L` makes it."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(65_536):
                writer.write(piece)
                await writer.drain()
            writer.write_eof()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(pump(reader, back))
                both.create_task(pump(there, writer))
        finally:
            for side in (writer, back):
                side.transport.abort()

    async with Tasks("forward") as tasks:
        server = await asyncio.start_server(
            lambda reader, writer: tasks.spawn(serve(reader, writer), "connection"), "127.0.0.1", 0
        )
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            await tasks.close()


async def refused(scene: Scene, url: str, code: str = "local_is_gateway") -> None:
    """This address is no target for a look, for detection and for a switch."""
    change(scene.home, {("local", "url"): url, ("local", "confirmed"): True})
    await scene.engine.reload()
    assert (await scene.engine.switch.check_target()).code == code, url
    assert scene.engine.switch.target_status.state is TargetState.FAILED
    assert await detect([url]) == []
    with pytest.raises(Problem, match=code):
        await scene.engine.switch.to_local(("acme",))
    assert scene.engine.routes.route("acme").to is To.CLOUD


@pytest.mark.parametrize("with_token", [False, True])
async def test_the_gateway_is_no_target_in_any_spelling(with_token: bool) -> None:
    port = free_port()
    async with Scene(Acme("acme"), settings=settings(f"http://127.0.0.1:{port}", port)) as scene:
        token = scene.engine.switch.tokens.add("editor")
        path = f"/t/{token}/acme" if with_token else ""
        for name in SPELLINGS:
            await refused(scene, f"http://{name}:{port}{path}")
        for name in UNUSED:
            await refused(scene, f"http://{name}:{port}{path}", "local_bad_url")
        async with forwarded(port) as other:
            await refused(scene, f"http://127.0.0.1:{other}{path}")


@pytest.mark.parametrize("kind", ["ollama", "llama-server", "lm-studio"])
async def test_whatever_kind_it_is_taken_for(kind: str) -> None:
    port = free_port()
    local = f'[local]\nserver = "{kind}"\nurl = "http://127.0.0.1:{port}"\n'
    async with Scene(Acme("acme"), settings=f"{local}[gateway]\nport = {port}\n") as scene:
        await refused(scene, f"http://127.0.0.1:{port}")
