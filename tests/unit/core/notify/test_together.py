"""Trouble of several providers at once: one banner, whose first line names what they have in common."""

from typing import Any

import msgspec
import pytest

from tests.unit.core.playbook import START
from trayapp.core.catalogue import Catalogue, Component, Part, Provider, Service
from trayapp.core.evidence.observation import Badge, Depth, Outcome, Source, Try, Witness
from trayapp.core.evidence.reach import Reach
from trayapp.core.evidence.surroundings import Surroundings
from trayapp.core.light.severity import Finding
from trayapp.core.notify.banner import Announcement, Banner, BannerStage, Withdraw
from trayapp.core.notify.together import Cause, Trouble
from trayapp.core.snapshot import Circumstances
from trayapp.engine.state import Memory, State

NINE = ("openai", "anthropic", "google", "xai", "mistral", "deepseek", "cohere", "groq", "together")
ASKED_S = 61.0
ALONE, PROXY, VPN = Surroundings(), Surroundings(proxy="proxy.company.example"), Surroundings(tunnel="wg0")


def _provider(name: str) -> Provider:
    service = Service(name, name.title(), components=(Component("main", "Main", True),))
    return Provider(name, name.title(), (service,))


class Tools:
    """The user's own tools, which ask all of nine providers once a minute through the gateway."""

    def __init__(self, around: Surroundings = ALONE) -> None:
        self.catalogue = Catalogue({name: _provider(name) for name in NINE})
        self.state = State(self.catalogue, NINE, START)
        self.state.observe(Circumstances(around=around))
        self.minute = 0
        self.said: list[Announcement] = []
        self.host: str | None = None

    def minutes(self, number: int, status: int | dict[str, int] = 200) -> None:
        """`status`: of everybody's answers, or of those who are not well."""
        for _ in range(number):
            at = self.minute * ASKED_S
            for place, name in enumerate(NINE):
                self._ask(at + place, name, status if isinstance(status, int) else status.get(name, 200))
            self.minute += 1
            self.wait((self.minute - 1) * ASKED_S + 30)

    def _ask(self, at: float, name: str, status: int) -> None:
        more: dict[str, Any] = {"outcome": Outcome.GOOD, "accepted": True}
        if status != 200:
            refused = Outcome.NEUTRAL if status == 429 else Outcome.GOOD
            badge = Badge.RATE_LIMIT if status == 429 else Badge.KEY
            more = {"outcome": refused, "accepted": False, "badge": badge}
        moment = START + at
        self.state.observe(
            Try(
                at=moment, began=moment - 0.3, source=Source.TRAFFIC, provider=name,
                host=self.host or f"api.{name}.example", parts=(Part(name, "main"),), depth=Depth.COMPLETION,
                code=f"http_{status}", reach=Reach.PUBLIC, status=status, request=f"r{at}", proven=True,
                witness=Witness(f"key of {name}", "/v1/chat/completions", "m"), **more,
            )
        )  # fmt: skip
        self.wait(at)

    def wait(self, at: float) -> None:
        self.said += self.state.advance(START + at).announcements

    def restart(self) -> None:
        kept = msgspec.json.decode(msgspec.json.encode(self.state.remember()), type=Memory)
        self.state = State(self.catalogue, NINE, START + self.minute * ASKED_S, kept)

    def banners(self) -> list[Banner]:
        return [one for one in self.said if isinstance(one, Banner)]

    def standing(self) -> dict[str, Banner]:
        """The banners that stand in the end."""
        shown: dict[str, Banner] = {}
        for one in self.said:
            if isinstance(one, Withdraw):
                shown.pop(one.key, None)
            else:
                shown[one.key] = one
        return shown

    def findings(self) -> set[Finding]:
        return {one.finding for one in self.state.judgement.services}


@pytest.mark.parametrize(
    ("status", "around", "trouble", "cause", "who"),
    [
        (401, ALONE, Trouble.REFUSED, Cause.KEYS, None),
        (403, ALONE, Trouble.REFUSED, Cause.ADDRESS, None),
        (404, ALONE, Trouble.REFUSED, Cause.UNKNOWN, None),
        (429, ALONE, Trouble.THROTTLED, Cause.ADDRESS, None),
        (401, PROXY, Trouble.REFUSED, Cause.PROXY, "proxy.company.example"),
        (429, VPN, Trouble.THROTTLED, Cause.VPN, "wg0"),
    ],
)
def test_nine_at_once_are_one_banner(
    status: int, around: Surroundings, trouble: Trouble, cause: Cause, who: str | None
) -> None:
    tools = Tools(around)
    tools.minutes(5)
    tools.minutes(20, status)
    (banner,) = tools.banners()
    assert (banner.stage, banner.pops_up, len(banner.providers)) == (BannerStage.YELLOW, True, 9)
    assert (banner.params["trouble"], banner.params["common"], banner.params.get("who")) == (trouble, cause, who)
    assert tools.findings() == {Finding.DEGRADED}


def test_one_host_for_all_is_named() -> None:
    tools = Tools(PROXY)
    tools.host = "llm.company.example"
    tools.minutes(5)
    tools.minutes(20, 401)
    (banner,) = tools.banners()
    assert (banner.params["common"], banner.params["who"]) == (Cause.HOST, "llm.company.example")


def test_two_are_two() -> None:
    tools = Tools()
    tools.minutes(5)
    tools.minutes(20, {"openai": 401, "xai": 401})
    assert [one.services for one in tools.banners()] == [("Openai",), ("Xai",)]


def test_who_is_back_leaves_it_and_the_last_is_told_for_itself() -> None:
    tools = Tools()
    tools.minutes(5)
    tools.minutes(15, {"openai": 401, "xai": 401, "groq": 401})
    assert [one.services for one in tools.standing().values()] == [("Openai", "Xai", "Groq")]
    tools.minutes(5, {"openai": 401, "groq": 401})
    assert [one.services for one in tools.standing().values()] == [("Openai", "Groq")]
    tools.minutes(5, {"openai": 401})
    assert [one.services for one in tools.standing().values()] == [("Openai",)]
    assert "common" not in next(iter(tools.standing().values())).params
    tools.minutes(12)
    assert not tools.standing()
    assert [one.stage for one in tools.banners() if one.pops_up] == [BannerStage.YELLOW]


def test_the_end_of_all_takes_it_away_and_another_time_is_told_anew() -> None:
    tools = Tools()
    tools.minutes(5)
    tools.minutes(15, 401)
    tools.minutes(15)
    assert not tools.standing()
    tools.minutes(15, 401)
    assert [len(one.services) for one in tools.standing().values()] == [9]
    assert [len(one.services) for one in tools.banners() if one.pops_up] == [9, 9]


def test_who_comes_later_joins_it_silently_and_a_restart_repeats_nothing() -> None:
    tools = Tools()
    tools.minutes(5)
    tools.minutes(3, {"openai": 401, "xai": 401, "groq": 401})
    tools.minutes(7, {"openai": 401, "xai": 401, "groq": 401, "cohere": 401})
    tools.restart()
    tools.minutes(10, {"openai": 401, "xai": 401, "groq": 401, "cohere": 401})
    assert len(tools.standing()) == 1
    assert [one.pops_up for one in tools.banners()] == [True]


def test_one_that_was_told_alone_is_taken_into_it() -> None:
    tools = Tools()
    tools.minutes(5)
    tools.minutes(4, {"openai": 401})
    tools.minutes(9, {"openai": 401, "xai": 401, "groq": 401})
    assert [one.services for one in tools.standing().values()] == [("Openai", "Xai", "Groq")]


def test_what_falls_red_out_of_it_is_told_as_down() -> None:
    tools = Tools()
    tools.minutes(5)
    tools.minutes(15, {"openai": 401, "xai": 401, "groq": 401})
    assert len(tools.standing()) == 1
    incident = next(one for one in tools.state.result.snapshot.incidents if one.provider == "xai")
    for place in range(8):
        at = START + tools.minute * ASKED_S + 20 * place
        tools.state.observe(
            Try(
                at=at, began=at - 0.3, source=Source.PROBE, provider="xai", host="api.xai.example",
                parts=(Part("xai", "main"),), depth=Depth.API, outcome=Outcome.FAIL, code="http_503",
                reach=Reach.PUBLIC, status=503, proven=True,
            )
        )  # fmt: skip
        tools.said += tools.state.advance(at + 2).announcements
    standing = tools.standing()
    assert standing[incident.id].stage is BannerStage.DOWN
    assert sorted(one.services for one in standing.values()) == [("Openai", "Groq"), ("Xai",)]
