"""Reading a request's target: `[/t/<token>][/<provider>]/v1/<endpoint>[?query]`, and nothing that only looks like it.

/v1beta is Google's, and read so that it can be refused in Google's words.

The target is taken as the bytes that came, before any library decodes it: what is checked here is what is sent on.
"""

import re
from collections.abc import Callable, Container
from typing import NamedTuple

from trayapp.gateway.refusal import Refused

MAX_TARGET_CHARACTERS = 4096
"""Our own paths have a hundred characters; the rest is room for a query."""

_TARGET = re.compile(
    r"(?P<token>/t/[A-Za-z0-9_-]{1,200})?(?P<provider>/(?!v1(?:beta)?/|t/)[a-z0-9][a-z0-9-]{0,40})?(?P<path>/v1(?:beta)?/.*)"
)
_BASE = re.compile(
    r"(?=/)(?:/t/[A-Za-z0-9_-]{1,200})?(?:/(?!v1(?:/|\Z)|t(?:/|\Z))(?P<provider>[a-z0-9][a-z0-9-]{0,40}))?(?:/v1)?/?"
)
_PRINTABLE = re.compile(r"[!-~]+")
_MISPLACED = ("v1", "api")
"""What people put before the path. Another word may be meant for a provider, which is not guessed."""


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


def is_base(target: str, providers: Container[str]) -> bool:
    """Is this a base URL that a tool is given, with whatever token, and no endpoint below it?"""
    base = _BASE.fullmatch(target[:MAX_TARGET_CHARACTERS].partition("?")[0])
    return base is not None and (base["provider"] is None or base["provider"] in providers)


def meant(target: str, providers: Container[str], known: Callable[[str], bool]) -> str | None:
    """The address that somebody who asked for `target` will have meant, None for what is far from any.

    Slashes too many or one at the end, /v1 twice, missing, in capitals or behind /api. `known`: is there
    something at this path from /v1 on? A token is left out: what is said may be shown and kept.
    """
    parts = [part for part in target[:MAX_TARGET_CHARACTERS].partition("?")[0].split("/") if part]
    start = ""
    if len(parts) > 1 and parts[0] == "t":
        start, parts = "/t/<token>", parts[2:]
    if parts and parts[0] in providers:
        start, parts = f"{start}/{parts[0]}", parts[1:]
    ahead = max((at + 1 for at, part in enumerate(parts) if part.lower() == "v1"), default=0)
    if any(part.lower() not in _MISPLACED for part in parts[:ahead]):
        return None
    rest = "/".join(parts[ahead:])
    if ahead and not rest:
        rest = "models"
    found = next(filter(known, (f"/v1/{rest}", f"/v1/{rest.lower()}")), None)
    return None if found is None else start + found
