"""One request: decision by decision, at which second."""

import pytest

from tests.unit.core.switching.plays_failover import PLAYS, RED, STREAM, WHOLE
from tests.unit.core.switching.stage import AUTO
from trayapp.core.switching.failover import Failover
from trayapp.core.switching.limits import HELD_BYTES
from trayapp.core.switching.steps import Connected, Content, End, Failed, Head, Move, Pass, Send, Sending


@pytest.mark.parametrize("play", PLAYS)
def test_every_decision(play: str) -> None:
    stage, log = PLAYS[play]
    assert stage.run().log == log


def test_what_is_too_large_to_be_held_is_passed_on_and_stays() -> None:
    machine = Failover(WHOLE, AUTO)
    machine.begin(0.0)
    machine.hear(1, Connected(), 0.0)
    machine.hear(1, Head(200, streams=True), 0.0)
    assert machine.hear(1, Content(HELD_BYTES), 0.0) == []
    assert machine.hear(1, Content(1), 0.0) == [Pass()]
    assert machine.hear(1, Failed("cut"), 1.0) == []


def test_nothing_is_heard_of_an_attempt_that_is_over() -> None:
    machine = Failover(STREAM, AUTO)
    machine.begin(0.0)
    machine.hear(1, Connected(), 0.0)
    machine.hear(1, Head(503), 0.0)
    assert machine.advance(1.0) == [Send(2)]
    for late in (Content(1), End(whole=True), Failed("cut"), Head(200, streams=True)):
        assert machine.hear(1, late, 1.1) == []
    assert machine.hear(2, Content(1), 1.1) == [], "nothing comes before a head"


def test_nothing_is_decided_twice() -> None:
    machine = Failover(STREAM, RED)
    machine.begin(0.0)
    assert machine.hear(1, Head(503), 0.0)[-1] == Move("http_503")
    assert machine.over
    assert machine.hear(1, Head(200), 0.1) == machine.stands(AUTO, 0.2) == machine.advance(9.0) == []


def test_an_answer_has_one_head() -> None:
    machine = Failover(STREAM, AUTO)
    machine.begin(0.0)
    machine.hear(1, Head(200, streams=True), 0.0)
    for late in (Head(503), Connected(), Sending()):
        assert machine.hear(1, late, 9.0) == []
    assert machine.deadline == 120.0
