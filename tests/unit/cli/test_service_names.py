"""What people call a service when they type it."""

from collections.abc import Iterable

import pytest

from trayapp.cli.service_names import id_of, service_and_words
from trayapp.core.catalogue import Catalogue, Component, Provider, Service
from trayapp.errors import Problem


def provider(ident: str, name: str, services: Iterable[tuple[str, str]]) -> Provider:
    part = Component("all", "All", main=True)
    return Provider(ident, name, services=tuple(Service(*one, components=(part,)) for one in services))


KNOWN = Catalogue(
    {
        "openai": provider("openai", "OpenAI", [("chatgpt", "ChatGPT"), ("openai-api", "OpenAI API")]),
        "github": provider("github", "GitHub", [("github-copilot", "GitHub Copilot")]),
        "microsoft": provider("microsoft", "Microsoft", [("microsoft-copilot", "Microsoft Copilot")]),
        "anthropic": provider("anthropic", "Anthropic", [("claude", "Claude"), ("claude-api", "Claude API")]),
    }
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("chatgpt", "chatgpt"), (" ChatGPT ", "chatgpt"), ("OpenAI API", "openai-api"), ("CLAUDE_API", "claude-api"),
     ("claude", "claude")],
)  # fmt: skip
def test_a_service_is_known_by_its_id_and_by_its_name(typed: str, meant: str) -> None:
    assert id_of(KNOWN, typed) == meant


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("openai", "chatgpt, openai-api"),
        ("Anthropic", "claude, claude-api"),
        ("copilot", "github-copilot, microsoft-copilot"),
        ("gpt", "chatgpt"),
        ("chatgtp", "chatgpt"),
        ("claud api", "claude-api"),
    ],
)
def test_what_comes_close_is_proposed(typed: str, near: str) -> None:
    with pytest.raises(Problem) as met:
        id_of(KNOWN, typed)
    assert met.value.code == "which_service"
    assert str(met.value.params["near"]).startswith(near)


@pytest.mark.parametrize("typed", ["", "  ", "zzz", "🙂", "x" * 5000])
def test_what_is_nothing_like_it_gets_all_there_are(typed: str) -> None:
    with pytest.raises(Problem) as met:
        id_of(KNOWN, typed)
    assert (met.value.code, met.value.params["known"]) == (
        "unknown_service",
        "chatgpt, claude, claude-api, github-copilot, microsoft-copilot, openai-api",
    )


def test_a_name_of_several_words_is_told_from_what_is_said_of_it() -> None:
    assert service_and_words(KNOWN, "OpenAI", ["API", "502", "again"]) == ("openai-api", "502 again")
    assert service_and_words(KNOWN, "claude", ["API", "is", "slow"]) == ("claude-api", "is slow")
    assert service_and_words(KNOWN, "claude", ["is", "slow"]) == ("claude", "is slow")
    with pytest.raises(Problem, match="which_service"):
        service_and_words(KNOWN, "openai", ["login", "loops"])
