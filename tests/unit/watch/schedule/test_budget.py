"""The budget: requests per host and minute, tokens and bytes per day."""

import pytest

from tests.support.fakeclock import FakeClock
from trayapp.core.evidence.pace import Pace
from trayapp.watch.schedule.budget import ONE_ANSWER_TOKENS, Budget

HOST = "api.acme.example"


@pytest.mark.parametrize(
    ("pace", "limit"), [(Pace.CALM, 1), (Pace.TROUBLE, 6), (Pace.LASTING, 4), (Pace.LONG, 2), (Pace.RED, 2)]
)
def test_no_minute_holds_more_than_the_limit(pace: Pace, limit: int) -> None:
    clock = FakeClock()
    budget = Budget(clock)
    sent: list[float] = []
    end = clock.now() + 600
    while clock.now() < end:
        if budget.free_at(HOST, pace) <= clock.now():
            budget.sent(HOST)
            sent.append(clock.now())
        clock.move(1)
    assert max(sum(at <= one < at + 60 for one in sent) for at in sent) == limit


def test_a_host_that_was_never_asked_is_free() -> None:
    budget = Budget(FakeClock())
    assert budget.free_at(HOST, Pace.CALM) == budget.last_sent(HOST) == float("-inf")


def test_hosts_do_not_share() -> None:
    clock = FakeClock()
    budget = Budget(clock)
    budget.sent(HOST)
    assert budget.free_at("other.example", Pace.CALM) < clock.now() < budget.free_at(HOST, Pace.CALM)
    assert budget.last_sent(HOST) == clock.now()


def test_tokens_are_capped_a_day() -> None:
    clock = FakeClock()
    budget = Budget(clock)
    for _ in range(2):
        assert budget.affords_answer("acme", 2 * ONE_ANSWER_TOKENS)
        budget.answered("acme")
    assert not budget.affords_answer("acme", 2 * ONE_ANSWER_TOKENS)
    assert budget.affords_answer("other", 2 * ONE_ANSWER_TOKENS)
    clock.move(86_400)
    assert budget.affords_answer("acme", 2 * ONE_ANSWER_TOKENS)


def test_no_tokens_agreed_means_none_spent() -> None:
    assert not Budget(FakeClock()).affords_answer("acme", 0)


def test_bytes_are_counted_a_day() -> None:
    clock = FakeClock()
    budget = Budget(clock)
    budget.carried(700)
    budget.carried(300)
    assert budget.bytes_today == 1000
    clock.move(86_400)
    assert budget.bytes_today == 0
