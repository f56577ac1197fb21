"""A host's schedule, minute by minute, without waiting for any."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from msgspec.structs import replace

from tests.support.fakeclock import FakeClock
from tests.support.spelled import spelled
from trayapp.core.catalogue import Part, Probe, ProbeKind
from trayapp.core.evidence.observation import Depth, Outcome, Source, Try
from trayapp.core.evidence.pace import REQUESTS_A_MINUTE, UNVERIFIED_INTERVAL_S, Pace
from trayapp.settings.schema import Completion
from trayapp.watch.schedule.budget import Budget
from trayapp.watch.schedule.host_schedule import HostSchedule
from trayapp.watch.schedule.probe_jobs import ProbeJob

HOST = "api.acme.example"


def _job(
    path: str = "/v1/models", interval_s: float = 60, completion: Completion | None = None, *, unverified: bool = False
) -> ProbeJob:
    kind = ProbeKind.API if completion is None else ProbeKind.COMPLETION
    probe = Probe(kind=kind, components=("chat",), url=f"https://{HOST}{path}", model="m", unverified=unverified)
    return ProbeJob("acme", probe, (Part("acme-api", "chat"),), interval_s, completion)


class Night:
    """A schedule, its budget and its clock. `bad_pace`: what the judge says while anything fails."""

    def __init__(self, *probe_jobs: ProbeJob) -> None:
        self.clock = FakeClock()
        self.start = self.clock.now()
        self.budget = Budget(self.clock)
        self.schedule = HostSchedule(HOST, list(probe_jobs), self.clock.now(), self.budget)
        self.pace = Pace.CALM
        self.bad_pace = Pace.TROUBLE
        self.failing: set[str] = set()
        self.sent: list[tuple[float, ProbeJob]] = []

    def run(self, until: float, outcome: Callable[[ProbeJob], Outcome], retry_after_s: float | None = None) -> None:
        while (due := self.schedule.next_at(self.pace, self.clock.now())) <= self.start + until:
            self.clock.move(max(0.0, due - self.clock.now()))
            job = self.schedule.take()
            self.budget.sent(HOST)
            self.sent.append((self.clock.now() - self.start, job))
            got = self.make_try(job, outcome(job), retry_after_s)
            if got.outcome is Outcome.GOOD:
                self.failing.discard(job.probe.url)
            else:
                self.failing.add(job.probe.url)
            self.pace = self.bad_pace if self.failing else Pace.CALM
            self.schedule.tried(job, got, self.pace, 0.0)

    def make_try(self, job: ProbeJob, outcome: Outcome, retry_after_s: float | None) -> Try:
        now = self.clock.now()
        return Try(
            at=now,
            began=now,
            source=Source.PROBE,
            provider="acme",
            host=HOST,
            parts=job.parts,
            depth=Depth.API,
            outcome=outcome,
            code="x",
            retry_after_s=retry_after_s,
        )

    def control(self) -> ProbeJob | None:
        return self.schedule.take_control(self.pace, self.clock.now())

    @property
    def times(self) -> list[float]:
        return [round(at, 3) for at, _ in self.sent]


def test_a_healthy_host_is_asked_once_a_minute() -> None:
    night = Night(_job())
    night.run(200, lambda _: Outcome.GOOD)
    assert night.times == [0, 60, 120, 180]


UNVERIFIED = _job("/guess", UNVERIFIED_INTERVAL_S, unverified=True)


def test_what_is_unverified_takes_few_turns_from_what_decides() -> None:
    night = Night(sure := _job(), UNVERIFIED)
    night.run(3600, lambda _: Outcome.GOOD)
    asked = [at for at, job in night.sent if job is sure]
    assert len(night.sent) <= 62
    assert len(asked) >= 48
    assert max(later - at for at, later in pairwise(asked)) <= 120


def test_what_is_unverified_is_no_trouble_of_its_hosts() -> None:
    night = Night(sure := _job(), UNVERIFIED)
    night.bad_pace = Pace.CALM
    night.run(3600, lambda job: Outcome.GOOD if job is sure else Outcome.FAIL)
    assert len(night.sent) <= 62
    assert sum(job is UNVERIFIED for _, job in night.sent) <= 30
    assert night.schedule.first_failed_at is None
    night.clock.move(60)
    assert night.control() is sure
    alone = Night(UNVERIFIED)
    alone.run(60, lambda _: Outcome.GOOD)
    alone.clock.move(120)
    assert alone.control() is None


@pytest.mark.parametrize(
    ("job", "outcome", "proven", "wants"),
    [
        (UNVERIFIED, Outcome.FAIL, False, True),
        (UNVERIFIED, Outcome.FOREIGN, False, True),
        (UNVERIFIED, Outcome.FAIL, True, False),
        (UNVERIFIED, Outcome.GOOD, False, False),
        # The rules ask for it themselves.
        (_job(), Outcome.FAIL, False, False),
    ],
    ids=spelled,
)
def test_what_is_unverified_has_a_control_beside_the_try_after_a_failure(
    job: ProbeJob, outcome: Outcome, proven: bool, wants: bool
) -> None:
    night = Night(job)
    assert not night.schedule.wants_control(job)
    failed = replace(night.make_try(job, outcome, None), proven=proven)
    night.schedule.tried(job, failed, Pace.CALM, 0.0)
    assert night.schedule.wants_control(job) is wants


def test_the_users_longer_interval_is_kept() -> None:
    night = Night(_job(interval_s=300))
    night.run(700, lambda _: Outcome.GOOD)
    assert night.times == [0, 300, 600]


def test_trouble_is_looked_at_four_times_in_half_a_minute_and_then_every_15_s() -> None:
    night = Night(_job(interval_s=300))
    night.run(66, lambda _: Outcome.FAIL)
    assert night.times == [0, 5, 13.25, 21.5, 30.5, 45.5, 60.5]


def test_what_fails_in_part_is_asked_again_soon_however_well_it_answered() -> None:
    """Only what failed itself: whatever else is asked there keeps to once a minute."""
    one, two = _job("/one"), _job("/two")
    night = Night(one, two)
    night.run(1, lambda job: Outcome.FAIL if job is two else Outcome.GOOD)
    for at in (100, 200, 300):
        night.clock.move(night.start + at - night.clock.now())
        for job in (one, two):
            night.schedule.tried(job, night.make_try(job, Outcome.GOOD, None), Pace.LASTING, 0.0)
        assert night.schedule.take() is two
        assert night.schedule.next_at(Pace.LASTING, night.clock.now()) == night.start + at + 15
    night.schedule.tried(two, night.make_try(two, Outcome.GOOD, None), Pace.CALM, 0.0)
    night.schedule.tried(two, night.make_try(two, Outcome.GOOD, None), Pace.LASTING, 0.0)
    assert night.schedule.next_at(Pace.LASTING, night.clock.now()) == night.start + 360


def test_red_is_looked_at_twice_a_minute() -> None:
    night = Night(_job())
    night.bad_pace = Pace.RED
    night.run(120, lambda _: Outcome.FAIL)
    assert night.times == [0, 30, 60, 90, 120]


def test_retry_after_delays_the_retry() -> None:
    night = Night(_job())
    night.run(60, lambda _: Outcome.FAIL, retry_after_s=40)
    assert night.times == [0, 40]


def test_retry_after_is_stronger_than_any_hurry() -> None:
    night = Night(_job())
    night.run(0, lambda _: Outcome.FAIL, retry_after_s=40)
    night.schedule.hurry(night.clock.now())
    assert night.schedule.next_at(Pace.TROUBLE, night.clock.now()) == night.start + 40
    assert night.control() is None


def test_a_throttled_try_does_not_end_a_run_of_failures() -> None:
    night = Night(_job())
    outcomes = iter([Outcome.FAIL, Outcome.NEUTRAL, Outcome.FAIL, Outcome.FAIL])
    night.run(25, lambda _: next(outcomes))
    assert night.schedule.first_failed_at == night.start


def test_a_good_answer_ends_it() -> None:
    night = Night(_job())
    outcomes = iter([Outcome.FAIL, Outcome.GOOD, Outcome.GOOD])
    night.run(70, lambda _: next(outcomes))
    assert night.times == [0, 5, 65]
    assert night.schedule.first_failed_at is None


def test_several_probe_jobs_of_a_healthy_host_share_its_minute() -> None:
    one, two = _job("/one"), _job("/two")
    night = Night(one, two)
    night.run(200, lambda _: Outcome.GOOD)
    assert night.times[:2] == [0, 0]
    assert [job for _, job in night.sent][2:] == [one, two, one]
    assert night.times[2:] == [60, 120, 180]


def test_what_fails_is_asked_more_than_what_works() -> None:
    one, two = _job("/one"), _job("/two")
    night = Night(one, two)
    night.run(125, lambda job: Outcome.FAIL if job is two else Outcome.GOOD)
    assert [at for at, job in night.sent if job is one] == [0, 60, 120]
    assert sum(job is two for _, job in night.sent) >= 7


class TestHurry:
    def test_it_gets_no_more_than_the_budget(self) -> None:
        night = Night(_job(interval_s=300))
        night.run(10, lambda _: Outcome.GOOD)
        night.clock.move(20)
        night.schedule.hurry(night.clock.now())
        assert night.schedule.next_at(Pace.CALM, night.clock.now()) == night.start + 60

    def test_within_the_budget_it_is_at_once(self) -> None:
        night = Night(_job(interval_s=300))
        night.run(10, lambda _: Outcome.GOOD)
        night.clock.move(100)
        night.schedule.hurry(night.clock.now())
        assert night.schedule.next_at(Pace.CALM, night.clock.now()) <= night.clock.now()

    def test_it_does_not_spend_tokens(self) -> None:
        night = Night(_job("/chat/completions", 900, Completion(enabled=True)))
        night.run(10, lambda _: Outcome.GOOD)
        night.clock.move(100)
        night.schedule.hurry(night.clock.now())
        assert night.schedule.next_at(Pace.CALM, night.clock.now()) >= night.start + 900


class TestCompletions:
    def test_they_keep_their_interval(self) -> None:
        night = Night(_job("/chat/completions", 900, Completion(enabled=True)))
        night.run(2000, lambda _: Outcome.GOOD)
        assert night.times == [0, 900, 1800]

    def test_while_others_fail_they_do_not_hurry(self) -> None:
        paid = _job("/chat/completions", 900, Completion(enabled=True))
        night = Night(paid)
        night.run(1, lambda _: Outcome.GOOD)
        night.schedule.tried(paid, night.make_try(paid, Outcome.GOOD, None), Pace.RED, 0.0)
        assert night.schedule.next_at(Pace.RED, night.clock.now()) >= night.start + 60

    def test_they_are_no_control_for_others(self) -> None:
        paid, free = _job("/chat/completions", 900, Completion(enabled=True)), _job()
        assert Night(paid, free).control() is free
        assert Night(paid).control() is None


class TestControl:
    def test_a_healthy_host_serves(self) -> None:
        job = _job()
        assert Night(job).control() is job

    def test_one_that_was_just_asked_does_not(self) -> None:
        night = Night(_job())
        night.run(10, lambda _: Outcome.GOOD)
        assert night.control() is None
        night.clock.move(60)
        assert night.control() is not None

    def test_one_that_was_just_asked_does_so_when_it_is_urgent_as_often_as_in_trouble(self) -> None:
        night = Night(_job())
        night.run(10, lambda _: Outcome.GOOD)
        served = 0
        while night.schedule.take_control(Pace.CALM, night.clock.now(), urgent=True) is not None:
            night.budget.sent(night.schedule.host)
            served += 1
        assert served == REQUESTS_A_MINUTE[Pace.TROUBLE] - 1
        assert night.schedule.take_control(Pace.TROUBLE, night.clock.now() + 100, urgent=True) is None

    def test_one_in_whose_place_somebody_else_is_does_not_however_calm_it_is_asked(self) -> None:
        night = Night(_job())
        night.run(10, lambda _: Outcome.FOREIGN)
        night.clock.move(120)
        assert night.schedule.take_control(Pace.CALM, night.clock.now()) is None
        assert night.schedule.take_control(Pace.CALM, night.clock.now(), urgent=True) is None

    def test_one_in_trouble_does_not(self) -> None:
        night = Night(_job())
        night.pace = Pace.TROUBLE
        assert night.control() is None


class TestDisturbance:
    def test_it_looks_soon_but_not_at_once(self) -> None:
        night = Night(_job(interval_s=600))
        night.run(10, lambda _: Outcome.GOOD)
        night.clock.move(300)
        now = night.clock.now()
        night.schedule.disturbed(now, 0.5)
        assert night.schedule.next_at(Pace.CALM, now) == now + 7.5

    def test_what_fails_then_is_tried_again_although_it_does_not_count(self) -> None:
        night = Night(_job())
        night.run(10, lambda _: Outcome.GOOD)
        night.clock.move(300)
        night.schedule.disturbed(night.clock.now(), 0.0)
        night.bad_pace = Pace.CALM
        start = night.clock.now() - night.start
        night.run(start + 30, lambda _: Outcome.FAIL)
        assert [at - start for at in night.times[1:]] == [5, 10, 18.25, 26.5]

    def test_not_for_ever(self) -> None:
        night = Night(_job())
        night.bad_pace = Pace.CALM
        night.run(200, lambda _: Outcome.PROXY)
        assert sum(at > 60 for at in night.times) <= 3

    def test_tokens_are_not_spent_on_it(self) -> None:
        night = Night(_job("/chat/completions", 900, Completion(enabled=True)))
        night.run(1, lambda _: Outcome.GOOD)
        night.schedule.disturbed(night.clock.now(), 0.0)
        assert night.schedule.next_at(Pace.CALM, night.clock.now()) == night.start + 900


@pytest.mark.parametrize("seconds", [10.0, 1000.0])
def test_put_off_is_later(seconds: float) -> None:
    job = _job()
    night = Night(job)
    night.schedule.put_off(job, night.start + seconds)
    assert night.schedule.next_at(Pace.CALM, night.clock.now()) == night.start + seconds


class TestSpared:
    """Politeness: four times less often on metered links and with the battery saver on."""

    def test_while_it_is_well(self) -> None:
        night = Night(_job())
        night.schedule.spared = True
        night.run(800, lambda _: Outcome.GOOD)
        assert night.times == [0, 240, 480, 720]

    def test_at_once_and_back_at_once(self) -> None:
        night = Night(_job())
        night.run(130, lambda _: Outcome.GOOD)
        night.schedule.spared = True
        night.run(400, lambda _: Outcome.GOOD)
        night.clock.move(night.start + 500 - night.clock.now())
        night.schedule.spared = False
        night.run(620, lambda _: Outcome.GOOD)
        assert night.times == [0, 60, 120, 360, 500, 560, 620]

    def test_trouble_is_looked_at_as_ever(self) -> None:
        night = Night(_job())
        night.schedule.spared = True
        night.run(66, lambda _: Outcome.FAIL)
        assert night.times == [0, 5, 13.25, 21.5, 30.5, 45.5, 60.5]
        night.bad_pace = Pace.RED
        night.run(190, lambda _: Outcome.FAIL)
        assert night.times[-3:] == [120.5, 150.5, 180.5]

    def test_a_click_is_a_click(self) -> None:
        night = Night(_job())
        night.schedule.spared = True
        night.run(1, lambda _: Outcome.GOOD)
        night.clock.move(100)
        night.schedule.hurry(night.clock.now())
        assert night.schedule.next_at(Pace.CALM, night.clock.now()) <= night.clock.now()

    def test_a_change_of_networks_is_a_change_of_networks(self) -> None:
        night = Night(_job())
        night.schedule.spared = True
        night.run(1, lambda _: Outcome.GOOD)
        night.schedule.disturbed(night.clock.now(), 0.0)
        assert night.schedule.next_at(Pace.CALM, night.clock.now() + 60) <= night.clock.now() + 60

    def test_of_two_jobs_each_keeps_its_turn(self) -> None:
        one, two = _job("/one"), _job("/two", interval_s=300)
        night = Night(one, two)
        night.schedule.spared = True
        night.run(1000, lambda _: Outcome.GOOD)
        # Never two requests to one host within a minute.
        assert [round(at) for at, job in night.sent if job is one] == [0, 240, 480, 720, 960]
        assert [round(at) for at, job in night.sent if job is two] == [0, 540]
