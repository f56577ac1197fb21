"""The night as text is the same for nights that differ in seconds and in the order of one moment only."""

from datetime import UTC, datetime

from tests.support.nightlog import render
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import Transition
from trayapp.core.notify.banner import Announcement, Banner, BannerStage, Button, Urgency, Withdraw
from trayapp.errors import Param
from trayapp.text.language import language

EXPECTED = """\
Lights and findings

  chatgpt
    grey starting
    green ok
    red down

  openai-api
    green ok
    red down

Banners

  incident 1: down, pops up, normal
    en  ChatGPT and OpenAI API are down. It is not you.
        Errors since hh:mm. OpenAI has not commented. No need to reload: I will tell you when it works.
        [Details]
    de  ChatGPT und OpenAI-API gestört. Es liegt nicht an dir.
        Fehler seit hh:mm. OpenAI schweigt noch. Neuladen hilft nicht, ich melde mich, sobald es wieder geht.
        [Details]

  incident 1: over, pops up, normal
    en  All clear: OpenAI is back after [duration]
        Cause not stated.
    de  Entwarnung: OpenAI läuft wieder, nach [duration]
        Ursache ungenannt.

  incident 1: withdrawn

"""


def _change(service: str, was: tuple[Light, Finding], now: tuple[Light, Finding]) -> Transition:
    return Transition(0.0, service, *now, *was)


def _down(*services: str, at: float, pops_up: bool) -> Banner:
    params: dict[str, Param] = {"since": at - 60, "claim": "not_you"}
    return Banner("openai-1", BannerStage.DOWN, at, pops_up, Urgency.NORMAL, (Button.DETAILS,), services,
                  providers=("OpenAI",), params=params)  # fmt: skip


def test_two_runs_read_alike() -> None:
    starting, fine, down = (Light.GREY, Finding.STARTING), (Light.GREEN, Finding.OK), (Light.RED, Finding.DOWN)
    start = _change("chatgpt", starting, fine)
    falls = [_change("chatgpt", fine, down), _change("openai-api", fine, down)]
    for shift_s, changes in ((0.0, [start, *falls]), (97.0, [start, falls[1], falls[0]])):
        over: dict[str, Param] = {"since": 0.0, "ended_at": 11_940.0 + shift_s}
        told: list[Announcement] = [
            _down("ChatGPT", "OpenAI API", at=shift_s, pops_up=True),
            Banner("openai-1", BannerStage.OVER, 12_000.0 + shift_s, providers=("OpenAI",), params=over),
            Withdraw("openai-1"),
        ]
        assert render(changes, told, lambda at: datetime.fromtimestamp(1e9 + at, UTC)) == EXPECTED
    assert language() == "en"


def test_the_switch_has_a_name_of_its_own() -> None:
    banner = Banner("switch", BannerStage.HOME, 0.0, services=("OpenAI",), params={"tools": 1, "answered": 3})
    text = render([], [banner, Withdraw("yellow:openai")], lambda at: datetime.fromtimestamp(at, UTC))
    assert "  switch: home, pops up, normal\n    en  Back in the cloud with OpenAI\n" in text
    assert "1 tool moved home. [n] requests were answered locally." in text
    assert "  yellow:openai: withdrawn\n" in text
