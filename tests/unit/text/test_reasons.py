"""Every reason reads as a person would say it, in both languages, whatever the provider wrote."""

import msgspec
import pytest

from tests.support.snapshots import NOW, failures, page_incident, service, snapshot
from tests.support.states import STATES, fine
from trayapp.core.evidence.observation import DisturbanceKind, NetworkStep, Source
from trayapp.core.evidence.page_report import Impact, PageHealth, PageLight, PageStage
from trayapp.core.evidence.phases import Phase
from trayapp.core.light.reasons import SEPARATOR, Code, Reason
from trayapp.errors import Param
from trayapp.text import reasons
from trayapp.text.language import set_language

PARAMS: dict[Code, dict[str, Param]] = {
    Code.PAGE_INCIDENT: {"title": "T", "stage": PageStage.IDENTIFIED, "impact": Impact.MINOR, "started_at": NOW - 600},
    Code.PAGE_COMPONENT: {"component": "Login", "state": PageLight.PARTIAL},
    Code.PAGE_MAINTENANCE: {"title": "T", "started_at": NOW - 600},
    Code.PAGE_RESOLVED: {"title": "T"},
    Code.PAGE_UNKNOWN: {"health": PageHealth.UNREADABLE, "reason": "html", "fetched_at": NOW - 3600},
    Code.PAGE_CONTRADICTED: {"answers": 3},
    Code.FAILURES: {"failed": 3, "tries": 3, "what": "http_502", "status": 502, "host": "h", "since_at": NOW - 60},
    Code.SOME_FAILURES: {"failed": 3, "tries": 10, "what": "timeout", "host": "h", "since_at": NOW - 60},
    Code.ANSWERS: {"depth": "api", "latency_s": 0.7, "host": "h"},
    Code.NOT_ANSWERING_LATELY: {"last_at": NOW - 900},
    Code.CHALLENGE: {"host": "chatgpt.com"},
    Code.EDGE_ONLY: {"host": "chatgpt.com"},
    Code.BLOCKED: {"host": "chatgpt.com", "what": "foreign_page", "status": 200},
    Code.SLOW: {"first_token_s": 6.4, "baseline_s": 0.9},
    Code.RECOVERING: {"back_at": NOW - 240, "until_at": NOW + 360},
    Code.PAGE_NOT_CLOSED: {"title": "T", "stage": PageStage.IDENTIFIED},
    Code.FLAPPING: {"percent": 42},
    Code.NETWORK_FINE: {"hosts": 4},
    Code.NETWORK_SHAKY: {"percent": 40},
    Code.NETWORK_DOWN: {"step": NetworkStep.DNS, "state": "offline"},
    Code.GRACE: {"kind": DisturbanceKind.RESUME, "until_at": NOW + 20},
    Code.SHARED: {"providers": SEPARATOR.join(("OpenAI", "Anthropic")), "count": 2},
    Code.PARTS: {"components": SEPARATOR.join(("Login", "Chat")), "failing": 2, "total": 4},
    Code.LISTED_ONLY: {"components": "File uploads", "failing": 1, "total": 11},
}


def say(code: str, params: dict[str, Param] | None = None, source: Source = Source.PROBE) -> str:
    return reasons.reason(Reason(code, source, NOW - 240, params or {}), fine(), service("openai-api"))


@pytest.mark.parametrize("code", list(Code))
def test_every_reason_has_words(code: Code, spoken: str) -> None:
    text = say(code, PARAMS.get(code))
    assert text[0].isupper() or text[0].isdigit()
    assert text.endswith(".")
    assert "{" not in text
    assert "_" not in text
    assert SEPARATOR not in text


@pytest.mark.parametrize("code", list(Code))
def test_every_reason_survives_without_its_params(code: Code, spoken: str) -> None:
    assert "{" not in say(code)
    assert "{" not in say(code, dict.fromkeys(PARAMS.get(code, {})))


def test_the_languages_differ() -> None:
    english = {code: say(code, PARAMS.get(code)) for code in Code}
    set_language("de")
    assert [code for code in Code if say(code, PARAMS.get(code)) == english[code]] == []


@pytest.mark.parametrize(
    ("what", "status", "words"),
    [
        ("http_404", 404, "refuses since"),
        # Told in a body that came with 200.
        ("http_401", 200, "(401)"),
        ("http_200", 200, "answers since"),
        ("http_302", 302, "(302)"),
    ],
)
def test_what_is_no_refusal_is_called_none(what: str, status: int, words: str, spoken: str) -> None:
    said = say(Code.REFUSED, {"what": what, "status": status, "since_at": NOW - 60, "accepted_at": NOW - 120})
    assert f"({what[5:]})" in said
    assert (spoken != "en") or words in said
    refuses = ("refuses", "lehnt")
    assert any(word in said for word in refuses) == (what[5:] >= "400")


def test_as_a_person_would_say_it() -> None:
    openai = service("openai-api")
    incident = msgspec.structs.replace(page_incident(), params={**page_incident().params, "impact": Impact.MINOR})
    assert [reasons.reason(one, fine(), openai) for one in (incident, failures("openai-api"))] == [
        "OpenAI's page: Elevated Error Rates (identified, 4 min ago).",
        "From here: 3 of 3 requests failed with 502, their gateway reaches nothing behind it.",
    ]
    assert say(Code.NETWORK_FINE, {"hosts": 4}) == "Your connection: fine, 4 other hosts answer."
    set_language("de")
    assert [reasons.reason(one, fine(), openai) for one in (incident, failures("openai-api"))] == [
        "Seite von OpenAI: „Elevated Error Rates“ (erkannt, vor 4 Min.).",
        "Von hier aus: 3 von 3 Anfragen scheiterten mit 502, ihr Gateway erreicht den Server dahinter nicht.",
    ]
    assert say(Code.NETWORK_FINE, {"hosts": 4}) == "Deine Verbindung: in Ordnung, 4 andere Server antworten."


@pytest.mark.parametrize(
    ("code", "source", "params", "text"),
    [
        (Code.FAILURES, Source.TRAFFIC, {"failed": 2, "tries": 2, "what": "http_503"},
         "Your tools: 2 of 2 requests failed with 503, they are overloaded or switched off."),
        (Code.FAILURES, Source.PROBE, {"failed": 1, "tries": 1, "what": "timeout"},
         "From here: 1 of 1 request failed: no answer in time."),
        (Code.ANSWERS, Source.TRAFFIC, {"depth": "completion"}, "Your own requests: answered, 4 min ago."),
        (Code.ANSWERS, Source.TRAFFIC, {"depth": "completion", "latency_s": 2.0},
         "Your own requests: answered in 2.0 s, 4 min ago."),
        (Code.ANSWERS, Source.PROBE, {"depth": "completion"}, "From here: a real answer, 4 min ago."),
        (Code.ANSWERS, Source.PROBE, {"depth": "completion", "latency_s": 0.7},
         "From here: a real answer in 0.7 s, 4 min ago."),
        (Code.ANSWERS, Source.PROBE, {"depth": "api"}, "From here: it answers, 4 min ago."),
        (Code.ANSWERS, Source.PROBE,
         {"depth": "api", "latency_s": 2.4, "phase": Phase.TLS, "phase_s": 2.1, "of_s": 2.4},
         "From here: it answers in 2.4 s, 4 min ago. The secure connection (TLS) took 2.1 s of 2.4 s."),
        (Code.ANSWERS, Source.PROBE,
         {"depth": "api", "latency_s": 2.6, "phase": Phase.CONNECT, "phase_s": 0.7, "of_s": 1.3},
         "From here: it answers in 2.6 s, 4 min ago."),
        (Code.ANSWERS, Source.PROBE, {"depth": "api", "phase": "of the moon", "phase_s": 2.1, "of_s": 2.4},
         "From here: it answers, 4 min ago."),
        (Code.SLOW, Source.TRAFFIC,
         {"first_token_s": 6.4, "baseline_s": 0.9, "phase": Phase.ANSWER, "phase_s": 5.0, "of_s": 6.4},
         "The first word takes 6.4 s, usually 0.9 s. 5.0 s of 6.4 s passed before it began to answer."),
        (Code.PAGE_OPERATIONAL, Source.PAGE, {}, "OpenAI's page: everything operational."),
        (Code.PAGE_OPERATIONAL, Source.PAGE, {"components": "Login"}, "OpenAI's page: Login operational."),
        (Code.PAGE_OPERATIONAL, Source.PAGE, {"components": ""}, "OpenAI's page: no trouble with this."),
        (Code.PAGE_SILENT, Source.PAGE, {"components": ""}, "OpenAI's page: still tells of no trouble with this."),
        (Code.PAGE_UNKNOWN, Source.PAGE, {"health": PageHealth.NEVER}, "OpenAI's page has not been read yet."),
        (Code.PAGE_UNKNOWN, Source.PAGE, {"health": "unknown_value", "fetched_at": NOW - 60},
         "OpenAI's page says something that is not understood; last read 1 min ago."),
        (Code.PAGE_UNKNOWN, Source.PAGE, {"health": PageHealth.UNREADABLE, "reason": "html", "fetched_at": NOW - 60},
         "OpenAI's page cannot be read (a web page instead of data); last read 1 min ago."),
        (Code.NETWORK_FINE, Source.NETWORK, {"hosts": 1}, "Your connection: fine, 1 other host answers."),
        (Code.NETWORK_FINE, Source.NETWORK, {"hosts": 0}, "Your connection: fine."),
        (Code.NETWORK_DOWN, Source.NETWORK, {"step": None}, "Your connection: other hosts do not answer either."),
        (Code.NETWORK_DOWN, Source.NETWORK, {"step": "captive_portal"}, "Your connection: Wi-Fi login page."),
        (Code.GRACE, Source.NETWORK, {"kind": "network_change"}, "The network has just changed; looking again."),
        (Code.RECOVERING, Source.PROBE, {"back_at": None, "until_at": NOW + 60},
         "It works again and is still being watched."),
        (Code.PARTS, Source.PAGE, {"components": "Login", "failing": 1, "total": 1}, "1 of 1 part has trouble: Login."),
        ("made_up", Source.PROBE, {}, "A reason without words: made_up."),
    ],
)  # fmt: skip
def test_some_closely(code: str, source: Source, params: dict[str, Param], text: str) -> None:
    assert say(code, params, source) == text


def test_the_provider_is_found_in_the_snapshot() -> None:
    for name in STATES:
        s = STATES[name]()
        for verdict in s.judgement.services:
            for one in verdict.reasons:
                assert verdict.provider_name in reasons.reason(one, s) or one.source is not Source.PAGE
    stray = Reason(Code.PAGE_OPERATIONAL, Source.PAGE, NOW)
    assert reasons.reason(stray, fine()) == "Provider's page: everything operational."


def test_components_have_their_own_reasons() -> None:
    told = Reason(Code.PAGE_OPERATIONAL, Source.PAGE, NOW, {"x": 1})
    claude = service("claude")
    part = msgspec.structs.replace(claude.components[0], reasons=(told,))
    s = snapshot(msgspec.structs.replace(claude, components=(part,)))
    assert reasons.reason(told, s) == "Anthropic's page: everything operational."


def test_remote_text_is_bounded_plain_data(spoken: str) -> None:
    nasty = "\u202e<b>{provider}</b>\x1b[1m\n%s" + "W" * 9000
    text = say(Code.PAGE_INCIDENT, {"title": nasty, "stage": "never seen", "impact": "never seen"})
    assert len(text) < 300
    assert "{provider}" in text
    assert not any(ch in text for ch in "\u202e\x1b\n")
