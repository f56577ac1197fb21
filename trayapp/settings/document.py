"""A TOML file as read: its text, its data, and on which line everything stands."""

import bisect
import contextlib
import errno
import re
import tomllib
from pathlib import Path
from typing import Any

from trayapp.errors import Param, Problem
from trayapp.settings.mistakes import Mistake, Place, dotted, look_up
from trayapp.settings.reading import read_whole

# Hand-written settings have a few kilobytes; this only keeps a wrong file from being parsed for minutes.
MAX_FILE_BYTES = 256_000
# How far to look back for the start of a statement; longer lists are told by their last line.
MAX_STATEMENT_LINES = 100
MAX_SHOWN_CHARACTERS = 60

_HIDDEN = "•••"
_KEY_LIKE_NAME = re.compile(r"key|token|secret|passw|auth|credential|headers", re.IGNORECASE)
_KEY_LIKE_VALUE = re.compile(
    r"\b(sk|xai|gsk|AIza)[-_A-Za-z0-9]{8,}|(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9_+=-]{24,}|://[^/\s]*@"
)
_SYNTAX_PLACE = re.compile(r" \(at line (\d+), column \d+\)$")


class Document:
    """A TOML file. Raises a Problem when it cannot be read as TOML; its meaning is not judged here."""

    def __init__(self, file: Path, raw: bytes) -> None:
        self.file = file
        if len(raw) > MAX_FILE_BYTES:
            raise _too_large(file)
        try:
            # Windows editors put a byte order mark first.
            self.text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise Problem("file_not_utf8", file=file.name, path=str(file), line=line) from None
        self._lines = self.text.replace("\r\n", "\n").split("\n")
        self._whole: dict[int, tuple[int, dict[str, Any]]] = {}
        try:
            self.data: dict[str, Any] = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            place = _SYNTAX_PLACE.search(str(error))
            line = int(place.group(1)) if place else len(self._lines)
            reason = _SYNTAX_PLACE.sub("", str(error)).removesuffix(" (at end of document)")
            raise Problem("toml_syntax", file=file.name, path=str(file), line=line, reason=reason) from None
        except RecursionError:
            raise Problem("toml_syntax", file=file.name, path=str(file), line=1, reason="nested too deeply") from None

    def has(self, place: Place) -> bool:
        """Whether the file itself says something there."""
        return _exists(self.data, place)

    def line_of(self, place: Place) -> int:
        """The first line of the statement that brings `place`, or its nearest parent that exists; 1-based."""
        while place and not _exists(self.data, place):
            place = place[:-1]
        if not place:
            return 1
        # A file cut inside a statement does not parse, so it can be searched in halves by whole statements.
        last = bisect.bisect_left(
            range(len(self._lines)), True, key=lambda end: _exists(self._whole_statements(end)[1], place)
        )
        return self._whole_statements(last - 1)[0] + 1

    def _whole_statements(self, end: int) -> tuple[int, dict[str, Any]]:
        if end not in self._whole:
            self._whole[end] = self._parsed_up_to(end)
        return self._whole[end]

    def _parsed_up_to(self, end: int) -> tuple[int, dict[str, Any]]:
        for cut in range(end, max(-1, end - MAX_STATEMENT_LINES), -1):
            with contextlib.suppress(tomllib.TOMLDecodeError):
                return cut, tomllib.loads("\n".join(self._lines[:cut]))
        return end, {}

    def problem(self, mistake: Mistake) -> Problem:
        """The mistake with its file, line and what was found there (never anything that looks like a key)."""
        line = self.line_of(mistake.place)
        try:
            value = shown(look_up(self.data, mistake.place), mistake.place)
        except LookupError:
            value = ""
        where: dict[str, Param] = {
            "file": self.file.name,
            "path": str(self.file),
            "line": line,
            "key": dotted(mistake.place),
        }
        return Problem(mistake.code, **where | {"found": value} | mistake.params)


def read(file: Path) -> Document:
    """Read and parse; raises Problem, or FileNotFoundError when there is no such file."""
    try:
        raw = read_whole(file, MAX_FILE_BYTES)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise _too_large(file) from None
        raise Problem("file_unreadable", file=file.name, path=str(file), reason=error.strerror) from None
    return Document(file, raw)


def missing(file: Path) -> Problem:
    """Of a file that is listed all the same: taken away since, or a link to nowhere."""
    return Problem("file_unreadable", file=file.name, path=str(file), reason="no such file")


def _too_large(file: Path) -> Problem:
    return Problem("file_too_large", file=file.name, path=str(file), limit=MAX_FILE_BYTES)


def shown(value: Any, place: Place) -> str:
    """A value as it may be shown to a person: short, on one line, and hidden when it looks like a key."""
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(entry, dict) for entry in value)):
        return "…"
    # Only for what is wrong: 0.7 MB that a sound file does not need.
    import tomlkit

    text = str(tomlkit.item(value).as_string())
    if isinstance(value, bool | int | float):
        return text
    if any(_KEY_LIKE_NAME.search(str(part)) for part in place) or _KEY_LIKE_VALUE.search(text):
        return _HIDDEN
    return text if len(text) <= MAX_SHOWN_CHARACTERS else text[: MAX_SHOWN_CHARACTERS - 1] + "…"


def _exists(data: Any, place: Place) -> bool:
    try:
        look_up(data, place)
    except (LookupError, TypeError):
        return False
    return True
