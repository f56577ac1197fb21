"""Pages and the fallback in one line each."""

from typing import Any

import pytest

from tests.support.snapshots import NOW, READY, pages, snapshot
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.light.verdicts import PageStatus
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.text.language import set_language
from trayapp.text.senses import page_line, target_line

S = snapshot()
DOWN = TargetStatus(TargetState.DOWN, server="ollama", model="qwen3:8b", server_name="Ollama")


def _page(health: PageHealth, **more: Any) -> PageStatus:
    fields: dict[str, Any] = {"fetched_at": NOW - 3600, "link": "https://status.openai.com"}
    return PageStatus("openai", health, **(fields | more))


@pytest.mark.parametrize(
    ("page", "english", "german"),
    [
        (pages()[0], "OpenAI's page: read 1 min ago", "Seite von OpenAI: gelesen vor 1 Min."),
        (_page(PageHealth.REFUSED, reason="http", params={"status": 403}),
         "OpenAI's page refuses to answer (403, access is refused); last read 1 h ago",
         "Die Seite von OpenAI verweigert die Antwort (403, der Zugang wird verweigert); zuletzt gelesen vor 1 Std."),
        (_page(PageHealth.MOVED, reason="redirect", params={"host": "new.example"}),
         "OpenAI's page has moved elsewhere (sends us to new.example); last read 1 h ago",
         "Die Seite von OpenAI ist umgezogen (verweist auf new.example); zuletzt gelesen vor 1 Std."),
        (_page(PageHealth.UNREADABLE, reason="timeout", fetched_at=None),
         "OpenAI's page cannot be read (no answer in time)",
         "Die Seite von OpenAI ist nicht lesbar (keine rechtzeitige Antwort)"),
        (_page(PageHealth.NEVER, fetched_at=None), "OpenAI's page has not been read yet",
         "Die Seite von OpenAI wurde noch nicht gelesen"),
    ],
)  # fmt: skip
def test_page_line(page: PageStatus, english: str, german: str) -> None:
    assert page_line(page, S) == english
    set_language("de")
    assert page_line(page, S) == german


@pytest.mark.parametrize("health", list(PageHealth))
def test_every_health_has_words(health: PageHealth, spoken: str) -> None:
    line = page_line(_page(health), S)
    assert "OpenAI" in line
    assert "_" not in line


@pytest.mark.parametrize(
    ("target", "english", "german"),
    [
        (TargetStatus(TargetState.NONE), "No local model is set up.", "Es ist kein lokales Modell eingerichtet."),
        (READY, "qwen3:8b on Ollama: ready in 3 s, 32,768 tokens of context",
         "qwen3:8b auf Ollama: bereit in 3 s, 32.768 Token Kontext"),
        (TargetStatus(TargetState.READY, server="embedded", model="m", server_name="llama.cpp (built-in)"),
         "m on llama.cpp (built-in): ready", "m auf llama.cpp (eingebaut): bereit"),
        (DOWN, "qwen3:8b on Ollama: not running", "qwen3:8b auf Ollama: läuft nicht"),
        (TargetStatus(TargetState.STARTING, server="openai-compatible", server_name="OpenAI-compatible server"),
         "no model chosen on OpenAI-compatible server: starting",
         "kein Modell gewählt auf OpenAI-kompatibler Server: startet"),
        (TargetStatus(TargetState.LOADING, server="vllm", model="m"), "m on vllm: loading the model",
         "m auf vllm: lädt das Modell"),
        (TargetStatus(TargetState.FAILED, "ollama", "m", server_name="Ollama", code="local_model_not_pulled",
                      params={"model": "m", "server": "Ollama", "command": "ollama pull m"}),
         "m on Ollama: Ollama does not have m", "m auf Ollama: Ollama hat m nicht"),
    ],
)  # fmt: skip
def test_the_fallback(target: TargetStatus, english: str, german: str) -> None:
    assert target_line(target) == english
    set_language("de")
    assert target_line(target) == german
