"""The shipped catalogue: complete, consistent, and with the ids that the official pages have."""

from pathlib import Path

from trayapp import paths
from trayapp.core.catalogue import Auth, Catalogue, Part, ProbeKind
from trayapp.settings.schema import Settings
from trayapp.settings.services import load_services
from trayapp.watch.pages.registry import page_kinds

# As read from the pages' own `components.json`.
KNOWN_IDS = {
    "openai": {
        "01JMXBNJXGV1T5GT2M9XA83XNG",  # Conversations
        "01JMXBNJXG1S2D9V65P1ZZTD94",  # Login (ChatGPT)
        "01JMXBNJXG1YMQPPCPCQX3MPA2",  # File uploads
        "01JMXBRMFE6N2NNT7DG6XZQ6PW",  # Chat Completions
        "01JP8CD9JR3HR6Y7G4Q75N4DVW",  # Responses
        "01JMXBRMFEV0AJ0VVS68N9CD6R",  # Embeddings
    },
    "anthropic": {
        "rwppv331jlwc",  # claude.ai
        "k8w3r06qmzrp",  # Claude API
        "yyzkbfz2thpt",  # Claude Code
    },
}


def _catalogue() -> Catalogue:
    catalogue, _watched, _own, problems = load_services(paths.home(), Settings(), {}, page_kinds())
    assert problems == []
    return catalogue


def test_a_first_start_watches_four_services_without_configuration(own_home: Path) -> None:
    found = _catalogue().watched(Settings().watch.services)
    assert [service.name for _, service in found] == ["ChatGPT", "OpenAI API", "Claude", "Claude API"]


def test_the_parts_are_those_that_people_know(own_home: Path) -> None:
    parts = {service.id: [one.name for one in service.components] for _, service in _catalogue().services()}
    assert parts == {
        "chatgpt": ["Chat", "Login", "History and projects", "File uploads"],
        "openai-api": ["Chat completions", "Responses", "Embeddings"],
        "claude": ["Chat"],
        "claude-api": ["Messages"],
        "claude-code": ["Claude Code"],
    }


def test_every_id_is_one_that_the_page_has(own_home: Path) -> None:
    for provider, service in _catalogue().services():
        for component in service.components:
            assert set(component.page_components) <= KNOWN_IDS[provider.provider]
            assert component.page_components


def test_every_probe_works_without_a_key_or_is_opt_in(own_home: Path) -> None:
    for _, service in _catalogue().services():
        for probe in service.probes:
            assert probe.url.startswith("https://")
            if probe.kind is not ProbeKind.COMPLETION:
                assert probe.auth is Auth.NONE or probe.up


def test_login_and_history_can_only_be_seen_on_the_page(own_home: Path) -> None:
    probed = {
        Part(service.id, one) for _, service in _catalogue().services() for p in service.probes for one in p.components
    }
    assert Part("chatgpt", "login") not in probed
    assert Part("chatgpt", "history") not in probed


def test_parts_on_one_entry_of_the_page_are_never_both_main(own_home: Path) -> None:
    """What the page calls out is one thing; main parts make the light, and two of them would weigh it twice."""
    for _, service in _catalogue().services():
        entries = [one.page_components for one in service.components if one.main]
        assert len(set(entries)) == len(entries)


def test_the_shipped_services_say_what_they_are_used_for_and_where_others_report(own_home: Path) -> None:
    known = {service.id: service for _, service in _catalogue().services()}
    assert "images" in known["chatgpt"].abilities
    assert known["claude-code"].abilities == ("code",)
    for service in known.values():
        assert service.reports is None or service.reports.startswith("https://")
