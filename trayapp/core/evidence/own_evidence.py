"""What our own requests say about one component: rules 2, 8 and 6 for probes and traffic together.

Strikes make it red; two good answers a minute apart make it recovering; ten quiet minutes make it well. After ten
minutes without evidence everything starts afresh.
"""

import math
from enum import StrEnum

from msgspec import Struct

from trayapp.core.evidence import strikes
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.observation import Depth, Outcome, Try
from trayapp.core.evidence.reach import Reach
from trayapp.core.evidence.strikes import Level, Strikes

# One good answer may be luck or a cache; two that are a minute apart are not.
BACK_SPAN_S = 60.0
# The first fix is often followed by a relapse; "fix applied" to "resolved" takes a median of 26 minutes.
QUIET_S = 600.0
# After so long without evidence nobody knows what happened meanwhile.
GAP_S = 600.0
# Evidence that comes at its usual, slower interval is not late: twice that and a half.
LATE_FACTOR = 2.5
# The slowest pace that can be configured; a longer pause was a sleep.
INTERVAL_MAX_S = 3600.0
# Only traffic saw it fail and there is no more traffic: hold the red no longer than this while all else answers.
UNSEEN_RED_S = 1800.0
# A real answer is worth the word "answering" for so long.
ANSWERING_S = 600.0
# A foreign page that was not seen again for so long is another time's.
FOREIGN_LIFE_S = GAP_S


class Sight(StrEnum):
    """What own eyes see, when they see anything wrong."""

    CLEAR = "clear"
    CHECKING = "checking"
    DEGRADED = "degraded"
    DOWN = "down"
    RECOVERING = "recovering"


class Red(Struct):
    """A red made by own eyes. `first_at`: its first failure; `depth`: what an answer must prove to end it.

    `failed`: tries that failed in a row; `last`: the latest of them.
    """

    first_at: float
    at: float
    depth: Depth
    host: str
    failed: int
    last: Try


class EvidenceMemory(Struct):
    """What survives a restart."""

    tries: tuple[Try, ...] = ()
    red: Red | None = None
    back_at: float | None = None
    failed_at: float | None = None
    evidence_at: float | None = None
    deep_at: float | None = None
    interval_s: float = 0.0


class Evidence:
    """The own evidence on one component."""

    def __init__(self, memory: EvidenceMemory | None = None) -> None:
        kept = memory or EvidenceMemory()
        self.strikes = Strikes(kept.tries)
        self.red = kept.red
        # Since when it answers again after a red; None while well or red.
        self.back_at = kept.back_at
        self.failed_at = kept.failed_at
        self.evidence_at = kept.evidence_at
        self._deep_at = kept.deep_at
        self._interval_s = kept.interval_s
        self.foreign: Try | None = None
        self._blocked = False
        self.proxy: Try | None = None
        self.reach: Reach | None = kept.tries[-1].reach if kept.tries else None
        self.sight = Sight.CLEAR
        self.share: tuple[int, int] | None = None
        self.run: list[Try] = []
        self.tried_at: float | None = None
        self._patience_s = 0.0

    def remember(self) -> EvidenceMemory:
        return EvidenceMemory(
            self.strikes.tail(),
            self.red,
            self.back_at,
            self.failed_at,
            self.evidence_at,
            self._deep_at,
            self._interval_s,
        )

    def add(self, t: Try, network: OwnConnection) -> None:
        """Take in a try that speaks for this component."""
        self._lapse(t.at)
        self.reach = t.reach
        pause_s = t.at - self.tried_at if self.tried_at is not None else 0.0
        self._interval_s = pause_s if pause_s <= INTERVAL_MAX_S else 0.0
        self.tried_at = t.at
        self._patience_s = t.retry_after_s or 0.0
        match t.outcome:
            case Outcome.NEUTRAL:
                return
            case Outcome.FOREIGN:
                self.foreign = t
                return
            case Outcome.PROXY:
                self.proxy = t
                return
            case Outcome.GOOD:
                self.forget_foreign()
                self.proxy = None
                self.evidence_at = t.at
            case Outcome.FAIL:
                self.proxy = None
                # The control beside a try knows best whether the own network explains its failure.
                if t.control if t.control is not None else network.down(t.reach) is None:
                    self.failed_at = max(t.at, self.failed_at or t.at)
                    self.evidence_at = t.at
        if self.red is not None and t.depth >= self.red.depth:
            self._deep_at = t.at
        self.strikes.add(t)
        # Whether a recovery is over is not for one try to say: the page may have a word in it.
        self.look(t.at, network, page_unsettled=True)

    def look(self, now: float, network: OwnConnection, *, page_unsettled: bool = False) -> Sight:
        """Decide what is seen now, as often as you like. `page_unsettled`: the page still looks for the cause."""
        self._lapse(now)
        run = self.strikes.run(now)
        level = strikes.level(run, network, now) if run else Level.NONE
        if self.red is None and level is Level.DOWN and network.down(run[-1].reach) is None:
            self.red = Red(run[0].at, now, max(one.depth for one in run), run[-1].host, len(run), run[-1])
            self.back_at = None
            self._deep_at = now
        if self.red is not None:
            self._follow_red(self.red, run, network, now)
            self._try_to_end_red(self.red, now)
        if self.back_at is not None and now >= self.well_at and not page_unsettled:
            self.back_at = None
        self.run = run
        self.share = None
        self.sight = self._sight(level, run, network, now)
        return self.sight

    @property
    def well_at(self) -> float:
        """When a recovery is over, if nothing fails until then."""
        return max(self.back_at or 0.0, self.failed_at or 0.0) + QUIET_S

    def _follow_red(self, red: Red, run: list[Try], network: OwnConnection, now: float) -> None:
        """A red that shallower failures make by themselves also ends with answers of their depth."""
        if run and run[-1].at >= red.last.at:
            red.failed += run[-1].at > red.last.at
            red.last = run[-1]
        for depth in Depth:
            if depth >= red.depth:
                return
            shallow = [one for one in run if one.depth <= depth]
            if strikes.level(shallow, network, now) is Level.DOWN:
                red.depth = depth
                return

    def _sight(self, level: Level, run: list[Try], network: OwnConnection, now: float) -> Sight:
        if self.red is not None:
            return Sight.DOWN
        if self.back_at is None:
            self.share = self.strikes.degraded(
                lambda last: network.chance_of_failure(last.provider, last.reach, now, lasting=True), now
            )
            if self.share is not None:
                return Sight.DEGRADED
        if level is not Level.NONE:
            return Sight.CHECKING
        return Sight.RECOVERING if self.back_at is not None else Sight.CLEAR

    def _try_to_end_red(self, red: Red, now: float) -> None:
        failed_at = max(self.failed_at or red.at, red.at)
        goods = self.strikes.goods_since(failed_at, red.depth)
        if goods and goods[-1].at - goods[0].at >= BACK_SPAN_S:
            self._end_red(goods[0].at)
        elif (
            self._deep_at is not None
            and now - self._deep_at > UNSEEN_RED_S
            and (good := self.strikes.last_good(Depth.API)) is not None
            and good.at > self._deep_at
        ):
            self._end_red(now)

    def _end_red(self, back_at: float) -> None:
        self.red = None
        self.back_at = back_at
        self.strikes.forget_before(back_at)

    def fresh_s(self) -> float:
        """How long evidence counts: ten minutes, or longer where it comes at a slower pace."""
        return max(GAP_S + self._patience_s, LATE_FACTOR * self._interval_s)

    def _lapse(self, now: float) -> None:
        """After a gap the verdict starts afresh."""
        if self.evidence_at is not None and now - self.evidence_at > self.fresh_s():
            self.strikes.forget_before(now)
            self.red = None
            self.back_at = self.failed_at = self.evidence_at = self._deep_at = None
        if self.foreign is not None and now - self.foreign.at > FOREIGN_LIFE_S:
            self.forget_foreign()
        if self.proxy is not None and now - self.proxy.at > FOREIGN_LIFE_S:
            self.proxy = None

    def blocked(self, network: OwnConnection) -> bool:
        """Whether others answer while somebody else answers for this host; it stays so until the host itself does."""
        foreign = self.foreign
        if foreign is not None and not self._blocked:
            answered = network.answered(foreign.provider, foreign.reach, foreign.at, math.inf)
            self._blocked = bool(foreign.control) or answered
        return self._blocked

    def forget_foreign(self) -> None:
        """The host answers itself, or the stranger turned out to sit before all hosts."""
        self.foreign, self._blocked = None, False

    def good(self, now: float, at_least: Depth) -> Try | None:
        """The latest good try of that depth or more, if it still counts."""
        found = self.strikes.last_good(at_least)
        return found if found is not None and now - found.at <= self.fresh_s() else None

    def answering(self, now: float) -> Try | None:
        """A real answer of the last ten minutes."""
        found = self.strikes.last_good(Depth.COMPLETION)
        return found if found is not None and now - found.at <= ANSWERING_S else None

    def real_answers_since(self, at: float) -> int:
        """How many real answers came after `at`, none of them followed by a failure; 0 while something fails."""
        if self.failed_at is not None and self.failed_at > at:
            at = self.failed_at
        return len(self.strikes.goods_since(at, Depth.COMPLETION))
