"""Writing to a file that may be damaged, newer than this program, or on a disk that refuses: said, and never raised."""

import glob
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from trayapp.errors import Problem
from trayapp.store.database import REFUSALS, Damaged, Newer, is_damage

log = logging.getLogger(__name__)


class Guarded(ABC):
    """`damaged` and `unwritable`: what a person should know, with the codes `newer` and `refused` for the latter."""

    def __init__(self, file: Path, newer: str, refused: str) -> None:
        # What a link leads to: its log is there, and a new file must not take the link's place.
        self.file = file.resolve()
        self.damaged: Problem | None = None
        self.unwritable: Problem | None = None
        self._newer, self._refused = newer, refused

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Both, as far as there are any."""
        return tuple(problem for problem in (self.damaged, self.unwritable) if problem is not None)

    @abstractmethod
    def start_over(self) -> None:
        """Set the damaged file aside, and say so in `damaged`."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the file."""

    def leave_no_copies(self) -> None:
        """Delete what was kept beside the file, damaged, half mended or of an older version: it holds the same."""
        for kept in self.file.parent.glob(f"{glob.escape(self.file.name)}.*"):
            if not kept.is_dir():
                kept.unlink(missing_ok=True)
        self.damaged = None

    def guard(self, work: Callable[[], object]) -> None:
        """Do `work`, once more on a new file if this one is damaged; a disk that does not allow it is a problem."""
        try:
            try:
                work()
            except (Damaged, *REFUSALS) as error:
                if not is_damage(error):
                    raise
                self.start_over()
                work()
        except Newer:
            self._cannot_write(Problem(self._newer, path=str(self.file)))
        except (Damaged, *REFUSALS, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            self._cannot_write(Problem(self._refused, path=str(self.file), reason=reason))
        else:
            if self.unwritable is not None:
                log.info("%s can be written again", self.file)
                self.unwritable = None

    def _cannot_write(self, problem: Problem) -> None:
        self.close()
        if self.unwritable is None:
            log.warning("going on without the disk: %s", problem)
        self.unwritable = problem
