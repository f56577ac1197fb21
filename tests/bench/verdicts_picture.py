"""The bench's one picture: how soon a rule calls an outage, and how often it cries wolf, as SVG."""

import math
import statistics
from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

from tests.bench.verdicts_ledger import Result

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 72, 24, 64, 56
MONTH_D = 30.0
LINE_PX = 16
LETTER_PX = 7.0
INK, FAINT, LINE, OURS, THEIRS = "#1f2328", "#59636e", "#d1d9e0", "#1a7f37", "#59636e"


class Dot(NamedTuple):
    """One rule: minutes from an outage to red, at the median of all networks; false reds in a month of each."""

    name: str
    to_red_min: float
    false_reds: float


def draw(found: Mapping[str, Sequence[Result]], days: float) -> str:
    """`found`: each rule's results, ours first. A rule that never turns red has no dot."""
    dots = []
    for name, results in found.items():
        to_red = [value for result in results for value in result.to_red_s]
        if to_red:
            reds = sum(result.false_reds for result in results) * MONTH_D / days
            dots.append(Dot(name, statistics.median(to_red) / 60, reds))
    widest = math.ceil(max(dot.to_red_min for dot in dots)) + 1
    highest = max(1, math.ceil(math.log10(1 + max(dot.false_reds for dot in dots))))

    def x(minutes: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * minutes / widest

    def y(reds: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * math.log10(1 + reds) / highest

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        ' font-family="system-ui, sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#ffffff"/>',
        _text(LEFT, 26, "False alarms beside time to alarm", INK, weight=600, size=15),
        _text(LEFT, 46, f"a month in each of {len(next(iter(found.values())))} networks, four providers", FAINT),
    ]
    for power in range(highest + 1):
        reds = 0 if power == 0 else 10**power
        parts.append(_line(LEFT, y(reds), WIDTH - RIGHT, y(reds)))
        parts.append(_text(LEFT - 8, y(reds) + 4, f"{reds:,}", FAINT, anchor="end"))
    parts += [_text(x(at), HEIGHT - BOTTOM + 20, str(at), FAINT, anchor="middle") for at in range(widest + 1)]
    parts.append(
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, "minutes from outage to red, median", FAINT, anchor="middle")
    )
    parts.append(
        f'<text transform="translate(18 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle"'
        f' fill="{FAINT}">false reds</text>'
    )
    at = [(x(dot.to_red_min), y(dot.false_reds)) for dot in dots]
    taken = [_Box(px - 7, py - 7, px + 7, py + 7) for px, py in at]
    for index, (dot, (px, py)) in enumerate(zip(dots, at, strict=True)):
        ours = index == 0
        parts.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="{7 if ours else 5}" fill="{OURS if ours else THEIRS}"/>')
        words = f"{dot.name}: {dot.false_reds:,.0f}"
        box = _free(px, py, len(words) * LETTER_PX, taken)
        taken.append(box)
        parts.append(_text(box.left, box.bottom - 3.5, words, OURS if ours else INK, weight=600 if ours else 400))
    return "\n".join([*parts, "</svg>", ""])


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def _free(x: float, y: float, wide: float, taken: Sequence[_Box]) -> _Box:
    """Where the words of the dot at x, y meet nothing: beside it, else above or below, else farther off."""
    places = [(x + 12, y - 8), (x - 12 - wide, y - 8)]
    places += [(x - wide / 2, y + side * step * LINE_PX - 8) for step in (1, 2, 3) for side in (-1.2, 1.2)]
    boxes = [_Box(left, top, left + wide, top + LINE_PX) for left, top in places]
    inside = [box for box in boxes if box.left > LEFT and box.right < WIDTH - 4 and box.bottom < HEIGHT - BOTTOM + 10]
    return next((box for box in inside if not any(box.meets(other) for other in taken)), boxes[0])


def _text(
    x: float, y: float, words: str, colour: str, *, anchor: str = "start", weight: int = 400, size: int = 13
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-weight="{weight}"'
        f' font-size="{size}">{escape(words)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{LINE}"/>'
