"""Rule 8: what ends a red that own requests made."""

import pytest
from msgspec import structs

from tests.unit.core.evidence.test_own_evidence import down, see, seen, sight
from tests.unit.core.evidence.test_strikes import GOOD, answering, tried
from trayapp.core.evidence.observation import Depth, Source
from trayapp.core.evidence.own_evidence import Evidence, Sight
from trayapp.core.evidence.red import BACK_SPAN_S, UNSEEN_RED_S, Red
from trayapp.core.evidence.strikes import Strikes


def red_depth(evidence: Evidence) -> Depth | None:
    return evidence.red.depth if evidence.red is not None else None


def test_two_good_answers_a_minute_apart() -> None:
    evidence = seen(*down(), tried(200.0, GOOD), tried(230.0, GOOD))
    assert sight(evidence) is Sight.DOWN
    see(evidence, tried(200.0 + BACK_SPAN_S, GOOD))
    assert sight(evidence) is Sight.RECOVERING
    assert evidence.back_at == 200.0


@pytest.mark.parametrize(("wary", "span_s"), [(False, 60.0), (True, 180.0)])
def test_where_it_failed_in_part_before_they_are_three_minutes_apart(wary: bool, span_s: float) -> None:
    failed = tried(100.0)
    red = Red(100.0, 100.0, Depth.API, failed.host, 3, failed, wary)
    for apart_s, ends in ((span_s - 1.0, False), (span_s, True)):
        strikes = Strikes([failed, tried(200.0, GOOD), tried(200.0 + apart_s, GOOD)])
        assert (red.back_at(strikes, 100.0, 100.0, 200.0 + apart_s) is not None) is ends


def test_a_minute_apart_is_when_they_were_asked() -> None:
    """What has just come back is slow at first: its next answer comes sooner after it than it was asked."""
    slow = structs.replace(tried(202.0, GOOD), began=200.0)
    assert sight(seen(*down(), slow, tried(200.3 + BACK_SPAN_S, GOOD))) is Sight.RECOVERING


def test_a_request_that_began_before_the_last_failure_counts_from_its_end() -> None:
    long = structs.replace(tried(202.0, GOOD), began=50.0)
    assert sight(seen(*down(), long, tried(230.0, GOOD))) is Sight.DOWN


def test_a_failure_in_between_starts_the_minute_anew() -> None:
    evidence = seen(*down(), tried(200.0, GOOD), tried(240.0), tried(270.0, GOOD), tried(300.0, GOOD))
    assert sight(evidence) is Sight.DOWN
    see(evidence, tried(330.0, GOOD))
    assert (sight(evidence), evidence.back_at) == (Sight.RECOVERING, 270.0)


def test_answers_must_prove_enough() -> None:
    evidence = seen(*down(), *[tried(at, GOOD, Depth.EDGE) for at in (200.0, 260.0, 320.0)])
    assert sight(evidence) is Sight.DOWN
    see(evidence, tried(330.0, GOOD, Depth.COMPLETION), tried(390.0, GOOD))
    assert sight(evidence) is Sight.RECOVERING


def test_what_shallow_failures_make_shallow_answers_end() -> None:
    real = tried(119.0, depth=Depth.COMPLETION, source=Source.TRAFFIC, request="r1")
    evidence = seen(tried(100.0), tried(105.0), real)
    assert red_depth(evidence) is Depth.COMPLETION, "so far the real request is needed to make it red"
    see(evidence, tried(120.0))
    assert red_depth(evidence) is Depth.API
    see(evidence, tried(200.0, GOOD), tried(260.0, GOOD))
    assert sight(evidence) is Sight.RECOVERING


def test_a_red_that_real_requests_saw_stays_while_nothing_answers_at_all() -> None:
    evidence = seen(*down(Depth.COMPLETION), *[tried(120.0 + 60.0 * minute) for minute in range(1, 40)])
    assert sight(evidence) is Sight.DOWN


def test_a_red_that_only_real_requests_saw_ends_when_nobody_makes_any() -> None:
    evidence = seen(*down(Depth.COMPLETION))
    last_at = 120.0
    minutes = range(1, int(UNSEEN_RED_S // 60) + 1)
    see(evidence, *[tried(last_at + 60.0 * minute, GOOD) for minute in minutes])
    assert sight(evidence) is Sight.DOWN
    see(evidence, tried(last_at + UNSEEN_RED_S + 60.0, GOOD))
    assert sight(evidence) is Sight.RECOVERING


def test_it_does_not_where_only_the_edge_answers_meanwhile() -> None:
    """That its front is there says nothing of what real requests saw fail."""
    evidence = seen(*down(Depth.COMPLETION), *[tried(120.0 + 60.0 * n, GOOD, Depth.EDGE) for n in range(1, 40)])
    assert sight(evidence) is Sight.DOWN


def test_nor_where_real_requests_go_on_failing() -> None:
    """However well all else is answered: it is one red from its first failure on."""
    evidence = seen(*down(Depth.COMPLETION))
    for minute in range(1, 40):
        at = 120.0 + 60.0 * minute
        see(evidence, tried(at, GOOD), tried(at + 30.0, depth=Depth.COMPLETION))
    assert evidence.red is not None
    assert evidence.red.first_at == 100.0


def test_one_good_answer_is_one_however_long_it_has_failed() -> None:
    evidence = seen(*down(), *[tried(120.0 + 30.0 * n) for n in range(1, 80)])
    assert sight(see(evidence, tried(2530.0, GOOD))) is Sight.DOWN


def test_deeper_failures_do_not_make_it_harder_to_end() -> None:
    """Lists of models made it red: lists of models end it, whatever else fails by now."""
    deeper = down(Depth.COMPLETION)
    red = Red(50.0, 50.0, Depth.API, deeper[0].host, 3, deeper[0])
    red.follow(deeper, answering(100, at=120.0), 120.0, decided=False)
    assert (red.depth, red.last) == (Depth.API, deeper[-1])
