"""Who switches, in the words of both languages."""

from collections.abc import Callable

import pytest

from tests.support.breakers import half_open, tripped
from tests.support.snapshots import NO_TARGET, NOW, snapshot
from tests.support.states import coming_home, held_in_cloud, moved, nothing_to_move
from trayapp.core.snapshot import Snapshot, ToolStatus
from trayapp.core.switching.route import Policy
from trayapp.text.language import set_language
from trayapp.text.switching import auto_lines, mode_sentences

ON, AN = "Automatic switching is on.", "Automatisches Umschalten ist an."


@pytest.mark.parametrize(
    ("state", "english", "german"),
    [
        (snapshot, [], []),
        (
            moved,
            [ON, "OpenAI: moved by itself to qwen3:8b since 22:21, 20 s. Tries it again at 22:22."],
            [AN, "OpenAI: automatisch zu qwen3:8b gewechselt, seit 22:21, 20 s. Nächster Versuch um 22:22."],
        ),
        (
            coming_home,
            [
                ON,
                "OpenAI: moved by itself to qwen3:8b since 22:04, 18 min."
                " It answers again: 2 of 3 good answers so far.",
            ],
            [
                AN,
                "OpenAI: automatisch zu qwen3:8b gewechselt, seit 22:04, 18 Min."
                " Es kommen wieder gute Antworten: bisher 2 von 3.",
            ],
        ),
        (
            lambda: moved(auto=half_open("openai", NOW - 90)),
            [ON, "OpenAI: moved by itself to qwen3:8b since 22:20, 1 min. The next request tries it again."],
            [
                AN,
                "OpenAI: automatisch zu qwen3:8b gewechselt, seit 22:20, 1 Min."
                " Die nächste Anfrage versucht es dort wieder.",
            ],
        ),
        (
            held_in_cloud,
            [ON, "OpenAI stays in the cloud until it is well, as you wished."],
            [AN, "OpenAI bleibt auf deinen Wunsch in der Cloud, bis alles wieder läuft."],
        ),
        (
            nothing_to_move,
            [ON, "Nothing can move by itself yet. No local model is set up."],
            [AN, "Automatisch umschalten geht noch nicht. Es ist kein lokales Modell eingerichtet."],
        ),
        (
            lambda: moved(tools=(ToolStatus("nightly", Policy.FAIL),), auto=tripped("other", NOW)),
            [ON, "Nothing can move by itself yet: no tool that may move uses the gateway."],
            [AN, "Automatisch umschalten geht noch nicht: Kein Tool, das wechseln darf, nutzt das Gateway."],
        ),
        (
            lambda: moved(target=NO_TARGET),
            [ON, "Nothing can move by itself yet. No local model is set up."],
            [AN, "Automatisch umschalten geht noch nicht. Es ist kein lokales Modell eingerichtet."],
        ),
    ],
)
def test_what_auto_mode_does(state: Callable[[], Snapshot], english: list[str], german: list[str]) -> None:
    assert auto_lines(state()) == english
    set_language("de")
    assert auto_lines(state()) == german


def test_turning_it_off_says_who_comes_home() -> None:
    assert mode_sentences(snapshot(), ("openai",))[1:] == ["OpenAI is back in the cloud."]
    set_language("de")
    assert mode_sentences(snapshot(), ("openai", "anthropic"))[1:] == ["OpenAI und Anthropic sind zurück in der Cloud."]
