"""When a breaker opens, tries and closes, as scenes.

A scene is a list of rows (second, step, state after it). Steps:

    r1 fails | r1 fails red         the caller's request r1, sent just then, fails
    r1 fails from 10                it was sent at second 10
    answers | answers from 10       a request gets its whole answer
    try r1                          r1 asks whether it may try: the state is `trial` if so
    over r1                         it has ended
    probe bad | probe good          a probe of depth api
    nothing                         time passes
"""

from collections import defaultdict

import pytest

from trayapp.core.switching.breaker import Breaker, BreakerState, BreakerView, Trip

Row = tuple[float, str, str]

OPENED: list[Row] = [(0, "r1 fails", "closed"), (1, "r2 fails", "closed"), (2, "r3 fails", "open")]
# Open from 2, half open from 62.
TRIED: list[Row] = [*OPENED, (62, "try r4", "trial")]

SCENES: dict[str, list[Row]] = {
    "three in a row": OPENED,
    "two are not": [(0, "r1 fails", "closed"), (1, "r2 fails", "closed"), (2, "answers", "closed")],
    "a good answer ends the row": [*OPENED[:2], (2, "answers", "closed"), (3, "r3 fails", "closed")],
    "one request once, however often": [(at, "r1 fails", "closed") for at in range(9)],
    "and however mixed": [
        *[(at, f"r{at % 2} fails", "closed") for at in range(9)],
        (9, "r2 fails", "open"),
    ],
    "hours apart is no row": [(0, "r1 fails", "closed"), (601, "r2 fails", "closed"), (1202, "r3 fails", "closed")],
    "minutes apart is": [(0, "r1 fails", "closed"), (600, "r2 fails", "closed"), (1200, "r3 fails", "open")],
    "red and one": [(0, "r1 fails red", "open")],
    "red, and no request: nothing": [(0, "probe bad", "closed"), (60, "nothing", "closed")],
    "open for a minute": [*OPENED, (61, "nothing", "open"), (61, "try r4", "open"), (62, "nothing", "half_open")],
    "one at a time": [*TRIED, (63, "try r5", "half_open"), (64, "over r4", "half_open"), (65, "try r5", "trial")],
    "another's end frees no place": [*TRIED, (63, "over r5", "half_open"), (64, "try r5", "half_open")],
    "it doubles, up to five minutes": [
        *(*TRIED, (63, "r4 fails", "open"), (182, "nothing", "open"), (183, "nothing", "half_open")),
        *((183, "r5 fails", "open"), (422, "nothing", "open"), (423, "nothing", "half_open")),
        *((423, "r6 fails", "open"), (722, "nothing", "open"), (723, "nothing", "half_open")),
        *((723, "r7 fails", "open"), (1022, "nothing", "open"), (1023, "nothing", "half_open")),
    ],
    "what failed late was asked before": [*TRIED, (63, "r9 fails from 1", "half_open")],
    "what was asked since and fails counts": [*TRIED, (63, "r9 fails from 30", "open")],
    "what fails meanwhile makes it no longer": [*OPENED, (61, "r8 fails", "open"), (62, "nothing", "half_open")],
    "what was asked before and ends well says nothing": [*OPENED, (10, "answers from 1", "open")],
    "who never goes elsewhere shows that it is back": [*OPENED, (10, "answers", "half_open")],
    "three good answers over two minutes": [
        *(*TRIED, (62, "answers", "half_open"), (120, "answers", "half_open"), (181, "answers", "half_open")),
        (182, "answers", "back"),
    ],
    "two over two minutes are not enough": [*TRIED, (62, "answers", "half_open"), (182, "answers", "half_open")],
    "a failure in between begins anew": [
        *(*TRIED, (62, "answers", "half_open"), (120, "answers", "half_open"), (121, "r5 fails", "open")),
        *((241, "answers", "half_open"), (300, "answers", "half_open"), (360, "answers", "half_open")),
        (361, "answers", "back"),
    ],
    "back, and failing again": [
        *(*TRIED, (62, "answers", "half_open"), (120, "answers", "half_open"), (182, "answers", "back")),
        (183, "r5 fails", "open"),
    ],
    "a probe that failed and is good again is worth a trial": [
        *(*OPENED, (5, "probe bad", "open"), (30, "probe good", "half_open")),
    ],
    "it failed before": [(-9, "probe bad", "closed"), *OPENED, (30, "probe good", "half_open")],
    "a probe that was good all the time says nothing": [*OPENED, (5, "probe good", "open"), (30, "probe good", "open")],
    "it is worth one trial, not many": [
        *(*OPENED, (5, "probe bad", "open"), (30, "probe good", "half_open"), (31, "r4 fails", "open")),
        *((60, "probe good", "open"), (90, "probe good", "open"), (151, "nothing", "half_open")),
    ],
}


def played(breaker: Breaker, rows: list[Row]) -> None:
    requests: defaultdict[str, object] = defaultdict(object)
    for at, step, expected in rows:
        who, what, *more = [*step.split(), ""]
        began = float(more[1]) if more[:1] == ["from"] else float(at)
        trial = False
        match who, what:
            case "answers", _:
                breaker.answered(float(more[0]) if what == "from" else at, at)
            case "probe", _:
                breaker.probed(good=what == "good", now=at)
            case "try", _:
                breaker.advance(at)
                trial = breaker.take_trial(requests[what])
            case "over", _:
                breaker.trial_over(requests[what])
            case _, "fails":
                breaker.trial_over(requests[who])
                breaker.failed(who, began, at, red="red" in more)
            case _:
                breaker.advance(at)
        state = "trial" if trial else "back" if breaker.back_at is not None else breaker.state.value
        assert state == expected, f"{at} s, {step!r}: {state}"


@pytest.mark.parametrize("scene", SCENES)
def test_every_step(scene: str) -> None:
    played(Breaker(), SCENES[scene])


def test_held_it_opens_for_nothing_and_knows_when_the_trouble_is_over() -> None:
    breaker = Breaker.held(0.0)
    played(breaker, [(at, f"r{at} fails red", "held") for at in range(5)])
    assert not breaker.diverts
    played(breaker, [(10, "answers", "held"), (60, "answers", "held"), (61, "r6 fails", "held")])
    played(breaker, [(70, "answers", "held"), (100, "answers", "held"), (189, "answers", "held")])
    played(breaker, [(190, "answers", "back")])


def test_what_people_see() -> None:
    breaker = Breaker()
    assert breaker.view(0.0) == BreakerView(BreakerState.CLOSED, None, 0.0, None, 0)
    played(breaker, OPENED)
    assert breaker.view(3.0) == BreakerView(BreakerState.OPEN, Trip.FAILURES, 2.0, 62.0, 0)
    assert breaker.view(62.0) == BreakerView(BreakerState.HALF_OPEN, Trip.FAILURES, 2.0, None, 0)
    played(breaker, [(63, "answers", "half_open")])
    assert breaker.view(63.0) == BreakerView(BreakerState.HALF_OPEN, Trip.FAILURES, 2.0, None, 1)
    red = Breaker()
    played(red, [(5, "r1 fails red", "open")])
    assert red.view(5.0) == BreakerView(BreakerState.OPEN, Trip.RED, 5.0, 65.0, 0)
