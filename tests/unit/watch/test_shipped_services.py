"""The shipped catalogue: complete, consistent, and with the ids that the official pages have."""

import re
from datetime import date
from pathlib import Path

import pytest

from trayapp import paths
from trayapp.core.catalogue import NAMED, Auth, Catalogue, Part, ProbeKind
from trayapp.settings.schema import Settings
from trayapp.settings.services import load_services
from trayapp.watch.pages.registry import page_kinds

README = Path(__file__).resolve().parents[3] / "README.md"
# As read from the pages' own `components.json`.
KNOWN_IDS = {
    "openai": {
        "01JMXBNJXGV1T5GT2M9XA83XNG",  # Conversations
        "01JMXBNJXG1S2D9V65P1ZZTD94",  # Login (ChatGPT)
        "01JMXBNJXG1YMQPPCPCQX3MPA2",  # File uploads
        "01JMXBRMFE6N2NNT7DG6XZQ6PW",  # Chat Completions
        "01JP8CD9JR3HR6Y7G4Q75N4DVW",  # Responses
        "01JMXBRMFEV0AJ0VVS68N9CD6R",  # Embeddings
        "01KMKFAMWKNQ84Z1766MV08ZDE",  # CLI
        "01KMP3KP5M8X0EBTVW6KN327EE",  # VS Code extension
        "01JVCV8YSWZFRSM1G5CVP253SK",  # Codex Web
    },
    "anthropic": {
        "rwppv331jlwc",  # claude.ai
        "k8w3r06qmzrp",  # Claude API
        "yyzkbfz2thpt",  # Claude Code
    },
}
PROVIDERS = [
    "anthropic",
    "aws-bedrock",
    "azure-openai",
    "cerebras",
    "cohere",
    "cursor",
    "deepseek",
    "elevenlabs",
    "fireworks",
    "github-copilot",
    "google",
    "google-cloud",
    "groq",
    "huggingface",
    "microsoft-copilot",
    "minimax",
    "mistral",
    "moonshot",
    "openai",
    "openrouter",
    "perplexity",
    "qwen",
    "replicate",
    "together",
    "xai",
    "zai",
]
# What each vendor calls a component by.
ID_FORMS = {
    "statuspage": r"[0-9a-z]{12}",
    "cloudflare": r"[0-9a-z]{12}",
    "incidentio": r"[0-7][0-9A-HJKMNP-TV-Z]{25}",
    "flashduty": r"[0-7][0-9A-HJKMNP-TV-Z]{25}",
    "datadog": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "rootly": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "google": r"[0-9A-Za-z]{20}",
    "microsoft": r"[A-Za-z0-9.]+",
    "xai": r"[a-z]+(-[a-z]+)*",
    "aws": r"bedrock-[a-z]{2}-[a-z]+-\d",
}


def _catalogue() -> Catalogue:
    catalogue, _watched, _own, problems, *_ = load_services(paths.home(), Settings(), {}, page_kinds())
    assert problems == []
    return catalogue


def test_a_first_start_watches_four_services_without_configuration(own_home: Path) -> None:
    found = _catalogue().watched(Settings().watch.services)
    assert [service.name for _, service in found] == ["ChatGPT", "OpenAI API", "Claude", "Claude API"]


def test_whatever_people_use_is_in_it(own_home: Path) -> None:
    assert sorted(_catalogue().providers) == PROVIDERS


def test_the_parts_are_those_that_people_know(own_home: Path) -> None:
    parts = {service.id: [one.name for one in service.components] for _, service in _catalogue().services()}
    assert {name: parts[name] for name in ("chatgpt", "openai-api", "claude", "claude-api", "claude-code")} == {
        "chatgpt": ["Chat", "Login", "History and projects", "File uploads"],
        "openai-api": ["Chat completions", "Responses", "Embeddings"],
        "claude": ["Chat"],
        "claude-api": ["Messages"],
        "claude-code": ["Claude Code"],
    }


def test_every_id_is_one_that_the_page_has_or_can_have(own_home: Path) -> None:
    catalogue = _catalogue()
    for provider, service in catalogue.services():
        for component in service.components:
            for entry in component.page_components:
                assert provider.page is not None
                known = KNOWN_IDS.get(provider.provider)
                assert known is None or entry in known
                if entry != "*" and not entry.startswith(NAMED):
                    assert re.fullmatch(ID_FORMS[provider.page.kind], entry), (service.id, entry)


def test_every_claim_says_where_it_comes_from_and_when_that_was_looked_at(own_home: Path) -> None:
    claims = list(_catalogue().claims())
    assert len(claims) > 100
    for claim in claims:
        assert claim.fact.source, claim
        assert claim.fact.checked is not None, claim
        assert date(2026, 1, 1) <= claim.fact.checked <= date.today(), claim


def test_what_is_unverified_is_counted_where_people_read_of_it(own_home: Path) -> None:
    facts = [claim.fact for claim in _catalogue().claims()]
    said = re.search(r"(\d+) of (\d+) are unverified", README.read_text())
    assert said is not None
    assert (int(said[1]), int(said[2])) == (sum(fact.unverified for fact in facts), len(facts))


@pytest.mark.parametrize("names", ["services", "components"])
def test_nothing_that_people_read_is_called_by_its_id(own_home: Path, names: str) -> None:
    for _, service in _catalogue().services():
        called = [service.name] if names == "services" else [one.name for one in service.components]
        assert all(name == name.strip() and len(name) <= 30 for name in called)
        assert all(name[0].isupper() or name == "xAI API" for name in called)


def test_every_service_can_be_seen_by_something(own_home: Path) -> None:
    for _, service in _catalogue().services():
        assert service.probes or any(one.page_components for one in service.components), service.id
        assert service.website


def test_every_probe_works_without_a_key_or_is_opt_in(own_home: Path) -> None:
    for _, service in _catalogue().services():
        for probe in service.probes:
            assert probe.url.startswith("https://")
            if probe.kind is not ProbeKind.COMPLETION:
                assert probe.auth is Auth.NONE or probe.up
            # What is not known to be an answer cannot be told from one that is.
            assert probe.up or not probe.unverified or probe.kind is ProbeKind.EDGE


def test_what_decides_is_asked_before_what_does_not(own_home: Path) -> None:
    """At one host the first request is also the control for others."""
    for _, service in _catalogue().services():
        hosts = {probe.host for probe in service.probes}
        for host in hosts:
            order = [probe.unverified for probe in service.probes if probe.host == host]
            assert order == sorted(order)


def test_login_and_history_can_only_be_seen_on_the_page(own_home: Path) -> None:
    """But for what decides nothing alone."""
    probed = {
        Part(service.id, one)
        for _, service in _catalogue().services()
        for probe in service.probes
        if not probe.unverified
        for one in probe.components
    }
    assert Part("chatgpt", "login") not in probed
    assert Part("chatgpt", "history") not in probed


def test_parts_on_one_entry_of_the_page_are_never_both_main(own_home: Path) -> None:
    """What the page calls out is one thing; main parts make the light, and two of them would weigh it twice."""
    for _, service in _catalogue().services():
        entries = [one.page_components for one in service.components if one.main and one.page_components]
        assert len(set(entries)) == len(entries)


def test_the_shipped_services_say_what_they_are_used_for_and_where_others_report(own_home: Path) -> None:
    known = {service.id: service for _, service in _catalogue().services()}
    assert "images" in known["chatgpt"].abilities
    assert known["claude-code"].abilities == ("code",)
    for service in known.values():
        assert service.reports is None or service.reports.startswith("https://")
    # A hub of files stands in for nothing.
    assert [one.id for one in known.values() if not one.abilities] == ["huggingface"]
