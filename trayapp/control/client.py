"""The other end of the socket: what the command line asks of the running instance."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

from trayapp.control import protocol
from trayapp.errors import Problem
from trayapp.paths import Home

CONNECT_TIMEOUT_S = 1.0
"""Real seconds; a live instance accepts at once."""


async def _open(home: Home) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            return await asyncio.open_unix_connection(str(home.socket), limit=protocol.MAX_LINE_BYTES)
    except (OSError, TimeoutError) as error:
        raise Problem("not_running") from error


async def stream(home: Home, do: str, **arguments: Any) -> AsyncGenerator[Any, None]:
    """Every answer to one request, until the instance ends or the caller stops asking.

    Raises Problem("not_running"), Problem("control_garbled"), or the instance's own.
    """
    reader, writer = await _open(home)
    try:
        writer.write(protocol.encode({"do": do, **arguments}))
        await writer.drain()
        while line := await reader.readline():
            yield protocol.result(protocol.decode(line))
    except ConnectionError as error:
        raise Problem("not_running") from error
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def ask(home: Home, do: str, **arguments: Any) -> Any:
    """The one answer to one request. Raises as `stream` does."""
    answers = stream(home, do, **arguments)
    try:
        async for value in answers:
            return value
    finally:
        await answers.aclose()
    raise Problem("not_running")
