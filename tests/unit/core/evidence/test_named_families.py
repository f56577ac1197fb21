"""Which families an incident is about: read from what status pages write, and believed only where it is understood."""

import pytest

from trayapp.core.evidence.named_families import concerned, families_in

BRAIN = ("Opus", "Sonnet", "Haiku", "Fable", "Mythos")
OPEN = ("GPT-6", "GPT-5", "GPT-4.1", "GPT-4o", "o3", "o4-mini")
GEMINI = ("Gemini Pro", "Gemini Flash", "Gemma", "Imagen", "Veo")
MIXED = ("GPT-5", "GPT-4.1", "Claude Opus", "Claude Sonnet", "Claude Haiku", "Gemini Pro", "Grok")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("claude-opus-4-5-20251101", ("Opus",)),
        ("anthropic/claude-sonnet-5", ("Sonnet",)),
        ("Elevated errors on Claude Opus 4.5 and Sonnet 4.6", ("Opus", "Sonnet")),
        ("opuscule", ()),
        ("claude-3-haiku", ("Haiku",)),
        ("gpt-5.1-codex-max", ("GPT-5",)),
        ("GPT 5 is slow", ("GPT-5",)),
        ("GPT\u20115 is slow", ("GPT-5",)),
        ("gpt-50", ()),
        ("gpt-4.5-preview", ()),
        ("gpt-4.1-mini", ("GPT-4.1",)),
        ("gpt-4o-mini-2024-07-18", ("GPT-4o",)),
        ("gpt-4", ()),
        ("o3-mini", ("o3",)),
        ("o4-mini", ("o4-mini",)),
        ("foo3", ()),
        ("gemini-2.5-pro", ("Gemini Pro",)),
        ("Gemini 3 Pro is down", ("Gemini Pro",)),
        ("gemini-2.5-flash", ()),
        ("", ()),
    ],
)
def test_what_a_text_names(text: str, named: tuple[str, ...]) -> None:
    assert families_in((*BRAIN, *OPEN, "Gemini Pro"), text) == named


@pytest.mark.parametrize(
    ("families", "texts", "about"),
    [
        (BRAIN, ["Elevated errors on Claude Opus 4.5"], "Opus"),
        (
            BRAIN,
            [
                "Elevated errors on Claude",
                "We have identified the current issue as affecting requests to models other than Claude Opus 4.6.",
            ],
            "",
        ),
        (BRAIN, ["Elevated errors", "The issue affecting requests to non-Opus models has been resolved."], ""),
        (BRAIN, ["Elevated errors on Opus", "Errors on Opus. No other models were impacted."], "Opus"),
        (BRAIN, ["Elevated errors on Opus", "Sonnet and Haiku are not affected."], "Opus"),
        (BRAIN, ["Elevated errors", "Opus is not affected. We are investigating."], ""),
        (BRAIN, ["Elevated errors on Opus and Sonnet", "Opus has recovered; Sonnet is still failing."], "Sonnet"),
        (BRAIN, ["Elevated errors on Opus and Sonnet", "Opus has recovered, but Sonnet is still failing."], "Sonnet"),
        (BRAIN, ["Elevated errors on Opus 4.5, Opus 4.1 and Sonnet 4.5", "Opus 4.5 has recovered."], "Opus Sonnet"),
        (BRAIN, ["Elevated errors on Opus 4.5", "This now affects all models."], ""),
        (BRAIN, ["Elevated errors on Opus 4.5", "We are now seeing errors across all services."], ""),
        (BRAIN, ["Elevated errors on Opus 4.5", "Errors are also affecting login."], ""),
        (BRAIN, ["Elevated errors on Opus 4.5 and login"], ""),
        (BRAIN, ["Elevated errors on Opus 4.5 and file uploads"], ""),
        (BRAIN, ["Elevated errors on the API and Claude Opus"], ""),
        (BRAIN, ["Elevated errors primarily on Sonnet 3.5 across api.anthropic.com"], ""),
        (
            BRAIN,
            [
                "Elevated error rates on 3.5 Sonnet and 3 Opus",
                "Some users may be seeing elevated error rates for Claude 3.5 Sonnet.",
            ],
            "Opus Sonnet",
        ),
        (BRAIN, ["Elevated errors on Claude 3 Opus and 3.5 Sonnet on Vertex AI"], "Opus Sonnet"),
        (BRAIN, ["Fehler bei allen Modellen außer Opus"], ""),
        (BRAIN, ["Erhöhte Fehlerraten bei Opus"], ""),
        (BRAIN, ["Elevated errors on Opus", "Jetzt sind alle Modelle betroffen, wir arbeiten daran."], ""),
        (BRAIN, ["Opus 错误率升高"], ""),
        (
            BRAIN,
            [
                "Elevated errors on requests to multiple models",
                "We are investigating elevated errors on requests to Claude Opus 5.",
            ],
            "",
        ),
        (BRAIN, ["Elevated errors", "This is limited to Opus 4.5."], "Opus"),
        (BRAIN, ["Elevated errors on all models", "We have narrowed the issue down to Opus 4.5."], "Opus"),
        (BRAIN, ["Elevated errors on Opus", "We recommend switching to Sonnet 4.5 for now."], "Opus"),
        (
            BRAIN,
            [
                "Opus 4.5 errors",
                "We are continuing to investigate this issue.",
                "The issue has been identified and a fix is being implemented.",
                "A fix has been implemented and we are monitoring the results.",
            ],
            "Opus",
        ),
        (
            BRAIN,
            [
                "Elevated errors on Claude Opus 4.5",
                "We've identified the issue on Claude Opus 4.5 and are working on a fix.",
            ],
            "Opus",
        ),
        (BRAIN, ["Elevated errors on Opus 4.5 and Nova 1"], ""),
        (BRAIN, ["Elevated errors on Claude Nova and Claude Opus"], ""),
        (
            BRAIN,
            ["Elevated errors on requests to Claude Mythos 5, Claude Fable 5, Claude Opus 5, and Claude Opus 4.8."],
            "Opus Fable Mythos",
        ),
        (BRAIN, ["The issue affecting Claude Opus 5 has been resolved."], ""),
        (BRAIN, ["Elevated errors on Opus 5", "The issue affecting Claude Opus 5 has been resolved."], "Opus"),
        (BRAIN, ["Login problems", "Claude Opus errors, too."], ""),
        (BRAIN, ["Elevated errors on Opus (API not impacted)"], "Opus"),
        (BRAIN, ["Claude 3 Haiku Outage"], "Haiku"),
        (BRAIN, ["Degraded claude-3-5-sonnet latency"], "Sonnet"),
        (BRAIN, ["We've suspended access to Claude Mythos 5 and Claude Fable 5"], "Fable Mythos"),
        (OPEN, ["Elevated errors on GPT-5 and 4o"], "GPT-5 GPT-4o"),
        (OPEN, ["Elevated errors on GPT-4o, 4.1 and o3"], "GPT-4.1 GPT-4o o3"),
        (OPEN, ["Elevated errors on GPT-4o and o1"], ""),
        (OPEN, ["Elevated errors on GPT-4o and gpt-3.5-turbo"], ""),
        (OPEN, ["Elevated errors on text-davinci-003 and GPT-4o"], ""),
        (OPEN, ["Elevated errors on GPT-5 and the API"], ""),
        (OPEN, ["Elevated error rates affecting gpt-5 and ChatGPT"], ""),
        (OPEN, ["Elevated errors on GPT-4o, GPT-4o mini and o3", "GPT-4o mini has recovered."], "GPT-4o o3"),
        (OPEN, ["Elevated errors on GPT-4o and 3.5"], ""),
        (OPEN, ["Elevated errors on GPT-5.1, 5.2"], "GPT-5"),
        (OPEN, ["Outage on DALL·E API and GPT-4o"], ""),
        (OPEN, ["Elevated errors for gpt-4o-mini-2024-07-18 fine-tuned models"], "GPT-4o"),
        (OPEN, ["o3-mini errors"], "o3"),
        (OPEN, ["High error rates in gpt-4.1-mini API and ChatGPT Search"], ""),
        (
            OPEN,
            [
                "GPT-4o-mini Fine-Tuned Models High Error Rate",
                "The services for 4o-mini fine-tuned models (only 4o-mini) are still partly out.",
            ],
            "GPT-4o",
        ),
        (OPEN, ["Elevated errors in ChatGPT on model GPT-4o (API not impacted)"], "GPT-4o"),
        (GEMINI, ["Gemini 2.5 Pro and Flash are returning errors"], "Gemini Pro Gemini Flash"),
        (GEMINI, ["Gemini 2.5 Flash errors", "2.5 Pro is affected as well."], "Gemini Pro Gemini Flash"),
        (GEMINI, ["Gemini 2.5 Flash errors for Pro users"], "Gemini Flash"),
        (GEMINI, ["Errors for Pro subscribers"], ""),
        (
            ("Command A", "Command R", "Aya"),
            ["Command R errors", "A fix has been implemented, and a test."],
            "Command R",
        ),
        (MIXED, ["Degraded availability for Claude Opus and Sonnet"], "Claude Opus Claude Sonnet"),
        (
            MIXED,
            [
                "Incident with Copilot",
                "We see degraded availability for Claude Sonnet 4 in Copilot. Other models are working as expected.",
            ],
            "Claude Sonnet",
        ),
    ],
)
def test_what_it_is_about(families: tuple[str, ...], texts: list[str], about: str) -> None:
    assert " ".join(concerned(families, tuple(texts))) == about
