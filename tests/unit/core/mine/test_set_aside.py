"""What is set aside is left out and silent, keeps its own light, and comes back by itself."""

import msgspec
import pytest

from tests.unit.core.playbook import CATALOGUE, START, Play
from trayapp.core.light.aside import Aside, Lasts
from trayapp.core.light.severity import Light
from trayapp.core.mine.set_aside import UNWATCHED_S
from trayapp.core.notify.banner import Announcement, Banner, BannerStage, Withdraw
from trayapp.engine.state import Memory, Result, State

WELL = ((0.0, "api 401"), (1.0, "beta 200"), (1.5, "site challenge"), (2.0, "page ok"))
DOWN = (*WELL, (60.0, "api 502"), (65.0, "api 502 +"), (80.0, "api 502 +"), (95.0, "api 502 +"))
NAMED = "page major:completions incident:investigating:major:completions"


def played(*samples: tuple[float, str]) -> Play:
    play = Play(("api", "chat", "beta"), CATALOGUE)
    for at, sample in samples:
        play.feed(at, sample)
    return play


def advanced(play: Play, at: float) -> Result:
    return play.state.advance(START + at)


def down_and_told() -> Play:
    play = played(*DOWN)
    (banner,) = advanced(play, 96.0).announcements
    assert isinstance(banner, Banner)
    assert banner.stage is BannerStage.DOWN
    return play


def lights(result: Result) -> tuple[Light, Light]:
    """The overall light, and the service's own."""
    verdict = result.snapshot.judgement.service("api")
    assert verdict is not None
    return result.snapshot.judgement.light, verdict.light


def mark(result: Result) -> Aside | None:
    verdict = result.snapshot.judgement.service("api")
    assert verdict is not None
    return verdict.aside


def put(play: Play, target: str, lasts: Lasts | None = None, until: float | None = None, at: float = 97.0) -> bool:
    return play.state.set_aside(target, lasts, until if until is None else START + until, START + at)


def fed(play: Play, *samples: tuple[float, str]) -> Result:
    for at, sample in samples:
        play.feed(at, sample)
    return play.state.result


class TestTheLight:
    @pytest.mark.parametrize("what", ["service", "incident"])
    def test_it_is_left_out_of_the_whole_and_keeps_its_own(self, what: str) -> None:
        play = down_and_told()
        target = "api" if what == "service" else play.incidents[0].id
        assert put(play, target)
        result = advanced(play, 98.0)
        assert lights(result) == (Light.GREEN, Light.RED)
        assert result.snapshot.shown.light is Light.GREEN
        assert mark(result) == Aside(
            START + 97.0, Lasts.CHANGED, None, None if what == "service" else play.incidents[0].id
        )

    def test_where_all_is_set_aside_nothing_can_be_told(self) -> None:
        play = down_and_told()
        assert all(put(play, service) for service in ("api", "chat", "beta"))
        assert lights(advanced(play, 98.0)) == (Light.GREY, Light.RED)

    def test_no_switch_is_offered_for_it(self) -> None:
        play = down_and_told()
        put(play, "api")
        assert advanced(play, 98.0).snapshot.offer.down == ()

    @pytest.mark.parametrize("target", ["nonsense", "", "acme-1"])
    def test_what_there_is_not_cannot_be_set_aside(self, target: str) -> None:
        play = down_and_told()
        assert not put(play, target)
        assert lights(advanced(play, 98.0)) == (Light.RED, Light.RED)

    @pytest.mark.parametrize("what", ["service", "incident"])
    def test_it_counts_again_when_that_is_undone(self, what: str) -> None:
        play = down_and_told()
        put(play, "api" if what == "service" else play.incidents[0].id)
        advanced(play, 98.0)
        # By its own name, however it was set aside.
        assert play.state.undo_aside("api")
        result = advanced(play, 99.0)
        assert lights(result) == (Light.RED, Light.RED)
        assert mark(result) is None
        assert not play.state.undo_aside("api")


class TestTheNews:
    @pytest.mark.parametrize("what", ["service", "incident"])
    def test_its_banner_goes_and_its_end_is_not_told(self, what: str) -> None:
        play = down_and_told()
        incident = play.incidents[0].id
        put(play, "api" if what == "service" else incident, Lasts.UNDONE)
        assert advanced(play, 98.0).announcements == (Withdraw(incident),)
        memory = play.state.remember().told
        assert memory is not None
        assert memory.by_key[incident].popped_at is None, (
            "as if it had never been told: a late cause is no news, either"
        )
        told: list[Announcement] = []
        for at in (200.0, 260.0, 261.0, 560.0, 861.0, 862.0):
            play.feed(at, "api 401")
            told += play.state.result.announcements
        assert lights(advanced(play, 870.0))[1] is Light.GREEN
        assert told == []

    @pytest.mark.parametrize("what", ["service", "incident"])
    def test_it_is_told_anew_when_it_comes_back(self, what: str) -> None:
        play = down_and_told()
        put(play, "api" if what == "service" else play.incidents[0].id, Lasts.TIME, 300.0)
        advanced(play, 98.0)
        assert fed(play, (150.0, "api 502"), (299.0, "api 502")).announcements == ()
        assert advanced(play, 299.5).news_at <= START + 300.0
        back = [*advanced(play, 300.0).announcements, *advanced(play, 302.0).announcements]
        (banner,) = back
        assert isinstance(banner, Banner)
        assert (banner.stage, banner.pops_up, banner.services) == (BannerStage.DOWN, True, ("Api",))

    def test_one_of_two_is_told_alone_and_both_once_it_is_back(self) -> None:
        play = down_and_told()
        put(play, "api", Lasts.UNDONE)
        advanced(play, 98.0)
        play.feed(100.0, "page major:chat")
        (banner,) = [one for at in (101.0, 103.0) for one in advanced(play, at).announcements]
        assert isinstance(banner, Banner)
        assert banner.services == ("Chat",)
        play.state.undo_aside("api")
        (banner,) = [one for at in (104.0, 106.0) for one in advanced(play, at).announcements]
        assert isinstance(banner, Banner)
        assert banner.services == ("Api", "Chat")


# What happens after 97 s to a service that is down, whether it is news of the service, and of the incident.
CHANGES = [
    ("nothing new", ((150.0, "api 502"), (170.0, "page ok")), False, False),
    ("the network goes", ((150.0, "network offline dns"), (170.0, "network online"), (180.0, "api 502")), False, False),
    ("it answers", ((200.0, "api 401"), (260.0, "api 401")), True, False),
    ("the page's first word", ((150.0, NAMED),), False, True),
    ("another service falls", ((150.0, "page major:chat"),), False, True),
]


class TestUntilItChanges:
    @pytest.mark.parametrize(("samples", "ends"), [(c[1], c[2]) for c in CHANGES], ids=[c[0] for c in CHANGES])
    def test_of_a_service(self, samples: tuple[tuple[float, str], ...], ends: bool) -> None:
        play = down_and_told()
        put(play, "api")
        assert (mark(fed(play, *samples)) is None) is ends

    @pytest.mark.parametrize(("samples", "ends"), [(c[1], c[3]) for c in CHANGES], ids=[c[0] for c in CHANGES])
    def test_of_an_incident(self, samples: tuple[tuple[float, str], ...], ends: bool) -> None:
        play = down_and_told()
        put(play, play.incidents[0].id)
        result = fed(play, *samples)
        assert (mark(result) is None) is ends

    def test_an_update_of_an_incident_that_the_page_had_named_is_news(self) -> None:
        play = down_and_told()
        play.feed(120.0, NAMED)
        put(play, play.incidents[0].id, at=121.0)
        assert mark(fed(play, (150.0, "api 502"))) is not None
        assert mark(fed(play, (170.0, "page html"))) is not None, "a page that is lost says nothing new"
        assert mark(fed(play, (240.0, NAMED))) is None

    def test_what_is_well_stays_aside_until_that_is_undone(self) -> None:
        play = played(*WELL)
        assert put(play, "api", at=3.0)
        advanced(play, 4.0)
        result = fed(play, *DOWN[4:], (110.0, "api 502"))
        assert lights(result) == (Light.GREEN, Light.RED)

    def test_a_well_one_can_be_set_aside_until_it_is_not(self) -> None:
        play = played(*WELL)
        put(play, "api", Lasts.CHANGED, at=3.0)
        result = fed(play, *DOWN[4:7], (80.5, "beta 200"))
        assert lights(result)[1] is Light.YELLOW
        assert mark(result) is not None, "what is still being found out is no change"
        assert mark(fed(play, (95.0, "api 502 +"), (110.0, "api 502 +"))) is None

    @pytest.mark.parametrize("what", ["service", "incident"])
    @pytest.mark.parametrize(("slept_s", "ends"), [(14 * 3600.0, False), (2 * UNWATCHED_S, True)])
    def test_overnight_it_stays_and_what_is_so_again_days_later_is_told_anew(
        self, what: str, slept_s: float, ends: bool
    ) -> None:
        play = down_and_told()
        put(play, "api" if what == "service" else play.incidents[0].id)
        advanced(play, 98.0)
        woken = 100.0 + slept_s
        play.feed(woken, "resume")
        said: list[Announcement] = []
        for after in range(40, 200, 12):
            for sample in ("beta 200", "api 502 +"):
                play.feed(woken + after, sample)
                said += play.state.result.announcements
            said += advanced(play, woken + after + 2).announcements
        assert lights(play.state.result)[1] is Light.RED
        assert (mark(play.state.result) is None) is ends
        assert [one.stage for one in said if isinstance(one, Banner)] == [BannerStage.DOWN] * ends


def test_it_survives_a_restart() -> None:
    play = down_and_told()
    put(play, "api", Lasts.TIME, 400.0)
    put(play, play.incidents[0].id, Lasts.UNDONE)
    advanced(play, 98.0)
    stored = msgspec.json.decode(msgspec.json.encode(play.state.remember()), type=Memory)
    later = State(CATALOGUE, ("api", "beta"), START + 120.0, stored)
    assert lights(later.advance(START + 120.0))[1] is Light.RED
    assert mark(later.result) == Aside(START + 97.0, Lasts.TIME, START + 400.0)
    assert mark(later.advance(START + 401.0)) == Aside(START + 97.0, Lasts.UNDONE, None, play.incidents[0].id)
