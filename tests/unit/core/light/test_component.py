"""One component: which source wins, when a recovery is over, and until when a view holds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.core.playbook import CATALOGUE, START, Play, observations
from tests.unit.core.test_plays import PLAYS
from tests.unit.core.test_properties import SAMPLES
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.groups import EvidenceGroups
from trayapp.core.evidence.observation import Control, Disturbance, NetworkReport, Observation, Try
from trayapp.core.evidence.own_evidence import QUIET_S
from trayapp.core.evidence.page_report import PageReport
from trayapp.core.evidence.reach import Reach
from trayapp.core.light.component import ComponentState, ComponentView
from trayapp.core.light.page_readings import PageReadings
from trayapp.core.light.ruling import Surroundings
from trayapp.core.light.slowness import Pulse, slow_hosts

# Own requests to the API after a quiet start, at 120 s.
REQUESTS = {
    "fine": ["api 401"],
    "one failure": ["api 503"],
    "checking": ["api 503", "api 503 +"],
    "down": ["api 503", "api 503 +", "api 503 +", "api 503 +"],
    "blocked": ["api foreign +"],
    "own network": ["api timeout -"],
    "proxy": ["api 407"],
}
PAGES = {
    "fine": "page ok",
    "partial": "page partial:completions",
    "major": "page major:completions",
    "monitoring": "page incident:monitoring:major:completions",
    "maintenance": "page maintenance:completions",
    "wrong": "page wrong_page",
}
G, Y, R, B = "green ok", "yellow degraded", "red down", "grey blocked"
BACK, CHECK, DONE, NET = "yellow recovering", "yellow checking", "yellow maintenance", "grey own_network"
TABLE = {
    #               fine   partial  major  monitoring  maintenance  wrong
    "fine":        (G,     Y,       R,     BACK,       G,           G),
    "one failure": (G,     Y,       R,     BACK,       G,           G),
    "checking":    (CHECK, Y,       R,     CHECK,      DONE,        CHECK),
    "down":        (R,     R,       R,     R,          DONE,        R),
    "blocked":     (B,     Y,       R,     BACK,       B,           B),
    "own network": (NET,   NET,     NET,   NET,        NET,         NET),
    "proxy":       (NET,   NET,     NET,   NET,        NET,         NET),
}  # fmt: skip


@pytest.mark.parametrize("requests", REQUESTS)
@pytest.mark.parametrize("page", PAGES)
def test_page_and_own_requests(requests: str, page: str) -> None:
    play = Play(("api", "beta"))
    for at, sample in ((0.0, "api 401"), (1.0, "page ok"), (2.0, "beta 200"), (100.0, PAGES[page])):
        play.feed(at, sample)
    for number, sample in enumerate(REQUESTS[requests]):
        play.feed(120.0 + 15.0 * number, sample)
    verdict = next(part for part in play.last.services[0].components if part.id == "completions")
    assert f"{verdict.light.value} {verdict.finding.value}" == TABLE[requests][list(PAGES).index(page)]


def test_a_page_that_lags_ends_no_outage_that_nobody_watched_for_a_while() -> None:
    play = Play(("api", "beta"))
    for at, sample in (
        (0, "api 401"), (1, "beta 200"), (60, "api 503"), (65, "api 503 +"), (80, "api 503 +"), (95, "api 503 +")
    ):  # fmt: skip
        play.feed(at, sample)
    play.restart(2000.0)
    play.feed(2001.0, "page ok")
    play.expect("api grey starting", "own requests have not been made yet")
    play.feed(2002.0, "api 503")
    play.expect("api grey starting", "nor decided")
    play.feed(2130.0, "page ok")
    play.expect("api green ok", "after two minutes the page has the word")


def test_traffic_makes_a_component_seen() -> None:
    play = Play(("api",))
    assert play.last.services[0].unseen == ()
    play = Play(("chat",))
    play.feed(0.0, "site ok")
    assert "chat" in play.last.services[0].unseen


def test_since_is_the_first_failure_and_the_first_sign_of_life() -> None:
    play = Play(("beta", "gamma"))
    sinces = {}
    for at, sample in (
        (0, "beta 200"), (1, "gamma 200"), (60, "beta 503"), (65, "beta 503 +"), (80, "beta 503 +"),
        (95, "beta 503 +"), (130, "beta 200"), (190, "beta 200"),
    ):  # fmt: skip
        verdict = play.feed(at, sample).services[0]
        sinces[verdict.finding.value] = verdict.since - play.last.at + at
    assert {name: round(since) for name, since in sinces.items()} == {
        "ok": 0, "checking": 60, "down": 60, "recovering": 130
    }  # fmt: skip


WELL_AT = 800.0
"""Ten quiet minutes after the API came back, at 200 s."""
INVESTIGATING = "page incident:investigating:minor:completions"
MONITORING = "page incident:monitoring:minor:completions"


@pytest.mark.parametrize(
    ("pages", "before", "after"),
    [
        (["page ok"], ["recovering", "page_operational", "answers"], "green ok"),
        (["page html", "page html"], ["recovering", "page_unknown", "answers"], "green ok"),
        ([INVESTIGATING], ["recovering", "page_not_closed", "answers"], "yellow recovering"),
        ([MONITORING], ["recovering", "page_incident", "answers"], "yellow recovering"),
    ],
    ids=["settled", "unknown, which blocks nothing", "not settled", "settled, and still being watched by the page"],
)
def test_ten_quiet_minutes_end_a_recovery_once_the_page_is_settled(
    pages: list[str], before: list[str], after: str
) -> None:
    play = Play(("api", "beta"))
    for at, sample in ((0, "api 401"), (1, "beta 200"), (2, "page ok")):
        play.feed(at, sample)
    for at in (60, 65, 80, 95):
        play.feed(at, "api 503 +")
    for at in range(200, 800, 60):
        play.feed(at, "api 401")
    for number, page in enumerate(pages):
        play.feed(790 + number, page)
    play.wait(WELL_AT - 0.1)
    play.expect("api yellow recovering", "not yet")
    assert play.codes("api") == before
    play.wait(WELL_AT)
    play.expect(f"api {after}", "ten quiet minutes")
    assert ("recovering" in play.codes("api")) is (pages == [INVESTIGATING]), "own requests have done with it"
    play.feed(WELL_AT + 10, "page ok")
    play.wait(WELL_AT + 10 + QUIET_S)
    play.feed(WELL_AT + 10 + QUIET_S, "api 401")
    play.expect("api green ok", "ten minutes after the page's word, if it had one, at the latest")


def test_a_failure_in_between_starts_the_ten_minutes_anew_and_nothing_has_to_come_at_their_end() -> None:
    play = Play(("beta", "gamma"))
    for at, sample in (
        (0, "beta 200"), (1, "gamma 200"), (60, "beta 503 +"), (65, "beta 503 +"), (80, "beta 503 +"),
        (95, "beta 503 +"), (200, "beta 200"), (260, "beta 200"), (500, "beta 503 +"), (530, "beta 200"),
        (1090, "beta 200"),
    ):  # fmt: skip
        play.feed(at, sample)
    play.wait(500 + QUIET_S - 0.1)
    play.expect("beta yellow recovering", "not yet")
    play.wait(500 + QUIET_S)
    play.expect("beta green ok", "ten minutes after the failure, not after the next answer")


def test_what_the_page_ended_is_well_ten_minutes_later_without_anything_new() -> None:
    play = Play(("api", "beta"))
    for at, sample in (
        (0, "api 401"), (1, "beta 200"), (100, "page major:completions"), (220, "page ok"), (700, "api 401"),
        (780, "page ok"),
    ):  # fmt: skip
        play.feed(at, sample)
    play.wait(220 + QUIET_S - 0.1)
    play.expect("api yellow recovering", "the page has let it go")
    play.wait(220 + QUIET_S)
    play.expect("api green ok", "ten minutes ago")


class Kept:
    """A component with all that it is judged by, looked at as the judge looks at it, and at every moment besides."""

    def __init__(self, name: str) -> None:
        ((_, service),) = CATALOGUE.watched((name,))
        component = service.components[0]
        self.state = ComponentState(service, component, Reach.PUBLIC, None, START)
        self.groups = EvidenceGroups([[self.state.part]])
        self.readings, self.network = PageReadings(expected=True), OwnConnection(START)
        self.pulses: dict[str, Pulse] = {}
        self.came_in = True
        self.everywhere: tuple[object, ...] = ()
        self.view: ComponentView | None = None

    def observe(self, observation: Observation) -> None:
        self.came_in |= isinstance(observation, PageReport)
        match observation:
            case Try():
                self.network.observe_try(observation)
                self.groups.add(observation)
                if observation.first_token_s is not None:
                    self.pulses.setdefault(observation.host, Pulse()).note(observation.at, observation.first_token_s)
            case Control():
                self.network.observe_control(observation)
            case NetworkReport():
                self.network.observe_report(observation)
            case Disturbance():
                self.network.disturbed(observation)
                self.readings.disturbed()
            case PageReport():
                self.readings.observe(observation)

    def look(self, now: float) -> None:
        """Judge at `now`; where the judge would have had no reason to, nothing may have changed."""
        evidence, network = self.groups.of(self.state.part), self.network
        moment = min(self.state.changes_at, self.readings.silent_at)
        changed = bool(self.groups.look(now, network)) or self.came_in or now >= moment
        network.advance(now, Reach.PUBLIC)
        slow = slow_hosts(self.pulses, now)
        downs = tuple(network.down(reach) for reach in Reach)
        everywhere = downs, network.back_at, network.disturbance, slow
        self.readings.look(now)
        view = self.state.advance(Surroundings(evidence, self.readings, network, slow, (START, START), {}), now)
        if self.view is not None and not changed and everywhere == self.everywhere:
            assert told(view) == told(self.view), f"{now - START:g} s"
        self.view, self.everywhere, self.came_in = view, everywhere, False
        if evidence.back_at is not None and not self.state.recovering:
            evidence.recovered()


def told(view: ComponentView) -> tuple[object, ...]:
    """All of a view but the moments at which its reasons were given."""
    codes = [(reason.code, reason.params) for reason in view.verdict.reasons]
    summary = view.light, view.finding, view.confidence, view.out, view.verdict.since, view.verdict.seen
    return *summary, view.trouble_at, view.back_at, codes


TOKENS = [f"use ok t{number} slow={seconds}" for number, seconds in enumerate((0.5, 9.0))]
samples = st.lists(st.sampled_from([*SAMPLES, *TOKENS]), min_size=2, max_size=6, unique=True).flatmap(
    lambda few: st.lists(
        st.tuples(st.sampled_from([0.0, 5.0, 15.0, 60.0, 300.0, 700.0]), st.sampled_from(few), st.integers(1, 4)),
        min_size=3,
        max_size=20,
    )
)


def pass_time(kept: Kept, now: float, until: float) -> None:
    """Look every seven seconds, which is no divisor of anything."""
    while (now := now + 7.0) < until:
        kept.look(now)


class TestViewsThatAreKept:
    """A view holds until something that it rests on changes, or until the moment that it names."""

    @given(st.sampled_from(["api", "chat", "beta"]), samples)
    @settings(max_examples=150)
    def test_whatever_comes(self, service: str, steps: list[tuple[float, str, int]]) -> None:
        kept, now = Kept(service), START
        for pause_s, sample, times in steps:
            for _ in range(times):
                pass_time(kept, now, now + pause_s)
                now += pause_s
                for observation in observations(now, sample):
                    kept.observe(observation)
                kept.look(now)

    @pytest.mark.parametrize("service", ["api", "chat", "beta"])
    @pytest.mark.parametrize("name", PLAYS)
    def test_in_every_play(self, service: str, name: str) -> None:
        kept, now = Kept(service), START
        every = (moment for scene in PLAYS[name] for moment in scene.moments())
        for at, row in sorted(every, key=lambda moment: moment[0]):
            pass_time(kept, now, START + at)
            now = START + at
            for sample in filter(None, map(str.strip, row.samples.split(";"))):
                for observation in observations(now, sample):
                    kept.observe(observation)
                kept.look(now)
        pass_time(kept, now, now + 1500.0)
