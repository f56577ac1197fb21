"""What keeps tools from the gateway: they look for it where it is not, or behind a proxy."""

import asyncio
import contextlib
import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from trayapp.doctor.pointers import Pointer, find_pointers
from trayapp.net.loopback_proxy import LOOPBACK, loopback_proxy
from trayapp.paths import Home
from trayapp.secrets.tokens import Tokens
from trayapp.tools.openai_env import TOOL

ANSWER_LIMIT_S = 2.0
"""On this machine nobody needs longer to say who it is."""
_ANSWER_BYTES = 4096
_OURS = b"LLM Ampel"
"""Whoever comes without a token is told so by the gateway, and whose it is."""


class Listener(StrEnum):
    """Who is at an address."""

    NOBODY = "nobody"
    GATEWAY = "gateway"
    OTHER = "other"


async def tool_troubles(home: Home, port: int, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Everything found, with what to do about it. `port`: the gateway's, by the settings. Asks each address once."""
    pointers = list(find_pointers(home, Path.home(), environment, port))
    places = list(dict.fromkeys((one.host, one.port) for one in pointers))
    who = dict(zip(places, await asyncio.gather(*(_listener(*place) for place in places)), strict=True))
    known = Tokens(home)
    lines = []
    for one in pointers:
        lost = one.token is not None and known.find(one.token) is None
        if (said := _trouble(one, who[one.host, one.port], port, lost=lost)) is not None:
            lines.append(said)
    if (proxy := loopback_proxy(environment)) is not None:
        lines.append(
            f"the environment sends tools to the proxy {proxy} for addresses of this machine, too. "
            f"Add {','.join(LOOPBACK)} to NO_PROXY and no_proxy, or run llm-ampel setup {TOOL} again"
        )
    return lines or ["nothing found"]


def _trouble(one: Pointer, listener: Listener, port: int, *, lost: bool) -> str | None:
    faults = []
    if listener is Listener.NOBODY:
        faults.append("nothing listens there")
    elif listener is Listener.OTHER:
        faults.append("another program listens there")
    if faults and one.port != port:
        faults.append(f"the gateway is to listen on port {port}")
    if lost:
        faults.append("nobody has this token any more")
    if not faults:
        return None
    undo = f"take it back with llm-ampel setup {TOOL} --undo" if one.ours else "take it out there"
    if lost or one.port != port:
        advice = f"Enter the tool's present address (settings, Gateway and tools), or {undo}"
    elif listener is Listener.OTHER:
        advice = f"Choose another port in the settings and enter the tool's new address, or {undo}"
    else:
        advice = f"Start LLM Ampel, or {undo}"
    return f"{one.where} points at {one.host}:{one.port}: {', and '.join(faults)}. {advice}"


async def _listener(host: str, port: int) -> Listener:
    try:
        async with asyncio.timeout(ANSWER_LIMIT_S):
            reader, writer = await asyncio.open_connection(host, port)
    except (OSError, OverflowError, TimeoutError):
        return Listener.NOBODY
    answer, name = b"", f"[{host}]" if ":" in host else host
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(ANSWER_LIMIT_S):
            writer.write(f"GET /v1/models HTTP/1.1\r\nHost: {name}:{port}\r\nConnection: close\r\n\r\n".encode())
            while len(answer) < _ANSWER_BYTES and (piece := await reader.read(_ANSWER_BYTES)):
                answer += piece
    writer.transport.abort()
    return Listener.GATEWAY if _OURS in answer else Listener.OTHER
