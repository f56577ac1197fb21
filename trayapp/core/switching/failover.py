"""One request of a tool, until it is decided who answers it: who is asked, what is held back, what follows a failure.

Sans-io: what happens goes in, what to do about it comes out, and time is an argument. The gateway drives it in auto
mode, one machine a request (gateway/steered.py): it carries decisions out in their order and calls `advance` at the
`deadline`. The machine knows no dialect: their readers tell life from content and an error from an end.

What always holds: the provider is asked twice at most; the tool gets the provider's answer or the target's, never some
of both; nothing moves once something has been passed on. What is passed on, or is the target's to answer, is decided:
it goes on as it does by hand.
"""

from collections.abc import Callable, Iterator

from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.asked import Asked, Rescue, Standing
from trayapp.core.switching.attempt import Attempt
from trayapp.core.switching.failure import RATHER_MOVE_S, Failure, with_answer, without_answer
from trayapp.core.switching.limits import HELD_BYTES, HOLD_S, KEEP_ALIVE_S, Limits, Patience, of_cloud
from trayapp.core.switching.route import Policy
from trayapp.core.switching.steps import (
    Cancel,
    Connected,
    Content,
    Count,
    Decision,
    End,
    Error,
    Event,
    Failed,
    Head,
    KeepAlive,
    Life,
    Move,
    Pass,
    Send,
    Sending,
    Tell,
)
from trayapp.core.switching.target import TargetState


class Failover:
    """The machine of one request. Every call gives decisions, in the order in which they are to be carried out.

    `over`: nothing more will be decided.
    """

    def __init__(self, asked: Asked, standing: Standing, limits: Limits | None = None, hold_s: float = HOLD_S) -> None:
        self.over = False
        self._asked = asked
        self._standing = standing
        self._limits = limits or Limits()
        self._hold_s = hold_s
        self._attempts = 0
        # Between two attempts there is none, and the next one begins at `_next_at`.
        self._attempt: Attempt | None = None
        self._next_at = 0.0
        # How the provider failed last.
        self._failure: Failure | None = None
        # When a word that keeps the tool waiting is due.
        self._word_at: float | None = None
        self._patience = self._new_patience()

    @property
    def deadline(self) -> float | None:
        """When `advance` has something to decide, unless something happens before; None when it is over."""
        return min((at for at, _ in self._timers()), default=None)

    def begin(self, now: float) -> list[Decision]:
        """The request is there."""
        return self._send(now)

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
                return self._pass() if attempt.held > HELD_BYTES or (attempt.content and self._shows) else []
            case Error(said):
                assert attempt.head is not None
                return self._settle(attempt, with_answer(attempt.head.status, None, said), now, answer=True)
            case End():
                return self._ended(attempt, event, now)
            case Failed(code):
                return self._failed(attempt, code, now)
            case Connected() | Sending():
                return []

    def stands(self, standing: Standing, now: float) -> list[Decision]:
        """Something around it has changed."""
        self._standing = standing
        if self.over:
            return []
        self._patience = self._new_patience()
        attempt = self._attempt
        if attempt is None:
            given_up = standing.red or standing.open
            return self._move() if given_up and self._failure and self._may_move(self._failure) else []
        return self._pass() if attempt.is_good and not self._moves else []

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
            yield self._next_at, self._send
            return
        yield attempt.silent_until(self._patience), self._timed_out
        if self._shows and attempt.first_life is not None:
            yield attempt.first_life + self._hold_s, lambda _: self._pass()

    def _timed_out(self, now: float) -> list[Decision]:
        assert self._attempt is not None
        return self._failed(self._attempt, "timeout", now)

    def _say(self, now: float) -> list[Decision]:
        self._word_at = now + KEEP_ALIVE_S
        return [KeepAlive()]

    # What comes of an attempt.

    def _begun(self, attempt: Attempt, head: Head, now: float) -> list[Decision]:
        if head.status >= 500 or head.status == 408:
            return self._settle(attempt, with_answer(head.status, head.retry_after_s, None), now, answer=True)
        if attempt.is_good and self._moves:
            if head.streams and self._asked.streams and self._asked.rescue is Rescue.WHOLE:
                self._word_at = now + KEEP_ALIVE_S
            return []
        # What a refusal is about may be a reason to ask once more, or somebody else.
        about = head.status >= 400 and (self._steers or self._asked.foreign)
        return [] if about else self._pass()

    def _ended(self, attempt: Attempt, end: End, now: float) -> list[Decision]:
        assert attempt.head is not None
        if end.said is not None or not attempt.is_good:
            failure = with_answer(attempt.head.status, attempt.head.retry_after_s, end.said)
            return self._settle(attempt, failure, now, answer=True)
        return self._pass() if end.whole else self._settle(attempt, without_answer("cut", sent=True), now, answer=False)

    def _failed(self, attempt: Attempt, code: str, now: float) -> list[Decision]:
        if attempt.head is None or attempt.is_good:
            return self._settle(attempt, without_answer(code, sent=attempt.sent), now, answer=False)
        # A refusal whose words were lost stays one.
        failure = with_answer(attempt.head.status, None, None)
        return self._settle(attempt, failure, now, answer=code != "timeout")

    # What follows from it.

    def _settle(self, attempt: Attempt, failure: Failure, now: float, *, answer: bool) -> list[Decision]:
        """An attempt failed. `answer`: there is one to be passed on."""
        repeats = failure.retry_s is not None and self._may_repeat(attempt, failure)
        moves = self._may_move(failure)
        # Whoever asks an error of a server thirty times is told so for good.
        multiplies = self._asked.multiplies and self._steers and failure.outcome is Outcome.FAIL
        if answer and not (repeats or moves or multiplies):
            return self._pass()
        out: list[Decision] = [Count(failure.outcome, failure.code)]
        if attempt.running:
            out.append(Cancel())
        self._attempt, self._failure = None, failure
        if repeats:
            self._next_at = now + (failure.retry_s or 0.0)
            return out
        return [*out, *(self._move() if moves else self._end(Tell(failure.code)))]

    def _may_repeat(self, attempt: Attempt, failure: Failure) -> bool:
        if attempt.number > 1:
            return False
        if failure.strips:
            # A request that was refused for what is in it has left nothing anywhere.
            return self._asked.foreign
        if self._asked.once and attempt.sent:
            return False
        if not self._steers or self._asked.again or attempt.connections > 1:
            # Tools repeat by themselves, and so does a pool whose kept connection was closed: none may multiply ours.
            return False
        standing = self._standing
        hopeless = standing.red or standing.open or standing.offline or (failure.retry_s or 0.0) > RATHER_MOVE_S
        return not (hopeless and self._may_move(failure))

    def _may_move(self, failure: Failure) -> bool:
        context = self._standing.context
        larger = failure.needs is not None and context is not None and context > failure.needs
        return self._moves and (failure.moves or larger)

    def _send(self, now: float) -> list[Decision]:
        self._attempts += 1
        self._attempt = Attempt(self._attempts, now)
        self._patience = self._new_patience()
        strips = self._failure is not None and self._failure.strips
        return [Send(self._attempts, strips)]

    def _move(self) -> list[Decision]:
        assert self._failure is not None
        return self._end(Move(self._failure.code))

    def _pass(self) -> list[Decision]:
        return self._end(Pass())

    def _end(self, how: Decision) -> list[Decision]:
        self.over = True
        return [how]

    def _new_patience(self) -> Patience:
        """What counts from now on: it is less where somebody else can answer."""
        asked, urgent = self._asked, self._moves
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
        return self._steers and self._standing.target is TargetState.READY and self._asked.movable

    @property
    def _shows(self) -> bool:
        """Is it a stream that its tool wants to see from the first content on?"""
        attempt = self._attempt
        seen = attempt is not None and attempt.is_good and attempt.is_stream
        return seen and self._asked.rescue is Rescue.STREAM
