"""Which local servers are up on this machine: their usual ports, asked all at once, believed by signature only."""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from trayapp.errors import Problem
from trayapp.local.client import Client
from trayapp.local.listing import LISTINGS
from trayapp.local.signature import identify
from trayapp.settings import servers
from trayapp.settings.reading import read_whole
from trayapp.settings.servers import Server

# A dead port of this machine refuses at once; what accepts and then says nothing is not waited for.
LIMIT_S = 2.0


class DetectedServer(Struct, frozen=True):
    """A server that is up. `server` is the id of what it proved to be."""

    server: str
    url: str
    models: tuple[str, ...]


def candidates() -> tuple[str, ...]:
    """The addresses to ask: the ports that the servers' own settings name, then the usual ones."""
    known = servers.known().values()
    own = [port for server in known for port in (_environment_port(server), _filed_port(server)) if port]
    usual = [port for server in known for port in server.ports]
    return tuple(dict.fromkeys(f"http://127.0.0.1:{port}" for port in (*own, *usual)))


def _environment_port(server: Server) -> int | None:
    address = os.environ.get(server.port_variable, "") if server.port_variable else ""
    try:
        return urlsplit(address if "://" in address else f"//{address}").port
    except ValueError:
        return None


def _filed_port(server: Server) -> int | None:
    if server.port_file is None:
        return None
    try:
        port = json.loads(read_whole(Path(server.port_file).expanduser()))["port"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError, RuntimeError):
        return None
    return port if isinstance(port, int) and 0 < port < 65536 else None


async def detect(urls: Sequence[str] | None = None) -> list[DetectedServer]:
    """The servers that answer, in their order. Takes at most `LIMIT_S` real seconds, loads and starts nothing."""
    asked = candidates() if urls is None else urls
    answers = await asyncio.gather(*(_ask(url) for url in asked))
    order = list(servers.known())
    return sorted((server for server in answers if server is not None), key=lambda server: order.index(server.server))


async def _ask(url: str) -> DetectedServer | None:
    try:
        async with asyncio.timeout(LIMIT_S), Client(url) as client:
            server, answer = await identify(client)
            models = [] if answer.status == 503 else await LISTINGS[server.models](client)
    except (Problem, TimeoutError):
        return None
    return DetectedServer(server.id, url, tuple(dict.fromkeys(model.name for model in models if model.talks)))
