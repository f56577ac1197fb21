"""The budget: requests per host and minute, tokens and bytes per day."""

import msgspec
import pytest

from tests.support.fakeclock import FakeClock
from trayapp.core.evidence.pace import Pace
from trayapp.settings.schema import Completion
from trayapp.watch.schedule.budget import ONE_ANSWER_TOKENS, Budget, Spent, cost

HOST = "api.acme.example"
TWO = Completion(daily_tokens=2 * ONE_ANSWER_TOKENS)


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
        assert budget.affords("acme", TWO)
        budget.spend("acme")
    assert not budget.affords("acme", TWO)
    assert budget.affords("other", TWO)
    clock.move(86_400)
    assert budget.affords("acme", TWO)


def test_money_is_capped_a_day_by_the_price_that_the_user_entered() -> None:
    budget = Budget(FakeClock())
    limits = Completion(daily_tokens=1_000_000, daily_cost=0.01, price=200.0)
    answers = 0
    while budget.affords("acme", limits):
        budget.spend("acme")
        answers += 1
    # 0.01 at 200 a million are 50 tokens.
    assert answers == 50 // ONE_ANSWER_TOKENS
    assert cost(budget.tokens_today("acme"), limits) <= 0.01


def test_without_a_price_it_is_reckoned_with_more_than_any_model_costs() -> None:
    assert cost(1_000_000, Completion()) == 100.0
    budget = Budget(FakeClock())
    assert budget.affords("acme", Completion()), "the default caps leave room for the default interval"


@pytest.mark.parametrize("limits", [Completion(daily_tokens=0), Completion(daily_cost=0.0)])
def test_nothing_agreed_means_nothing_spent(limits: Completion) -> None:
    assert not Budget(FakeClock()).affords("acme", limits)


def test_where_nobody_remembers_nothing_is_spent() -> None:
    assert not Budget(FakeClock(), pays=False).affords("acme", Completion())


def test_what_was_refused_is_given_back() -> None:
    budget = Budget(FakeClock())
    budget.spend("acme")
    budget.refund("acme")
    assert budget.tokens_today("acme") == 0
    budget.refund("acme")
    assert budget.tokens_today("acme") == 0, "there is no credit"


def test_a_restart_forgets_nothing_of_today() -> None:
    clock = FakeClock()
    told: list[str] = []
    before = Budget(clock, on_spent=lambda: told.append("spent"))
    before.spend("acme")
    assert told == ["spent"]
    kept = msgspec.json.decode(msgspec.json.encode(before.spent), type=Spent)
    after = Budget(clock, kept)
    after.spend("acme")
    assert not after.affords("acme", TWO)
    clock.move(86_400)
    assert Budget(clock, after.spent).affords("acme", TWO)


@pytest.mark.parametrize("jump_s", [-3600.0, -86_400.0, 10 * 365 * 86_400.0])
def test_a_clock_that_jumps_and_comes_back_makes_no_second_days_worth(jump_s: float) -> None:
    clock = FakeClock()
    budget = Budget(clock)
    budget.spend("acme")
    budget.spend("acme")
    clock.move(jump_s)
    if jump_s < 0:
        assert not budget.affords("acme", TWO)
    clock.move(-jump_s)
    assert not budget.affords("acme", TWO)


def test_of_days_only_a_few_are_kept() -> None:
    clock = FakeClock()
    budget = Budget(clock)
    for _ in range(30):
        budget.spend("acme")
        clock.move(86_400)
    assert len(budget.spent.days) <= 4


def test_bytes_are_counted_a_day() -> None:
    clock = FakeClock()
    budget = Budget(clock)
    budget.carried(700)
    budget.carried(300)
    assert budget.bytes_today == 1000
    clock.move(86_400)
    assert budget.bytes_today == 0
