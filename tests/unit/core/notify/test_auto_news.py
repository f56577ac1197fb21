"""What moved by itself, as playbooks: requests and clicks in, banners out."""

import pytest

from tests.support.breakers import answering, failing
from trayapp.core.light.severity import Light
from trayapp.core.notify.auto_news import AutoNews, moved_provider, outlived
from trayapp.core.notify.banner import Announcement, Banner, BannerStage, Button, Withdraw
from trayapp.core.switching.auto_mode import QUIET_S, AutoMode
from trayapp.core.switching.breaker import BACK_SPAN_S, OPEN_S
from trayapp.core.switching.route import Mode, To

NAMES = {"acme": "Acme AI", "bolt": "Bolt"}


class Desk:
    """Auto mode with its news; `told`: in short, "moved! acme one http_503" pops up."""

    def __init__(self) -> None:
        self.auto, self.news = AutoMode(Mode.AUTO), AutoNews()
        self.last: tuple[Announcement, ...] = ()
        self.ready = True

    def told(self, at: float) -> list[str]:
        self.auto.advance(at)
        moved = self.auto.diverted if self.ready else ()
        self.last = tuple(self.news.report(self.auto, moved, NAMES, "small:1b", at))
        return list(map(gist, self.last))

    def fails(self, at: float, requests: int = 1, provider: str = "acme") -> list[str]:
        failing(self.auto, provider, at, requests)
        return self.told(at)


def gist(one: Announcement) -> str:
    if isinstance(one, Withdraw):
        return f"withdraw {one.key}"
    pops = "!" if one.pops_up else ""
    how = ("every" if one.params["every"] else "one") if one.stage is BannerStage.MOVED else one.params["answered"]
    return f"{one.stage}{pops} {one.provider} {how} {one.params['code']}"


def test_one_that_moves_alone_is_told_once() -> None:
    desk = Desk()
    assert desk.told(1) == []
    assert desk.fails(2) == ["moved! acme one http_503"]
    assert desk.fails(3) == []
    answering(desk.auto, "acme", 4)
    assert desk.told(5) == []
    assert desk.fails(6 + QUIET_S) == ["moved! acme one http_503"]


def test_that_all_of_them_move_is_told_once_more_and_the_way_home_with_its_figures() -> None:
    desk = Desk()
    assert desk.fails(0) == ["moved! acme one http_503"]
    assert desk.fails(1) == []
    assert desk.fails(2) == ["moved! acme every http_503"]
    assert desk.told(3) == []
    for at in (OPEN_S + 2, OPEN_S + 60, OPEN_S + 2 + BACK_SPAN_S):
        answering(desk.auto, "acme", at)
        assert desk.told(at) == []
    assert desk.told(OPEN_S + 60 + BACK_SPAN_S) == ["returned! acme 3 back"]
    assert desk.told(OPEN_S + 61 + BACK_SPAN_S) == []


def test_where_nothing_was_looked_at_in_between_the_first_word_says_it_all() -> None:
    desk = Desk()
    assert desk.fails(0, 3) == ["moved! acme every http_503"]


def test_each_provider_has_its_own() -> None:
    desk = Desk()
    assert desk.fails(0, 3) == ["moved! acme every http_503"]
    assert desk.fails(1, provider="bolt") == ["moved! bolt one http_503"]


def test_a_machine_that_wakes_up_tries_again() -> None:
    desk = Desk()
    desk.fails(0, 3)
    desk.auto.disturbed(5)
    assert desk.told(5) == ["returned! acme 3 disturbed"]


@pytest.mark.parametrize("click", ["cloud", "local", "manual"])
def test_what_the_user_has_changed_is_taken_away_in_silence(click: str) -> None:
    desk = Desk()
    desk.fails(0, 3)
    if click == "manual":
        desk.auto.switch(Mode.MANUAL)
    else:
        desk.auto.chosen(("acme",), To(click), 5)
    assert desk.told(5) == ["withdraw auto:acme"]
    assert desk.told(6) == []


def test_a_target_that_goes_and_comes_takes_the_banner_along_in_silence() -> None:
    desk = Desk()
    desk.fails(0, 3)
    desk.ready = False
    assert desk.told(5) == ["withdraw auto:acme"]
    assert desk.told(6) == []
    desk.ready = True
    assert desk.told(7) == ["moved acme every http_503"]
    desk.ready = False
    assert desk.told(8) == ["withdraw auto:acme"]
    desk.auto.chosen(("acme",), To.CLOUD, 9)
    assert desk.told(9) == []
    desk.ready = True
    assert desk.told(10) == []


def test_a_new_run_takes_away_what_an_earlier_one_has_left_on_the_screen() -> None:
    assert outlived(("i-1", "auto:acme", "switch", "auto:bolt")) == (Withdraw("auto:acme"), Withdraw("auto:bolt"))


def test_the_way_back_is_a_button_where_all_of_them_move() -> None:
    desk = Desk()
    desk.fails(0)
    (one,) = desk.last
    desk.fails(1, 2)
    (every,) = desk.last
    assert isinstance(one, Banner)
    assert isinstance(every, Banner)
    assert (one.buttons, every.buttons) == ((Button.DETAILS,), (Button.BACK_TO_CLOUD, Button.DETAILS))
    assert one.light is every.light is Light.YELLOW
    assert (every.services, every.params["model"]) == (("Acme AI",), "small:1b")
    assert moved_provider(every.key) == "acme"
    assert moved_provider("switch") is None
