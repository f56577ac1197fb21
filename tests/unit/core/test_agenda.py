"""Who has to be looked at when."""

import math

from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.agenda import A_MOMENT_S, Agenda, next_moment


def test_each_comes_up_once_from_its_moment_on() -> None:
    agenda: Agenda[str] = Agenda()
    for item, at in (("late", 30.0), ("soon", 10.0), ("middle", 20.0)):
        agenda.set(item, at)
    assert [agenda.due(now) for now in (9.9, 10.0, 10.1, 40.0, 50.0)] == [[], ["soon"], [], ["middle", "late"], []]


def test_the_latest_word_counts() -> None:
    agenda: Agenda[str] = Agenda()
    for at in (10.0, 30.0, 20.0):
        agenda.set("it", at)
    assert agenda.due(10.0) == []
    assert agenda.due(20.0) == ["it"]
    assert agenda.due(30.0) == []


def test_infinity_takes_it_off() -> None:
    agenda: Agenda[str] = Agenda()
    agenda.set("it", math.inf)
    agenda.set("it", 10.0)
    agenda.set("it", math.inf)
    assert agenda.due(1e12) == []


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20) | st.just(math.inf)), max_size=30))
def test_it_is_a_table_of_moments(changes: list[tuple[str, float]]) -> None:
    agenda: Agenda[str] = Agenda()
    table: dict[str, float] = {}
    for now, (item, at) in enumerate(changes):
        agenda.set(item, at)
        table[item] = at
        due = {name for name, moment in table.items() if moment <= now}
        assert set(agenda.due(now)) == due
        table = {name: moment for name, moment in table.items() if name not in due}


def test_both_sides_of_a_moment_are_looked_at() -> None:
    assert next_moment([10.0, 30.0], 5.0) == 10.0
    assert next_moment([10.0, 30.0], 10.0) == 10.0 + A_MOMENT_S
    assert next_moment([10.0, 30.0], 11.0) == 30.0
    assert next_moment([10.0], 11.0) == math.inf
    assert next_moment([], 0.0) == math.inf
