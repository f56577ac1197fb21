"""Rules 2, 6 and 8 for one component: red, back, well, and starting afresh."""

import msgspec

from tests.unit.core.evidence.test_strikes import FAIL, GOOD, answering, tried
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.observation import Control, Depth, Source, Try
from trayapp.core.evidence.own_evidence import (
    BACK_SPAN_S,
    GAP_S,
    QUIET_S,
    UNSEEN_RED_S,
    Evidence,
    EvidenceMemory,
    Sight,
)
from trayapp.core.evidence.reach import Reach


def seen(*tries: Try, network: OwnConnection | None = None) -> Evidence:
    made = Evidence()
    for one in tries:
        made.add(one, network or answering(100, at=one.at))
    return made


def sight(eyes: Evidence) -> Sight:
    return eyes.sight


def red_depth(eyes: Evidence) -> Depth | None:
    return eyes.red.depth if eyes.red is not None else None


def down(depth: Depth = Depth.API) -> list[Try]:
    """Failures that make it red at 120 s."""
    return [tried(at, depth=depth) for at in (100.0, 105.0, 120.0)]


class TestBack:
    def test_two_good_answers_a_minute_apart(self) -> None:
        eyes = seen(*down(), tried(200.0, GOOD), tried(230.0, GOOD))
        assert sight(eyes) is Sight.DOWN
        eyes.add(tried(200.0 + BACK_SPAN_S, GOOD), answering(100))
        assert sight(eyes) is Sight.RECOVERING
        assert eyes.back_at == 200.0

    def test_a_failure_in_between_starts_the_minute_anew(self) -> None:
        eyes = seen(*down(), tried(200.0, GOOD), tried(240.0), tried(270.0, GOOD), tried(300.0, GOOD))
        assert sight(eyes) is Sight.DOWN
        eyes.add(tried(330.0, GOOD), answering(100))
        assert (sight(eyes), eyes.back_at) == (Sight.RECOVERING, 270.0)

    def test_answers_must_prove_enough(self) -> None:
        eyes = seen(*down(), *[tried(at, GOOD, Depth.EDGE) for at in (200.0, 260.0, 320.0)])
        assert sight(eyes) is Sight.DOWN
        eyes.add(tried(330.0, GOOD, Depth.COMPLETION), answering(100))
        eyes.add(tried(390.0, GOOD), answering(100))
        assert sight(eyes) is Sight.RECOVERING

    def test_what_shallow_failures_make_shallow_answers_end(self) -> None:
        real = tried(110.0, depth=Depth.COMPLETION, source=Source.TRAFFIC, request="r1")
        eyes = seen(tried(100.0), tried(105.0), real)
        assert red_depth(eyes) is Depth.COMPLETION, "so far the real request is needed to make it red"
        eyes.add(tried(120.0), answering(100, at=120.0))
        assert red_depth(eyes) is Depth.API
        for at in (200.0, 260.0):
            eyes.add(tried(at, GOOD), answering(100))
        assert sight(eyes) is Sight.RECOVERING

    def test_a_red_that_only_real_requests_saw_ends_when_nobody_makes_any(self) -> None:
        eyes = seen(*down(Depth.COMPLETION))
        last_at = 120.0
        for minute in range(1, int(UNSEEN_RED_S // 60) + 1):
            eyes.add(tried(last_at + 60.0 * minute, GOOD), answering(100))
        assert sight(eyes) is Sight.DOWN
        eyes.add(tried(last_at + UNSEEN_RED_S + 60.0, GOOD), answering(100))
        assert sight(eyes) is Sight.RECOVERING

    def test_ten_quiet_minutes_make_it_well(self) -> None:
        eyes = seen(*down(), tried(200.0, GOOD), tried(260.0, GOOD))
        network = answering(100)
        for at in range(320, 800, 60):
            eyes.add(tried(float(at), GOOD), network)
        assert eyes.look(200.0 + QUIET_S - 1.0, network) is Sight.RECOVERING
        assert eyes.look(200.0 + QUIET_S, network, page_unsettled=True) is Sight.RECOVERING
        assert eyes.look(200.0 + QUIET_S, network) is Sight.CLEAR

    def test_a_failure_restarts_the_ten_minutes(self) -> None:
        eyes = seen(*down(), tried(200.0, GOOD), tried(260.0, GOOD), tried(500.0), tried(505.0, GOOD))
        assert sight(eyes) is Sight.RECOVERING
        assert eyes.well_at == 500.0 + QUIET_S


class TestAfresh:
    def test_after_ten_minutes_without_evidence(self) -> None:
        eyes = seen(*down())
        network = answering(0)
        assert eyes.look(120.0 + GAP_S, network) is Sight.DOWN
        assert eyes.look(121.0 + GAP_S, network) is Sight.CLEAR
        assert eyes.red is None

    def test_not_while_the_provider_asked_for_patience(self) -> None:
        eyes = seen(*down(), tried(135.0, retry_after_s=1200.0))
        assert eyes.look(135.0 + 1200.0, answering(0)) is Sight.DOWN

    def test_failures_that_the_own_network_explains_are_no_evidence(self) -> None:
        eyes = seen(*down())
        for at in range(150, 900, 30):
            eyes.add(tried(float(at), control=False), answering(0))
        assert eyes.red is None

    def test_evidence_that_comes_slowly_is_not_late(self) -> None:
        eyes = seen(tried(0.0, GOOD), tried(1800.0, GOOD))
        assert eyes.good(3600.0, Depth.API) is not None
        assert eyes.good(1800.0 + 2.5 * 1800.0 + 1.0, Depth.API) is None


def test_red_survives_a_restart_with_its_beginning() -> None:
    eyes = seen(*down())
    again = Evidence(msgspec.json.decode(msgspec.json.encode(eyes.remember()), type=EvidenceMemory))
    assert again.look(130.0, OwnConnection(130.0)) is Sight.DOWN
    assert again.red is not None
    assert (again.red.first_at, again.red.failed, again.red.last.code) == (100.0, 3, "http_503")
    for at in (200.0, 260.0):
        again.add(tried(at, GOOD), OwnConnection(130.0))
    assert again.sight is Sight.RECOVERING


def test_no_red_while_the_own_network_is_down() -> None:
    network = answering(100, at=90.0)
    for host in ("c1", "c2"):
        network.observe_control(Control(99.0, 98.0, host, Reach.PUBLIC, False, "timeout"))
    assert network.down(Reach.PUBLIC) is not None
    assert seen(*down(), network=network).sight is not Sight.DOWN


def test_real_answers_since() -> None:
    eyes = seen(*[tried(at, GOOD, Depth.COMPLETION) for at in (10.0, 20.0, 30.0)], tried(25.0, GOOD))
    assert eyes.real_answers_since(5.0) == 3
    assert eyes.real_answers_since(15.0) == 2
    eyes.add(tried(40.0, FAIL, Depth.COMPLETION), answering(0))
    assert eyes.real_answers_since(5.0) == 0
