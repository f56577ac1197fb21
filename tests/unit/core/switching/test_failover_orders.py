"""One request: what holds whatever happens, in whatever order."""

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.asked import Asked, Rescue, Standing
from trayapp.core.switching.failover import Failover
from trayapp.core.switching.failure import Fault, Said
from trayapp.core.switching.limits import HELD_BYTES
from trayapp.core.switching.route import Endpoint, Policy, To
from trayapp.core.switching.steps import (
    ENDS,
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
    st.sampled_from([To.CLOUD, To.CLOUD, To.LOCAL]),
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
        self.passed: Send | None = None
        self.heads: dict[int, Head] = {}
        self.content = False
        self.held = 0
        self.cut = self.errored = self.left = False
        self.counts: list[int] = []
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
            self.content |= isinstance(event, Content)
            self.cut |= isinstance(event, Failed) or (isinstance(event, End) and not event.whole)
            self.errored |= isinstance(event, Error)
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

    @precondition(lambda self: len(self.sends) > 1)
    @rule()
    def leave(self) -> None:
        if not self.machine.over:
            self.left = True
            self.carry_out(self.machine.left())

    def carry_out(self, decisions: list[Decision]) -> None:
        for decision in decisions:
            assert self.end is None
            assert not self.left or isinstance(decision, Cancel | Count)
            if isinstance(decision, Send):
                self.send(decision)
            elif isinstance(decision, Pass):
                assert self.passed is None
                self.passed = self.sends[-1]
                assert self.passed.attempt in self.heads
            elif isinstance(decision, Cancel):
                assert self.running is not None
                self.running = None
            elif isinstance(decision, Count):
                self.counts.append(len(self.sends))
                assert self.sends[-1].to is To.CLOUD
                assert decision.outcome is not Outcome.GOOD or self.heads[len(self.sends)].status < 300
            elif isinstance(decision, KeepAlive):
                assert self.asked.streams
                assert self.passed is None
            elif isinstance(decision, ENDS):
                self.ends(decision)

    def send(self, send: Send) -> None:
        assert self.running is None, "two upstreams at once"
        assert self.passed is None, "content of two upstreams"
        before = self.sends[-1].to if self.sends else self.asked.to
        assert (before, send.to) != (To.LOCAL, To.CLOUD)
        if (before, send.to) == (To.CLOUD, To.LOCAL):
            assert self.standing.auto
            assert self.standing.target is TargetState.READY
            assert self.asked.policy is Policy.SWITCH
            assert self.asked.movable
        self.sends.append(send)
        self.running, self.held = send, 0
        self.content = self.cut = self.errored = False

    def ends(self, end: Decision) -> None:
        self.end = end
        to = self.sends[-1].to if self.sends else self.asked.to
        match end:
            case Finish():
                assert self.passed is not None
                assert not self.cut or (to is To.LOCAL and self.errored)
            case BreakOff():
                assert self.passed is not None
                assert to is To.CLOUD or not self.heads[self.passed.attempt].streams
        if self.passed is not None and to is To.CLOUD:
            assert isinstance(end, Finish | BreakOff), "the provider's bytes are never ours"

    @invariant()
    def always(self) -> None:
        if not hasattr(self, "sends"):
            return
        asked_there = [send for send in self.sends if send.to is To.CLOUD]
        assert len(asked_there) <= 2
        assert sum(send.strips for send in self.sends) <= 1
        assert len(self.counts) == len(set(self.counts))
        if self.passed is None and not self.machine.over:
            assert self.held <= HELD_BYTES
        if self.machine.over:
            assert self.running is None, "an upstream was left behind"
            assert self.left or self.end is not None
            assert len(self.counts) == len(asked_there)
            assert self.machine.deadline is None
        else:
            assert self.machine.deadline is not None

    def teardown(self) -> None:
        """Where nothing comes any more there is an end, within what a target and a provider may take."""
        began = self.now if hasattr(self, "sends") else None
        while began is not None and not self.machine.over:
            self.wait_for_the_deadline()
            assert self.now - began < 2000.0
        if began is not None:
            self.always()


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=300, stateful_step_count=25)
