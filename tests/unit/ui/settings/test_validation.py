"""Mistakes in edited settings, in words, each at its key."""

import socket

import pytest

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


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "127.0.0.1", "127.1", "0x7f.1", "2130706433", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]",
     "[::]", "x.localhost", "127.9.9.9", socket.gethostname()],
)  # fmt: skip
@pytest.mark.parametrize("path", ["", "/", "/v1", "/t/ampel-x/openai/v1"])
def test_the_gateways_own_address_is_no_target(host: str, path: str) -> None:
    for port in (17502, 17999):
        found = mistakes({("local", "url"): f"http://{host}:{port}{path}", ("gateway", "port"): port})
        assert "gateway" in found["local", "url"][0]
        # The port is the file's own where it is not edited.
        assert bool(mistakes({("local", "url"): f"http://{host}:{port}{path}"})) is (port == 17502)
    for other in (f"http://{host}:17503{path}", f"http://{host}{path}", f"https://gate.example:17502{path}"):
        assert mistakes({("local", "url"): other, ("gateway", "port"): 17502}) == {}


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
