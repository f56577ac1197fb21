"""Named pipes where a file should be: whoever reads one waits for a writer that never comes."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK_S = 0.02


class Pipe:
    """`waited_for`: somebody opened it to read. They are let go, so that the test can go on and say so."""

    def __init__(self, path: Path) -> None:
        self.waited_for = False
        self._path = path
        self._over = threading.Event()

    def look(self) -> None:
        while not self._over.wait(LOOK_S):
            try:
                os.close(os.open(self._path, os.O_WRONLY | os.O_NONBLOCK))
            except OSError:
                continue
            self.waited_for = True

    def end(self) -> None:
        self._over.set()


@contextmanager
def pipe_at(path: Path) -> Iterator[Pipe]:
    """A pipe at `path` as long as the block lasts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)
    pipe = Pipe(path)
    looking = threading.Thread(target=pipe.look, name="pipe")
    looking.start()
    try:
        yield pipe
    finally:
        pipe.end()
        looking.join()
        path.unlink(missing_ok=True)
