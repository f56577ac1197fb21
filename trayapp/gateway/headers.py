"""Which headers travel on.

On the cloud route everything end to end does, apart from what would be wrong at another host. On the local route
only what describes the request itself does: a list of what may pass cannot forget a credential's name.
"""

import re

from multidict import CIMultiDict, CIMultiDictProxy

from trayapp.core.switching.route import ROUTE_HEADER
from trayapp.secrets.tokens import PREFIX, TOKEN

ROUTE = ROUTE_HEADER
TOKENS = "x-llm-ampel-tokens"
"""In a number of tokens that nobody counted: `estimated`."""
LEFT_OUT = "x-llm-ampel-left-out"
"""In a translated answer: what of the request the local model does not get to see or does not obey."""

# RFC 9110, 7.6.1, and what is made anew for every connection.
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-authentication-info",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        # RFC 7540, 3.2.1: beside an offer to upgrade.
        "http2-settings",
    }
)
# A cookie would be kept for 127.0.0.1 and then sent to every provider behind it.
_REQUEST_ONLY_HERE = _HOP_BY_HOP | {"host", "content-length", "expect", "cookie"}
# Nobody may be let in across origins, and nobody be told to go to the provider past the gateway.
_ANSWER_ONLY_THERE = _HOP_BY_HOP | {"set-cookie", "set-cookie2", "alt-svc", "strict-transport-security", ROUTE}
# They would move the cursor or colour the window of whoever looks at them; as bytes and as Latin-1 (RFC 9110, 5.5).
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\udc80-\udc9f]")
_NO_UTF_8 = re.compile("[\udc80-\udcff]")
_LOCAL = frozenset({"accept", "accept-language", "anthropic-version", "content-type", "user-agent"})

Headers = CIMultiDictProxy[str]


def to_cloud(headers: Headers, *, without: tuple[str, ...] = ()) -> CIMultiDict[str]:
    """The request's headers for the provider; `without`: names, in lower case, of credentials that must not travel.

    Nor does what holds a token of ours, whatever its name.
    """
    dropped = _REQUEST_ONLY_HERE.union(without, _named_in_connection(headers))
    return CIMultiDict(
        [
            (name, _spelled(value))
            for name, value in headers.items()
            if name.lower() not in dropped and not (PREFIX in value and TOKEN.search(value))
        ]
    )


def to_local(headers: Headers) -> CIMultiDict[str]:
    """The request's headers for the local target."""
    return CIMultiDict(
        (name, value) for name, value in headers.items() if name.lower() in _LOCAL and not TOKEN.search(value)
    )


def to_client(headers: Headers, route: str) -> CIMultiDict[str]:
    """The answer's headers for the tool, with the route that answered."""
    dropped = _ANSWER_ONLY_THERE.union(_named_in_connection(headers))
    if "transfer-encoding" in headers:
        # Beside it a length counts for nothing (RFC 9112, 6.3), and would be believed without it.
        dropped |= {"content-length"}
    kept: CIMultiDict[str] = CIMultiDict(
        [
            (name, text)
            for name, value in headers.items()
            if (lower := name.lower()) not in dropped
            and not lower.startswith("access-control-")
            and not _CONTROLS.search(text := _spelled(value))
        ]
    )
    kept[ROUTE] = route
    return kept


def phrase(reason: str | None) -> str | None:
    """What stands beside the status of an answer; None for what no terminal should see."""
    return None if reason is None or _CONTROLS.search(reason) else reason


def _spelled(value: str) -> str:
    """The same as text. aiohttp leaves out the bytes that it took for no UTF-8; they are Latin-1 (RFC 9110, 5.5)."""
    if value.isascii():
        return value
    return value.encode("utf-8", "surrogateescape").decode("latin-1") if _NO_UTF_8.search(value) else value


def _named_in_connection(headers: Headers) -> list[str]:
    return [name.strip().lower() for value in headers.getall("connection", ()) for name in value.split(",")]
