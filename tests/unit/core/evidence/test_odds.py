"""Rule 2, by its numbers."""

import math

import pytest

from tests.support.spelled import spelled
from tests.unit.core.evidence.test_strikes import GOOD, answering, tried
from trayapp.core.evidence import odds
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.failure_share import FLOOR
from trayapp.core.evidence.observation import Control, NetworkStep, Source
from trayapp.core.evidence.odds import Level
from trayapp.core.evidence.reach import Reach


@pytest.mark.parametrize(
    ("controls", "failing", "checking_at", "down_at"),
    [
        (100, 0, 2, 3),  # q at its floor of 0.003: ln(0.95 / q) is 5.76, and 16.12 are needed
        (0, 0, 2, 4),  # a new network: q 0.01, 4.55
        (20, 1, 3, 6),  # q 0.042: 3.12
        (20, 4, 4, 10),  # q 0.162: 1.77
        (20, 8, 7, 15),  # q 0.322: 1.08
        (20, 12, 11, 24),  # q 0.482: 0.68
    ],
)
def test_how_many_tries_it_takes(controls: int, failing: int, checking_at: int, down_at: int) -> None:
    network = answering(controls, failing)
    run = [tried(100.0 - odds.DOWN_SPAN_S * (n < 2), code="timeout") for n in range(down_at)]
    levels = [odds.level(run[:n], network, 100.0) for n in range(down_at + 1)]
    assert levels.index(Level.CHECKING) == checking_at
    assert levels.index(Level.DOWN) == down_at


@pytest.mark.parametrize(
    ("times", "level"),
    [
        ((80.0, 100.0), Level.CHECKING),
        ((85.0, 90.0, 100.0), Level.CHECKING),
        ((80.0, 85.0, 90.0), Level.CHECKING),
        ((80.0, 85.0, 100.0), Level.DOWN),
    ],
    ids=spelled,
)
def test_never_before_the_third_try_nor_within_a_moment_whatever_the_odds(
    times: tuple[float, ...], level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = answering(100)
    monkeypatch.setattr(network, "chance_of_failure", lambda *args, **more: 1e-9)
    assert odds.strength([1e-9, 1e-9]) > odds.DOWN_STRENGTH
    assert odds.level([tried(at) for at in times], network, times[-1]) is level


@pytest.mark.parametrize(
    ("asked_s", "source", "control", "level"),
    [
        (61.0, Source.PROBE, True, Level.CHECKING),
        (60.0, Source.PROBE, True, Level.NONE),
        (None, Source.PROBE, True, Level.NONE),
        # Who asks next need not wait.
        (3600.0, Source.TRAFFIC, True, Level.NONE),
        (3600.0, Source.PROBE, False, Level.NONE),
    ],
    ids=["a minute", "less", "not at all", "a tool", "nothing vouches for it"],
)
def test_whoever_puts_everybody_off_is_checked_from_the_first_try_on(
    asked_s: float | None, source: Source, control: bool, level: Level
) -> None:
    """Nobody may look until then, and to call it well meanwhile is for nobody."""
    run = [tried(100.0, code="http_503", source=source, control=control, retry_after_s=asked_s)]
    assert odds.level(run, answering(0), 100.0) is level


def test_eight_in_a_row_where_it_failed_in_part_before() -> None:
    network = answering(100)
    run = [tried(30.0 + 10.0 * n) for n in range(odds.WARY_TRIES)]
    assert odds.level(run[1:], network, 100.0, wary=True) is Level.CHECKING
    assert odds.level(run, network, 100.0, wary=True) is Level.DOWN


@pytest.mark.parametrize(("counted", "q"), [(0, 0.003), (3, 0.003), (4, 0.01), (24, 0.482)])
def test_every_counted_failure_adds_the_same(counted: int, q: float) -> None:
    assert odds.strength([q] * counted) == pytest.approx(counted * math.log(0.95 / q))


def test_failures_prove_nothing_where_everything_fails() -> None:
    assert odds.strength([0.95, 1.0] * 50) == 0.0


def test_a_failure_weighs_what_fails_in_the_same_way_elsewhere() -> None:
    """Where names are slow, a lookup that times out says little, and silence as much as anywhere."""
    network = OwnConnection(0.0)
    for n in range(20):
        slow = n % 2 == 0
        step = NetworkStep.DNS if slow else None
        network.observe_control(Control(100.0, 96.0, f"c{n}", Reach.PUBLIC, not slow, "timeout", step))
    slow_name, silent = (tried(100.0, code="timeout", step=step) for step in (NetworkStep.DNS, NetworkStep.TCP))
    assert odds.chance(slow_name, network, 100.0) > 0.3
    assert odds.chance(silent, network, 100.0) == FLOOR
    early = tried(70.0, code="timeout", step=NetworkStep.TCP)
    assert odds.level([early, *[slow_name] * 8], network, 100.0) is Level.CHECKING
    assert odds.level([early, *[silent] * 3], network, 100.0) is Level.DOWN
    assert odds.level([early, slow_name, *[silent] * 3], network, 100.0) is Level.DOWN, "each weighs what it weighs"


class TestProven:
    """A 503 over proven TLS: no network makes it, and none has to vouch for it."""

    def test_it_counts_where_everything_else_is_lost(self) -> None:
        network = answering(20, 20)
        proven = [tried(100.0 + 7 * n, control=False, proven=True) for n in range(4)]
        unproven = [tried(100.0 + 7 * n, control=False) for n in range(4)]
        assert odds.level(proven, network, 121.0) is Level.DOWN
        assert odds.level(unproven, network, 121.0) is Level.NONE

    def test_it_fails_no_more_often_than_anywhere(self) -> None:
        assert odds.chance(tried(100.0, proven=True), answering(20, 12), 100.0) == FLOOR


@pytest.mark.parametrize(("control", "level"), [(True, Level.DOWN), (False, Level.CHECKING), (None, Level.CHECKING)])
def test_a_try_whose_control_failed_or_that_nothing_vouches_for_does_not_count(
    control: bool | None, level: Level
) -> None:
    """Four count at odds of one in a hundred, three do not."""
    run = [tried(70.0), tried(85.0, control=control), tried(95.0), tried(100.0)]
    assert odds.level(run, answering(0), 100.0) is level


def test_red_only_while_the_latest_control_answers() -> None:
    network = answering(100)
    run = [tried(60.0), tried(75.0), tried(90.0), tried(100.0, control=False)]
    assert odds.level(run[:3], network, 90.0) is Level.DOWN
    assert odds.level(run, network, 100.0) is Level.CHECKING


def test_what_was_proven_does_not_vouch_for_a_silence_that_follows() -> None:
    """The connection may have gone meanwhile, and no control was asked beside it."""
    proven = [tried(at, proven=True) for at in (80.0, 85.0, 93.0)]
    lost = tried(100.0, control=None, code="timeout")
    network = OwnConnection(0.0)
    assert odds.strength([odds.chance(t, network, 100.0) for t in proven]) > odds.DOWN_STRENGTH
    assert odds.level([*proven, lost], network, 100.0) is Level.CHECKING
    network.observe_control(Control(105.2, 105.0, "a", Reach.PUBLIC, True, "http_200"))
    assert odds.level([*proven, lost], network, 106.0) is Level.DOWN, "somebody else answered soon after"


def test_the_users_own_failure_has_the_control_of_whoever_was_asked_since() -> None:
    """And else that of the latest probe: nothing is asked beside it."""
    probes = [tried(60.0), tried(75.0), tried(82.0)]
    used = tried(100.0, control=None, source=Source.TRAFFIC, request="r1")
    lost = tried(90.0, control=False)
    assert odds.level([*probes, used], answering(100, at=95.0), 100.0) is Level.DOWN
    assert odds.level([*probes, lost, used], answering(100, at=95.0), 100.0) is Level.CHECKING
    assert odds.level([*probes, lost, used], answering(100, at=101.0), 101.0) is Level.DOWN


def test_red_comes_with_a_try_and_not_with_the_passing_of_time() -> None:
    network = answering(100)
    run = [tried(60.0), tried(75.0), tried(90.0)]
    assert odds.level(run, network, 90.0 + odds.BESIDE_S) is Level.DOWN
    assert odds.level(run, network, 91.0 + odds.BESIDE_S) is Level.CHECKING


@pytest.mark.parametrize(("control", "waits_s"), [(True, odds.BESIDE_S), (None, odds.VOUCHING_WINDOW_S)])
def test_it_is_decided_when_the_control_beside_or_an_answer_soon_after_would_have_come(
    control: bool | None, waits_s: float
) -> None:
    assert odds.decided_at(tried(90.0, control=control)) == 90.0 + waits_s


def test_the_first_try_is_vouched_for_by_an_answer_to_a_request_made_soon_after_it() -> None:
    network = OwnConnection(0.0)
    first = tried(100.0, control=None)
    network.observe_try(tried(101.0, GOOD, provider="acme"))
    assert not odds.vouched(first, network), "nobody vouches for itself"
    network.observe_control(Control(100.1, 99.9, "a", Reach.PUBLIC, True, "http_200"))
    assert not odds.vouched(first, network), "asked before the failure"
    network.observe_control(Control(130.1, 130.0, "a", Reach.PUBLIC, True, "http_200"))
    assert not odds.vouched(first, network), "asked too late"
    network.observe_control(Control(105.3, 105.1, "a", Reach.PUBLIC, True, "http_200"))
    assert odds.vouched(first, network)
    network = OwnConnection(0.0)
    network.observe_control(Control(105.3, 105.1, "a", Reach.PUBLIC, True, "http_200", plain=True))
    assert odds.vouched(first, network)
    assert not odds.vouched(tried(100.0, control=None, code="tls"), network), "plain HTTP says nothing of TLS"


@pytest.mark.parametrize("control", [None, False])
def test_loopback_is_vouched_for_and_red_at_the_third_try_whatever_controls_say(control: bool | None) -> None:
    run = [tried(at, control=control, reach=Reach.LOOPBACK) for at in (100.0, 105.0, 120.0)]
    assert [odds.level(run[:n], OwnConnection(0.0), run[n - 1].at) for n in (1, 2, 3)] == [
        Level.NONE,
        Level.CHECKING,
        Level.DOWN,
    ]
