"""What must hold for any evidence in any order."""

import itertools
import math
import random
from collections.abc import MutableSequence
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.core.playbook import START, Play, observations
from trayapp.core.evidence.observation import Outcome, Try
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.light.page_memory import PAGE_HELD_S
from trayapp.core.light.reasons import Code
from trayapp.core.light.severity import Finding, Light, worst

SAMPLES = [
    "beta 200", "beta 200 +", "beta 503", "beta 503 +", "beta 503 -", "beta timeout ~", "beta 429", "beta foreign",
    "beta foreign +", "beta 407", "beta tls -", "gamma 200", "gamma 503", "gamma 503 +", "api 401", "api 503 +",
    "api challenge", "site challenge", "site 502 +", "use 500 r1", "use 500 r2", "use ok r3", "real ok", "real 500 +",
    "page ok", "page html", "page major:chat,completions", "page degraded:login", "page unknown:login", "page empty",
    "page incident:investigating:critical:completions", "page incident:monitoring:major:completions",
    "page ok incident:in_progress:maintenance:completions,responses",
    "control ok a", "control timeout a", "control timeout b", "control altered plain", "network offline dns",
    "network online", "network captive captive_portal", "resume", "change",
]  # fmt: skip
PAUSES = [0.0, 1.0, 5.0, 15.0, 15.0, 30.0, 60.0, 130.0, 700.0]
# A few kinds of samples at a time: an outage is more of the same, not a little of everything.
few = st.lists(st.sampled_from(SAMPLES), min_size=1, max_size=6, unique=True)
# Short ones are easily read when they fail; left to itself, hypothesis draws hardly any that are long.
steps = st.tuples(few, st.sampled_from([0, 30])).flatmap(
    lambda drawn: st.lists(
        st.tuples(st.sampled_from(PAUSES), st.sampled_from(drawn[0])), min_size=drawn[1], max_size=60
    )
)
# The same sample several times in a row, at the same pace: how outages and recoveries go.
repeated = few.flatmap(
    lambda drawn: st.lists(
        st.tuples(st.sampled_from([*PAUSES, 300.0]), st.sampled_from(drawn), st.integers(1, 6)), min_size=3, max_size=14
    )
).map(lambda runs: [(pause, sample) for pause, sample, times in runs for _ in range(times)])
WATCHED = ("chat", "api", "beta", "gamma")


def moments(samples: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """The samples with the seconds since the start, for the pauses before them."""
    return list(zip(itertools.accumulate(pause for pause, _ in samples), (name for _, name in samples), strict=True))


@given(steps)
@settings(max_examples=200)
def test_what_a_judgement_always_is(samples: list[tuple[float, str]]) -> None:
    """Grey never hides red and never becomes green by itself; lights and findings agree; nothing is from the future."""
    play = Play(WATCHED)
    for at, sample in moments(samples):
        judgement = play.feed(at, sample)
        lights = [service.light for service in judgement.services]
        assert judgement.light is worst(lights)
        assert (Light.RED in lights) == (judgement.light is Light.RED)
        for service in judgement.services:
            assert service.since <= judgement.at
            assert (service.light is Light.GREEN) == (service.finding is Finding.OK) == (service.confidence is not None)
            assert (service.light is Light.RED) == (service.finding in (Finding.DOWN, Finding.SHARED))
            if service.light is not Light.GREY:
                assert service.last_known is service.light
            assert service.reasons or service.finding is Finding.OK
            open_ids = {incident.id for incident in play.incidents if incident.stage != "over"}
            assert service.incident is None or service.incident in open_ids
            if service.light is Light.RED:
                assert service.incident is not None
        for incident in play.incidents:
            assert incident.started_at <= judgement.at
            assert incident.ended_from is None or incident.ended_from <= (incident.ended_at or 0.0) <= judgement.at


@given(steps)
@settings(max_examples=200)
def test_own_eyes_are_never_red_before_the_third_failing_try(samples: list[tuple[float, str]]) -> None:
    """Beta has no page: its red is made by tries alone, of which three have failed since its last good one."""
    play = Play(("beta", "gamma"))
    failed, before, ever_red = 0, "grey starting", False
    for at, sample in moments(samples):
        play.feed(at, sample)
        if sample.startswith("beta"):
            outcome = next(each.outcome for each in observations(START + at, sample) if isinstance(each, Try))
            failed = 0 if outcome is Outcome.GOOD else failed + (outcome is Outcome.FAIL)
        now = play.lights()["beta"]
        turned_red = now.startswith("red") and not before.startswith("red")
        # Behind a grey gap a red may come back into sight without another try.
        if turned_red and not (ever_red and before.startswith("grey")):
            assert failed >= 3
        ever_red |= turned_red
        before = now


@given(steps)
@settings(max_examples=200)
def test_without_any_failing_request_nothing_is_red_but_by_the_page(samples: list[tuple[float, str]]) -> None:
    harmless = ("200", "401", "ok", "429", "407", "foreign", "challenge", "offline", "online", "captive", "altered")
    play = Play(("api", "beta", "gamma"))
    for at, sample in moments(samples):
        words = sample.split()
        if words[0] in ("page", "resume", "change") or any(word in harmless for word in words):
            play.feed(at, sample)
            assert not play.lights()["beta"].startswith("red")
            if words[0] == "page" and any("major" in word or "critical" in word for word in words):
                break
            assert not play.lights()["api"].startswith("red")


class Backwards(random.Random):
    """The order that differs most."""

    def shuffle(self, x: MutableSequence[Any]) -> None:
        x.reverse()


SLOW_PAGE = [
    *[
        (0.0, "control altered plain"),
        (1.0, "control altered plain"),
        (15.0, "control altered plain"),
        (0.0, "page ok"),
    ],
    *[(1.0, "control altered plain"), (1.0, "page ok")] * 2,
    (1.0, "control altered plain"),
]


@given(steps, st.randoms(use_true_random=False))
@settings(max_examples=200)
@example(SLOW_PAGE, Backwards())
def test_within_a_moment_the_order_of_arrival_makes_no_difference(
    samples: list[tuple[float, str]], rng: random.Random
) -> None:
    """Tries, controls, page and diagnosis of one moment: whoever reports first, the lights are the same."""
    in_order, by_chance = Play(WATCHED), Play(WATCHED)
    for at, group in itertools.groupby(moments(samples), key=lambda moment: moment[0]):
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
            in_order.state.observe(observation)
        for observation in shuffled:
            by_chance.state.observe(observation)
        in_order.wait(at)
        by_chance.wait(at)
        assert in_order.lights() == by_chance.lights()


MAINTAINED = [(0.0, "page ok incident:in_progress:maintenance:completions,responses"), (0.0, "beta 200")]
FAILING = [(60.0, "api 503 +"), (5.0, "api 503 +"), (15.0, "api 503 +"), (15.0, "api 503 +")]
BLOCKED = [(0.0, "beta 200"), (0.0, "gamma 200"), *[(15.0, "beta foreign +")] * 4]
STRANGERS = [(0.0, "beta 200"), (0.0, "gamma 200"), *[(15.0, "beta foreign")] * 4]
OFFLINE = [(0.0, "beta 200"), (0.0, "gamma 200"), *[(15.0, "beta timeout -")] * 4, (4.0, "control ok a")]
CONTROLS_BLOCKED = [(0.0, "gamma 200"), (0.0, "beta tls -"), (1.0, "beta tls -"), (5.0, "beta tls -")]
FORBIDDEN = [(0.0, "beta 200"), (0.0, "gamma 200"), *[(15.0, "beta 407")] * 4]


@given(steps, st.integers(0, 59))
@settings(max_examples=200)
@example([(0.0, "page incident:investigating:critical:completions"), (700.0, "api 401")], 1)
@example([*MAINTAINED, *FAILING], 5)
@example(BLOCKED, 5)
@example(STRANGERS, 5)
@example(OFFLINE, 6)
@example(CONTROLS_BLOCKED, 3)
@example(FORBIDDEN, 5)
@example([*[(0.0, "beta 503 -")] * 3, (0.0, "beta 200"), (5.0, "beta 503 -")], 4)
def test_a_restart_forgets_no_red_and_repeats_no_incident(samples: list[tuple[float, str]], when: int) -> None:
    """Nor does it make any other light, but for grey where there is something to be looked at first.

    And but for the red of a page that is read so rarely that it would be older than a page's last word may be.
    """
    play, page_at = Play(WATCHED), -math.inf
    for number, (at, sample) in enumerate(moments(samples)):
        play.feed(at, sample)
        if sample.startswith("page") and play.last.pages[0].health is PageHealth.OK:
            page_at = at
        if number == when:
            before, incidents = play.lights(), {incident.id: incident.started_at for incident in play.incidents}
            play.restart(at)
            for service, light in play.lights().items():
                was_red = before[service].startswith("red")
                may_be_grey = not was_red or (at - page_at > PAGE_HELD_S and service not in ("beta", "gamma"))
                assert light == before[service] or (may_be_grey and light == "grey starting")
            assert {incident.id: incident.started_at for incident in play.incidents} == incidents


def parts(play: Play) -> dict[str, tuple[str, list[str]]]:
    """Light and finding of every component, and the codes of its reasons.

    But for how everybody else does, which is told as it was when its own requests were last looked at.
    """
    company = (Code.NETWORK_FINE, Code.NETWORK_SHAKY, Code.NETWORK_UNPROVEN)
    return {
        f"{service.id}/{part.id}": (
            f"{part.light} {part.finding}",
            [reason.code for reason in part.reasons if reason.code not in company],
        )
        for service in play.last.services
        for part in service.components
    }


@given(repeated)
@settings(max_examples=150)
@example([(0.0, "beta foreign"), (0.0, "beta foreign"), (0.0, "beta foreign"), (700.0, "beta foreign")])
@example([(0.0, "beta 503"), (0.0, "beta 503"), (0.0, "beta 503"), (700.0, "beta 503")])
@example([(0.0, "gamma 503"), (30.0, "page ok"), *[(60.0, "beta 200")] * 5])
def test_who_looks_more_often_sees_nothing_else(samples: list[tuple[float, str]]) -> None:
    """At the moments of the samples, that is, whether somebody looked every seven seconds in between or nobody did.

    But for two things that only whoever looks can find, as the engine does all the time: that the ten quiet minutes of
    a return are over, before something fails again; and what time alone made of a page's last word, before that page
    fell silent. From there on the two may differ.
    """
    seldom, often, before = Play(WATCHED), Play(WATCHED), 0.0
    for at, sample in moments(samples):
        while (before := before + 7.0) < at:
            often.wait(before)
        before = at
        seldom.feed(at, sample)
        often.feed(at, sample)
        differing = {name: part for name, part in parts(seldom).items() if parts(often)[name] != part}
        if any({Code.RECOVERING, Code.PAGE_UNKNOWN} & set(codes) for _, codes in differing.values()):
            return
        assert not differing
        assert seldom.state.result.paces == often.state.result.paces


@given(steps)
@settings(max_examples=200)
def test_a_transition_is_noted_for_every_change_and_for_nothing_else(samples: list[tuple[float, str]]) -> None:
    play = Play(WATCHED)
    shown = {service.id: (Light.GREY, Finding.STARTING) for service in play.last.services}
    for at, sample in moments(samples):
        play.transitions.clear()
        play.feed(at, sample)
        now = {service.id: (service.light, service.finding) for service in play.last.services}
        noted = {
            change.service: ((change.was_light, change.was_finding), (change.light, change.finding))
            for change in play.transitions
        }
        assert noted == {name: (shown[name], now[name]) for name in now if now[name] != shown[name]}
        shown = now
