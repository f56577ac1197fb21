"""What is news after the first word: silence, the word that ends it, and a cause that is named late."""

from typing import Any

from msgspec import structs

from tests.support.newsdesk import DEGRADED, GREEN, RECOVERING, RED, START, Desk
from trayapp.core.evidence.page_report import PageStage, PageUpdate
from trayapp.core.incident.incident import IncidentStage
from trayapp.core.notify.banner import Banner, BannerStage, Button, Urgency

BOTH = ("chatgpt", "openai-api")
CAUSE = "A bad deploy"


def test_silence_is_said_once_quietly_and_so_is_the_first_word(desk: Desk) -> None:
    desk.falls(*BOTH)
    assert desk.told(0) == ["down! i1"]
    desk.incident(*BOTH, silent_since=START)
    banner = desk.banner(70, BannerStage.DOWN)
    assert (banner.pops_up, banner.params["silent_since"]) == (False, START)
    assert desk.told(71) == []
    desk.restart()
    assert desk.told(72) == []
    desk.incident(*BOTH, title="Errors", word_at=START + 4500)
    assert desk.told(75) == ["confirmed i1"]
    assert desk.told(76) == []
    desk.incident(*BOTH, title="Errors", word_at=START + 4500, silent_since=START + 4500)
    banner = desk.banner(150, BannerStage.CONFIRMED)
    assert (banner.pops_up, banner.params["silent_since"]) == (False, START + 4500)
    word = PageUpdate(START + 9600, PageStage.IDENTIFIED, "We have found it.")
    desk.incident(*BOTH, title="Errors", word_at=word.at, updates=(word,))
    banner = desk.banner(160, BannerStage.CONFIRMED)
    assert (banner.pops_up, banner.params["word"]) == (False, "We have found it.")
    assert desk.told(161) == []


def test_the_silence_of_a_page_that_only_reports_trouble_is_said_in_its_own_banner(desk: Desk) -> None:
    desk.set(DEGRADED, "openai-api")
    desk.incident("openai-api", title="Errors", word_at=START)
    assert desk.told(0) == []
    assert desk.told(6) == ["yellow! i1"]
    desk.incident("openai-api", title="Errors", word_at=START, silent_since=START)
    assert desk.told(71) == ["yellow i1"]
    assert desk.told(72) == []
    desk.set(RED, "openai-api")
    desk.incident("openai-api", title="Errors", word_at=START, silent_since=START)
    assert desk.told(73) == ["down! i1"], "worse is worse"
    assert desk.told(74) == []


def test_who_wants_only_the_end_hears_nothing_of_silence(desk: Desk) -> None:
    desk.falls(*BOTH)
    desk.told(0)
    desk.policy.only_when_back("i1")
    desk.told(1)
    desk.incident(*BOTH, silent_since=START)
    assert desk.told(70) == []


def test_what_is_partly_back_or_recovering_is_told_as_that(desk: Desk) -> None:
    desk.falls(*BOTH)
    desk.told(0)
    desk.set(RECOVERING, "chatgpt")
    desk.incident(*BOTH, stage=IncidentStage.PARTLY_BACK)
    assert desk.told(60) == ["partly_back! i1"]
    desk.incident(*BOTH, stage=IncidentStage.PARTLY_BACK, silent_since=START)
    assert desk.told(70) == []


def _ended(desk: Desk, **more: Any) -> None:
    desk.falls(*BOTH)
    desk.told(0)
    desk.set(GREEN, *BOTH)
    desk.over(ended_from=START + 3600, ended_at=START + 3600, **more)
    assert desk.told(70) == ["over! i1"]


def test_a_cause_that_is_named_after_the_end_is_told_once_without_haste(desk: Desk) -> None:
    _ended(desk)
    desk.aftermath = (structs.replace(desk.incidents.pop("i1"), cause=CAUSE),)
    (banner,) = desk.news(24 * 60)
    assert isinstance(banner, Banner)
    assert (banner.stage, banner.urgency, banner.pops_up) == (BannerStage.CAUSE, Urgency.LOW, True)
    assert banner.params["cause"] == CAUSE
    assert desk.told(24 * 60 + 1) == []
    desk.restart()
    assert desk.told(24 * 60 + 2) == []


def test_within_minutes_of_the_end_too(desk: Desk) -> None:
    _ended(desk)
    desk.over(cause=CAUSE)
    assert desk.told(72) == ["cause! i1"]
    assert desk.told(73) == []


def test_a_cause_that_the_all_clear_named_is_not_told_again(desk: Desk) -> None:
    _ended(desk, cause=CAUSE)
    desk.aftermath = (desk.incidents.pop("i1"),)
    assert desk.told(24 * 60) == []


def test_the_cause_of_what_was_never_told_is_not_either(desk: Desk) -> None:
    desk.set(DEGRADED, "openai-api")
    desk.incident("openai-api")
    desk.told(0)
    desk.set(GREEN, "openai-api")
    desk.over(cause=CAUSE)
    assert desk.told(3) == []
    desk.aftermath = (desk.incidents.pop("i1"),)
    assert desk.told(60) == []


def test_after_a_week_nobody_cares(desk: Desk) -> None:
    _ended(desk)
    ended = structs.replace(desk.incidents.pop("i1"), cause=CAUSE)
    assert desk.told(8 * 24 * 60) == []
    desk.aftermath = (ended,)
    assert desk.told(8 * 24 * 60 + 1) == []


def test_the_cause_does_not_take_the_way_home_away(desk: Desk) -> None:
    desk.local("openai")
    _ended(desk)
    desk.over(cause=CAUSE)
    (banner,) = desk.news(72)
    assert isinstance(banner, Banner)
    assert banner.buttons == (Button.BACK_TO_CLOUD, Button.STAY_LOCAL)
    desk.routes.clear()
    assert desk.told(73) == ["withdraw i1"]


def test_an_earlier_beginning_makes_no_second_silence(desk: Desk) -> None:
    desk.falls(*BOTH)
    desk.told(0)
    desk.incident(*BOTH, silent_since=START)
    assert desk.told(70) == ["down i1"]
    desk.incident(*BOTH, silent_since=START - 300)
    assert desk.told(71) == []


def test_a_word_that_was_slept_through_is_no_news_of_now(desk: Desk) -> None:
    desk.falls(*BOTH)
    desk.told(0)
    desk.incident(*BOTH, title="Errors", silent_since=START)
    desk.told(70)
    word = PageUpdate(START + 4500, PageStage.IDENTIFIED, "We have found it.")
    desk.incident(*BOTH, title="Errors", word_at=word.at, silent_since=word.at, updates=(word,))
    (banner,) = desk.news(300)
    assert isinstance(banner, Banner)
    assert banner.params["silent_since"] == word.at
    assert "word" not in banner.params
    assert desk.told(301) == []
