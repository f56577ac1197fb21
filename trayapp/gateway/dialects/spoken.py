"""Which dialect a request is in, by its target and its headers."""

from collections.abc import Container

from trayapp.gateway.dialects import chat, google, messages
from trayapp.gateway.dialects.dialect import Shape


def spoken(target: str, headers: Container[str]) -> Shape:
    """The dialect of a request for `target`; `chat` for everything that shows no other.

    To take a request for another dialect than its own would carry its key to a stranger.
    """
    if messages.speaks(target, headers):
        return messages
    return google if google.speaks(target, headers) else chat
