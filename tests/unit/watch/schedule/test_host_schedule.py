"""A host's schedule, minute by minute, without waiting for any."""

from collections.abc import Callable

import pytest

from tests.support.fakeclock import FakeClock
from trayapp.core.catalogue import Part, Probe, ProbeKind
from trayapp.core.evidence.observation import Depth, Outcome, Source, Try
from trayapp.core.evidence.pace import Pace
from trayapp.settings.schema import Completion
from trayapp.watch.schedule.budget import Budget
from trayapp.watch.schedule.host_schedule import Lane
from trayapp.watch.schedule.probe_jobs import Errand

HOST = "api.acme.example"


def _errand(path: str = "/v1/models", interval_s: float = 60, completion: Completion | None = None) -> Errand:
    kind = ProbeKind.API if completion is None else ProbeKind.COMPLETION
    probe = Probe(kind=kind, components=("chat",), url=f"https://{HOST}{path}", model="m")
    return Errand("acme", probe, (Part("acme-api", "chat"),), interval_s, completion)


class Night:
    """A lane, its budget and its clock. `bad_pace`: what the judge says while anything fails."""

    def __init__(self, *errands: Errand) -> None:
        self.clock = FakeClock()
        self.start = self.clock.now()
        self.budget = Budget(self.clock)
        self.lane = Lane(HOST, list(errands), self.clock.now(), self.budget)
        self.pace = Pace.CALM
        self.bad_pace = Pace.TROUBLE
        self.failing: set[str] = set()
        self.sent: list[tuple[float, Errand]] = []

    def run(self, until: float, outcome: Callable[[Errand], Outcome], retry_after_s: float | None = None) -> None:
        while (due := self.lane.next_at(self.pace, self.clock.now())) <= self.start + until:
            self.clock.move(max(0.0, due - self.clock.now()))
            errand = self.lane.take()
            self.budget.sent(HOST)
            self.sent.append((self.clock.now() - self.start, errand))
            got = self.make_try(errand, outcome(errand), retry_after_s)
            if got.outcome is Outcome.GOOD:
                self.failing.discard(errand.probe.url)
            else:
                self.failing.add(errand.probe.url)
            self.pace = self.bad_pace if self.failing else Pace.CALM
            self.lane.tried(errand, got, self.pace, 0.0)

    def make_try(self, errand: Errand, outcome: Outcome, retry_after_s: float | None) -> Try:
        now = self.clock.now()
        return Try(
            at=now,
            began=now,
            source=Source.PROBE,
            provider="acme",
            host=HOST,
            parts=errand.parts,
            depth=Depth.API,
            outcome=outcome,
            code="x",
            retry_after_s=retry_after_s,
        )

    def control(self) -> Errand | None:
        return self.lane.take_control(self.pace, self.clock.now())

    @property
    def times(self) -> list[float]:
        return [round(at, 3) for at, _ in self.sent]


def test_a_healthy_host_is_asked_once_a_minute() -> None:
    night = Night(_errand())
    night.run(200, lambda _: Outcome.GOOD)
    assert night.times == [0, 60, 120, 180]


def test_the_users_longer_interval_is_kept() -> None:
    night = Night(_errand(interval_s=300))
    night.run(700, lambda _: Outcome.GOOD)
    assert night.times == [0, 300, 600]


def test_trouble_is_looked_at_after_5_s_and_then_every_15_s() -> None:
    night = Night(_errand(interval_s=300))
    night.run(66, lambda _: Outcome.FAIL)
    assert night.times == [0, 5, 20, 35, 50, 65]


def test_red_is_looked_at_twice_a_minute() -> None:
    night = Night(_errand())
    night.bad_pace = Pace.RED
    night.run(120, lambda _: Outcome.FAIL)
    assert night.times == [0, 30, 60, 90, 120]


def test_retry_after_delays_the_retry() -> None:
    night = Night(_errand())
    night.run(60, lambda _: Outcome.FAIL, retry_after_s=40)
    assert night.times == [0, 40]


def test_retry_after_is_stronger_than_any_hurry() -> None:
    night = Night(_errand())
    night.run(0, lambda _: Outcome.FAIL, retry_after_s=40)
    night.lane.hurry(night.clock.now())
    assert night.lane.next_at(Pace.TROUBLE, night.clock.now()) == night.start + 40
    assert night.control() is None


def test_a_throttled_try_does_not_end_a_run_of_failures() -> None:
    night = Night(_errand())
    outcomes = iter([Outcome.FAIL, Outcome.NEUTRAL, Outcome.FAIL, Outcome.FAIL])
    night.run(30, lambda _: next(outcomes))
    assert night.lane.first_failed_at == night.start


def test_a_good_answer_ends_it() -> None:
    night = Night(_errand())
    outcomes = iter([Outcome.FAIL, Outcome.GOOD, Outcome.GOOD])
    night.run(70, lambda _: next(outcomes))
    assert night.times == [0, 5, 65]
    assert night.lane.first_failed_at is None


def test_several_errands_of_a_healthy_host_share_its_minute() -> None:
    one, two = _errand("/one"), _errand("/two")
    night = Night(one, two)
    night.run(200, lambda _: Outcome.GOOD)
    assert night.times[:2] == [0, 0]
    assert [errand for _, errand in night.sent][2:] == [one, two, one]
    assert night.times[2:] == [60, 120, 180]


def test_what_fails_is_asked_more_than_what_works() -> None:
    one, two = _errand("/one"), _errand("/two")
    night = Night(one, two)
    night.run(125, lambda errand: Outcome.FAIL if errand is two else Outcome.GOOD)
    assert [at for at, errand in night.sent if errand is one] == [0, 60, 120]
    assert sum(errand is two for _, errand in night.sent) >= 7


class TestHurry:
    def test_it_gets_no_more_than_the_budget(self) -> None:
        night = Night(_errand(interval_s=300))
        night.run(10, lambda _: Outcome.GOOD)
        night.clock.move(20)
        night.lane.hurry(night.clock.now())
        assert night.lane.next_at(Pace.CALM, night.clock.now()) == night.start + 60

    def test_within_the_budget_it_is_at_once(self) -> None:
        night = Night(_errand(interval_s=300))
        night.run(10, lambda _: Outcome.GOOD)
        night.clock.move(100)
        night.lane.hurry(night.clock.now())
        assert night.lane.next_at(Pace.CALM, night.clock.now()) <= night.clock.now()

    def test_it_does_not_spend_tokens(self) -> None:
        night = Night(_errand("/chat/completions", 900, Completion(enabled=True)))
        night.run(10, lambda _: Outcome.GOOD)
        night.clock.move(100)
        night.lane.hurry(night.clock.now())
        assert night.lane.next_at(Pace.CALM, night.clock.now()) >= night.start + 900


class TestCompletions:
    def test_they_keep_their_interval(self) -> None:
        night = Night(_errand("/chat/completions", 900, Completion(enabled=True)))
        night.run(2000, lambda _: Outcome.GOOD)
        assert night.times == [0, 900, 1800]

    def test_while_others_fail_they_do_not_hurry(self) -> None:
        paid = _errand("/chat/completions", 900, Completion(enabled=True))
        night = Night(paid)
        night.run(1, lambda _: Outcome.GOOD)
        night.lane.tried(paid, night.make_try(paid, Outcome.GOOD, None), Pace.RED, 0.0)
        assert night.lane.next_at(Pace.RED, night.clock.now()) >= night.start + 60

    def test_they_are_no_control_for_others(self) -> None:
        paid, free = _errand("/chat/completions", 900, Completion(enabled=True)), _errand()
        assert Night(paid, free).control() is free
        assert Night(paid).control() is None


class TestControl:
    def test_a_healthy_host_serves(self) -> None:
        errand = _errand()
        assert Night(errand).control() is errand

    def test_one_that_was_just_asked_does_not(self) -> None:
        night = Night(_errand())
        night.run(10, lambda _: Outcome.GOOD)
        assert night.control() is None
        night.clock.move(60)
        assert night.control() is not None

    def test_one_in_trouble_does_not(self) -> None:
        night = Night(_errand())
        night.pace = Pace.TROUBLE
        assert night.control() is None


class TestDisturbance:
    def test_it_looks_soon_but_not_at_once(self) -> None:
        night = Night(_errand(interval_s=600))
        night.run(10, lambda _: Outcome.GOOD)
        night.clock.move(300)
        now = night.clock.now()
        night.lane.disturbed(now, 0.5)
        assert night.lane.next_at(Pace.CALM, now) == now + 7.5

    def test_what_fails_then_is_tried_again_although_it_does_not_count(self) -> None:
        night = Night(_errand())
        night.run(10, lambda _: Outcome.GOOD)
        night.clock.move(300)
        night.lane.disturbed(night.clock.now(), 0.0)
        night.bad_pace = Pace.CALM
        start = night.clock.now() - night.start
        night.run(start + 30, lambda _: Outcome.FAIL)
        assert [at - start for at in night.times[1:]] == [5, 10, 25]

    def test_not_for_ever(self) -> None:
        night = Night(_errand())
        night.bad_pace = Pace.CALM
        night.run(200, lambda _: Outcome.PROXY)
        assert sum(at > 60 for at in night.times) <= 3

    def test_tokens_are_not_spent_on_it(self) -> None:
        night = Night(_errand("/chat/completions", 900, Completion(enabled=True)))
        night.run(1, lambda _: Outcome.GOOD)
        night.lane.disturbed(night.clock.now(), 0.0)
        assert night.lane.next_at(Pace.CALM, night.clock.now()) == night.start + 900


@pytest.mark.parametrize("seconds", [10.0, 1000.0])
def test_put_off_is_later(seconds: float) -> None:
    errand = _errand()
    night = Night(errand)
    night.lane.put_off(errand, night.start + seconds)
    assert night.lane.next_at(Pace.CALM, night.clock.now()) == night.start + seconds
