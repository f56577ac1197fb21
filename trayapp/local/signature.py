"""Who answers at an address: a port proves nothing, 8080 alone is shared by seven products.

So every server is known by an answer that only it gives, as its file in `resources/servers` says.
"""

from collections.abc import Callable

from trayapp.errors import Problem
from trayapp.local.client import Client, ServerAnswer, deep
from trayapp.settings import servers
from trayapp.settings.servers import Server, Signature

PROOFS: dict[str, Callable[[ServerAnswer, Signature], bool]] = {
    "text": lambda answer, wanted: answer.text.strip() == wanted.value,
    "header": lambda answer, wanted: answer.headers.get(wanted.at) == wanted.value,
    "json": lambda answer, wanted: _in_json(answer, wanted) == wanted.value,
    "json-list": lambda answer, wanted: isinstance(_in_json(answer, wanted), list),
}
"""The strategies that a signature may name: the whole body is `value`; the header `at` is; what stands in the body's
JSON at the dotted path `at` is, or is a list."""


def _in_json(answer: ServerAnswer, wanted: Signature) -> object:
    return deep(answer.json(), *wanted.at.split("."))


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
        if answer.status in server.signature.statuses and PROOFS[server.signature.proof](answer, server.signature):
            return server, answer
        closed = closed or client.shut_out(answer)
    raise closed or Problem("local_wrong_server", url=client.url)
