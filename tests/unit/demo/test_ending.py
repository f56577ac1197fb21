"""A signal is noted, told once to whoever asks, and nothing is raised out of its handler."""

import os
import signal

import pytest

from trayapp.demo.ending import ENDING, Ending


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_is_noted_and_told(number: int) -> None:
    before = [signal.getsignal(one) for one in ENDING]
    told: list[str] = []
    with Ending() as ending:
        ending.then(lambda: told.append("at once"))
        os.kill(os.getpid(), number)
        assert ending.came
        ending.then(lambda: told.append("late"))
        ending.then(None)
        os.kill(os.getpid(), number)
    assert told == ["at once", "late"]
    assert [signal.getsignal(one) for one in ENDING] == before
