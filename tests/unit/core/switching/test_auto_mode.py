"""What moves by itself, and comes home by itself, beside what the user chooses.

A scene is a list of rows (second, step, what it leads to). Steps, for the provider acme unless another is named:

    a asks | a asks fail | a asks wait | a asks rests | a asks embeddings | ...
                            a request named a of a tool with that policy, by default switch, to that endpoint:
                            `cloud`, `trial` (it tries the cloud for the others), `local` or `hold`
    a fails | a fails red | a fails offline | a answers | a is refused      what its attempt at the provider counts as
    a moves                 the failover machine has moved it
    a ends | a ends well    it is over, with or without a whole answer
    probe bad | probe good | choose cloud | choose local | choose cloud well | switch auto | switch manual
    disturbed | nothing

What a step leads to beside that: notices (`moved WHY`, `returned WHY ANSWERED`) and `changed`, joined by commas.
"""

from functools import partial

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import structs

from tests.unit.core.switching.stage import AUTO, Stage
from trayapp.core.catalogue import Api, Catalogue, Component, Dialect, Provider, Service
from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.asked import Asked, Standing
from trayapp.core.switching.auto_mode import QUIET_S, AutoMemory, AutoMode, Happened, Notice, Turn
from trayapp.core.switching.breaker import TRIP_FAILURES, Breaker, BreakerState
from trayapp.core.switching.route import Action, Decision, Endpoint, Mode, Policy, To, Until
from trayapp.core.switching.routes import Routes

Row = tuple[float, str, str]
ACME = Provider(
    "acme",
    "Acme",
    (Service("acme-api", "API", components=(Component("chat-completions", "Chat completions", main=True),)),),
    api=Api("https://acme.example", (Dialect.OPENAI,)),
)
CHAT = Asked(Endpoint.CHAT_COMPLETIONS, streams=True)
OUTCOMES = {"fails": Outcome.FAIL, "answers": Outcome.GOOD, "is": Outcome.NEUTRAL}


class Desk:
    """Auto mode behind real routes, with requests by name."""

    def __init__(self, memory: AutoMemory | None = None) -> None:
        self.routes = Routes(Catalogue({"acme": ACME}))
        self.auto = AutoMode(Mode.AUTO, memory)
        self.auto.on_change.append(lambda: self.led.append("changed"))
        self.led: list[str] = []
        self.turns: dict[str, Turn] = {}
        self.ready = True
        self.well = False

    def play(self, rows: list[Row]) -> None:
        for at, step, expected in rows:
            self.led = []
            self.step(at, step.split())
            self.led += map(self.told, self.auto.notices())
            assert ", ".join(self.led) == expected, f"{at:g} s, {step!r}: {', '.join(self.led)}"

    def told(self, notice: Notice) -> str:
        assert notice.provider == "acme"
        how = f" {notice.answered}" if notice.happened == "returned" else ""
        return f"{notice.happened} {notice.why}{how}"

    def step(self, at: float, words: list[str]) -> None:
        auto = self.auto
        match words:
            case ["probe", how]:
                auto.probed("acme", at, good=how == "good")
            case ["choose", to, *how]:
                self.routes.switch(("acme",), To(to), Until.BACK, at)
                auto.chosen(("acme",), To(to), at, well=frozenset({"acme"} if how else ()))
            case ["switch", mode]:
                auto.switch(Mode(mode))
            case ["disturbed"]:
                auto.disturbed(at)
            case ["nothing"]:
                auto.advance(at)
            case [name, "asks", *how]:
                self.ask(at, name, how)
            case [name, "moves"]:
                auto.moved(self.turns[name], "http_503", at)
            case [name, "ends", *how]:
                auto.over(self.turns[name], at, answered=bool(how))
            case [name, what, *how]:
                turn, red, offline = self.turns[name], "red" in how, "offline" in how
                auto.counted(turn, OUTCOMES[what], at, request=name, red=red, offline=offline)

    def ask(self, at: float, name: str, how: list[str]) -> None:
        policy = next((Policy(word) for word in how if word in set(Policy)), Policy.SWITCH)
        endpoint = next((Endpoint(word) for word in how if word in set(Endpoint)), CHAT.endpoint)
        asked = structs.replace(CHAT, endpoint=endpoint, policy=policy, rests="rests" in how)
        decision = self.routes.decide("acme", asked.endpoint, policy)
        turn = self.auto.begin(decision, "acme", asked, at, ready=self.ready, well=self.well)
        self.turns[name] = turn
        self.led.append("trial" if turn.trial else turn.decision.action.value)
        if turn.decision.action is Action.LOCAL and decision.action is Action.CLOUD:
            assert turn.decision.reason == "auto"


def failing(at: float, name: str, leads_to: str = "") -> list[Row]:
    """A request that fails and is moved."""
    return [
        (at, f"{name} asks", "cloud"),
        (at, f"{name} fails", leads_to),
        (at, f"{name} moves", "moved http_503" if name == "a" else ""),
        (at, f"{name} ends well", ""),
    ]


TRIPPED = [*failing(0, "a"), *failing(1, "b"), *failing(2, "c", "changed")]
"""Open from second 2, with three requests answered locally."""


def trial(at: float, name: str, leads_to: str = "", begins: str = "trial") -> list[Row]:
    return [(at, f"{name} asks", begins), (at, f"{name} answers", leads_to), (at, f"{name} ends well", "")]


BACK = [*TRIPPED, *trial(62, "d", "", "changed, trial"), *trial(122, "e"), *trial(182, "f")]
"""Verified well, and not yet home."""

SCENES: dict[str, list[Row]] = {
    "one that fails moves alone, and is told": [*failing(0, "a"), *trial(1, "b", "", "cloud")],
    "told once": [*failing(0, "a"), *trial(1, "x", "", "cloud"), *failing(2, "b")],
    "told again after ten quiet minutes": [
        *failing(0, "a"),
        (601, "b asks", "cloud"),
        (601, "b fails", ""),
        (601, "b moves", "moved http_503"),
    ],
    "three trip it: all go elsewhere at once": [
        *TRIPPED,
        (3, "d asks", "local"),
        (4, "e asks fail", "cloud"),
        (5, "f asks wait", "hold"),
        (6, "g asks rests", "cloud"),
    ],
    "it tries one at a time": [
        *TRIPPED,
        (62, "d asks", "changed, trial"),
        (62, "e asks", "local"),
        (63, "d ends", ""),
        (64, "f asks", "trial"),
        (65, "f is refused", ""),
        (65, "g asks", "trial"),
        (66, "g fails", "changed"),
        (66, "g moves", ""),
        (66, "h asks", "local"),
    ],
    "home after two good minutes, at a pause": [
        *BACK,
        (185, "g asks", "trial"),
        (186, "h asks", "local"),
        (190, "g answers", ""),
        (190, "g ends well", ""),
        (210, "nothing", ""),
        (220, "h ends well", ""),
        (229, "nothing", ""),
        (230, "nothing", "changed, returned back 4"),
        (231, "i asks", "cloud"),
        (231, "j asks", "cloud"),
    ],
    "home as the next one asks": [*BACK, (192, "g asks", "changed, cloud, returned back 3")],
    "not in the middle of somebody's work": [*BACK, (191, "g asks", "trial")],
    "who never pauses goes home all the same": [
        *BACK,
        (183, "g asks", "trial"),
        (781, "h asks", "local"),
        (782, "i asks", "changed, cloud, returned back 3"),
    ],
    "it fails again before it is home": [
        *BACK,
        (185, "g asks", "trial"),
        (186, "g fails", "changed"),
        (187, "g moves", ""),
        (187, "g ends well", ""),
        (240, "h asks", "local"),
    ],
    "it fails again once it is home: that is news": [
        *BACK,
        (192, "nothing", "changed, returned back 3"),
        *failing(200, "a"),
    ],
    "the user wants the cloud: nothing moves until it is well": [
        *TRIPPED,
        (10, "choose cloud", "changed"),
        *((20 + at, f"r{at} asks", "cloud") for at in range(5)),
        *((30 + at, f"r{at} fails red", "") for at in range(5)),
        (40, "d asks wait", "cloud"),
        *trial(100, "e", "", "cloud"),
        *trial(160, "f", "", "cloud"),
        *trial(220, "g", "", "cloud"),
        (221, "nothing", "changed"),
        *failing(300, "a"),
    ],
    "the user comes home from trouble that is over: auto mode goes on": [
        (0, "choose local", "changed"),
        (100, "choose cloud well", "changed"),
        *failing(101, "a"),
    ],
    "the user wants the target: no trial, and no way home by itself": [
        *TRIPPED,
        (10, "choose local", "changed"),
        (11, "d asks", "local"),
        (300, "e asks", "local"),
        (301, "probe good", ""),
        (302, "f asks", "local"),
    ],
    "turned off: as the routes say": [*TRIPPED, (10, "switch manual", "changed"), (11, "d asks", "cloud")],
    "turned off and on: it begins anew": [
        *TRIPPED,
        (10, "switch manual", "changed"),
        (11, "switch auto", "changed"),
        *failing(12, "a"),
    ],
    "turned on, it lets go of what the user held": [
        (0, "choose cloud", "changed"),
        (1, "switch auto", "changed"),
        (2, "b asks", "cloud"),
        (2, "b fails red", "changed"),
        (3, "c asks", "local, moved red"),
    ],
    "a probe that failed and is good again": [
        *TRIPPED,
        (5, "probe bad", ""),
        (20, "probe good", "changed"),
        (21, "d asks", "trial"),
    ],
    "a job that stays with the cloud has been answered": [
        *TRIPPED,
        (10, "d asks fail", "cloud"),
        (12, "d answers", "changed"),
        (13, "e asks", "trial"),
    ],
    "the own network's failures trip nothing": [
        *[(at, f"r{at} asks", "cloud") for at in range(5)],
        *[(5 + at, f"r{at} fails offline", "") for at in range(5)],
    ],
    "nor does one request that nobody can answer": [
        row for at in range(9) for row in ((at, "a asks", "cloud"), (at, "a fails", ""), (at, "a ends", ""))
    ],
    "the machine woke up: judged afresh": [
        *TRIPPED,
        (10, "disturbed", "changed, returned disturbed 3"),
        (11, "d asks", "cloud"),
    ],
    "what no model wrote trips nothing": [
        *[(at, f"r{at} asks embeddings", "cloud") for at in range(5)],
        *[(5 + at, f"r{at} fails red", "") for at in range(5)],
    ],
    "nor does it try, nor bring anybody home": [
        *TRIPPED,
        (10, "d asks models", "cloud"),
        (11, "d answers", ""),
        (62, "e asks count-tokens", "changed, local"),
        (63, "f asks embeddings", "cloud"),
        (64, "g asks messages", "trial"),
    ],
    "who waits for a list of models need not": [*TRIPPED, (10, "d asks wait models", "cloud")],
    "it woke up, and nothing was": [(10, "disturbed", "")],
}


@pytest.mark.parametrize("scene", SCENES)
def test_every_step(scene: str) -> None:
    Desk().play(SCENES[scene])


def test_without_a_target_everything_stays() -> None:
    desk = Desk()
    desk.play(TRIPPED)
    desk.ready = False
    desk.play([(3, "d asks", "cloud"), (62, "e asks", "changed, cloud"), (63, "e answers", "")])
    desk.ready = True
    desk.play([(64, "f asks", "trial")])


def test_a_tool_that_waits_is_let_go_once_the_provider_is_verified_well() -> None:
    desk = Desk()
    desk.play([*TRIPPED, (3, "d asks wait", "hold")])
    desk.well = True
    desk.play([(4, "d asks wait", "cloud")])


def test_when_there_is_something_to_do() -> None:
    desk = Desk()
    assert desk.auto.deadline is None
    desk.play(TRIPPED)
    assert desk.auto.deadline == 62


def test_when_it_goes_home() -> None:
    desk = Desk()
    desk.play(BACK)
    assert desk.auto.deadline == 192
    desk.play([(185, "g asks", "trial")])
    assert desk.auto.deadline == 782


def test_what_moves_and_what_is_open() -> None:
    desk = Desk()
    assert (desk.auto.acts("acme"), desk.auto.is_open("acme", 0.0)) == (True, False)
    desk.play(TRIPPED)
    assert (desk.auto.acts("acme"), desk.auto.is_open("acme", 3.0)) == (True, True)
    assert desk.auto.acts("other"), "nobody else is touched"
    assert not desk.auto.is_open("other", 3.0)
    assert desk.auto.view("acme", 3.0).state is BreakerState.OPEN
    desk.play([(4, "choose cloud", "changed")])
    assert (desk.auto.acts("acme"), desk.auto.is_open("acme", 5.0)) == (False, False)
    desk.play([(6, "switch manual", "changed")])
    assert not desk.auto.acts("acme")


def test_what_the_user_holds_outlives_a_restart_and_a_breaker_does_not() -> None:
    desk = Desk()
    desk.play([*TRIPPED, (10, "choose cloud", "changed")])
    again = Desk(desk.auto.remember())
    assert not again.auto.acts("acme")
    desk = Desk()
    desk.play(TRIPPED)
    assert desk.auto.remember() == AutoMemory()


CHOICES = st.sampled_from(["probe bad", "probe good", "choose cloud", "choose cloud well", "switch auto", "disturbed"])


class AnyTraffic(RuleBasedStateMachine):
    """Requests of all kinds at any time, whatever they come to, and whatever the user does in between."""

    @initialize()
    def begin(self) -> None:
        self.auto = AutoMode(Mode.AUTO)
        self.now = 0.0
        self.turns: list[tuple[Turn, Breaker]] = []
        self.names = 0
        # Since when nothing has been told; None before the first.
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


def test_routes_are_what_they_were() -> None:
    desk = Desk()
    before = desk.routes.all()
    desk.play(BACK)
    assert desk.routes.all() == before
    assert desk.routes.mode is Mode.MANUAL


def test_with_the_machine_the_third_request_moves_without_a_second_try() -> None:
    """A provider that answers 503 for ever, and requests in a row: what each costs it and its tool."""
    auto, reached, seconds = AutoMode(Mode.AUTO), [], []
    for number in range(4):
        now = 10.0 * number
        decision = Routes(Catalogue({})).decide("acme", CHAT.endpoint, CHAT.policy)
        turn = auto.begin(decision, "acme", CHAT, now, ready=True)
        to = To.LOCAL if turn.decision.action is Action.LOCAL else To.CLOUD
        stage = Stage(structs.replace(CHAT, to=to), ["connect; head 503; life; end"])
        stage.heed = partial(heed, auto, turn, f"r{number}", now)
        stage.run()
        auto.over(turn, now + stage.now, answered=True)
        reached.append(stage.reached)
        seconds.append(stage.now)
        assert stage.seen == "local"
    assert reached == [2, 2, 1, 0]
    assert seconds == [0.3, 0.3, 0.0, 0.0]


def heed(auto: AutoMode, turn: Turn, request: str, now: float, outcome: Outcome) -> Standing:
    """What the breaker makes of an attempt, for the machine of the same request."""
    auto.counted(turn, outcome, now, request=request)
    return structs.replace(AUTO, auto=auto.acts("acme"), open=auto.is_open("acme", now))
