"""Words that people stumbled over, as they are said now: in plain English and German."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.support.snapshots import NOW, SERVICES, service, snapshot
from tests.support.states import flapping, starting
from trayapp.core.evidence.observation import Depth, Source
from trayapp.core.evidence.page_report import Impact, PageLight, PageStage
from trayapp.core.light.reasons import Code, Reason
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.core.notify.banner import Banner, BannerStage
from trayapp.core.snapshot import Snapshot
from trayapp.errors import Param
from trayapp.text import banners, codes, problems, reasons, rows, senses, sentences, terminal
from trayapp.text.labels import DialogLabels
from trayapp.text.language import set_language

REPORTED = service("claude", confidence=Confidence.REPORTED)
ANSWERING = service("claude-api", confidence=Confidence.ANSWERING, latency_s=0.01)


def because(code: str, **params: Param) -> str:
    """A reason of ChatGPT's."""
    reason = Reason(code, Source.PROBE, NOW - 20, {"host": "chatgpt.com", **params})
    chatgpt = service("chatgpt", Light.GREY, Finding.NO_EVIDENCE, reasons=(reason,))
    return reasons.reason(reason, snapshot(chatgpt))


def all_reported() -> Snapshot:
    return snapshot(*(service(name, confidence=Confidence.REPORTED) for name in SERVICES))


def partly_back() -> str:
    told = Banner(
        "i1", BannerStage.PARTLY_BACK, NOW, services=("OpenAI API",), back=("ChatGPT",), params={"since": NOW - 3600}
    )
    return banners.words(told, wall=lambda at: datetime.fromtimestamp(at, UTC)).body


def a_flapping_reason() -> str:
    s = flapping()
    return next(
        reasons.reason(each, s) for v in s.judgement.services for each in v.reasons if each.code == Code.FLAPPING
    )


def with_impact() -> str:
    return because(Code.PAGE_INCIDENT, title="Errors", stage=PageStage.IDENTIFIED, impact=Impact.MAJOR, started_at=NOW)


WORDS: dict[str, tuple[Callable[[], str], str, str]] = {
    "by the page": (lambda: rows.state_line(REPORTED, snapshot(REPORTED)), "fine, says its status page",
                    "in Ordnung, laut Statusseite"),
    "all by the pages": (lambda: sentences.headline(all_reported()), "All fine, according to the status pages.",
                         "Alles in Ordnung, laut den Statusseiten."),
    "no time at all": (lambda: rows.state_line(ANSWERING, snapshot(ANSWERING)), "fine, answering at once",
                       "in Ordnung, antwortet sofort"),
    "an answer at once": (lambda: because(Code.ANSWERS, latency_s=0.004, depth=Depth.API), "it answers at once,",
                          "es antwortet sofort,"),
    "partly back": (partly_back, "The API has been failing for 1 h", "Die API ist seit 1 Std. gestört"),
    "switched": (lambda: terminal.switched_to_local("OpenAI", "qwen3:8b", 1),
                 "Requests to OpenAI are answered locally by qwen3:8b now.",
                 "Anfragen an OpenAI beantwortet jetzt qwen3:8b, lokal."),
    "in front": (lambda: because(Code.EDGE_ONLY),
                 "the server in front answers; that says nothing about ChatGPT itself.",
                 "Der vorgelagerte Server antwortet; über ChatGPT selbst sagt das nichts."),
    "502": (lambda: codes.failure("http_502"), "their gateway reaches nothing behind it",
            "ihr Gateway erreicht den Server dahinter nicht"),
    "impact": (with_impact, "major impact", "schwerwiegend"),
    "state": (lambda: because(Code.PAGE_COMPONENT, component="Login", state=PageLight.PARTIAL), "partial outage",
              "Teilausfall"),
    "the first look": (lambda: sentences.headline(starting()), "Looking for the first time.", "Erste Prüfung läuft."),
    "comes and goes": (a_flapping_reason, "of the last 21 checks", "der letzten 21 Prüfungen"),
    "a tool's policy": (lambda: DialogLabels.policy_fail, "fail with an error", "mit Fehlermeldung abbrechen"),
    "the history": (lambda: problems.words(("journal_lost", {"kept": "old"}))[1], "so a new one was begun",
                    "darum beginnt ein neuer"),
    "a fraction": (lambda: problems.words(("bad_speed", {"speed": 0.001, "most": 1000.0}))[0], "speed 0.001",
                   "Tempo 0,001"),
    "many": (lambda: senses.target_line(snapshot().target), "32,768 tokens", "32.768 Token"),
}  # fmt: skip


@pytest.mark.parametrize("case", WORDS)
def test_said_plainly(case: str) -> None:
    say, english, german = WORDS[case]
    assert english in say()
    set_language("de")
    assert german in say()
