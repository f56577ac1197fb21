"""Which dialect a request is in, by its target and its headers, and which of them are passed on."""

from collections.abc import Callable, Collection, Container

from trayapp.core.catalogue import Dialect
from trayapp.gateway.dialects import chat, google, messages, responses
from trayapp.gateway.dialects.dialect import Shape, ToolDialect

_KNOWN: tuple[Shape, ...] = (messages, google, responses, chat)
"""In the order in which they are asked: the last one takes what shows no other."""
_PASSED_ON: tuple[ToolDialect, ...] = (chat, responses, messages)
_SAME: dict[Shape, ToolDialect] = {dialect: dialect for dialect in _PASSED_ON}

CREDENTIAL_HEADERS = tuple({name: None for shape in _KNOWN for name in shape.CREDENTIAL_HEADERS})
"""Of all dialects, in lower case."""


def spoken(target: str, headers: Container[str], named: Callable[[str], Collection[Dialect]] | None = None) -> Shape:
    """The dialect of a request for `target`; where that and the headers show none, the one that the provider in the
    target speaks: `named` gives what a provider's API speaks, by its id.

    To take a request for another dialect than its own would carry its key to a stranger.
    """
    for shape in _KNOWN:
        if shape.speaks(target, headers):
            break
    if shape is not chat or named is None or target.startswith("/v1"):
        return shape
    parts = target.split("/", 4)
    apis = named(parts[3] if parts[1] == "t" and len(parts) > 3 else parts[1]) if len(parts) > 1 else ()
    return shape if not apis or chat.API in apis else next((d for d in _PASSED_ON if d.API in apis), shape)


def passed_on(shape: Shape) -> ToolDialect | None:
    """The same dialect where its requests are passed on; None for one that is only known and refused."""
    return _SAME.get(shape)


def all_passed_on() -> str:
    """The names of the dialects that are passed on, in a sentence."""
    *first, last = (dialect.NAME for dialect in _PASSED_ON)
    return f"{', '.join(first)} and {last}"
