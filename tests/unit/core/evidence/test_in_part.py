"""Rule 2, what fails in part: the cumulative sum, what it takes in, and what it says."""

import math
import random

import msgspec
import pytest

from tests.unit.core.evidence.test_strikes import FAIL, GOOD, answering, tried
from trayapp.core.evidence.failure_share import FLOOR
from trayapp.core.evidence.in_part import CAP_STRENGTH, OFF_STRENGTH, ON_STRENGTH, RECENT_TRIES, InPart, PartSum
from trayapp.core.evidence.observation import Control, Depth, Source, Try
from trayapp.core.evidence.reach import Reach


def noted(pattern: str, q: float = FLOOR) -> PartSum:
    """`x` fails, `.` is good, one every 15 s."""
    made = PartSum()
    for number, each in enumerate(pattern):
        made.note(15.0 * number, q, good=each == ".")
    return made


def looked(*tries: Try, failing: int = 0, controls: int = 100) -> InPart:
    made = InPart()
    for t in tries:
        made.add(t)
        made.look(t.at, answering(controls, failing, at=t.at))
    return made


class TestSum:
    def test_a_failure_adds_and_a_good_answer_takes_away(self) -> None:
        assert noted("x").sum == pytest.approx(math.log(0.25 / FLOOR))
        assert noted("x.").sum == pytest.approx(math.log(0.25 / FLOOR) + math.log(0.75 / (1 - FLOOR)))
        assert noted(".....").sum == 0.0
        assert noted("x" * 20).sum == CAP_STRENGTH

    @pytest.mark.parametrize(
        ("pattern", "q", "on"),
        [
            ("x.x.x", FLOOR, True),
            ("x.x", FLOOR, False),
            ("xxx", FLOOR, False),  # nothing answered in between: whether it is down is another question
            ("xxx.", FLOOR, True),
            ("x.x.x", 0.03, False),  # explained by the network
            ("x.x.x.x.x.x.x.x", 0.03, True),
            ("xx.xx.xx.xx", 0.3, False),  # where more than a quarter fails, nothing can be told
            ("....x....", 0.9, False),  # nor from what is answered there
        ],
    )
    def test_from_ten_thousand_to_one_on_it_is_said(self, pattern: str, q: float, on: bool) -> None:
        assert (noted(pattern, q).on_since is not None) is on

    def test_it_is_said_until_the_odds_are_below_ten_to_one(self) -> None:
        made = noted("x.x.x")
        while made.on_since is not None:
            before = made.sum
            made.note(1000.0, FLOOR, good=True)
        assert before >= OFF_STRENGTH > made.sum
        assert made.suspect_since is None
        assert before < ON_STRENGTH

    def test_since_when(self) -> None:
        made = noted("..x.x.x..")
        assert (made.suspect_since, made.on_since) == (30.0, 90.0)

    def test_some_of_the_last_tries_have_always_failed(self) -> None:
        made = noted("x.x" * 30 + "." * 60)
        assert made.on_since is None
        made = noted("x.x" * 30)
        while made.on_since is not None:
            failed, tries = made.share
            assert 0 < failed < tries <= RECENT_TRIES
            made.note(5000.0, FLOOR, good=True)

    def test_fifteen_percent_are_found_within_the_hour_and_stay(self) -> None:
        rng = random.Random(1)
        made = PartSum()
        for number in range(480):
            made.note(15.0 * number, FLOOR, good=rng.random() > 0.15)
        assert made.on_since is not None
        assert made.on_since < 3600.0


class TestTries:
    def test_a_failure_counts_when_it_is_vouched_for(self) -> None:
        pattern = [tried(15.0 * n, FAIL if n % 2 else GOOD) for n in range(8)]
        made = looked(*pattern)
        assert (made.share is not None, made.on_since) == (True, 75.0)
        lost = [tried(15.0 * n, FAIL if n % 2 else GOOD, control=False) for n in range(8)]
        assert looked(*lost).share is None

    def test_without_a_control_it_waits_for_somebodys_answer(self) -> None:
        network = answering(0)
        made = InPart()
        made.add(tried(100.0, control=None))
        made.add(tried(101.0, GOOD))
        made.look(101.0, network)
        assert (made.suspect_since, made.decided_at) == (None, 120.0)
        made.look(110.0, answering(1, at=105.0))
        assert (made.suspect_since, made.decided_at) == (100.0, math.inf)

    def test_nobody_vouches_for_it(self) -> None:
        made = InPart()
        made.add(tried(100.0, control=None))
        made.look(120.1, answering(0))
        assert (made.suspect_since, made.decided_at) == (None, math.inf)

    def test_each_depth_is_a_sum_of_its_own(self) -> None:
        """Lists of models that are answered well say nothing of the answers themselves."""
        real = [tried(15.0 * n, GOOD if n % 3 else FAIL, Depth.COMPLETION) for n in range(9)]
        lists = [tried(15.0 * n + 1, GOOD, Depth.API) for n in range(9)]
        assert looked(*sorted([*real, *lists], key=lambda t: t.at)).share is not None

    def test_of_busy_tools_some_requests_are_enough_as_they_come(self) -> None:
        """Choosing by time and not by outcome keeps the share what it is."""
        requests = [
            tried(0.5 * n, FAIL if n % 10 == 0 else GOOD, source=Source.TRAFFIC, request=f"r{n}") for n in range(400)
        ]
        made = looked(*requests)
        assert made.share is None
        assert sum(len(each.recent) for each in made.remember().values()) <= 14

    def test_one_of_the_users_requests_in_fifteen_seconds(self) -> None:
        times = (0.0, 5.0, 14.9, 15.0, 29.9, 31.0)
        made = looked(*[tried(at, source=Source.TRAFFIC, request=f"r{at}") for at in times])
        assert [len(each.recent) for each in made.remember().values()] == [3]

    def test_what_was_waited_for_is_gone_with_the_rest(self) -> None:
        made = InPart()
        made.add(tried(100.0, control=None))
        made.clear()
        assert made.decided_at == math.inf
        made.look(110.0, answering(1, at=105.0))
        assert made.suspect_since is None

    def test_an_error_that_is_proven_weighs_the_same_however_much_gets_lost_here(self) -> None:
        pattern = [tried(15.0 * n, GOOD if n % 2 else FAIL, proven=not n % 2) for n in range(9)]
        assert looked(*pattern, failing=20).share is not None
        lost = [tried(15.0 * n, GOOD if n % 2 else FAIL, code="timeout") for n in range(9)]
        assert looked(*lost, failing=20).share is None

    def test_what_got_lost_in_the_last_ten_minutes_weighs_though_all_is_well_at_the_moment(self) -> None:
        network = answering(60, 20, at=100.0)
        for n in range(10):
            network.observe_control(Control(400.0, 399.8, f"c{n + 30}", Reach.PUBLIC, True, "http_200"))
        made = InPart()
        for n in range(9):
            made.add(tried(400.0 + 5 * n, GOOD if n % 2 else FAIL, code="timeout"))
            made.look(400.0 + 5 * n, network)
        assert made.share is None

    def test_it_survives_a_restart_and_a_copy(self) -> None:
        made = looked(*[tried(15.0 * n, FAIL if n % 2 else GOOD) for n in range(8)])
        kept = msgspec.json.decode(msgspec.json.encode(made.remember()), type=dict[int, PartSum])
        for again in (InPart(kept), made.copy()):
            assert (again.share, again.on_since, again.suspect_since) == (made.share, made.on_since, made.suspect_since)
            again.clear()
            assert again.share is None
        assert made.share is not None
