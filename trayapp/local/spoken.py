"""What a server speaks beside Chat Completions, by what it says to a request that asks for nothing."""

from trayapp.core.switching.route import Endpoint
from trayapp.local.client import CHECK_LIMIT_S, Client

_PATHS = {
    Endpoint.MESSAGES: "/v1/messages",
    Endpoint.COUNT_TOKENS: "/v1/messages/count_tokens",
    Endpoint.RESPONSES: "/v1/responses",
}
_NOBODYS = "/v1/messages/nothing"
"""A path that no server has: how it says so there, it says so everywhere."""
_LACKS = (401, 403, 404, 405, 501, 503)
"""Not there, or nothing that can be told now."""


async def spoken(client: Client) -> tuple[Endpoint, ...]:
    """The endpoints that it has. An empty request names no model and has none answer, so nothing is loaded and nothing
    written; who has the endpoint says what is missing, with 400, 422 or, as llama.cpp does, 500. LM Studio says 200 to
    what it does not have. Raises what `Client` raises.
    """
    nobodys = (await client.post(_NOBODYS, {}, limit_s=CHECK_LIMIT_S)).status
    found = []
    for endpoint, path in _PATHS.items():
        status = (await client.post(path, {}, limit_s=CHECK_LIMIT_S)).status
        if status >= 400 and status not in _LACKS and status != nobodys:
            found.append(endpoint)
    return tuple(found)
