"""The answer to "it fails for me" in words: whole in both languages, and no word against what is known."""

import pytest
from msgspec import structs

from tests.support.snapshots import service, snapshot
from tests.support.states import STATES, down, fine, offline
from trayapp.core.catalogue import Ability
from trayapp.core.evidence.observation import Badge, NetworkStep, Source
from trayapp.core.incident.concerns import Concerns
from trayapp.core.light.reasons import Code, Reason
from trayapp.core.light.severity import Finding, Light
from trayapp.core.mine.fails import Fails, Why, fails
from trayapp.core.mine.side import Side
from trayapp.core.snapshot import Snapshot
from trayapp.settings.symptoms import known
from trayapp.text import fails as words
from trayapp.text.language import set_language


def answer(s: Snapshot, said: str = "", name: str = "openai-api") -> Fails:
    found = fails(s, name, known().find(said))
    assert found is not None
    return found


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", STATES)
def test_every_state_has_its_words(name: str, language: str) -> None:
    set_language(language)
    s = STATES[name]()
    for verdict in s.judgement.services:
        for said in ("", "login loops", "429", "blorp"):
            f = answer(s, said, verdict.id)
            told = [words.sentence(f, s), words.next_step(f), *words.meant_lines(f, said), *words.seen_lines(f, s)]
            assert all(told)
            assert not any("{" in line or "}" in line for line in told if "{odd}" not in line)
            assert len(told) == len(set(told))


@pytest.mark.parametrize("why", Why)
def test_every_answer_has_its_words(why: Why) -> None:
    for side, sure in (
        (Side.THEM, True),
        (Side.THEM, False),
        (Side.YOU, True),
        (Side.YOU, False),
        (Side.NEITHER, False),
    ):
        f = Fails("openai-api", side, sure, why)
        assert words.sentence(f, fine()).count(". ") >= 1
        assert words.next_step(f)[-1] == "."


def test_each_stretch_of_the_own_network_has_its_own_next_step() -> None:
    told = {words.next_step(Fails("openai-api", Side.YOU, True, Why.OFFLINE, step=step)) for step in NetworkStep}
    assert len(told) == len(NetworkStep)
    assert "Open any page in the browser and log in there." in told


def test_what_it_usually_means_is_not_said_against_what_is_known() -> None:
    assert words.meant_lines(answer(down(), "429"), "429") == [
        "What you see is usually on your side; this time it is not."
    ]
    kept = answer(snapshot(service("openai-api", badges=(Badge.QUOTA,))), "502")
    assert words.meant_lines(kept, "502") == ["What you see is usually on their side; this time it is not."]
    assert words.meant_lines(answer(offline(), "429"), "429") == []
    assert words.meant_lines(answer(down(), "502"), "502")[0].startswith("502, 504")
    assert words.meant_lines(answer(down(), "worse answers"), "worse answers")[0].startswith("Worse answers")


def test_what_stands_in_for_several_things_is_named_once() -> None:
    both = (Ability.CHAT, Ability.CODE)
    s = snapshot(
        service("chatgpt", Light.RED, Finding.DOWN, abilities=(*both, Ability.IMAGES)),
        service("openai-api", abilities=(*both, Ability.IMAGES)),
        service("claude", abilities=both),
        service("claude-api", Light.RED, Finding.DOWN),
    )
    assert words.works_lines(answer(s, "", "chatgpt")) == [
        "For chat and code: OpenAI API and Claude.",
        "For images: OpenAI API.",
        "On this computer: qwen3:8b.",
    ]


@pytest.mark.parametrize(
    ("why", "en", "de"),
    [
        (
            Why.REGION,
            "Turn the VPN wg0 off, or choose another country in it.",
            "Schalte das VPN wg0 aus, oder wähle darin ein anderes Land.",
        ),
        (
            Why.SILENT,
            "Turn the VPN wg0 off for a try; if it works then, it was that.",
            "Schalte das VPN wg0 zur Probe aus; geht es dann, lag es daran.",
        ),
    ],
)
def test_a_vpn_that_is_known_is_named(why: Why, en: str, de: str) -> None:
    f = Fails("openai-api", Side.NEITHER, False, why, vpn="wg0")
    assert words.next_step(f) == en
    assert "wg0" not in words.next_step(Fails("openai-api", Side.THEM, True, Why.DOWN, vpn="wg0"))
    set_language("de")
    assert words.next_step(f) == de


def test_an_answer_that_makes_no_sense_is_nobodys_fault_yet() -> None:
    f = Fails("openai-api", Side.NEITHER, False, Why.ODD, status=404)
    assert words.sentence(f, fine()) == "Nobody's fault can be seen from here. OpenAI API answers 404 here."
    assert "address" in words.next_step(f)


def test_a_name_that_is_not_looked_up_has_a_next_step_of_its_own() -> None:
    f = Fails("openai-api", Side.NEITHER, False, Why.CHECKING, step=NetworkStep.DNS)
    assert words.sentence(f, fine()).startswith("Nobody's fault can be seen from here. Requests to OpenAI API")
    assert "another DNS server" in words.next_step(f)


def test_the_connection_is_told_once_as_it_is_now() -> None:
    was = (
        Reason(Code.NETWORK_UNPROVEN, Source.NETWORK, 0.0),
        Reason(Code.NETWORK_FINE, Source.NETWORK, 0.0, {"hosts": 2}),
    )
    s = snapshot(service("openai-api", Light.YELLOW, Finding.CHECKING, reasons=was))
    assert [line.split(":")[0] for line in words.seen_lines(answer(s), s)].count("Your connection") == 1


def test_whom_the_page_names_stands_beside_it() -> None:
    s = snapshot(structs.replace(service("openai-api", Light.YELLOW, Finding.DEGRADED), incident="i"))
    s = structs.replace(s, concerns={"i": Concerns(regions=("Europe",))})
    assert "It names the region Europe." in words.seen_lines(answer(s), s)


def test_a_proxy_that_refuses_is_asked_for_before_a_vpn() -> None:
    f = Fails("openai-api", Side.YOU, True, Why.BLOCKED, step=NetworkStep.PROXY, vpn="wg0")
    assert words.sentence(f, fine()).endswith("Something in your network stands between you and OpenAI API.")
    assert words.next_step(f).startswith("Ask whoever runs the proxy")
