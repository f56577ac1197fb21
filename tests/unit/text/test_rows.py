"""One line a service and a component."""

from typing import Any

import msgspec
import pytest

from tests.support.snapshots import INCIDENT, service, snapshot
from tests.support.states import down
from trayapp.core.evidence.observation import Badge
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.text.language import set_language
from trayapp.text.rows import component_line, service_line, state_line, unseen_line, unverified_line

S = snapshot()
RED = (Light.RED, Finding.DOWN)


@pytest.mark.parametrize(
    ("id", "state", "more", "english", "german"),
    [
        ("chatgpt", RED, {"age_s": 18 * 60}, "ChatGPT: down 18 min", "ChatGPT: seit 18 Min. gestört"),
        ("openai-api", (Light.RED, Finding.SHARED), {"age_s": 5000}, "OpenAI API: down 1 h 23 min",
         "OpenAI-API: seit 1 Std. 23 Min. gestört"),
        ("claude", (Light.GREEN, Finding.OK), {}, "Claude: fine, says its status page",
         "Claude: in Ordnung, laut Statusseite"),
        ("claude-api", (Light.GREEN, Finding.OK), {}, "Claude API: fine, answering in 0.7 s",
         "Claude-API: in Ordnung, antwortet in 0,7 s"),
        ("claude-api", (Light.GREEN, Finding.OK), {"confidence": Confidence.REACHABLE, "latency_s": 1.25},
         "Claude API: fine, reachable in 1.2 s", "Claude-API: in Ordnung, erreichbar in 1,2 s"),
        ("claude", (Light.YELLOW, Finding.SLOW), {"age_s": 420}, "Claude: slow, 7 min", "Claude: langsam, 7 Min."),
        ("claude", (Light.GREY, Finding.STARTING), {}, "Claude: looking", "Claude: sehe nach"),
        ("claude", (Light.GREY, Finding.NO_EVIDENCE), {}, "Claude: cannot tell", "Claude: unklar"),
        ("claude-api", (Light.GREEN, Finding.OK), {"badges": (Badge.KEY, Badge.QUOTA)},
         "Claude API: fine, answering in 0.7 s, key not accepted, quota used up",
         "Claude-API: in Ordnung, antwortet in 0,7 s, Schlüssel abgelehnt, Guthaben aufgebraucht"),
    ],
)  # fmt: skip
def test_service_line(id: str, state: tuple[Light, Finding], more: dict[str, Any], english: str, german: str) -> None:
    verdict = service(id, *state, **more)
    assert service_line(verdict, S) == english
    assert english.endswith(state_line(verdict, S))
    set_language("de")
    assert service_line(verdict, S) == german


@pytest.mark.parametrize("light", list(Light))
def test_every_finding_has_words_of_its_own(light: Light, spoken: str) -> None:
    verdicts = [service("claude", light, finding) for finding in Finding]
    services = {service_line(v, S) for v in verdicts}
    # Down is down, alone or with others; the reasons tell them apart.
    assert len(services) == len(Finding) - 1
    parts = {component_line(v.components[0], S) for v in verdicts}
    assert len(parts) == len(Finding)
    assert not any("_" in line for line in services | parts)


def test_red_counts_from_the_first_failure() -> None:
    verdict = service("chatgpt", *RED, age_s=60, incident=INCIDENT.id)
    assert service_line(verdict, down()) == "ChatGPT: down 18 min"


def test_green_without_a_confidence_is_just_fine() -> None:
    verdict = msgspec.structs.replace(service("claude"), confidence=None)
    assert service_line(verdict, S) == "Claude: fine"


def test_what_cannot_be_seen_from_here() -> None:
    verdict = msgspec.structs.replace(service("chatgpt"), unseen=("login", "history"))
    assert unseen_line(verdict) == "Official page only: Login, History and projects"
    assert unseen_line(msgspec.structs.replace(verdict, unseen=())) is None
    set_language("de")
    assert unseen_line(verdict) == "Nur laut Statusseite: Anmeldung, Verlauf und Projekte"


def test_what_is_not_verified() -> None:
    verdict = msgspec.structs.replace(service("chatgpt"), unverified=("chat", "login"))
    assert unverified_line(verdict) == "Not verified, and never decisive alone: what is asked for Chat, Login."
    assert unverified_line(msgspec.structs.replace(verdict, unverified=())) is None
    set_language("de")
    assert unverified_line(verdict) == "Ungeprüft, entscheidet nie allein: was für Chat, Anmeldung abgefragt wird."


def test_component_line() -> None:
    part = service("chatgpt", *RED, age_s=18 * 60).components[0]
    assert component_line(part, S) == "Chat: down since 22:04, 18 min"
    assert component_line(service("chatgpt").components[1], S) == "Login: fine"
    set_language("de")
    assert component_line(part, S) == "Chat: gestört seit 22:04, 18 Min."


def test_names_are_cleaned() -> None:
    verdict = msgspec.structs.replace(service("claude"), name="\u202e<b>Mine</b>\n" + "W" * 90)
    assert len(service_line(verdict, S)) < 70
    assert "\n" not in service_line(verdict, S)


@pytest.mark.parametrize(
    ("finding", "said"), [(Finding.DOWN, "down"), (Finding.OWN_NETWORK, "cannot tell, your connection")]
)
def test_what_began_this_moment_has_no_length_yet(finding: Finding, said: str) -> None:
    light = Light.RED if finding is Finding.DOWN else Light.GREY
    assert state_line(service("claude", light, finding, age_s=0.4), S) == said
