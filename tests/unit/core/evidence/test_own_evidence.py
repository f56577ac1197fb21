"""Rules 2, 6 and 8 for the requests of one kind: red, back, well, and starting afresh."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.unit.core.evidence.test_strikes import FAIL, GOOD, answering, tried
from trayapp.core.evidence import odds
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.observation import Control, Depth, Outcome, Source, Try
from trayapp.core.evidence.odds import Level
from trayapp.core.evidence.own_evidence import (
    ANSWERING_S,
    FOREIGN_LIFE_S,
    GAP_S,
    QUIET_S,
    Company,
    Evidence,
    EvidenceMemory,
    Sight,
)
from trayapp.core.evidence.reach import Reach
from trayapp.core.evidence.red import UNSEEN_RED_S
from trayapp.core.evidence.stranger import GONE_TRIES
from trayapp.core.evidence.strikes import RUN_LIFE_S


def seen(*tries: Try, network: OwnConnection | None = None) -> Evidence:
    return see(Evidence(), *tries, network=network)


def see(evidence: Evidence, *tries: Try, network: OwnConnection | None = None) -> Evidence:
    """Take in the tries, each at its own time, in a network that is fine unless given."""
    for t in tries:
        evidence.add(t)
        evidence.look(t.at, network or answering(100, at=t.at))
    return evidence


def sight(evidence: Evidence) -> Sight:
    """As a component sees it that waits for the ten quiet minutes since the return to be over."""
    return evidence.sight(recovering=evidence.back_at is not None)


def down(depth: Depth = Depth.API) -> list[Try]:
    """Failures that make it red at 120 s."""
    return [tried(at, depth=depth) for at in (100.0, 105.0, 120.0)]


class TestBack:
    def test_ten_quiet_minutes_make_it_well(self) -> None:
        """When they are over for a component is for it to say, since its page may have a word in it."""
        evidence = seen(*down(), *[tried(float(at), GOOD) for at in range(200, 800, 60)])
        assert evidence.well_at == 200.0 + QUIET_S
        evidence.look(evidence.well_at + 10.0, answering(0))
        assert evidence.sight(recovering=True) is Sight.RECOVERING
        assert evidence.sight(recovering=False) is Sight.CLEAR
        evidence.recovered()
        assert (evidence.back_at, evidence.is_calm) == (None, True)

    def test_a_failure_restarts_the_ten_minutes(self) -> None:
        evidence = seen(*down(), tried(200.0, GOOD), tried(260.0, GOOD), tried(500.0), tried(505.0, GOOD))
        assert sight(evidence) is Sight.RECOVERING
        assert evidence.well_at == 500.0 + QUIET_S

    def test_a_relapse_is_judged_by_strikes(self) -> None:
        relapse = [tried(at) for at in (300.0, 305.0, 320.0)]
        evidence = seen(*down(), tried(200.0, GOOD), tried(260.0, GOOD), *relapse[:2])
        assert sight(evidence) is Sight.CHECKING
        see(evidence, relapse[2])
        assert (sight(evidence), evidence.back_at) == (Sight.DOWN, None)


class TestAfresh:
    def test_after_ten_minutes_without_evidence(self) -> None:
        evidence = seen(*down())
        network = answering(0)
        evidence.look(120.0 + GAP_S, network)
        assert sight(evidence) is Sight.DOWN
        evidence.look(121.0 + GAP_S, network)
        assert sight(evidence) is Sight.CLEAR
        assert evidence.red is None

    def test_what_fails_in_part_ends_as_well_however_long_nobody_looked(self) -> None:
        tries = [tried(60.0 * n, FAIL if n in (3, 6, 8) else GOOD) for n in range(10)]
        evidence = seen(*tries)
        assert (sight(evidence), evidence.share) == (Sight.DEGRADED, (3, 7))
        evidence.look(541.0 + GAP_S, answering(0))
        assert (sight(evidence), evidence.share) == (Sight.CLEAR, None)
        assert evidence.is_calm

    def test_though_what_came_before_and_after_it_is_told_together(self) -> None:
        evidence = Evidence()
        for t in (*down(), tried(2000.0)):
            evidence.add(t)
        evidence.look(2000.0, answering(100, at=2000.0))
        assert ([t.at for t in evidence.run], sight(evidence)) == ([2000.0], Sight.CLEAR)

    def test_not_while_the_provider_asked_for_patience(self) -> None:
        evidence = seen(*down(), tried(135.0, retry_after_s=1200.0))
        evidence.look(135.0 + 1200.0, answering(0))
        assert sight(evidence) is Sight.DOWN

    def test_failures_that_the_own_network_explains_are_no_evidence(self) -> None:
        evidence = seen(*down())
        see(evidence, *[tried(float(at), control=False) for at in range(150, 900, 30)], network=answering(0))
        assert evidence.red is None

    def test_evidence_that_comes_slowly_is_not_late(self) -> None:
        evidence = seen(tried(0.0, GOOD), tried(1800.0, GOOD))
        assert evidence.good(3600.0, Depth.API) is not None
        assert evidence.good(1800.0 + 2.5 * 1800.0 + 1.0, Depth.API) is None


def restarted(evidence: Evidence) -> Evidence:
    return Evidence(msgspec.json.decode(msgspec.json.encode(evidence.remember()), type=EvidenceMemory))


def test_that_it_says_nothing_since_it_was_down_outlives_a_restart() -> None:
    limits = [tried(float(at), Outcome.NEUTRAL, code="http_429") for at in range(180, 800, 60)]
    evidence = seen(*down(), *limits)
    assert (sight(evidence), evidence.unanswered_until) == (Sight.CLEAR, 780.0 + GAP_S)
    again = restarted(evidence)
    assert again.unanswered_until == evidence.unanswered_until
    assert see(again, tried(840.0, Outcome.NEUTRAL, code="http_429")).unanswered_until == 840.0 + GAP_S
    assert see(again, tried(900.0, GOOD)).unanswered_until is None


def test_red_survives_a_restart_with_its_beginning() -> None:
    again = restarted(seen(*down()))
    network = OwnConnection(130.0)
    again.look(130.0, network)
    assert sight(again) is Sight.DOWN
    assert again.red is not None
    assert (again.red.first_at, again.red.failed, again.red.last.code) == (100.0, 3, "http_503")
    see(again, tried(200.0, GOOD), tried(260.0, GOOD), network=network)
    assert sight(again) is Sight.RECOVERING


def test_a_recovery_survives_a_restart() -> None:
    again = restarted(seen(*down(), tried(200.0, GOOD), tried(260.0, GOOD)))
    again.look(270.0, OwnConnection(270.0))
    assert (sight(again), again.back_at, again.well_at) == (Sight.RECOVERING, 200.0, 200.0 + QUIET_S)


def test_no_red_while_the_own_network_is_down() -> None:
    network = answering(100, at=90.0)
    for host in ("c1", "c2"):
        network.observe_control(Control(99.0, 98.0, host, Reach.PUBLIC, False, "timeout"))
    assert network.down(Reach.PUBLIC) is not None
    assert sight(seen(*down(), network=network)) is not Sight.DOWN


def test_real_answers_since() -> None:
    evidence = seen(*[tried(at, GOOD, Depth.COMPLETION) for at in (10.0, 20.0, 30.0)], tried(25.0, GOOD))
    assert evidence.real_answers_since(5.0) == 3
    assert evidence.real_answers_since(15.0) == 2
    see(evidence, tried(40.0, FAIL, Depth.COMPLETION), network=answering(0))
    assert evidence.real_answers_since(5.0) == 0


class TestSight:
    @pytest.mark.parametrize(
        ("pattern", "sights"),
        [
            ("...", (Sight.CLEAR, Sight.RECOVERING)),
            ("x", (Sight.CLEAR, Sight.RECOVERING)),
            ("xx", (Sight.CHECKING, Sight.CHECKING)),
            ("xxx", (Sight.DOWN, Sight.DOWN)),
            ("x.x.x.", (Sight.DEGRADED, Sight.RECOVERING)),  # what came before a return is not held against it
            ("x.x.xx", (Sight.DEGRADED, Sight.CHECKING)),
        ],
    )
    def test_what_is_seen_by_who_is_well_and_by_who_recovers(self, pattern: str, sights: tuple[Sight, Sight]) -> None:
        evidence = seen(*[tried(15.0 * n, FAIL if c == "x" else GOOD) for n, c in enumerate(pattern)])
        assert (evidence.sight(recovering=False), evidence.sight(recovering=True)) == sights

    def test_it_is_decided_when_all_is_known_that_came_with_a_try(self) -> None:
        """The last try's own control arrives after it; nothing is decided before both are there."""
        network = OwnConnection(0.0)
        evidence = see(Evidence(), tried(100.0), tried(105.0), tried(120.0), network=network)
        assert sight(evidence) is Sight.CHECKING
        evidence.add(tried(135.0))
        for number in range(10):
            network.observe_control(Control(135.0, 134.8, f"c{number}", Reach.PUBLIC, True, "http_200"))
        evidence.look(135.0, network)
        assert sight(evidence) is Sight.DOWN

    def test_tries_that_come_together_are_taken_in_the_order_of_their_times(self) -> None:
        network = answering(100, at=120.0)
        evidence = Evidence()
        for t in (tried(130.0, GOOD), *reversed(down())):
            evidence.add(t)
        evidence.look(130.0, network)
        assert (evidence.run, evidence.tried_at) == ([], 130.0)


class TestChecking:
    def test_what_is_being_checked_stays_so_until_it_answers(self) -> None:
        evidence = seen(*[tried(at, code="timeout") for at in (100.0, 105.0)])
        shaky = answering(20, failing=10, at=119.0)
        see(evidence, tried(120.0, code="timeout"), network=shaky)
        assert (sight(evidence), odds.level(evidence.run, shaky, 120.0)) == (Sight.CHECKING, Level.NONE)
        assert sight(see(evidence, tried(135.0, GOOD), network=shaky)) is Sight.CLEAR

    def test_a_restart_in_between_changes_nothing(self) -> None:
        evidence = restarted(seen(*[tried(at, code="timeout") for at in (100.0, 105.0)]))
        shaky = answering(20, failing=10, at=119.0)
        assert sight(see(evidence, tried(120.0, code="timeout"), network=shaky)) is Sight.CHECKING

    def test_so_does_what_was_in_doubt_when_somebody_vouches_for_one_try(self) -> None:
        shaky = answering(20, failing=10, at=100.0)
        tries = [tried(at, control=False, code="timeout") for at in (100.0, 105.0, 120.0)]
        evidence = see(Evidence(), *tries, network=shaky)
        assert (sight(evidence), evidence.doubt.since) == (Sight.CHECKING, 99.8)
        see(evidence, tried(135.0, code="timeout"), network=shaky)
        assert (sight(evidence), evidence.doubt.since) == (Sight.CHECKING, None)


class TestStrangers:
    @staticmethod
    def foreign(at: float, *, control: bool | None = None) -> Try:
        return tried(at, Outcome.FOREIGN, control=control)

    def test_blocked_once_others_answer_and_until_the_host_itself_does(self) -> None:
        network = OwnConnection(0.0)
        evidence = see(Evidence(), self.foreign(100.0), network=network)
        assert (evidence.undecided, evidence.stranger.blocks) == (True, False)
        network.observe_control(Control(101.2, 101.0, "c", Reach.PUBLIC, True, "http_200"))
        evidence.look(102.0, network)
        assert (evidence.undecided, evidence.stranger.blocks) == (False, True)
        see(evidence, tried(103.0, GOOD), network=network)
        assert (evidence.stranger.latest, evidence.stranger.blocks) == (None, False)

    def test_whoever_was_asked_before_the_host_answered_says_nothing(self) -> None:
        slow = structs.replace(self.foreign(106.0, control=True), began=101.0)
        evidence = see(Evidence(), tried(102.0, GOOD), slow)
        assert (evidence.stranger.latest, evidence.stranger.blocks) == (None, False)

    def test_what_the_users_requests_get_meanwhile_is_his_doing(self) -> None:
        network = answering(100, at=100.0)
        evidence = see(Evidence(), self.foreign(100.0, control=True), network=network)
        asked = [tried(at, source=Source.TRAFFIC, request=f"r{at}") for at in (110.0, 130.0, 150.0)]
        assert see(evidence, *asked, network=network).run == []

    def test_those_of_another_time_cast_no_doubt(self) -> None:
        """Twice today, and once much later, with good answers between: that is not three in a row."""
        network = OwnConnection(0.0)
        evidence = see(Evidence(), self.foreign(100.0), self.foreign(105.0), tried(120.0, GOOD), network=network)
        assert evidence.is_calm
        see(evidence, self.foreign(300.0), network=network)
        assert evidence.doubt.since is None
        see(evidence, self.foreign(305.0), self.foreign(320.0), network=network)
        assert evidence.doubt.since == 299.8

    def test_what_fails_behind_him_is_no_coming_and_going(self) -> None:
        network = answering(100, at=100.0)
        evidence = see(Evidence(), self.foreign(100.0, control=True), tried(130.0), network=network)
        assert (evidence.stranger.blocks, evidence.flapping.values) == (True, [])

    def test_what_came_and_went_before_him_he_explains(self) -> None:
        tries = [tried(15.0 * n, FAIL if n % 2 else GOOD) for n in range(9)]
        evidence = seen(*tries)
        suspect = [evidence.in_part.suspect_since]
        see(evidence, self.foreign(140.0, control=True))
        assert ([*suspect, evidence.in_part.suspect_since], evidence.share) == ([15.0, None], None)

    def test_a_proxy_that_wants_a_login_is_nothing_to_be_calm_about(self) -> None:
        assert not seen(tried(10.0, Outcome.PROXY)).is_calm

    def test_that_he_is_forgotten_is_looked_for(self) -> None:
        assert see(Evidence(), self.foreign(100.0), network=OwnConnection(0.0)).look_at == 100.0 + FOREIGN_LIFE_S

    def test_he_is_known_after_a_restart_as_is_that_nobody_has_answered_since(self) -> None:
        evidence = see(Evidence(), self.foreign(100.0, control=True), network=OwnConnection(0.0))
        assert restarted(evidence).stranger == evidence.stranger
        see(evidence, *[tried(130.0 + 15.0 * n) for n in range(GONE_TRIES)])
        assert (evidence.stranger.latest, evidence.stranger.unwell) == (None, True)
        assert restarted(evidence).stranger.unwell

    def test_blocked_at_once_by_the_control_beside_it(self) -> None:
        assert see(Evidence(), self.foreign(100.0, control=True), network=OwnConnection(0.0)).stranger.blocks

    @pytest.mark.parametrize(("proven", "unwell"), [(False, True), (True, False)])
    def test_until_it_answers_beyond_doubt_it_is_not_well(self, proven: bool, unwell: bool) -> None:
        """A limit that nobody in between can have told is the host's own word; any other may be a stranger's."""
        evidence = see(Evidence(), self.foreign(100.0, control=True), network=OwnConnection(0.0))
        see(evidence, tried(160.0, Outcome.NEUTRAL, code="http_429", proven=proven))
        assert evidence.stranger.unwell is unwell

    def test_what_nobody_sees_again_is_forgotten(self) -> None:
        network = answering(1, at=110.0)
        evidence = see(Evidence(), self.foreign(100.0), tried(100.5, Outcome.PROXY), network=network)
        evidence.look(100.0 + FOREIGN_LIFE_S, network)
        assert evidence.stranger.blocks
        assert not evidence.is_calm
        evidence.look(101.0 + FOREIGN_LIFE_S, network)
        assert (evidence.is_calm, evidence.stranger.unwell) == (True, False)


class TestCompany:
    def test_how_everybody_else_does_while_it_fails(self) -> None:
        network = answering(100, at=120.0)
        evidence = see(Evidence(), *down(), network=network)
        assert evidence.company == Company(0.3, 100)
        network.observe_control(Control(121.0, 120.8, "c1", Reach.PUBLIC, False, "timeout"))
        evidence.look(121.0, network)
        assert evidence.company == Company(1.0, 100)
        shaky = see(Evidence(), *down(), network=answering(20, 4, at=120.0))
        assert shaky.company == Company(16.2, 16)

    def test_how_they_do_while_it_fails_in_part(self) -> None:
        tries = [tried(15.0 * n, FAIL if n % 2 else GOOD) for n in range(9)]
        evidence = seen(*tries)
        assert (evidence.share is not None, evidence.run) == (True, [])
        assert evidence.company == Company(0.3, 100)

    def test_nobody_answers_whom_nobody_asked_since(self) -> None:
        evidence = see(Evidence(), tried(300.0), network=answering(100, at=100.0))
        assert evidence.company == Company(1.0, 0)

    def test_there_is_none_while_nothing_fails(self) -> None:
        assert seen(tried(10.0, GOOD)).company is None


class TestVersion:
    """Whoever keeps what follows from it has to be able to rely on it."""

    def test_it_changes_with_what_comes_in_and_with_what_time_makes_of_it(self) -> None:
        evidence = seen(*down())
        network = answering(100, at=120.0)
        evidence.look(121.0, network)
        before = evidence.version
        evidence.look(122.0, network)
        assert evidence.version == before
        evidence.look(121.0 + GAP_S, network)
        assert evidence.version > before
        before = evidence.version
        evidence.add(tried(1000.0, GOOD))
        assert evidence.version > before

    def test_that_a_stranger_is_gone_is_a_change(self) -> None:
        """While the same failures go on: what they amount to is another question from then on."""
        network = OwnConnection(0.0)
        foreign = tried(106.0, Outcome.FOREIGN, control=None)
        evidence = see(Evidence(), tried(100.0, control=None), foreign, network=network)
        seen_so = evidence.version, evidence.undecided
        see(evidence, tried(107.0, Outcome.NEUTRAL, code="http_429", proven=True), network=network)
        assert (seen_so[1], evidence.undecided) == (True, False)
        assert evidence.version != seen_so[0]

    @given(
        st.lists(
            st.tuples(
                st.sampled_from([1.0, 15.0, 60.0, 350.0, 700.0]),
                st.sampled_from([GOOD, GOOD, FAIL, FAIL, FAIL, Outcome.FOREIGN, Outcome.PROXY, Outcome.NEUTRAL]),
                st.sampled_from([True, False, None]),
                st.booleans(),
            ),
            max_size=40,
        )
    )
    def test_nothing_is_seen_differently_without_it(
        self, steps: list[tuple[float, Outcome, bool | None, bool]]
    ) -> None:
        """Calm means that nothing is to be seen; and the same version, that the same is to be seen."""
        evidence, network = Evidence(), OwnConnection(0.0)
        known: dict[int, object] = {}
        now = 0.0
        for pause_s, outcome, control, silent in steps:
            now += pause_s
            if not silent:
                evidence.add(tried(now, outcome, control=control))
                if control is not None:
                    network.observe_control(Control(now, now - 0.1, "c", Reach.PUBLIC, control, "http_200"))
            evidence.look(now, network)
            shown = (evidence.red, evidence.back_at, evidence.share, evidence.level, list(evidence.run),
                     evidence.stranger.latest, evidence.stranger.blocks, evidence.proxy, evidence.company)  # fmt: skip
            assert known.setdefault(evidence.version, msgspec.json.encode(shown)) == msgspec.json.encode(shown)
            if evidence.is_calm:
                assert evidence.sight(recovering=False) is Sight.CLEAR
                assert not evidence.stranger.blocks


def test_it_is_looked_at_again_when_its_run_ends_and_when_its_evidence_is_old() -> None:
    """Although nobody asks any more."""
    evidence, network = seen(tried(100.0), tried(105.0)), answering(100)
    looked_at = []
    for _ in range(6):
        looked_at.append(round(evidence.look_at, 2))
        evidence.look(evidence.look_at, network)
    moments = [105.0 + odds.BESIDE_S, 105.0 + RUN_LIFE_S, 105.0 + GAP_S]
    assert looked_at == [moment for moment in moments for _ in range(2)], "both sides of each"
    assert evidence.is_calm


def test_and_when_a_red_that_only_real_requests_saw_has_been_held_for_long_enough() -> None:
    asked = [tried(120.0 + 60.0 * minute, GOOD) for minute in range(1, 30)]
    assert seen(*down(Depth.COMPLETION), *asked).look_at == 120.0 + UNSEEN_RED_S


def test_what_is_accepted_again_is_watched_like_every_return() -> None:
    evidence = seen(tried(100.0, GOOD))
    before = evidence.version
    evidence.came_back(150.0)
    assert (sight(evidence), evidence.well_at) == (Sight.RECOVERING, 150.0 + QUIET_S)
    assert evidence.version > before
    evidence.came_back(130.0)
    assert evidence.back_at == 150.0, "the later of two"
    red = seen(*down())
    red.came_back(150.0)
    assert (sight(red), red.back_at) == (Sight.DOWN, None), "what goes on failing has not come back"


def test_what_fails_in_the_own_network_is_in_doubt_though_the_internet_is_away() -> None:
    network = OwnConnection(0.0)
    for host in ("a", "b"):
        network.observe_control(Control(99.0, 98.0, host, Reach.PUBLIC, False, "timeout"))
    assert network.down(Reach.PUBLIC) is not None
    lost = [tried(at, control=None, code="timeout", reach=Reach.PRIVATE) for at in (100.0, 105.0, 120.0)]
    assert see(Evidence(), *lost, network=network).doubt.since == 99.8
    away = [structs.replace(t, reach=Reach.PUBLIC) for t in lost]
    assert see(Evidence(), *away, network=network).doubt.since is None


class TestFreshness:
    def test_good_answers_count_for_ten_minutes(self) -> None:
        evidence = seen(tried(10.0, GOOD, Depth.EDGE), tried(20.0, GOOD, Depth.COMPLETION))
        assert evidence.good(20.0 + GAP_S, Depth.API) is not None
        assert evidence.good(21.0 + GAP_S, Depth.API) is None
        assert evidence.answering(20.0 + ANSWERING_S) is not None
        assert evidence.answering(21.0 + ANSWERING_S) is None
        assert seen(tried(10.0, GOOD)).answering(10.0) is None

    def test_it_knows_when_time_alone_will_change_what_it_says(self) -> None:
        evidence = seen(tried(10.0, GOOD, Depth.EDGE), tried(20.0, GOOD), tried(50.0, FAIL, Depth.COMPLETION))
        assert set(evidence.changes_after(60.0)) == {20.0 + GAP_S, 50.0 + RUN_LIFE_S}
        assert set(evidence.changes_after(400.0)) == {20.0 + GAP_S}
        assert evidence.changes_after(700.0) == ()

    def test_a_try_says_at_which_kind_of_address_it_was_made(self) -> None:
        assert Evidence().reach is None
        evidence = seen(tried(10.0, GOOD), tried(20.0, GOOD, reach=Reach.PRIVATE))
        assert (evidence.reach, restarted(evidence).reach) == (Reach.PRIVATE, Reach.PRIVATE)


class TestFlapping:
    def test_failures_that_the_network_explains_are_no_change(self) -> None:
        tries = [tried(60.0 * n, FAIL if n % 2 else GOOD) for n in range(20)]
        assert seen(*tries).flapping.on
        assert not seen(*tries, network=answering(20, 10, at=600.0)).flapping.on
        assert not seen(*[msgspec.structs.replace(t, control=False) for t in tries]).flapping.on

    def test_what_fails_all_the_time_does_not_come_and_go_with_shallower_answers(self) -> None:
        """A list of models that stays fine through an outage, and completions that all fail."""
        tries = [tried(60.0 * n, *((FAIL, Depth.COMPLETION) if n % 2 else (GOOD, Depth.API))) for n in range(40)]
        assert not seen(*tries).flapping.on
        deeper = [tried(60.0 * n, *((FAIL, Depth.API) if n % 2 else (GOOD, Depth.COMPLETION))) for n in range(20)]
        assert seen(*deeper).flapping.on

    def test_a_tool_that_asks_now_and_then_and_always_fails_does_not_come_and_go(self) -> None:
        tries = [tried(60.0 * n, GOOD, Depth.API) for n in range(90)]
        tries += [tried(420.0 * n + 5.0, FAIL, Depth.COMPLETION) for n in range(15)]
        assert not seen(*sorted(tries, key=lambda t: t.at)).flapping.on

    def test_it_survives_a_restart(self) -> None:
        evidence = seen(*[tried(60.0 * n, FAIL if n % 2 else GOOD) for n in range(20)])
        assert restarted(evidence).flapping == evidence.flapping


def test_what_something_on_the_way_explains_is_no_failing_in_part() -> None:
    evidence = seen(*[tried(60.0 * n, FAIL if n in (3, 6, 8) else GOOD) for n in range(10)])
    assert evidence.share == (3, 7)
    evidence.explained(545.0)
    evidence.look(550.0, answering(100, at=550.0))
    assert sight(evidence) is Sight.CLEAR
    assert evidence.share is None
