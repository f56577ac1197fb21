"""A screen of a test's own: Xvfb, pictures of it, pixels, clicks."""

import collections
import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support.processes import end

OUT = Path(__file__).parent.parent / "_out"
WIDTH, HEIGHT = 1280, 800

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]  # left, top, width, height


class Screen:
    """A running X server."""

    def __init__(self, display: str) -> None:
        self.display = display

    def screenshot(self, name: str) -> Path:
        """Save the whole screen as `tests/_out/NAME.png`."""
        OUT.mkdir(exist_ok=True)
        file = OUT / f"{name}.png"
        self._run("import", "-window", "root", str(file))
        return file

    def pixels(self, box: Box = (0, 0, WIDTH, HEIGHT)) -> list[Colour]:
        """The colours of a part of the screen, row by row."""
        left, top, width, height = box
        raw = self._run(
            "import", "-window", "root", "-crop", f"{width}x{height}+{left}+{top}", "+repage", "-depth", "8", "rgb:-"
        )
        return list(zip(raw[::3], raw[1::3], raw[2::3], strict=True))

    def colours(self, box: Box = (0, 0, WIDTH, HEIGHT)) -> collections.Counter[Colour]:
        """How often each colour appears in a part of the screen."""
        return collections.Counter(self.pixels(box))

    def find(self, colour: Colour, box: Box = (0, 0, WIDTH, HEIGHT), tolerance: int = 8) -> tuple[int, int] | None:
        """The middle of all pixels that are close to `colour`, or None."""
        left, top, width, _ = box
        hits = [
            (left + number % width, top + number // width)
            for number, pixel in enumerate(self.pixels(box))
            if all(abs(a - b) <= tolerance for a, b in zip(pixel, colour, strict=True))
        ]
        if not hits:
            return None
        return sum(x for x, _ in hits) // len(hits), sum(y for _, y in hits) // len(hits)

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Move the pointer there and press a button: 1 left, 2 middle, 3 right."""
        self.xdotool("mousemove", "--sync", str(x), str(y), "click", str(button))

    def key(self, *keys: str) -> None:
        """Press keys by their X names, such as `Return`."""
        self.xdotool("key", *keys)

    def windows(self, title: str) -> list[str]:
        """The ids of visible windows whose title matches the regular expression `title`."""
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", title],
            env=self._env(),
            check=False,
            capture_output=True,
            text=True,
        )
        return found.stdout.split()

    def box(self, window: str) -> Box:
        """Where a window is."""
        told = dict(
            line.split("=", 1) for line in self.xdotool("getwindowgeometry", "--shell", window).splitlines() if line
        )
        return int(told["X"]), int(told["Y"]), int(told["WIDTH"]), int(told["HEIGHT"])

    def xdotool(self, *arguments: str) -> str:
        return self._run("xdotool", *arguments).decode()

    def _run(self, *command: str) -> bytes:
        return subprocess.run(command, env=self._env(), check=True, capture_output=True).stdout

    def _env(self) -> dict[str, str]:
        return {**os.environ, "DISPLAY": self.display}


@contextlib.contextmanager
def own_screen(log: Path) -> Iterator[Screen]:
    """A fresh X server on a free display."""
    reader, writer = os.pipe()
    # Without -noreset the server starts anew whenever its last client leaves, and refuses who comes just then.
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"]
    command += ["-noreset"]
    with log.open("ab") as output:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, pass_fds=(writer,))
    os.close(writer)
    try:
        with os.fdopen(reader) as answer:
            number = answer.readline().strip()
        assert number, log.read_text()
        yield Screen(f":{number}")
    finally:
        end(server)
