"""What must hold for any evidence in any order."""

import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.core.playbook import START, Play, observations
from trayapp.core.evidence.observation import Outcome, Try
from trayapp.core.light.severity import Finding, Light, worst

SAMPLES = [
    "beta 200", "beta 200 +", "beta 503", "beta 503 +", "beta 503 -", "beta timeout ~", "beta 429", "beta foreign",
    "beta foreign +", "beta 407", "beta tls -", "gamma 200", "gamma 503", "gamma 503 +", "api 401", "api 503 +",
    "api challenge", "site challenge", "site 502 +", "use 500 r1", "use 500 r2", "use ok r3", "real ok", "real 500 +",
    "page ok", "page html", "page major:chat,completions", "page degraded:login", "page unknown:login", "page empty",
    "page incident:investigating:critical:completions", "page incident:monitoring:major:completions",
    "control ok a", "control timeout a", "control timeout b", "control altered plain", "network offline dns",
    "network online", "network captive captive_portal", "resume", "change",
]  # fmt: skip
PAUSES = [0.0, 1.0, 5.0, 15.0, 15.0, 30.0, 60.0, 130.0, 700.0]
# A few kinds of samples at a time: an outage is more of the same, not a little of everything.
steps = st.lists(st.sampled_from(SAMPLES), min_size=1, max_size=6, unique=True).flatmap(
    lambda few: st.lists(st.tuples(st.sampled_from(PAUSES), st.sampled_from(few)), max_size=60)
)
WATCHED = ("chat", "api", "beta", "gamma")


def moments(found: list[tuple[float, str]]) -> list[tuple[float, str]]:
    return list(zip(itertools.accumulate(pause for pause, _ in found), (one for _, one in found), strict=True))


@given(steps)
@settings(max_examples=200, deadline=None)
def test_what_a_judgement_always_is(found: list[tuple[float, str]]) -> None:
    """Grey never hides red and never becomes green by itself; lights and findings agree; nothing is from the future."""
    play = Play(WATCHED)
    for at, sample in moments(found):
        judgement = play.feed(at, sample)
        lights = [one.light for one in judgement.services]
        assert judgement.light is worst(lights)
        assert (Light.RED in lights) == (judgement.light is Light.RED)
        for one in judgement.services:
            assert one.since <= judgement.at
            assert (one.light is Light.GREEN) == (one.finding is Finding.OK) == (one.confidence is not None)
            assert (one.light is Light.RED) == (one.finding in (Finding.DOWN, Finding.SHARED))
            if one.light is not Light.GREY:
                assert one.last_known is one.light
            assert one.reasons or one.finding is Finding.OK
            open_ids = {incident.id for incident in play.incidents if incident.stage != "over"}
            assert one.incident is None or one.incident in open_ids
            if one.light is Light.RED:
                assert one.incident is not None
        for incident in play.incidents:
            assert incident.started_at <= judgement.at
            assert incident.ended_from is None or incident.ended_from <= (incident.ended_at or 0.0) <= judgement.at


@given(steps)
@settings(max_examples=200, deadline=None)
def test_own_eyes_are_never_red_before_the_third_failing_try(found: list[tuple[float, str]]) -> None:
    """Beta has no page: its red is made by tries alone, of which three have failed since its last good one."""
    play = Play(("beta", "gamma"))
    failed, before, ever_red = 0, "grey starting", False
    for at, sample in moments(found):
        play.feed(at, sample)
        if sample.startswith("beta"):
            outcome = next(one.outcome for one in observations(START + at, sample) if isinstance(one, Try))
            failed = 0 if outcome is Outcome.GOOD else failed + (outcome is Outcome.FAIL)
        now = play.lights()["beta"]
        turned_red = now.startswith("red") and not before.startswith("red")
        # Behind a grey gap a red may come back into sight without another try.
        if turned_red and not (ever_red and before.startswith("grey")):
            assert failed >= 3
        ever_red |= turned_red
        before = now


@given(steps)
@settings(max_examples=200, deadline=None)
def test_without_any_failing_request_nothing_is_red_but_by_the_page(found: list[tuple[float, str]]) -> None:
    harmless = ("200", "401", "ok", "429", "407", "foreign", "challenge", "offline", "online", "captive", "altered")
    play = Play(("api", "beta", "gamma"))
    for at, sample in moments(found):
        words = sample.split()
        if words[0] in ("page", "resume", "change") or any(one in harmless for one in words):
            play.feed(at, sample)
            assert not play.lights()["beta"].startswith("red")
            if words[0] == "page" and any("major" in one or "critical" in one for one in words):
                break
            assert not play.lights()["api"].startswith("red")


@given(steps, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_within_a_moment_the_order_of_arrival_makes_no_difference(
    found: list[tuple[float, str]], rng: random.Random
) -> None:
    """Tries, controls, page and diagnosis of one moment: whoever reports first, the lights are the same."""
    one, other = Play(WATCHED), Play(WATCHED)
    for at, group in itertools.groupby(moments(found), key=lambda moment: moment[0]):
        sources = {sample.split()[0]: sample for _, sample in group}
        # A try with its controls is a moment of its own.
        marked = next((sample for sample in sources.values() if sample[-1] in "+-~"), None)
        if marked is not None:
            sources = {marked.split()[0]: marked}
        together = [each for sample in sources.values() for each in observations(START + at, sample)]
        shuffled = list(together)
        # What was there before a disturbance is another matter than what came after it.
        if not sources.keys() & {"resume", "change"}:
            rng.shuffle(shuffled)
        for observation in together:
            one.state.observe(observation)
        for observation in shuffled:
            other.state.observe(observation)
        one.wait(at)
        other.wait(at)
        assert one.lights() == other.lights()


@given(steps, st.integers(0, 59))
@settings(max_examples=200, deadline=None)
def test_a_restart_forgets_no_red_and_repeats_no_incident(found: list[tuple[float, str]], when: int) -> None:
    play = Play(WATCHED)
    for number, (at, sample) in enumerate(moments(found)):
        play.feed(at, sample)
        if number == when:
            red = {one.id for one in play.last.services if one.light is Light.RED}
            incidents = {one.id: one.started_at for one in play.incidents}
            play.restart(at)
            assert red <= {one.id for one in play.last.services if one.light is Light.RED}
            assert {one.id: one.started_at for one in play.incidents} == incidents


@given(steps)
@settings(max_examples=200, deadline=None)
def test_a_transition_is_noted_for_every_change_and_for_nothing_else(found: list[tuple[float, str]]) -> None:
    play = Play(WATCHED)
    shown = {one.id: (Light.GREY, Finding.STARTING) for one in play.last.services}
    for at, sample in moments(found):
        play.transitions.clear()
        play.feed(at, sample)
        now = {one.id: (one.light, one.finding) for one in play.last.services}
        noted = {one.service: ((one.was_light, one.was_finding), (one.light, one.finding)) for one in play.transitions}
        assert noted == {name: (shown[name], now[name]) for name in now if now[name] != shown[name]}
        shown = now
