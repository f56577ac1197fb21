"""Reading a request's target: `[/t/<token>][/<provider>]/v1/<endpoint>[?query]`, and nothing that only looks like it.

/v1beta is Google's, and read so that it can be refused in Google's words.

The target is taken as the bytes that came, before any library decodes it: what is checked here is what is sent on.
"""

import re
from typing import NamedTuple

from trayapp.gateway.refusal import Refused

MAX_TARGET_CHARACTERS = 4096
"""Our own paths have a hundred characters; the rest is room for a query."""

_TARGET = re.compile(
    r"(?P<token>/t/[A-Za-z0-9_-]{1,200})?(?P<provider>/(?!v1(?:beta)?/|t/)[a-z0-9][a-z0-9-]{0,40})?(?P<path>/v1(?:beta)?/.*)"
)
_PRINTABLE = re.compile(r"[!-~]+")


class Address(NamedTuple):
    """`provider`: None for the bare /v1. `path`: from /v1 on, as it came. `query`: without its question mark."""

    token: str | None
    provider: str | None
    path: str
    query: str


def parse(target: str) -> Address:
    """Read a raw request target. Raises Refused: 400 for anything but a plain path of our own, 404 for other paths."""
    if len(target) > MAX_TARGET_CHARACTERS:
        raise Refused(414, "url_too_long", "The address is too long.", retry=False)
    if not target.startswith("/") or target.startswith("//") or "#" in target or not _PRINTABLE.fullmatch(target):
        raise Refused(400, "bad_target", "Only a plain path is accepted as address.", retry=False)
    whole, _, query = target.partition("?")
    parts = _TARGET.fullmatch(whole)
    if parts is None:
        raise Refused(404, "unknown_url", "No such address. Use /v1/... or /<provider>/v1/...", retry=False)
    token, provider = parts["token"], parts["provider"]
    return Address(token and token[3:], provider and provider[1:], parts["path"], query)
