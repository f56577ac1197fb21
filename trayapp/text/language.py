"""The language of every word: gettext over the catalogues in `resources/translations`, changeable at any time.

English is the source and needs no catalogue. Nothing here is bound at import: a function of `trayapp.text` looks its
words up when it is called, so `set_language` changes everything at once.
"""

import gettext
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from trayapp.paths import resources

DOMAIN = "llm-ampel"
LANGUAGES = ("en", "de")

# In the order in which gettext itself asks; LANGUAGE may name several, best first.
_LOCALE_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

_GAP = re.compile(r"\{(\w+)\}(\.?)")
_SENTENCE_ENDS = (".", "!", "?", "…")


def N_(message: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark a message for the catalogues without translating it yet."""
    return message


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, resources() / "translations", [code])


class _Chosen:
    """The language of this process: two threads read it, one assignment changes it."""

    code: str | None = None


def locale_language() -> str:
    """The first of our languages that the environment asks for, else English."""
    # A variable that is set hides those after it, also when it asks for languages that we do not speak.
    asked = next(filter(None, (os.environ.get(name) for name in _LOCALE_VARIABLES)), "")
    codes = (re.split(r"[_.@-]", wish)[0].lower() for wish in asked.split(":"))
    return next((code for code in codes if code in LANGUAGES), "en")


def set_language(code: str) -> None:
    """Speak `code` (`en`, `de`, or `auto` for the environment's) from now on. Raises ValueError for any other."""
    chosen = locale_language() if code == "auto" else code
    if chosen not in LANGUAGES:
        raise ValueError(f"no such language: {code!r}")
    _Chosen.code = chosen


_asked: ContextVar[str | None] = ContextVar("language asked for", default=None)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak `code` in this block, to somebody who asked for it; one that is not ours changes nothing.

    For rendering alone: what is scheduled inside the block would go on speaking it.
    """
    before = _asked.set(code if code in LANGUAGES else _asked.get())
    try:
        yield
    finally:
        _asked.reset(before)


def language() -> str:
    """The code of the language that is spoken now: the environment's, until another is set."""
    if (asked := _asked.get()) is not None:
        return asked
    _Chosen.code = _Chosen.code or locale_language()
    return _Chosen.code


def as_written(fraction: str) -> str:
    """Digits with a point, as the language of now writes them."""
    return fraction.replace(".", ",") if language() == "de" else fraction


def fill(template: str, /, **gaps: object) -> str:
    """`template` with each `{name}` replaced once; what is put in is never read as a template.

    A full stop after a gap is left out when what fills it already ends a sentence ("vor 6 Min." + ".").
    """

    def put(match: re.Match[str]) -> str:
        name, stop = match.groups()
        if name not in gaps:
            return match.group()
        filling = gaps[name]
        value = as_written(f"{filling:g}") if isinstance(filling, float) else str(filling)
        return value if stop and value.endswith(_SENTENCE_ENDS) else value + stop

    return _GAP.sub(put, template)


def _(message: str, /, **gaps: object) -> str:
    """`message` in the language of now, its gaps filled."""
    return fill(_catalogue(language()).gettext(message), **gaps)


def ngettext(singular: str, plural: str, n: int, /, **gaps: object) -> str:
    """The form that fits `n`, which also fills the gap `{n}`."""
    return fill(_catalogue(language()).ngettext(singular, plural, n), n=n, **gaps)
