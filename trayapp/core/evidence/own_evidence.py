"""What the requests of one kind, ours and the user's, say about whom they ask: rules 2, 6, 8 and 9 for tries.

Strikes make it red; two good answers a minute apart make it recovering; ten quiet minutes make it well. After ten
minutes without evidence everything starts afresh. One `Evidence` serves all components that were asked by the same
requests.
"""

import math
from enum import StrEnum
from operator import attrgetter

from msgspec import Struct, field, structs

from trayapp.core.agenda import next_moment
from trayapp.core.evidence import odds
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.doubt import Doubt, DoubtMemory
from trayapp.core.evidence.flapping import Flapping
from trayapp.core.evidence.in_part import InPart, PartSum
from trayapp.core.evidence.observation import Depth, Outcome, Source, Try
from trayapp.core.evidence.odds import Level, vouched
from trayapp.core.evidence.pace import CALM_INTERVAL_S
from trayapp.core.evidence.reach import Reach
from trayapp.core.evidence.red import UNSEEN_RED_S, Red
from trayapp.core.evidence.stranger import Stranger
from trayapp.core.evidence.strikes import Strikes, run_ends_at

# The first fix is often followed by a relapse; "fix applied" to "resolved" takes a median of 26 minutes.
QUIET_S = 600.0
# After so long without evidence nobody knows what happened meanwhile.
GAP_S = 600.0
# Evidence that comes at its usual, slower interval is not late: twice that and a half.
LATE_FACTOR = 2.5
# The slowest pace that can be configured; a longer pause was a sleep.
INTERVAL_MAX_S = 3600.0
# A real answer is worth the word "answering" for so long.
ANSWERING_S = 600.0
# A foreign page that was not seen again for so long is another time's.
FOREIGN_LIFE_S = GAP_S
# A failure on a network where this share of everything fails says nothing about flapping.
FLAPPING_MAX_Q = 0.05


class Sight(StrEnum):
    """What own requests show, when they show anything wrong."""

    CLEAR = "clear"
    CHECKING = "checking"
    DEGRADED = "degraded"
    DOWN = "down"
    RECOVERING = "recovering"


class Company(Struct, frozen=True):
    """How the rest of the network does while something fails: `percent` of all else fails, `hosts` others answer."""

    percent: float
    hosts: int


class EvidenceMemory(Struct):
    """What survives a restart; the fields are those of `Evidence`, `InPart` and `Doubt`."""

    tries: tuple[Try, ...] = ()
    red: Red | None = None
    back_at: float | None = None
    failed_at: float | None = None
    evidence_at: float | None = None
    deep_at: float | None = None
    interval_s: float = 0.0
    flapping: Flapping | None = None
    doubt: DoubtMemory = field(default_factory=DoubtMemory)
    in_part: dict[int, PartSum] = {}
    stranger: Stranger | None = None
    proxy: Try | None = None
    explained_until: float | None = None
    patience_s: float = 0.0
    checked: bool = False
    unanswered_until: float | None = None


class Evidence:
    """The tries of one kind of request and what they amount to.

    `add` takes in a try, `look` lets time pass; everything else only reads. `version` grows with every change that can
    be seen. `back_at`: since when it answers again after a red. `share`: (failed, tries) while it fails in part.
    `stranger`: somebody in the provider's place; `proxy`: the latest try that the own proxy answered.
    `unanswered_until`: it was down, and nothing that it was asked since says how it is; None where something does.
    `company`: how everybody else did at the latest look that had reason to ask.
    """

    def __init__(self, memory: EvidenceMemory | None = None) -> None:
        kept = memory or EvidenceMemory()
        self.version = 0
        self.strikes = Strikes(kept.tries)
        self.in_part = InPart(kept.in_part)
        self.red = kept.red
        self.back_at = kept.back_at
        self.failed_at = kept.failed_at
        self.evidence_at = kept.evidence_at
        self.flapping = kept.flapping or Flapping()
        self.stranger = kept.stranger or Stranger()
        self._explained_until = kept.explained_until
        self.doubt = Doubt(kept.doubt)
        self.proxy = kept.proxy
        self.reach: Reach | None = kept.tries[-1].reach if kept.tries else None
        self.level = Level.NONE
        self.share: tuple[int, int] | None = None
        self.run: list[Try] = []
        # Of the present run: whether there was an HTTP answer, of whatever status, and how many controls answered.
        self.was_answered, self.controls_answered = False, 0
        self.company: Company | None = None
        self.tried_at: float | None = None
        self._new: list[Try] = []
        self._decided = False
        self._checked = kept.checked
        self.unanswered_until = kept.unanswered_until
        failed = self.strikes.last_failure()
        self._run_until = run_ends_at(failed) if failed is not None else -math.inf
        self._looked_at = -math.inf
        self._deep_at = kept.deep_at
        self._interval_s = kept.interval_s
        self._patience_s = kept.patience_s

    def remember(self) -> EvidenceMemory:
        return EvidenceMemory(
            self.strikes.tail(),
            self.red,
            self.back_at,
            self.failed_at,
            self.evidence_at,
            self._deep_at,
            self._interval_s,
            self.flapping if self.flapping.values else None,
            self.doubt.remember(),
            self.in_part.remember(),
            structs.replace(self.stranger) if self.stranger.latest or self.stranger.unwell else None,
            self.proxy,
            self._explained_until,
            self._patience_s,
            self._checked,
            self.unanswered_until,
        )

    def copy(self) -> "Evidence":
        """Another one with the same past, for components that go their own way from here on."""
        twin = Evidence()
        twin.__dict__.update(self.__dict__)
        twin._new = list(self._new)
        twin.strikes = self.strikes.copy()
        twin.doubt, twin.stranger = self.doubt.copy(), structs.replace(self.stranger)
        twin.in_part = self.in_part.copy()
        twin.red = structs.replace(self.red) if self.red is not None else None
        twin.flapping = structs.replace(self.flapping, values=list(self.flapping.values))
        return twin

    # What comes in

    def add(self, t: Try) -> None:
        """Take in a try; what it means is for `look` to say, when all that came with it is known."""
        self._new.append(t)
        self.version += 1

    def _take(self, t: Try, network: OwnConnection) -> None:
        self._lapse(t.at)
        self.reach = t.reach
        pause_s = t.at - self.tried_at if self.tried_at is not None else self._interval_s
        self._interval_s = pause_s if pause_s <= INTERVAL_MAX_S else 0.0
        self.tried_at = t.at
        self._patience_s = t.retry_after_s or 0.0
        if self.unanswered_until is not None:
            self.unanswered_until = t.at + self.fresh_s
        if t.proven:
            self.forget_stranger()
        match t.outcome:
            case Outcome.NEUTRAL:
                self.stranger.unwell &= not t.proven
                return
            case Outcome.FOREIGN:
                good = self.strikes.last_good()
                if good is not None and t.began < good.began:
                    # He was slow: whoever was asked after him was the host itself.
                    return
                self.stranger.answered(t)
                self.doubt.stranger(t)
                return
            case Outcome.PROXY:
                self.proxy = t
                return
            case Outcome.GOOD:
                self.forget_stranger()
                self.stranger.unwell, self.unanswered_until = False, None
                self.proxy = None
                self.evidence_at = t.at
                self.flapping.note(t.at, good=True, depth=t.depth)
            case Outcome.FAIL if self.stranger.latest is not None and t.source is Source.TRAFFIC:
                # The user's requests go where ours go: to whoever is in the provider's place.
                return
            case Outcome.FAIL:
                self._checked &= t.at <= self._run_until
                self._run_until = run_ends_at(t)
                self.proxy = None
                # The control beside a try knows best whether the own network explains its failure.
                works = t.control if t.control is not None else network.down(t.reach) is None
                if works and not self.stranger.blocks:
                    self.failed_at = max(t.at, self.failed_at or t.at)
                    self.evidence_at = t.at
        if self.red is not None and t.depth >= self.red.depth:
            self._deep_at = t.at
        self.strikes.add(t)
        if self.stranger.blocks:
            return
        # A resolver that says nothing for once is hardly ever the provider's: that it never does is for strikes to say.
        if self.red is None and t.code != "dns_timeout":
            self.in_part.add(t)
        if (
            t.outcome is Outcome.FAIL
            and vouched(t, network)
            and network.chance_of_failure(t.provider, t.reach, t.at) <= FLAPPING_MAX_Q
        ):
            self.flapping.note(t.at, good=False, depth=t.depth)

    def look(self, now: float, network: OwnConnection) -> None:
        """Let the time be `now`: what lapses lapses, what is decided is decided. As often as you like."""
        for t in sorted(self._new, key=attrgetter("at")):
            self._take(t, network)
        self._new.clear()
        self._lapse(now)
        self._looked_at = now
        self.in_part.look(now, network)
        if self.is_calm and self.share is None:
            return
        before = self._seen
        self._look_at_stranger(network, now)
        self.run = run = self.strikes.run(now)
        self.was_answered = any(t.status is not None for t in run)
        self.controls_answered = len([t for t in run if t.control])
        doubted = self.doubt.since
        self.doubt.look(run, self.reach or Reach.PUBLIC, network, now, undecided=self.undecided)
        self.version += doubted != self.doubt.since
        self._decided = self.red is not None and (
            not run or now > odds.decided_at(run[-1]) or all(t.depth >= self.red.depth for t in run)
        )
        wary = self._is_wary(run)
        counted = [t for t in run if t.began > (self._explained_until or -math.inf)]
        counts = bool(counted) and not self._decided and not self.stranger.blocks
        again = wary or self.stranger.latest is not None
        self.level = odds.level(counted, network, now, wary=again) if counts else Level.NONE
        # What is being checked stays so until it answers, however shaky all else turns out to be, and whoever answers.
        wavers = bool(run) and self.red is None and network.down(run[-1].reach) is None
        self._checked = wavers and (self._checked or self.level is not Level.NONE or self.doubt.since is not None)
        if self._checked or len(counted) < len(run) or (run and self.stranger.unwell):
            self.level = max(self.level, Level.CHECKING)
        if self.red is None and self.level is Level.DOWN and network.down(run[-1].reach) is None:
            depth = max(t.depth for t in counted)
            self.red = Red(counted[0].at, now, depth, run[-1].host, len(counted), run[-1], wary)
            self.back_at = None
            self._deep_at = now
            self.in_part.clear()
        if self.red is not None:
            self.red.follow(run, network, now, decided=self._decided)
            back_at = self.red.back_at(self.strikes, self.failed_at, self._deep_at, now)
            if back_at is not None:
                self._end_red(back_at)
        self.share = self.in_part.share
        self.company = self._company(network, now)
        if before != self._seen:
            self.version += 1

    @property
    def _seen(self) -> tuple[object, ...]:
        return self.red, self.level, self.share, self.back_at, self.stranger.blocks, self.company, self.run

    def _is_wary(self, run: list[Try]) -> bool:
        """Whether it failed in part before this run began."""
        since = self.in_part.suspect_since
        return bool(run) and since is not None and since < run[0].at

    @property
    def listens(self) -> bool:
        """What others answer may change what is to be seen: it is undecided, or nobody else answered yet."""
        in_part = self.in_part.decided_at < math.inf
        alone = self.company is not None and not self.company.hosts
        return in_part or (bool(self.run) and not self._decided) or self.undecided or alone

    @property
    def look_at(self) -> float:
        """The moment from which on time alone may change something; infinity when there is none."""
        moments = []
        if self.evidence_at is not None:
            moments.append(self.evidence_at + self.fresh_s)
        if self.run:
            moments.append(run_ends_at(self.run[-1]))
            moments += [] if self._decided else [odds.decided_at(self.run[-1])]
        moments.append(self.in_part.decided_at)
        if self.red is not None and self._deep_at is not None:
            moments.append(self._deep_at + UNSEEN_RED_S)
        moments += [t.at + FOREIGN_LIFE_S for t in (self.stranger.latest, self.proxy) if t is not None]
        moments += [self.unanswered_until] if self.unanswered_until is not None else []
        moments += [self.doubt.gives_up_at] if self.doubt.gives_up_at is not None else []
        return next_moment(moments, self._looked_at)

    @property
    def is_quiet(self) -> bool:
        """Nothing fails, nothing is being waited for, and nobody stands in between."""
        in_question = self.run or self.red or self.stranger.latest or self.proxy or self.doubt.since is not None
        return not in_question and self.back_at is None

    @property
    def is_calm(self) -> bool:
        """Quiet, and nothing failed lately."""
        return self.is_quiet and not self.strikes.failed

    def _end_red(self, back_at: float) -> None:
        self.red = None
        self.back_at = back_at
        self.strikes.forget_before(back_at)
        self.run = []

    def _lapse(self, now: float) -> None:
        """After a gap the verdict starts afresh; not that it was down, while it is asked all the time."""
        asked = self.tried_at is not None and now - self.tried_at <= self.fresh_s
        if self.unanswered_until is not None and now > self.unanswered_until:
            self.unanswered_until = None
            self.version += 1
        if self.evidence_at is not None and now - self.evidence_at > self.fresh_s:
            self.strikes.forget_before(now)
            self.in_part.clear()
            if asked and self.red is not None:
                self.unanswered_until = now + self.fresh_s
            self.red, self._checked = None, False
            self.back_at = self.failed_at = self.evidence_at = self._deep_at = None
            self.version += 1
        if (foreign := self.stranger.latest) is not None and now - foreign.at > FOREIGN_LIFE_S:
            self.forget_stranger()
            self.stranger.unwell = False
        if self.proxy is not None and now - self.proxy.at > FOREIGN_LIFE_S:
            self.proxy = None
            self.version += 1

    def _look_at_stranger(self, network: OwnConnection, now: float) -> None:
        """Whoever is in its place explains what failed until then, but no red."""
        self.stranger.look(self.strikes.run(now), network)
        foreign = self.stranger.latest
        if foreign is not None and self.stranger.blocks and self.red is None:
            self.strikes.excuse(foreign.at)
            self.in_part.clear()

    def _company(self, network: OwnConnection, now: float) -> Company | None:
        if self.red is not None:
            t, since = self.red.last, self.red.first_at
        elif self.share is not None and (latest := self.strikes.last_failure()) is not None:
            t, since = latest, -math.inf
        elif self.run:
            t, since = self.run[-1], self.run[0].at
        elif (foreign := self.stranger.latest) is not None:
            t, since = foreign, foreign.began
        else:
            return None
        percent = 100.0 * network.chance_of_failure(t.provider, t.reach, now)
        return Company(round(percent, 1), network.hosts_answering(now, t.provider, since))

    # What is asked of it

    def sight(self, *, recovering: bool) -> Sight:
        """What is to be seen now. `recovering`: whoever asks still waits for the ten quiet minutes to be over."""
        if self.red is not None:
            return Sight.DOWN
        if self.stranger.blocks:
            return Sight.CLEAR
        if not recovering and self.share is not None:
            return Sight.DEGRADED
        if self.level is not Level.NONE or self.doubt.since is not None:
            return Sight.CHECKING
        return Sight.RECOVERING if recovering else Sight.CLEAR

    @property
    def well_at(self) -> float:
        """When a recovery is over, if nothing fails until then."""
        return max(self.back_at or 0.0, self.failed_at or 0.0) + QUIET_S

    def came_back(self, at: float) -> None:
        """What was refused is accepted again, and watched like every return."""
        if self.red is None:
            self.back_at = max(at, self.back_at or at)
            self.version += 1

    def explained(self, until: float) -> None:
        """Something on the way kept it out until then: what failed takes green away, and counts no more."""
        self._explained_until = until
        self.in_part.clear()
        self.red, self.level = None, Level.CHECKING if self.run else Level.NONE
        self.version += 1

    def recovered(self) -> None:
        """The recovery is over for everybody."""
        self.back_at = None
        self.version += 1

    @property
    def undecided(self) -> bool:
        """Somebody in between answered, and it is not known yet whether for this host alone."""
        return self.stranger.undecided

    def forget_stranger(self) -> None:
        """The host answers itself, or the stranger turned out to sit before all hosts."""
        self.doubt.no_strangers()
        if self.stranger.latest is not None:
            self.stranger.forget()
            self.version += 1

    @property
    def fresh_s(self) -> float:
        """How long evidence counts: ten minutes, or longer where it comes at a slower pace."""
        return max(GAP_S + self._patience_s, LATE_FACTOR * self._interval_s)

    def is_answering_as_usual(self, now: float) -> bool:
        """Whether the latest answer is no older than the pace at which it is asked makes it."""
        latest = self.strikes.last_good()
        return latest is not None and now - latest.at <= LATE_FACTOR * max(self._interval_s, CALM_INTERVAL_S)

    def good(self, now: float, at_least: Depth) -> Try | None:
        """The latest good try of that depth or more, if it still counts."""
        latest = self.strikes.last_good(at_least)
        return latest if latest is not None and now - latest.at <= self.fresh_s else None

    def answering(self, now: float) -> Try | None:
        """A real answer of the last ten minutes."""
        latest = self.strikes.last_good(Depth.COMPLETION)
        return latest if latest is not None and now - latest.at <= ANSWERING_S else None

    def real_answers_since(self, at: float) -> int:
        """How many real answers came after `at`, none of them followed by a failure; 0 while something fails."""
        if self.failed_at is not None and self.failed_at > at:
            at = self.failed_at
        return len(self.strikes.goods_since(at, Depth.COMPLETION))

    def changes_after(self, now: float) -> tuple[float, ...]:
        """The moments from `now` on at which time alone changes what `good`, `answering` or the run say."""
        moments = [
            latest.at + life_s
            for depth, life_s in (
                (Depth.EDGE, self.fresh_s),
                (Depth.API, self.fresh_s),
                (Depth.COMPLETION, ANSWERING_S),
            )
            if (latest := self.strikes.last_good(depth)) is not None
        ]
        if self.run:
            moments.append(run_ends_at(self.run[-1]))
        if self.doubt.gives_up_at is not None:
            moments.append(self.doubt.gives_up_at)
        return tuple(moment for moment in moments if moment >= now)
