"""The cause of an outage as the provider states it, in the provider's own sentence."""

import re
from collections.abc import Iterable

from trayapp.core.evidence.page_report import PageUpdate

# Only a statement counts: that a cause is being looked for, or was found without being named, is none.
_CAUSE = re.compile(
    r"[^.!?\n]*\b(?:caused by|due to|as a result of|root cause (?:was|is|of [^.]{1,60} was)|triggered by)\b[^.!?\n]*"
    # Under a heading of a post-mortem: only there it is a statement by itself.
    r"|(?:^|\n)[#*_\s\d.]*root cause(?: analysis)?[*_ ]*(?::|\n)[\s*_]*([^.!?\n]{20,})",
    re.I,
)
_NO_CAUSE = re.compile(r"\b(?:investigat\w+|not yet|unknown|looking into|determin\w+|inconvenience|disruption)\b", re.I)
_CAUSE_MAX = 300


def stated_cause(updates: Iterable[PageUpdate]) -> str | None:
    """The sentence in which the provider names a cause, newest first; None for "not stated"."""
    for update in updates:
        for match in _CAUSE.finditer(update.text):
            sentence = (match[1] or match[0]).strip()
            if not _NO_CAUSE.search(sentence):
                return sentence[:_CAUSE_MAX]
    return None
