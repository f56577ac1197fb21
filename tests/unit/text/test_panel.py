"""Lines that only the panel shows."""

import msgspec
import pytest

from tests.support.snapshots import INCIDENT, NOW, snapshot
from tests.support.states import local_now, offered
from trayapp.core.evidence.page_report import PageStage, PageUpdate
from trayapp.core.light.severity import Light
from trayapp.core.snapshot import AnsweredBy, DemoScene, Snapshot, ToolStatus
from trayapp.core.switching.route import Policy
from trayapp.text import panel, sentences
from trayapp.text.language import set_language

S = snapshot()


def test_every_light_has_a_name() -> None:
    assert [panel.light_name(light) for light in Light] == ["green", "grey", "yellow", "red"]
    set_language("de")
    assert [panel.light_name(light) for light in Light] == ["grün", "grau", "gelb", "rot"]


def test_an_incident_in_the_providers_words() -> None:
    assert panel.incident_title(INCIDENT, S) == "Elevated Error Rates (identified)"
    assert panel.incident_title(msgspec.structs.replace(INCIDENT, page_stage=None), S) == "Elevated Error Rates"
    assert panel.incident_title(msgspec.structs.replace(INCIDENT, title=None), S) == ""
    set_language("de")
    assert panel.incident_title(INCIDENT, S) == "Elevated Error Rates (erkannt)"


def test_an_update_is_bounded_plain_data() -> None:
    assert panel.update_line(PageUpdate(NOW - 60, PageStage.MONITORING, "On it.\nSoon."), S) == (
        "22:21, monitoring: On it. Soon."
    )
    assert len(panel.update_line(PageUpdate(NOW, PageStage.MONITORING, "W" * 9000), S)) < 640


@pytest.mark.parametrize(
    ("s", "line"),
    [
        (S, ""),
        (offered(), "OpenAI works again. 7 requests were answered locally."),
        (
            snapshot(local=("openai", "anthropic")),
            "OpenAI and Anthropic work again. 14 requests were answered locally.",
        ),
    ],
)
def test_the_offer_home(s: Snapshot, line: str) -> None:
    assert panel.offer_line(s) == line


def test_what_was_answered_locally_by_tool() -> None:
    assert panel.answers_lines(local_now()) == ("editor: 7 requests, qwen3:8b",)
    set_language("de")
    assert panel.answers_lines(local_now()) == ("editor: 7 Anfragen, qwen3:8b",)
    assert panel.answers_lines(S) == ()


def test_the_tools() -> None:
    assert panel.tools_line(S) == ""
    many = snapshot(tools=(ToolStatus("editor", Policy.SWITCH), ToolStatus("x" * 500, Policy.FAIL)))
    assert panel.tools_line(many).startswith("editor, xxx")
    assert len(panel.tools_line(many)) < 200


@pytest.mark.parametrize(
    ("scene", "line"),
    [
        (None, ""),
        (DemoScene(), "Demo, the night of 3 February 2026: 22:22"),
        (
            DemoScene(AnsweredBy.CLOUD, 3),
            "Demo, the night of 3 February 2026: 22:22 · Simulated tool: request 3, answered from the cloud",
        ),
        (
            DemoScene(AnsweredBy.LOCAL, 12),
            "Demo, the night of 3 February 2026: 22:22 · Simulated tool: request 12, answered locally by qwen3:8b",
        ),
    ],
)
def test_the_caption_of_the_demo(scene: DemoScene | None, line: str) -> None:
    assert panel.demo_line(snapshot(demo=scene)) == line


def test_a_demo_says_so_in_the_tooltip() -> None:
    real, demo = snapshot(), snapshot(demo=DemoScene())
    assert sentences.tooltip(demo) == f"Demo: {sentences.tooltip(real)}"
