"""One request of a tool, from its beginning to its end: who is asked, what is held back, what is done when it fails.

Sans-io: what happens goes in, what to do about it comes out, and time is an argument. The gateway is to drive it, one
machine a request: it carries decisions out in their order and calls `advance` at the `deadline`. The machine knows no
dialect: their readers tell life from content and an error from an end. Until the gateway drives it, its tests do.

What always holds: a tool gets content of one upstream; a provider is asked twice at most, the target moved to once at
most; nothing moves once something has been passed on; what was cut never ends as if it were whole.
"""

from collections.abc import Callable, Iterator

from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.asked import Asked, Rescue, Standing
from trayapp.core.switching.attempt import Attempt
from trayapp.core.switching.failure import RATHER_MOVE_S, Failure, with_answer, without_answer
from trayapp.core.switching.limits import (
    AGAIN_S,
    COLD_S,
    HELD_BYTES,
    HOLD_S,
    KEEP_ALIVE_S,
    LOCAL,
    SLOW_S,
    Limits,
    Patience,
    of_cloud,
)
from trayapp.core.switching.route import Policy, To
from trayapp.core.switching.steps import (
    BreakOff,
    Cancel,
    Connected,
    Content,
    Count,
    Decision,
    End,
    Error,
    Event,
    Failed,
    Finish,
    Head,
    KeepAlive,
    Life,
    Pass,
    Send,
    Sending,
    Slow,
    Tell,
)
from trayapp.core.switching.target import TargetState

_ON_ITS_WAY = (TargetState.STARTING, TargetState.LOADING)
_DEAD = (TargetState.DOWN, TargetState.FAILED)
_BUSY = 503
"""A local server says so while it loads, or while all its places are taken."""


class Failover:
    """The machine of one request. Every call gives decisions, in the order in which they are to be carried out.

    `over`: nothing more will be decided.
    """

    def __init__(self, asked: Asked, standing: Standing, limits: Limits | None = None) -> None:
        self.over = False
        self._asked = asked
        self._standing = standing
        self._limits = limits or Limits()
        self._patience = LOCAL
        self._to = asked.to
        self._attempts = 0
        # Between two attempts there is none, and the next one begins at `_next_at`.
        self._attempt: Attempt | None = None
        self._next_at = 0.0
        self._cold_until = 0.0
        self._repeated = False
        self._moved = False
        self._passed = False
        # How the provider failed last.
        self._failure: Failure | None = None
        # When a word that keeps the tool waiting is due, and whether one was said.
        self._word_at: float | None = None
        self._spoken = False

    @property
    def deadline(self) -> float | None:
        """When `advance` has something to decide, unless something happens before; None when it is over."""
        return min((at for at, _ in self._timers()), default=None)

    def begin(self, now: float) -> list[Decision]:
        """The request is there."""
        if self._to is To.CLOUD:
            return self._send(now)
        return self._tell("rests_on_provider") if self._asked.rests else self._to_target(now)

    def hear(self, number: int, event: Event, now: float) -> list[Decision]:
        """Something came of an attempt. Of one that is over, or was cancelled, nothing is heard any more."""
        attempt = self._attempt
        if self.over or attempt is None or attempt.number != number:
            return []
        behind_head = isinstance(event, Life | Content | Error | End)
        if behind_head != (attempt.head is not None) and not isinstance(event, Failed):
            # Nothing comes before the head, and it comes once.
            return []
        attempt.note(event, now)
        match event:
            case Head():
                return self._begun(attempt, event, now)
            case Life() | Content():
                return self._came(attempt)
            case Error():
                return self._erred(attempt, event, now)
            case End():
                return self._ended(attempt, event, now)
            case Failed():
                return self._failed(attempt, event.code, now)
            case Connected() | Sending():
                return []

    def left(self) -> list[Decision]:
        """The tool went away."""
        self.over, attempt = True, self._attempt
        if attempt is None:
            return []
        outcome, code = (Outcome.GOOD, attempt.code) if attempt.content else (Outcome.NEUTRAL, "left")
        return [*self._count(attempt, outcome, code), *self._drop(attempt)]

    def stands(self, standing: Standing, now: float) -> list[Decision]:
        """Something around it has changed."""
        self._standing = standing
        if self.over:
            return []
        self._patience = self._new_patience()
        attempt = self._attempt
        if attempt is None and self._to is To.LOCAL:
            return self._knock(now)
        if attempt is None:
            given_up = standing.red or standing.open
            return self._move(now) if given_up and self._failure and self._may_move(self._failure) else []
        if attempt.to is To.LOCAL:
            dead = standing.target in _DEAD and attempt.first_life is None
            return [*self._drop(attempt), *self._tell("local_down")] if dead else []
        return self._pass() if attempt.is_good and not self._passed and not self._moves else []

    def advance(self, now: float) -> list[Decision]:
        """It is `now`."""
        out: list[Decision] = []
        while timers := list(self._timers()):
            at, due = min(timers, key=lambda timer: timer[0])
            if at > now:
                break
            out += due(now)
        return out

    # What waits for its time.

    def _timers(self) -> Iterator[tuple[float, Callable[[float], list[Decision]]]]:
        attempt = self._attempt
        if self.over:
            return
        if self._word_at is not None:
            yield self._word_at, self._say
        if attempt is None:
            yield self._next_at, self._next
            return
        yield attempt.silent_until(self._patience), self._timed_out
        if self._holds_for_content and attempt.first_life is not None:
            yield attempt.first_life + HOLD_S, lambda _: self._pass()
        if attempt.content and attempt.to is To.CLOUD and not attempt.slow_told:
            yield attempt.last + SLOW_S, self._slow

    def _next(self, now: float) -> list[Decision]:
        if self._to is To.LOCAL and now >= self._cold_until:
            return self._tell("local_still_loading")
        return self._send(now)

    def _timed_out(self, now: float) -> list[Decision]:
        assert self._attempt is not None
        return self._failed(self._attempt, "timeout", now)

    def _slow(self, now: float) -> list[Decision]:
        assert self._attempt is not None
        self._attempt.slow_told = True
        return [Slow()]

    def _say(self, now: float) -> list[Decision]:
        self._word_at, self._spoken = now + KEEP_ALIVE_S, True
        return [KeepAlive()]

    # What comes of an attempt.

    def _begun(self, attempt: Attempt, head: Head, now: float) -> list[Decision]:
        if attempt.to is To.LOCAL:
            return []
        if head.status >= 500 or head.status == 408:
            return self._settle(attempt, with_answer(head.status, head.retry_after_s, None), now, answer=True)
        if attempt.is_good and self._moves:
            if head.streams and self._asked.streams and self._asked.rescue is Rescue.WHOLE:
                self._word_at = now + KEEP_ALIVE_S
            return []
        # What a refusal is about may be a reason to ask once more, or somebody else.
        about = head.status >= 400 and (self._steers or self._asked.foreign)
        return [] if about else self._pass()

    def _came(self, attempt: Attempt) -> list[Decision]:
        if self._passed:
            return []
        here = attempt.to is To.LOCAL and attempt.is_stream
        if here or attempt.held > HELD_BYTES or (attempt.content and self._holds_for_content):
            return self._pass()
        return []

    def _erred(self, attempt: Attempt, event: Error, now: float) -> list[Decision]:
        assert attempt.head is not None
        if attempt.to is To.LOCAL:
            # Its own words say it better than ours.
            return [] if self._passed else self._pass()
        failure = with_answer(attempt.head.status, None, event.said)
        if self._passed:
            return self._count(attempt, failure.outcome, failure.code)
        return self._settle(attempt, failure, now, answer=True)

    def _ended(self, attempt: Attempt, end: End, now: float) -> list[Decision]:
        assert attempt.head is not None
        if attempt.to is To.LOCAL:
            return self._ended_here(attempt, end, attempt.head, now)
        out: list[Decision] = []
        failure = None
        if end.said is not None or not attempt.is_good:
            failure = with_answer(attempt.head.status, attempt.head.retry_after_s, end.said)
        elif not end.whole:
            failure = without_answer("cut", sent=True)
        if not self._passed:
            answer = end.said is not None or not attempt.is_good
            out = self._settle(attempt, failure, now, answer=answer) if failure is not None else self._pass()
            if not self._passed:
                return out
        if failure is not None:
            outcome, code = failure.outcome, failure.code
        elif attempt.is_stream and not attempt.content:
            # An end, and nothing before it: no failure, and no model has shown that it answers.
            outcome, code = Outcome.NEUTRAL, "empty"
        else:
            outcome, code = Outcome.GOOD, attempt.code
        return [*out, *self._count(attempt, outcome, code), *self._end(Finish() if end.whole else BreakOff())]

    def _ended_here(self, attempt: Attempt, end: End, head: Head, now: float) -> list[Decision]:
        """The target's answer has come to its end."""
        if self._passed and end.whole:
            return self._end(Finish())
        if not end.whole:
            return self._broken(attempt, "cut")
        if head.status == _BUSY:
            self._attempt, self._next_at = None, min(now + AGAIN_S, self._cold_until)
            return []
        if attempt.is_good and end.said is not None:
            return self._tell(end.said.code)
        if attempt.is_good and self._asked.streams and not attempt.is_stream:
            # Who reads a stream finds nothing in a plain answer, and takes it for an empty one.
            return self._tell("malformed")
        if not attempt.is_good and (self._moved or self._spoken):
            return self._tell(attempt.code)
        return [*self._pass(), *self._end(Finish())]

    def _failed(self, attempt: Attempt, code: str, now: float) -> list[Decision]:
        if not self._passed and attempt.to is To.CLOUD:
            failure = without_answer(code, sent=attempt.sent)
            if attempt.head is not None and not attempt.is_good:
                # A refusal whose words were lost stays one.
                failure = with_answer(attempt.head.status, None, None)
            return self._settle(attempt, failure, now, answer=False)
        out = [*self._count(attempt, without_answer(code, sent=True).outcome, code), *self._drop(attempt)]
        return [*out, *self._broken(attempt, code)]

    def _broken(self, attempt: Attempt, code: str) -> list[Decision]:
        """What is to be mended no more ends so that nobody takes it for whole."""
        if self._passed and (attempt.to is To.CLOUD or not attempt.is_stream):
            return self._end(BreakOff())
        # The target may have told an error itself, and one is told once.
        return self._end(Finish()) if attempt.errored else self._tell(code)

    # What follows from it.

    def _settle(self, attempt: Attempt, failure: Failure, now: float, *, answer: bool) -> list[Decision]:
        """An attempt at the provider failed before anything was passed on. `answer`: there is one to be passed on."""
        out = self._count(attempt, failure.outcome, failure.code)
        if failure.retry_s is not None and self._may_repeat(attempt, failure):
            self._repeated, self._failure = True, failure
            out += self._drop(attempt)
            self._attempt, self._next_at = None, now + failure.retry_s
            return out
        if self._may_move(failure):
            self._failure = failure
            return [*out, *self._drop(attempt), *self._move(now)]
        # Whoever asks an error of a server thirty times is told so for good.
        multiplies = self._asked.multiplies and self._steers and failure.outcome is Outcome.FAIL
        if answer and not multiplies:
            return [*out, *self._pass()]
        return [*out, *self._drop(attempt), *self._tell(failure.code)]

    def _may_repeat(self, attempt: Attempt, failure: Failure) -> bool:
        if self._repeated or (self._asked.once and attempt.sent):
            return False
        if failure.strips:
            return self._asked.foreign
        if not self._steers or self._asked.again:
            # Tools repeat by themselves: neither theirs nor ours may multiply the other's.
            return False
        standing = self._standing
        hopeless = standing.red or standing.open or standing.offline or (failure.retry_s or 0.0) > RATHER_MOVE_S
        return not (hopeless and self._may_move(failure))

    def _may_move(self, failure: Failure) -> bool:
        context = self._standing.context
        larger = failure.needs is not None and context is not None and context > failure.needs
        return self._moves and (failure.moves or larger)

    def _move(self, now: float) -> list[Decision]:
        self._moved, self._to = True, To.LOCAL
        return self._to_target(now)

    def _to_target(self, now: float) -> list[Decision]:
        self._attempt, self._next_at = None, now + COLD_S
        self._cold_until = self._next_at
        if self._asked.streams and self._word_at is None:
            self._word_at = now + KEEP_ALIVE_S
        return self._knock(now)

    def _knock(self, now: float) -> list[Decision]:
        """Ask the target if it is ready, wait for one that is on its way."""
        if self._standing.target is TargetState.READY:
            return self._send(now)
        return [] if self._standing.target in _ON_ITS_WAY else self._tell("local_not_ready")

    def _send(self, now: float) -> list[Decision]:
        self._attempts += 1
        self._attempt = Attempt(self._attempts, self._to, now)
        self._patience = self._new_patience()
        strips = self._failure is not None and self._failure.strips
        return [Send(self._attempts, self._to, strips)]

    def _new_patience(self) -> Patience:
        """What counts from now on: it is less where somebody else can answer."""
        if self._to is To.LOCAL:
            return LOCAL
        asked, urgent = self._asked, self._moves and not self._passed
        return of_cloud(
            self._limits,
            streams=asked.streams,
            reasons=asked.reasons,
            quick=urgent and asked.quick,
            red=urgent and self._standing.red,
        )

    @property
    def _steers(self) -> bool:
        """May anything be done for this tool but what it asked for?"""
        return self._standing.auto and self._asked.policy is Policy.SWITCH

    @property
    def _moves(self) -> bool:
        """Could a failure move it to the target now?"""
        ready = self._standing.target is TargetState.READY
        return self._steers and ready and self._asked.movable and self._to is To.CLOUD

    @property
    def _holds_for_content(self) -> bool:
        """Is a stream of the provider's held back until its content?"""
        attempt = self._attempt
        if attempt is None or self._passed or attempt.to is To.LOCAL or self._asked.rescue is Rescue.WHOLE:
            return False
        return attempt.is_good and attempt.is_stream

    def _pass(self) -> list[Decision]:
        self._passed, self._word_at = True, None
        self._patience = self._new_patience()
        return [Pass()]

    def _tell(self, code: str) -> list[Decision]:
        before = self._failure.code if self._moved and self._failure is not None else None
        return self._end(Tell(code, before))

    def _end(self, how: Decision) -> list[Decision]:
        self.over = True
        return [how]

    def _drop(self, attempt: Attempt) -> list[Decision]:
        """What is no longer wanted of an attempt that is still running."""
        was_running, attempt.running = attempt.running, False
        return [Cancel()] if was_running else []

    def _count(self, attempt: Attempt, outcome: Outcome, code: str) -> list[Decision]:
        if attempt.counted:
            return []
        attempt.counted = True
        return [Count(outcome, code)]
