"""1,100 strangers who say nothing and 500 streams at once: the light stays true, commands and tools get an answer."""

import asyncio
import contextlib
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from tests.support.commands import Running, running
from tests.support.gatewaybed import END, ROLE, TOKEN, begin
from tests.support.httpserver import Request
from tests.support.ports import free_port, listens
from tests.support.scene import CHAT_PATH, FINE_MODELS, MODELS_PATH, Acme, write_files
from tests.support.told import once, providers, quiet_log
from tests.support.until import until
from trayapp.paths import home
from trayapp.secrets.tokens import Tokens
from trayapp.tasks import Tasks

STRANGERS, STREAMS = 1100, 500
RATE = 60.0
"""So that the senses look every second."""
GREEN = 0


@contextlib.asynccontextmanager
async def engine(limit: str) -> AsyncIterator[Running]:
    """The engine with gateway and socket, allowed so many descriptors."""
    program = (sys.executable, "-m", "tests.support.engine_program", str(RATE), str(time.time()))
    async with running(f"--nofile={limit}", *program, program="prlimit") as started:
        yield started


async def stream(port: int, token: str, number: int, heads: Counter[str]) -> tuple[str, bytes]:
    """One stream; how it began, and its body."""
    body = json.dumps({"model": "acme-1", "stream": True, "messages": [{"role": "user", "content": f"{number}"}]})
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = f"POST /t/{token}{CHAT_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer sk-own\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body.encode())
        status = (await reader.readuntil(b"\r\n")).split()[1].decode()
        told = (await reader.readuntil(b"\r\n\r\n")).lower()
        heads[status] += 1
        if status != "200":
            length = int(told.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            return status, await reader.readexactly(length)
        whole = b""
        while size := int(await reader.readuntil(b"\r\n"), 16):
            whole += (await reader.readexactly(size + 2))[:-2]
        return status, whole
    finally:
        writer.transport.abort()


@pytest.mark.parametrize(("limit", "at_least"), [("1024:1024", 250), ("1024:8192", STREAMS)], ids=["hard", "soft"])
async def test_a_crowd_hides_nothing(limit: str, at_least: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 8192:
        pytest.skip("this machine allows too few descriptors to play the crowd")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 8192), hard))
    release = asyncio.Event()

    async def hold(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, [ROLE, TOKEN])
        await release.wait()
        writer.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(END), END))

    acme, port, token = Acme(page=False), free_port(), Tokens(home()).add("editor")
    async with providers(acme), contextlib.AsyncExitStack() as stack, Tasks("tools") as tasks, asyncio.timeout(90):
        acme.api(FINE_MODELS)
        acme.api_server.on(CHAT_PATH, hold)
        write_files(home(), (acme,), f'[gateway]\nport = {port}\nopenai = "acme"\n')
        started = await stack.enter_async_context(engine(limit))
        await until(lambda: listens(port), "the gateway", 30.0)
        await until(lambda: acme.api_server.asked(MODELS_PATH) >= 2, "the first looks", 30.0)
        crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(STRANGERS)]
        heads: Counter[str] = Counter()
        tools = [tasks.spawn(stream(port, token, number, heads), "tool") for number in range(STREAMS)]
        await until(lambda: heads.total() == STREAMS, "an answer to everybody", 40.0)
        looked = acme.api_server.asked(MODELS_PATH)
        await until(lambda: acme.api_server.asked(MODELS_PATH) >= looked + 3, "looks in spite of the crowd", 30.0)
        told = await once("status", "--json")
        assert (told.code, json.loads(told.out)["light"]) == (GREEN, "green"), told
        moved = await once("switch", "cloud")
        assert moved.code == GREEN, moved
        release.set()
        ends = await asyncio.gather(*tools)
        assert heads.keys() <= {"200", "503"}
        assert heads["200"] >= at_least
        for status, body in ends:
            if status == "200":
                assert body == ROLE + TOKEN + END
            else:
                assert json.loads(body)["error"]["code"] in ("too_many_requests", "gateway_busy")
        lights = [json.loads(line)["light"] for line in started.lines if "transition" in line]
        assert set(lights) <= {"green"}, started.lines
        assert started.errors == []
        for _, writer in crowd:
            writer.transport.abort()
    quiet_log(home())
