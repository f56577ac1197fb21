"""One request of a tool that was let in, and the two ways to end it without an answer."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from trayapp.core.catalogue import Provider
from trayapp.core.evidence.observation import Try
from trayapp.core.switching.asked import Asked
from trayapp.core.switching.auto_mode import Turn
from trayapp.core.switching.route import Endpoint
from trayapp.gateway.access import Caller
from trayapp.gateway.address import Address
from trayapp.gateway.dialects.dialect import ToolDialect


@dataclass(slots=True)
class ToolRequest:
    """One admitted request. `path`: what is asked at `url`. `by_login`: that is the address of a login. `route`: what
    the answer's header says about who answered. `body`: until it is sent. `said`: the same unpacked, where somebody
    here has to read it.
    In auto mode `facts` are what it is to that, `turn` is where it begins, and `proved` hears what each attempt at the
    provider proves. `answered`: by the target, wholly."""

    request: web.BaseRequest
    dialect: ToolDialect
    address: Address
    endpoint: Endpoint
    caller: Caller
    provider: Provider
    url: str
    path: str
    by_login: bool = False
    body: bytes = b""
    said: bytes = b""
    route: str = ""
    facts: Asked | None = None
    turn: Turn | None = None
    proved: Callable[[Try], None] | None = None
    answered: bool = False


def break_off(request: web.BaseRequest) -> None:
    """Close the connection without the end of the answer, after what was already written."""
    if request.transport is not None:
        request.transport.close()


def give_up(request: web.BaseRequest) -> None:
    """Close the connection at once: nobody reads what was written."""
    if request.transport is not None:
        request.transport.abort()
