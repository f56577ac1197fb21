"""Writing JSON and events for tools."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

_LINE_ENDS = (("\u2028", b"\\u2028"), ("\u2029", b"\\u2029"), ("\x85", b"\\u0085"))
"""They may stand in JSON as they are, and some readers of events break lines there."""


def encode(value: object) -> bytes:
    """`value` as JSON on one line. Half a pair of surrogates, which a server may have cut in two, is spelled out.

    Raises ValueError for what is nested too deeply.
    """
    try:
        text = msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value).encode()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not text.isascii():
        for end, spelled in _LINE_ENDS:
            text = text.replace(end.encode(), spelled)
    return text


def event(fields: Mapping[str, Any]) -> bytes:
    """A server-sent event that is named after its `type`, as Messages and Responses have them."""
    return b"event: %s\ndata: %s\n\n" % (fields["type"].encode(), encode(fields))
