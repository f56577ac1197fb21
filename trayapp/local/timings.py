"""How long the target took last time, so that "ready in 3 s" can be said before anything is started, and what it was
seen to speak, so that it is known for what it is the fallback."""

import logging
from pathlib import Path

import msgspec

from trayapp.core.switching.route import Endpoint
from trayapp.errors import Problem
from trayapp.settings.atomic import write_atomic
from trayapp.settings.reading import read_whole

log = logging.getLogger(__name__)


class Timing(msgspec.Struct, frozen=True):
    """Real seconds: `cold_s` from the click to the first token with nothing loaded, `first_token_s` when warm.

    `speaks`: beside OpenAI's dialect.
    """

    cold_s: float | None = None
    first_token_s: float | None = None
    speaks: tuple[Endpoint, ...] = ()


class Timings:
    """The measured times of every target there was, in one small file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, Timing] | None = None

    def _all(self) -> dict[str, Timing]:
        if self._known is None:
            try:
                self._known = msgspec.json.decode(read_whole(self._file), type=dict[str, Timing])
            except FileNotFoundError:
                self._known = {}
            except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                log.info("measuring anew, because %s cannot be read: %s", self._file, error)
                self._known = {}
        return self._known

    def get(self, target: str) -> Timing:
        return self._all().get(target, Timing())

    def put(self, target: str, timing: Timing) -> None:
        """Keep `timing`; a disk that refuses costs the figure after the next start and nothing else."""
        self._known = {**self._all(), target: timing}
        try:
            write_atomic(self._file, msgspec.json.encode(self._known))
        except Problem as problem:
            log.warning("the target's times are not kept: %s", problem)
