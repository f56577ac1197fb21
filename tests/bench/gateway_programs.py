"""The programs that `tests.bench.gateway` starts, each in a process of its own: providers and the gateway."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

EVENT_GAP_S = 0.025
"""Forty tokens a second, as a fast hosted model streams."""
LOCAL_MODEL = "small:1b"
KEY = "sk-bench-0123456789"
SILENCE_LIMIT_S = 1.0
"""The shortest that settings take; what is measured begins when it is over."""


async def provide_streams(port: int, words: int) -> None:
    """A provider that answers everything with a stream of so many numbered, dated words."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await _request(reader)
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                )
                begin = asyncio.get_running_loop().time()
                for number in range(words):
                    writer.write(_chunk({"content": f"{number}@{time.monotonic():.6f} "}, None))
                    await asyncio.sleep(begin + (number + 1) * EVENT_GAP_S - asyncio.get_running_loop().time())
                writer.write(_chunk({}, "stop") + b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    await _serve(serve, port)


def _chunk(delta: dict[str, str], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    told = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": LOCAL_MODEL, "choices": [choice]}
    event = b"data: %s\n\n" % json.dumps(told).encode()
    return b"%x\r\n%s\r\n" % (len(event), event)


async def provide_silence(port: int) -> None:
    """A provider that takes every request and never answers."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    await _serve(serve, port)


async def _request(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))


async def _serve(serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any], port: int) -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


async def gateway(port: int, cloud: int, local: int, control: int, others: dict[str, int] | None = None) -> None:
    """The real gateway, in front of the provider at `cloud` and, under their names, of `others`.

    Whoever connects to `control` sends lines: `route local` or `route cloud`, `mode auto` (which forgets what was) or
    `mode manual`, and `target` with the port of another local server.
    """
    from msgspec import structs

    from tests.support.gatewaybed import Keyring, acme
    from trayapp.clock import SystemClock
    from trayapp.core.catalogue import Api, Catalogue, Dialect
    from trayapp.core.switching.auto_mode import AutoMode
    from trayapp.core.switching.limits import Limits
    from trayapp.core.switching.route import Mode, To, Until
    from trayapp.core.switching.routes import Routes
    from trayapp.core.switching.target import TargetState, TargetStatus
    from trayapp.gateway.server import Gateway
    from trayapp.paths import home
    from trayapp.secrets.tokens import Tokens
    from trayapp.settings import schema

    dialects = (Dialect.OPENAI, Dialect.ANTHROPIC)
    providers, keys = {}, Keyring()
    for name, at in {"acme": cloud, **(others or {})}.items():
        url = f"http://127.0.0.1:{at}"
        providers[name] = structs.replace(acme(url), provider=name, api=Api(url, dialects, "acme"))
        keys.keys["acme", f"127.0.0.1:{at}"] = KEY
    catalogue = Catalogue(providers)
    routes = Routes(catalogue)
    limits = schema.ProviderSettings(limits=Limits(first_byte_s=SILENCE_LIMIT_S))
    settings = schema.Settings(
        gateway=schema.GatewaySettings(port=port, openai="acme", anthropic="acme"),
        providers=dict.fromkeys(providers, limits),
    )
    target = TargetStatus(TargetState.READY, "ollama", LOCAL_MODEL, f"http://127.0.0.1:{local}")
    clock, auto = SystemClock(), AutoMode()
    server = Gateway(
        lambda: settings,
        lambda: catalogue,
        routes,
        Tokens(home()),
        keys,
        lambda: target,
        lambda _: None,
        lambda _: None,
        clock,
        auto=auto,
    )
    await server.start()

    async def obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal target
        while line := await reader.readline():
            match line.decode().split():
                case ["route", to]:
                    routes.switch(("acme",), To(to), Until.BACK, clock.now())
                case ["mode", mode]:
                    auto.switch(Mode(mode))
                case ["target", at]:
                    target = structs.replace(target, url=f"http://127.0.0.1:{at}")
                case _:
                    raise ValueError(line)
            writer.write(b"done\n")
        writer.close()

    listener = await asyncio.start_server(obey, "127.0.0.1", control)
    await listener.serve_forever()


PROGRAMS: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
    one.__name__: one for one in (provide_streams, provide_silence, gateway)
}

if __name__ == "__main__":
    name, *raw_arguments = sys.argv[1:]
    asyncio.run(PROGRAMS[name](*map(json.loads, raw_arguments)))
