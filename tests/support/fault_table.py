"""The table of what a tool and its provider see of a fault (`tests/loopback/gateway/faults.txt`)."""

import re
from pathlib import Path
from typing import NamedTuple

from tests.support.voices import VOICES, Voice
from trayapp.core.switching.asked import Rescue
from trayapp.core.switching.route import Mode

FILE = Path(__file__).parents[1] / "loopback" / "gateway" / "faults.txt"
_VOICES = re.compile(r"\s+\[([\w, ]+)\]$")
NOTHING = "-"


class Column(NamedTuple):
    mode: Mode
    streams: bool
    rescue: Rescue = Rescue.STREAM

    def __str__(self) -> str:
        whole = ", whole" if self.rescue is Rescue.WHOLE else ""
        return f"{self.mode}: {'streamed' if self.streams else 'plain'}{whole}"


COLUMNS = (
    Column(Mode.AUTO, streams=True),
    Column(Mode.AUTO, streams=True, rescue=Rescue.WHOLE),
    Column(Mode.AUTO, streams=False),
    Column(Mode.MANUAL, streams=True),
    Column(Mode.MANUAL, streams=False),
)


class Row(NamedTuple):
    """`cells`: one of each column."""

    fault: str
    voices: tuple[Voice, ...]
    cells: tuple[str, ...]


class Story(NamedTuple):
    """What each request gets, one after the other."""

    name: str
    auto: str
    manual: str


def rows() -> list[Row]:
    """All rows, in the order of the file."""
    return [_row(line) for line in _lines("fault ", "story ") if " | " in line]


def stories() -> list[Story]:
    return [Story(*(cell.strip() for cell in line.split(" | "))) for line in _lines("story ", None) if " | " in line]


def _row(line: str) -> Row:
    names = _VOICES.search(line)
    voices = tuple(VOICES[name.strip()] for name in names[1].split(",")) if names else tuple(VOICES.values())
    fault, *cells = (cell.strip() for cell in _VOICES.sub("", line).split(" | "))
    match cells:
        case [one]:
            return Row(fault, voices, (one,) * 5)
        case [auto, manual]:
            return Row(fault, voices, (auto,) * 3 + (manual,) * 2)
        case [_, _, _, _, _]:
            return Row(fault, voices, tuple(cells))
    raise ValueError(line)


def _lines(begin: str, end: str | None) -> list[str]:
    lines = FILE.read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(begin)) + 1
    last = next((number for number, line in enumerate(lines) if end is not None and line.startswith(end)), len(lines))
    return lines[first:last]
