"""What each network has shown in the last seven days."""

import random

import msgspec
import pytest

from trayapp.core.evidence import coincidence
from trayapp.core.evidence.failure_share import LONG_WINDOW_S, NEW_NETWORK, Kind
from trayapp.core.evidence.known_networks import (
    DAY_S,
    KEPT_EVERY_S,
    KNOWN_TRIES,
    NETWORKS_KEPT,
    VOUCHING_S,
    KnownNetworks,
    KnownNetworksMemory,
    control,
)


def asked(known: KnownNetworks, failing: int, tries: int, *, at: float = 0.0, source: str = "beta") -> None:
    """So many tries at a source, a second apart; the first of them fail although others answer."""
    for n in range(tries):
        now = at + n
        if n < failing:
            known.failed(now, now - 0.2, source, f"{source} {now}", Kind.LOOKUP, lambda since, until: True)
        else:
            known.good(now, now - 0.2, source, source)


def usual(known: KnownNetworks, provider: str = "acme", kind: Kind | None = Kind.LOOKUP) -> float | None:
    return known.usual(provider, kind)


def test_it_is_known_after_enough_tries() -> None:
    known = KnownNetworks()
    asked(known, 10, KNOWN_TRIES - 1)
    assert usual(known) is None
    asked(known, 0, 1, at=200.0)
    assert usual(known) == pytest.approx(0.1)
    assert usual(known, kind=Kind.SILENCE) == 0.0
    assert usual(known, kind=None) == pytest.approx(0.1)


def test_each_way_of_failing_is_counted_by_itself() -> None:
    known = KnownNetworks()
    for kind, failures in ((Kind.LOOKUP, 5), (Kind.SILENCE, 10), (Kind.ANSWER, 20)):
        for n in range(failures):
            known.failed(1.0, 0.8, "beta", f"{kind} {n}", kind, lambda since, until: True)
    asked(known, 0, KNOWN_TRIES - 35, at=2.0)
    assert [usual(known, kind=kind) for kind in (*Kind, None)] == pytest.approx([0.05, 0.1, 0.2, 0.35])


def test_a_provider_does_not_excuse_itself() -> None:
    known = KnownNetworks()
    asked(known, 50, 100)
    assert usual(known, "beta") is None


def test_one_that_fails_more_than_all_others_is_its_own_trouble() -> None:
    known = KnownNetworks()
    asked(known, 50, 100)
    for source in ("gamma", "delta"):
        asked(known, 1, 100, source=source)
    assert usual(known) == pytest.approx(0.01)


def test_who_fails_most_is_left_out_from_when_it_does_until_others_fail_more() -> None:
    known = KnownNetworks()
    for source, failing in (("beta", 40), ("gamma", 10), ("delta", 0), ("epsilon", 0)):
        asked(known, failing, 100, source=source)
    assert [usual(known), usual(known, "beta")] == pytest.approx([10 / 300, 0.0])
    asked(known, 20, 20, at=200.0, source="delta")
    assert [usual(known), usual(known, "beta")] == pytest.approx([30 / 320, 10 / 200])
    asked(known, 83, 83, at=400.0, source="delta")
    assert usual(known) == pytest.approx(50 / 300)
    asked(known, 0, 800, at=600.0, source="delta")
    assert usual(known) == pytest.approx(113 / 1203)


def test_who_is_asked_in_trouble_alone_counts_where_there_is_hardly_anybody_else() -> None:
    known = KnownNetworks()
    asked(known, 1, 100)
    asked(known, 20, 100, source=control("plain.example"))
    assert usual(known) == pytest.approx(0.01)
    assert usual(known, "beta") == pytest.approx(0.2)


def test_of_failures_in_a_row_the_first_counts() -> None:
    known = KnownNetworks()
    asked(known, 0, 100)
    for n in range(50):
        known.failed(200.0 + n, 199.0 + n, "beta", "beta", Kind.LOOKUP, lambda since, until: True)
    assert usual(known) == pytest.approx(1 / 101)


@pytest.mark.parametrize(
    ("began", "counts"), [(150.0, False), (196.0, True), (200.0 + VOUCHING_S, True), (221.0, False)]
)
def test_a_failure_counts_when_somebody_else_answers(began: float, counts: bool) -> None:
    known = KnownNetworks()
    asked(known, 0, 100)
    known.failed(200.0, 196.0, "beta", "beta", Kind.LOOKUP, lambda since, until: False)
    known.good(began + 0.2, began, "beta", "other.beta")
    assert usual(known) == 0.0, "nobody vouches for itself"
    known.good(began + 0.2, began, "c", "c")
    assert (usual(known) or 0.0) == (pytest.approx(1 / 103) if counts else 0.0)
    known.good(began + 0.2, began, "c", "c")
    assert (usual(known) or 0.0) == (pytest.approx(1 / 104) if counts else 0.0), "once, however often"


def test_each_network_is_known_by_its_name() -> None:
    known = KnownNetworks()
    known.moved("train")
    asked(known, 20, 100)
    known.moved("home")
    assert usual(known) is None
    asked(known, 0, 100, at=200.0)
    assert usual(known) == 0.0
    known.moved("train")
    assert usual(known) == pytest.approx(0.2)


def test_seven_days_are_enough() -> None:
    known = KnownNetworks()
    asked(known, 20, 100)
    asked(known, 0, 100, at=6 * DAY_S)
    assert usual(known) == pytest.approx(0.1)
    asked(known, 0, 1, at=7 * DAY_S)
    assert usual(known) == 0.0


def test_it_survives_a_restart_as_of_the_last_hour() -> None:
    known = KnownNetworks()
    known.moved("train")
    asked(known, 20, 100, at=DAY_S)
    before = known.remember()
    asked(known, 20, 100, at=DAY_S + 200.0)
    assert known.remember() is before, "what has not changed is not written again"
    asked(known, 0, 1, at=DAY_S + KEPT_EVERY_S)
    kept = msgspec.json.decode(msgspec.json.encode(known.remember()), type=KnownNetworksMemory)
    again = KnownNetworks(kept)
    again.moved("train")
    assert usual(again) == usual(known) == pytest.approx(40 / 201)


def test_so_does_what_is_known_of_a_network_without_a_name() -> None:
    known = KnownNetworks()
    asked(known, 20, 100, at=DAY_S)
    asked(known, 0, 1, at=DAY_S + KEPT_EVERY_S)
    assert usual(KnownNetworks(known.remember())) == usual(known) == pytest.approx(20 / 101)


def test_whoever_fails_on_two_networks_fails_on_each() -> None:
    known = KnownNetworks()
    for network in ("train", "home"):
        known.moved(network)
        known.failed(1.0, 0.8, "beta", "beta", Kind.LOOKUP, lambda since, until: True)
        asked(known, 0, 99, source="gamma")
        assert usual(known) == pytest.approx(1 / 100), network


def test_what_nobody_vouched_for_there_nobody_vouches_for_here() -> None:
    known = KnownNetworks()
    known.moved("train")
    known.failed(10.0, 6.0, "beta", "beta", Kind.SILENCE, lambda since, until: False)
    known.moved("home")
    asked(known, 0, 100, at=12.0, source="gamma")
    assert usual(known, kind=None) == 0.0


def test_networks_of_long_ago_are_forgotten() -> None:
    known = KnownNetworks()
    for n in range(2 * NETWORKS_KEPT):
        known.moved(f"n{n}")
        asked(known, 0, 1, at=DAY_S + n)
    known.good(2 * DAY_S, 2 * DAY_S, "beta", "beta")
    known.good(2 * DAY_S + KEPT_EVERY_S, 2 * DAY_S, "beta", "beta")
    assert len(known.remember().networks) <= NETWORKS_KEPT + 1


class TestLoss:
    """What gets lost here while others get through."""

    def test_of_a_new_network_nothing_is_known(self) -> None:
        assert KnownNetworks().loss() == pytest.approx(NEW_NETWORK)

    def test_it_is_what_the_last_minutes_say(self) -> None:
        known = KnownNetworks()
        for source in ("beta", "gamma", "delta"):
            asked(known, 20, 100, source=source)
        assert known.loss() == pytest.approx((40 + 2 * 40**0.5 + 20 * 0.2) / 220)
        asked(known, 0, 20, at=200.0 + LONG_WINDOW_S)
        assert known.loss() < 0.12

    def test_of_loss_that_has_just_begun_a_few_show_how_much_it_may_be(self) -> None:
        """Where one in five is lost, two of the first twenty may be, and two controls in a row soon after."""
        known = KnownNetworks()
        for source, failing in (("beta", 1), ("gamma", 1), ("delta", 0)):
            asked(known, failing, 7, source=source)
        assert not coincidence.enough(3, known.loss())

    def test_one_that_fails_by_itself_does_not_weigh(self) -> None:
        known = KnownNetworks()
        asked(known, 15, 15, source="beta")
        for source in ("gamma", "delta"):
            asked(known, 0, 15, source=source)
        assert known.loss() < NEW_NETWORK

    def test_what_failed_until_all_answered_again_was_no_loss(self) -> None:
        """The connection was away for a moment."""
        known = KnownNetworks()
        for n in range(10):
            at = n * 60.0
            for source in ("beta", "gamma", "delta"):
                known.failed(at, at - 4.0, source, source, Kind.SILENCE, lambda since, until: False)
            for source in ("beta", "gamma", "delta"):
                known.good(at + 15.2, at + 15.0, source, source)
        assert known.loss() < NEW_NETWORK

    def test_it_is_another_on_another_network(self) -> None:
        known = KnownNetworks()
        known.moved("here")
        for source in ("beta", "gamma", "delta"):
            asked(known, 20, 50, source=source)
        known.moved("elsewhere")
        assert known.loss() == pytest.approx(NEW_NETWORK)


@pytest.mark.parametrize("seed", range(20))
def test_whoever_asks_after_every_request_hears_what_whoever_asks_once_hears(seed: int) -> None:
    chance = random.Random(seed)
    often, once = KnownNetworks(), KnownNetworks()
    sources = ["acme", "beta", "gamma", "delta", control("plain.example"), control("other.example")]
    rates = {source: chance.choice((0.0, 0.0, 0.02, 0.5)) for source in sources}
    for n in range(600):
        source = chance.choice(sources)
        kind = chance.choice(list(Kind)) if chance.random() < rates[source] else None
        for known in (often, once):
            if kind is None:
                known.good(float(n), n - 0.2, source, source)
            else:
                known.failed(float(n), n - 0.2, source, f"{source} {n}", kind, lambda since, until: True)
        asked_now = {(name, each): usual(often, name, each) for name in ("acme", "beta", "") for each in (None, *Kind)}
    assert asked_now == {(name, each): usual(once, name, each) for name, each in asked_now}
