"""What stands in a banner: names, times, buttons, and what else works."""

import pytest

from tests.support.newsdesk import DEGRADED, GREEN, RECOVERING, RED, START, STARTED_S, Desk, because
from tests.support.snapshots import NO_TARGET, pages
from tests.unit.core.playbook import Play
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.incident.incident import Bout, IncidentStage
from trayapp.core.light.reasons import Code
from trayapp.core.light.severity import Finding, Light
from trayapp.core.notify.banner import Announcement, Banner, BannerStage, Button, Urgency
from trayapp.core.switching.route import Until

BOTH = ("chatgpt", "openai-api")
ALL = (*BOTH, "claude", "claude-api")


def _down(desk: Desk, *services: str) -> None:
    desk.set(RED, *services, **because(Code.FAILURES, failed=3, tries=3))
    desk.incident(*services)


def test_down_names_who_is_down_and_who_works(desk: Desk) -> None:
    _down(desk, *BOTH)
    banner = desk.banner(1, BannerStage.DOWN)
    assert banner.services == ("ChatGPT", "OpenAI API")
    assert banner.working == ("Claude", "Claude API")
    assert (banner.provider, banner.providers) == ("openai", ("OpenAI",))
    assert banner.params == {"since": START + STARTED_S, "seen": True, "page": True, "claim": "not_you"}
    assert banner.urgency is Urgency.NORMAL
    assert banner.buttons == (Button.SWITCH_LOCAL, Button.DETAILS, Button.ONLY_WHEN_BACK, Button.SET_ASIDE)


def test_down_without_a_target_offers_to_set_one_up(desk: Desk) -> None:
    desk.target = NO_TARGET
    _down(desk, "chatgpt")
    assert desk.banner(1, BannerStage.DOWN).buttons[0] is Button.SET_UP_FALLBACK


def test_down_that_cannot_be_moved_offers_no_switch(desk: Desk) -> None:
    desk.set(RED, "claude-api")
    desk.incident("claude-api", provider="anthropic")
    assert desk.banner(1, BannerStage.DOWN).buttons == (Button.DETAILS, Button.ONLY_WHEN_BACK, Button.SET_ASIDE)


def test_down_with_others_that_can_be_moved_offers_these(desk: Desk) -> None:
    desk.set((Light.RED, Finding.SHARED), "openai-api", "claude-api")
    desk.incident("openai-api", "claude-api", id="s1", provider="", shared=True)
    assert desk.banner(1, BannerStage.DOWN).buttons[0] is Button.SWITCH_LOCAL


def test_down_while_already_local_offers_no_switch(desk: Desk) -> None:
    desk.local("openai")
    _down(desk, "chatgpt")
    assert desk.banner(1, BannerStage.DOWN).buttons == (Button.DETAILS, Button.ONLY_WHEN_BACK, Button.SET_ASIDE)


def test_down_by_the_page_alone_is_not_seen_from_here(desk: Desk) -> None:
    desk.set(RED, "chatgpt", reasons=())
    desk.incident("chatgpt", title="Login fails")
    params = desk.banner(1, BannerStage.DOWN).params
    assert params["seen"] is False
    assert params["title"] == "Login fails"


@pytest.mark.parametrize("health", [health for health in PageHealth if health is not PageHealth.OK])
def test_a_page_that_cannot_be_read_has_not_kept_silent(desk: Desk, health: PageHealth) -> None:
    desk.pages = pages(health)
    _down(desk, "chatgpt")
    assert desk.banner(1, BannerStage.DOWN).params["page"] is False


def test_everything_down_is_critical(desk: Desk) -> None:
    _down(desk, *ALL)
    assert desk.banner(1, BannerStage.DOWN).urgency is Urgency.CRITICAL


def test_partly_back_names_the_parts_that_had_failed(desk: Desk) -> None:
    desk.set(RED, "chatgpt", hurt=("chat", "login", "history"))
    desk.set(RED, "openai-api")
    desk.incident(*BOTH)
    desk.news(1)
    desk.restart()
    desk.set(RECOVERING, "chatgpt")
    desk.incident(*BOTH, stage=IncidentStage.PARTLY_BACK)
    banner = desk.banner(88, BannerStage.PARTLY_BACK)
    assert banner.back == ("ChatGPT",)
    assert banner.services == ("OpenAI API",)
    assert banner.parts == ("chat", "login", "history")
    assert banner.urgency is Urgency.NORMAL


@pytest.mark.parametrize(
    ("services", "named"),
    [(BOTH, ()), (("chatgpt",), ("ChatGPT",))],
    ids=["the house goes by the provider's name", "one of several by its own"],
)
def test_over(desk: Desk, services: tuple[str, ...], named: tuple[str, ...]) -> None:
    _down(desk, *services)
    desk.news(1)
    desk.local("openai", answered=14)
    desk.tools = 2
    desk.set(GREEN, *services)
    desk.over(ended_from=START + 11_400, ended_at=START + 11_400, cause="A broken cable")
    banner = desk.banner(209, BannerStage.OVER)
    assert banner.services == named
    assert banner.buttons == (Button.BACK_TO_CLOUD, Button.STAY_LOCAL)
    assert banner.params == {
        "since": START + STARTED_S,
        "ended_from": START + 11_400,
        "ended_at": START + 11_400,
        "cause": "A broken cable",
        "local": True,
        "tools": 2,
        "answered": 14,
    }


def test_over_without_local_routes_offers_no_way_home(desk: Desk) -> None:
    _down(desk, *BOTH)
    desk.news(1)
    desk.tools, desk.local_answers = 2, 3
    desk.over()
    banner = desk.banner(209, BannerStage.OVER)
    assert banner.buttons == (Button.DETAILS,)
    assert set(banner.params) == {"since"}


def test_over_with_a_lasting_route_says_so_without_the_offer(desk: Desk) -> None:
    _down(desk, *BOTH)
    desk.news(1)
    desk.local("openai", Until.CHANGED)
    desk.over()
    banner = desk.banner(209, BannerStage.OVER)
    assert banner.buttons == (Button.DETAILS,)
    assert banner.params["local"] is True


def test_shared_names_the_providers(desk: Desk) -> None:
    desk.set((Light.RED, Finding.SHARED), "chatgpt", "claude")
    desk.incident("chatgpt", "claude", id="s1", provider="", shared=True)
    assert desk.banner(1, BannerStage.DOWN).providers == ("OpenAI", "Anthropic")


def test_yellow_names_the_worst_finding(desk: Desk) -> None:
    desk.set((Light.YELLOW, Finding.SLOW), "chatgpt")
    desk.set(DEGRADED, "openai-api")
    desk.news(0)
    banner = desk.banner(5, BannerStage.YELLOW)
    assert banner.services == ("ChatGPT", "OpenAI API")
    assert banner.params["finding"] == Finding.DEGRADED
    assert (banner.urgency, banner.pops_up, banner.buttons) == (Urgency.LOW, True, (Button.DETAILS,))


def test_a_yellow_incident_names_those_in_trouble(desk: Desk) -> None:
    desk.set((Light.YELLOW, Finding.REPORTED_ONLY), "chatgpt")
    desk.incident(*BOTH, title="T")
    desk.news(0)
    banner = desk.banner(5, BannerStage.YELLOW)
    assert banner.services == ("ChatGPT",)
    assert banner.params["finding"] == Finding.REPORTED_ONLY
    assert banner.buttons == (Button.DETAILS, Button.ONLY_WHEN_BACK, Button.SET_ASIDE)


def test_recovering_names_all_that_were_touched(desk: Desk) -> None:
    _down(desk, *BOTH)
    desk.news(1)
    desk.set(RECOVERING, *BOTH)
    desk.incident(*BOTH, stage=IncidentStage.RECOVERING)
    assert desk.banner(199, BannerStage.RECOVERING).services == ("ChatGPT", "OpenAI API")


def test_since_when_is_that_of_those_who_are_named(desk: Desk) -> None:
    api, chat = Bout("openai-api", START - 3000, START - 2400, START - 600), Bout("chatgpt", START - 900, START - 300)
    desk.set(RED, "chatgpt")
    desk.incident(*BOTH, bouts=(api, chat))
    assert desk.banner(1, BannerStage.DOWN).params["since"] == START - 900
    desk.incident(*BOTH, bouts=(api, chat), title="T")
    assert desk.banner(2, BannerStage.CONFIRMED).params["since"] == START - 300, "so long it is down"
    desk.set(DEGRADED, "chatgpt")
    desk.incident(*BOTH, bouts=(api, chat), title="T")
    assert desk.banner(3, BannerStage.YELLOW).params["since"] == START - 900


def test_in_part_back_since_when_is_that_of_those_who_are_not(desk: Desk) -> None:
    _down(desk, *BOTH)
    desk.told(1)
    desk.set(RECOVERING, "openai-api")
    bouts = (Bout("openai-api", START - 3000, START - 3000, START), Bout("chatgpt", START - 900, START - 900))
    desk.incident(*BOTH, stage=IncidentStage.PARTLY_BACK, bouts=bouts)
    assert desk.banner(60, BannerStage.PARTLY_BACK).params["since"] == START - 900


def test_what_is_watched_alone_of_its_house_goes_by_its_own_name_at_the_end_too() -> None:
    play, told = Play(("api", "beta")), list[Announcement]()
    fails = [(at, "api 502 +") for at in (60.0, 65.0, 80.0, 95.0, 110.0)]
    for at, sample in (*fails, *((float(at), "api 401") for at in range(200, 1000, 60))):
        play.feed(at, sample)
        told += play.state.result.announcements
    down, *_, over = (one for one in told if isinstance(one, Banner))
    assert (down.stage, over.stage) == (BannerStage.DOWN, BannerStage.OVER)
    assert down.services == over.services == ("Api",)
