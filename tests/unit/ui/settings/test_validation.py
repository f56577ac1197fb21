"""Mistakes in edited settings, in words, each at its key."""

from trayapp.errors import Param, Problem
from trayapp.ui.settings.validation import by_key, mistakes, nested


def test_what_is_allowed_is_no_mistake() -> None:
    assert mistakes({("gateway", "port"): 17503, ("local", "model"): None, ("provider", "acme", "key"): "env:A"}) == {}


def test_each_mistake_says_what_was_found_and_what_is_allowed() -> None:
    found = mistakes(
        {
            ("local", "url"): "ftp://x",
            ("network", "controls"): ["http://fine", "bad one"],
            ("gateway", "port"): 80,
            ("watch", "services"): ["chatgpt"],
        }
    )
    assert set(found) == {("local", "url"), ("network", "controls"), ("gateway", "port")}
    assert "ftp://x" in found["local", "url"][0]
    assert "bad one" in found["network", "controls"][0]
    assert "1024" in found["gateway", "port"][0]


def test_a_command_that_cannot_be_taken_apart_is_a_mistake() -> None:
    [told] = mistakes({("local", "start"): "ollama 'serve"})["local", "start"]
    assert told == '"ollama \'serve" has an opening quotation mark and no closing one. Add it.'


def test_a_key_in_a_field_is_not_repeated() -> None:
    secret = "sk-proj-abcdefghijklmnop1234567890"
    found = mistakes({("provider", "acme", "key"): secret})
    assert set(found) == {("provider", "acme", "key")}
    assert secret not in str(found)


def test_tables_are_those_of_the_file() -> None:
    assert nested({("a", "b"): 1, ("a", "c", "d"): [2], ("e",): None}) == {"a": {"b": 1, "c": {"d": [2]}}}


def test_problems_of_the_file_find_their_fields() -> None:
    at: dict[str, Param] = {"file": "settings.toml", "path": "/x", "line": 3, "found": "x"}
    problems = [
        Problem("setting_url", key="network.controls[1]", **at),
        Problem("setting_choice", key="ui.language", allowed="en", **at),
        Problem("toml_syntax", reason="?", **at),
        Problem("setting_unknown", key="nobody.knows", known="a", **at),
    ]
    placed, rest = by_key(problems, [("network", "controls"), ("ui", "language")])
    assert set(placed) == {("network", "controls"), ("ui", "language")}
    assert [one.code for one in rest] == ["toml_syntax", "setting_unknown"]
