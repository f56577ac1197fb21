"""Rule 1, and q of rule 2."""

import msgspec
import pytest

from tests.support.spelled import spelled
from trayapp.core.catalogue import Part
from trayapp.core.evidence.address_answers import FAILURES_KEPT
from trayapp.core.evidence.connection import DEAD_CONTROL_FAILURES, GRACE_S, ConnectionMemory, OwnConnection
from trayapp.core.evidence.failure_share import FLOOR, Kind
from trayapp.core.evidence.known_networks import KNOWN_TRIES, KnownNetworks
from trayapp.core.evidence.observation import (
    Control,
    Depth,
    Disturbance,
    DisturbanceKind,
    NetworkReport,
    NetworkState,
    NetworkStep,
    Outcome,
    Source,
    Try,
)
from trayapp.core.evidence.reach import Reach


def tried(
    at: float,
    outcome: Outcome = Outcome.GOOD,
    *,
    provider: str = "beta",
    code: str = "http_200",
    reach: Reach = Reach.PUBLIC,
    took_s: float = 0.2,
) -> Try:
    part = (Part(provider, "main"),)
    return Try(at, at - took_s, Source.PROBE, provider, f"{provider}.example", part, Depth.API, outcome, code, reach)


def control(
    at: float, good: bool = True, *, host: str = "a", reach: Reach = Reach.PUBLIC, altered: bool = False,
    plain: bool = False, code: str | None = None,
) -> Control:  # fmt: skip
    step = None if good else NetworkStep.TCP
    said = code or ("http_200" if good else "timeout")
    return Control(at, at - 0.2, host, reach, good and not altered, said, step, altered, plain)


def report(at: float, state: NetworkState, step: NetworkStep | None = None) -> NetworkReport:
    return NetworkReport(at, at - 1, state, step)


def network(*observed: Try | Control | NetworkReport) -> OwnConnection:
    made = OwnConnection(0.0)
    for each in observed:
        match each:
            case Try():
                made.observe_try(each)
            case Control():
                made.observe_control(each)
            case NetworkReport():
                made.observe_report(each)
    return made


class TestProof:
    def test_an_answer_counts_from_when_it_was_asked(self) -> None:
        made = network(tried(10.0, took_s=3.0))
        assert made.answered("acme", Reach.PUBLIC, 7.0, 20.0)
        assert not made.answered("acme", Reach.PUBLIC, 7.1, 20.0)

    def test_nobody_vouches_for_itself(self) -> None:
        assert not network(tried(10.0)).answered("beta", Reach.PUBLIC, 0.0, 20.0)

    def test_an_answer_vouches_for_its_own_kind_of_address(self) -> None:
        made = network(tried(10.0, reach=Reach.PRIVATE), control(11.0, reach=Reach.LOOPBACK))
        assert not made.answered("acme", Reach.PUBLIC, 0.0, 20.0)
        assert made.answered("acme", Reach.PRIVATE, 0.0, 20.0)

    def test_loopback_needs_no_proof(self) -> None:
        assert OwnConnection(0.0).answered("acme", Reach.LOOPBACK, 0.0, 1.0)

    def test_plain_http_does_not_vouch_for_tls(self) -> None:
        made = network(control(10.0, plain=True))
        assert made.answered("acme", Reach.PUBLIC, 0.0, 20.0)
        assert not made.answered("acme", Reach.PUBLIC, 0.0, 20.0, over_tls=True)

    def test_nor_shows_it_that_anybody_is_trusted(self) -> None:
        made = network(control(10.0, plain=True))
        assert made.heard_since(Reach.PUBLIC, 5.0, over_tls=False)
        assert not made.heard_since(Reach.PUBLIC, 5.0, over_tls=True)

    def test_an_altered_control_proves_nothing(self) -> None:
        assert not network(control(10.0, altered=True)).answered("acme", Reach.PUBLIC, 0.0, 20.0)

    def test_hosts_that_answered_lately(self) -> None:
        made = network(tried(10.0), tried(11.0), control(100.0), control(101.0, False, host="b"))
        assert made.hosts_answering(110.0) == 2
        assert made.hosts_answering(110.0, provider="beta") == 1
        assert made.hosts_answering(110.0, since=50.0) == 1
        assert made.hosts_answering(170.0) == 1
        made.observe_try(tried(50.0, took_s=48.0))
        assert made.hosts_answering(155.0) == 2, "what was asked before that comes late and changes nothing"


class TestChanceOfFailure:
    def test_priors_alone(self) -> None:
        assert OwnConnection(0.0).chance_of_failure("acme", Reach.PUBLIC, 0.0) == pytest.approx(0.05 / 5)

    def test_the_larger_of_the_two_windows(self) -> None:
        calm = [tried(at) for at in range(10, 600, 10)]
        long_bad = network(
            *[tried(at, Outcome.FAIL) for at in range(10, 250, 10)], *[tried(at) for at in range(250, 600, 10)]
        )
        assert network(*calm).chance_of_failure("acme", Reach.PUBLIC, 600.0) == pytest.approx(0.05 / (5 + 9))
        assert long_bad.chance_of_failure("acme", Reach.PUBLIC, 600.0) == pytest.approx((24 + 0.05) / (59 + 5))
        short_bad = network(*calm, *[tried(at, Outcome.FAIL) for at in (600, 610, 620)])
        assert short_bad.chance_of_failure("acme", Reach.PUBLIC, 620.0) == pytest.approx((3 + 0.05) / (10 + 5))

    def test_the_floor(self) -> None:
        made = network(*[control(at, host=f"c{at}") for at in range(500, 600)])
        assert made.chance_of_failure("acme", Reach.PUBLIC, 600.0) == FLOOR

    def test_the_provider_itself_does_not_count(self) -> None:
        made = network(*[tried(at, Outcome.FAIL) for at in range(10, 100, 10)])
        assert made.chance_of_failure("beta", Reach.PUBLIC, 100.0) == pytest.approx(0.01)
        assert made.chance_of_failure("acme", Reach.PUBLIC, 100.0) > 0.5

    def test_eight_controls_within_ninety_seconds_alone_give_it(self) -> None:
        failing = [tried(at, Outcome.FAIL) for at in range(10, 100, 5)]
        seven = [control(at) for at in range(20, 90, 10)]
        assert network(*failing, *seven).chance_of_failure("acme", Reach.PUBLIC, 100.0) > 0.5
        eight = network(*failing, *seven, control(95.0))
        assert eight.chance_of_failure("acme", Reach.PUBLIC, 100.0) == pytest.approx(0.05 / 13)
        assert eight.chance_of_failure("acme", Reach.PUBLIC, 100.0, lasting=True) > 0.2

    @pytest.mark.parametrize("outcome", [Outcome.FOREIGN, Outcome.PROXY, Outcome.NEUTRAL])
    def test_somebody_elses_page_is_no_loss_nor_is_a_limit(self, outcome: Outcome) -> None:
        made = network(*[tried(at, outcome) for at in range(10, 100, 10)])
        assert made.chance_of_failure("acme", Reach.PUBLIC, 100.0) == pytest.approx(0.01)

    def test_a_control_that_never_answers_while_others_do_is_dead_and_does_not_weigh(self) -> None:
        observed = [each for at in range(10, 400, 30) for each in (control(at, False, host="b"), tried(at + 5))]
        made = network(*observed)
        assert made.chance_of_failure("acme", Reach.PUBLIC, 400.0) < 0.02
        made.observe_control(control(401.0, host="b"))
        made.observe_control(control(402.0, False, host="b"))
        assert made.chance_of_failure("acme", Reach.PUBLIC, 402.0) > 0.1

    @pytest.mark.parametrize("answers_first", [True, False])
    def test_it_is_dead_whoever_of_a_moment_reports_first(self, answers_first: bool) -> None:
        made = network()
        for at in range(10, 10 + 30 * DEAD_CONTROL_FAILURES, 30):
            for answers in (answers_first, not answers_first):
                if answers:
                    made.observe_try(tried(at, took_s=0.3))
                else:
                    made.observe_control(control(at, False, host="b"))
        for host in "bc":
            made.observe_control(control(200.0, False, host=host))
        assert made.down(Reach.PUBLIC) is None, "the other is dead, and one alone is not the network"

    @pytest.mark.parametrize(
        ("rounds", "dead"),
        [(("ab", "ac"), False), (("ab", "ac", "ab"), True), (("ab", "ab", "cd"), False),
         (("a", "a", "a", "a", "ab"), False), (("a", "a", "a", "a", "bc"), False)],
        ids=spelled,
    )  # fmt: skip
    def test_three_controls_that_take_turns_are_as_dead_after_three_rounds(
        self, rounds: tuple[str, ...], *, dead: bool
    ) -> None:
        """One whose turn has come once may fail with the others; two such only show that one of them is dead."""
        made = network()
        for number, hosts in enumerate(rounds):
            for host in hosts:
                made.observe_control(control(14.0 + 15.0 * number, False, host=host))
            made.observe_try(tried(14.5 + 15.0 * number))
        assert (made.chance_of_failure("acme", Reach.PUBLIC, 90.0) < 0.02) is dead

    def test_controls_that_all_fail_while_others_answer_are_dead_together(self) -> None:
        """A firewall that lets the watched hosts through: three rounds show it."""
        made = network()
        for at in (10.0, 25.0, 40.0):
            made.observe_try(tried(at + 4.5))
            for host in ("a", "b"):
                made.observe_control(control(at + 4.0, False, host=host))
        made.observe_try(tried(60.0))
        again = OwnConnection(60.0, msgspec.json.decode(msgspec.json.encode(made.remember()), type=ConnectionMemory))
        for each in (made, again):
            for host in ("a", "b"):
                each.observe_control(control(65.0, False, host=host))
            assert each.down(Reach.PUBLIC) is None
        assert made.chance_of_failure("acme", Reach.PUBLIC, 65.0) < 0.02
        made.observe_control(control(70.0, host="b"))
        made.observe_control(control(75.0, False, host="b"))
        assert made.chance_of_failure("acme", Reach.PUBLIC, 75.0) > 0.1

    def test_those_of_another_network_need_not_fail_here_as_well(self) -> None:
        made = network(control(1.0, host="c"))
        made.disturbed(Disturbance(5.0, DisturbanceKind.NETWORK_CHANGE))
        for at in (10.0, 25.0, 40.0):
            made.observe_try(tried(at + 4.5))
            for host in ("a", "b"):
                made.observe_control(control(at + 4.0, False, host=host))
        made.observe_try(tried(60.0))
        for host in ("a", "b"):
            made.observe_control(control(65.0, False, host=host))
        assert made.down(Reach.PUBLIC) is None, "both are dead together"

    def test_a_failure_is_known_of_a_network_where_anything_answered_meanwhile(self) -> None:
        shown = KnownNetworks()
        made = OwnConnection(0.0, known=shown)
        for at in range(KNOWN_TRIES):
            made.observe_try(tried(float(at)))
        made.observe_control(control(200.5, plain=True, host="plain"))
        made.observe_try(tried(204.0, Outcome.FAIL, provider="gamma", code="timeout", took_s=4.0))
        assert shown.usual("acme", None) == pytest.approx(1 / (KNOWN_TRIES + 1))

    def test_what_is_known_of_the_way_to_the_internet_says_nothing_of_the_own_network(self) -> None:
        shown = KnownNetworks()
        for n in range(KNOWN_TRIES):
            shown.failed(1.0, 0.8, "beta", f"{n}", Kind.SILENCE, lambda since, until: True)
        made = OwnConnection(0.0, known=shown)
        assert made.chance_of_failure("acme", Reach.PUBLIC, 5.0) == 1.0
        assert made.chance_of_failure("acme", Reach.PRIVATE, 5.0) == pytest.approx(0.01)

    def test_on_another_network_it_may_be_alive(self) -> None:
        made = network(*[each for at in range(10, 400, 30) for each in (control(at, False, host="b"), tried(at + 5))])
        for changed in (False, True):
            if changed:
                made.disturbed(Disturbance(500.0, DisturbanceKind.NETWORK_CHANGE))
                assert made.remember().answers == []
                assert made.hosts_answering(500.0) == 0
            if changed:
                made.observe_control(control(550.0, False, host="b"))
                made.observe_try(tried(551.0, took_s=0.5))
            made.observe_control(control(450.0 + 150.0 * changed, False, host="a"))
            made.observe_control(control(451.0 + 150.0 * changed, False, host="b"))
            assert (made.down(Reach.PUBLIC) is not None) is changed

    def test_controls_that_were_asked_only_while_the_connection_was_away_are_alive(self) -> None:
        """It goes for a moment every hour, and nobody asks them in between."""
        made = network()
        for gap in (100.0, 3700.0, 7300.0, 10_900.0):
            made.observe_try(tried(gap - 10.0))
            for at in (gap + 10.0, gap + 25.0):
                for host in ("a", "b", "c"):
                    made.observe_control(control(at, False, host=host))
            assert made.down(Reach.PUBLIC) is not None, f"the gap at {gap:g} s is the own network's"
            made.observe_try(tried(gap + 50.0))

    def test_one_that_answers_keeps_the_others_alive(self) -> None:
        made = network()
        for at in (10.0, 25.0, 40.0):
            made.observe_try(tried(at + 4.5))
            made.observe_control(control(at, host="c"))
            for host in ("a", "b"):
                made.observe_control(control(at + 4.0, False, host=host))
        assert made.chance_of_failure("acme", Reach.PUBLIC, 65.0) > 0.1

    def test_a_dead_control_is_known_to_be_dead_after_a_restart(self) -> None:
        """However old the answers are that showed it."""
        rounds = range(10, 10 + 30 * DEAD_CONTROL_FAILURES, 30)
        observed = [each for at in rounds for each in (control(at, False, host="b"), tried(at + 5))]
        made = network(*observed, *[tried(at) for at in range(400, 1200, 20)])
        again = OwnConnection(1200.0, msgspec.json.decode(msgspec.json.encode(made.remember()), type=ConnectionMemory))
        for each in (made, again):
            each.observe_control(control(1201.0, False, host="b"))
            assert each.chance_of_failure("acme", Reach.PUBLIC, 1201.0) == pytest.approx(0.05 / (5 + 4))
            each.observe_control(control(1202.0, host="b"))
            each.observe_control(control(1203.0, False, host="b"))
            assert each.chance_of_failure("acme", Reach.PUBLIC, 1203.0) > 0.1

    def test_loopback_is_no_network(self) -> None:
        made = network(*[tried(at, Outcome.FAIL, reach=Reach.LOOPBACK) for at in range(10, 100, 10)])
        assert made.chance_of_failure("acme", Reach.LOOPBACK, 100.0) == FLOOR

    @pytest.mark.parametrize(("reach", "known"), [(Reach.PUBLIC, 0.0), (Reach.PRIVATE, None)])
    def test_of_a_network_is_known_what_gets_through_to_the_internet(self, reach: Reach, known: float | None) -> None:
        """And nothing of what somebody in between answers."""
        shown = KnownNetworks()
        made = OwnConnection(0.0, known=shown)
        for at in range(KNOWN_TRIES):
            made.observe_try(tried(float(at), reach=reach))
            stranger = tried(float(at), Outcome.FOREIGN, provider="gamma", reach=reach)
            made.observe_try(msgspec.structs.replace(stranger, host=f"{at}.gamma.example"))
        assert shown.usual("acme", None) == known

    def test_what_is_remembered_weighs_the_same(self) -> None:
        """However long it has been running: older answers are let go."""
        made = network(*[tried(at, Outcome.FAIL) for at in range(10, 1500, 7)], control(1499.0))
        kept = made.remember()
        assert len(kept.answers) < 600 / 7 + 2
        again = OwnConnection(1500.0, kept)
        assert again.chance_of_failure("acme", Reach.PUBLIC, 1500.0) == made.chance_of_failure(
            "acme", Reach.PUBLIC, 1500.0
        )


class TestDown:
    @pytest.mark.parametrize("state", [NetworkState.OFFLINE, NetworkState.CAPTIVE])
    def test_a_diagnosis_holds_until_an_answer_that_was_heard_after_it_began(self, state: NetworkState) -> None:
        made = network(tried(8.5), report(10.0, state, NetworkStep.DNS))
        down = made.down(Reach.PUBLIC)
        assert down is not None
        assert (down.state, down.step, down.since) == (state, NetworkStep.DNS, 10.0)
        made.observe_control(control(8.9))
        assert made.down(Reach.PUBLIC) is not None
        made.observe_control(control(12.0))
        assert made.down(Reach.PUBLIC) is None

    @pytest.mark.parametrize(
        "step", [NetworkStep.TLS, NetworkStep.CLOCK, NetworkStep.PROXY, NetworkStep.CAPTIVE_PORTAL]
    )
    def test_some_steps_only_a_provider_or_a_new_diagnosis_disproves(self, step: NetworkStep) -> None:
        made = network(report(10.0, NetworkState.OFFLINE, step), control(12.0))
        assert made.down(Reach.PUBLIC) is not None
        assert network(report(10.0, NetworkState.OFFLINE, step), tried(12.0)).down(Reach.PUBLIC) is None
        made.observe_report(report(20.0, NetworkState.ONLINE))
        assert made.down(Reach.PUBLIC) is None

    @pytest.mark.parametrize("disproved", [True, False])
    def test_a_restart_makes_it_hold_no_longer_than_it_did(self, disproved: bool) -> None:
        """However old the answer is by then that disproved it."""
        made = network(report(10.0, NetworkState.CAPTIVE, NetworkStep.CAPTIVE_PORTAL))
        if disproved:
            made.observe_try(tried(12.0))
        for at in range(20, 1000, 20):
            made.observe_try(tried(float(at), Outcome.FAIL, code="http_502"))
        again = OwnConnection(1000.0, made.remember())
        for each in (made, again):
            assert (each.down(Reach.PUBLIC) is None) is disproved

    def test_only_without_an_interface_private_addresses_are_out_of_reach_as_well(self) -> None:
        assert network(report(10.0, NetworkState.OFFLINE, NetworkStep.DNS)).down(Reach.PRIVATE) is None
        assert network(report(10.0, NetworkState.OFFLINE, NetworkStep.INTERFACE)).down(Reach.PRIVATE) is not None
        assert network(report(10.0, NetworkState.OFFLINE, NetworkStep.INTERFACE)).down(Reach.LOOPBACK) is None

    def test_an_unknown_diagnosis_says_nothing(self) -> None:
        made = network(report(10.0, NetworkState.OFFLINE, NetworkStep.DNS), report(11.0, NetworkState.UNKNOWN))
        assert made.down(Reach.PUBLIC) is not None

    def test_two_controls_that_fail_are_the_network_one_is_not(self) -> None:
        made = network(tried(5.0), control(10.0, False))
        assert made.down(Reach.PUBLIC) is None
        made.observe_control(control(11.0, False))
        assert made.down(Reach.PUBLIC) is None, "the same address twice"
        made.observe_control(control(12.0, False, host="b"))
        down = made.down(Reach.PUBLIC)
        assert down is not None
        assert (down.state, down.step) == (NetworkState.OFFLINE, NetworkStep.TCP)
        made.observe_try(tried(13.0))
        assert made.down(Reach.PUBLIC) is None

    def test_where_one_request_in_five_is_lost_two_controls_and_a_diagnosis_are_no_proof(self) -> None:
        made = OwnConnection(0.0)
        for n in range(60):
            made.observe_control(control(n * 8.0, n % 5 != 0, host="abcd"[n % 4]))
            made.observe_try(tried(n * 8.0 + 0.1))
        for host in "ab":
            made.observe_control(control(500.0, False, host=host))
        made.observe_report(report(501.0, NetworkState.OFFLINE, NetworkStep.TCP))
        again = OwnConnection(501.0, msgspec.json.decode(msgspec.json.encode(made.remember()), type=ConnectionMemory))
        again.observe_report(report(501.0, NetworkState.OFFLINE, NetworkStep.TCP))
        assert made.down(Reach.PUBLIC) is again.down(Reach.PUBLIC) is None
        for at in (502.0, 514.0):
            for host in "abc":
                made.observe_control(control(at, False, host=host))
        down = made.down(Reach.PUBLIC)
        assert down is not None
        assert (down.state, down.step) == (NetworkState.OFFLINE, NetworkStep.TCP)

    @pytest.mark.parametrize("step", [NetworkStep.INTERFACE, NetworkStep.PROXY, NetworkStep.CLOCK])
    def test_what_no_loss_explains_is_believed_there_as_well(self, step: NetworkStep) -> None:
        made = OwnConnection(0.0)
        for n in range(60):
            made.observe_control(control(n * 8.0, n % 5 != 0, host="abcd"[n % 4]))
            made.observe_try(tried(n * 8.0 + 0.1))
        made.observe_report(report(501.0, NetworkState.OFFLINE, step))
        assert made.down(Reach.PUBLIC) is not None

    def test_it_began_with_the_first_failure_however_many_follow(self) -> None:
        failing = [control(10.0 + at, False, host=host) for at in range(3 * FAILURES_KEPT) for host in ("a", "b")]
        down = network(tried(5.0), *failing).down(Reach.PUBLIC)
        assert down is not None
        assert down.since == 10.0
        two = network(control(10.0, False), control(12.0, False, host="b")).down(Reach.PUBLIC)
        assert two is not None
        assert two.since == 10.0

    def test_failing_providers_alone_are_not_the_network(self) -> None:
        observed = [tried(at, Outcome.FAIL, provider=name) for at in (10.0, 20.0) for name in ("acme", "beta", "gamma")]
        assert network(*observed).down(Reach.PUBLIC) is None

    def test_an_altered_control_is_a_captive_portal(self) -> None:
        down = network(control(10.0, altered=True, plain=True)).down(Reach.PUBLIC)
        assert down is not None
        assert (down.state, down.step) == (NetworkState.CAPTIVE, NetworkStep.CAPTIVE_PORTAL)

    def test_foreign_pages_on_two_providers_are_a_portal_once_a_control_would_have_answered(self) -> None:
        foreign = tried(10.0, Outcome.FOREIGN, provider="acme")
        made = network(foreign, tried(11.0, Outcome.FOREIGN))
        assert made.down(Reach.PUBLIC) is None
        made.observe_try(tried(31.0, Outcome.FOREIGN))
        down = made.down(Reach.PUBLIC)
        assert down is not None
        assert (down.state, down.step) == (NetworkState.CAPTIVE, NetworkStep.CAPTIVE_PORTAL)
        alone = network(foreign, tried(11.0, Outcome.FOREIGN, provider="acme"), tried(31.0, Outcome.FOREIGN))
        alone.observe_control(control(12.0))
        assert alone.down(Reach.PUBLIC) is None

    def test_what_a_control_answers_beside_is_no_trouble_of_the_network(self) -> None:
        foreign = [
            msgspec.structs.replace(tried(at, Outcome.FOREIGN, provider=name), control=True)
            for at in (10.0, 70.0, 130.0)
            for name in ("acme", "beta")
        ]
        assert network(*foreign).down(Reach.PUBLIC) is None

    def test_all_hosts_of_one_provider_are_one(self) -> None:
        pages = [
            msgspec.structs.replace(tried(at, Outcome.FOREIGN), host=host)
            for at in (10.0, 60.0, 110.0)
            for host in ("api.beta.example", "chat.beta.example")
        ]
        assert network(*pages).down(Reach.PUBLIC) is None

    @pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.NEUTRAL, Outcome.GOOD])
    def test_a_proven_answer_is_proof_whatever_it_says_and_whatever_controls_do_beside_it(
        self, outcome: Outcome
    ) -> None:
        made = network(control(10.0, False), control(10.1, False, host="b"), control(10.2, altered=True, plain=True))
        assert made.down(Reach.PUBLIC) is not None
        proven = msgspec.structs.replace(tried(10.1, outcome, code="http_502"), proven=True)
        made.observe_try(proven)
        assert made.down(Reach.PUBLIC) is None
        made.observe_control(control(10.2, False, host="c"))
        assert made.down(Reach.PUBLIC) is None, "asked before it was heard"
        assert made.answered("acme", Reach.PUBLIC, 9.0, 20.0)

    def test_an_answer_that_is_not_proven_is_no_proof_unless_it_is_good(self) -> None:
        made = network(control(10.0, False), control(10.1, False, host="b"))
        made.observe_try(tried(11.0, Outcome.FAIL, code="http_502"))
        made.observe_try(tried(11.0, Outcome.NEUTRAL, code="http_429"))
        assert made.down(Reach.PUBLIC) is not None

    def test_a_page_has_more_patience_with_names_than_anybody_else_and_disproves_nothing_about_them(self) -> None:
        silent = [control(10.0 + at, False, host=host, code="dns_timeout") for at, host in enumerate("ab")]
        made = network(*silent)
        made.observe_page(20.0, 10.0, "status.acme.example", "acme", Reach.PUBLIC)
        assert made.down(Reach.PUBLIC) is not None
        lost = network(*[msgspec.structs.replace(each, code="timeout") for each in silent])
        lost.observe_page(20.0, 15.0, "status.acme.example", "acme", Reach.PUBLIC)
        assert lost.down(Reach.PUBLIC) is None

    def test_a_long_answer_proves_from_its_first_byte(self) -> None:
        long = msgspec.structs.replace(tried(60.0, took_s=50.0), latency_s=2.0)
        silence = control(20.0, False), control(21.0, False, host="b")
        assert network(*silence, long).down(Reach.PUBLIC) is not None
        assert network(*silence, msgspec.structs.replace(long, latency_s=15.0)).down(Reach.PUBLIC) is None

    def test_another_unaltered_answer_over_plain_http_ends_a_portal_one_over_tls_does_not(self) -> None:
        made = network(control(10.0, altered=True, plain=True), control(11.0, host="b"))
        assert made.down(Reach.PUBLIC) is not None
        made.observe_control(control(12.0, host="c", plain=True))
        assert made.down(Reach.PUBLIC) is None

    def test_a_proxy_that_wants_a_login(self) -> None:
        down = network(tried(10.0, Outcome.PROXY, code="proxy_login")).down(Reach.PUBLIC)
        assert down is not None
        assert down.step is NetworkStep.PROXY

    def test_tls_that_is_rejected_everywhere_is_not_the_providers_fault(self) -> None:
        rejected = tried(10.0, Outcome.FAIL, code="tls")
        assert network(rejected, tried(10.5, Outcome.FAIL, code="tls")).down(Reach.PUBLIC) is None, "one provider"
        both = network(rejected, control(11.0, plain=True), tried(12.0, Outcome.FAIL, code="tls", provider="acme"))
        assert both.down(Reach.PUBLIC) is None, "each may have a fault of its own"
        both.observe_control(control(12.5, False, code="untrusted"))
        down = both.down(Reach.PUBLIC)
        assert down is not None
        assert (down.state, down.step, down.since) == (NetworkState.OFFLINE, NetworkStep.TLS, 10.0)
        both.observe_control(control(13.0))
        assert both.down(Reach.PUBLIC) is None, "a control over TLS is trusted"

    def test_names_that_are_gone_everywhere_are_an_outage_of_names_and_no_portal(self) -> None:
        gone = [
            msgspec.structs.replace(tried(at, Outcome.FOREIGN, provider=name, code="no_name"), step=NetworkStep.DNS)
            for at, name in ((10.0, "beta"), (31.0, "acme"))
        ]
        down = network(*gone).down(Reach.PUBLIC)
        assert down is not None
        assert (down.state, down.step, down.since) == (NetworkState.OFFLINE, NetworkStep.DNS, 10.0)

    @pytest.mark.parametrize("failures", [2, 6])
    def test_nor_is_one_control_that_goes_on_failing_but_with_a_diagnosis_in_the_end(self, failures: int) -> None:
        made = OwnConnection(0.0)
        for n in range(60):
            made.observe_control(control(n * 8.0, n % 5 != 0, host="abcd"[n % 4]))
            made.observe_try(tried(n * 8.0 + 0.1))
        for n in range(failures):
            made.observe_control(control(502.0 + n, False))
        assert made.down(Reach.PUBLIC) is None
        made.observe_report(report(509.0, NetworkState.OFFLINE, NetworkStep.TCP))
        assert (made.down(Reach.PUBLIC) is not None) is (failures > 2)

    def test_where_it_fails_is_where_the_latest_control_failed(self) -> None:
        lost = (msgspec.structs.replace(control(10.0, False, host=host), step=NetworkStep.DNS) for host in "ab")
        down = network(*lost).down(Reach.PUBLIC)
        assert down is not None
        assert down.step is NetworkStep.DNS

    def test_a_diagnosis_of_the_way_out_excuses_nothing_in_the_own_network(self) -> None:
        made = network(*[control(10.0, False, host=host, reach=Reach.PRIVATE) for host in "ab"])
        made.observe_report(report(20.0, NetworkState.OFFLINE, NetworkStep.DNS))
        assert made.down(Reach.PRIVATE) is not None

    def test_a_diagnosis_that_began_before_a_disturbance_is_of_another_network(self) -> None:
        made = network(tried(5.0))
        made.disturbed(Disturbance(20.0, DisturbanceKind.RESUME))
        made.observe_report(report(20.5, NetworkState.OFFLINE, NetworkStep.INTERFACE))
        assert made.down(Reach.PUBLIC) is None
        made.observe_report(report(21.5, NetworkState.OFFLINE, NetworkStep.INTERFACE))
        assert made.down(Reach.PUBLIC) is not None

    def test_what_was_before_a_disturbance_says_nothing_about_this_network(self) -> None:
        made = network(control(10.0, False), control(11.0, False, host="b"))
        assert made.down(Reach.PUBLIC) is not None
        made.disturbed(Disturbance(20.0, DisturbanceKind.RESUME))
        assert made.down(Reach.PUBLIC) is None
        assert made.in_grace(20.0 + GRACE_S - 0.1)
        assert not made.in_grace(20.0 + GRACE_S)


class TestStatus:
    def test_states_and_since_when(self) -> None:
        made = OwnConnection(0.0)
        assert made.advance(1.0, Reach.PUBLIC).state is NetworkState.UNKNOWN
        made.observe_try(tried(5.0))
        status = made.advance(6.0, Reach.PUBLIC)
        assert (status.state, status.since, status.answering) == (NetworkState.ONLINE, 6.0, 1)
        made.observe_report(NetworkReport(10.0, 9.0, NetworkState.OFFLINE, NetworkStep.DNS, (NetworkStep.INTERFACE,)))
        status = made.advance(11.0, Reach.PUBLIC)
        assert (status.state, status.since, status.step) == (NetworkState.OFFLINE, 11.0, NetworkStep.DNS)
        assert status.passed == (NetworkStep.INTERFACE,)
        assert made.advance(15.0, Reach.PUBLIC).since == 11.0
        assert made.back_at == 0.0, "it has not been away before"
        made.observe_try(tried(20.0))
        made.advance(21.0, Reach.PUBLIC)
        assert made.back_at == 21.0

    def test_a_diagnosis_alone_says_that_it_works(self) -> None:
        assert network(report(10.0, NetworkState.ONLINE)).advance(11.0, Reach.PUBLIC).state is NetworkState.ONLINE

    @pytest.mark.parametrize("kind", DisturbanceKind)
    def test_after_a_disturbance_nothing_is_known_before_and_after_a_restart(self, kind: DisturbanceKind) -> None:
        made = network(tried(5.0), control(6.0))
        made.disturbed(Disturbance(7.0, kind))
        again = OwnConnection(8.0, made.remember())
        for each in (made, again):
            assert each.advance(8.0, Reach.PUBLIC).state is NetworkState.UNKNOWN
            each.observe_try(tried(9.0))
            assert each.advance(9.0, Reach.PUBLIC).state is NetworkState.ONLINE

    def test_a_connection_that_works_may_be_slow_to_look_up_names(self) -> None:
        hosts = ("beta", "gamma", "delta")
        made = network(*(tried(10.0 * n, provider=hosts[n % 3]) for n in range(30)))
        assert not made.advance(300.0, Reach.PUBLIC).names_slow
        for n, host in enumerate(hosts):
            made.observe_try(tried(301.0 + n, Outcome.FAIL, provider=host, code="dns"))
            made.observe_try(tried(311.0 + n, provider=host))
        status = made.advance(315.0, Reach.PUBLIC)
        assert (status.state, status.names_slow) == (NetworkState.ONLINE, True)
        assert not made.advance(2000.0, Reach.PUBLIC).names_slow
