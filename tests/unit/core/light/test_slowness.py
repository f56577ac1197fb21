"""Rule 7."""

import pytest

from tests.support.spelled import spelled
from trayapp.core.light.slowness import (
    BASELINE_S,
    BASELINE_SAMPLES,
    MODELS_KEPT,
    SLOW_LIFE_S,
    SPACING_S,
    Pulse,
    note,
    slow_hosts,
)


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
        ((2.0, 2.0, 2.0), 0.5, False),  # up to two seconds nobody minds
        ((2.1, 2.1, 2.1), 0.5, True),
        ((9.0, 9.0), 1.0, False),  # two are not three
        ((9.0, 9.0, 9.0, 1.0), 1.0, False),  # not in a row
    ],
    ids=spelled,
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


def told(*samples: tuple[str, float], usual: tuple[tuple[str, float], ...]) -> dict[str, Pulse]:
    pulses: dict[str, Pulse] = {}
    for number, (model, seconds) in enumerate([*(one for _ in range(60) for one in usual), *samples]):
        note(pulses, "a", model, 60.0 * number, seconds)
    return pulses


def moment(pulses: dict[str, Pulse]) -> float:
    return max(now(pulse) for pulse in pulses.values())


def test_a_larger_model_is_not_slow_for_what_is_usual_with_a_small_one() -> None:
    pulses = told(*[("opus", 4.0)] * 5, usual=(("haiku", 0.7),))
    assert slow_hosts(pulses, moment(pulses)).hosts == {}
    pulses = told(*[("opus", 4.0)] * 5, usual=(("haiku", 0.7), ("opus", 3.9)))
    assert slow_hosts(pulses, moment(pulses)).hosts == {}


def test_a_model_that_is_slow_by_its_own_measure_is() -> None:
    pulses = told(*[("haiku", 2.5)] * 3, usual=(("haiku", 0.7), ("opus", 3.9)))
    assert slow_hosts(pulses, moment(pulses)).hosts == {"a": (2.5, 0.7)}
    note(pulses, "a", "opus", moment(pulses) + 1.0, 3.9)
    assert slow_hosts(pulses, moment(pulses)).alone("a") == (2.5, 0.7), "two models of a host are one host"
    for _ in range(3):
        note(pulses, "a", "opus", moment(pulses) + 1.0, 12.0)
    assert slow_hosts(pulses, moment(pulses)).hosts == {"a": (12.0, 3.9)}, "the one that was asked last"
    note(pulses, "a", "haiku", moment(pulses) + 1.0, 2.6)
    assert slow_hosts(pulses, moment(pulses)).hosts == {"a": (2.6, 0.7)}, "whichever that is"


def test_models_that_nobody_asks_any_more_are_forgotten() -> None:
    pulses: dict[str, Pulse] = {}
    for number in range(10 * MODELS_KEPT):
        note(pulses, "a", "kept", 2.0 * number, 1.0)
        note(pulses, "a", f"made up {number}", 2.0 * number + 1.0, 1.0)
    assert len(pulses) == MODELS_KEPT
    assert {"a kept", f"a made up {10 * MODELS_KEPT - 1}"} <= pulses.keys()
    assert now(pulses["a kept"]) == 2.0 * (10 * MODELS_KEPT - 1)
