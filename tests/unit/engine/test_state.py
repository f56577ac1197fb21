"""All rules behind one door: evidence and time in, pictures and news out; reading changes nothing."""

import math
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.support.breakers import failing
from tests.unit.core.playbook import ACME, CATALOGUE, START, Play, observations
from tests.unit.core.test_properties import WATCHED, moments, steps
from trayapp.core.catalogue import Api, Catalogue, Dialect
from trayapp.core.evidence.observation import Disturbance, DisturbanceKind, NetworkState, Observation, Try
from trayapp.core.evidence.pace import Pace
from trayapp.core.incident.incident import IncidentStage
from trayapp.core.light.severity import Finding, Light
from trayapp.core.notify.banner import Banner, BannerStage, Withdraw
from trayapp.core.snapshot import Circumstances, DemoScene
from trayapp.core.switching.breaker import OPEN_S, TRIP_FAILURES, BreakerState
from trayapp.core.switching.route import Endpoint, Mode, Policy, To, Until
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.engine.state import Memory, Result, State

API, BETA, SITE = "api.acme.example", "beta.example", "chat.acme.example"
HOSTS = (API, BETA, SITE, "nowhere.example")
SERVICES = (*WATCHED, "nonsense")
WELL = ((0.0, "api 401"), (1.0, "beta 200"), (2.0, "page ok"))
DOWN = (*WELL, (60.0, "api 502"), (65.0, "api 502 +"), (80.0, "api 502 +"), (95.0, "api 502 +"))
BACK = (*DOWN, (200.0, "api 401"), (260.0, "api 401"))
READY = TargetStatus(TargetState.READY, "ollama", "qwen3:8b")
# Acme's requests can go through the gateway.
SWITCHABLE = Catalogue(
    CATALOGUE.providers
    | {"acme": msgspec.structs.replace(ACME, api=Api("https://api.acme.example", (Dialect.OPENAI,)))}
)


def played(*samples: tuple[float, str], watched: tuple[str, ...] = ("api", "beta")) -> Play:
    play = Play(watched, SWITCHABLE)
    for at, sample in samples:
        play.feed(at, sample)
    return play


def advanced(play: Play, at: float) -> Result:
    return play.state.advance(START + at)


def told_of() -> Play:
    """A service that is down, and the banner that says so."""
    play = played(*DOWN)
    (banner,) = advanced(play, 96.0).announcements
    assert isinstance(banner, Banner)
    assert (banner.stage, banner.key) == (BannerStage.DOWN, play.incidents[0].id)
    return play


def auto_played(*samples: tuple[float, str]) -> Play:
    """Where requests move by themselves."""
    play = played(*samples)
    play.state.auto.switch(Mode.AUTO)
    return play


def restarted(state: State, at: float, watched: tuple[str, ...] = ("api", "beta")) -> State:
    stored = msgspec.json.encode(state.remember())
    return State(SWITCHABLE, watched, START + at, msgspec.json.decode(stored, type=Memory))


def light(result: Result, service_id: str) -> Light | None:
    service = result.snapshot.judgement.service(service_id)
    return service.light if service is not None else None


def observed(samples: list[tuple[float, str]]) -> Iterator[tuple[float, list[Observation]]]:
    for at, sample in moments(samples):
        yield START + at, observations(START + at, sample)


def read(state: State) -> None:
    """Ask everything that can be asked, a hundred times."""
    for _ in range(100):
        for host in HOSTS:
            state.pace(host)
            state.wants_control(host)
        for service_id in SERVICES:
            state.settled(service_id)
            state.sampled_at(service_id)
        assert state.result.snapshot.judgement is state.judgement
        assert state.is_calm in (True, False)
        state.remember()
        state.routes.all()
        state.routes.offers()
        state.routes.route("acme")
        state.routes.decide("acme", Endpoint.CHAT_COMPLETIONS, Policy.WAIT)
        state.auto.view("acme", math.inf)


class TestReading:
    # Seconds of pure reckoning, and many of them on a busy machine.
    @pytest.mark.timeout(600)
    @given(steps)
    @settings(max_examples=25)
    def test_it_changes_nothing(self, samples: list[tuple[float, str]]) -> None:
        """Asked all the time, between observations and moments, or never: everything that follows is the same."""
        asked, left_alone = (State(SWITCHABLE, WATCHED, START) for _ in range(2))
        for state in (asked, left_alone):
            state.advance(START)
        for now, seen in observed(samples):
            for observation in seen:
                asked.observe(observation)
                left_alone.observe(observation)
                read(asked)
            assert asked.advance(now) == left_alone.advance(now)
            read(asked)
        assert asked.remember() == left_alone.remember()

    @given(steps)
    @settings(max_examples=100)
    def test_a_moment_that_passes_twice_is_the_same_moment(self, samples: list[tuple[float, str]]) -> None:
        state = State(SWITCHABLE, WATCHED, START)
        for now, seen in observed(samples):
            for observation in seen:
                state.observe(observation)
            first, again = state.advance(now), state.advance(now)
            assert again == msgspec.structs.replace(first, transitions=(), announcements=())

    def test_what_came_in_is_told_by_the_next_moment_alone(self) -> None:
        play = played(*DOWN[:-1])
        before = play.state.result
        for observation in observations(START + 95, "api 502 +"):
            play.state.observe(observation)
        assert play.state.result is before
        assert play.state.pace(API) is Pace.TROUBLE
        assert light(advanced(play, 95.0), "api") is Light.RED
        assert play.state.pace(API) is Pace.RED


class TestResult:
    def test_a_change_is_told_once_with_what_it_was(self) -> None:
        play = played(*DOWN[:-1])
        for observation in observations(START + 95, "api 502 +"):
            play.state.observe(observation)
        result = advanced(play, 95.0)
        (change,) = result.transitions
        assert (change.at, change.service, change.light, change.finding) == (
            START + 95, "api", Light.RED, Finding.DOWN
        )  # fmt: skip
        assert (change.was_light, change.was_finding) == (Light.YELLOW, Finding.CHECKING)
        assert advanced(play, 96.0).transitions == ()

    def test_its_paces_are_those_that_are_asked_for(self) -> None:
        play = played(*DOWN, (96.0, "beta timeout"))
        assert play.state.result.paces == {API: Pace.RED, BETA: Pace.TROUBLE}
        assert {host: play.state.pace(host) for host in (API, BETA)} == play.state.result.paces

    def test_news_is_told_once(self) -> None:
        assert advanced(told_of(), 100.0).announcements == ()

    def test_it_says_when_there_is_news_although_nothing_comes_in(self) -> None:
        play = played(*DOWN)
        assert play.state.result.announcements == ()
        assert play.state.result.news_at == START + 96
        assert advanced(told_of(), 97.0).news_at == math.inf

    def test_only_when_it_is_back(self) -> None:
        play = told_of()
        key = play.incidents[0].id
        play.state.only_when_back(key)
        assert advanced(play, 100.0).announcements == (Withdraw(key),)
        assert advanced(play, 101.0).announcements == ()

    def test_time_is_turned_into_that_of_clocks_on_the_wall(self) -> None:
        state = State(CATALOGUE, ("api",), START, wall_offset_s=lambda now: now - START + 7.0)
        assert state.advance(START + 5).snapshot.wall_offset_s == 12.0

    def test_a_clock_never_runs_backwards(self) -> None:
        play = played(*WELL)
        assert advanced(play, 1.0).snapshot.at == START + 2


class TestCircumstances:
    def test_they_are_shown_in_the_next_result(self) -> None:
        play = played(*WELL)
        given = Circumstances(target=READY, gateway_url="http://127.0.0.1:17502", switching="warm", bytes_today=9)
        before = play.state.result.snapshot
        play.state.observe(given)
        assert play.state.result.snapshot is before
        snapshot = advanced(play, 3.0).snapshot
        assert (snapshot.target, snapshot.gateway_url) == (READY, "http://127.0.0.1:17502")
        assert (snapshot.switching, snapshot.bytes_today) == ("warm", 9)

    def test_they_stay_until_others_are_given(self) -> None:
        play = played(*WELL)
        play.state.observe(Circumstances(demo=DemoScene()))
        assert advanced(play, 3.0).snapshot.demo
        assert advanced(play, 4.0).snapshot.demo
        play.state.observe(Circumstances())
        assert advanced(play, 5.0).snapshot.demo is None

    def test_the_offer_follows_target_and_routes(self) -> None:
        play = played(*DOWN)
        assert play.state.result.snapshot.offer.set_up
        play.state.observe(Circumstances(target=READY))
        offer = advanced(play, 96.0).snapshot.offer
        assert (offer.set_up, offer.down) == (False, ("acme",))
        play.state.routes.switch(("acme",), To.LOCAL, Until.BACK, START + 97)
        offer = advanced(play, 97.0).snapshot.offer
        assert (offer.down, offer.home, offer.back) == ((), ("acme",), ())


class TestMemory:
    @given(steps, st.integers(0, 59))
    @settings(max_examples=100)
    def test_a_restart_of_a_restart_knows_the_same(self, samples: list[tuple[float, str]], when: int) -> None:
        play = Play(WATCHED, SWITCHABLE)
        for at, sample in moments(samples)[: when + 1]:
            play.feed(at, sample)
        last_at = play.last.at - START
        again = restarted(play.state, last_at, WATCHED)
        assert restarted(again, last_at, WATCHED).remember() == again.remember()

    def test_what_is_red_stays_red_and_nothing_is_told_twice(self) -> None:
        play = told_of()
        before = play.state.result.snapshot
        result = restarted(play.state, 98.0).advance(START + 98)
        assert light(result, "api") is Light.RED
        assert result.snapshot.incidents == before.incidents
        assert [change.service for change in result.transitions] == []
        assert result.announcements == ()

    def test_what_ended_meanwhile_is_told(self) -> None:
        again = restarted(told_of().state, 5000.0)
        again.advance(START + 5000)
        for observation in observations(START + 5001, "api 401"):
            again.observe(observation)
        result = again.advance(START + 5001)
        assert [incident.stage for incident in result.snapshot.incidents] == [IncidentStage.OVER]
        (banner,) = result.announcements
        assert isinstance(banner, Banner)
        assert banner.stage is BannerStage.OVER

    def test_routes_and_the_way_home_survive(self) -> None:
        play = played(*DOWN)
        play.state.routes.switch(("acme",), To.LOCAL, Until.BACK, START + 96)
        again = restarted(play.state, 97.0)
        assert again.advance(START + 97).snapshot.offer.home == ("acme",)
        for at, sample in (*BACK[-2:], *[(float(at), "api 401") for at in range(320, 900, 60)], (899.0, "page ok")):
            for observation in observations(START + at, sample):
                again.observe(observation)
            result = again.advance(START + at)
        assert light(result, "api") is Light.GREEN
        assert result.snapshot.offer.back == ("acme",)

    def test_a_memory_from_the_future_has_no_incidents_and_no_lights(self) -> None:
        result = restarted(played(*DOWN).state, -86_400.0).advance(START - 86_400)
        assert light(result, "api") is Light.GREY
        assert result.snapshot.incidents == ()

    def test_an_empty_memory_is_a_beginning(self) -> None:
        state = State(CATALOGUE, ("api",), START, Memory())
        assert state.advance(START) == State(CATALOGUE, ("api",), START).advance(START)


class TestAuto:
    """Auto mode is the gateway's to ask and the state's to keep: time, probes, disturbances and clicks reach it."""

    def test_the_setting_is_how_it_begins_and_who_is_held_survives(self) -> None:
        state = State(SWITCHABLE, ("api",), START, mode=Mode.AUTO)
        state.switch(("acme",), To.CLOUD, Until.CHANGED, START + 1)
        assert not state.auto.acts("acme")
        kept = msgspec.json.decode(msgspec.json.encode(state.remember()), type=Memory)
        after = State(SWITCHABLE, ("api",), START + 60, kept, mode=Mode.AUTO)
        assert (after.auto.mode, after.auto.acts("acme"), after.auto.acts("beta")) == (Mode.AUTO, False, True)
        assert State(SWITCHABLE, ("api",), START).auto.mode is Mode.MANUAL

    def test_a_provider_that_is_well_is_not_held_for_going_home(self) -> None:
        play = auto_played(*WELL)
        play.state.switch(("acme",), To.LOCAL, Until.BACK, START + 3)
        play.state.switch(("acme",), To.CLOUD, Until.CHANGED, START + 4)
        assert play.state.auto.acts("acme")

    def test_time_opens_it_for_a_trial_without_anybodys_asking(self) -> None:
        play = auto_played(*WELL)
        failing(play.state.auto, "acme", START + 10, TRIP_FAILURES)
        assert advanced(play, 11.0).news_at == START + 10 + OPEN_S
        assert advanced(play, 10.0 + OPEN_S).news_at == math.inf
        assert play.state.auto.view("acme", START).state is BreakerState.HALF_OPEN

    def test_a_probe_that_is_unverified_opens_nothing_for_a_trial(self) -> None:
        play = auto_played(*WELL)
        failing(play.state.auto, "acme", START + 10, TRIP_FAILURES)
        for at, sample in ((12.0, "api 502"), (14.0, "api 401")):
            for observation in observations(START + at, sample):
                assert isinstance(observation, Try)
                play.state.observe(replace(observation, unverified=True))
            play.wait(at)
        assert play.state.auto.view("acme", START).state is BreakerState.OPEN

    @pytest.mark.parametrize(
        ("samples", "state"),
        [
            (("api 502", "api 401"), BreakerState.HALF_OPEN),
            # What was good all the time has not seen this outage.
            (("api 401", "api 401"), BreakerState.OPEN),
            # Requests of the user's are counted where they are made, and others' probes say nothing.
            (("api 502", "use 200"), BreakerState.OPEN),
            (("api 502", "beta 200"), BreakerState.OPEN),
            (("site 502", "site 200"), BreakerState.OPEN),
        ],
    )
    def test_a_probe_that_is_good_again_is_worth_a_trial(self, samples: tuple[str, ...], state: BreakerState) -> None:
        play = auto_played(*WELL)
        failing(play.state.auto, "acme", START + 10, TRIP_FAILURES)
        for at, sample in enumerate(samples, 12):
            play.feed(at, sample)
        assert play.state.auto.view("acme", START + 20).state is state

    def test_what_failed_before_a_disturbance_says_nothing(self) -> None:
        play = auto_played(*WELL)
        failing(play.state.auto, "acme", START + 10, TRIP_FAILURES)
        play.state.observe(Disturbance(START + 12, DisturbanceKind.RESUME))
        assert play.state.auto.view("acme", START + 13).state is BreakerState.CLOSED

    def test_an_open_breaker_is_no_calm(self) -> None:
        play = auto_played(*WELL)
        assert play.state.is_calm
        failing(play.state.auto, "acme", START + 10, TRIP_FAILURES)
        assert not play.state.is_calm


class TestWatch:
    def test_what_is_known_of_a_service_stays(self) -> None:
        play = told_of()
        (incident,) = play.incidents
        play.state.watch(SWITCHABLE, ("gamma", "api"), START + 100)
        result = advanced(play, 100.0)
        assert [service.id for service in result.snapshot.judgement.services] == ["gamma", "api"]
        assert (light(result, "api"), light(result, "gamma")) == (Light.RED, Light.GREY)
        assert result.snapshot.incidents == (incident,)
        assert (result.transitions, result.announcements) == ((), ())

    def test_what_is_no_longer_watched_takes_its_incident_and_its_banner_along(self) -> None:
        play = told_of()
        (incident,) = play.incidents
        play.state.watch(SWITCHABLE, ("beta",), START + 100)
        result = advanced(play, 100.0)
        assert result.snapshot.incidents == ()
        assert result.announcements == (Withdraw(incident.id),)

    def test_a_run_of_failures_goes_on(self) -> None:
        play = played(*DOWN[:-1])
        play.state.watch(SWITCHABLE, ("api", "beta"), START + 81)
        play.feed(95.0, "api 502 +")
        assert light(play.state.result, "api") is Light.RED

    def test_circumstances_and_routes_stay(self) -> None:
        play = played(*WELL)
        play.state.observe(Circumstances(target=READY))
        play.state.routes.switch(("acme",), To.LOCAL, Until.CHANGED, START + 3)
        play.state.watch(CATALOGUE, ("api",), START + 4)
        snapshot = advanced(play, 4.0).snapshot
        assert snapshot.target == READY
        assert snapshot.offer.home == ("acme",)

    def test_the_offer_is_made_from_the_new_catalogue(self) -> None:
        play = Play(("api", "beta"))
        for at, sample in DOWN:
            play.feed(at, sample)
        assert [each.provider for each in play.state.result.snapshot.offer.immovable] == ["acme"]
        play.state.watch(SWITCHABLE, ("api", "beta"), START + 100)
        assert advanced(play, 100.0).snapshot.offer.down == ("acme",)

    def test_nothing_is_settled_before_it_was_asked_again(self) -> None:
        play = played(*WELL)
        assert play.state.settled("api")
        play.state.watch(SWITCHABLE, ("api", "beta"), START + 10)
        advanced(play, 10.0)
        assert not play.state.settled("api")
        assert play.state.sampled_at("api") is None


class TestCalm:
    """A restart would lose little."""

    @pytest.mark.parametrize(
        ("samples", "calm"),
        [
            ((), True),
            (WELL, True),
            (DOWN[:4], False),
            (DOWN, False),
            (BACK, False),
            ((*WELL, (3.0, "beta foreign")), False),
            ((*WELL, (3.0, "page degraded:completions")), False),
            ((*WELL, (3.0, "page degraded:uploads")), True),
            ((*DOWN, (96.0, "network offline dns")), True),
            ((*DOWN, (96.0, "network captive")), True),
            ((*DOWN, (96.0, "network online")), False),
        ],
        ids=[
            "nothing", "well", "failing", "down", "recovering", "foreign", "an incident", "nobody watches that",
            "offline", "captive", "online",
        ],
    )  # fmt: skip
    def test_nothing_fails_and_no_incident_is_open_or_nothing_can_be_seen(
        self, samples: tuple[tuple[float, str], ...], calm: bool
    ) -> None:
        assert played(*samples).state.is_calm is calm

    def test_nothing_is_local(self) -> None:
        play = played(*WELL)
        play.state.routes.switch(("acme",), To.LOCAL, Until.BACK, START + 3)
        assert not play.state.is_calm
        play.state.routes.back("acme", START + 4)
        assert play.state.is_calm

    def test_what_is_local_is_none_without_a_network_either(self) -> None:
        play = played(*DOWN, (96.0, "network offline dns"))
        play.state.routes.switch(("acme",), To.LOCAL, Until.BACK, START + 97)
        assert not play.state.is_calm


def test_the_own_network_hides_everything_but_the_last_known_light() -> None:
    play = played(*DOWN, (96.0, "network offline dns"))
    snapshot = play.state.result.snapshot
    assert snapshot.judgement.network.state is NetworkState.OFFLINE
    assert (snapshot.shown.light, snapshot.shown.offline) == (Light.RED, True)
    assert advanced(play, 95.0 + 121.0).snapshot.shown.light is Light.GREY
