"""Paths that everybody on the way reads alike: none leaves the part of an API that it seems to be in."""

import re
from urllib.parse import unquote

_PART = r"[A-Za-z0-9_.:@+,~()=!$'* -]{1,200}"
_PLAIN = re.compile(f"(?:/{_PART})+")
_GOES_UP = re.compile(r"/[. ]+(?:/|$)")


def plain(path: str) -> str | None:
    """`path` decoded, as its receiver will read it; None where two might read it differently.

    Decoded once it must be plain: a dot segment or a second layer of encoding could lead elsewhere upstream.
    """
    decoded = unquote(path)
    return None if not _PLAIN.fullmatch(decoded) or _GOES_UP.search(decoded) else decoded
