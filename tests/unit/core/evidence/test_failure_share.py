"""q of rule 2: how often anything fails here for no fault of a provider."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.evidence.failure_share import (
    ENOUGH_CONTROLS,
    FLOOR,
    LONG_PRIOR,
    LONG_WINDOW_S,
    SHORT_PRIOR,
    SHORT_WINDOW_S,
    Asked,
    FailureShare,
)


def share(*asked: Asked) -> FailureShare:
    made = FailureShare()
    for each in asked:
        made.add(each)
    return made


def provider(at: float, good: bool = True, name: str = "beta") -> Asked:
    return Asked(at, name, False, good)


def control(at: float, good: bool = True, host: str = "c") -> Asked:
    return Asked(at, host, True, good)


def test_nothing_asked_leaves_the_priors() -> None:
    assert FailureShare().chance("acme", (), 0.0) == SHORT_PRIOR[0] / SHORT_PRIOR[1]


def test_never_below_the_floor() -> None:
    assert share(*[control(at, host=f"c{at}") for at in range(500, 600)]).chance("acme", (), 600.0) == FLOOR


def test_both_windows_end_with_their_time() -> None:
    made = share(*[provider(0.0, False) for _ in range(40)])
    short = (40 + SHORT_PRIOR[0]) / (40 + SHORT_PRIOR[1])
    long = (40 + LONG_PRIOR[0]) / (40 + LONG_PRIOR[1])
    assert made.chance("acme", (), SHORT_WINDOW_S) == pytest.approx(short)
    assert made.chance("acme", (), SHORT_WINDOW_S + 0.1) == pytest.approx(long)
    assert made.chance("acme", (), LONG_WINDOW_S) == pytest.approx(long)
    assert made.chance("acme", (), LONG_WINDOW_S + 0.1) == pytest.approx(SHORT_PRIOR[0] / SHORT_PRIOR[1])


def test_what_comes_late_counts_by_its_own_time() -> None:
    """A request that waited for its time-out is reported after others that began later."""
    made = share(provider(100.0), provider(60.0, False), provider(80.0))
    in_order = share(provider(60.0, False), provider(80.0), provider(100.0))
    for now in (100.0, 60.0 + SHORT_WINDOW_S + 0.1, 60.0 + LONG_WINDOW_S + 0.1):
        assert made.chance("acme", (), now) == in_order.chance("acme", (), now)


def test_what_comes_too_late_counts_nowhere() -> None:
    made = share(provider(1000.0))
    before = made.chance("acme", (), 1000.0)
    made.add(provider(100.0, False))
    assert made.chance("acme", (), 1000.0) == before


def test_a_provider_does_not_excuse_itself() -> None:
    made = share(*[provider(at, False) for at in range(10)])
    assert made.chance("beta", (), 10.0) == SHORT_PRIOR[0] / SHORT_PRIOR[1]
    assert made.chance("acme", (), 10.0) > 0.5


def test_enough_controls_give_it_alone() -> None:
    falling = [provider(at, False, name) for at in range(5) for name in ("beta", "gamma")]
    controls = [control(float(at)) for at in range(ENOUGH_CONTROLS)]
    assert share(*falling, *controls[1:]).chance("acme", (), 10.0) > 0.4
    made = share(*falling, *controls)
    assert made.chance("acme", (), 10.0) == SHORT_PRIOR[0] / (ENOUGH_CONTROLS + SHORT_PRIOR[1])
    assert made.chance("acme", (), 10.0, lasting=True) > 0.4, "over the long window they are some among others"
    assert made.chance("acme", (), 7.0 + SHORT_WINDOW_S) > 0.1, "and only while there are enough of them"


@pytest.mark.parametrize("host", ["dead", "c"])
def test_a_dead_control_weighs_nothing(host: str) -> None:
    living = [control(float(at)) for at in range(ENOUGH_CONTROLS)]
    made = share(*living, *[control(float(at), False, "dead") for at in range(20)])
    assert made.chance("acme", (), 20.0) > 0.5
    without = share(*[each for each in living if each.source != host])
    assert made.chance("acme", {"dead", host}, 20.0) == without.chance("acme", (), 20.0)


asked_lists = st.lists(
    st.builds(
        Asked,
        at=st.floats(0, 1500),
        source=st.sampled_from(["beta", "gamma", "c1", "c2"]),
        control=st.just(False),
        good=st.booleans(),
    ).map(lambda asked: asked._replace(control=asked.source.startswith("c"))),
    max_size=60,
)


@given(asked_lists, st.sets(st.sampled_from(["c1", "c2"])), st.booleans(), st.randoms(use_true_random=False))
def test_it_is_what_counting_all_of_them_gives(
    asked: list[Asked], dead: set[str], lasting: bool, rng: random.Random
) -> None:
    """Counted as they come and go, however late they come, against counting everything anew for every question."""
    made, known = FailureShare(), list[Asked]()
    now = 0.0
    rng.shuffle(asked)
    for each in asked:
        made.add(each)
        known.append(each)
        now = max(now, each.at)
        assert made.chance("beta", dead, now, lasting=lasting) == pytest.approx(counted(known, dead, now, lasting))


def counted(asked: list[Asked], dead: set[str], now: float, lasting: bool) -> float:
    """The definition of q."""
    others = [each for each in asked if each.source != "beta" and each.source not in dead]
    long = [each.good for each in others if each.at >= now - LONG_WINDOW_S]
    short = [each.good for each in others if each.at >= now - SHORT_WINDOW_S]
    controls = [each.good for each in others if each.control and each.at >= now - SHORT_WINDOW_S]
    if len(controls) >= ENOUGH_CONTROLS and not lasting:
        return max(FLOOR, failing(controls, SHORT_PRIOR))
    return max(FLOOR, failing(long, LONG_PRIOR), failing(short, SHORT_PRIOR))


def failing(answers: list[bool], prior: tuple[float, float]) -> float:
    return (answers.count(False) + prior[0]) / (len(answers) + prior[1])
