"""What the instance answers, from every picture that there is: whole, narrowed, and in words."""

import json

import msgspec
import pytest

from tests.support.schema1 import Report
from tests.support.snapshots import snapshot
from tests.support.states import STATES, down
from trayapp.control import answers
from trayapp.control.messages import SwitchAnswer, TargetAnswer
from trayapp.core.switching.route import To
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.engine.switch import Switched
from trayapp.errors import Problem
from trayapp.text.language import speaking


@pytest.mark.parametrize("state", STATES)
def test_every_picture_has_its_report_its_lines_and_its_light(state: str) -> None:
    seen = STATES[state]()
    answer = answers.status(seen)
    report = msgspec.convert(answer.report, Report)
    assert answer.light == report.light == seen.judgement.light
    assert len(answer.lines) >= 2 + len(report.services)
    assert not any("{" in line for line in answer.lines) or state in ("hostile", "odd_name")
    assert msgspec.json.decode(msgspec.json.encode(answer.report)) == json.loads(json.dumps(answer.report))


def test_the_lines_are_the_sentence_the_services_their_trouble_and_the_connection() -> None:
    first, *others = answers.status(down()).lines
    assert first == "ChatGPT and OpenAI API are down. It is not you."
    services = [line for line in others if line.startswith("  ") and not line.startswith("   ")]
    assert [line.split(":")[0].strip() for line in services] == ["ChatGPT", "OpenAI API", "Claude", "Claude API"]
    reasons = [place for place, line in enumerate(others) if line.startswith("      ")]
    assert reasons
    assert max(reasons) < others.index(services[2]), "what is fine needs no reason"
    assert others[-1].startswith("Your connection: fine")


def test_narrowed_it_is_as_if_nothing_else_were_watched() -> None:
    whole = down()
    both = answers.status(whole, ("claude-api", "chatgpt"))
    assert [one["id"] for one in both.report["services"]] == ["claude-api", "chatgpt"]
    assert both.light == "red"
    one = answers.status(whole, ("claude",))
    assert (one.light, one.report["light"]) == ("green", "green")
    assert [page["provider"] for page in one.report["pages"]] == ["anthropic"]
    assert one.report["services"][0]["incident"] is None
    assert "OpenAI" not in "".join(one.lines)
    assert answers.status(whole, ("nobody",)).light == "grey"


def test_what_is_wrong_with_the_instance_is_told_in_words_whoever_is_asked_for() -> None:
    seen = snapshot(problems=(("store_unwritable", {"path": "/x", "reason": "full"}),))
    (notice,) = answers.status(seen, ("claude",)).problems
    assert (notice.code, notice.title) == ("store_unwritable", "Nothing can be remembered")
    assert notice.message.startswith("/x: full.")
    with speaking("de"):
        assert answers.notice(Problem("port_in_use", port=1)).title == "Port 1 ist belegt"


@pytest.mark.parametrize(
    ("done", "line"),
    [
        (
            Switched(To.LOCAL, ("acme",), 2, "qwen3:8b"),
            "Requests to acme are answered locally by qwen3:8b now. 2 tools moved.",
        ),
        (Switched(To.CLOUD, ("acme", "bolt"), 0), "acme, bolt is back in the cloud."),
        (Switched(To.CLOUD, (), 0), "Nothing was local."),
    ],
)
def test_a_switch_says_what_moved(done: Switched, line: str) -> None:
    assert answers.switched(done, snapshot()) == SwitchAnswer(done.to, done.providers, done.tools, done.model, line)


def test_the_target_says_how_far_it_is() -> None:
    status = TargetStatus(TargetState.LOADING, server="ollama", model="qwen3:8b", server_name="Ollama")
    assert answers.target(status) == TargetAnswer("loading", "qwen3:8b on Ollama: loading the model")
