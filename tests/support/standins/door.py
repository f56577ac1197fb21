"""The stand-ins behind an HTTP server."""

import asyncio

from tests.support.httpserver import Behaviour, Request, answer
from tests.support.standins.hosts import Hosts


def door(hosts: Hosts, origin: str) -> Behaviour:
    """What a server answers that stands at `origin`, scheme and host."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        if (seconds := hosts.slow.get(origin.partition("://")[2])) is not None:
            await asyncio.sleep(seconds)
        reply = hosts.reply(f"{origin}{request.path}", request.headers)
        await answer(reply.status, reply.body, reply.headers)(writer, request)

    return behave
