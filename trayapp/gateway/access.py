"""Who may speak to the gateway at all: programs of this machine that know a token, and no web page.

A page in a browser can send requests to loopback, by name rebinding even as the same origin. It cannot choose its
Host, hide its Origin, or send JSON without asking first; so these are checked, and no question is answered kindly.
"""

import base64
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from multidict import CIMultiDictProxy

from trayapp.gateway.dialects.paths import plain
from trayapp.gateway.refusal import Refused
from trayapp.secrets.tokens import PREFIX, TOKEN

_BEARER = re.compile(r"bearer +(?P<value>[^\s]+) *", re.IGNORECASE)

Headers = CIMultiDictProxy[str]


class Caller(NamedTuple):
    """`own`: the request carries credentials that are not ours, which may travel on to the cloud."""

    tool: str
    own: bool


def check_browser(headers: Headers, port: int) -> None:
    """Refuse (403) foreign names for this machine and everything that a web page sends."""
    hosts = headers.getall("host", ())
    if len(hosts) != 1 or hosts[0].lower() not in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"):
        raise Refused(403, "host_refused", "The Host header is not this gateway's.", retry=False)
    if "origin" in headers or any(site != "none" for site in headers.getall("sec-fetch-site", ())):
        raise Refused(403, "origin_refused", "Web pages may not use this gateway.", retry=False)


def check_method(allowed: tuple[str, ...], method: str, headers: Headers, *, json: bool = True) -> None:
    """Refuse other methods than `allowed` (405), transfer codings that nobody undoes here (400) and, where it has to be
    `json`, other content in what has a body (415)."""
    if method not in allowed:
        names = ", ".join(allowed)
        raise Refused(405, "method_not_allowed", f"Use {names} here.", retry=False, allow=names)
    codings = headers.getall("transfer-encoding", ())
    if codings and (len(codings) != 1 or codings[0].lower() != "chunked"):
        raise Refused(400, "bad_request", "A request may come in chunks, and in no other transfer coding.", retry=False)
    if json and method == "POST":
        kinds = headers.getall("content-type", ())
        if len(kinds) != 1 or kinds[0].partition(";")[0].strip().lower() != "application/json":
            raise Refused(415, "json_required", "The content type has to be application/json.", retry=False)


def check_upgrade(method: str, headers: Headers) -> None:
    """Refuse (426) a WebSocket: Codex, which offers one first, then posts at once; it asks all other words again."""
    if method == "GET" and any("websocket" in offer.lower() for offer in headers.getall("upgrade", ())):
        message = "This gateway has no WebSockets. Ask by POST, with or without a stream."
        refused = Refused(426, "no_websocket", message, retry=False, upgrade="HTTP/1.1")
        refused.closes = True
        raise refused


def check_reach(caller: Caller, path: str) -> None:
    """Refuse (403) what runs an account, and not a model, to whoever has no key of its own for it."""
    parts = (plain(path) or path).lower().split("/")
    if not caller.own and parts[2].startswith("organization"):
        message = "The stored key is for asking models. Use a key of this tool's own to look into the account."
        raise Refused(403, "account_refused", message, retry=False)


def identify(
    token: str | None, headers: Headers, credential_headers: tuple[str, ...], find: Callable[[str], str | None]
) -> Caller:
    """Find the tool by the token in the path or, without one, by the token given as credential.

    Raises Refused (401) for a wrong or missing token, also for one of ours that is no longer valid or that is only a
    part of what was given: it must not travel on as if it were the tool's own key.
    """
    credentials = [
        bearer["value"] if (bearer := _BEARER.fullmatch(value)) else value
        for name in credential_headers
        for value in headers.getall(name, ())
    ]
    ours = [value for value in credentials if PREFIX in _spelled_out(value)]
    given = token if token is not None else next(iter(ours), None)
    tool = find(given) if given is not None else None
    if tool is None or any(value != given and find(value) is None for value in ours):
        raise _wrong_token()
    return Caller(tool, own=bool(credentials) and not ours)


def check_query(query: str) -> None:
    """Refuse (401) a query that holds a token of ours: it is passed on as it is."""
    if query and TOKEN.search(unquote(query)):
        raise _wrong_token()


def _spelled_out(credential: str) -> str:
    """The same with what a Basic credential holds."""
    if credential[:6].lower() != "basic ":
        return credential
    try:
        return credential + base64.b64decode(credential[6:], validate=False).decode("latin-1")
    except ValueError:
        return credential


def _wrong_token() -> Refused:
    message = (
        "This is LLM Ampel's gateway. It wants the token that `llm-ampel setup` gives to a tool, alone, as the tool's "
        "API key or in the address."
    )
    return Refused(401, "wrong_token", message, retry=False)
