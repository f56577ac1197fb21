"""Auto mode: what moves by itself, provider by provider, beside what the user has chosen.

It stands behind `Routes` and never changes one: a route that the user made local stays local, a provider that the user
sent back to the cloud in its trouble is left there until that is over, and neither turns auto mode off. Sans-io: the
gateway asks `begin` with what `Routes.decide` said, once for every request, and tells what each attempt counted as,
when one was moved, and when it is over; the engine delivers `notices`.
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.asked import Asked
from trayapp.core.switching.breaker import Breaker, BreakerState, BreakerView
from trayapp.core.switching.route import Action, Decision, Mode, Policy, To

PAUSE_S = 10.0
"""An agent's next step comes sooner, a person's next question later: nobody's work changes its model in between."""
PATIENCE_S = 600.0
"""Where requests never pause, the provider's return is not put off for ever. What runs ends where it began."""
QUIET_S = 600.0
"""So long without one that moved by itself, and the next one is news again."""


class Happened(StrEnum):
    MOVED = "moved"
    RETURNED = "returned"


class Notice(Struct, frozen=True):
    """What is told once. `moved`: requests of this provider go to the local target. `returned`: to the provider again,
    and `answered` of them were locally. `why`: the code of the failure that moved the first, or why the breaker opened
    (`Trip`); or what brought it back: `back`, `disturbed`.
    """

    happened: Happened
    provider: str
    at: float
    why: str
    answered: int = 0


class AutoMemory(Struct, frozen=True):
    """What survives a restart: providers that the user holds at the cloud. Breakers begin closed."""

    held: tuple[str, ...] = ()


class Turn(Struct):
    """One request under way. `decision`: where it begins. `written`: its answer is what a model writes. `trial`: it
    tries the provider for the others. `elsewhere`: it moved by itself.
    """

    provider: str
    decision: Decision
    policy: Policy
    began: float
    written: bool
    trial: bool = False
    elsewhere: bool = False


class _Provider:
    def __init__(self) -> None:
        self.breaker = Breaker()
        # Requests of tools that may move: under way, and when the last one ended.
        self.running = 0
        self.ended_at = 0.0
        # When the last one moved by itself, and how many of those were answered.
        self.moved_at: float | None = None
        self.answered = 0

    def forget(self, breaker: Breaker) -> None:
        """Begin anew with this one, and with nothing moved."""
        self.breaker, self.moved_at, self.answered = breaker, None, 0

    def has_diverted_since(self, at: float) -> bool:
        """Have requests gone elsewhere from then on until now?"""
        return self.breaker.diverts and self.breaker.since <= at

    @property
    def home_at(self) -> float | None:
        """When requests go home if none comes until then; None while the provider is not back."""
        back_at = self.breaker.back_at
        if back_at is None or self.breaker.state is BreakerState.HELD:
            return back_at
        at_last = back_at + PATIENCE_S
        return at_last if self.running else min(self.ended_at + PAUSE_S, at_last)


class AutoMode:
    """`on_change` callbacks run whenever a decision may come out differently."""

    def __init__(self, mode: Mode = Mode.MANUAL, memory: AutoMemory | None = None) -> None:
        self.mode = mode
        self.on_change: list[Callable[[], None]] = []
        self._providers: dict[str, _Provider] = {}
        self._notices: list[Notice] = []
        for name in memory.held if memory is not None else ():
            self._of(name).breaker = Breaker.held(0.0)

    def switch(self, mode: Mode) -> None:
        """The user turns it on or off, for all providers. Either forgets what was."""
        self.mode = mode
        for state in self._providers.values():
            state.forget(Breaker())
        self._changed()

    def chosen(self, providers: tuple[str, ...], to: To, now: float, *, well: frozenset[str] = frozenset()) -> None:
        """The user sends `providers` there. `well`: those of them that are verified well."""
        for name in providers:
            state = self._of(name)
            in_trouble = name not in well or state.breaker.state is not BreakerState.CLOSED
            held = self.mode is Mode.AUTO and to is To.CLOUD and in_trouble
            state.forget(Breaker.held(now) if held else Breaker())
        self._changed()

    def acts(self, provider: str) -> bool:
        """May a failure move a request of this provider? Its route has to lead to the cloud, too."""
        return self.mode is Mode.AUTO and self._of(provider).breaker.state is not BreakerState.HELD

    def is_open(self, provider: str, now: float) -> bool:
        """Is it no use to ask the provider once more?"""
        breaker = self._of(provider).breaker
        breaker.advance(now)
        return self.mode is Mode.AUTO and breaker.state is BreakerState.OPEN

    def view(self, provider: str, now: float) -> BreakerView:
        """What people are shown of its breaker; looking changes nothing."""
        return self._providers.get(provider, _Provider()).breaker.view(now)

    @property
    def diverted(self) -> tuple[str, ...]:
        """Whose requests go elsewhere by themselves."""
        if self.mode is Mode.MANUAL:
            return ()
        return tuple(name for name, state in self._providers.items() if state.breaker.diverts)

    def answered(self, provider: str) -> int:
        """How many of its requests were answered elsewhere since they began to move by themselves."""
        return self._providers.get(provider, _Provider()).answered

    def begin(
        self, decision: Decision, provider: str, asked: Asked, now: float, *, ready: bool, well: bool = False
    ) -> Turn:
        """Where a request goes. `decision`: what the routes say. `ready`: the target is. `well`: the provider is
        verified well. One that is to be held is not under way: ask again when something has changed."""
        state = self._of(provider)
        self._advance(provider, state, now)
        turn = Turn(provider, decision, asked.policy, now, asked.written)
        if self.mode is Mode.AUTO and decision.action is Action.CLOUD and state.breaker.diverts:
            if asked.policy is Policy.WAIT and asked.movable and not well:
                turn.decision = Decision(Action.HOLD, "policy_wait")
                return turn
            if asked.policy is Policy.SWITCH and asked.movable and ready:
                turn.trial = asked.written and state.breaker.take_trial(turn)
                turn.decision = Decision(*((Action.CLOUD, "auto_trial") if turn.trial else (Action.LOCAL, "auto")))
        if asked.policy is Policy.SWITCH and turn.decision.action is not Action.HOLD:
            state.running += 1
        if turn.decision.action is Action.LOCAL and decision.action is Action.CLOUD:
            self.moved(turn, str(state.breaker.why), now)
        return turn

    def counted(
        self, turn: Turn, outcome: Outcome, now: float, *, request: str, red: bool = False, offline: bool = False
    ) -> None:
        """An attempt at the provider counts as `outcome`. `request`: the name of the caller's request, `red`: its
        component is down, `offline`: the own network is at fault. What no model wrote says nothing of models."""
        if not turn.written:
            return
        breaker = self._of(turn.provider).breaker
        before = breaker.state
        if turn.trial:
            turn.trial = False
            breaker.trial_over(turn)
        if outcome is Outcome.GOOD:
            breaker.answered(turn.began, now)
        elif outcome is Outcome.FAIL and not offline:
            breaker.failed(request, turn.began, now, red=red)
        if breaker.state is not before:
            self._changed()

    def moved(self, turn: Turn, why: str, now: float) -> None:
        """A request is answered by the target, without anybody's having asked for that. `why`: how the provider
        failed."""
        state = self._of(turn.provider)
        turn.elsewhere = True
        if state.moved_at is None or (now - state.moved_at > QUIET_S and not state.has_diverted_since(state.moved_at)):
            self._notices.append(Notice(Happened.MOVED, turn.provider, now, why))
            state.answered = 0
        state.moved_at = now

    def over(self, turn: Turn, now: float, *, answered: bool = False) -> None:
        """A request that was under way has ended, however. `answered`: with a whole answer."""
        state = self._of(turn.provider)
        if turn.trial:
            turn.trial = False
            state.breaker.trial_over(turn)
        if turn.elsewhere and answered:
            state.answered += 1
        if turn.policy is Policy.SWITCH:
            state.running -= 1
            state.ended_at = now

    def probed(self, provider: str, now: float, *, good: bool) -> None:
        """Something else than the user's requests says that the provider answers, to depth api, or that it does not."""
        breaker = self._of(provider).breaker
        before = breaker.state
        breaker.probed(good=good, now=now)
        if breaker.state is not before:
            self._changed()

    def disturbed(self, now: float) -> None:
        """The machine woke up or changed networks: what failed before says nothing."""
        for name, state in tuple(self._providers.items()):
            if state.breaker.state is not BreakerState.HELD:
                self._return(name, state, "disturbed", now)

    @property
    def deadline(self) -> float | None:
        """When `advance` has something to do, unless something happens before."""
        states = self._providers.values()
        due = (at for state in states for at in (state.breaker.trial_at, state.home_at) if at is not None)
        return min(due, default=None)

    def advance(self, now: float) -> None:
        """It is `now`: who is back goes home at a pause."""
        for name, state in tuple(self._providers.items()):
            self._advance(name, state, now)

    def notices(self) -> tuple[Notice, ...]:
        """What has not been told yet; each is given once."""
        told, self._notices = tuple(self._notices), []
        return told

    def remember(self) -> AutoMemory:
        held = (name for name, state in self._providers.items() if state.breaker.state is BreakerState.HELD)
        return AutoMemory(tuple(sorted(held)))

    def _advance(self, name: str, state: _Provider, now: float) -> None:
        before = state.breaker.state
        state.breaker.advance(now)
        if state.home_at is not None and now >= state.home_at:
            self._return(name, state, "back", now)
        elif state.breaker.state is not before:
            self._changed()

    def _return(self, name: str, state: _Provider, why: str, now: float) -> None:
        if state.breaker.diverts and state.moved_at is not None:
            self._notices.append(Notice(Happened.RETURNED, name, now, why, state.answered))
        state.forget(Breaker())
        self._changed()

    def _of(self, provider: str) -> _Provider:
        return self._providers.setdefault(provider, _Provider())

    def _changed(self) -> None:
        for listener in self.on_change:
            listener()
