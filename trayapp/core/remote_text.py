"""Remote text made harmless: one line, no control characters, a sane length; and without the marks of a page's markup.

Providers write HTML and Markdown into texts that are shown here as they are; what looks like a mark and is none of the
usual ones ("<model>", "gpt_4*") is kept.
"""

import re

_TAG = re.compile(
    r"</?(?:a|b|blockquote|br|code|div|em|h[1-6]|hr|i|img|li|ol|p|pre|small|span|strong|table|tbody|td|th|thead|tr|tt"
    r"|u|ul|var)(?:\s[^<>]{0,1000})?/?>",
    re.IGNORECASE,
)
_BREAKS = re.compile(r"</?(?:blockquote|br|div|h[1-6]|hr|li|ol|p|pre|table|td|th|tr|ul)\b", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]\n]{1,500})\]\((?:https?://|mailto:|/)[^()\s]{0,1000}\)")
_STRONG = re.compile(r"(?:\*\*(?=\S)([^*\n]{1,500})(?<=\S)\*\*)|(?:__(?=\S)([^_\n]{1,500})(?<=\S)__)")
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+", re.MULTILINE)


def plain(text: str, limit: int) -> str:
    """`text` on one line, without control and invisible characters, cut to `limit` characters with an ellipsis."""
    bounded = text[: limit * 4]
    line = " ".join("".join(ch for ch in bounded if ch.isprintable() or ch.isspace()).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def unmarked(text: str) -> str:
    """`text` without the marks of HTML and Markdown, in lines. Takes time in proportion to its length."""
    if "<" in text or "&" in text:
        # A table of two thousand names that calm pages never need.
        import html

        text = html.unescape(_TAG.sub(lambda tag: "\n" if _BREAKS.match(tag[0]) else "", text))
    return _HEADING.sub("", _STRONG.sub(lambda one: one[1] or one[2], _LINK.sub(r"\1", text)))
