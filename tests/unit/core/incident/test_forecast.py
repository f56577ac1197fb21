"""What is said of an outage that is open, what it rests on, and when nothing is said."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.core.incident.forecast import TOO_OLD_S, Basis, Forecast, Past, half_over_s
from trayapp.core.incident.past import PastIncident

NOW = 1_770_156_000.0
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


def past(count: int, minutes: float = 60.0, *, components: tuple[str, ...] = (), apart: float = 3 * DAY,
         ended: float = 5 * DAY, spread: float = 1.0, seed: int = 3) -> list[PastIncident]:  # fmt: skip
    """So many outages, the last of which ended so long before now."""
    rng, at, found = random.Random(seed), NOW - ended, []
    for _ in range(count):
        took = rng.lognormvariate(math.log(minutes * MINUTE), spread)
        found.append(PastIncident(at - took, at, components))
        at -= took + apart
    return found


def ask(known: list[PastIncident], age_s: float = 0.0, components: tuple[str, ...] = (), provider: str = "beta",
        now: float = NOW) -> Forecast | None:  # fmt: skip
    return Past(provider, known).forecast(components, now - age_s, now)


def said(*args: object, **kwargs: object) -> Forecast:
    told = ask(*args, **kwargs)  # type: ignore[arg-type]
    assert told is not None
    return told


def test_half_are_over_when_the_longest_is_and_never_where_one_is_not_known() -> None:
    short, long = said(past(30, 20.0)), said(past(30, 600.0))
    assert half_over_s([short, long]) == long.median_s > short.median_s
    assert half_over_s([short, None]) is None
    assert half_over_s([]) is None


def test_without_a_past_it_is_what_is_published() -> None:
    assert said([]) == Forecast(Basis.PUBLISHED, 639, 639, 30 * MINUTE, 75 * MINUTE, 180 * MINUTE)
    assert said([], provider="openai").outages == 417


@pytest.mark.parametrize(("count", "basis"), [(19, Basis.PUBLISHED), (20, Basis.PROVIDER)])
def test_twenty_of_its_own_say_more(count: int, basis: Basis) -> None:
    told = said(past(count))
    assert told.basis is basis
    assert told.outages == (count if basis is Basis.PROVIDER else 639)


@pytest.mark.parametrize(("count", "basis"), [(39, Basis.PROVIDER), (40, Basis.COMPONENT)])
def test_forty_of_the_part_say_more_still(count: int, basis: Basis) -> None:
    known = past(count, 20.0, components=("login",)) + past(100, 600.0, components=("chat",), ended=6 * DAY, seed=4)
    told = said(known, components=("login",))
    assert told.basis is basis
    assert (told.median_s < HOUR) == (basis is Basis.COMPONENT)


def always(duration_s: float, count: int = 30) -> list[PastIncident]:
    """Outages that take as long every time."""
    ends = [NOW - 5 * DAY - n * 30 * HOUR * 24 / 10 for n in range(count)]
    return [PastIncident(at - duration_s, at) for at in ends]


@pytest.mark.parametrize(
    ("left_s", "low_min", "median_min", "high_min"),
    [
        (65.0, 1, 1, 2),  # nothing is said in less than a minute
        (84.0, 1, 1, 2),
        (85.5, 1, 2, 3),  # nearer to two, by proportion
        (20 * DAY, 7200, 10_080, 10_080),  # nor in more than a week
    ],
)
def test_what_always_takes_as_long_is_said_in_figures_that_people_use(
    left_s: float, low_min: int, median_min: int, high_min: int
) -> None:
    told = said(always(left_s))
    assert [told.low_s, told.median_s, told.high_s] == [MINUTE * figure for figure in (low_min, median_min, high_min)]


def test_what_was_published_afterwards_counts_for_nothing() -> None:
    assert said([PastIncident(one.ended_at, one.ended_at) for one in past(60)]).basis is Basis.PUBLISHED


def test_what_is_too_old_counts_for_nothing() -> None:
    old = past(60, ended=TOO_OLD_S + DAY)
    assert said(old).basis is Basis.PUBLISHED
    assert said(old + past(30)).outages == 30


def test_what_has_not_ended_yet_counts_for_nothing() -> None:
    known = past(30)
    future = [PastIncident(one.started_at + 90 * DAY, one.ended_at + 90 * DAY) for one in known[:10]]
    assert said(known + future) == said(known)


def test_nothing_is_said_where_hardly_any_lasted_so_long() -> None:
    known = past(100)
    assert ask(known, 90 * HOUR) is None
    assert ask([], 90 * HOUR) is None


def test_where_hardly_any_of_the_part_lasted_so_long_others_of_the_provider_did() -> None:
    known = past(40, 20.0, components=("login",)) + past(100, 600.0, components=("chat",), ended=6 * DAY, seed=4)
    assert said(known, components=("login",)).basis is Basis.COMPONENT
    assert said(known, 4 * HOUR, components=("login",)).basis is Basis.PROVIDER


@pytest.mark.parametrize("age_s", [-1.0, math.nan, math.inf, -math.inf])
def test_nothing_is_said_of_what_began_at_no_time(age_s: float) -> None:
    assert ask(past(100), age_s) is None
    assert ask([], age_s) is None


def test_the_range_of_those_that_always_take_as_long_is_still_a_range() -> None:
    told = said(past(100, 30.0, spread=0.0))
    assert (told.low_s, told.median_s, told.high_s) == (25 * MINUTE, 30 * MINUTE, 40 * MINUTE)


def test_several_rows_are_one_outage() -> None:
    known = past(30)
    twins = [PastIncident(one.started_at + 30.0, one.ended_at) for one in known]
    assert said(known + twins) == said(known)


@pytest.mark.parametrize(("apart", "again"), [(3 * DAY, 0.0), (6 * HOUR, 1.0)], ids=["isolated", "more to come"])
def test_isolated_or_more_to_come(apart: float, again: float) -> None:
    assert said(past(60, apart=apart)).again == again


def test_of_late_more_come_than_before() -> None:
    """The last twenty of eighty weigh as much as all before them, and a little more."""
    late, before = past(21, apart=6 * HOUR, spread=0.0), past(60, ended=60 * DAY)
    assert said(late + before).again == 0.5


def test_a_short_one_soon_after_is_another() -> None:
    known = past(60)
    soon = [PastIncident(one.ended_at + 10.0, one.ended_at + 130.0) for one in known]
    assert said(known + soon).again == 0.5


def test_what_may_still_be_followed_is_not_counted_yet() -> None:
    assert said(past(20, ended=HOUR)).again is None
    assert said(past(21, ended=HOUR)).again == 0.0
    assert said(past(19)).again is None


def test_how_many_are_followed_is_known_of_the_published_when_the_durations_are_not() -> None:
    told = said([PastIncident(one.ended_at, one.ended_at) for one in past(60, apart=6 * HOUR)])
    assert (told.basis, told.again) == (Basis.PUBLISHED, 1.0)


histories = st.lists(
    st.tuples(st.floats(-3 * TOO_OLD_S, DAY), st.floats(0.0, 1e6), st.sampled_from([(), ("a",), ("a", "b")])),
    max_size=70,
)


@given(histories, st.floats(0.0, 1e6), st.sampled_from([(), ("a",), ("b",)]), st.sampled_from(["openai", "beta"]))
@settings(max_examples=150)
def test_whatever_the_past(
    rows: list[tuple[float, float, tuple[str, ...]]], age_s: float, components: tuple[str, ...], provider: str
) -> None:
    """A range of round figures, in order, resting on what there is; the order of the rows says nothing."""
    known = [PastIncident(NOW + ago, NOW + ago + took, named) for ago, took, named in rows]
    told = ask(known, age_s, components, provider)
    assert told == ask(known[::-1], age_s, components, provider)
    if told is not None:
        assert MINUTE <= told.low_s <= told.median_s <= told.high_s <= 7 * DAY
        assert told.low_s < told.high_s
        assert all(figure % MINUTE == 0 for figure in (told.low_s, told.median_s, told.high_s))
        assert 10 <= told.alike <= told.outages
        assert told.basis is Basis.PUBLISHED or told.outages <= len(rows)
        assert told.again is None or 0.0 <= told.again <= 1.0


@given(histories, st.floats(0.0, 1e5))
@settings(max_examples=50)
def test_the_clock_makes_no_difference(rows: list[tuple[float, float, tuple[str, ...]]], age_s: float) -> None:
    """A year later, with the same past as long ago, the same is said."""
    rounded = [(round(ago), round(took), named) for ago, took, named in rows]
    told = [
        ask([PastIncident(now + ago, now + ago + took, named) for ago, took, named in rounded], round(age_s), now=now)
        for now in (NOW, NOW + 365 * DAY)
    ]
    assert told[0] == told[1]
