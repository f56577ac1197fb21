"""What is made of a tool's request beside its answer, behind a fence: a mistake of ours in here costs no tool
anything. It is logged once, the answer goes on as if it were fine, and from then on it shows that something is wrong.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import TypeVar

from trayapp.core.evidence.answers import Reading
from trayapp.core.evidence.observation import Depth, Outcome
from trayapp.core.switching.failure import Said
from trayapp.errors import Problem
from trayapp.gateway.dialects.dialect import ToolDialect
from trayapp.gateway.reading import AnswerReading
from trayapp.tasks import Rounds

log = logging.getLogger(__name__)
T = TypeVar("T")
A = TypeVar("A")


class Fence:
    """`problem`: there was a mistake since the start, whose kind it names."""

    def __init__(self) -> None:
        self.problem: Problem | None = None
        self._rounds = Rounds("booking a tool's request")

    def ask(self, work: Callable[[], T], otherwise: T) -> T:
        """What `work` gives, or `otherwise` where it fails."""
        try:
            return work()
        except Exception as mistake:
            if self._rounds.is_new(mistake):
                log.exception("booking a tool's request failed by a mistake of ours; it goes on")
            self.problem = Problem("internal", kind=type(mistake).__name__)
            return otherwise

    def tell(self, whom: Callable[[A], None], what: A) -> None:
        """Tell it later, so that the tool has its answer before anybody thinks about it."""
        asyncio.get_running_loop().call_soon(self.ask, lambda: whom(what), None)


class FencedReading:
    """An `AnswerReading` whose mistakes end nothing: whatever it no longer follows is believed, and so is what nobody
    here has a `dialect` for."""

    def __init__(
        self,
        fence: Fence,
        dialect: ToolDialect | None,
        status: int,
        headers: Mapping[str, str],
        depth: Depth,
        *,
        proven: bool = False,
        asked: str = "",
    ) -> None:
        self._ask = fence.ask
        self._depth = depth
        # None: it is not followed, or no longer, since a mistake was made.
        self._reading: AnswerReading | None = None
        if dialect is not None:
            self._reading = fence.ask(
                lambda: AnswerReading(dialect, status, headers, depth, proven=proven, asked=asked), None
            )
        self.is_stream = self._reading is not None and self._reading.is_stream
        self.packed = self._reading is not None and self._reading.packed

    def feed(self, piece: bytes, now: float) -> None:
        reading = self._reading
        if reading is not None:
            self._reading = self._ask(lambda: reading.feed(piece, now), None)

    def _of(self, what: Callable[[AnswerReading], T], otherwise: T) -> T:
        reading = self._reading
        return otherwise if reading is None else self._ask(lambda: what(reading), otherwise)

    @property
    def first_token_at(self) -> float | None:
        return None if self._reading is None else self._reading.first_token_at

    @property
    def has_error(self) -> bool:
        return self._of(lambda reading: reading.has_error, False)

    @property
    def is_filtered(self) -> bool:
        return self._of(lambda reading: reading.is_filtered, False)

    @property
    def is_cut_short(self) -> bool:
        return self._of(lambda reading: reading.is_cut_short, False)

    @property
    def is_endless(self) -> bool:
        return self._of(lambda reading: reading.is_endless, False)

    @property
    def is_bomb(self) -> bool:
        return self._of(lambda reading: reading.is_bomb, False)

    @property
    def is_empty(self) -> bool:
        return self._of(lambda reading: reading.is_empty, False)

    @property
    def is_answer(self) -> bool:
        return self._of(lambda reading: reading.is_answer, True)

    @property
    def error_within(self) -> object:
        return self._of(lambda reading: reading.error_within, None)

    @property
    def said(self) -> Said | None:
        return self._of(lambda reading: reading.said, None)

    @property
    def whole(self) -> bool:
        return self._of(lambda reading: reading.whole, True)

    @property
    def muttered(self) -> Reading | None:
        return self._of(lambda reading: reading.muttered, None)

    def result(self) -> Reading:
        return self._of(lambda reading: reading.result(), Reading(Outcome.NEUTRAL, "unread", self._depth))
