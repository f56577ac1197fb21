"""q of rule 2: how often anything fails here for no fault of a provider."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.evidence.failure_share import (
    ENOUGH_CONTROLS,
    FLOOR,
    LONG_WINDOW_S,
    NEW_NETWORK,
    PRIOR_TRIES,
    SHORT_WINDOW_S,
    Asked,
    FailureShare,
    Kind,
    kind_of,
)
from trayapp.core.evidence.observation import NetworkStep


def share(*asked: Asked) -> FailureShare:
    made = FailureShare()
    for each in asked:
        made.add(each)
    return made


SILENT = Kind.SILENCE
USUAL = 0.01


def provider(at: float, failed: Kind | None = None, name: str = "beta") -> Asked:
    return Asked(at, name, False, failed)


def control(at: float, failed: Kind | None = None, host: str = "c") -> Asked:
    return Asked(at, host, True, failed)


def chance(
    made: FailureShare, provider: str, now: float, *dead: str, kind: Kind | None = SILENT, lasting: bool = False
) -> float:
    return made.chance(provider, kind, USUAL, dead, now, lasting=lasting)


@pytest.mark.parametrize(
    ("failing", "sources", "slow"),
    [(4, 2, True), (1, 1, False), (4, 1, False), (20, 2, True), (35, 2, False)],
    ids=["one in ten", "by chance", "one host's own", "every other", "no names at all"],
)
def test_names_are_slow_where_several_hosts_now_and_then_are_not_found_in_time(
    failing: int, sources: int, slow: bool
) -> None:
    names = ("beta", "gamma", "delta", "acme")
    asked = [
        provider(10.0 * n, Kind.LOOKUP if n < failing else None, names[n % (sources if n < failing else 4)])
        for n in range(40)
    ]
    made = share(*asked)
    assert made.names_slow(400.0) is slow
    assert not made.names_slow(400.0 + LONG_WINDOW_S)
    silent = share(*(each._replace(failed=SILENT) if each.failed is not None else each for each in asked))
    assert not silent.names_slow(400.0)


def test_names_that_come_late_are_slow_however_many_they_are() -> None:
    names = ("beta", "gamma")
    for share_of_late in (10, 1):
        made = share(
            *(provider(10.0 * n, None, names[n % 2])._replace(late_name=n % share_of_late == 0) for n in range(30)),
            *(provider(300.0 + n, None, names[n % 2])._replace(late_name=True) for n in range(2)),
        )
        assert made.names_slow(302.0)
    alone = share(*(provider(10.0 * n, None, "beta")._replace(late_name=True) for n in range(30)))
    assert not alone.names_slow(300.0), "one host's own"


def weighed(failed: int, asked: int) -> float:
    return (failed + PRIOR_TRIES * USUAL) / (asked + PRIOR_TRIES)


def test_nothing_asked_leaves_what_is_known_of_the_network() -> None:
    assert chance(FailureShare(), "acme", 0.0) == USUAL
    assert FailureShare().chance("acme", SILENT, 0.3, (), 0.0) == 0.3
    assert FailureShare().chance("acme", SILENT, None, (), 0.0) == NEW_NETWORK


def test_never_below_that_however_well_it_goes() -> None:
    made = share(*[control(at, host=f"c{at}") for at in range(500, 600)])
    assert chance(made, "acme", 600.0) == USUAL
    assert made.chance("acme", SILENT, None, (), 600.0) == FLOOR
    assert made.chance("acme", SILENT, 0.0, (), 600.0) == FLOOR


def test_a_failure_says_nothing_of_another_kind() -> None:
    """Where names are slow, silence is as telling as anywhere."""
    made = share(*[provider(float(at), Kind.LOOKUP) for at in range(10)])
    assert chance(made, "acme", 10.0, kind=Kind.LOOKUP) == pytest.approx(weighed(10, 10))
    assert chance(made, "acme", 10.0, kind=SILENT) == USUAL
    made.add(provider(10.0, Kind.ANSWER))
    assert chance(made, "acme", 10.0, kind=None) == pytest.approx(weighed(11, 11))


@pytest.mark.parametrize(
    ("code", "step", "kind"),
    [
        ("timeout", NetworkStep.DNS, Kind.LOOKUP),
        ("dns", None, Kind.LOOKUP),
        ("timeout", NetworkStep.TCP, Kind.SILENCE),
        ("timeout", None, Kind.SILENCE),
        ("connect", NetworkStep.TCP, Kind.SILENCE),
        ("tls", NetworkStep.TLS, Kind.SILENCE),
        ("cut", None, Kind.SILENCE),
        ("http_502", None, Kind.ANSWER),
        ("malformed", None, Kind.ANSWER),
    ],
)
def test_the_kind_of_a_failure(code: str, step: NetworkStep | None, kind: Kind) -> None:
    assert kind_of(code, step) is kind


def test_both_windows_end_with_their_time() -> None:
    made = share(*[provider(0.0, SILENT) for _ in range(40)])
    for now in (SHORT_WINDOW_S, SHORT_WINDOW_S + 0.1, LONG_WINDOW_S):
        assert chance(made, "acme", now) == pytest.approx(weighed(40, 40))
    assert chance(made, "acme", LONG_WINDOW_S + 0.1) == USUAL


def test_the_larger_share_of_the_two_windows() -> None:
    made = share(*[provider(float(at)) for at in range(90)], *[provider(500.0, SILENT) for _ in range(10)])
    assert chance(made, "acme", 500.0) == pytest.approx(weighed(10, 10))
    assert chance(made, "acme", 500.1 + SHORT_WINDOW_S) == pytest.approx(weighed(10, 100))


def test_what_comes_late_counts_by_its_own_time() -> None:
    """A request that waited for its time-out is reported after others that began later."""
    made = share(provider(100.0), provider(60.0, SILENT), provider(80.0))
    in_order = share(provider(60.0, SILENT), provider(80.0), provider(100.0))
    for now in (100.0, 60.0 + SHORT_WINDOW_S + 0.1, 60.0 + LONG_WINDOW_S + 0.1):
        assert chance(made, "acme", now) == chance(in_order, "acme", now)


def test_what_comes_too_late_counts_nowhere() -> None:
    made = share(provider(1000.0))
    before = chance(made, "acme", 1000.0)
    made.add(provider(100.0, SILENT))
    assert chance(made, "acme", 1000.0) == before


def test_a_provider_does_not_excuse_itself() -> None:
    made = share(*[provider(at, SILENT) for at in range(10)])
    assert chance(made, "beta", 10.0) == USUAL
    assert chance(made, "acme", 10.0) > 0.5


def test_enough_controls_give_it_alone() -> None:
    falling = [provider(at, SILENT, name) for at in range(5) for name in ("beta", "gamma")]
    controls = [control(float(at)) for at in range(ENOUGH_CONTROLS)]
    assert chance(share(*falling, *controls[1:]), "acme", 10.0) > 0.3
    made = share(*falling, *controls)
    assert chance(made, "acme", 10.0) == USUAL
    assert chance(made, "acme", 10.0, lasting=True) > 0.3, "over the long window they are some among others"
    assert chance(made, "acme", 7.0 + SHORT_WINDOW_S) > 0.1, "and only while there are enough of them"


def test_controls_whose_names_are_found_say_nothing_of_a_resolver_that_knows_only_some() -> None:
    lost = [provider(at, Kind.LOOKUP, name) for at in range(5) for name in ("beta", "gamma")]
    made = share(*lost, *[control(float(at)) for at in range(ENOUGH_CONTROLS)])
    assert chance(made, "acme", 10.0, kind=Kind.LOOKUP) > 0.3
    assert chance(made, "acme", 10.0) == USUAL


@pytest.mark.parametrize("host", ["dead", "c"])
def test_a_dead_control_weighs_nothing(host: str) -> None:
    living = [control(float(at)) for at in range(ENOUGH_CONTROLS)]
    made = share(*living, *[control(float(at), SILENT, "dead") for at in range(20)])
    assert chance(made, "acme", 20.0) > 0.5
    without = share(*[each for each in living if each.source != host])
    assert chance(made, "acme", 20.0, *{"dead", host}) == chance(without, "acme", 20.0)


asked_lists = st.lists(
    st.builds(
        Asked,
        at=st.floats(0, 1500),
        source=st.sampled_from(["beta", "gamma", "c1", "c2"]),
        control=st.just(False),
        failed=st.sampled_from([None, *Kind]),
    ).map(lambda asked: asked._replace(control=asked.source.startswith("c"))),
    max_size=60,
)
kinds = st.sampled_from([None, *Kind])


@given(asked_lists, kinds, st.sets(st.sampled_from(["c1", "c2"])), st.booleans(), st.randoms(use_true_random=False))
def test_it_is_what_counting_all_of_them_gives(
    asked: list[Asked], kind: Kind | None, dead: set[str], lasting: bool, rng: random.Random
) -> None:
    """Counted as they come and go, however late they come, against counting everything anew for every question."""
    made, known = FailureShare(), list[Asked]()
    now = 0.0
    rng.shuffle(asked)
    for each in asked:
        made.add(each)
        known.append(each)
        now = max(now, each.at)
        found = chance(made, "beta", now, *dead, kind=kind, lasting=lasting)
        assert found == pytest.approx(counted(known, kind, dead, now, lasting))


def counted(asked: list[Asked], kind: Kind | None, dead: set[str], now: float, lasting: bool) -> float:
    """The definition of q."""
    others = [each for each in asked if each.source != "beta" and each.source not in dead]
    long = [each for each in others if each.at >= now - LONG_WINDOW_S]
    short = [each for each in others if each.at >= now - SHORT_WINDOW_S]
    controls = [each for each in short if each.control]
    if len(controls) >= ENOUGH_CONTROLS and not lasting and kind is not Kind.LOOKUP:
        return max(USUAL, failing(controls, kind))
    return max(USUAL, failing(long, kind), failing(short, kind))


def failing(answers: list[Asked], kind: Kind | None) -> float:
    failed = sum(each.failed is not None and kind in (None, each.failed) for each in answers)
    return weighed(failed, len(answers))
