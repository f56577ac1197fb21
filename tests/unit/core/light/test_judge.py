"""The judge as the schedule, the engine and the store see it."""

import msgspec
import pytest
from msgspec import structs

from tests.unit.core.playbook import CATALOGUE, LINK, START, Play, observations, page
from trayapp.core.catalogue import Catalogue
from trayapp.core.evidence.observation import Badge, NetworkState, NetworkStep, Try, Witness
from trayapp.core.evidence.own_evidence import QUIET_S
from trayapp.core.evidence.pace import Pace
from trayapp.core.evidence.page_report import PageHealth, PageStage, PageUpdate
from trayapp.core.evidence.reach import Reach
from trayapp.core.light.badges import ACCOUNT_LIFE_S
from trayapp.core.light.judge import Judge, JudgeMemory
from trayapp.core.light.page_readings import PAGE_FRESH_S
from trayapp.core.light.severity import Finding, Light
from trayapp.engine.state import Memory, State

API, BETA, SITE = "api.acme.example", "beta.example", "chat.acme.example"


def fed(*samples: tuple[float, str], watched: tuple[str, ...] = ("api", "beta"), reach: Reach = Reach.PUBLIC) -> Play:
    play = Play(watched, reach=reach)
    for at, sample in samples:
        play.feed(at, sample)
    return play


DOWN = ((0.0, "api 401"), (60.0, "api 502"), (65.0, "api 502 +"), (80.0, "api 502 +"), (95.0, "api 502 +"))


class TestPace:
    def test_calm_trouble_red_calm(self) -> None:
        play = Play(("api", "beta"))
        paces = []
        for at, sample in (*DOWN, (130.0, "api 401"), (160.0, "api 401"), (190.0, "api 401")):
            play.feed(at, sample)
            paces.append(play.state.pace(API))
        assert paces == [
            Pace.CALM, Pace.TROUBLE, Pace.TROUBLE, Pace.TROUBLE, Pace.RED, Pace.RED, Pace.RED, Pace.CALM,
        ]  # fmt: skip
        assert play.state.pace(BETA) is Pace.CALM

    def test_it_is_told_of_those_that_may_be_asked_more_than_once_a_minute(self) -> None:
        play = fed(*DOWN[:2])
        assert play.state.result.paces == {API: Pace.TROUBLE}
        play = fed(*DOWN, (96.0, "beta timeout"))
        assert play.state.result.paces == {API: Pace.RED, BETA: Pace.TROUBLE}
        assert fed((0.0, "api 401")).state.result.paces == {}

    def test_one_host_that_speaks_for_red_and_for_failing_components_is_asked_as_red(self) -> None:
        play = fed(*DOWN, (100.0, "use 500 r1"))
        assert play.state.pace(API) is Pace.RED

    def test_trouble_ends_with_the_run(self) -> None:
        play = fed((0.0, "api 401"), (60.0, "api 502"), (65.0, "api 401 +"))
        assert play.state.pace(API) is Pace.LASTING, "it may fail in part: that is looked into for two minutes"
        for n in range(1, 8):
            play.feed(65.0 + 15.0 * n, "api 401")
        assert play.state.pace(API) is Pace.CALM

    def test_a_run_that_nobody_continues_is_no_trouble_for_ever(self) -> None:
        play = fed((0.0, "api 401"), (60.0, "use 500 r1"))
        play.wait(61.0)
        assert play.state.pace(API) is Pace.TROUBLE
        play.wait(400.0)
        assert play.state.pace(API) is Pace.CALM

    def test_a_foreign_page_is_looked_into_until_it_is_clear_whose_it_is(self) -> None:
        play = fed((0.0, "api 401"), (60.0, "api foreign"))
        assert play.state.pace(API) is Pace.TROUBLE
        play.feed(65.0, "api foreign +")
        assert play.state.pace(API) is Pace.CALM
        play.feed(125.0, "api foreign")
        assert play.state.pace(API) is Pace.CALM
        assert play.lights()["api"] == "grey blocked"

    def test_offline_for_long_it_calms_down_and_still_asks_controls(self) -> None:
        play = fed((0.0, "api 401"), *[(60.0 + 15 * n, "api timeout -") for n in range(20)])
        assert play.lights()["api"] == "grey own_network"
        play.wait(355.0)
        assert play.state.pace(API) is Pace.LASTING
        play.wait(365.0)
        assert play.state.pace(API) is Pace.CALM
        assert play.state.wants_control(API)
        play.feed(375.0, "api timeout -")
        assert play.state.pace(API) is Pace.CALM, "one more failure is no news"

    def test_unknown_hosts_are_calm(self) -> None:
        assert Play(("api",)).state.pace("nowhere.example") is Pace.CALM


class TestControls:
    def test_wanted_from_the_second_try_on(self) -> None:
        play = Play(("api", "beta"))
        wanted = []
        for at, sample in (*DOWN, (130.0, "api 401"), (190.0, "api 401")):
            play.wait(at)
            wanted.append(play.state.wants_control(API))
            play.feed(at, sample)
        assert wanted == [False, False, True, True, True, True, True]
        play.wait(191.0)
        assert not play.state.wants_control(API)

    def test_loopback_needs_none(self) -> None:
        play = fed(*DOWN, reach=Reach.LOOPBACK)
        assert play.lights()["api"] == "red down"
        play.wait(96.0)
        assert not play.state.wants_control(API)


class TestLoopback:
    def test_red_at_the_third_try_without_any_network(self) -> None:
        play = fed(*DOWN[:4], reach=Reach.LOOPBACK)
        assert play.lights()["api"] == "red down"
        assert play.last.network.state is NetworkState.ONLINE

    def test_whatever_the_own_network_does(self) -> None:
        play = fed((0.0, "beta 200"), (1.0, "network offline interface"), reach=Reach.LOOPBACK)
        assert not play.lights()["beta"].startswith("red")


class TestSettled:
    @staticmethod
    def settled(*samples: tuple[float, str], service: str = "api") -> bool:
        play = fed(*samples, watched=("chat", "api", "beta"))
        return play.state.settled(service)

    def test_not_before_every_source_has_spoken(self) -> None:
        assert not self.settled()
        assert not self.settled((0.0, "api 401"))
        assert not self.settled((0.0, "page ok"))
        assert self.settled((0.0, "api 401"), (1.0, "page ok"))
        assert self.settled((0.0, "beta 200"), service="beta")

    def test_an_unreadable_page_has_spoken(self) -> None:
        assert self.settled((0.0, "api 401"), (1.0, "page html"))

    def test_not_while_a_run_of_failures_is_undecided(self) -> None:
        run = [(0.0, "page ok"), (1.0, "api 502"), (6.0, "api 502 +"), (21.0, "api 502 +"), (36.0, "api 502 +")]
        assert [self.settled(*run[:n]) for n in (2, 3, 4, 5)] == [False, False, False, True]

    def test_settled_by_the_own_network(self) -> None:
        assert self.settled((0.0, "api timeout"), (5.0, "network offline dns"))

    def test_settled_by_a_block(self) -> None:
        assert not self.settled((0.0, "page ok"), (1.0, "api foreign"))
        assert self.settled((0.0, "page ok"), (1.0, "api foreign"), (6.0, "api foreign +"))

    def test_a_service_that_is_not_watched_keeps_nobody_waiting(self) -> None:
        assert self.settled(service="gamma")


class TestSampledAt:
    def test_the_oldest_of_its_probes_once_each_has_been_asked(self) -> None:
        play = Play(("chat", "api", "beta"))
        assert play.state.sampled_at("api") is None
        play.feed(10.0, "real ok")
        assert play.state.sampled_at("api") is None, "the other components of the same service were not"
        play.feed(20.0, "api 401")
        play.feed(30.0, "real ok")
        assert play.state.sampled_at("api") == START + 20
        assert play.state.sampled_at("beta") is None

    def test_a_component_that_only_a_page_speaks_for_has_no_sample(self) -> None:
        play = fed((10.0, "site ok"), (20.0, "page ok"), watched=("chat",))
        assert play.state.sampled_at("chat") == START + 10

    def test_whoever_is_not_watched_has_all_that_there_is(self) -> None:
        assert fed((10.0, "api 401")).state.sampled_at("gamma") == START + 10


class TestReach:
    """Where a host is, is measured; the catalogue only suggests it."""

    SPLIT_HORIZON = ((0.0, "api 401"), (1.0, "beta 200"), (2.0, "network offline dns"))

    def test_public_names_that_lead_into_the_own_network_do_not_need_the_internet(self) -> None:
        play = fed(*self.SPLIT_HORIZON, reach=Reach.PRIVATE)
        assert play.lights() == {"api": "green ok", "beta": "green ok"}
        assert play.last.network.state is NetworkState.ONLINE
        assert not play.state.result.snapshot.shown.offline

    def test_and_anywhere_else_they_do(self) -> None:
        play = fed(*self.SPLIT_HORIZON)
        assert play.lights() == {"api": "grey own_network", "beta": "grey own_network"}
        assert (play.last.network.state, play.last.network.step) == (NetworkState.OFFLINE, NetworkStep.DNS)

    @pytest.mark.parametrize(("read_at", "light"), [(Reach.PUBLIC, "green ok"), (Reach.PRIVATE, "grey own_network")])
    def test_a_page_vouches_for_the_kind_of_address_that_it_was_read_at(self, read_at: Reach, light: str) -> None:
        play = fed((0.0, "api 401"), (1.0, "page ok"), (60.0, "network offline dns"))
        play.state.observe(structs.replace(page(START + 90, ["ok"]), reach=read_at))
        play.wait(90.0)
        assert play.lights()["api"] == light


class TestBadges:
    def test_quota_is_good_at_depth_api_and_a_badge(self) -> None:
        play = fed((0.0, "page html"), (1.0, "real quota"))
        verdict = play.last.services[0]
        assert verdict.badges == (Badge.QUOTA,)
        assert verdict.reasons[-1].code == "badge_quota"
        assert next(part for part in verdict.components if part.id == "completions").light is Light.GREEN

    def test_a_refused_key_is_never_red(self) -> None:
        play = fed(*[(60.0 * n, "api key") for n in range(10)])
        assert play.lights()["api"] == "green ok"
        assert play.last.services[0].badges == (Badge.KEY,)

    def test_a_badge_that_nobody_has_seen_for_long_goes_by_itself(self) -> None:
        play = fed((0.0, "real key"))
        badges = [play.wait(at).services[0].badges for at in (ACCOUNT_LIFE_S, ACCOUNT_LIFE_S + 1.0)]
        assert badges == [(Badge.KEY,), ()]
        assert "badge_key" not in play.codes("api")

    def test_rate_limits_alone_are_no_evidence(self) -> None:
        play = fed(*[(15.0 * n, "api 429 +") for n in range(20)])
        assert play.lights()["api"] == "grey no_evidence"
        assert play.last.services[0].badges == (Badge.RATE_LIMIT,)


class TestSlow:
    def test_slow_is_yellow_while_others_are_not(self) -> None:
        play = fed((0.0, "page ok"), (1.0, "api 401"))
        for n in range(60):
            play.feed(10.0 + n, f"use ok r{n} slow=0.8")
        for n in range(2):
            play.feed(80.0 + n, f"use ok s{n} slow=9.0")
            play.expect("api green ok", "two slow answers")
        play.feed(90.0, "use ok s3 slow=9.0")
        play.expect("api yellow slow", "three slow answers in a row")
        assert play.last.services[0].reasons[0].params == {"first_token_s": 9.0, "baseline_s": 0.8}
        play.restart(91.0)
        play.feed(92.0, "page ok")
        play.feed(93.0, "use ok s4 slow=9.0")
        play.expect("api yellow slow", "what is usual survives a restart")
        play.feed(94.0, "use ok s5 slow=0.9")
        play.expect("api green ok", "one fast answer ends it")

    def test_what_is_usual_with_a_small_model_is_no_measure_for_a_large_one(self) -> None:
        play = fed((0.0, "page ok"), (1.0, "api 401"))
        for n in range(60):
            [answer] = observations(START + 10.0 + n, f"use ok r{n} slow={0.8 if n < 55 else 9.0}")
            assert isinstance(answer, Try)
            model = "small" if n < 55 else "large"
            play.state.observe(structs.replace(answer, witness=Witness("", "/v1/messages", model)))
            play.wait(10.0 + n)
        play.expect("api green ok", "nobody knows what is usual with the large one")


class TestPages:
    def test_whether_it_can_be_read_now(self) -> None:
        judge = Judge(CATALOGUE, ("api", "beta"), START)
        speaks = [judge.page_speaks("acme")]
        for at, said in ((5.0, "ok"), (125.0, "wrong_page")):
            judge.observe(page(START + at, [said]))
            speaks.append(judge.page_speaks("acme"))
        assert speaks == [False, True, False]
        assert not judge.page_speaks("beta"), "it has none"
        assert not judge.page_speaks("nobody")

    def test_health_of_the_page_itself(self) -> None:
        play = Play(("api", "beta"))
        (status,) = play.last.pages
        assert (status.provider, status.health, status.fetched_at, status.link) == (
            "acme",
            PageHealth.NEVER,
            None,
            LINK,
        )
        play.feed(5.0, "page ok")
        play.feed(125.0, "page html")
        (status,) = play.last.pages
        assert (status.health, status.fetched_at, status.reason) == (PageHealth.UNREADABLE, START + 5, "html")

    def test_a_reading_grows_old_by_itself(self) -> None:
        play = fed((0.0, "site ok"), (1.0, "page ok"), watched=("chat",))
        play.wait(1.0 + PAGE_FRESH_S)
        play.expect("chat green ok", "it still speaks")
        play.wait(2.0 + PAGE_FRESH_S)
        play.expect("chat grey no_evidence", "nobody knows what it says now")

    def test_a_page_of_somebody_who_is_not_watched_is_ignored(self) -> None:
        play = Play(("beta",))
        play.feed(5.0, "page major:chat")
        assert play.last.pages == ()


class TestMemory:
    def test_it_is_json(self) -> None:
        play = fed(*DOWN)
        kept = msgspec.json.encode(play.state.remember())
        assert msgspec.json.encode(msgspec.json.decode(kept, type=Memory)) == kept
        judge = play.state.remember().judge
        assert msgspec.json.decode(msgspec.json.encode(judge), type=JudgeMemory) == judge

    def test_red_is_red_at_once_and_is_no_transition(self) -> None:
        play = fed(*DOWN)
        before = play.last.services[0]
        play.transitions.clear()
        play.restart(100.0)
        after = play.last.services[0]
        assert (after.light, after.finding, after.since) == (before.light, before.finding, before.since)
        assert [change for change in play.transitions if change.service == "api"] == []

    def test_a_run_of_failures_goes_on(self) -> None:
        play = fed(*DOWN[:4])
        play.restart(82.0)
        play.feed(95.0, "api 502 +")
        assert play.lights()["api"] == "red down"

    def test_controls_that_are_blocked_here_stay_known(self) -> None:
        """Both fail for good while others answer: they say nothing about the own network, before and after."""
        play = Play(("api", "beta"))
        for at in range(0, 210, 30):
            for sample in ("beta 200", "api 401", "control timeout a", "control timeout b"):
                play.feed(at, sample)
        for at in (240, 245, 260, 275, 290):
            play.feed(at, "api 503")
            play.feed(at + 1, "beta 200")
        play.expect("api red down, beta green ok", "others vouch for the network")
        for at in range(300, 900, 30):
            play.feed(at, "api 503")
        play.restart(900)
        play.feed(901, "control timeout a")
        play.feed(902, "control timeout b")
        play.expect("api red down", "still blocked, and still nobody's fault")

    def test_after_ten_minutes_it_starts_afresh_but_knows_the_last_light_and_the_incident(self) -> None:
        play = fed(*DOWN)
        play.restart(2000.0)
        verdict = play.last.services[0]
        assert (verdict.light, verdict.finding) == (Light.GREY, Finding.STARTING)
        assert (verdict.last_known, verdict.last_known_at) == (Light.RED, START + 95)
        assert verdict.incident == play.incidents[0].id

    def test_a_memory_from_the_future_says_nothing(self) -> None:
        play = fed(*DOWN)
        judge = Judge(CATALOGUE, ("api",), START - 86_400, play.state.remember().judge)
        assert judge.advance(START - 86_400).services[0].finding is Finding.STARTING

    def test_services_that_are_gone_are_forgotten_and_new_ones_start(self) -> None:
        play = fed(*DOWN)
        snapshot = State(CATALOGUE, ("gamma",), START + 100, play.state.remember()).advance(START + 100).snapshot
        assert [(service.id, service.finding) for service in snapshot.judgement.services] == [
            ("gamma", Finding.STARTING)
        ]
        assert snapshot.incidents == ()


def test_it_is_calm_again_once_a_recovery_is_over() -> None:
    """What is kept for a restart is written less often then."""
    play = fed(*DOWN, *[(130.0 + 60.0 * n, "api 401") for n in range(10)])
    calm = []
    for at in (129.0 + QUIET_S, 131.0 + QUIET_S):
        play.wait(at)
        calm.append(play.state.is_calm)
    assert calm == [False, True]


def test_unknown_services_are_left_out() -> None:
    judge = Judge(CATALOGUE, ("api", "nonsense"), START)
    assert [service.id for service in judge.advance(START).services] == ["api"]


def test_nothing_watched_is_grey() -> None:
    assert Judge(CATALOGUE, (), START).advance(START).light is Light.GREY


def test_a_moment_that_passes_twice_changes_nothing() -> None:
    play = fed(*DOWN)
    assert play.wait(95.0) == play.wait(95.0)


def test_time_never_runs_backwards() -> None:
    play = fed(*DOWN)
    assert play.wait(10.0).at == START + 95


@pytest.mark.parametrize("reach", [Reach.PUBLIC, Reach.PRIVATE])
def test_an_answer_vouches_only_for_its_kind(reach: Reach) -> None:
    """Failures at private addresses beside public controls that answer prove nothing, and the other way round."""
    other = Reach.PRIVATE if reach is Reach.PUBLIC else Reach.PUBLIC
    play = Play(("beta", "gamma"))
    for at in (0.0, 60.0, 65.0, 80.0, 95.0, 110.0, 125.0):
        for observation in observations(START + at, "beta timeout" if at else "beta 200", reach):
            play.state.observe(observation)
        for observation in observations(START + at + 1, "gamma 200", other):
            play.state.observe(observation)
        play.wait(at + 1)
        assert not play.lights()["beta"].startswith("red")


DAY = 86_400.0
FAMILIES = ("Opus", "Sonnet")


class TestFamilies:
    """Rule 4: what concerns only models that are not used here."""

    def play(self, *listing: str) -> Play:
        acme = CATALOGUE.providers["acme"]
        names = listing or ("api",)
        services = tuple(structs.replace(one, families=FAMILIES if one.id in names else ()) for one in acme.services)
        catalogue = Catalogue({"acme": structs.replace(acme, services=services)})
        return Play(("api", "chat"), catalogue)

    def use(self, play: Play, model: str, at: float, times: int = 1) -> None:
        for _ in range(times):
            [answer] = observations(START + at, "use 200")
            assert isinstance(answer, Try)
            play.state.observe(structs.replace(answer, witness=Witness("", "/v1/messages", model)))
        play.wait(at)

    def opus(self, play: Play, at: float) -> None:
        self.said(play, at, "Elevated errors on Opus 4.5")

    def said(self, play: Play, at: float, title: str, *updates: str, state: str = "partial") -> None:
        said = page(START + at, [f"{state}:chat,completions", "incident:investigating:major:chat,completions"])
        words = tuple(PageUpdate(START + at, PageStage.INVESTIGATING, text) for text in reversed(updates))
        named = tuple(structs.replace(one, name=title, updates=words) for one in said.incidents)
        play.state.observe(structs.replace(said, incidents=named))
        play.wait(at)

    def test_it_is_listed_where_they_are_not_used_and_counts_for_the_website(self) -> None:
        play = self.play()
        self.use(play, "claude-sonnet-5", 0.0, 20)
        self.use(play, "claude-sonnet-5", DAY)
        self.opus(play, DAY + 60.0)
        play.expect("api green ok, chat yellow degraded", "Sonnet is used here, and websites have all models")
        assert "page_elsewhere" in play.codes("api")
        assert "page_elsewhere" not in play.codes("chat")
        self.use(play, "claude-opus-4-5", DAY + 90.0)
        play.expect("api yellow degraded", "now Opus is used here, too")

    def test_what_one_service_shows_is_known_of_all_of_its_provider_at_once(self) -> None:
        play = self.play("api", "chat")
        self.use(play, "claude-sonnet-5", 0.0, 20)
        self.opus(play, DAY - 60.0)
        play.expect("api yellow degraded, chat yellow degraded", "a day is not over")
        self.use(play, "claude-sonnet-5", DAY)
        play.expect(
            "api green ok, chat green ok", "Sonnet is used, whoever was asked for it, and nothing had failed here"
        )

    def test_what_turns_out_to_concern_others_needs_no_recovery(self) -> None:
        play = self.play()
        self.use(play, "claude-sonnet-5", 0.0, 20)
        self.use(play, "claude-sonnet-5", DAY)
        self.said(play, DAY + 60.0, "Elevated errors")
        play.expect("api yellow degraded", "it names no model")
        self.said(play, DAY + 120.0, "Elevated errors", "The issue is limited to Opus 4.5.")
        play.expect("api green ok", "it never was ours")
        self.said(
            play, DAY + 180.0, "Elevated errors", "The issue is limited to Opus 4.5.", "Now all models are affected."
        )
        play.expect("api yellow degraded", "it has widened")

    def test_what_was_down_for_everybody_recovers(self) -> None:
        play = self.play()
        self.use(play, "claude-sonnet-5", 0.0, 20)
        self.use(play, "claude-sonnet-5", DAY)
        self.said(play, DAY + 60.0, "Elevated errors", state="major")
        play.expect("api red down", "its own state says so")
        self.said(play, DAY + 120.0, "Elevated errors", "The issue is limited to Opus 4.5.")
        play.expect("api yellow recovering", "what was down is back, for those who do not use Opus")

    def test_it_counts_where_little_is_known(self) -> None:
        play = self.play()
        self.use(play, "claude-sonnet-5", 0.0, 20)
        self.opus(play, 3600.0)
        play.expect("api yellow degraded", "an hour shows nothing")

    def test_what_is_used_is_known_after_a_restart(self) -> None:
        play = self.play()
        self.use(play, "claude-sonnet-5", 0.0, 20)
        self.use(play, "claude-sonnet-5", DAY)
        memory = play.state.remember()
        kept = msgspec.json.encode(memory)
        assert memory.judge is not None
        assert b"claude-sonnet-5" not in msgspec.json.encode(memory.judge.families)
        again = self.play()
        again.state = State(again.catalogue, again.watched, START + DAY + 30.0, msgspec.json.decode(kept, type=Memory))
        again.feed(DAY + 30.0, "api 401")
        self.opus(again, DAY + 60.0)
        assert "page_elsewhere" in again.codes("api")
