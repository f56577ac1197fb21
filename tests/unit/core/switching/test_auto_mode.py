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

import pytest
from msgspec import structs

from tests.unit.core.switching.stage import AUTO, Stage
from trayapp.core.catalogue import Api, Catalogue, Component, Dialect, Provider, Service
from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.asked import Asked, Standing
from trayapp.core.switching.auto_mode import AutoMemory, AutoMode, Notice, Turn
from trayapp.core.switching.breaker import BreakerState
from trayapp.core.switching.route import Action, Endpoint, Mode, Policy, To, Until
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
HOME = "returned back 3"

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
    "home as the next one asks": [*BACK, (192, "g asks", f"changed, cloud, {HOME}")],
    "not in the middle of somebody's work": [*BACK, (191, "g asks", "trial")],
    "who never pauses goes home all the same": [
        *BACK,
        (183, "g asks", "trial"),
        (600, "g answers", ""),
        (781, "h asks", "trial"),
        (782, "i asks", f"changed, cloud, {HOME}"),
    ],
    "nor who pauses too late": [
        *BACK,
        (183, "g asks", "trial"),
        (775, "g ends", ""),
        (782, "nothing", f"changed, {HOME}"),
    ],
    "told once however long it lasts": [
        *TRIPPED,
        (61, "d asks", "local"),
        (5000, "e asks fail", "changed, cloud"),
        (5000, "f asks", "trial"),
        (5001, "g asks", "local"),
    ],
    "what the target could not answer is not counted, nor what it answered long before": [
        *failing(0, "a"),
        *((700, "b asks", "cloud"), (700, "b fails red", "changed"), (700, "b moves", "moved http_503")),
        *((700, "b ends", ""), (701, "c asks", "local"), (702, "c ends well", "")),
        *((760, "d asks", "changed, trial"), (760, "d answers", ""), (760, "d ends well", "")),
        *trial(800, "e"),
        *trial(880, "f"),
        (890, "nothing", "changed, returned back 1"),
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
        (192, "nothing", f"changed, {HOME}"),
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
    "the user wants the cloud, which looks well and fails": [
        *TRIPPED,
        (10, "choose cloud well", "changed"),
        (11, "d asks", "cloud"),
        (11, "d fails red", ""),
        (12, "e asks", "cloud"),
    ],
    "what the user holds outlives a sleep": [
        (0, "choose cloud", "changed"),
        (1, "disturbed", ""),
        (2, "d asks", "cloud"),
        (2, "d fails red", ""),
        (3, "e asks", "cloud"),
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
    "turned off: nothing moves, whatever fails": [
        (0, "switch manual", "changed"),
        (1, "a asks", "cloud"),
        (1, "a fails red", "changed"),
        (2, "b asks", "cloud"),
    ],
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


def test_nothing_is_held_that_was_chosen_while_nothing_moved_by_itself() -> None:
    desk = Desk()
    desk.play([(0, "switch manual", "changed"), (1, "choose cloud", "changed")])
    assert desk.auto.remember() == AutoMemory()


def test_routes_are_what_they_were() -> None:
    desk = Desk()
    before = desk.routes.all()
    desk.play(BACK)
    assert desk.routes.all() == before


def test_with_the_machine_the_third_request_moves_without_a_second_try() -> None:
    """A provider that answers 503 for ever, and requests in a row: what each costs it and its tool."""
    auto, reached, seconds = AutoMode(Mode.AUTO), [], []
    for number in range(4):
        now = 10.0 * number
        decision = Routes(Catalogue({})).decide("acme", CHAT.endpoint, CHAT.policy)
        turn = auto.begin(decision, "acme", CHAT, now, ready=True)
        stage = Stage(CHAT, ["connect; head 503; life; end"])
        stage.heed = partial(heed, auto, turn, f"r{number}", now)
        if turn.decision.action is Action.CLOUD:
            stage.run()
            assert stage.seen == "local"
        auto.over(turn, now + stage.now, answered=True)
        reached.append(stage.reached)
        seconds.append(stage.now)
    assert reached == [2, 2, 1, 0]
    assert seconds == [0.3, 0.3, 0.0, 0.0]


def heed(auto: AutoMode, turn: Turn, request: str, now: float, outcome: Outcome) -> Standing:
    """What the breaker makes of an attempt, for the machine of the same request."""
    auto.counted(turn, outcome, now, request=request)
    return structs.replace(AUTO, auto=auto.acts("acme"), open=auto.is_open("acme", now))
