"""Who answers at an address: a port proves nothing, 8080 alone is shared by seven products.

So every server is known by an answer that only it gives, as its file in `resources/servers` says.
"""

from trayapp.errors import Problem
from trayapp.local.client import Client, ServerAnswer
from trayapp.settings import servers
from trayapp.settings.servers import Server, proves


async def identify(client: Client, expected: Server | None = None) -> tuple[Server, ServerAnswer]:
    """The server that proves to be at the client's address, and the answer that proves it.

    With `expected` only that one's signature is asked for, or any when it is `general`. Raises `Problem`:
    `local_wrong_server` (url) when it gives none, `local_needs_key` or `local_forbidden` when it does not say, and what
    `Client` raises.
    """
    closed: Problem | None = None
    candidates = [server for server in servers.known().values() if not server.embedded]
    for server in candidates if expected is None or expected.general else [expected]:
        answer = await client.get(server.signature.path)
        if proves(server.signature, answer.status, answer.headers, answer.body):
            return server, answer
        closed = closed or client.shut_out(answer)
    raise closed or Problem("local_wrong_server", url=client.url)
