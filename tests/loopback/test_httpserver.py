"""The server that the tests ask, where its end meets somebody who connects."""

import asyncio
import socket

from tests.support.httpserver import Server
from tests.support.leftovers import nothing_left_open

ACCEPTED_TURNS = 12
"""After so many turns of the loop a connection waits for its request."""


async def test_it_leaves_nothing_open_whenever_it_ends() -> None:
    with nothing_left_open():
        for turns in range(ACCEPTED_TURNS):
            async with Server() as server:
                host, _, port = server.netloc.partition(":")
                with socket.create_connection((host, int(port))):
                    for _ in range(turns):
                        await asyncio.sleep(0)
                    await server.__aexit__()
                    await server.listen()
