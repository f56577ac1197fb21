"""Rule 4: which of a page's components an entry of the catalogue means that names them by a pattern.

For pages whose ids nobody knows, or that have a component for each model and change them within weeks.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from trayapp.core.catalogue import NAMED
from trayapp.core.evidence.page_report import PageComponent


def named_parts(ids: Iterable[str], parts: Iterable[PageComponent]) -> dict[str, frozenset[str]]:
    """The ids of those of `parts` that each pattern among the entries `ids` means; entries that are ids are not in."""
    patterns = {entry: _pattern(entry) for entry in ids if entry.startswith(NAMED)}
    if not patterns:
        return {}
    named = [(part.id, " ".join(part.name.split())) for part in parts]
    return {
        entry: frozenset(ident for ident, name in named if pattern.fullmatch(name))
        for entry, pattern in patterns.items()
    }


@lru_cache(maxsize=256)
def _pattern(entry: str) -> re.Pattern[str]:
    words = " ".join(entry.removeprefix(NAMED).split())
    return re.compile(".*".join(map(re.escape, re.split(r"\*+", words))), re.IGNORECASE | re.DOTALL)
