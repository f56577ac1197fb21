"""Rule 7."""

import pytest

from trayapp.core.light.slowness import BASELINE_S, BASELINE_SAMPLES, SLOW_LIFE_S, SPACING_S, Pulse, slow_hosts


def pulse(*seconds: float, usual: float = 1.0, samples: int = 50) -> Pulse:
    made = Pulse()
    for number, first_token_s in enumerate((*[usual] * samples, *seconds)):
        made.note(60.0 * number, first_token_s)
    return made


def now(made: Pulse) -> float:
    return made.latest[-1][0]


@pytest.mark.parametrize(
    ("latest", "usual", "slow"),
    [
        ((3.1, 3.1, 3.1), 1.0, True),
        ((3.1, 3.0, 3.1), 1.0, False),  # three times is not over three times
        ((1.9, 1.9, 1.9), 0.5, False),  # under two seconds nobody minds
        ((2.1, 2.1, 2.1), 0.5, True),
        ((9.0, 9.0), 1.0, False),  # two are not three
        ((9.0, 9.0, 9.0, 1.0), 1.0, False),  # not in a row
    ],
)
def test_three_times_the_usual_three_times_in_a_row(latest: tuple[float, ...], usual: float, slow: bool) -> None:
    made = pulse(*latest, usual=usual)
    assert (made.slow(now(made)) is not None) is slow


def test_it_tells_the_latest_and_the_usual() -> None:
    made = pulse(4.0, 5.0, 6.0)
    assert made.slow(now(made)) == (6.0, 1.0)


def test_fifty_samples_make_a_baseline() -> None:
    assert pulse(9.0, 9.0, 9.0, samples=49).baseline_s is None
    assert pulse(9.0, 9.0, 9.0, samples=50).baseline_s == 1.0


def test_it_is_not_said_any_more_when_nobody_sees_it() -> None:
    made = pulse(9.0, 9.0, 9.0)
    assert made.slow(now(made) + SLOW_LIFE_S) is not None
    assert made.slow(now(made) + SLOW_LIFE_S + 1.0) is None


def test_a_week_is_kept_in_few_samples() -> None:
    made = Pulse()
    for minute in range(20_000):
        made.note(60.0 * minute, 1.0)
    assert len(made.usual) <= BASELINE_SAMPLES + BASELINE_S / SPACING_S
    assert 0.99 * BASELINE_S < made.usual[-1][0] - made.usual[0][0] <= BASELINE_S


SLOW, FINE = pulse(9.0, 9.0, 9.0), pulse(1.0, 1.0, 1.0)


def test_who_is_slow_alone() -> None:
    slow = slow_hosts({"a": SLOW, "b": FINE}, now(SLOW))
    assert slow.alone("a") == (9.0, 1.0)
    assert slow.alone("b") is None
    assert slow.alone("c") is None


def test_when_other_hosts_are_slow_too_it_is_the_network() -> None:
    slow = slow_hosts({"a": SLOW, "b": pulse(8.0, 8.0, 8.0)}, now(SLOW))
    assert slow.hosts == {"a": (9.0, 1.0), "b": (8.0, 1.0)}
    assert slow.alone("a") is slow.alone("b") is None


def test_a_host_that_nobody_asks_any_more_excuses_nobody() -> None:
    later = Pulse([(at + SLOW_LIFE_S + 1.0, seconds) for at, seconds in SLOW.latest], SLOW.usual)
    assert slow_hosts({"a": later, "b": SLOW}, now(later)).alone("a") == (9.0, 1.0)
