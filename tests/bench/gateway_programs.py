"""The programs that `tests.bench.gateway` starts, each in a process of its own: providers and the
gateway."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

EVENTS = 100
EVENT_GAP_S = 0.025
"""Forty tokens a second, as a fast hosted model streams."""
STREAMS = 500
_STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
LOCAL_MODEL = "small:1b"
KEY = "sk-bench-0123456789"


async def provide_streams(port: int) -> None:
    """A provider that answers everything with a stream of numbered, dated events."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                )
                begin = asyncio.get_running_loop().time()
                for number in range(EVENTS):
                    told = {"n": number, "at": time.monotonic(), "choices": [{"delta": {"content": "word"}}]}
                    text = b"data: %s\n\n" % json.dumps(told).encode()
                    writer.write(b"%x\r\n%s\r\n" % (len(text), text))
                    await asyncio.sleep(begin + (number + 1) * EVENT_GAP_S - asyncio.get_running_loop().time())
                end = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
                writer.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(end), end))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


async def gateway(port: int, cloud: int, local: int, control: int) -> None:
    """The real gateway. Whoever connects to `control` flips the route with one line, `local` or `cloud`."""
    from tests.support.gatewaybed import Keyring, acme
    from trayapp.clock import SystemClock
    from trayapp.core.catalogue import Catalogue
    from trayapp.core.switching.route import To, Until
    from trayapp.core.switching.routes import Routes
    from trayapp.core.switching.target import TargetState, TargetStatus
    from trayapp.gateway.server import Gateway
    from trayapp.paths import home
    from trayapp.secrets.tokens import Tokens
    from trayapp.settings import schema

    catalogue = Catalogue({"acme": acme(f"http://127.0.0.1:{cloud}")})
    routes = Routes(catalogue)
    settings = schema.Settings(gateway=schema.GatewaySettings(port=port, openai="acme"))
    target = TargetStatus(TargetState.READY, "ollama", LOCAL_MODEL, f"http://127.0.0.1:{local}")
    keys = Keyring()
    keys.keys["acme", f"127.0.0.1:{cloud}"] = KEY
    clock = SystemClock()
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
    )
    await server.start()

    async def flip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            routes.switch(("acme",), To(line.decode().strip()), Until.BACK, clock.now())
            writer.write(b"done\n")
        writer.close()

    listener = await asyncio.start_server(flip, "127.0.0.1", control)
    await listener.serve_forever()


PROGRAMS: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {
    one.__name__: one for one in (provide_streams, gateway)
}

if __name__ == "__main__":
    name, *raw_arguments = sys.argv[1:]
    asyncio.run(PROGRAMS[name](*map(json.loads, raw_arguments)))
