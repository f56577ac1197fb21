"""One request: what holds whatever happens, in whatever order."""

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.asked import Asked, Rescue, Standing
from trayapp.core.switching.failover import Failover
from trayapp.core.switching.failure import Fault, Said
from trayapp.core.switching.limits import HELD_BYTES
from trayapp.core.switching.route import Endpoint, Policy
from trayapp.core.switching.steps import (
    ENDS,
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
)
from trayapp.core.switching.target import TargetState

SAYS = [Said(Fault.SERVER, "malformed"), Said(Fault.REQUEST, "refused"), Said(Fault.OVERFLOW, "refused", 4000)]
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.just(Connected()),
    st.just(Sending()),
    st.builds(
        Head,
        st.sampled_from([200, 200, 200, 200, 307, 400, 408, 409, 429, 500, 503]),
        st.booleans(),
        st.sampled_from([None, 1.0, 5.0, 60.0]),
    ),
    st.builds(Life, st.sampled_from([0, 10, HELD_BYTES // 2])),
    st.builds(Content, st.sampled_from([1, 10, HELD_BYTES // 2])),
    st.builds(Error, st.sampled_from(SAYS)),
    st.builds(End, st.booleans(), st.sampled_from([None, None, *SAYS, Said(Fault.FOREIGN, "refused")])),
    st.builds(Failed, st.sampled_from(["cut", "connect", "tls", "malformed", "untrusted", "proxy_login"])),
)
STANDINGS = st.builds(
    Standing,
    auto=st.sampled_from([True, True, True, False]),
    red=st.booleans(),
    open=st.booleans(),
    offline=st.booleans(),
    target=st.sampled_from([TargetState.READY, TargetState.READY, *TargetState]),
    context=st.sampled_from([None, 2048, 8192]),
)
ASKED = st.builds(
    Asked,
    st.sampled_from([*[Endpoint.CHAT_COMPLETIONS] * 9, *Endpoint]),
    st.booleans(),
    st.sampled_from([Policy.SWITCH, Policy.SWITCH, Policy.FAIL]),
    st.sampled_from(Rescue),
    rests=st.sampled_from([False, False, True]),
    reasons=st.booleans(),
    quick=st.booleans(),
    foreign=st.booleans(),
    again=st.booleans(),
    multiplies=st.booleans(),
)


class AnyOrder(RuleBasedStateMachine):
    """Whoever drives the machine, and whatever comes in whatever order, of this attempt or of one that is over."""

    @initialize(asked=ASKED, at_first=STANDINGS)
    def begin(self, asked: Asked, at_first: Standing) -> None:
        self.machine = Failover(asked, at_first)
        self.asked, self.standing = asked, at_first
        self.now = 0.0
        self.sends: list[Send] = []
        self.running: Send | None = None
        self.heads: dict[int, Head] = {}
        self.held = 0
        self.counts: list[int] = []
        self.words = 0
        self.end: Decision | None = None
        self.carry_out(self.machine.begin(self.now))

    @precondition(lambda self: self.sends)
    @rule(event=EVENTS, back=st.sampled_from([0, 0, 0, 0, 1]))
    def hear(self, event: Event, back: int) -> None:
        number = max(1, len(self.sends) - back)
        heard = self.running is not None and self.running.attempt == number
        begun = number in self.heads
        if heard and isinstance(event, Head) and not begun:
            self.heads[number] = event
        if heard and (begun or isinstance(event, Failed)):
            if isinstance(event, Life | Content):
                self.held += event.size
            if isinstance(event, End | Failed):
                self.running = None
        self.carry_out(self.machine.hear(number, event, self.now))

    @rule(seconds=st.sampled_from([0.0, 0.1, 1.0, 14.0, 61.0, 200.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.carry_out(self.machine.advance(self.now))

    @rule()
    def wait_for_the_deadline(self) -> None:
        if (deadline := self.machine.deadline) is not None:
            self.now = max(self.now, deadline)
            self.carry_out(self.machine.advance(self.now))

    @rule(changed=STANDINGS)
    def changes(self, changed: Standing) -> None:
        self.standing = changed
        self.carry_out(self.machine.stands(changed, self.now))

    def carry_out(self, decisions: list[Decision]) -> None:
        for decision in decisions:
            assert self.end is None, "content of two upstreams"
            match decision:
                case Send():
                    assert self.running is None, "two attempts at once"
                    self.sends.append(decision)
                    self.running, self.held = decision, 0
                case Cancel():
                    assert self.running is not None
                    self.running = None
                case Count():
                    self.counts.append(len(self.sends))
                    assert decision.outcome is not Outcome.GOOD
                case KeepAlive():
                    assert self.asked.streams
                    self.words += 1
                case Pass():
                    assert len(self.sends) in self.heads
                    self.running = None
                case Move():
                    assert self.standing.auto
                    assert self.standing.target is TargetState.READY
                    assert self.asked.policy is Policy.SWITCH
                    assert self.asked.movable
            if isinstance(decision, ENDS):
                self.end = decision

    @invariant()
    def always(self) -> None:
        if not hasattr(self, "sends"):
            return
        assert len(self.sends) <= 2
        assert sum(send.strips for send in self.sends) <= 1
        assert len(self.counts) == len(set(self.counts))
        if self.asked.rescue is Rescue.STREAM:
            assert self.words == 0
        if self.machine.over:
            assert self.running is None, "an attempt was left behind"
            assert self.end is not None
            assert len(self.counts) == len(self.sends) - isinstance(self.end, Pass)
            assert self.machine.deadline is None
        else:
            assert self.held <= HELD_BYTES
            assert self.machine.deadline is not None

    def teardown(self) -> None:
        """Where nothing comes any more it is decided, within what a provider may take."""
        began = self.now if hasattr(self, "sends") else None
        while began is not None and not self.machine.over:
            self.wait_for_the_deadline()
            assert self.now - began < 2000.0
        if began is not None:
            self.always()


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=300, stateful_step_count=25)
