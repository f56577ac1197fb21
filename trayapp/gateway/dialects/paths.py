"""Paths that everybody on the way reads alike: none leaves the part of an API that it seems to be in."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from trayapp.core.switching.route import Endpoint
from trayapp.gateway.refusal import Refused

MODELS = "/v1/models"
OTHER_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""Of what nobody here reads."""

_PART = r"[A-Za-z0-9_.:@+,~()=!$'* -]{1,200}"
_PLAIN = re.compile(f"(?:/{_PART})+")
_GOES_UP = re.compile(r"/[. ]+(?:/|$)")


def plain(path: str) -> str | None:
    """`path` decoded, as its receiver will read it; None where two might read it differently.

    Decoded once it must be plain: a dot segment or a second layer of encoding could lead elsewhere upstream.
    """
    decoded = unquote(path)
    return None if not _PLAIN.fullmatch(decoded) or _GOES_UP.search(decoded) else decoded


def endpoint_at(path: str, known: Mapping[str, Endpoint]) -> Endpoint:
    """What a path from /v1 on asks for in a dialect with these endpoints. Raises Refused (404) for what is nearly one
    of them, which is told, not asked, and for what two might read differently."""
    read = known.get(path) or plain(path)
    if isinstance(read, Endpoint):
        return read
    if read is None or read.startswith("/v1/v1/") or read.lower() in known.keys() - {read}:
        raise Refused(404, "unknown_url", f"There is nothing at {path[:100]}. Use /v1/... as in its API.", retry=False)
    return known.get(read) or (Endpoint.MODELS if read.startswith(f"{MODELS}/") else Endpoint.OTHER)
