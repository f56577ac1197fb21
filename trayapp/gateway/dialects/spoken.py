"""Which dialect a request is in, by its target and its headers, and which of them are passed on."""

from collections.abc import Container

from trayapp.gateway.dialects import chat, google, messages, responses
from trayapp.gateway.dialects.dialect import Shape, ToolDialect

_KNOWN: tuple[Shape, ...] = (messages, google, responses, chat)
"""In the order in which they are asked: the last one takes what shows no other."""
_PASSED_ON: tuple[ToolDialect, ...] = (chat, responses)


def spoken(target: str, headers: Container[str]) -> Shape:
    """The dialect of a request for `target`.

    To take a request for another dialect than its own would carry its key to a stranger.
    """
    return next(shape for shape in _KNOWN if shape.speaks(target, headers))


def passed_on(shape: Shape) -> ToolDialect | None:
    """The same dialect where its requests are passed on; None for one that is only known and refused."""
    return next((dialect for dialect in _PASSED_ON if dialect is shape), None)


def all_passed_on() -> str:
    """The names of the dialects that are passed on, in a sentence."""
    return " and ".join(dialect.NAME for dialect in _PASSED_ON)
