"""Remote text made harmless: one line, no control characters, a sane length."""


def plain(text: str, limit: int) -> str:
    """`text` on one line, without control and invisible characters, cut to `limit` characters with an ellipsis."""
    bounded = text[: limit * 4]
    line = " ".join("".join(ch for ch in bounded if ch.isprintable() or ch.isspace()).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
