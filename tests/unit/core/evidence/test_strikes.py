"""The log of rule 2: the latest, the run, and traffic."""

from trayapp.core.catalogue import Part
from trayapp.core.evidence import odds, strikes
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.observation import Control, Depth, NetworkStep, Outcome, Source, Try
from trayapp.core.evidence.odds import Level
from trayapp.core.evidence.reach import Reach
from trayapp.core.evidence.strikes import Strikes

GOOD, FAIL = Outcome.GOOD, Outcome.FAIL


def tried(
    at: float,
    outcome: Outcome = FAIL,
    depth: Depth = Depth.API,
    *,
    source: Source = Source.PROBE,
    control: bool | None = True,
    request: str | None = None,
    reach: Reach = Reach.PUBLIC,
    retry_after_s: float | None = None,
    provider: str = "acme",
    code: str = "http_503",
    step: NetworkStep | None = None,
    proven: bool = False,
) -> Try:
    return Try(
        at,
        at - 0.2,
        source,
        provider,
        f"{provider}.example",
        (Part("api", "main"),),
        depth,
        outcome,
        code,
        reach,
        control=control,
        request=request,
        retry_after_s=retry_after_s,
        step=step,
        proven=proven,
    )


def answering(controls: int, failing: int = 0, at: float = 100.0) -> OwnConnection:
    """A network in which so many controls were asked just now."""
    made = OwnConnection(0.0)
    for number in range(controls):
        good = number >= failing
        made.observe_control(Control(at, at - 0.2, f"c{number}", Reach.PUBLIC, good, "http_200" if good else "timeout"))
    return made


class TestLatest:
    def test_the_latest_good_try_of_a_depth_or_more(self) -> None:
        log = Strikes([tried(1.0, GOOD, Depth.COMPLETION), tried(3.0, GOOD, Depth.API), tried(4.0)])
        log.add(tried(2.0, GOOD, Depth.API))
        latest = [log.last_good(depth) for depth in Depth]
        assert [good.at for good in latest if good is not None] == [3.0, 3.0, 1.0]
        assert Strikes().last_good() is None

    def test_one_that_is_too_old_to_be_kept_is_not_remembered_either(self) -> None:
        log = Strikes([tried(0.0, GOOD), *[tried(float(at)) for at in range(1, strikes.LOG_LIMIT)]])
        assert log.last_good() is not None
        log.add(tried(100.0))
        assert log.last_good() is None
        log.add(tried(101.0, GOOD))
        log.forget_before(101.0)
        assert log.last_good() is not None
        log.forget_before(101.1)
        assert log.last_good() is None

    def test_the_latest_failure_and_how_many_there_are(self) -> None:
        log = Strikes([tried(3.0), tried(2.0, depth=Depth.EDGE), tried(4.0, GOOD), tried(1.0)])
        latest = log.last_failure()
        assert latest is not None
        assert (latest.at, log.failed) == (3.0, 3)
        log.forget_before(2.5)
        assert log.failed == 1
        log.forget_before(3.5)
        assert (log.last_failure(), log.failed) == (None, 0)

    def test_good_tries_since(self) -> None:
        log = Strikes([tried(at, GOOD, depth) for at, depth in ((3.0, Depth.API), (1.0, Depth.API), (2.0, Depth.EDGE))])
        assert [t.at for t in log.goods_since(1.0, Depth.EDGE)] == [2.0, 3.0]
        assert [t.at for t in log.goods_since(0.0, Depth.API)] == [1.0, 3.0]

    def test_the_first_of_them_whatever_its_depth(self) -> None:
        tries = [tried(1.0, GOOD, Depth.EDGE), tried(2.0, GOOD, Depth.COMPLETION), tried(3.0, GOOD), tried(4.0)]
        log = Strikes(tries)
        firsts = [log.first_good_since(at, Depth.API) for at in (0.0, 1.9, 2.0, 3.0)]
        assert [t and t.at for t in firsts] == [2.0, 2.0, 3.0, None]

    def test_a_copy_goes_its_own_way(self) -> None:
        log = Strikes([tried(1.0), tried(2.0)])
        twin = log.copy()
        twin.add(tried(3.0, GOOD))
        assert (len(log.run(3.0)), len(twin.run(3.0))) == (2, 0)
        assert (log.last_good(), log.tail()) == (None, (tried(1.0), tried(2.0)))

    def test_what_is_kept_over_a_restart(self) -> None:
        """Ten of a depth that failed; of one that did not, what it takes to contradict a page."""
        failing = [tried(float(at), GOOD if at % 2 else FAIL) for at in range(20)]
        fine = [tried(float(at), GOOD, Depth.COMPLETION) for at in range(20)]
        assert Strikes([*failing, *fine]).tail() == (*failing[-strikes.TAIL_KEPT :], *fine[-strikes.GOODS_KEPT :])


class TestRun:
    def test_good_clears_failures_of_its_own_depth_or_less(self) -> None:
        log = Strikes([tried(1.0, depth=Depth.EDGE), tried(2.0, depth=Depth.API), tried(3.0, depth=Depth.COMPLETION)])
        log.add(tried(4.0, GOOD, Depth.API))
        assert [t.at for t in log.run(5.0)] == [3.0]
        log.add(tried(5.0, GOOD, Depth.COMPLETION))
        assert log.run(5.0) == []

    def test_the_order_of_arrival_does_not_matter(self) -> None:
        tries = [tried(1.0), tried(2.0, GOOD), tried(3.0), tried(4.0)]
        for order in (tries, tries[::-1], [tries[2], tries[0], tries[3], tries[1]]):
            assert [t.at for t in Strikes(order).run(4.0)] == [3.0, 4.0]

    def test_a_run_that_nobody_continues_is_over(self) -> None:
        log = Strikes([tried(1.0)])
        assert log.run(1.0 + strikes.RUN_LIFE_S)
        assert not log.run(1.1 + strikes.RUN_LIFE_S)

    def test_unless_the_provider_asked_for_patience(self) -> None:
        log = Strikes([tried(1.0, retry_after_s=900.0)])
        assert log.run(1.0 + 900.0 + strikes.RUN_LIFE_S)

    def test_memory_is_bounded(self) -> None:
        log = Strikes([tried(float(at)) for at in range(1000)])
        assert len(log.run(1000.0)) == strikes.LOG_LIMIT

    def test_what_something_else_explains_leaves_the_run(self) -> None:
        log = Strikes([tried(1.0, GOOD), tried(2.0), tried(3.0, depth=Depth.EDGE), tried(4.0)])
        log.excuse(3.0)
        good = log.last_good()
        assert ([t.at for t in log.run(5.0)], log.failed, good and good.at) == ([4.0], 1, 1.0)
        log.excuse(4.0)
        assert (log.run(5.0), log.failed) == ([], 0)


class TestTraffic:
    def test_one_request_counts_once_however_often_it_is_retried(self) -> None:
        log = Strikes()
        added = [log.add(tried(at, source=Source.TRAFFIC, request="r1")) for at in (0.0, 3.0, 40.0, 80.0)]
        assert added == [True, False, False, False]

    def test_two_requests_count_when_they_are_fifteen_seconds_apart(self) -> None:
        log = Strikes()
        times = ((0.0, "r1"), (1.0, "r2"), (14.9, "r3"), (15.0, "r4"))
        assert [log.add(tried(at, source=Source.TRAFFIC, request=name)) for at, name in times] == [
            True, False, False, True
        ]  # fmt: skip

    def test_sixteen_parallel_requests_are_one_strike(self) -> None:
        network = answering(100)
        log = Strikes([tried(100.0, source=Source.TRAFFIC, request=f"r{n}", control=None) for n in range(16)])
        assert odds.level(log.run(100.0), network, 100.0) is Level.NONE

    def test_probes_and_traffic_add_up(self) -> None:
        log = Strikes([tried(0.0), tried(5.0, source=Source.TRAFFIC, request="r1")])
        assert len(log.run(5.0)) == 2
