"""A signal ends `watch` within seconds and leaves nothing: whatever hangs, whoever waits."""

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import psutil
import pytest

from tests.support.commands import running
from tests.support.desktop import Desktop
from tests.support.httpserver import Behaviour, Request, events, silent
from tests.support.scene import CHAT_PATH, MODELS_PATH, Acme, free_port, write_files
from tests.support.told import on, once, providers, quiet_log
from tests.support.until import until
from trayapp.control.instance import Lock
from trayapp.core.hosts import host_of
from trayapp.paths import Home, home
from trayapp.secrets.key_index import KeyIndex, write_index
from trayapp.secrets.tokens import Tokens

END_S = 6.0
"""Real seconds from the signal to the end, on a busy machine."""
BODY = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hello?"}]}


def hung(first: str) -> Behaviour:
    """A stream that begins well and never goes on."""
    told = events(first, gap_s=1e9)

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        await told(writer, request)

    return behave


@asynccontextmanager
async def tool_with_a_hung_stream(port: int) -> AsyncIterator[aiohttp.StreamReader]:
    """A client that has heard the beginning of an answer through the gateway."""
    url = f"http://127.0.0.1:{port}/t/{Tokens(home()).add('editor')}/acme{CHAT_PATH}"
    headers = {"authorization": "Bearer sk-own"}
    async with aiohttp.ClientSession(headers=headers) as session, session.post(url, json=BODY) as answer:
        assert answer.status == 200
        assert b"Hel" in await answer.content.readline()
        yield answer.content


async def nothing_is_left(here: Home, children: list[psutil.Process], port: int | None = None) -> None:
    alive = [one for one in children if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    assert not alive, alive
    assert not here.socket.exists()
    lock = Lock(here)
    assert lock.acquire()
    lock.release()
    if port is not None:
        with socket.create_server(("127.0.0.1", port)):
            pass
    # The database is closed: no write-ahead log waits for a next start.
    assert not list(here.data.glob("*-wal"))
    quiet_log(here)


@pytest.mark.desktop
async def test_a_hung_stream_and_a_prompt_that_nobody_answers(locked_keyring: Desktop) -> None:
    acme, port = Acme(key=True), free_port()
    async with providers(acme):
        acme.api_server.on(CHAT_PATH, hung('{"choices": [{"index": 0, "delta": {"content": "Hel"}}]}'))
        write_files(home(), (acme,), f"[gateway]\nport = {port}\n")
        write_index(home(), KeyIndex(None, {"acme": host_of(acme.api_server.url)}))
        Tokens(home()).add("editor")
        here = on(locked_keyring)
        watch = locked_keyring.llm_ampel("watch", "--json")
        await until(lambda: acme.api_server.asked(MODELS_PATH) or None, "the first probe")
        await until(lambda: locked_keyring.screen.windows("Unlock"), "the keyring's prompt")
        async with tool_with_a_hung_stream(port) as rest:
            children = psutil.Process(watch.pid).children(recursive=True)
            assert children
            begun = time.monotonic()
            watch.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(watch.wait, END_S) == 0
            assert time.monotonic() - begun < END_S
            # The tool is not left hanging, and not told that this was a whole answer.
            with contextlib.suppress(aiohttp.ClientError):
                assert b"[DONE]" not in await asyncio.wait_for(rest.read(), END_S)
        await nothing_is_left(here, children, port)
    assert "Traceback" not in locked_keyring.log("llm-ampel").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_probes_and_pages_that_hang_and_followers_that_wait(number: signal.Signals, tmp_path: Path) -> None:
    acme = Acme()
    async with providers(acme):
        acme.api(silent)
        for name in ("summary", "components", "incidents"):
            acme.page_server.on(f"/api/v2/{name}.json", silent)
        write_files(home(), (acme,))
        async with AsyncExitStack() as stack:
            watch = await stack.enter_async_context(running("watch", "--json"))
            await watch.printed(1)
            follower = await stack.enter_async_context(running("status", "--watch", "--json"))
            waiting = await stack.enter_async_context(running("wait", "acme-api"))
            await follower.printed(1)
            children = psutil.Process(watch.process.pid).children(recursive=True)
            begun = time.monotonic()
            assert await watch.end(number) == 0
            assert time.monotonic() - begun < END_S
            # Whoever follows learns that there is nothing to follow any more.
            assert await asyncio.wait_for(follower.process.wait(), END_S) == 3
            assert await asyncio.wait_for(waiting.process.wait(), END_S) == 3
            assert any("not running" in line for line in waiting.errors), waiting.errors
            assert not watch.errors, watch.errors
        await nothing_is_left(home(), children)


async def test_a_signal_at_the_very_start_and_one_more_while_ending() -> None:
    acme = Acme()
    async with providers(acme):
        write_files(home(), (acme,))
        async with running("watch") as early:
            await until(lambda: home().lock.exists(), "the lock")
            assert await early.end(signal.SIGTERM) in (0, -signal.SIGTERM)
        async with running("watch") as watch:
            await watch.printed(1)
            watch.process.send_signal(signal.SIGTERM)
            assert await watch.end(signal.SIGTERM) == 0
            assert not watch.errors, watch.errors
        await nothing_is_left(home(), [])
        # And the next one starts as if nothing had been.
        async with running("watch") as again:
            await until(home().socket.exists, "the socket")
            assert (await once("wait", "acme-api", "--timeout", "20")).code == 0
            assert await again.end(signal.SIGTERM) == 0
