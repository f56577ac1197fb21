"""Remote text for display: one line, nothing invisible, a sane length."""

from trayapp.core.remote_text import plain

TITLE_LIMIT = 60
"""Characters of a provider's incident title that leave room for our words in a banner's 90."""
QUOTE_LIMIT = 160
"""Characters of an update or an error message: two lines in the panel."""


def clean(text: str, limit: int = QUOTE_LIMIT) -> str:
    """`text` as plain data: no control, bidirectional or zero-width characters, cut with an ellipsis."""
    return plain(text, limit)


def cut(text: str, limit: int) -> str:
    """Our own sentence, cut at the last word that fits into `limit` characters."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    words = head if text[limit - 1] == " " else head.rpartition(" ")[0] or head
    return words.rstrip(" ,;:") + "…"
