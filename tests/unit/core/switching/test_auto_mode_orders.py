"""Auto mode: what holds whatever requests come to and whatever the user does, in whatever order."""

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.asked import Asked
from trayapp.core.switching.auto_mode import QUIET_S, AutoMode, Happened, Notice, Turn
from trayapp.core.switching.breaker import TRIP_FAILURES, Breaker, BreakerState
from trayapp.core.switching.route import Action, Decision, Endpoint, Mode, Policy, To

CHOICES = st.sampled_from(["probe bad", "probe good", "choose cloud", "choose cloud well", "switch auto", "disturbed"])


class AnyTraffic(RuleBasedStateMachine):
    """Requests of all kinds at any time, whatever they come to, and whatever the user does in between."""

    @initialize()
    def begin(self) -> None:
        self.auto = AutoMode(Mode.AUTO)
        self.now = 0.0
        self.turns: list[tuple[Turn, Breaker]] = []
        self.names = 0
        # What was told last, None where that is forgotten.
        self.told: Notice | None = None

    def breaker(self) -> Breaker:
        return self.auto._of("acme").breaker

    def is_ours(self) -> bool:
        return self.breaker().state not in (BreakerState.CLOSED, BreakerState.HELD)

    @rule(
        endpoint=st.sampled_from([*[Endpoint.CHAT_COMPLETIONS] * 5, Endpoint.EMBEDDINGS, Endpoint.COUNT_TOKENS]),
        policy=st.sampled_from([Policy.SWITCH, Policy.SWITCH, Policy.SWITCH, Policy.FAIL, Policy.WAIT]),
        rests=st.sampled_from([False, False, False, True]),
        ready=st.sampled_from([True, True, True, False]),
        by_hand=st.sampled_from([None, None, None, None, Action.LOCAL, Action.HOLD]),
    )
    def ask(self, endpoint: Endpoint, policy: Policy, rests: bool, ready: bool, by_hand: Action | None) -> None:
        asked = Asked(endpoint, streams=True, policy=policy, rests=rests)
        decision = Decision(by_hand or Action.CLOUD, "user")
        turn = self.auto.begin(decision, "acme", asked, self.now, ready=ready)
        went = turn.decision
        if by_hand or self.auto.mode is Mode.MANUAL or not self.is_ours():
            assert went == decision
        if went != decision:
            assert asked.movable
            assert went.action is Action.HOLD if policy is Policy.WAIT else (policy is Policy.SWITCH and ready)
        assert turn.trial == (went.reason == "auto_trial")
        if went.action is not Action.HOLD:
            self.turns.append((turn, self.breaker()))
        self.tell()

    @precondition(lambda self: self.turns)
    @rule(which=st.integers(0, 99), outcome=st.sampled_from(Outcome), red=st.sampled_from([False, False, True]))
    def count(self, which: int, outcome: Outcome, red: bool) -> None:
        turn, _ = self.turns[which % len(self.turns)]
        if not turn.elsewhere and turn.decision.action is Action.CLOUD:
            self.names += 1
            self.auto.counted(turn, outcome, self.now, request=f"r{self.names // 2}", red=red)
            if outcome is Outcome.FAIL and self.auto.acts("acme") and turn.policy is Policy.SWITCH and turn.written:
                self.auto.moved(turn, "http_503", self.now)
        self.tell()

    @precondition(lambda self: self.turns)
    @rule(which=st.integers(0, 99), answered=st.booleans())
    def end(self, which: int, answered: bool) -> None:
        turn, _ = self.turns.pop(which % len(self.turns))
        self.auto.over(turn, self.now, answered=answered)

    @rule(seconds=st.sampled_from([0.0, 1.0, 11.0, 61.0, 130.0, 601.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.auto.advance(self.now)
        assert self.auto.deadline is None or self.auto.deadline > self.now
        self.tell()

    @rule(step=CHOICES)
    def choose(self, step: str) -> None:
        match step.split():
            case ["probe", how]:
                self.auto.probed("acme", self.now, good=how == "good")
            case ["choose", _, *how]:
                self.auto.chosen(("acme",), To.CLOUD, self.now, well=frozenset({"acme"} if how else ()))
                self.told = None
            case ["switch", _]:
                self.auto.switch(Mode.MANUAL if self.auto.mode is Mode.AUTO else Mode.AUTO)
                self.told = None
            case _:
                self.auto.disturbed(self.now)
        self.tell()

    def tell(self) -> None:
        for notice in self.auto.notices():
            before = self.told
            if notice.happened is Happened.RETURNED:
                assert before is not None
                assert before.happened is Happened.MOVED
            elif before is not None and before.happened is Happened.MOVED:
                assert notice.at - before.at > QUIET_S
            self.told = notice

    @invariant()
    def always(self) -> None:
        if hasattr(self, "auto"):
            breaker = self.breaker()
            assert sum(turn.trial and of is breaker for turn, of in self.turns) <= 1
            assert self.auto._of("acme").running == sum(turn.policy is Policy.SWITCH for turn, _ in self.turns)
            assert len(breaker._row) <= TRIP_FAILURES


TestAnyTraffic = AnyTraffic.TestCase
TestAnyTraffic.settings = settings(max_examples=200, stateful_step_count=40)
