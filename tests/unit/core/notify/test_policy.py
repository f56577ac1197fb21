"""The notification policy as a playbook: what is true, minute by minute, and what is said of it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.newsdesk import (
    CHECKING,
    DEGRADED,
    FLAPPING,
    GREEN,
    GREY,
    RECOVERING,
    RED,
    START,
    Desk,
    because,
)
from tests.support.snapshots import ONLINE
from trayapp.core.evidence.observation import NetworkState
from trayapp.core.evidence.page_report import PageStage
from trayapp.core.incident.incident import IncidentStage
from trayapp.core.light.reasons import Code
from trayapp.core.light.severity import Finding, Light
from trayapp.core.notify.banner import BannerStage, Urgency
from trayapp.core.switching.route import Until

BOTH = ("chatgpt", "openai-api")
UNFINISHED = (PageStage.INVESTIGATING, PageStage.IDENTIFIED, PageStage.MONITORING)


def test_the_night(desk: Desk) -> None:
    assert desk.told(0) == []
    desk.set(CHECKING, *BOTH)
    desk.incident(*BOTH)
    assert desk.told(0.5) == []
    desk.falls(*BOTH)
    assert desk.told(1) == ["down! i1"]
    assert desk.told(2) == []
    desk.incident(*BOTH, title="Elevated Error Rates", page_stage=PageStage.INVESTIGATING)
    assert desk.told(14) == ["confirmed i1"]
    desk.incident(*BOTH, title="Elevated Error Rates", page_stage=PageStage.IDENTIFIED)
    assert desk.told(37) == []
    desk.set(RECOVERING, "chatgpt")
    desk.incident(*BOTH, title="Elevated Error Rates", stage=IncidentStage.PARTLY_BACK)
    assert desk.told(88) == ["partly_back! i1"]
    desk.set(GREEN, "chatgpt")
    assert desk.told(98) == []
    desk.set(RECOVERING, "openai-api")
    desk.incident(*BOTH, title="Elevated Error Rates", stage=IncidentStage.RECOVERING)
    assert desk.told(199) == ["recovering i1"]
    desk.set(GREEN, "openai-api")
    desk.over(ended_at=START + 198 * 60)
    assert desk.told(209) == ["over! i1"]
    assert desk.told(210) == []
    desk.incidents.clear()
    assert desk.told(300) == []


def test_what_falls_within_a_second_is_one_first_banner(desk: Desk) -> None:
    desk.falls("chatgpt")
    assert desk.report(1) == ()
    desk.set(RED, "openai-api")
    desk.incident(*BOTH)
    assert desk.report(1 + 0.9 / 60) == ()
    down = desk.banner(1 + 1 / 60, BannerStage.DOWN)
    assert (down.services, down.urgency, down.pops_up) == (("ChatGPT", "OpenAI API"), Urgency.NORMAL, True)
    assert desk.told(2) == []


def test_what_is_well_again_within_a_second_is_not_told(desk: Desk) -> None:
    desk.falls("chatgpt")
    desk.report(1)
    desk.set(RECOVERING, "chatgpt")
    desk.incident("chatgpt", stage=IncidentStage.RECOVERING)
    assert not [said for said in desk.told(1 + 2 / 60) if said.startswith("down")]


def test_checking_is_silent_for_ever(desk: Desk) -> None:
    desk.set(CHECKING, "chatgpt")
    desk.incident("chatgpt")
    assert [desk.told(minute) for minute in (0, 5, 60)] == [[], [], []]


@pytest.mark.parametrize("with_incident", [True, False])
def test_other_yellow_speaks_after_five_minutes_and_goes_with_its_cause(desk: Desk, with_incident: bool) -> None:
    desk.set(DEGRADED, "chatgpt")
    if with_incident:
        desk.incident("chatgpt")
    key = "i1" if with_incident else "yellow:openai"
    assert desk.told(0) == []
    assert desk.told(4.9) == []
    assert desk.told(5) == [f"yellow! {key}"]
    assert desk.told(20) == []
    desk.set(GREEN, "chatgpt")
    if with_incident:
        desk.over()
    assert desk.told(21) == [f"withdraw {key}"]
    assert desk.told(22) == []


def test_yellow_that_passes_within_five_minutes_is_never_told(desk: Desk) -> None:
    desk.set(DEGRADED, "chatgpt")
    assert desk.told(0) == []
    desk.set(GREEN, "chatgpt")
    assert desk.told(4) == []
    desk.set(DEGRADED, "chatgpt")
    assert desk.told(6) == []
    assert desk.told(10.9) == []
    assert desk.told(11) == ["yellow! yellow:openai"]


def test_yellow_keeps_its_banner_while_it_is_being_checked(desk: Desk) -> None:
    desk.set(DEGRADED, "chatgpt")
    desk.told(0)
    assert desk.told(5) == ["yellow! yellow:openai"]
    desk.set(CHECKING, "chatgpt")
    assert desk.told(6) == []
    desk.set(DEGRADED, "chatgpt")
    assert desk.told(7) == []


def test_two_yellow_services_of_one_provider_are_one_banner(desk: Desk) -> None:
    desk.set(DEGRADED, *BOTH)
    desk.told(0)
    assert desk.told(5) == ["yellow! yellow:openai"]


def test_yellow_that_turns_red_is_down_under_the_same_key(desk: Desk) -> None:
    desk.set(DEGRADED, "chatgpt")
    desk.incident("chatgpt")
    desk.told(0)
    assert desk.told(6) == ["yellow! i1"]
    desk.falls("chatgpt")
    assert desk.told(7) == ["down! i1"]


def test_a_yellow_banner_without_incident_goes_when_the_incident_speaks(desk: Desk) -> None:
    desk.set(DEGRADED, "chatgpt")
    desk.told(0)
    assert desk.told(6) == ["yellow! yellow:openai"]
    desk.falls("chatgpt")
    assert desk.told(7) == ["withdraw yellow:openai", "down! i1"]


def test_services_that_fall_one_after_the_other_share_one_banner(desk: Desk) -> None:
    desk.falls("chatgpt")
    assert desk.told(1) == ["down! i1"]
    desk.falls(*BOTH)
    assert desk.told(1.2) == ["down i1"]
    assert desk.told(2) == []


def test_what_falls_much_later_pops_up_for_those_who_use_only_that(desk: Desk) -> None:
    desk.falls("openai-api")
    assert desk.told(1) == ["down! i1"]
    desk.falls(*BOTH)
    assert desk.told(16) == ["down! i1"]
    assert desk.told(17) == []


def test_a_page_that_speaks_first_is_in_the_first_banner(desk: Desk) -> None:
    desk.set(RED, "chatgpt")
    desk.incident("chatgpt", title="Login fails", page_stage=PageStage.INVESTIGATING)
    assert desk.told(1) == ["down! i1"]
    assert desk.told(2) == []


@pytest.mark.parametrize("minute", [1.5, 15.0, 95.0, 200.0, 210.0])
def test_a_restart_repeats_nothing(desk: Desk, minute: float) -> None:
    """Told up to `minute`, restarted, asked again: silence, whatever the stage."""
    desk.falls(*BOTH)
    desk.told(1)
    if minute > 14:
        desk.incident(*BOTH, title="T")
        desk.told(14)
    if minute > 88:
        desk.set(RECOVERING, "chatgpt")
        desk.incident(*BOTH, title="T", stage=IncidentStage.PARTLY_BACK)
        desk.told(88)
    if minute > 199:
        desk.set(RECOVERING, *BOTH)
        desk.incident(*BOTH, title="T", stage=IncidentStage.RECOVERING)
        desk.told(199)
    if minute > 209:
        desk.over()
        desk.told(209)
    desk.restart()
    assert desk.told(minute) == []


def test_what_ended_while_nobody_watched_is_told_once_after_the_restart(desk: Desk) -> None:
    desk.falls(*BOTH)
    desk.told(1)
    desk.restart()
    desk.set(GREEN, *BOTH)
    desk.over()
    assert desk.told(500) == ["over! i1"]
    desk.restart()
    assert desk.told(501) == []


def test_what_was_never_true_of_them_is_withdrawn(desk: Desk) -> None:
    desk.falls("chatgpt")
    desk.told(1)
    desk.set(GREEN, "chatgpt")
    desk.incidents.clear()
    assert desk.told(2) == ["withdraw i1"]
    assert desk.told(3) == []


def test_red_that_becomes_yellow_replaces_the_banner_silently(desk: Desk) -> None:
    desk.falls("chatgpt")
    desk.told(1)
    desk.set((Light.YELLOW, Finding.REPORTED_ONLY), "chatgpt")
    desk.incident("chatgpt")
    assert desk.told(2) == ["yellow i1"]


def test_published_after_the_fact_stays_off_the_screen(desk: Desk) -> None:
    desk.incident("chatgpt", title="Earlier today", stage=IncidentStage.OVER)
    assert desk.told(0) == []


def test_first_seen_in_recovery_stays_off_the_screen(desk: Desk) -> None:
    desk.set(RECOVERING, "chatgpt")
    desk.incident("chatgpt", title="T", stage=IncidentStage.RECOVERING)
    assert desk.told(0) == []
    assert desk.told(8) == []
    desk.set(GREEN, "chatgpt")
    desk.over()
    assert desk.told(10) == []


def test_a_grey_gap_neither_repeats_nor_hides_red(desk: Desk) -> None:
    desk.set(GREY, "chatgpt")
    assert desk.told(0) == []
    desk.falls("chatgpt")
    assert desk.told(1) == ["down! i1"]
    desk.set(GREY, "chatgpt")
    desk.incident("chatgpt")
    assert desk.told(2) == []
    desk.falls("chatgpt")
    assert desk.told(20) == []
    desk.set(GREY, "chatgpt")
    desk.incident("chatgpt")
    assert desk.told(30) == []
    desk.over()
    assert desk.told(31) == ["over! i1"]


@pytest.mark.parametrize("state", [NetworkState.OFFLINE, NetworkState.CAPTIVE])
def test_nothing_is_told_while_the_own_network_is_the_trouble(desk: Desk, state: NetworkState) -> None:
    desk.network = msgspec.structs.replace(ONLINE, state=state)
    desk.falls(*BOTH)
    assert desk.told(1) == []
    desk.network = ONLINE
    assert desk.told(2) == ["down! i1"]
    desk.network = msgspec.structs.replace(ONLINE, state=state)
    desk.incidents.clear()
    assert desk.told(3) == []


def test_what_falls_due_while_the_own_network_is_away_is_told_when_it_is_back(desk: Desk) -> None:
    desk.set(DEGRADED, "chatgpt")
    desk.incident("chatgpt")
    assert desk.told(0) == []
    desk.network = msgspec.structs.replace(ONLINE, state=NetworkState.OFFLINE)
    assert [desk.told(minute) for minute in (3, 6)] == [[], []]
    desk.network = ONLINE
    assert desk.told(7) == ["yellow! i1"]


def test_who_was_told_of_a_fall_is_told_of_the_return_whatever_else_is_in_lesser_trouble(desk: Desk) -> None:
    desk.falls("chatgpt")
    assert desk.told(1) == ["down! i1"]
    desk.set(RECOVERING, "chatgpt")
    desk.set(DEGRADED, "openai-api")
    desk.incident(*BOTH, down=(), stage=IncidentStage.PARTLY_BACK)
    banner = desk.banner(20, BannerStage.PARTLY_BACK)
    assert (banner.pops_up, banner.light, banner.back, banner.services) == (
        True,
        Light.YELLOW,
        ("ChatGPT",),
        ("OpenAI API",),
    )
    assert desk.told(21) == []
    desk.set(RED, "openai-api")
    desk.incident(*BOTH, down=("openai-api",), stage=IncidentStage.PARTLY_BACK)
    assert desk.told(40) == ["partly_back! i1"]


def test_a_relapse_pops_up_again_after_a_rest(desk: Desk) -> None:
    desk.falls(*BOTH)
    desk.told(1)
    desk.set(RECOVERING, "chatgpt")
    desk.incident(*BOTH, stage=IncidentStage.PARTLY_BACK)
    assert desk.told(5) == ["partly_back! i1"]
    desk.falls(*BOTH)
    assert desk.told(8) == ["down i1"]
    desk.set(RECOVERING, "chatgpt")
    desk.incident(*BOTH, stage=IncidentStage.PARTLY_BACK)
    assert desk.told(20) == ["partly_back! i1"]
    desk.falls(*BOTH)
    assert desk.told(31) == ["down! i1"]


def test_the_last_of_three_to_come_back_replaces_the_banner(desk: Desk) -> None:
    three = ("chatgpt", "openai-api", "claude")
    desk.falls(*three)
    desk.told(1)
    desk.set(RECOVERING, "chatgpt")
    desk.incident(*three, stage=IncidentStage.PARTLY_BACK)
    assert desk.told(20) == ["partly_back! i1"]
    desk.set(RECOVERING, "openai-api")
    desk.incident(*three, stage=IncidentStage.PARTLY_BACK)
    assert desk.told(22) == ["partly_back i1"]


def test_a_recovery_that_fails_is_down_again(desk: Desk) -> None:
    desk.falls("chatgpt")
    desk.told(1)
    desk.set(RECOVERING, "chatgpt")
    desk.incident("chatgpt", stage=IncidentStage.RECOVERING)
    assert desk.told(20) == ["recovering i1"]
    desk.falls("chatgpt")
    banner = desk.banner(22, BannerStage.DOWN)
    assert banner.params["again"] is True
    assert banner.pops_up


def test_flapping_is_said_once_and_its_end_is_told(desk: Desk) -> None:
    desk.falls("chatgpt")
    desk.told(1)
    said = []
    for minute in range(12, 60):
        if minute % 2:
            desk.set(FLAPPING, "chatgpt")
            desk.incident("chatgpt")
        else:
            desk.set(RED, "chatgpt", **because(Code.FLAPPING, percent=42))
            desk.incident("chatgpt")
        said += desk.told(minute)
    assert said == ["flapping i1"]
    desk.restart()
    assert desk.told(60) == []
    desk.set(GREEN, "chatgpt")
    desk.over()
    assert desk.told(70) == ["over! i1"]


def test_flapping_that_ends_in_red_is_told_as_down(desk: Desk) -> None:
    desk.set(FLAPPING, "chatgpt")
    desk.incident("chatgpt")
    assert desk.told(1) == ["flapping! i1"]
    desk.falls("chatgpt")
    assert desk.told(15) == ["down! i1"]


def test_what_flaps_at_first_and_then_falls_is_told_as_down_at_once(desk: Desk) -> None:
    desk.set(FLAPPING, "chatgpt")
    desk.incident("chatgpt")
    assert desk.told(1) == ["flapping! i1"]
    desk.set(RED, "chatgpt", **because(Code.FLAPPING, percent=42))
    desk.incident("chatgpt")
    banner = desk.banner(15, BannerStage.DOWN)
    assert banner.pops_up
    assert "again" not in banner.params
    # What comes back once more is not left standing as down, and then it has been said.
    desk.set(FLAPPING, "chatgpt")
    desk.incident("chatgpt")
    assert desk.told(17) == ["flapping i1"]
    desk.set(RED, "chatgpt", **because(Code.FLAPPING, percent=42))
    desk.incident("chatgpt")
    assert desk.told(19) == []
    desk.falls("chatgpt")
    assert desk.told(30) == ["down! i1"]


def test_what_goes_on_being_down_does_not_come_and_go(desk: Desk) -> None:
    desk.falls("chatgpt")
    assert desk.told(1) == ["down! i1"]
    desk.set(RED, "chatgpt", **because(Code.FLAPPING, percent=42))
    desk.incident("chatgpt")
    assert desk.told(3) == []
    desk.falls("chatgpt")
    assert desk.told(20) == []


def test_flapping_without_an_incident_is_said_once(desk: Desk) -> None:
    desk.set(FLAPPING, "chatgpt")
    assert desk.told(1) == ["flapping! yellow:openai"]
    assert desk.told(30) == []
    desk.set(GREEN, "chatgpt")
    assert desk.told(31) == ["withdraw yellow:openai"]


def test_who_was_never_told_as_down_is_not_told_as_back(desk: Desk) -> None:
    desk.set(DEGRADED, "openai-api")
    desk.incident("openai-api")
    assert desk.told(0) == []
    desk.set(GREEN, "openai-api")
    desk.set(RED, "chatgpt")
    desk.incident(*BOTH, stage=IncidentStage.PARTLY_BACK)
    assert desk.told(3) == ["down! i1"]
    desk.incident(*BOTH, stage=IncidentStage.PARTLY_BACK, title="T")
    assert desk.told(14) == ["confirmed i1"]


def test_an_incident_that_spreads_to_other_providers_pops_up_again(desk: Desk) -> None:
    desk.falls(*BOTH)
    assert desk.told(1) == ["down! i1"]
    desk.set((Light.RED, Finding.SHARED), *BOTH, "claude")
    desk.incident(*BOTH, "claude", shared=True)
    assert desk.told(2) == ["down! i1"]
    assert desk.told(3) == []


def test_red_that_is_no_longer_seen_is_not_told(desk: Desk) -> None:
    desk.set(GREY, "chatgpt")
    desk.incident("chatgpt", down=("chatgpt",))
    assert desk.told(1) == []
    desk.set(RED, "chatgpt")
    assert desk.told(2) == ["down! i1"]
    desk.set(GREY, "chatgpt")
    assert desk.told(3) == []
    desk.set(RED, "chatgpt")
    assert desk.told(4) == []


def test_a_shared_incident_speaks_for_the_single_ones(desk: Desk) -> None:
    desk.falls("chatgpt")
    assert desk.told(1) == ["down! i1"]
    desk.set((Light.RED, Finding.SHARED), "chatgpt", "claude")
    desk.incident("chatgpt", "claude", id="s1", provider="", shared=True)
    assert desk.told(2) == ["withdraw i1", "down! s1"]
    assert desk.told(3) == []


def test_only_when_back(desk: Desk) -> None:
    desk.falls(*BOTH)
    desk.told(1)
    desk.policy.only_when_back("i1")
    assert desk.told(2) == ["withdraw i1"]
    desk.restart()
    desk.incident(*BOTH, title="T")
    assert desk.told(14) == []
    desk.set(GREEN, "chatgpt")
    desk.incident(*BOTH, title="T", stage=IncidentStage.PARTLY_BACK)
    assert desk.told(88) == []
    desk.over()
    assert desk.told(209) == ["over! i1"]


def test_who_takes_the_silence_back_hears_what_is_news_since(desk: Desk) -> None:
    desk.falls(*BOTH)
    desk.told(1)
    desk.policy.only_when_back("i1")
    assert list(desk.policy.hushed) == ["i1"]
    assert desk.told(2) == ["withdraw i1"]
    desk.incident(*BOTH, title="T")
    assert desk.told(14) == []
    desk.restart()
    assert list(desk.policy.hushed) == ["i1"]
    desk.policy.only_when_back("i1", on=False)
    assert not desk.policy.hushed
    assert desk.told(15) == ["confirmed i1"]


def test_silence_holds_as_long_as_the_trouble(desk: Desk) -> None:
    desk.falls(*BOTH)
    desk.told(1)
    desk.policy.only_when_back("i1")
    desk.told(2)
    for day in range(1, 10):
        assert desk.told(day * 24 * 60) == []
    assert list(desk.policy.hushed) == ["i1"]


def test_the_offer_home_goes_with_the_route(desk: Desk) -> None:
    desk.falls(*BOTH)
    desk.told(1)
    desk.local("openai")
    desk.over()
    assert desk.told(209) == ["over! i1"]
    desk.incidents.clear()
    assert desk.told(210) == []
    desk.routes.clear()
    assert desk.told(211) == ["withdraw i1"]
    assert desk.told(212) == []


def test_a_route_that_stays_until_changed_gets_no_offer(desk: Desk) -> None:
    desk.falls("chatgpt")
    desk.told(1)
    desk.local("openai", Until.CHANGED)
    desk.over()
    assert desk.told(209) == ["over! i1"]
    desk.routes.clear()
    assert desk.told(210) == []


def test_what_is_long_gone_is_forgotten_with_the_next_news(desk: Desk) -> None:
    desk.falls("chatgpt")
    desk.told(1)
    desk.over()
    desk.told(60)
    desk.incidents.clear()
    desk.told(60 * 24 * 6)
    assert "i1" in desk.policy.remember().by_key
    desk.set(CHECKING, "claude")
    desk.told(60 * 24 * 9)
    assert desk.policy.remember().by_key == {}


def test_yellow_ends_as_quietly_as_it_was_told_whatever_it_passes_through(desk: Desk) -> None:
    desk.set(DEGRADED, "chatgpt")
    desk.incident("chatgpt")
    desk.told(0)
    assert desk.told(5) == ["yellow! i1"]
    desk.set(RECOVERING, "chatgpt")
    desk.incident("chatgpt", stage=IncidentStage.RECOVERING)
    assert "waits" not in desk.banner(40, BannerStage.RECOVERING).params, "no all-clear is promised"
    desk.set(GREEN, "chatgpt")
    desk.over()
    assert desk.told(50) == ["withdraw i1"]
    desk.over(cause="A bad deploy")
    assert desk.told(52) == []


@pytest.mark.parametrize("light", [DEGRADED, FLAPPING])
def test_who_was_told_loudly_is_told_of_the_end_whatever_it_sinks_to(desk: Desk, light: tuple[Light, Finding]) -> None:
    desk.falls("chatgpt")
    assert desk.told(1) == ["down! i1"]
    desk.set(light, "chatgpt")
    desk.incident("chatgpt")
    assert [said.split()[0] for said in desk.told(30)] == ["yellow" if light is DEGRADED else "flapping"]
    desk.set(GREEN, "chatgpt")
    desk.over()
    over = desk.banner(60, BannerStage.OVER)
    assert (over.pops_up, over.urgency, over.params.get("steady")) == (True, Urgency.NORMAL, None)


def test_who_was_promised_to_hear_how_flapping_ends_does_although_it_became_yellow(desk: Desk) -> None:
    desk.set(FLAPPING, "chatgpt")
    desk.incident("chatgpt")
    assert desk.told(1) == ["flapping! i1"]
    desk.set(DEGRADED, "chatgpt")
    desk.incident("chatgpt")
    desk.told(40)
    desk.set(GREEN, "chatgpt")
    desk.over()
    over = desk.banner(60, BannerStage.OVER)
    assert (over.pops_up, over.urgency, over.params["steady"]) == (True, Urgency.LOW, True)


def test_sinking_to_yellow_and_back_is_no_new_first_word(desk: Desk) -> None:
    desk.falls("chatgpt")
    assert desk.told(1) == ["down! i1"]
    said = []
    for minute in (2, 4, 6, 8):
        desk.set(DEGRADED if minute % 4 else RED, "chatgpt")
        desk.incident("chatgpt")
        said += desk.told(minute)
    assert said == ["yellow i1", "down i1", "yellow i1", "down i1"]


def test_what_goes_on_coming_and_going_pops_up_ever_more_rarely(desk: Desk) -> None:
    pops = []
    for minute in range(0, 240, 12):
        desk.falls("chatgpt")
        pops += [minute for said in desk.told(minute) if said == "down! i1"]
        desk.set(RECOVERING, "chatgpt")
        desk.incident("chatgpt", stage=IncidentStage.RECOVERING)
        assert desk.told(minute + 4) == ["recovering i1"]
    assert pops == [0, 12, 24, 36, 60, 108, 192]


def test_what_comes_back_in_part_pops_up_the_first_time_and_then_after_a_rest(desk: Desk) -> None:
    said = []
    for minute in range(0, 12, 4):
        desk.falls(*BOTH)
        said += desk.told(minute)
        desk.set(RECOVERING, "chatgpt")
        desk.incident(*BOTH, stage=IncidentStage.PARTLY_BACK)
        said += desk.told(minute + 2)
    assert said == ["down! i1", "partly_back! i1", "down i1", "partly_back i1", "down i1", "partly_back i1"]


@pytest.mark.parametrize(
    ("stage", "waits"), [(None, False), (PageStage.RESOLVED, False), *((stage, True) for stage in UNFINISHED)]
)
def test_the_all_clear_is_promised_for_when_it_comes(desk: Desk, stage: PageStage | None, waits: bool) -> None:
    desk.falls("chatgpt")
    desk.told(1)
    desk.set(RECOVERING, "chatgpt")
    desk.incident("chatgpt", stage=IncidentStage.RECOVERING, page_stage=stage)
    assert desk.banner(20, BannerStage.RECOVERING).params["waits"] is waits


def test_who_was_told_of_alone_is_not_taken_away_for_a_banner_that_nobody_sees(desk: Desk) -> None:
    desk.set(DEGRADED, "chatgpt")
    desk.incident("chatgpt")
    desk.told(0)
    assert desk.told(5) == ["yellow! i1"]
    desk.set(DEGRADED, "claude", "openai-api")
    desk.incident("claude", id="i2", provider="anthropic")
    desk.incident("openai-api", id="i3", provider="google")
    assert desk.told(6) == ["yellow! yellow:*", "withdraw i1"]


LIGHTS = [GREEN, GREEN, CHECKING, DEGRADED, RECOVERING, FLAPPING, RED, RED, GREY]
STAGES = [IncidentStage.OPEN, IncidentStage.PARTLY_BACK, IncidentStage.RECOVERING, IncidentStage.OVER]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.0, 0.5, 2.0, 4.9, 5.0, 11.0, 60.0]),
            st.sampled_from(["light", "light", "incident", "gone", "local", "cloud", "nothing", "nothing"]),
            st.sampled_from(BOTH),
            st.sampled_from(LIGHTS),
            st.sampled_from(STAGES),
        ),
        max_size=30,
    )
)
def test_a_policy_that_begins_anew_every_time_says_the_same(
    steps: list[tuple[float, str, str, tuple[Light, Finding], IncidentStage]],
) -> None:
    """What it leaves out because nothing has changed is nothing: neither a restart nor a closer look finds more."""
    desk, anew = Desk(), Desk()
    minute = 0.0
    for pause, what, service, light, stage in steps:
        minute += pause
        anew.restart()
        for each in (desk, anew):
            match what:
                case "light":
                    each.set(light, service)
                case "incident":
                    each.incident(*BOTH, stage=stage)
                case "gone":
                    each.incidents.clear()
                case "local":
                    each.local("openai")
                case "cloud":
                    each.routes.clear()
        assert desk.told(minute) == anew.told(minute)
        assert desk.policy.remember() == anew.policy.remember()
