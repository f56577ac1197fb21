"""Names in sentences."""

import pytest

from trayapp.text.language import set_language
from trayapp.text.names import join, join_short, model_name, name, named, part

FOUR = ("ChatGPT", "OpenAI API", "Claude", "Claude API")


def test_interfaces_have_a_hyphen_in_german_and_an_article_in_sentences() -> None:
    assert (name("OpenAI API"), named("OpenAI API"), named("ChatGPT")) == ("OpenAI API", "the OpenAI API", "ChatGPT")
    set_language("de")
    assert (name("OpenAI API"), named("OpenAI API"), named("ChatGPT")) == ("OpenAI-API", "die OpenAI-API", "ChatGPT")
    assert name("APIs for all") == "APIs for all"


def test_join() -> None:
    assert [join(FOUR[:count]) for count in range(4)] == [
        "",
        "ChatGPT",
        "ChatGPT and OpenAI API",
        "ChatGPT, OpenAI API and Claude",
    ]
    assert join(FOUR[:2], articles=True) == "ChatGPT and the OpenAI API"
    set_language("de")
    assert join(FOUR[:2], articles=True) == "ChatGPT und die OpenAI-API"


@pytest.mark.parametrize(
    ("limit", "english", "german"),
    [
        (60, "ChatGPT, OpenAI API, Claude and Claude API", "ChatGPT, OpenAI-API, Claude und Claude-API"),
        (40, "ChatGPT, OpenAI API and 2 more", "ChatGPT, OpenAI-API und 2 weitere"),
        (25, "ChatGPT and 3 more", "ChatGPT und 3 weitere"),
        (10, "ChatGPT a…", "ChatGPT u…"),
    ],
)
def test_a_long_list_is_shortened(limit: int, english: str, german: str) -> None:
    assert join_short(FOUR, limit) == english
    set_language("de")
    assert join_short(FOUR, limit) == german


def test_names_are_the_users_own_and_bounded() -> None:
    assert name("A" * 500) == "A" * 39 + "…"
    assert name("\u202eevil\nname") == "evil name"
    assert len(join_short(["A" * 500], 20)) == 20


def test_parts_are_translated_where_they_are_ours() -> None:
    set_language("de")
    assert part("History and projects") == "Verlauf und Projekte"
    assert part("My own part") == "My own part"


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        ("qwen3:8b", "qwen3:8b"),
        ("hf.co/bartowski/gemma:Q4", "hf.co/bartowski/gemma:Q4"),
        ("/home/me/models/tiny.gguf", "tiny.gguf"),
        ("C:\\models\\tiny.gguf", "tiny.gguf"),
        ("/" + "deep/" * 40 + "tiny.gguf", "tiny.gguf"),
    ],
)
def test_a_model_that_is_a_file_is_called_by_the_files_name(model: str, shown: str) -> None:
    assert model_name(model) == shown
