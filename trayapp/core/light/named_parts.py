"""Rule 4: which of a page's components an entry of the catalogue means that names them by a pattern.

For pages whose ids nobody knows, or that have a component for each model and change them within weeks.
"""

import re
from collections.abc import Iterable

from trayapp.core.catalogue import NAMED
from trayapp.core.evidence.page_report import PageComponent


def named_parts(ids: Iterable[str], parts: Iterable[PageComponent]) -> dict[str, frozenset[str]]:
    """The ids of those of `parts` that each pattern among the entries `ids` means; entries that are ids are not in."""
    patterns = {entry: re.split(r"\*+", _plain(entry.removeprefix(NAMED))) for entry in ids if entry.startswith(NAMED)}
    if not patterns:
        return {}
    named = [(part.id, _plain(part.name)) for part in parts]
    return {
        entry: frozenset(ident for ident, name in named if _fits(pieces, name)) for entry, pieces in patterns.items()
    }


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _fits(pieces: list[str], name: str) -> bool:
    """Whether a name consists of the pieces, in this order, with anything between them. In one pass, whatever they are:
    what a pattern is made of may come from afar, and so may the name."""
    first, *between = pieces
    if not between:
        return name == first
    last = between.pop()
    if not name.startswith(first) or not name.endswith(last) or len(name) < len(first) + len(last):
        return False
    at, end = len(first), len(name) - len(last)
    for piece in between:
        at = name.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True
