"""Them, you, or neither can be seen: every state of the light, and what people say they see."""

from typing import Any

import pytest
from msgspec import structs

from tests.support import states
from tests.support.snapshots import NO_TARGET, READY, service, snapshot
from trayapp.core.catalogue import Ability
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import Badge, NetworkState, NetworkStep, Source
from trayapp.core.evidence.surroundings import Surroundings
from trayapp.core.incident.concerns import Concerns
from trayapp.core.light.claim import Claim, ClaimKind
from trayapp.core.light.reasons import Code, Reason
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.core.mine.fails import Fails, Why, fails
from trayapp.core.mine.side import Side
from trayapp.core.snapshot import Snapshot, ToolStatus
from trayapp.core.switching.route import Policy
from trayapp.core.switching.target import TargetState
from trayapp.settings.symptoms import known

THEM, YOU, NEITHER = Side.THEM, Side.YOU, Side.NEITHER
CHAT, CODE, IMAGES = Ability.CHAT, Ability.CODE, Ability.IMAGES


def answer(s: Snapshot, words: str = "", name: str = "openai-api") -> Fails:
    found = fails(s, name, known().find(words))
    assert found is not None
    return found


def red(kind: ClaimKind, status: int | None = None) -> Snapshot:
    return snapshot(service("openai-api", Light.RED, Finding.DOWN, claim=Claim(kind, status)))


def yellow(finding: Finding, *reasons: Reason) -> Snapshot:
    return snapshot(service("openai-api", Light.YELLOW, finding, reasons=reasons))


def down_behind_a_filter() -> Snapshot:
    return snapshot(
        service("openai-api", Light.RED, Finding.DOWN, claim=Claim(ClaimKind.NOT_YOU), reasons=(INCIDENT, FILTER))
    )


def offline(s: Snapshot) -> Snapshot:
    return structs.replace(s, judgement=structs.replace(s.judgement, network=OFFLINE))


def listed(code: Code) -> Snapshot:
    reason = Reason(code, Source.PAGE, 0.0, {"title": "Elevated errors", "stage": "investigating"})
    return snapshot(service("openai-api", reasons=(reason,)))


def green(service_id: str = "openai-api", confidence: Confidence = Confidence.REACHABLE, **more: Any) -> Snapshot:
    return snapshot(service(service_id, confidence=confidence, **more))


def marked(badge: Badge, finding: Finding, *reasons: Reason) -> Snapshot:
    return snapshot(service("openai-api", Light.YELLOW, finding, badges=(badge,), reasons=reasons))


FILTER = Reason(Code.BLOCKED, Source.PROBE, 0.0, {"what": "foreign_page"})
FAILS = Reason(Code.FAILURES, Source.PROBE, 0.0, {"status": 503})
NONSENSE = Reason(Code.FAILURES, Source.PROBE, 0.0, {"status": 404, "what": "malformed"})
EXPIRED = Reason(Code.FAILURES, Source.PROBE, 0.0, {"status": None, "what": "expired"})
SILENCE = Reason(Code.FAILURES, Source.PROBE, 0.0, {"status": None, "what": "timeout"})
NO_KEYS = Reason(Code.BADGE_RATE_LIMIT, Source.PROBE, 0.0, {"keyless": True})
OFFLINE = NetworkStatus(NetworkState.OFFLINE, 0.0, NetworkStep.TCP)
REFUSED = Reason(Code.REFUSED, Source.PROBE, 0.0)
DARK = snapshot(service("openai-api", Light.GREY, Finding.NO_EVIDENCE))
INCIDENT = Reason(Code.PAGE_INCIDENT, Source.PAGE, 0.0)

LIGHTS: list[tuple[str, Snapshot, Side, bool, Why]] = [
    ("the night", states.down(), THEM, True, Why.DOWN),
    ("several at once", states.shared(), THEM, True, Why.DOWN),
    ("an edge's error", red(ClaimKind.EDGE, 502), THEM, False, Why.ERRORS),
    ("errors of nobody knows whom", red(ClaimKind.ERRORS, 500), THEM, False, Why.ERRORS),
    ("refused what was accepted, red", red(ClaimKind.REFUSED), THEM, False, Why.REFUSES),
    ("silence is no proof", red(ClaimKind.SILENT), NEITHER, False, Why.SILENT),
    ("the last word of a page", red(ClaimKind.NONE), THEM, False, Why.DOWN),
    ("refused what was accepted", yellow(Finding.DEGRADED, REFUSED), THEM, False, Why.REFUSES),
    ("the page names it", yellow(Finding.DEGRADED, INCIDENT), THEM, True, Why.TROUBLE),
    ("own eyes alone", yellow(Finding.DEGRADED), THEM, False, Why.TROUBLE),
    ("only reported", states.reported_only(), THEM, False, Why.REPORTED),
    ("just begun, with errors", states.checking(), THEM, False, Why.ERRORS),
    ("begun to answer errors", yellow(Finding.CHECKING, FAILS), THEM, False, Why.ERRORS),
    ("begun to answer nonsense", yellow(Finding.CHECKING, NONSENSE), NEITHER, False, Why.ODD),
    ("begun to answer both", yellow(Finding.CHECKING, NONSENSE, FAILS), THEM, False, Why.ERRORS),
    ("a certificate that has expired", yellow(Finding.CHECKING, EXPIRED), THEM, False, Why.TROUBLE),
    ("begun to be silent", yellow(Finding.CHECKING, SILENCE), NEITHER, False, Why.CHECKING),
    ("the page's trouble, an empty account", marked(Badge.QUOTA, Finding.DEGRADED, INCIDENT), YOU, False, Why.QUOTA),
    ("just back, and a bad key", marked(Badge.KEY, Finding.RECOVERING), YOU, False, Why.KEY),
    ("errors here, and a bad key", marked(Badge.KEY, Finding.DEGRADED, FAILS), THEM, False, Why.TROUBLE),
    ("it refuses everybody's keys", marked(Badge.KEY, Finding.DEGRADED, REFUSED), THEM, False, Why.REFUSES),
    ("a flood from this address", green(badges=(Badge.RATE_LIMIT,), reasons=(NO_KEYS,)), YOU, False, Why.THROTTLED),
    ("a flood of the user's key", green(badges=(Badge.RATE_LIMIT,)), YOU, True, Why.RATE_LIMIT),
    ("an own server that is down while offline", offline(red(ClaimKind.NOT_YOU)), THEM, True, Why.DOWN),
    ("an own server that answers while offline", offline(green()), NEITHER, False, Why.CALM),
    ("nothing known while offline", offline(DARK), YOU, True, Why.OFFLINE),
    ("the page's trouble, behind a filter", yellow(Finding.DEGRADED, INCIDENT, FILTER), YOU, False, Why.BLOCKED),
    ("down, behind a filter", down_behind_a_filter(), THEM, False, Why.DOWN),
    ("slow", states.slow(), THEM, True, Why.SLOW),
    ("just back", states.recovering(), THEM, True, Why.RECOVERING),
    ("planned", states.maintenance(), THEM, True, Why.MAINTENANCE),
    ("to and fro", states.flapping(), THEM, False, Why.FLAPPING),
    ("offline", states.offline(), YOU, True, Why.OFFLINE),
    ("a Wi-Fi's login page", states.captive(), YOU, True, Why.OFFLINE),
    ("blocked", states.blocked(), YOU, True, Why.BLOCKED),
    ("kept out", yellow(Finding.BLOCKED, Reason(Code.KEPT_OUT, Source.NETWORK, 0.0)), YOU, False, Why.BLOCKED),
    ("nothing to go by", DARK, NEITHER, False, Why.NO_EVIDENCE),
    ("only begun", states.starting(), NEITHER, False, Why.NO_EVIDENCE),
    ("quota", green(badges=(Badge.QUOTA,)), YOU, True, Why.QUOTA),
    ("two badges: what costs money first", green(badges=(Badge.KEY, Badge.QUOTA)), YOU, True, Why.QUOTA),
    ("address", green(badges=(Badge.REGION,)), YOU, True, Why.REGION),
    ("key or address", green(badges=(Badge.FORBIDDEN,)), YOU, True, Why.FORBIDDEN),
    ("model gone", green(badges=(Badge.MODEL,)), YOU, True, Why.MODEL),
    ("down all the same", red(ClaimKind.NOT_YOU), THEM, True, Why.DOWN),
    ("it answers", green(confidence=Confidence.ANSWERING), YOU, False, Why.ANSWERS),
    ("it can be reached", green(), NEITHER, False, Why.CALM),
    ("the page lists what names no part", listed(Code.PAGE_UNNAMED), THEM, False, Why.REPORTED),
    ("the page lists others' models", listed(Code.PAGE_ELSEWHERE), NEITHER, False, Why.ELSEWHERE),
]  # fmt: skip


@pytest.mark.parametrize(("s", "side", "sure", "why"), [one[1:] for one in LIGHTS], ids=[one[0] for one in LIGHTS])
def test_what_the_light_says_of_it(s: Snapshot, side: Side, sure: bool, why: Why) -> None:
    found = answer(s)
    assert (found.side, found.sure, found.why) == (side, sure, why)


SAID: list[tuple[str, Snapshot, str, str, Side, Why]] = [
    ("what usually is here", green(), "429", "openai-api", YOU, Why.SYMPTOM),
    ("what usually is theirs, and cannot be seen", green(), "502", "openai-api", NEITHER, Why.CALM),
    ("whatever it usually is, it is down", states.down(), "429", "openai-api", THEM, Why.DOWN),
    ("a part that only the page speaks for", states.fine(), "login loops", "chatgpt", NEITHER, Why.UNSEEN),
    ("a page that lags says nothing against them", states.fine(), "history is empty", "chatgpt", NEITHER, Why.UNSEEN),
    ("real answers, and words of another part", states.fine(), "stuck", "openai-api", YOU, Why.ANSWERS),
    ("offline, whatever is said", states.offline(), "login loops", "chatgpt", YOU, Why.OFFLINE),
    ("words that nobody knows", green(), "blorp", "openai-api", NEITHER, Why.CALM),
]  # fmt: skip


@pytest.mark.parametrize(("s", "words", "name", "side", "why"), [one[1:] for one in SAID], ids=[one[0] for one in SAID])
def test_what_the_user_says_of_it(s: Snapshot, words: str, name: str, side: Side, why: Why) -> None:
    found = answer(s, words, name)
    assert (found.side, found.why) == (side, why)
    assert not found.sure or found.why in (Why.DOWN, Why.OFFLINE)


def test_the_part_that_the_words_mean_decides_among_listed_ones() -> None:
    well = service("chatgpt", confidence=Confidence.REPORTED)
    files = structs.replace(well.components[3], light=Light.YELLOW, finding=Finding.DEGRADED)
    s = snapshot(structs.replace(well, components=(*well.components[:3], files)))
    assert answer(s, "upload fails", "chatgpt").why is Why.TROUBLE
    assert answer(s, "upload fails", "chatgpt").parts == ("File uploads",)
    assert answer(s, "login loops", "chatgpt").why is Why.UNSEEN
    assert answer(s, "login loops", "chatgpt").parts == ("Login",)


class TestWhatWorksInstead:
    def test_it_is_what_is_well_and_does_the_same(self) -> None:
        s = snapshot(
            service("chatgpt", Light.RED, Finding.DOWN, abilities=(CHAT, CODE, IMAGES)),
            service("openai-api", abilities=(CHAT, IMAGES)),
            service("claude", Light.YELLOW, Finding.DEGRADED, abilities=(CHAT, CODE)),
            service("claude-api", abilities=(CHAT, CODE)),
            target=READY,
        )
        found = answer(s, name="chatgpt")
        assert found.works == {CHAT: ("OpenAI API", "Claude API"), CODE: ("Claude API",), IMAGES: ("OpenAI API",)}
        assert found.local == "qwen3:8b"

    def test_words_that_name_what_fails_ask_for_that_alone(self) -> None:
        s = snapshot(
            service("chatgpt", abilities=(CHAT, IMAGES)), service("openai-api", abilities=(CHAT, IMAGES)), target=READY
        )
        found = answer(s, "image generation fails", "chatgpt")
        assert found.works == {IMAGES: ("OpenAI API",)}
        assert found.local is None, "a local model makes no pictures"

    def test_where_nothing_is_well_nothing_is_named(self) -> None:
        s = snapshot(service("chatgpt", Light.RED, Finding.DOWN, abilities=(CHAT,)), target=NO_TARGET)
        assert answer(s, name="chatgpt").works == {}
        assert answer(s, name="chatgpt").local is None


def test_what_is_not_watched_has_no_answer() -> None:
    assert fails(states.fine(), "mistral") is None


class TestToolsThatAreMoved:
    TOOLS = (ToolStatus("editor", Policy.SWITCH),)
    DOWN = structs.replace(READY, state=TargetState.DOWN)

    def test_nobody_answers_them_while_the_model_is_not_ready(self) -> None:
        s = snapshot(service("openai-api"), target=self.DOWN, local=("openai",), tools=self.TOOLS)
        found = answer(s)
        assert (found.side, found.sure, found.why) == (YOU, False, Why.LOCAL)
        assert answer(s, name="chatgpt").why is not Why.LOCAL, "a website stays where it is"
        assert answer(s, name="claude-api").why is not Why.LOCAL, "another provider's"

    def test_what_is_known_of_the_provider_comes_first(self) -> None:
        down = service("openai-api", Light.RED, Finding.DOWN, claim=Claim(ClaimKind.NOT_YOU))
        assert answer(snapshot(down, target=self.DOWN, local=("openai",), tools=self.TOOLS)).why is Why.DOWN

    def test_a_ready_model_answers_them(self) -> None:
        assert answer(snapshot(service("openai-api"), local=("openai",), tools=self.TOOLS)).why is not Why.LOCAL

    def test_without_a_tool_that_moves_nothing_goes_there(self) -> None:
        stays = (ToolStatus("job", Policy.FAIL),)
        s = snapshot(service("openai-api"), target=self.DOWN, local=("openai",), tools=stays)
        assert answer(s).why is not Why.LOCAL


def test_a_vpn_in_the_way_is_known() -> None:
    behind = Surroundings(tunnel="wg0")
    assert answer(structs.replace(green(), around=behind)).vpn == "wg0"
    assert answer(green()).vpn is None


@pytest.mark.parametrize(("what", "step"), [("dns", NetworkStep.DNS), ("dns_timeout", NetworkStep.DNS), ("tls", None)])
def test_a_name_that_is_not_looked_up_may_be_the_fault_of_whoever_looks_it_up(
    what: str, step: NetworkStep | None
) -> None:
    failing = Reason(Code.FAILURES, Source.PROBE, 0.0, {"status": None, "what": what})
    found = answer(yellow(Finding.CHECKING, failing))
    assert (found.side, found.why, found.step) == (NEITHER, Why.CHECKING, step)


IN_EUROPE = Concerns(regions=("Europe",))


class TestAnIncidentOfSome:
    def told(self, *reasons: Reason, concerns: Concerns = IN_EUROPE) -> Fails:
        s = yellow(Finding.DEGRADED, *reasons)
        verdict = s.judgement.service("openai-api")
        assert verdict is not None
        s = snapshot(structs.replace(verdict, incident="i"))
        return answer(structs.replace(s, concerns={"i": concerns}))

    def test_it_may_be_others(self) -> None:
        found = self.told(INCIDENT)
        assert (found.side, found.sure, found.why) == (THEM, False, Why.TROUBLE)
        assert self.told(INCIDENT, concerns=Concerns()).sure
        assert self.told(INCIDENT, concerns=Concerns(("Opus",))).sure

    def test_what_fails_here_is_theirs(self) -> None:
        assert self.told(INCIDENT, FAILS).sure


def test_a_proxy_that_refuses_one_host_is_known() -> None:
    refused = Reason(Code.BLOCKED, Source.PROBE, 0.0, {"what": "proxy_refused"})
    s = snapshot(service("openai-api", Light.GREY, Finding.BLOCKED, reasons=(refused,)))
    assert (answer(s).why, answer(s).step) == (Why.BLOCKED, NetworkStep.PROXY)
    assert answer(states.blocked()).step is None
